/* Send and recv in all their forms: each becomes a message for the socket's kind, or goes to the kernel. */
#include "weir.h"

#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

static ssize_t send_on(const struct weir_socket *socket, const struct msghdr *message, int flags) {
    return weir_is_stream(socket) ? weir_stream_send(socket, message, flags)
                                  : weir_datagram_send(socket, message, flags);
}

static ssize_t receive_on(const struct weir_socket *socket, struct msghdr *message, int flags) {
    return weir_is_stream(socket) ? weir_stream_receive(socket, message, flags)
                                  : weir_datagram_receive(socket, message, flags);
}

/* ---- sending ---- */

WEIR_EXPORT ssize_t sendto(int descriptor, const void *data, size_t length, int flags, __CONST_SOCKADDR_ARG name,
                           socklen_t name_length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->sendto(descriptor, data, length, flags, name, name_length);
    }
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = length};
    struct msghdr message = {
        .msg_name = (void *)(uintptr_t)name.__sockaddr__,
        .msg_namelen = name.__sockaddr__ != NULL ? name_length : 0,
        .msg_iov = &part,
        .msg_iovlen = 1,
    };
    return send_on(&socket, &message, flags);
}

WEIR_EXPORT ssize_t send(int descriptor, const void *data, size_t length, int flags) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->send(descriptor, data, length, flags);
    }
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return send_on(&socket, &message, flags);
}

WEIR_EXPORT ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->sendmsg(descriptor, message, flags);
    }
    return send_on(&socket, message, flags);
}

WEIR_EXPORT int sendmmsg(int descriptor, struct mmsghdr *messages, unsigned count, int flags) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->sendmmsg(descriptor, messages, count, flags);
    }
    unsigned sent = 0;
    while (sent < count) {
        ssize_t octets = send_on(&socket, &messages[sent].msg_hdr, flags);
        if (octets < 0) {
            break;
        }
        messages[sent++].msg_len = (unsigned)octets;
    }
    return sent > 0 || count == 0 ? (int)sent : -1;
}

/* ---- receiving ---- */

/* A descriptor that comes in by SCM_RIGHTS may be a datagram socket of Weir's. */
static void look_at_ancillary(struct msghdr *message) {
    for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item != NULL; item = CMSG_NXTHDR(message, item)) {
        if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const unsigned char *data = CMSG_DATA(item);
        const unsigned char *end = (const unsigned char *)item + item->cmsg_len;
        for (; data + sizeof(int) <= end; data += sizeof(int)) {
            int descriptor;
            memcpy(&descriptor, data, sizeof descriptor);
            weir_descriptor_arrived(descriptor);
        }
    }
}

WEIR_EXPORT ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
    struct weir_socket socket;
    if (weir_find(descriptor, &socket)) {
        return receive_on(&socket, message, flags);
    }
    ssize_t received = weir_real()->recvmsg(descriptor, message, flags);
    if (received >= 0 && message->msg_controllen > 0) {
        look_at_ancillary(message);
    }
    return received;
}

WEIR_EXPORT ssize_t recvfrom(int descriptor, void *data, size_t length, int flags, __SOCKADDR_ARG name,
                             socklen_t *restrict name_length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->recvfrom(descriptor, data, length, flags, name, name_length);
    }
    if (name.__sockaddr__ != NULL && (int)*name_length < 0) {
        return weir_fail(EINVAL);
    }
    struct iovec part = {.iov_base = data, .iov_len = length};
    struct msghdr message = {
        .msg_name = name.__sockaddr__,
        .msg_namelen = name.__sockaddr__ != NULL ? *name_length : 0,
        .msg_iov = &part,
        .msg_iovlen = 1,
    };
    ssize_t received = receive_on(&socket, &message, flags);
    if (received >= 0 && name.__sockaddr__ != NULL) {
        *name_length = message.msg_namelen;
    }
    return received;
}

WEIR_EXPORT ssize_t recv(int descriptor, void *data, size_t length, int flags) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->recv(descriptor, data, length, flags);
    }
    struct iovec part = {.iov_base = data, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return receive_on(&socket, &message, flags);
}

static bool has_passed(const struct timespec *start, const struct timespec *limit) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t gone = (now.tv_sec - start->tv_sec) * INT64_C(1000000000) + now.tv_nsec - start->tv_nsec;
    return gone >= limit->tv_sec * INT64_C(1000000000) + limit->tv_nsec;
}

/* As Linux does it: the time limit is looked at after each message, and does not end the wait for one. */
WEIR_EXPORT int recvmmsg(int descriptor, struct mmsghdr *messages, unsigned count, int flags,
                         struct timespec *timeout) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->recvmmsg(descriptor, messages, count, flags, timeout);
    }
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    unsigned received = 0;
    int each = flags & ~MSG_WAITFORONE;
    while (received < count) {
        ssize_t octets = receive_on(&socket, &messages[received].msg_hdr, each);
        if (octets < 0) {
            break;
        }
        messages[received++].msg_len = (unsigned)octets;
        if ((flags & MSG_WAITFORONE) != 0) {
            each |= MSG_DONTWAIT;
        }
        if (timeout != NULL && has_passed(&start, timeout)) {
            break;
        }
    }
    return received > 0 || count == 0 ? (int)received : -1;
}

/* ---- read and write ---- */

/* The reason of a reset lies with the host. */
static ssize_t explain(int descriptor, ssize_t result) {
    struct weir_socket socket;
    if (result < 0 && (errno == ECONNRESET || errno == EPIPE)) {
        int error = errno;
        if (weir_find(descriptor, &socket) && weir_is_stream(&socket)) {
            error = weir_stream_reason(&socket, error);
        }
        errno = error;
    }
    return result;
}

static bool must_heed(int descriptor, struct weir_socket *socket) {
    return weir_attentive() && weir_find(descriptor, socket);
}

WEIR_EXPORT ssize_t read(int descriptor, void *data, size_t length) {
    struct weir_socket socket;
    if (!must_heed(descriptor, &socket)) {
        return explain(descriptor, weir_real()->read(descriptor, data, length));
    }
    struct iovec part = {.iov_base = data, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return length == 0 ? 0 : receive_on(&socket, &message, 0);
}

WEIR_EXPORT ssize_t readv(int descriptor, const struct iovec *parts, int count) {
    struct weir_socket socket;
    if (count < 0 || !must_heed(descriptor, &socket)) {
        return explain(descriptor, weir_real()->readv(descriptor, parts, count));
    }
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count};
    return receive_on(&socket, &message, 0);
}

WEIR_EXPORT ssize_t write(int descriptor, const void *data, size_t length) {
    struct weir_socket socket;
    if (!must_heed(descriptor, &socket)) {
        return explain(descriptor, weir_real()->write(descriptor, data, length));
    }
    struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return send_on(&socket, &message, 0);
}

WEIR_EXPORT ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    struct weir_socket socket;
    if (count < 0 || !must_heed(descriptor, &socket)) {
        return explain(descriptor, weir_real()->writev(descriptor, parts, count));
    }
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count};
    return send_on(&socket, &message, 0);
}

/* ---- system calls by number ---- */

/*
 * libuv, and with it Node.js and dig, calls recvmmsg and sendmmsg by number, for the sake of old C libraries. Nothing
 * else does so for what the library stands in front of.
 */
WEIR_EXPORT long syscall(long number, ...) {
    long arguments[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++) {
        arguments[i] = va_arg(rest, long);
    }
    va_end(rest);
    const long *a = arguments;
    switch (number) {
    case SYS_recvmmsg:
        return recvmmsg((int)a[0], (struct mmsghdr *)a[1], (unsigned)a[2], (int)a[3], (struct timespec *)a[4]);
    case SYS_sendmmsg:
        return sendmmsg((int)a[0], (struct mmsghdr *)a[1], (unsigned)a[2], (int)a[3]);
    default:
        return weir_real()->syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
}

/* ---- what programs built with _FORTIFY_SOURCE call instead ---- */

_Noreturn void __chk_fail(void);

ssize_t __recv_chk(int descriptor, void *data, size_t length, size_t room, int flags);
ssize_t __recvfrom_chk(int descriptor, void *restrict data, size_t length, size_t room, int flags, __SOCKADDR_ARG name,
                       socklen_t *restrict name_length);
ssize_t __read_chk(int descriptor, void *data, size_t length, size_t room);

WEIR_EXPORT ssize_t __recv_chk(int descriptor, void *data, size_t length, size_t room, int flags) {
    if (length > room) {
        __chk_fail();
    }
    return recv(descriptor, data, length, flags);
}

WEIR_EXPORT ssize_t __recvfrom_chk(int descriptor, void *restrict data, size_t length, size_t room, int flags,
                                   __SOCKADDR_ARG name, socklen_t *restrict name_length) {
    if (length > room) {
        __chk_fail();
    }
    return recvfrom(descriptor, data, length, flags, name, name_length);
}

WEIR_EXPORT ssize_t __read_chk(int descriptor, void *data, size_t length, size_t room) {
    if (length > room) {
        __chk_fail();
    }
    return read(descriptor, data, length);
}
