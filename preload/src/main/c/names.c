/*
 * Names: numbers and /etc/hosts here, other names from the stack's name server through the host. Where the host has
 * none, the C library looks them up as ever. Services, sorting out of flags and the form of the results are the C
 * library's in any case: it is given the number for the name.
 */
#include "weir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ADDRESSES_MAX 32
#define NAME_MAX_OCTETS 253
#define LINE_OCTETS 1024

struct addresses {
    int count;
    uint32_t address[ADDRESSES_MAX];
};

/* ---- /etc/hosts ---- */

/*
 * Calls `each` for every name of every IPv4 line with the address and its place in the line, until it returns false.
 */
static void walk_hosts(bool (*each)(uint32_t address, const char *name, int place, void *argument), void *argument) {
    FILE *file = fopen("/etc/hosts", "re");
    char line[LINE_OCTETS];
    bool more = file != NULL;
    while (more && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "#\n")] = '\0';
        char *rest;
        const char *word = strtok_r(line, " \t", &rest);
        struct in_addr address;
        if (word == NULL || inet_pton(AF_INET, word, &address) != 1) {
            continue;
        }
        int place = 0;
        while (more && (word = strtok_r(NULL, " \t", &rest)) != NULL) {
            more = each(address.s_addr, word, place++, argument);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

struct by_name {
    const char *name;
    struct addresses *found;
};

static bool collect_address(uint32_t address, const char *name, int place, void *argument) {
    (void)place;
    struct by_name *search = argument;
    if (strcasecmp(name, search->name) == 0) {
        search->found->address[search->found->count++] = address;
    }
    return search->found->count < ADDRESSES_MAX;
}

struct by_address {
    uint32_t address;
    char *name;
    size_t room;
    bool found;
};

/* The first name of a line is the official one. */
static bool take_first_name(uint32_t address, const char *name, int place, void *argument) {
    struct by_address *search = argument;
    if (address == search->address && place == 0) {
        snprintf(search->name, search->room, "%s", name);
        search->found = true;
    }
    return !search->found;
}

/* ---- the host ---- */

/* The host knows no name server; the C library may know one. */
static bool cannot_resolve(int error) {
    return error == EAI_SYSTEM;
}

/* 0, or an EAI_ number; EAI_SYSTEM where the host knows no name server, or there is no host. */
static int look_up(const char *name, struct addresses *found) {
    found->count = 0;
    struct by_name search = {.name = name, .found = found};
    walk_hosts(collect_address, &search);
    if (found->count > 0) {
        return 0;
    }
    size_t length = strlen(name);
    if (length == 0 || length > NAME_MAX_OCTETS + 1) {
        return EAI_NONAME;
    }
    struct weir_exchange exchange = {
        .request = {.call = WEIR_RESOLVE},
        .value = name,
        .value_length = length,
        .answer = found->address,
        .room = sizeof found->address,
    };
    if (weir_ask_slowly(&exchange) != 0) {
        return EAI_SYSTEM;
    }
    if (exchange.reply.result != 0) {
        return exchange.reply.result;
    }
    size_t octets = exchange.reply.length < exchange.room ? exchange.reply.length : exchange.room;
    found->count = (int)(octets / sizeof found->address[0]);
    return found->count > 0 ? 0 : EAI_NODATA;
}

static bool reverse(uint32_t address, char *name, size_t room) {
    struct by_address search = {.address = address, .name = name, .room = room};
    walk_hosts(take_first_name, &search);
    if (search.found) {
        return true;
    }
    char answer[NAME_MAX_OCTETS + 1];
    struct weir_exchange exchange = {
        .request = {.call = WEIR_REVERSE, .address = address},
        .answer = answer,
        .room = sizeof answer - 1,
    };
    if (weir_ask_slowly(&exchange) != 0 || exchange.reply.result != 0 || exchange.reply.length == 0) {
        return false;
    }
    answer[exchange.reply.length < exchange.room ? exchange.reply.length : exchange.room] = '\0';
    snprintf(name, room, "%s", answer);
    return true;
}

/* ---- getaddrinfo ---- */

/* The C library's results for one number. */
static int from_number(uint32_t address, const char *service, const struct addrinfo *hints, struct addrinfo **list) {
    char number[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &address, number, sizeof number);
    struct addrinfo numeric = *hints;
    numeric.ai_flags = (numeric.ai_flags & ~AI_CANONNAME & ~AI_ADDRCONFIG) | AI_NUMERICHOST;
    return weir_real()->getaddrinfo(number, service, &numeric, list);
}

static int from_numbers(const struct addresses *found, const char *service, const struct addrinfo *hints,
                        struct addrinfo **list) {
    struct addrinfo **end = list;
    *list = NULL;
    for (int i = 0; i < found->count; i++) {
        int error = from_number(found->address[i], service, hints, end);
        if (error != 0) {
            if (*list != NULL) {
                *end = NULL;
                freeaddrinfo(*list);
            }
            return error;
        }
        while (*end != NULL) {
            end = &(*end)->ai_next;
        }
    }
    return 0;
}

static int name_results(struct addrinfo *list, const char *name) {
    list->ai_canonname = strdup(name);
    if (list->ai_canonname != NULL) {
        return 0;
    }
    freeaddrinfo(list);
    return EAI_MEMORY;
}

static int resolve(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **list) {
    struct addresses found;
    int error = look_up(node, &found);
    if (cannot_resolve(error)) {
        return weir_real()->getaddrinfo(node, service, hints, list);
    }
    if (error == 0) {
        error = from_numbers(&found, service, hints, list);
    }
    if (error == 0 && (hints->ai_flags & AI_CANONNAME) != 0) {
        error = name_results(*list, node);
    }
    return error;
}

WEIR_EXPORT int getaddrinfo(const char *restrict node, const char *restrict service,
                            const struct addrinfo *restrict hints, struct addrinfo **restrict list) {
    /* Without hints, as POSIX has them and as glibc does. */
    struct addrinfo internet = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};
    if (hints != NULL) {
        internet = *hints;
    }
    if (internet.ai_family == AF_INET6) {
        /* As on a system without IPv6: numbers have a meaning, and the socket for them is refused. */
        bool is_number = node == NULL || strchr(node, ':') != NULL;
        return is_number ? weir_real()->getaddrinfo(node, service, hints, list) : EAI_ADDRFAMILY;
    }
    if (internet.ai_family != AF_UNSPEC && internet.ai_family != AF_INET) {
        return weir_real()->getaddrinfo(node, service, hints, list);
    }
    internet.ai_family = AF_INET;
    internet.ai_flags &= ~AI_V4MAPPED;
    if (node == NULL) {
        internet.ai_flags &= ~AI_ADDRCONFIG;
        return weir_real()->getaddrinfo(node, service, &internet, list);
    }
    struct addrinfo numeric = internet;
    numeric.ai_flags = (numeric.ai_flags & ~AI_ADDRCONFIG) | AI_NUMERICHOST;
    int error = weir_real()->getaddrinfo(node, service, &numeric, list);
    if (error != EAI_NONAME || (internet.ai_flags & AI_NUMERICHOST) != 0) {
        return error;
    }
    return resolve(node, service, &internet, list);
}

WEIR_EXPORT int getnameinfo(const struct sockaddr *restrict name, socklen_t length, char *restrict node,
                            socklen_t node_room, char *restrict service, socklen_t service_room, int flags) {
    struct sockaddr_in full;
    bool ours = node != NULL && node_room > 0 && (flags & NI_NUMERICHOST) == 0 && length >= sizeof full
                && name->sa_family == AF_INET;
    if (!ours) {
        return weir_real()->getnameinfo(name, length, node, node_room, service, service_room, flags);
    }
    memcpy(&full, name, sizeof full);
    char found[NAME_MAX_OCTETS + 1];
    if (!reverse(full.sin_addr.s_addr, found, sizeof found)) {
        return (flags & NI_NAMEREQD) != 0 ? EAI_NONAME
                                          : weir_real()->getnameinfo(name, length, node, node_room, service,
                                                                     service_room, flags | NI_NUMERICHOST);
    }
    if (strlen(found) >= node_room) {
        return EAI_OVERFLOW;
    }
    strcpy(node, found);
    if (service == NULL || service_room == 0) {
        return 0;
    }
    char number[INET_ADDRSTRLEN];
    flags = (flags & ~NI_NAMEREQD) | NI_NUMERICHOST;
    return weir_real()->getnameinfo(name, length, number, sizeof number, service, service_room, flags);
}

/* ---- the older calls ---- */

/* Room for what a hostent points to, taken from the caller's buffer. */
struct buffer {
    char *next;
    size_t left;
};

static void *take(struct buffer *buffer, size_t length) {
    size_t skip = (size_t)(-(uintptr_t)buffer->next) & (_Alignof(char *) - 1);
    if (buffer->left < skip + length) {
        return NULL;
    }
    char *taken = buffer->next + skip;
    buffer->next = taken + length;
    buffer->left -= skip + length;
    return taken;
}

/* 0 or ERANGE. */
static int fill_hostent(struct hostent *host, const char *name, const struct addresses *found, char *room,
                        size_t length) {
    struct buffer buffer = {.next = room, .left = length};
    size_t count = (size_t)found->count;
    char **list = take(&buffer, (count + 1) * sizeof *list);
    char **aliases = take(&buffer, sizeof *aliases);
    uint32_t *addresses = take(&buffer, count * sizeof *addresses);
    char *copy = take(&buffer, strlen(name) + 1);
    if (list == NULL || aliases == NULL || addresses == NULL || copy == NULL) {
        return ERANGE;
    }
    for (size_t i = 0; i < count; i++) {
        addresses[i] = found->address[i];
        list[i] = (char *)&addresses[i];
    }
    list[count] = NULL;
    aliases[0] = NULL;
    strcpy(copy, name);
    *host = (struct hostent){
        .h_name = copy,
        .h_aliases = aliases,
        .h_addrtype = AF_INET,
        .h_length = sizeof(struct in_addr),
        .h_addr_list = list,
    };
    return 0;
}

static int old_error(int error) {
    switch (error) {
    case EAI_NONAME:
        return HOST_NOT_FOUND;
    case EAI_NODATA:
        return NO_DATA;
    case EAI_AGAIN:
        return TRY_AGAIN;
    default:
        return NO_RECOVERY;
    }
}

WEIR_EXPORT int gethostbyname2_r(const char *restrict name, int family, struct hostent *restrict host,
                                 char *restrict room, size_t length, struct hostent **restrict result,
                                 int *restrict error) {
    struct addresses found = {.count = 1};
    *result = NULL;
    if (family != AF_INET) {
        *error = NO_DATA; /* for IPv6, as getaddrinfo */
        return 0;
    }
    int failed = inet_aton(name, (struct in_addr *)found.address) != 0 ? 0 : look_up(name, &found);
    if (cannot_resolve(failed)) {
        return weir_real()->gethostbyname2_r(name, family, host, room, length, result, error);
    }
    if (failed != 0) {
        *error = old_error(failed);
        return 0;
    }
    int status = fill_hostent(host, name, &found, room, length);
    *error = status == 0 ? NETDB_SUCCESS : NETDB_INTERNAL;
    *result = status == 0 ? host : NULL;
    return status;
}

WEIR_EXPORT int gethostbyname_r(const char *restrict name, struct hostent *restrict host, char *restrict room,
                                size_t length, struct hostent **restrict result, int *restrict error) {
    return gethostbyname2_r(name, AF_INET, host, room, length, result, error);
}

WEIR_EXPORT int gethostbyaddr_r(const void *restrict address, socklen_t address_length, int family,
                                struct hostent *restrict host, char *restrict room, size_t length,
                                struct hostent **restrict result, int *restrict error) {
    if (family != AF_INET || address_length != sizeof(struct in_addr)) {
        return weir_real()->gethostbyaddr_r(
            address, address_length, family, host, room, length, result, error);
    }
    struct addresses found = {.count = 1};
    memcpy(found.address, address, sizeof found.address[0]);
    char name[NAME_MAX_OCTETS + 1];
    *result = NULL;
    if (!reverse(found.address[0], name, sizeof name)) {
        *error = HOST_NOT_FOUND;
        return 0;
    }
    int status = fill_hostent(host, name, &found, room, length);
    *error = status == 0 ? NETDB_SUCCESS : NETDB_INTERNAL;
    *result = status == 0 ? host : NULL;
    return status;
}

/* The calls without _r own their result, in glibc for the process, here for the thread. */
static _Thread_local struct hostent own_host;
static _Thread_local char own_room[2048];

WEIR_EXPORT struct hostent *gethostbyname2(const char *name, int family) {
    struct hostent *result;
    gethostbyname2_r(name, family, &own_host, own_room, sizeof own_room, &result, &h_errno);
    return result;
}

WEIR_EXPORT struct hostent *gethostbyname(const char *name) {
    return gethostbyname2(name, AF_INET);
}

WEIR_EXPORT struct hostent *gethostbyaddr(const void *address, socklen_t length, int family) {
    struct hostent *result;
    gethostbyaddr_r(address, length, family, &own_host, own_room, sizeof own_room, &result, &h_errno);
    return result;
}
