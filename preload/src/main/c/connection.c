/* Sockets from their making to their end: everything but what goes through them and their options. */
#include "weir.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>

#define SOCKET_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

/* ---- socket ---- */

/* 0 for what the stack may have, else the errno that Linux has for it. */
static int check_protocol(int type, int protocol) {
    if (protocol < 0 || protocol > IPPROTO_MPTCP) {
        return EINVAL;
    }
    switch (type) {
    case SOCK_STREAM:
        return protocol == 0 || protocol == IPPROTO_TCP ? 0 : EPROTONOSUPPORT;
    case SOCK_DGRAM:
        return protocol == 0 || protocol == IPPROTO_UDP || protocol == IPPROTO_ICMP ? 0 : EPROTONOSUPPORT;
    default:
        return protocol != 0 ? 0 : EPROTONOSUPPORT;
    }
}

static int set_flags(int descriptor, int flags) {
    if ((flags & SOCK_NONBLOCK) != 0 && fcntl(descriptor, F_SETFL, O_RDWR | O_NONBLOCK) != 0) {
        return errno;
    }
    if ((flags & SOCK_CLOEXEC) == 0 && fcntl(descriptor, F_SETFD, 0) != 0) {
        return errno;
    }
    return 0;
}

int weir_make(int type, int protocol, int flags, struct weir_socket *made) {
    struct weir_exchange exchange = {.request = {.call = WEIR_SOCKET, .type = type, .protocol = protocol}};
    int error = weir_ask(&exchange);
    if (error == 0 && exchange.descriptor < 0) {
        error = EMFILE; /* the kernel found no number for it */
    }
    if (error == 0) {
        error = set_flags(exchange.descriptor, flags);
    }
    if (error == 0 && !weir_find(exchange.descriptor, made)) {
        error = ENETDOWN; /* the host went meanwhile */
    }
    if (exchange.descriptor >= 0) {
        weir_epoll_forget(exchange.descriptor);
    }
    if (error != 0 && exchange.descriptor >= 0) {
        close(exchange.descriptor);
    }
    return error;
}

WEIR_EXPORT int socket(int domain, int type, int protocol) {
    if (domain == AF_INET6) {
        return weir_fail(EAFNOSUPPORT); /* as on a system without IPv6: programs fall back to IPv4 */
    }
    int kind = type & ~SOCKET_FLAGS;
    if (domain != AF_INET || (kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_RAW)) {
        return weir_real()->socket(domain, type, protocol);
    }
    struct weir_socket made;
    int error = check_protocol(kind, protocol);
    if (error == 0) {
        error = weir_make(kind, protocol, type & SOCKET_FLAGS, &made);
    }
    if (error != 0) {
        return weir_fail(error);
    }
    if (kind == SOCK_STREAM) {
        weir_stream_made();
    } else {
        weir_datagram_made();
    }
    return made.descriptor;
}

/* ---- addresses ---- */

/* Puts an address that a program gave into a request. 0 or an errno. */
static int take_name(const struct sockaddr *name, socklen_t length, struct weir_request *request) {
    struct sockaddr_in full;
    if (length < sizeof full) {
        return EINVAL;
    }
    memcpy(&full, name, sizeof full);
    if (full.sin_family != AF_INET && !(full.sin_family == AF_UNSPEC && full.sin_addr.s_addr == INADDR_ANY)) {
        return EAFNOSUPPORT;
    }
    request->address = full.sin_addr.s_addr;
    request->port = full.sin_port;
    return 0;
}

/* bind or connect on a socket of the kernel's, which takes the place of Weir's unless the call fails. */
static int name_elsewhere(const struct weir_socket *socket, __typeof__(&bind) call, const struct sockaddr *name,
                          socklen_t length) {
    int kernel = weir_kernel_socket(socket);
    if (kernel < 0) {
        return -1;
    }
    int result = call(kernel, name, length);
    int outcome = result == 0 ? 0 : errno;
    if (outcome != 0 && outcome != EINPROGRESS && outcome != EINTR) {
        close(kernel);
        return weir_fail(outcome);
    }
    int error = weir_replace(socket, kernel);
    return weir_result(error != 0 ? error : outcome);
}

WEIR_EXPORT int bind(int descriptor, __CONST_SOCKADDR_ARG name, socklen_t length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->bind(descriptor, name, length);
    }
    struct weir_exchange exchange = weir_about(&socket, WEIR_BIND);
    int error = take_name(name.__sockaddr__, length, &exchange.request);
    if (error == 0) {
        error = weir_ask(&exchange);
    }
    if (error == WEIR_ELSEWHERE) {
        return name_elsewhere(&socket, weir_real()->bind, name.__sockaddr__, length);
    }
    return weir_result(error);
}

static int give_asked_name(const struct weir_socket *socket, enum weir_call call, __SOCKADDR_ARG name,
                           socklen_t *length) {
    if ((int)*length < 0) {
        return weir_fail(EINVAL);
    }
    struct weir_exchange exchange = weir_about(socket, call);
    int error = weir_ask(&exchange);
    if (error == 0) {
        weir_give_name(exchange.reply.address, exchange.reply.port, name.__sockaddr__, length);
    }
    return weir_result(error);
}

WEIR_EXPORT int getsockname(int descriptor, __SOCKADDR_ARG name, socklen_t *restrict length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->getsockname(descriptor, name, length);
    }
    return give_asked_name(&socket, WEIR_LOCAL_NAME, name, length);
}

WEIR_EXPORT int getpeername(int descriptor, __SOCKADDR_ARG name, socklen_t *restrict length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->getpeername(descriptor, name, length);
    }
    return give_asked_name(&socket, WEIR_REMOTE_NAME, name, length);
}

/* ---- listen and accept ---- */

WEIR_EXPORT int listen(int descriptor, int backlog) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->listen(descriptor, backlog);
    }
    if (!weir_is_stream(&socket)) {
        return weir_fail(EOPNOTSUPP);
    }
    struct weir_exchange exchange = weir_about(&socket, WEIR_LISTEN);
    exchange.request.argument = backlog;
    int error = weir_ask(&exchange);
    if (error == 0) {
        if (weir_known(&socket) != WEIR_LISTENING) {
            weir_stream_used();
        }
        weir_know(&socket, WEIR_LISTENING);
    }
    return weir_result(error);
}

/* A connection that comes while there is no number for it would be lost. */
static bool has_free_descriptor(const struct weir_socket *listener) {
    int spare = fcntl(listener->descriptor, F_DUPFD_CLOEXEC, 0);
    if (spare < 0) {
        return false;
    }
    close(spare);
    return true;
}

/* The connection that waits, from the listening socket itself, so that waiting for it is the kernel's business. */
static int take_connection(const struct weir_socket *listener, int flags, struct weir_accepted *accepted) {
    if (!has_free_descriptor(listener)) {
        return weir_fail(EMFILE);
    }
    _Alignas(struct cmsghdr) char ancillary[CMSG_SPACE(sizeof(int))];
    struct iovec part = {.iov_base = accepted, .iov_len = sizeof *accepted};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = ancillary,
        .msg_controllen = sizeof ancillary,
    };
    int close_on_exec = (flags & SOCK_CLOEXEC) != 0 ? MSG_CMSG_CLOEXEC : 0;
    ssize_t received = weir_real()->recvmsg(listener->descriptor, &message, close_on_exec);
    if (received < 0) {
        return weir_fail(errno == ECONNRESET ? ENETDOWN : errno);
    }
    if (received == 0) {
        /* The program's own shutdown of the listening socket, or the end of the host. */
        return weir_fail(weir_host_gone(listener) ? ENETDOWN : EINVAL);
    }
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL) {
        return weir_fail(EMFILE);
    }
    int connection;
    memcpy(&connection, CMSG_DATA(header), sizeof connection);
    return connection;
}

static int accept_from(const struct weir_socket *listener, struct sockaddr *name, socklen_t *length, int flags) {
    if ((flags & ~SOCKET_FLAGS) != 0) {
        return weir_fail(EINVAL);
    }
    if (!weir_is_stream(listener)) {
        return weir_fail(EOPNOTSUPP);
    }
    if (weir_stream_phase(listener) != WEIR_LISTENING || (name != NULL && (int)*length < 0)) {
        return weir_fail(EINVAL);
    }
    struct weir_accepted accepted;
    int connection = take_connection(listener, flags, &accepted);
    if (connection < 0) {
        return -1;
    }
    if ((flags & SOCK_NONBLOCK) != 0) {
        fcntl(connection, F_SETFL, O_RDWR | O_NONBLOCK);
    }
    struct weir_socket made;
    if (weir_find(connection, &made)) {
        weir_know(&made, WEIR_OPEN);
    }
    weir_give_name(accepted.address, accepted.port, name, length);
    return connection;
}

WEIR_EXPORT int accept4(int descriptor, __SOCKADDR_ARG name, socklen_t *restrict length, int flags) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->accept4(descriptor, name, length, flags);
    }
    return accept_from(&socket, name.__sockaddr__, length, flags);
}

WEIR_EXPORT int accept(int descriptor, __SOCKADDR_ARG name, socklen_t *restrict length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->accept(descriptor, name, length);
    }
    return accept_from(&socket, name.__sockaddr__, length, 0);
}

/* ---- connect ---- */

/* Events of a descriptor now. */
static short events_now(int descriptor) {
    struct pollfd wait = {.fd = descriptor, .events = POLLIN | POLLOUT};
    int ready;
    do {
        ready = poll(&wait, 1, 0);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 ? wait.revents : 0;
}

/* Fills the socket until it is not writable, as a socket that connects is not. Octets of filler, or -1 and errno. */
static int fill(int descriptor) {
    static const char filler[16384];
    int filled = 0;
    while ((events_now(descriptor) & POLLOUT) != 0) {
        ssize_t sent = weir_real()->send(descriptor, filler, sizeof filler, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            return errno == EAGAIN ? filled : weir_fail(ENETDOWN);
        }
        filled += (int)sent;
    }
    return filled;
}

static int send_limit_milliseconds(int descriptor) {
    struct timeval limit = {0};
    socklen_t length = sizeof limit;
    weir_real()->getsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, &length);
    int64_t milliseconds = limit.tv_sec * INT64_C(1000) + (limit.tv_usec + 999) / 1000;
    if (milliseconds == 0) {
        return -1;
    }
    return milliseconds < INT32_MAX ? (int)milliseconds : INT32_MAX;
}

/* A connect that failed: the socket may connect again, on a new pair. */
static int connect_failed(const struct weir_socket *socket, int error) {
    weir_know(socket, WEIR_FAILED_CONNECT);
    return weir_fail(error);
}

/* False for a connection that is not there yet, or of which nothing is left. */
static bool has_peer(const struct weir_socket *socket) {
    struct weir_exchange exchange = weir_about(socket, WEIR_REMOTE_NAME);
    return weir_ask(&exchange) != ENOTCONN;
}

/* Waits for a connect to end as far as the socket's flags let it. `pending`: the error for one that goes on. */
static int await_connect(const struct weir_socket *socket, int pending) {
    int flags = fcntl(socket->descriptor, F_GETFL);
    bool waits = (flags & O_NONBLOCK) == 0;
    struct pollfd wait = {.fd = socket->descriptor, .events = POLLOUT};
    int ready = poll(&wait, 1, waits ? send_limit_milliseconds(socket->descriptor) : 0);
    if (ready < 0) {
        return -1;
    }
    if (ready == 0) {
        return weir_fail(waits ? EINPROGRESS : pending);
    }
    if ((wait.revents & (POLLHUP | POLLERR)) == 0) {
        weir_know(socket, WEIR_OPEN);
        return 0;
    }
    /* The program may have fetched the error by SO_ERROR before. */
    int error = weir_stream_error(socket);
    return connect_failed(socket, error != 0 ? error : ECONNABORTED);
}

/* A socket that a program has filled since it was connected looks like one that connects. */
static bool is_full_but_there(const struct weir_socket *socket) {
    if ((events_now(socket->descriptor) & (POLLOUT | POLLHUP)) != 0 || !has_peer(socket)) {
        return false;
    }
    weir_know(socket, WEIR_OPEN);
    return true;
}

/* A new pair in the place of the old one, which is closed. */
static int renew(struct weir_socket *socket) {
    struct weir_socket made;
    int error = weir_make(SOCK_STREAM, IPPROTO_TCP, SOCK_CLOEXEC, &made);
    if (error != 0) {
        return error;
    }
    weir_move_options(socket, &made);
    error = weir_replace(socket, made.descriptor);
    socket->id = made.id;
    return error;
}

static int begin_connect(struct weir_socket *socket, const struct weir_request *request, const struct sockaddr *name,
                         socklen_t length) {
    int filled = fill(socket->descriptor);
    if (filled < 0) {
        return -1;
    }
    struct weir_exchange exchange = weir_about(socket, WEIR_CONNECT);
    exchange.request.address = request->address;
    exchange.request.port = request->port;
    exchange.request.argument = filled;
    int error = weir_ask(&exchange);
    if (error == WEIR_ELSEWHERE) {
        weir_stream_used();
        weir_know(socket, WEIR_FAILED_CONNECT); /* filler lies in the pair, should it be needed again */
        return name_elsewhere(socket, weir_real()->connect, name, length);
    }
    if (error == EISCONN || error == EALREADY) {
        return weir_fail(error);
    }
    if (error != EINPROGRESS && error != 0) {
        return connect_failed(socket, error);
    }
    weir_stream_used();
    weir_know(socket, WEIR_CONNECTING);
    if ((fcntl(socket->descriptor, F_GETFL) & O_NONBLOCK) != 0) {
        return weir_fail(EINPROGRESS); /* however fast the answer came */
    }
    return await_connect(socket, EINPROGRESS);
}

static int connect_stream(struct weir_socket *socket, const struct sockaddr *name, socklen_t length) {
    struct weir_request request = {0};
    if (length >= sizeof(sa_family_t) && name->sa_family == AF_UNSPEC) {
        return weir_result(renew(socket));
    }
    int error = take_name(name, length, &request);
    if (error != 0) {
        return weir_fail(error);
    }
    if (request.address == INADDR_ANY) {
        request.address = htonl(INADDR_LOOPBACK); /* as Linux takes it */
    }
    unsigned phase = weir_stream_phase(socket);
    if (phase == WEIR_OPEN || phase == WEIR_LISTENING) {
        return weir_fail(EISCONN);
    }
    if (phase == WEIR_CONNECTING) {
        return is_full_but_there(socket) ? weir_fail(EISCONN) : await_connect(socket, EALREADY);
    }
    if (phase == WEIR_FAILED_CONNECT) {
        error = renew(socket);
    }
    return error != 0 ? weir_fail(error) : begin_connect(socket, &request, name, length);
}

static int connect_datagram(const struct weir_socket *socket, const struct sockaddr *name, socklen_t length) {
    struct weir_exchange exchange = weir_about(socket, WEIR_CONNECT);
    unsigned known = weir_datagram_knowledge(socket) & ~(unsigned)WEIR_CONNECTED;
    bool dissolve = length >= sizeof(sa_family_t) && name->sa_family == AF_UNSPEC;
    if (!dissolve) {
        int error = take_name(name, length, &exchange.request);
        if (error != 0) {
            return weir_fail(error);
        }
        if (exchange.request.address == INADDR_ANY) {
            exchange.request.address = htonl(INADDR_LOOPBACK);
        }
    }
    int error = weir_ask(&exchange);
    if (error == WEIR_ELSEWHERE) {
        return name_elsewhere(socket, weir_real()->connect, name, length);
    }
    if (error == 0) {
        weir_know(socket, dissolve ? known : known | WEIR_CONNECTED);
    }
    return weir_result(error);
}

WEIR_EXPORT int connect(int descriptor, __CONST_SOCKADDR_ARG name, socklen_t length) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->connect(descriptor, name, length);
    }
    if (weir_is_stream(&socket)) {
        return connect_stream(&socket, name.__sockaddr__, length);
    }
    return connect_datagram(&socket, name.__sockaddr__, length);
}

/* ---- shutdown ---- */

/* Linux ends what waits in a datagram socket without a peer, too, and then complains. */
static int shutdown_datagram(const struct weir_socket *socket, int how) {
    bool connected = (weir_datagram_knowledge(socket) & WEIR_CONNECTED) != 0;
    int result = weir_real()->shutdown(socket->descriptor, how);
    return connected ? result : weir_fail(ENOTCONN);
}

static int shutdown_stream(const struct weir_socket *socket, int how) {
    short events = events_now(socket->descriptor);
    switch (weir_stream_phase(socket)) {
    case WEIR_CONNECTING:
        if ((events & POLLOUT) == 0 && !has_peer(socket)) {
            return weir_real()->shutdown(socket->descriptor, SHUT_RDWR);
        }
        weir_know(socket, WEIR_OPEN); /* it is there, and nobody has asked since */
        __attribute__((fallthrough));
    case WEIR_OPEN:
        if ((events & POLLHUP) != 0 && !has_peer(socket)) {
            return weir_fail(ENOTCONN);
        }
        return weir_real()->shutdown(socket->descriptor, how);
    case WEIR_LISTENING:
        /* It listens no more, and the host learns so, if reading ends. */
        return how == SHUT_WR ? 0 : weir_real()->shutdown(socket->descriptor, SHUT_RDWR);
    default:
        return weir_fail(ENOTCONN);
    }
}

WEIR_EXPORT int shutdown(int descriptor, int how) {
    struct weir_socket socket;
    if (!weir_find(descriptor, &socket)) {
        return weir_real()->shutdown(descriptor, how);
    }
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR) {
        return weir_fail(EINVAL);
    }
    return weir_is_stream(&socket) ? shutdown_stream(&socket, how) : shutdown_datagram(&socket, how);
}
