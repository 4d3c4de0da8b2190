package org.weir.ip;

import org.weir.link.DropCounters;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.TimerWheel;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.Ipv4Header;
import org.weir.wire.VlanHeader;

/// The link of a VLAN's interface: it puts the tag into each frame and sends it by the interface that carries the VLAN.
/// What that one receives for the VLAN goes up straight away ([Ethernet]), so nothing is ever received here.
///
/// A tagged frame may be longer than others by its tag, so the MTU stays what it is.
final class VlanLink implements Link {
    private final Netif carrier;
    private final Vlan vlan;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final VlanHeader tagged = new VlanHeader();
    private final Ipv4Header ip = new Ipv4Header();

    VlanLink(Netif carrier, Vlan vlan) {
        this.carrier = carrier;
        this.vlan = vlan;
    }

    Netif carrier() {
        return carrier;
    }

    Vlan vlan() {
        return vlan;
    }

    @Override
    public LinkCapabilities capabilities() {
        return carrier.capabilities();
    }

    @Override
    public void attach(PbufPool pool, DropCounters drops) {
        // The carrier's link has what it needs.
    }

    @Override
    public int receive(PacketSink sink, int budget, long nowNs) {
        return 0;
    }

    @Override
    public boolean hasCarrier() {
        return carrier.isUp() && carrier.hasCarrier();
    }

    @Override
    public int room() {
        return carrier.link().room();
    }

    @Override
    public void send(Pbuf frame, long nowNs) {
        final int control = vlan.control(vlan.isByDscp() ? typeOfService(frame) : 0);
        final long at = frame.prepend(VlanHeader.TAG);
        tagged.at(frame.segment(), at).tag(control);
        carrier.sendTagged(frame);
    }

    private int typeOfService(Pbuf frame) {
        final boolean isIpv4 = ethernet.at(frame.segment(), frame.offset()).type() == EtherType.IPV4
                && Ipv4Header.fits(frame.length() - EthernetHeader.LENGTH);
        return isIpv4
                ? ip.at(frame.segment(), frame.offset() + EthernetHeader.LENGTH).typeOfService()
                : 0;
    }

    @Override
    public void flush(long nowNs) {
        // The carrier ends its burst itself.
    }

    @Override
    public long nextDeadlineNs() {
        return TimerWheel.NEVER;
    }

    @Override
    public void close() {
        carrier.forgetVlan(vlan.id());
    }

    @Override
    public String toString() {
        return carrier.name() + " VLAN " + vlan.id();
    }
}
