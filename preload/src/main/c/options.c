/* Options: the pair has a few of its own, the library knows what a socket is, and the host has the rest. */
#include "weir.h"

#include <string.h>
#include <sys/time.h>

/* Waiting is the kernel's: its options for that are set on the pair. */
static bool is_kept_by_pair(const struct weir_socket *socket, int level, int name) {
    if (level != SOL_SOCKET) {
        return false;
    }
    return name == SO_RCVTIMEO || name == SO_SNDTIMEO || (name == SO_RCVLOWAT && weir_is_stream(socket));
}

/* ---- setsockopt ---- */

static bool is_true(const void *value, size_t length) {
    const char *octets = value;
    for (size_t i = 0; i < length; i++) {
        if (octets[i] != 0) {
            return true;
        }
    }
    return false;
}

/* The library makes the ancillary data; the host keeps the setting for other processes, and need not know it. */
static void set_ancillary(const struct weir_socket *socket, unsigned bit, bool on) {
    unsigned known = weir_datagram_knowledge(socket);
    weir_know(socket, on ? known | bit : known & ~bit);
}

WEIR_EXPORT int setsockopt(int descriptor, int level, int name, const void *value, socklen_t length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket) || is_kept_by_pair(&socket, level, name)) {
        return weir_real()->setsockopt(descriptor, level, name, value, length);
    }
    if (length > WEIR_VALUE_MAX) {
        return weir_fail(EINVAL);
    }
    unsigned bit = weir_is_stream(&socket) ? 0 : weir_ancillary_option(level, name);
    if (bit != 0 && (value == NULL || length < 1 || (level == SOL_SOCKET && length < sizeof(int)))) {
        return weir_fail(EINVAL);
    }
    int error = weir_tell_option(&socket, level, name, value, length);
    if (bit != 0 && error != ENETDOWN) {
        set_ancillary(&socket, bit, is_true(value, length));
        error = 0;
    }
    return weir_result(error);
}

/* ---- getsockopt ---- */

static int type_of(const struct weir_socket *socket) {
    if (weir_is_stream(socket)) {
        return SOCK_STREAM;
    }
    return socket->kind == WEIR_KIND_RAW ? SOCK_RAW : SOCK_DGRAM;
}

static int pending_error(const struct weir_socket *socket) {
    if (weir_is_stream(socket)) {
        return weir_stream_error(socket);
    }
    int queued = weir_datagram_error(socket);
    return queued != 0 ? queued : weir_take_error(socket);
}

/* An option that the library itself can tell. */
static bool know_option(const struct weir_socket *socket, int level, int name, int *value) {
    unsigned bit = weir_is_stream(socket) ? 0 : weir_ancillary_option(level, name);
    if (bit != 0) {
        *value = (weir_datagram_knowledge(socket) & bit) != 0;
        return true;
    }
    if (level != SOL_SOCKET) {
        return false;
    }
    switch (name) {
    case SO_DOMAIN:
        *value = AF_INET;
        return true;
    case SO_TYPE:
        *value = type_of(socket);
        return true;
    case SO_PROTOCOL:
        *value = weir_is_stream(socket) ? IPPROTO_TCP : socket->kind == WEIR_KIND_DATAGRAM ? IPPROTO_UDP : IPPROTO_ICMP;
        return socket->kind != WEIR_KIND_RAW;
    case SO_ERROR:
        *value = pending_error(socket);
        return true;
    default:
        return false;
    }
}

/* Linux has another error for a level that is not one of the socket's protocols, but only here. */
static bool is_foreign(const struct weir_socket *socket, int level) {
    return level != SOL_SOCKET && level != IPPROTO_IP && !(level == IPPROTO_TCP && weir_is_stream(socket))
           && !(level == IPPROTO_UDP && socket->kind == WEIR_KIND_DATAGRAM);
}

WEIR_EXPORT int getsockopt(int descriptor, int level, int name, void *restrict value, socklen_t *restrict length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket) || is_kept_by_pair(&socket, level, name)) {
        return weir_real()->getsockopt(descriptor, level, name, value, length);
    }
    if ((int)*length < 0) {
        return weir_fail(EINVAL);
    }
    int known;
    if (know_option(&socket, level, name, &known)) {
        *length = *length < sizeof known ? *length : sizeof known;
        memcpy(value, &known, *length);
        return 0;
    }
    size_t room = *length < WEIR_VALUE_MAX ? *length : WEIR_VALUE_MAX;
    int error = weir_ask_option(&socket, level, name, value, &room);
    if (error == 0) {
        *length = (socklen_t)room;
    }
    return weir_result(error == ENOPROTOOPT && is_foreign(&socket, level) ? EOPNOTSUPP : error);
}
