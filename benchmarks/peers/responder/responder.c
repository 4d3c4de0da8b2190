// What a TAP can carry when there is no stack behind it: answers ARP and SYN, acknowledges what arrives, sends one
// segment that was made beforehand as often as the window permits, and answers an octet with one. Computes no checksum over data,
// verifies nothing, keeps no buffer; one connection at a time.
//
//   responder TAP plain|offload
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <netinet/ip.h>
#define __FAVOR_BSD
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>

#include "tap.h"

enum {
    MSS = 1460,
    OFFLOAD_SEGMENTS = 44,
    MOST = 65536 + 64,
    BATCH = 64,
    WINDOW_SHIFT = 8,
    STALL_NS = 200000000,
    ETHERNET_ARP = 42
};

struct frame {
    struct virtio_net_hdr offload;
    struct ethhdr ethernet;
    struct iphdr ip;
    struct tcphdr tcp;
    unsigned char rest[MOST];
} __attribute__((packed));

// What is not there on a plain TAP.
static size_t skipped;
static int tap;
static struct frame in;
static struct frame out;
static size_t segment_octets;
static unsigned payload_sum;

// The connection.
static unsigned receive_next;
static unsigned send_next;
static unsigned acknowledged;
static unsigned window;
static int window_shift;
static int owes_acknowledgment;
static int is_source;
static long long progress_ns;

// RFC 1071, over big-endian words as they lie in memory.
static unsigned sum(const void *data, size_t octets, unsigned start) {
    const unsigned char *at = data;
    unsigned long long total = start;
    for (size_t i = 0; i + 1 < octets; i += 2) {
        total += (unsigned) (at[i] << 8 | at[i + 1]);
    }
    if (octets % 2 != 0) {
        total += (unsigned) at[octets - 1] << 8;
    }
    while (total >> 16 != 0) {
        total = (total & 0xffff) + (total >> 16);
    }
    return (unsigned) total;
}

static void write_frame(size_t octets) {
    // What the kernel does not take is lost, as on a wire.
    const ssize_t count = write(tap, (char *) &out + skipped, offsetof(struct frame, ethernet) - skipped + octets);
    (void) count;
}

// Sends `octets` behind the header, whose sum is `data_sum`.
static void send_segment(int flags, size_t header, size_t octets, unsigned data_sum) {
    const size_t length = sizeof out.ip + header + octets;
    out.ip.tot_len = htons((uint16_t) length);
    out.ip.check = 0;
    out.ip.check = htons((uint16_t) ~sum(&out.ip, sizeof out.ip, 0));
    out.tcp.th_flags = (uint8_t) flags;
    out.tcp.th_off = (header / 4) & 0xf;
    out.tcp.th_ack = htonl(receive_next);
    out.tcp.th_sum = 0;
    const unsigned pseudo = sum(&out.ip.saddr, 8, (unsigned) (IPPROTO_TCP + header + octets));
    if (skipped == 0) {
        out.tcp.th_sum = htons((uint16_t) pseudo);
        out.offload.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
        out.offload.csum_start = offsetof(struct frame, tcp) - offsetof(struct frame, ethernet);
        out.offload.csum_offset = offsetof(struct tcphdr, th_sum);
        out.offload.gso_type = octets > MSS ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_NONE;
        out.offload.gso_size = octets > MSS ? MSS : 0;
        out.offload.hdr_len = (uint16_t) (out.offload.csum_start + header);
    } else {
        out.tcp.th_sum = htons((uint16_t) ~sum(&out.tcp, header, pseudo + data_sum));
    }
    write_frame(sizeof out.ethernet + length);
    owes_acknowledgment = 0;
}

static void answer_arp(void) {
    unsigned char *request = (unsigned char *) &in.ip;
    unsigned char *answer = (unsigned char *) &out.ip;
    memcpy(out.ethernet.h_dest, in.ethernet.h_source, ETH_ALEN);
    out.ethernet.h_proto = htons(ETH_P_ARP);
    memcpy(answer, request, 28);
    answer[7] = 2;
    memcpy(answer + 8, out.ethernet.h_source, ETH_ALEN);
    memcpy(answer + 14, request + 24, 4);
    memcpy(answer + 18, request + 8, ETH_ALEN + 4);
    memset(&out.offload, 0, sizeof out.offload);
    write_frame(ETHERNET_ARP);
    out.ethernet.h_proto = htons(ETH_P_IP);
}

static void build_headers(void) {
    memcpy(out.ethernet.h_dest, in.ethernet.h_source, ETH_ALEN);
    out.ip = (struct iphdr) {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP};
    out.ip.saddr = in.ip.daddr;
    out.ip.daddr = in.ip.saddr;
    out.tcp = (struct tcphdr) {.th_sport = in.tcp.th_dport, .th_dport = in.tcp.th_sport, .th_win = 0xffff};
}

// The shift of the window-scale option of RFC 7323, 0 without one.
static int offered_shift(void) {
    const size_t length = in.tcp.th_off * 4u - sizeof in.tcp;
    for (size_t i = 0; i + 2 < length && in.rest[i] != 0; i += in.rest[i] == 1 || in.rest[i + 1] == 0 ? 1 : in.rest[i + 1]) {
        if (in.rest[i] == 3) {
            return in.rest[i + 2];
        }
    }
    return 0;
}

static void accept_connection(void) {
    static const unsigned char options[] = {2, 4, MSS >> 8, MSS & 0xff, 1, 3, 3, WINDOW_SHIFT};
    build_headers();
    window_shift = offered_shift();
    receive_next = ntohl(in.tcp.th_seq) + 1;
    memcpy(out.rest, options, sizeof options);
    out.tcp.th_seq = htonl(send_next);
    send_segment(TH_SYN | TH_ACK, sizeof out.tcp + sizeof options, 0, 0);
    send_next++;
    acknowledged = send_next;
    memset(out.rest, 'w', MOST);
    is_source = ntohs(in.tcp.th_dport) == CHARGEN_PORT;
    progress_ns = now_ns();
}

static void take_acknowledgment(void) {
    const unsigned number = ntohl(in.tcp.th_ack);
    window = (unsigned) ntohs(in.tcp.th_win) << window_shift;
    if ((int) (number - acknowledged) > 0) {
        acknowledged = number;
        progress_ns = now_ns();
    }
}

static void take_data(size_t octets) {
    if (ntohl(in.tcp.th_seq) == receive_next) {
        receive_next += (unsigned) octets;
        if (octets > 0 && ntohs(in.tcp.th_dport) == ECHO_PORT) {
            out.tcp.th_seq = htonl(send_next);
            send_segment(TH_ACK | TH_PUSH, sizeof out.tcp, octets, sum(out.rest, octets, 0));
            send_next += (unsigned) octets;
            return;
        }
    }
    owes_acknowledgment = owes_acknowledgment || octets > 0;
}

static void arrives(size_t octets) {
    if (in.ethernet.h_proto == htons(ETH_P_ARP)) {
        answer_arp();
        return;
    }
    if (in.ethernet.h_proto != htons(ETH_P_IP) || in.ip.protocol != IPPROTO_TCP || octets < 54) {
        return;
    }
    const int flags = in.tcp.th_flags;
    if (flags & TH_SYN) {
        accept_connection();
    } else if (flags & TH_RST) {
        is_source = 0;
    } else if (in.tcp.th_sport == out.tcp.th_dport) {
        take_acknowledgment();
        take_data(ntohs(in.ip.tot_len) - sizeof in.ip - in.tcp.th_off * 4u);
        if (flags & TH_FIN) {
            receive_next++;
            out.tcp.th_seq = htonl(send_next);
            send_segment(TH_FIN | TH_ACK, sizeof out.tcp, 0, 0);
        }
    }
}

static int read_batch(void) {
    for (int i = 0; i < BATCH; i++) {
        const ssize_t count = read(tap, (char *) &in + skipped, sizeof in - skipped);
        if (count < 0) {
            return i;
        }
        arrives((size_t) count - (offsetof(struct frame, ethernet) - skipped));
    }
    return BATCH;
}

// Returns how many segments went.
static int write_batch(void) {
    if (!is_source) {
        return 0;
    }
    if (send_next != acknowledged && now_ns() - progress_ns > STALL_NS) {
        send_next = acknowledged;
        progress_ns = now_ns();
    }
    int sent = 0;
    while (sent < BATCH && send_next - acknowledged + segment_octets <= window) {
        out.tcp.th_seq = htonl(send_next);
        send_segment(TH_ACK, sizeof out.tcp, segment_octets, payload_sum);
        send_next += (unsigned) segment_octets;
        sent++;
    }
    return sent;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fail("usage: responder TAP plain|offload");
    }
    const int offload = strcmp(argv[2], "offload") == 0;
    skipped = offload ? 0 : sizeof out.offload;
    segment_octets = offload ? OFFLOAD_SEGMENTS * MSS : MSS;
    memset(out.rest, 'w', MOST);
    payload_sum = sum(out.rest, segment_octets, 0);
    memcpy(out.ethernet.h_source, "\2\0\0\0\0\2", ETH_ALEN);
    out.ethernet.h_proto = htons(ETH_P_IP);
    tap = tap_open(argv[1], offload);
    ready();
    for (;;) {
        const int read = read_batch();
        if (owes_acknowledgment) {
            out.tcp.th_seq = htonl(send_next);
            send_segment(TH_ACK, sizeof out.tcp, 0, 0);
        }
        if (read + write_batch() == 0) {
            struct pollfd readable = {.fd = tap, .events = POLLIN};
            poll(&readable, 1, is_source ? 1 : -1);
        }
    }
}
