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

    static final String PATH = "/dev/net/tun";

    private static final String PRIVILEGE =
            "run as root or with CAP_NET_ADMIN, or as the device's owner (`weir lab` needs neither)";

    private TunDevice() {}

    /// A device that was opened.
    ///
    /// @param fileDescriptor non-blocking, given to the caller
    /// @param name as the kernel calls it
    record Opened(int fileDescriptor, String name) {}

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
            final String name = configure(fd, options);
            return new Opened(fd, name);
        } catch (IOException | RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    private static String configure(int fd, TapOptions options) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final IfReq request = new IfReq(arena, options.name());
            final int kind = options.mode() == Mode.TAP ? IFF_TAP : IFF_TUN;
            request.flags(kind | IFF_NO_PI | (options.offload() ? IFF_VNET_HDR : 0));
            final int attached = Libc.ioctl(fd, TUNSETIFF, request.address());
            if (attached < 0) {
                throw new IOException(attachFailed(options, -attached));
            }
            setOffload(fd, options, arena);
            return request.name();
        }
    }

    private static void setOffload(int fd, TapOptions options, Arena arena) throws IOException {
        final int offload = options.offload() ? TUN_F_CSUM | TUN_F_TSO4 : 0;
        int result = Libc.ioctl(fd, TUNSETOFFLOAD, offload);
        if (result >= 0 && options.offload()) {
            final MemorySegment size = arena.allocate(ValueLayout.JAVA_INT);
            size.set(ValueLayout.JAVA_INT, 0, VirtioNetHeader.SIZE);
            result = Libc.ioctl(fd, TUNSETVNETHDRSZ, size.address());
        }
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
