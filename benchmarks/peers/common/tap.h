// A TAP device for the programs that have a stack, or something like one, of their own.
#ifndef WEIR_PEERS_TAP_H
#define WEIR_PEERS_TAP_H

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common.h"

// Opens the TAP of that name, which does not block; with offload, frames have a virtio_net_hdr in front of them.
static inline int tap_open(const char *name, int offload) {
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        fail_errno("cannot open /dev/net/tun");
    }
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | (offload ? IFF_VNET_HDR : 0)};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        fail_errno("cannot make the TAP");
    }
    if (offload && ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4) < 0) {
        fail_errno("cannot offload to the TAP");
    }
    return fd;
}

#endif
