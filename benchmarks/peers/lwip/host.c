// lwIP as a contestant: its raw interface on a plain TAP, with echo, discard and chargen.
//
//   lwip TAP block|spin
//
// When there is nothing to do, it blocks at once, or first looks again for 50 us.
#define _GNU_SOURCE
#include <poll.h>
#include <sys/uio.h>

#include "tap.h"

#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

enum { FRAME = 1514, BATCH = 64, MOST_PIECES = 64, PATTERN = 256 * 1024, SPIN_NS = 50000 };

static int tap;
static char pattern[PATTERN];

u32_t sys_now(void) {
    return (u32_t) (now_ns() / 1000000);
}

// ---- the link ----

static err_t link_output(struct netif *netif, struct pbuf *frame) {
    (void) netif;
    struct iovec pieces[MOST_PIECES];
    int count = 0;
    for (const struct pbuf *piece = frame; piece != NULL && count < MOST_PIECES; piece = piece->next) {
        pieces[count++] = (struct iovec) {.iov_base = piece->payload, .iov_len = piece->len};
    }
    return writev(tap, pieces, count) < 0 ? ERR_IF : ERR_OK;
}

static err_t link_init(struct netif *netif) {
    netif->name[0] = 't';
    netif->name[1] = 'p';
    netif->mtu = 1500;
    netif->hwaddr_len = ETH_HWADDR_LEN;
    memcpy(netif->hwaddr, "\2\0\0\0\0\2", ETH_HWADDR_LEN);
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = link_output;
    return ERR_OK;
}

// Straight into a pbuf of the pool. Returns 0 if there is no frame.
static int receive_frame(struct netif *netif) {
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, FRAME, PBUF_POOL);
    if (frame == NULL) {
        return 0;
    }
    const ssize_t octets = read(tap, frame->payload, FRAME);
    if (octets <= 0) {
        pbuf_free(frame);
        return 0;
    }
    pbuf_realloc(frame, (u16_t) octets);
    if (netif->input(frame, netif) != ERR_OK) {
        pbuf_free(frame);
    }
    return 1;
}

static int receive_batch(struct netif *netif) {
    int received = 0;
    while (received < BATCH && receive_frame(netif)) {
        received++;
    }
    return received;
}

// ---- services ----

static err_t closed_by_peer(struct tcp_pcb *pcb) {
    if (tcp_close(pcb) == ERR_OK) {
        return ERR_OK;
    }
    tcp_abort(pcb);
    return ERR_ABRT;
}

static err_t discard(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error) {
    (void) argument;
    (void) error;
    if (data == NULL) {
        return closed_by_peer(pcb);
    }
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

static err_t echo(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error) {
    (void) argument;
    (void) error;
    if (data == NULL) {
        return closed_by_peer(pcb);
    }
    for (const struct pbuf *piece = data; piece != NULL; piece = piece->next) {
        // Echo serves the small messages of the loads, which always fit.
        tcp_write(pcb, piece->payload, piece->len, TCP_WRITE_FLAG_COPY);
    }
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

// Fills the send buffer by reference.
static err_t generate(void *argument, struct tcp_pcb *pcb, u16_t octets) {
    (void) argument;
    (void) octets;
    while (tcp_sndbuf(pcb) >= TCP_MSS && tcp_sndqueuelen(pcb) < TCP_SND_QUEUELEN - 64) {
        const u16_t chunk = (u16_t) LWIP_MIN(tcp_sndbuf(pcb) / TCP_MSS * TCP_MSS, 32 * TCP_MSS);
        if (tcp_write(pcb, pattern, chunk, 0) != ERR_OK) {
            break;
        }
    }
    return ERR_OK;
}

static err_t accepted(void *argument, struct tcp_pcb *pcb, err_t error) {
    (void) argument;
    if (error != ERR_OK || pcb == NULL) {
        return ERR_VAL;
    }
    tcp_nagle_disable(pcb);
    tcp_recv(pcb, pcb->local_port == ECHO_PORT ? echo : discard);
    if (pcb->local_port == CHARGEN_PORT) {
        tcp_sent(pcb, generate);
        generate(NULL, pcb, 0);
        tcp_output(pcb);
    }
    return ERR_OK;
}

static void serve(u16_t port) {
    struct tcp_pcb *pcb = tcp_new();
    if (pcb == NULL || tcp_bind(pcb, IP_ADDR_ANY, port) != ERR_OK || (pcb = tcp_listen(pcb)) == NULL) {
        fail("cannot listen on port %d", port);
    }
    tcp_accept(pcb, accepted);
}

// ---- the loop ----

static void await_frames(int spins) {
    struct pollfd readable = {.fd = tap, .events = POLLIN};
    if (spins) {
        for (const long long end = now_ns() + SPIN_NS; now_ns() < end;) {
            if (poll(&readable, 1, 0) > 0) {
                return;
            }
        }
    }
    poll(&readable, 1, (int) LWIP_MIN(sys_timeouts_sleeptime(), 1000));
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fail("usage: lwip TAP block|spin");
    }
    const int spins = strcmp(argv[2], "spin") == 0;
    tap = tap_open(argv[1], 0);
    memset(pattern, 'w', sizeof pattern);
    lwip_init();
    ip4_addr_t address, mask, gateway;
    IP4_ADDR(&address, 10, 10, 10, 2);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&gateway, 0, 0, 0, 0);
    struct netif netif;
    if (netif_add(&netif, &address, &mask, &gateway, NULL, link_init, ethernet_input) == NULL) {
        fail("cannot add the interface");
    }
    netif_set_default(&netif);
    netif_set_up(&netif);
    serve(ECHO_PORT);
    serve(DISCARD_PORT);
    serve(CHARGEN_PORT);
    ready();
    for (;;) {
        const int received = receive_batch(&netif);
        sys_check_timeouts();
        if (received == 0) {
            await_frames(spins);
        }
    }
}
