package org.weir.drivers;

import java.io.IOException;
import java.lang.foreign.Arena;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// An interface of the kernel, in the network namespace of the thread that calls. Changes need CAP_NET_ADMIN in
/// that namespace.
///
/// Every method throws an `IOException` that says what could not be done to which interface, and why.
public final class KernelInterface {
    // linux/sockios.h
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCSIFADDR = 0x8916;
    private static final long SIOCSIFNETMASK = 0x891c;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCSIFHWADDR = 0x8924;
    private static final long SIOCGIFHWADDR = 0x8927;

    // linux/if.h
    private static final int IFF_UP = 0x1;

    private static final String LOOPBACK = "lo";

    private final String name;

    private KernelInterface(String name) {
        this.name = name;
    }

    /// @throws IllegalArgumentException if no interface can have that name
    public static KernelInterface named(String name) {
        if (!IfReq.isName(name)) {
            throw new IllegalArgumentException("'" + name + "' cannot be the name of an interface");
        }
        return new KernelInterface(name);
    }

    /// The loopback interface, down in a new namespace.
    public static KernelInterface loopback() {
        return new KernelInterface(LOOPBACK);
    }

    public String name() {
        return name;
    }

    /// True if the interface is there.
    public boolean exists() throws IOException {
        try (Request request = new Request(name)) {
            final int errno = request.attempt(SIOCGIFFLAGS);
            if (errno != 0 && errno != Errno.ENODEV) {
                throw request.failure("look for", errno);
            }
            return errno == 0;
        }
    }

    public boolean isUp() throws IOException {
        try (Request request = new Request(name)) {
            request.perform(SIOCGIFFLAGS, "read the state of");
            return (request.fields.flags() & IFF_UP) != 0;
        }
    }

    public void up() throws IOException {
        setUp(true);
    }

    public void down() throws IOException {
        setUp(false);
    }

    private void setUp(boolean up) throws IOException {
        try (Request request = new Request(name)) {
            final String what = up ? "bring up" : "bring down";
            request.perform(SIOCGIFFLAGS, what);
            final int flags = request.fields.flags();
            request.fields.flags(up ? flags | IFF_UP : flags & ~IFF_UP);
            request.perform(SIOCSIFFLAGS, what);
        }
    }

    /// Gives the interface this address, in place of the one that it had, and makes its network reachable through
    /// it.
    public void address(IpPrefix prefix) throws IOException {
        try (Request request = new Request(name)) {
            final String what = "set the address " + prefix + " on";
            request.fields.ipv4(prefix.address().ipv4());
            request.perform(SIOCSIFADDR, what);
            request.fields.ipv4(prefix.mask());
            request.perform(SIOCSIFNETMASK, what);
        }
    }

    /// Octets of IP packet in a frame.
    public int mtu() throws IOException {
        try (Request request = new Request(name)) {
            request.perform(SIOCGIFMTU, "read the MTU of");
            return request.fields.mtu();
        }
    }

    public void mtu(int octets) throws IOException {
        try (Request request = new Request(name)) {
            request.fields.mtu(octets);
            request.perform(SIOCSIFMTU, "set the MTU " + octets + " on");
        }
    }

    /// The MAC address of the kernel's end in the low 48 bits.
    public long hardwareAddress() throws IOException {
        try (Request request = new Request(name)) {
            request.perform(SIOCGIFHWADDR, "read the hardware address of");
            return request.fields.hardwareAddress();
        }
    }

    public void hardwareAddress(long mac) throws IOException {
        try (Request request = new Request(name)) {
            request.fields.hardwareAddress(mac);
            request.perform(SIOCSIFHWADDR, "set the hardware address " + MacAddress.format(mac) + " on");
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /// One conversation with the kernel about one interface.
    private static final class Request implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final IfReq fields;
        private final int socket;

        Request(String name) throws IOException {
            fields = new IfReq(arena, name);
            socket = Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
            if (socket < 0) {
                arena.close();
                throw new IOException("cannot make a socket to configure " + name + ": " + Libc.strerror(-socket));
            }
        }

        /// The errno, 0 for success.
        int attempt(long request) {
            return -Math.min(0, Libc.ioctl(socket, request, fields.address()));
        }

        void perform(long request, String what) throws IOException {
            final int errno = attempt(request);
            if (errno != 0) {
                throw failure(what, errno);
            }
        }

        IOException failure(String what, int errno) {
            final String remedy = Errno.isPermission(errno) ? "; this needs root or CAP_NET_ADMIN" : "";
            return new IOException("cannot " + what + " " + fields.name() + ": " + Libc.strerror(errno) + remedy);
        }

        @Override
        public void close() {
            Libc.close(socket);
            arena.close();
        }
    }
}
