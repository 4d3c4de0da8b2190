package org.weir.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.ip.Vlan;
import org.weir.services.dhcp.DhcpConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// One interface of `weir up`: what it is on, and its addresses or how it gets one.
final class InterfaceOptions {
    @ArgGroup(multiplicity = "1")
    private Device device;

    @Option(
            names = "--ip",
            paramLabel = "A/LEN",
            converter = Converters.Prefix.class,
            description = {
                "An address of the device or VLAN before, and the length of its network's prefix, as 10.10.10.2/24."
                        + " More of them give it more addresses."
            })
    private @Nullable List<IpPrefix> addresses;

    @Option(
            names = "--dhcp",
            description = {
                "In place of --ip: get the address of the device or VLAN before from a DHCP server, with routes. Takes"
                        + " 5 to 9 s, since the network is asked whether another host has it; 'ready' is printed then."
            })
    private boolean dhcp;

    @Option(
            names = "--lease",
            paramLabel = "FILE",
            description = {
                "With --dhcp: remember the address in FILE and ask for it again at the next start, in place of giving"
                        + " it back at the end. Servers know a host by its --mac."
            })
    private @Nullable Path leaseFile;

    @Option(
            names = "--hostname",
            paramLabel = "NAME",
            description = "With --dhcp: what to tell the server that this host is called.")
    private @Nullable String hostName;

    /// What an interface is on.
    static final class Device {
        @Option(
                names = "--tap",
                paramLabel = "NAME",
                required = true,
                description = "A TAP device: Ethernet frames. New or existing.")
        private @Nullable String tap;

        @Option(
                names = "--tun",
                paramLabel = "NAME",
                required = true,
                description = "A TUN device: IP packets. New or existing.")
        private @Nullable String tun;

        @Option(
                names = "--vlan",
                paramLabel = "ID[:P]",
                required = true,
                converter = VlanSpec.Converter.class,
                description = {
                    "VLAN ID, 1 to 4094, of the TAP device before (802.1Q). Frames have the priority P, 0 to 7 and 0 by"
                            + " default, or with 'dscp' that of their packet's class."
                })
        private @Nullable Vlan vlan;
    }

    @Nullable
    String tap() {
        return device.tap;
    }

    @Nullable
    String tun() {
        return device.tun;
    }

    @Nullable
    Vlan vlan() {
        return device.vlan;
    }

    /// How it gets its address; null if it has --ip.
    ///
    /// @throws IllegalArgumentException if the options contradict each other; the message says how
    @Nullable
    DhcpSpec dhcp() {
        if (!dhcp) {
            if (leaseFile != null || hostName != null) {
                throw new IllegalArgumentException((leaseFile == null ? "--hostname" : "--lease") + " needs --dhcp");
            }
            if (addresses().isEmpty()) {
                throw new IllegalArgumentException(this + " needs --ip or --dhcp");
            }
            return null;
        }
        if (!addresses().isEmpty()) {
            throw new IllegalArgumentException(this + " has both --ip and --dhcp");
        }
        if (device.tun != null) {
            throw new IllegalArgumentException(this + " cannot have --dhcp, which is for Ethernets");
        }
        DhcpConfig.defaults().withHostName(hostName);
        return new DhcpSpec(leaseFile, hostName);
    }

    @Override
    public String toString() {
        if (device.vlan != null) {
            return "--vlan " + device.vlan.id();
        }
        return device.tap == null ? "--tun " + device.tun : "--tap " + device.tap;
    }

    List<IpPrefix> addresses() {
        return addresses == null ? List.of() : addresses;
    }

    /// True if `address` is on one of its networks.
    boolean contains(IpAddress address) {
        return addresses().stream().anyMatch(network -> network.contains(address.ipv4()));
    }
}
