// RFC 1071 in a loop that the compiler makes vector instructions of; lwIP's own is a scalar one.
#include <stdint.h>
#include <string.h>

#include "arch/cc.h"

uint16_t checksum(const void *data, int octets) {
    const unsigned char *at = data;
    uint64_t sum = 0;
    const int words = octets / 4;
    for (int i = 0; i < words; i++) {
        uint32_t word;
        memcpy(&word, at + 4 * i, 4);
        sum += word;
    }
    for (int i = 4 * words; i < octets; i++) {
        sum += (uint64_t) at[i] << (i % 2 * 8);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t) sum;
}
