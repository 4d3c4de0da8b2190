package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TunDeviceTest {
    private static final TapOptions TAP = TapOptions.tap("tap7");

    @Test
    void aMissingDeviceFileIsNamedWithWhatToDo() {
        assertEquals(
                "cannot open TAP tap7: /dev/net/tun is missing (No such file or directory); load it with `modprobe"
                        + " tun`, or give it to the container with `--device /dev/net/tun`",
                TunDevice.openFailed(TAP, Errno.ENOENT));
    }

    @Test
    void aDeviceFileForRootOnlyIsNamedWithWhatToDo() {
        assertEquals(
                "cannot open TAP tap7: no permission for /dev/net/tun (Permission denied); run as root, or let root"
                        + " open it to all with `chmod 666 /dev/net/tun` as most systems do",
                TunDevice.openFailed(TAP, Errno.EACCES));
    }

    @Test
    void aMissingPrivilegeIsNamedWithWhatToDo() {
        assertEquals(
                "cannot open a new TUN: no permission (Operation not permitted); run as root or with CAP_NET_ADMIN, or"
                        + " as the device's owner (`weir lab` needs neither)",
                TunDevice.attachFailed(TapOptions.tun(""), Errno.EPERM));
    }

    @Test
    void refusedOffloadIsNamedWithWhatToDo() {
        assertEquals(
                "cannot open TAP tap7: the kernel refused to set offload (Invalid argument); open it without offload",
                TunDevice.offloadFailed(TAP, Errno.EINVAL));
    }

    @Test
    void whatIsNotForeseenStillNamesTheDeviceAndTheCause() {
        assertEquals(
                "cannot open TAP tap7: the kernel refused it (Bad file descriptor)",
                TunDevice.attachFailed(TAP, Errno.EBADF));
    }
}
