/* What goes through a stream. The kernel carries it; what is left is where a pair of AF_UNIX is not a TCP socket. */
#include "weir.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>

/* ---- what a stream is ---- */

static bool host_says_listening(const struct weir_socket *socket) {
    int listening = 0;
    size_t length = sizeof listening;
    return weir_ask_option(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening != 0;
}

/* Of a stream that this process has not connected itself: one that it inherited, or that its child connected. */
static unsigned ask_phase(const struct weir_socket *socket) {
    struct pollfd wait = {.fd = socket->descriptor, .events = POLLOUT};
    int ready = poll(&wait, 1, 0);
    if (ready > 0 && (wait.revents & POLLHUP) != 0) {
        return WEIR_OPEN; /* it was: the kernel has the rest and the error */
    }
    if (host_says_listening(socket)) {
        return WEIR_LISTENING;
    }
    struct weir_exchange exchange = weir_about(socket, WEIR_REMOTE_NAME);
    if (weir_ask(&exchange) == 0) {
        return WEIR_OPEN;
    }
    return ready == 0 ? WEIR_CONNECTING : 0;
}

unsigned weir_stream_phase(const struct weir_socket *socket) {
    unsigned phase = weir_known(socket) & WEIR_PHASE;
    if (phase != 0) {
        return phase;
    }
    int saved = errno;
    phase = ask_phase(socket);
    errno = saved;
    if (phase != 0) {
        weir_know(socket, phase);
    }
    return phase;
}

static bool may_carry(const struct weir_socket *socket) {
    unsigned phase = weir_stream_phase(socket);
    return phase == WEIR_OPEN || phase == WEIR_CONNECTING;
}

/* What the kernel's end reports is only that something went wrong; what it was, the host knows. */
int weir_stream_error(const struct weir_socket *socket) {
    int kernel = 0;
    socklen_t length = sizeof kernel;
    weir_real()->getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &kernel, &length);
    int host = weir_take_error(socket);
    return host != 0 ? host : kernel;
}

int weir_stream_reason(const struct weir_socket *socket, int error) {
    if (error != ECONNRESET && error != EPIPE) {
        return error;
    }
    int reason = weir_stream_error(socket);
    return reason != 0 ? reason : error;
}

/* ---- sending ---- */

/*
 * The kernel would raise SIGPIPE where TCP first reports why the connection has ended. So the signal is held back until
 * that is known.
 */
static ssize_t fail_to_send(const struct weir_socket *socket, int error, int flags) {
    int reason = error == EPIPE ? weir_stream_reason(socket, error) : error;
    if (reason == EPIPE && (flags & MSG_NOSIGNAL) == 0) {
        pthread_kill(pthread_self(), SIGPIPE);
    }
    return weir_fail(reason);
}

ssize_t weir_stream_send(const struct weir_socket *socket, const struct msghdr *message, int flags) {
    if ((flags & (MSG_OOB | MSG_FASTOPEN)) != 0) {
        return weir_fail(EOPNOTSUPP);
    }
    if (!may_carry(socket)) {
        return fail_to_send(socket, EPIPE, flags);
    }
    /* TCP has no use for a name or for descriptors; the pair would take them. */
    struct msghdr plain = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen};
    ssize_t sent = weir_real()->sendmsg(socket->descriptor, &plain, flags | MSG_NOSIGNAL);
    return sent < 0 ? fail_to_send(socket, errno, flags) : sent;
}

/* ---- receiving ---- */

static size_t room_in(const struct msghdr *message) {
    size_t room = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        room += message->msg_iov[i].iov_len;
    }
    return room;
}

/* MSG_TRUNC on TCP takes octets and throws them away, wherever the program's buffer is. */
static ssize_t discard(const struct weir_socket *socket, size_t length, int flags) {
    char nowhere[16384];
    if (length > sizeof nowhere) {
        length = sizeof nowhere;
    }
    return weir_real()->recv(socket->descriptor, nowhere, length, flags & ~MSG_TRUNC);
}

static ssize_t receive(const struct weir_socket *socket, struct msghdr *message, int flags) {
    if ((flags & MSG_TRUNC) != 0) {
        message->msg_flags = 0;
        return discard(socket, room_in(message), flags);
    }
    struct msghdr plain = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen};
    ssize_t received = weir_real()->recvmsg(socket->descriptor, &plain, flags);
    message->msg_flags = plain.msg_flags;
    return received;
}

ssize_t weir_stream_receive(const struct weir_socket *socket, struct msghdr *message, int flags) {
    if ((flags & MSG_ERRQUEUE) != 0) {
        return weir_fail(EAGAIN);
    }
    if (!may_carry(socket)) {
        return weir_fail(ENOTCONN);
    }
    if ((flags & MSG_OOB) != 0) {
        return weir_fail(EINVAL); /* as with no urgent data there */
    }
    ssize_t received = receive(socket, message, flags);
    if (received < 0) {
        return weir_fail(weir_stream_reason(socket, errno));
    }
    message->msg_namelen = 0;
    message->msg_controllen = 0;
    return received;
}
