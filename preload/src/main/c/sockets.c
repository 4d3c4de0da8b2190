/* Which descriptors are Weir's, and what a process knows of them without asking. */
#include "weir.h"

#include <stdatomic.h>
#include <string.h>

/* Octets of an AF_UNIX address before its path, and the 0 that makes the path an abstract name. */
#define NAME_OFFSET (offsetof(struct sockaddr_un, sun_path) + 1)

/* Descriptors that a program may have been started with are looked for up to here. */
#define INHERITED_MAX 1024

/* ---- names ---- */

static int digit_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool parse_id(const char *digits, uint64_t *id) {
    *id = 0;
    for (int i = 0; i < 16; i++) {
        int value = digit_value(digits[i]);
        if (value < 0) {
            return false;
        }
        *id = *id << 4 | (uint64_t)value;
    }
    return true;
}

static bool parse_name(const struct sockaddr_un *name, socklen_t length, struct weir_socket *socket) {
    static const char prefix[] = WEIR_NAME_PREFIX;
    const char *text = name->sun_path + 1;
    size_t kind = sizeof prefix - 1;
    if (length != NAME_OFFSET + WEIR_NAME_LENGTH || name->sun_family != AF_UNIX || name->sun_path[0] != '\0'
        || memcmp(text, prefix, kind) != 0 || text[kind + 1] != '.') {
        return false;
    }
    socket->kind = text[kind];
    return parse_id(text + kind + 2, &socket->id);
}

/* Anybody may take such a name for a socket and send the other end of it to this process. */
static bool is_made_by_host(int descriptor) {
    struct ucred maker;
    socklen_t length = sizeof maker;
    return weir_real()->getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &maker, &length) == 0
           && weir_is_host_user(maker.uid);
}

bool weir_find(int descriptor, struct weir_socket *socket) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    int saved = errno;
    socket->descriptor = descriptor;
    /* Nobody else guesses the number of a socket that something is known of. */
    bool found = weir_real()->getpeername(descriptor, (struct sockaddr *)&name, &length) == 0
                 && parse_name(&name, length, socket) && (weir_known(socket) != 0 || is_made_by_host(descriptor));
    errno = saved;
    return found;
}

/* ---- what is known ---- */

/*
 * One word for each socket, found by the lowest bits of its id and made of the other bits and of what is known: nothing
 * to lock, and no entry that is half written. A socket that falls on the place of another pushes it out, and the host
 * is asked again.
 */
#define KNOWLEDGE_BITS 12
#define KNOWLEDGE_MASK ((UINT64_C(1) << KNOWLEDGE_BITS) - 1)

static _Atomic uint64_t knowledge[1 << KNOWLEDGE_BITS];

unsigned weir_known(const struct weir_socket *socket) {
    uint64_t word = atomic_load_explicit(&knowledge[socket->id & KNOWLEDGE_MASK], memory_order_relaxed);
    return ((word ^ socket->id) & ~KNOWLEDGE_MASK) == 0 ? (unsigned)(word & KNOWLEDGE_MASK) : 0;
}

void weir_know(const struct weir_socket *socket, unsigned known) {
    uint64_t word = (socket->id & ~KNOWLEDGE_MASK) | known;
    atomic_store_explicit(&knowledge[socket->id & KNOWLEDGE_MASK], word, memory_order_relaxed);
}

/* ---- what read and write must heed ---- */

static atomic_bool datagrams;
static atomic_int unused_streams;

bool weir_attentive(void) {
    return atomic_load_explicit(&datagrams, memory_order_relaxed)
           || atomic_load_explicit(&unused_streams, memory_order_relaxed) > 0;
}

void weir_stream_made(void) {
    atomic_fetch_add_explicit(&unused_streams, 1, memory_order_relaxed);
}

/* A stream may have been made by another process: never below 0. */
void weir_stream_used(void) {
    int now = atomic_load_explicit(&unused_streams, memory_order_relaxed);
    while (now > 0
           && !atomic_compare_exchange_weak_explicit(
               &unused_streams, &now, now - 1, memory_order_relaxed, memory_order_relaxed)) {
    }
}

void weir_datagram_made(void) {
    atomic_store_explicit(&datagrams, true, memory_order_relaxed);
}

void weir_descriptor_arrived(int descriptor) {
    struct weir_socket socket;
    if (weir_find(descriptor, &socket) && !weir_is_stream(&socket)) {
        weir_datagram_made();
    }
}

__attribute__((constructor(102))) static void look_at_inherited(void) {
    for (int descriptor = 0; descriptor < INHERITED_MAX; descriptor++) {
        weir_descriptor_arrived(descriptor);
    }
}

/* ---- questions about one socket ---- */

struct weir_exchange weir_about(const struct weir_socket *socket, enum weir_call call) {
    return (struct weir_exchange){.request = {.call = call, .id = socket->id}, .descriptor = -1};
}

int weir_ask_option(const struct weir_socket *socket, int level, int name, void *value, size_t *length) {
    struct weir_exchange exchange = weir_about(socket, WEIR_GET_OPTION);
    exchange.request.type = level;
    exchange.request.protocol = name;
    exchange.request.argument = (int32_t)*length;
    exchange.answer = value;
    exchange.room = *length;
    int error = weir_ask(&exchange);
    if (error == 0 && exchange.reply.length < *length) {
        *length = exchange.reply.length;
    }
    return error;
}

int weir_tell_option(const struct weir_socket *socket, int level, int name, const void *value, size_t length) {
    struct weir_exchange exchange = weir_about(socket, WEIR_SET_OPTION);
    exchange.request.type = level;
    exchange.request.protocol = name;
    exchange.value = value;
    exchange.value_length = length;
    return weir_ask(&exchange);
}

bool weir_host_gone(const struct weir_socket *socket) {
    struct weir_exchange exchange = weir_about(socket, WEIR_LOCAL_NAME);
    return weir_ask(&exchange) == ENETDOWN;
}

int weir_take_error(const struct weir_socket *socket) {
    struct weir_exchange exchange = weir_about(socket, WEIR_ERROR);
    int error = weir_ask(&exchange);
    return error == 0 ? exchange.reply.result : error;
}

void weir_give_name(uint32_t address, uint16_t port, struct sockaddr *name, socklen_t *length) {
    struct sockaddr_in full = {.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = address};
    if (name == NULL || length == NULL) {
        return;
    }
    memcpy(name, &full, *length < sizeof full ? *length : sizeof full);
    *length = sizeof full;
}
