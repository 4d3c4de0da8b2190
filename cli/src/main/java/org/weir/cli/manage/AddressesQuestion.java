package org.weir.cli.manage;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.ip.Ipv4;
import org.weir.ip.Netif;
import org.weir.ip.Vlan;
import org.weir.link.Framing;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// The interfaces and their addresses, with the names of `ip -json -statistics address`.
final class AddressesQuestion implements Question {
    private final ManagedHost host;

    AddressesQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final String name = request.textOrNull("name");
        final List<JsonObject> rows = host.ask(stack -> stack.ipv4().interfaces().stream()
                .filter(n -> name == null || n.name().equals(name))
                .map(n -> row(stack.ipv4(), n))
                .toList());
        if (rows.isEmpty()) {
            throw new RequestException("no interface '" + name + "'");
        }
        for (final JsonObject row : rows) {
            exchange.line(row);
        }
        exchange.end();
    }

    private static JsonObject row(Ipv4 ipv4, Netif netif) {
        final JsonObject row = new JsonObject();
        row.addProperty("ifindex", netif.index());
        final Netif carrier = carrierOf(ipv4, netif);
        if (carrier != null) {
            row.addProperty("link", carrier.name());
        }
        row.addProperty("ifname", netif.name());
        row.add("flags", flags(netif));
        row.addProperty("mtu", netif.mtu());
        row.addProperty("operstate", state(netif));
        row.addProperty("link_type", linkType(netif));
        if (isEthernet(netif)) {
            row.addProperty("address", MacAddress.format(netif.hardwareAddress()));
            row.addProperty("broadcast", MacAddress.format(MacAddress.BROADCAST));
        }
        final Vlan vlan = netif.vlan();
        if (vlan != null) {
            row.addProperty("vlan_id", vlan.id());
        }
        final JsonArray addresses = new JsonArray();
        for (final IpPrefix address : netif.addresses()) {
            addresses.add(address(netif, address));
        }
        row.add("addr_info", addresses);
        row.add("stats64", statistics(netif));
        return row;
    }

    private static @Nullable Netif carrierOf(Ipv4 ipv4, Netif netif) {
        for (final Netif each : ipv4.interfaces()) {
            if (ipv4.vlansOf(each).contains(netif)) {
                return each;
            }
        }
        return null;
    }

    private static boolean isEthernet(Netif netif) {
        return netif.capabilities().framing() == Framing.ETHERNET;
    }

    private static String linkType(Netif netif) {
        if (netif.isLoopback()) {
            return "loopback";
        }
        return isEthernet(netif) ? "ether" : "none";
    }

    private static String state(Netif netif) {
        if (netif.isLoopback()) {
            return "UNKNOWN";
        }
        return netif.isUp() && netif.hasCarrier() ? "UP" : "DOWN";
    }

    private static JsonArray flags(Netif netif) {
        final JsonArray flags = new JsonArray();
        if (!netif.hasCarrier()) {
            flags.add("NO-CARRIER");
        }
        if (netif.isLoopback()) {
            flags.add("LOOPBACK");
        } else if (isEthernet(netif)) {
            flags.add("BROADCAST");
            flags.add("MULTICAST");
        } else {
            flags.add("POINTOPOINT");
            flags.add("MULTICAST");
            flags.add("NOARP");
        }
        if (netif.isUp()) {
            flags.add("UP");
        }
        if (netif.isUp() && netif.hasCarrier()) {
            flags.add("LOWER_UP");
        }
        return flags;
    }

    private static JsonObject address(Netif netif, IpPrefix address) {
        final JsonObject info = new JsonObject();
        info.addProperty("family", "inet");
        info.addProperty("local", address.address().toString());
        info.addProperty("prefixlen", address.length());
        if (isEthernet(netif) && address.hasBroadcast()) {
            info.addProperty("broadcast", IpAddress.ofIpv4(address.broadcast()).toString());
        }
        info.addProperty("scope", netif.isLoopback() ? "host" : "global");
        info.addProperty("label", netif.name());
        return info;
    }

    private static JsonObject statistics(Netif netif) {
        final JsonObject statistics = new JsonObject();
        statistics.add("rx", direction(netif.octetsReceived(), netif.packetsReceived()));
        statistics.add("tx", direction(netif.octetsSent(), netif.packetsSent()));
        return statistics;
    }

    private static JsonObject direction(long octets, long packets) {
        final JsonObject counts = new JsonObject();
        counts.addProperty("bytes", octets);
        counts.addProperty("packets", packets);
        return counts;
    }
}
