package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.link.DropReason;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;
import org.weir.wire.IgmpGroupRecord;
import org.weir.wire.IgmpHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// Writes and sends the messages of a host: RFC 3376 section 4.2, RFC 2236 section 2. Records are collected until the
/// report is full or [#flush] is called.
final class IgmpOutput {
    /// Internetwork control, RFC 3376 section 4.
    private static final int PRECEDENCE = 0xC0;

    private final Ipv4 ipv4;
    private final IgmpHeader header = new IgmpHeader();
    private final IgmpGroupRecord group = new IgmpGroupRecord();
    private @Nullable Pbuf report;
    private int records;
    private int used;
    private long reportsSent;

    IgmpOutput(Ipv4 ipv4) {
        this.ipv4 = ipv4;
    }

    long reportsSent() {
        return reportsSent;
    }

    /// Adds a record. Sources that do not fit go into further reports, but those of an EXCLUDE record are left out:
    /// what is not said to be excluded is merely heard needlessly, RFC 3376 section 4.2.16.
    void record(Netif netif, int type, int address, SourceList sources) {
        final int room = room(netif);
        final boolean mayBeSplit =
                type != IgmpGroupRecord.MODE_IS_EXCLUDE && type != IgmpGroupRecord.CHANGE_TO_EXCLUDE_MODE;
        int done = 0;
        do {
            final int rest = sources.size() - done;
            if (report != null && used + IgmpGroupRecord.LENGTH + rest * Integer.BYTES > room) {
                flush(netif);
            }
            final Pbuf p = report == null ? begin(room) : report;
            if (p == null) {
                return;
            }
            final int count = Math.min(rest, (room - used - IgmpGroupRecord.LENGTH) / Integer.BYTES);
            write(p, type, address, sources, done, count);
            done += count;
        } while (mayBeSplit && done < sources.size());
    }

    /// Octets of a report that the link carries and a buffer holds.
    private int room(Netif netif) {
        final int ofBuffer = ipv4.pool().pageSize() - Headroom.NETWORK.octets();
        return Math.min(netif.mtu() - Ipv4Header.LENGTH_WITH_ROUTER_ALERT, ofBuffer);
    }

    private @Nullable Pbuf begin(int room) {
        report = ipv4.pool().take(Headroom.NETWORK, room);
        records = 0;
        used = IgmpHeader.LENGTH;
        if (report == null) {
            ipv4.drops().count(DropReason.NO_BUFFER);
        }
        return report;
    }

    private void write(Pbuf p, int type, int address, SourceList sources, int from, int count) {
        group.at(p.segment(), p.offset() + used).write(type, address, count);
        for (int i = 0; i < count; i++) {
            group.source(i, sources.get(from + i));
        }
        used += IgmpGroupRecord.LENGTH + count * Integer.BYTES;
        records++;
    }

    /// Sends the report that was begun, if any.
    void flush(Netif netif) {
        final Pbuf p = report;
        if (p == null) {
            return;
        }
        report = null;
        p.resize(used);
        header.at(p.segment(), p.offset())
                .type(IgmpHeader.V3_MEMBERSHIP_REPORT)
                .code(0)
                .groupRecords(records);
        send(p, netif, IgmpHeader.ALL_V3_ROUTERS);
    }

    /// Sends a message of the older versions about a group.
    void sendOld(Netif netif, int type, int address, int destination) {
        final Pbuf p = ipv4.pool().take(Headroom.NETWORK, IgmpHeader.LENGTH);
        if (p == null) {
            ipv4.drops().count(DropReason.NO_BUFFER);
            return;
        }
        header.at(p.segment(), p.offset()).type(type).code(0).group(address);
        send(p, netif, destination);
    }

    private void send(Pbuf message, Netif netif, int destination) {
        header.checksum(0);
        header.checksum(Checksum.complement(PacketChecksum.sum(message, 0)));
        message.checksumState(ChecksumState.VERIFIED);
        message.typeOfService(PRECEDENCE);
        reportsSent++;
        ipv4.dispatchWithRouterAlert(message, netif, destination, IpProtocol.IGMP);
    }
}
