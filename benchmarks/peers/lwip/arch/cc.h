// What lwIP wants to know of the compiler and the machine.
#ifndef WEIR_PEERS_ARCH_CC_H
#define WEIR_PEERS_ARCH_CC_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LWIP_PLATFORM_DIAG(x) printf x
#define LWIP_PLATFORM_ASSERT(x)                             \
    do {                                                    \
        fprintf(stderr, "lwIP: assertion failed: %s\n", x); \
        abort();                                            \
    } while (0)
#define LWIP_RAND() ((uint32_t) random())
#define SYS_ARCH_DECL_PROTECT(level)
#define SYS_ARCH_PROTECT(level)
#define SYS_ARCH_UNPROTECT(level)

uint16_t checksum(const void *data, int octets);
#define LWIP_CHKSUM checksum

#endif
