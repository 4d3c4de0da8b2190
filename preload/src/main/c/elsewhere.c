/*
 * The kernel's socket in the place of one of Weir's, for addresses that are not the stack's business. A program decides
 * on an address after it has made the socket, set its options and put it into an epoll set, so all that moves along.
 */
#include "weir.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/time.h>

struct option {
    int level;
    int name;
};

/*
 * That have the same form on both, and that a program may have set before it names an address. Not the sizes of the
 * buffers: setting those, even to what they are, ends the kernel's own tuning of them.
 */
static const struct option kept_by_host[] = {
    {SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_REUSEPORT}, {SOL_SOCKET, SO_KEEPALIVE}, {SOL_SOCKET, SO_BROADCAST},
    {SOL_SOCKET, SO_LINGER},    {IPPROTO_IP, IP_TOS},       {IPPROTO_IP, IP_TTL},       {IPPROTO_TCP, TCP_NODELAY},
};

static const struct option kept_by_kernel[] = {
    {SOL_SOCKET, SO_RCVTIMEO},
    {SOL_SOCKET, SO_SNDTIMEO},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void move_from_host(const struct weir_socket *from, int to) {
    for (size_t i = 0; i < COUNT(kept_by_host); i++) {
        const struct option *option = &kept_by_host[i];
        char value[sizeof(struct linger)];
        size_t length = sizeof value;
        if (weir_ask_option(from, option->level, option->name, value, &length) == 0) {
            weir_real()->setsockopt(to, option->level, option->name, value, (socklen_t)length);
        }
    }
}

void weir_move_options(const struct weir_socket *from, const struct weir_socket *to) {
    for (size_t i = 0; i < COUNT(kept_by_host); i++) {
        const struct option *option = &kept_by_host[i];
        char value[sizeof(struct linger)];
        size_t length = sizeof value;
        if (weir_ask_option(from, option->level, option->name, value, &length) == 0) {
            weir_tell_option(to, option->level, option->name, value, length);
        }
    }
}

static void move_from_kernel(int from, int to) {
    for (size_t i = 0; i < COUNT(kept_by_kernel); i++) {
        const struct option *option = &kept_by_kernel[i];
        struct timeval value;
        socklen_t length = sizeof value;
        if (weir_real()->getsockopt(from, option->level, option->name, &value, &length) == 0) {
            weir_real()->setsockopt(to, option->level, option->name, &value, length);
        }
    }
    fcntl(to, F_SETFL, fcntl(from, F_GETFL));
}

int weir_replace(const struct weir_socket *socket, int replacement) {
    int descriptor_flags = fcntl(socket->descriptor, F_GETFD);
    move_from_kernel(socket->descriptor, replacement);
    int close_on_exec = (descriptor_flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0;
    weir_epoll_leave(socket->descriptor);
    int error = dup3(replacement, socket->descriptor, close_on_exec) < 0 ? errno : 0;
    close(replacement);
    weir_epoll_return(socket->descriptor);
    return error;
}

static int type_of(const struct weir_socket *socket, int *protocol) {
    switch (socket->kind) {
    case WEIR_KIND_STREAM:
        *protocol = IPPROTO_TCP;
        return SOCK_STREAM;
    case WEIR_KIND_DATAGRAM:
        *protocol = IPPROTO_UDP;
        return SOCK_DGRAM;
    case WEIR_KIND_PING:
        *protocol = IPPROTO_ICMP;
        return SOCK_DGRAM;
    default:
        *protocol = IPPROTO_ICMP;
        size_t length = sizeof *protocol;
        weir_ask_option(socket, SOL_SOCKET, SO_PROTOCOL, protocol, &length);
        return SOCK_RAW;
    }
}

int weir_kernel_socket(const struct weir_socket *socket) {
    int protocol;
    int type = type_of(socket, &protocol);
    int kernel = weir_real()->socket(AF_INET, type | SOCK_CLOEXEC, protocol);
    if (kernel >= 0) {
        move_from_host(socket, kernel);
        move_from_kernel(socket->descriptor, kernel);
    }
    return kernel;
}
