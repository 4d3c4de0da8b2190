/*
 * The stack's interfaces in the place of the kernel's. Loopback stays the kernel's, and so does whatever a program asks
 * through a descriptor that is not Weir's.
 */
#include "weir.h"

#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LOOPBACK "lo"

int weir_interfaces(struct weir_interface *interfaces, int room) {
    struct weir_exchange exchange = {
        .request = {.call = WEIR_INTERFACES},
        .answer = interfaces,
        .room = (size_t)room * sizeof *interfaces,
    };
    int error = weir_ask(&exchange);
    if (error != 0) {
        return weir_fail(error);
    }
    int count = exchange.reply.length / (int)sizeof *interfaces;
    count = count < room ? count : room;
    int kept = 0;
    for (int i = 0; i < count; i++) {
        interfaces[i].name[sizeof interfaces[i].name - 1] = '\0';
        if (strcmp(interfaces[i].name, LOOPBACK) != 0) {
            interfaces[kept++] = interfaces[i];
        }
    }
    return kept;
}

static const struct weir_interface *find_name(const struct weir_interface *interfaces, int count, const char *name) {
    for (int i = 0; i < count; i++) {
        if (strncmp(interfaces[i].name, name, IFNAMSIZ) == 0) {
            return &interfaces[i];
        }
    }
    return NULL;
}

static const struct weir_interface *find_index(const struct weir_interface *interfaces, int count, unsigned index) {
    for (int i = 0; i < count; i++) {
        if (interfaces[i].index == index) {
            return &interfaces[i];
        }
    }
    return NULL;
}

/* ---- ioctl ---- */

/* A socket of the kernel's, which has an answer for its loopback interface. */
static int ask_kernel(unsigned long request, void *argument) {
    int kernel = weir_real()->socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (kernel < 0) {
        return -1;
    }
    int result = weir_real()->ioctl(kernel, request, argument);
    int saved = errno;
    close(kernel);
    errno = saved;
    return result;
}

static void set_address(struct sockaddr *target, uint32_t address) {
    struct sockaddr_in full = {.sin_family = AF_INET, .sin_addr.s_addr = address};
    memcpy(target, &full, sizeof full);
}

static int fill_request(struct ifreq *request, unsigned long what, const struct weir_interface *interface) {
    switch (what) {
    case SIOCGIFADDR:
        set_address(&request->ifr_addr, interface->address);
        return 0;
    case SIOCGIFNETMASK:
        set_address(&request->ifr_netmask, interface->netmask);
        return 0;
    case SIOCGIFBRDADDR:
        set_address(&request->ifr_broadaddr, interface->broadcast);
        return 0;
    case SIOCGIFFLAGS:
        request->ifr_flags = (short)interface->flags;
        return 0;
    case SIOCGIFINDEX:
        request->ifr_ifindex = (int)interface->index;
        return 0;
    case SIOCGIFMTU:
        request->ifr_mtu = (int)interface->mtu;
        return 0;
    default: /* SIOCGIFHWADDR */
        request->ifr_hwaddr = (struct sockaddr){.sa_family = interface->hardware_type};
        memcpy(request->ifr_hwaddr.sa_data, interface->hardware, sizeof interface->hardware);
        return 0;
    }
}

static int answer_request(unsigned long what, struct ifreq *request) {
    struct weir_interface interfaces[WEIR_INTERFACES_MAX];
    int count = weir_interfaces(interfaces, WEIR_INTERFACES_MAX);
    if (count < 0) {
        return -1;
    }
    if (what == SIOCGIFNAME) {
        const struct weir_interface *interface = find_index(interfaces, count, (unsigned)request->ifr_ifindex);
        if (interface == NULL) {
            return ask_kernel(what, request);
        }
        memcpy(request->ifr_name, interface->name, IFNAMSIZ);
        return 0;
    }
    if (strncmp(request->ifr_name, LOOPBACK, IFNAMSIZ) == 0) {
        return ask_kernel(what, request);
    }
    const struct weir_interface *interface = find_name(interfaces, count, request->ifr_name);
    return interface == NULL ? weir_fail(ENODEV) : fill_request(request, what, interface);
}

/* The list: loopback from the kernel, the others from the host. Without a buffer it tells how long the list is. */
static int answer_list(struct ifconf *list) {
    struct weir_interface interfaces[WEIR_INTERFACES_MAX];
    int count = weir_interfaces(interfaces, WEIR_INTERFACES_MAX);
    if (count < 0) {
        return -1;
    }
    struct ifreq all[WEIR_INTERFACES_MAX + 1];
    memset(all, 0, sizeof all);
    strcpy(all[0].ifr_name, LOOPBACK);
    int filled = ask_kernel(SIOCGIFADDR, &all[0]) == 0 ? 1 : 0;
    for (int i = 0; i < count; i++, filled++) {
        memcpy(all[filled].ifr_name, interfaces[i].name, IFNAMSIZ);
        set_address(&all[filled].ifr_addr, interfaces[i].address);
    }
    int length = filled * (int)sizeof all[0];
    if (list->ifc_req != NULL) {
        int room = list->ifc_len - list->ifc_len % (int)sizeof all[0];
        length = length < room ? length : room;
        memcpy(list->ifc_req, all, (size_t)length);
    }
    list->ifc_len = length;
    return 0;
}

static bool concerns_interface(unsigned long request) {
    switch (request) {
    case SIOCGIFADDR:
    case SIOCGIFNETMASK:
    case SIOCGIFBRDADDR:
    case SIOCGIFFLAGS:
    case SIOCGIFINDEX:
    case SIOCGIFMTU:
    case SIOCGIFHWADDR:
    case SIOCGIFNAME:
    case SIOCGIFCONF:
        return true;
    default:
        return false;
    }
}

WEIR_EXPORT int ioctl(int descriptor, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    struct weir_socket socket;
    bool counts = request == FIONREAD;
    if ((!counts && !concerns_interface(request)) || !weir_find(descriptor, &socket)
        || (counts && weir_is_stream(&socket))) {
        return weir_real()->ioctl(descriptor, request, argument);
    }
    if (counts) {
        *(int *)argument = weir_datagram_waiting(&socket);
        return 0;
    }
    return request == SIOCGIFCONF ? answer_list(argument) : answer_request(request, argument);
}

/* ---- names and numbers ---- */

WEIR_EXPORT unsigned if_nametoindex(const char *name) {
    struct weir_interface interfaces[WEIR_INTERFACES_MAX];
    if (strcmp(name, LOOPBACK) == 0) {
        return weir_real()->if_nametoindex(name);
    }
    int count = weir_interfaces(interfaces, WEIR_INTERFACES_MAX);
    if (count < 0) {
        return 0;
    }
    const struct weir_interface *interface = find_name(interfaces, count, name);
    if (interface == NULL) {
        errno = ENODEV;
        return 0;
    }
    return interface->index;
}

WEIR_EXPORT char *if_indextoname(unsigned index, char name[IFNAMSIZ]) {
    struct weir_interface interfaces[WEIR_INTERFACES_MAX];
    int count = weir_interfaces(interfaces, WEIR_INTERFACES_MAX);
    const struct weir_interface *interface = find_index(interfaces, count, index);
    if (interface == NULL) {
        char *kernel = weir_real()->if_indextoname(index, name);
        if (kernel == NULL || strcmp(kernel, LOOPBACK) == 0) {
            return kernel;
        }
        errno = ENXIO;
        return NULL;
    }
    return memcpy(name, interface->name, IFNAMSIZ);
}

/* One piece of memory: the list, then the names that it points to. */
WEIR_EXPORT struct if_nameindex *if_nameindex(void) {
    struct weir_interface interfaces[WEIR_INTERFACES_MAX];
    int count = weir_interfaces(interfaces, WEIR_INTERFACES_MAX);
    if (count < 0) {
        return NULL;
    }
    size_t entries = (size_t)count + 2; /* loopback, and the end */
    struct if_nameindex *list = calloc(1, entries * (sizeof *list + IFNAMSIZ));
    if (list == NULL) {
        errno = ENOBUFS;
        return NULL;
    }
    char(*names)[IFNAMSIZ] = (char(*)[IFNAMSIZ])(list + entries);
    unsigned loopback = weir_real()->if_nametoindex(LOOPBACK);
    struct if_nameindex *next = list;
    if (loopback != 0) {
        *next++ = (struct if_nameindex){.if_index = loopback, .if_name = strcpy(*names++, LOOPBACK)};
    }
    for (int i = 0; i < count; i++) {
        bool repeated = find_name(interfaces, i, interfaces[i].name) != NULL;
        if (!repeated) {
            *next++ = (struct if_nameindex){
                .if_index = interfaces[i].index,
                .if_name = memcpy(*names++, interfaces[i].name, IFNAMSIZ),
            };
        }
    }
    return list;
}

WEIR_EXPORT void if_freenameindex(struct if_nameindex *list) {
    free(list);
}

/* ---- getifaddrs ---- */

/* An entry and all that it points to. */
struct entry {
    struct ifaddrs head;
    char name[IFNAMSIZ];
    union {
        struct sockaddr any;
        struct sockaddr_in internet;
        struct sockaddr_ll packet;
        struct sockaddr_storage room;
    } address, netmask, broadcast;
};

static struct sockaddr *copy_sockaddr(const struct sockaddr *from, struct sockaddr_storage *to) {
    if (from == NULL || (from->sa_family != AF_INET && from->sa_family != AF_PACKET)) {
        return NULL;
    }
    memcpy(to, from, from->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_ll));
    return (struct sockaddr *)to;
}

/* The kernel's loopback. There is no IPv6 on the stack yet, and an address of it alone would mislead. */
static struct entry *copy_loopback(const struct ifaddrs *kernel, struct entry *next) {
    for (; kernel != NULL; kernel = kernel->ifa_next) {
        bool internet6 = kernel->ifa_addr != NULL && kernel->ifa_addr->sa_family == AF_INET6;
        if (strcmp(kernel->ifa_name, LOOPBACK) != 0 || internet6) {
            continue;
        }
        strcpy(next->name, LOOPBACK);
        next->head.ifa_name = next->name;
        next->head.ifa_flags = kernel->ifa_flags;
        next->head.ifa_addr = copy_sockaddr(kernel->ifa_addr, &next->address.room);
        next->head.ifa_netmask = copy_sockaddr(kernel->ifa_netmask, &next->netmask.room);
        next++;
    }
    return next;
}

static void name_entry(struct entry *entry, const struct weir_interface *interface) {
    memcpy(entry->name, interface->name, IFNAMSIZ);
    entry->head.ifa_name = entry->name;
    entry->head.ifa_flags = interface->flags;
    entry->head.ifa_addr = &entry->address.any;
}

static void fill_packet_entry(struct entry *entry, const struct weir_interface *interface) {
    name_entry(entry, interface);
    entry->address.packet = (struct sockaddr_ll){
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)interface->index,
        .sll_hatype = interface->hardware_type,
        .sll_halen = interface->hardware_type == ARPHRD_ETHER ? sizeof interface->hardware : 0,
    };
    memcpy(entry->address.packet.sll_addr, interface->hardware, sizeof interface->hardware);
}

static void fill_internet_entry(struct entry *entry, const struct weir_interface *interface) {
    name_entry(entry, interface);
    set_address(&entry->address.any, interface->address);
    set_address(&entry->netmask.any, interface->netmask);
    entry->head.ifa_netmask = &entry->netmask.any;
    if (interface->broadcast != 0) {
        set_address(&entry->broadcast.any, interface->broadcast);
        entry->head.ifa_broadaddr = &entry->broadcast.any;
    }
}

static size_t count_entries(const struct ifaddrs *list) {
    size_t count = 0;
    for (; list != NULL; list = list->ifa_next) {
        count++;
    }
    return count;
}

static void chain(struct entry *entries, const struct entry *end) {
    for (struct entry *entry = entries; entry + 1 < end; entry++) {
        entry->head.ifa_next = &entry[1].head;
    }
}

WEIR_EXPORT int getifaddrs(struct ifaddrs **list) {
    struct weir_interface interfaces[WEIR_INTERFACES_MAX];
    int count = weir_interfaces(interfaces, WEIR_INTERFACES_MAX);
    struct ifaddrs *kernel = NULL;
    if (count < 0 || weir_real()->getifaddrs(&kernel) != 0) {
        return -1;
    }
    struct entry *entries = calloc(count_entries(kernel) + 2 * (size_t)count, sizeof *entries);
    if (entries == NULL) {
        weir_real()->freeifaddrs(kernel);
        return -1;
    }
    struct entry *next = copy_loopback(kernel, entries);
    weir_real()->freeifaddrs(kernel);
    for (int i = 0; i < count; i++) {
        if (find_name(interfaces, i, interfaces[i].name) == NULL) {
            fill_packet_entry(next++, &interfaces[i]);
        }
        if (interfaces[i].address != INADDR_ANY) {
            fill_internet_entry(next++, &interfaces[i]);
        }
    }
    chain(entries, next);
    *list = next > entries ? &entries->head : NULL;
    if (*list == NULL) {
        free(entries);
    }
    return 0;
}

/* The first entry is at the front of the one piece of memory. */
WEIR_EXPORT void freeifaddrs(struct ifaddrs *list) {
    free(list);
}
