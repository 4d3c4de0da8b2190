// Two ends of one lwIP in one thread, joined by a link in memory with an MTU of 1500 octets; checksums are computed and
// verified in software. A frame is copied once, as it crosses.
//
//   lwip-pair copied|referred|ping MILLISECONDS WARM_MILLISECONDS
//
// lwIP keeps its state in global variables, so that both ends are one stack with two interfaces, each end bound to its
// own. Prints one line of NAME=VALUE pairs.
#include "common.h"

#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

enum { RING = 1024, PATTERN = 64 * 1024, PORT = 9, MOST_PINGS = 16 * 1024 * 1024, LOOKS = 64 };

// Frames on their way to an interface.
struct wire {
    struct pbuf *frames[RING];
    unsigned head;
    unsigned tail;
    struct netif netif;
};

static struct wire near;
static struct wire far;
static char pattern[PATTERN];
static unsigned long long received;
static unsigned long long segments;
static unsigned times[MOST_PINGS];

u32_t sys_now(void) {
    return (u32_t) (now_ns() / 1000000);
}

// ---- the link ----

static err_t cross(struct netif *from, struct pbuf *frame) {
    struct wire *to = from == &near.netif ? &far : &near;
    if (to->head - to->tail == RING) {
        return ERR_IF;
    }
    struct pbuf *copy = pbuf_alloc(PBUF_RAW, frame->tot_len, PBUF_POOL);
    if (copy == NULL) {
        return ERR_MEM;
    }
    pbuf_copy(copy, frame);
    to->frames[to->head++ % RING] = copy;
    segments += from == &near.netif && frame->tot_len > TCP_MSS;
    return ERR_OK;
}

// Returns how many frames have arrived.
static unsigned deliver(struct wire *wire) {
    const unsigned count = wire->head - wire->tail;
    for (unsigned i = 0; i < count; i++) {
        struct pbuf *frame = wire->frames[wire->tail++ % RING];
        if (wire->netif.input(frame, &wire->netif) != ERR_OK) {
            pbuf_free(frame);
        }
    }
    return count;
}

static err_t link_init(struct netif *netif) {
    netif->name[0] = 'm';
    netif->name[1] = 'm';
    netif->mtu = 1500;
    netif->hwaddr_len = ETH_HWADDR_LEN;
    memcpy(netif->hwaddr, netif == &near.netif ? "\2\0\0\0\0\1" : "\2\0\0\0\0\2", ETH_HWADDR_LEN);
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = cross;
    return ERR_OK;
}

// Both ends are told that the other's network is on their own link: the routes are those of the bound interfaces.
static void add(struct wire *wire, const char *address, const char *other) {
    ip4_addr_t own, mask, gateway;
    ip4addr_aton(address, &own);
    ip4addr_aton("255.255.255.0", &mask);
    ip4addr_aton(other, &gateway);
    if (netif_add(&wire->netif, &own, &mask, &gateway, NULL, link_init, ethernet_input) == NULL) {
        fail("cannot add an interface");
    }
    netif_set_up(&wire->netif);
}

static void poll_once(void) {
    static unsigned calls;
    deliver(&far);
    deliver(&near);
    if (++calls % LOOKS == 0) {
        sys_check_timeouts();
    }
}

// ---- the two ends ----

static err_t discard(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error) {
    (void) argument;
    (void) error;
    if (data != NULL) {
        received += data->tot_len;
        tcp_recved(pcb, data->tot_len);
        pbuf_free(data);
    }
    return ERR_OK;
}

static err_t echo(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error) {
    if (data != NULL) {
        tcp_write(pcb, data->payload, data->len, TCP_WRITE_FLAG_COPY);
    }
    return discard(argument, pcb, data, error);
}

static err_t accepted(void *service, struct tcp_pcb *pcb, err_t error) {
    (void) error;
    tcp_nagle_disable(pcb);
    tcp_recv(pcb, service == NULL ? discard : echo);
    return ERR_OK;
}

// TCP_WRITE_FLAG_COPY or 0, by reference.
static u8_t how;

static err_t fill(void *argument, struct tcp_pcb *pcb, u16_t octets) {
    (void) argument;
    (void) octets;
    while (tcp_sndbuf(pcb) >= 32 * TCP_MSS && tcp_sndqueuelen(pcb) < TCP_SND_QUEUELEN - 64
           && tcp_write(pcb, pattern, 32 * TCP_MSS, how) == ERR_OK) {
        continue;
    }
    return ERR_OK;
}

static int is_connected;

static err_t connected(void *argument, struct tcp_pcb *pcb, err_t error) {
    (void) argument;
    (void) pcb;
    is_connected = error == ERR_OK;
    return ERR_OK;
}

static struct tcp_pcb *connection(int echoes) {
    struct tcp_pcb *listener = tcp_new();
    tcp_bind_netif(listener, &far.netif);
    tcp_bind(listener, netif_ip_addr4(&far.netif), PORT);
    listener = tcp_listen(listener);
    tcp_arg(listener, echoes ? listener : NULL);
    tcp_accept(listener, accepted);
    struct tcp_pcb *pcb = tcp_new();
    tcp_bind_netif(pcb, &near.netif);
    tcp_bind(pcb, netif_ip_addr4(&near.netif), 0);
    tcp_nagle_disable(pcb);
    tcp_recv(pcb, discard);
    tcp_connect(pcb, netif_ip_addr4(&far.netif), PORT, connected);
    for (const long long limit = now_ns() + 5000000000LL; !is_connected;) {
        poll_once();
        sys_check_timeouts();
        if (now_ns() > limit) {
            fail("the two ends do not connect");
        }
    }
    return pcb;
}

// ---- measurements ----

static void run_bulk(long long measured_ns, long long warm_ns) {
    struct tcp_pcb *pcb = connection(0);
    tcp_sent(pcb, fill);
    fill(NULL, pcb, 0);
    tcp_output(pcb);
    for (const long long end = now_ns() + warm_ns; now_ns() < end;) {
        poll_once();
    }
    const unsigned long long octets = received;
    const unsigned long long before = segments;
    const long long began = now_ns();
    for (const long long end = began + measured_ns; now_ns() < end;) {
        poll_once();
    }
    const double seconds = (double) (now_ns() - began) / 1e9;
    printf("seconds=%.6f octets=%llu segments=%llu\n", seconds, received - octets, segments - before);
}

static long long exchange(struct tcp_pcb *pcb) {
    const unsigned long long before = received;
    tcp_write(pcb, "w", 1, TCP_WRITE_FLAG_COPY);
    tcp_output(pcb);
    // Both ends count what they receive.
    while (received != before + 2) {
        poll_once();
    }
    return now_ns();
}

static int by_value(const void *a, const void *b) {
    const unsigned x = *(const unsigned *) a;
    const unsigned y = *(const unsigned *) b;
    return (x > y) - (x < y);
}

static double microseconds(int count, double share) {
    return times[(int) (share * (count - 1))] / 1e3;
}

static void run_ping(long long measured_ns, long long warm_ns) {
    struct tcp_pcb *pcb = connection(1);
    for (const long long end = now_ns() + warm_ns; now_ns() < end;) {
        exchange(pcb);
    }
    const long long began = now_ns();
    int count = 0;
    for (long long at = began; at < began + measured_ns && count < MOST_PINGS;) {
        const long long then = exchange(pcb);
        times[count++] = (unsigned) (then - at);
        at = then;
    }
    qsort(times, (size_t) count, sizeof times[0], by_value);
    printf(
        "count=%d p50=%.2f p99=%.2f p999=%.2f\n",
        count,
        microseconds(count, 0.5),
        microseconds(count, 0.99),
        microseconds(count, 0.999));
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fail("usage: lwip-pair copied|referred|ping MILLISECONDS WARM_MILLISECONDS");
    }
    how = strcmp(argv[1], "copied") == 0 ? TCP_WRITE_FLAG_COPY : 0;
    memset(pattern, 'w', sizeof pattern);
    lwip_init();
    add(&near, "192.0.2.1", "192.0.2.2");
    add(&far, "192.0.2.2", "192.0.2.1");
    (strcmp(argv[1], "ping") == 0 ? run_ping : run_bulk)(atoll(argv[2]) * 1000000, atoll(argv[3]) * 1000000);
    return 0;
}
