package org.weir.drivers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weir.drivers.TapOptions.Mode;

/// The kernel's side of `/dev/net/tun`, linux/if_tun.h: opens and configures a device, and explains why that
/// failed.
final class TunDevice {
    static final int IFF_TUN = 0x0001;
    static final int IFF_TAP = 0x0002;
    static final int IFF_NO_PI = 0x1000;
    static final int IFF_VNET_HDR = 0x4000;
    static final long TUNSETIFF = 0x400454caL;
    static final long TUNSETOFFLOAD = 0x400454d0L;
    static final long TUNSETVNETHDRSZ = 0x400454d8L;
    static final int TUN_F_CSUM = 0x01;
    static final int TUN_F_TSO4 = 0x02;
    /// Since Linux 6.2, and only together.
    static final int TUN_F_USO = 0x20 | 0x40;

    static final String PATH = "/dev/net/tun";

    private static final String PRIVILEGE =
            "run as root or with CAP_NET_ADMIN, or as the device's owner (`weir lab` needs neither)";

    private TunDevice() {}

    /// A device that was opened.
    ///
    /// @param fileDescriptor non-blocking, given to the caller
    /// @param name as the kernel calls it
    /// @param datagramSegmentation the kernel cuts and joins UDP datagrams
    record Opened(int fileDescriptor, String name, boolean datagramSegmentation) {}

    /// Opens the device that exists by the name of `options`, or makes it. It lasts as long as the descriptor
    /// unless it was made to persist.
    ///
    /// @throws IOException if that fails; the message names the device, the cause and what to do
    static Opened open(TapOptions options) throws IOException {
        final int fd = Libc.open(PATH, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        if (fd < 0) {
            throw new IOException(openFailed(options, -fd));
        }
        try {
            return configure(fd, options);
        } catch (IOException | RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    private static Opened configure(int fd, TapOptions options) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final IfReq request = new IfReq(arena, options.name());
            final int kind = options.mode() == Mode.TAP ? IFF_TAP : IFF_TUN;
            request.flags(kind | IFF_NO_PI | (options.offload() ? IFF_VNET_HDR : 0));
            final int attached = Libc.ioctl(fd, TUNSETIFF, request.address());
            if (attached < 0) {
                throw new IOException(attachFailed(options, -attached));
            }
            final boolean datagramSegmentation = setOffload(fd, options, arena);
            return new Opened(fd, request.name(), datagramSegmentation);
        }
    }

    /// Returns whether the kernel cuts and joins datagrams too.
    private static boolean setOffload(int fd, TapOptions options, Arena arena) throws IOException {
        if (!options.offload()) {
            check(options, Libc.ioctl(fd, TUNSETOFFLOAD, 0));
            return false;
        }
        final int stream = TUN_F_CSUM | TUN_F_TSO4;
        final boolean datagrams = Libc.ioctl(fd, TUNSETOFFLOAD, stream | TUN_F_USO) >= 0;
        if (!datagrams) {
            check(options, Libc.ioctl(fd, TUNSETOFFLOAD, stream));
        }
        final MemorySegment size = arena.allocate(ValueLayout.JAVA_INT);
        size.set(ValueLayout.JAVA_INT, 0, VirtioNetHeader.SIZE);
        check(options, Libc.ioctl(fd, TUNSETVNETHDRSZ, size.address()));
        return datagrams;
    }

    private static void check(TapOptions options, int result) throws IOException {
        if (result < 0) {
            throw new IOException(offloadFailed(options, -result));
        }
    }

    // ---- why it failed ----

    static String openFailed(TapOptions options, int errno) {
        if (Errno.isPermission(errno)) {
            return cannotOpen(options) + "no permission for " + PATH + cause(errno)
                    + "; run as root, or let root open it to all with `chmod 666 " + PATH + "` as most systems do";
        }
        if (errno == Errno.ENOENT || errno == Errno.ENODEV || errno == Errno.ENXIO) {
            return cannotOpen(options) + PATH + " is missing" + cause(errno)
                    + "; load it with `modprobe tun`, or give it to the container with `--device " + PATH + "`";
        }
        return cannotOpen(options) + PATH + " does not open" + cause(errno);
    }

    static String attachFailed(TapOptions options, int errno) {
        if (Errno.isPermission(errno)) {
            return cannotOpen(options) + "no permission" + cause(errno) + "; " + PRIVILEGE;
        }
        if (errno == Errno.EBUSY) {
            return cannotOpen(options) + "another program has it open" + cause(errno)
                    + "; stop that program or take another name";
        }
        if (errno == Errno.EINVAL) {
            return cannotOpen(options) + "an interface of that name exists and is not a " + options.mode()
                    + " with one queue" + cause(errno) + "; take another name";
        }
        return cannotOpen(options) + "the kernel refused it" + cause(errno);
    }

    static String offloadFailed(TapOptions options, int errno) {
        return cannotOpen(options) + "the kernel refused to " + (options.offload() ? "set" : "clear") + " offload"
                + cause(errno) + (options.offload() ? "; open it without offload" : "");
    }

    private static String cannotOpen(TapOptions options) {
        final String name =
                options.name().isEmpty() ? "a new " + options.mode() : options.mode() + " " + options.name();
        return "cannot open " + name + ": ";
    }

    private static String cause(int errno) {
        return " (" + Libc.strerror(errno) + ")";
    }
}
