/*
 * What goes through a datagram socket: UDP, ICMP echo and raw IP. Each message on the pair begins with a weir_datagram,
 * which says where it goes or came from; the library puts it before and takes it off.
 */
#include "weir.h"

#include <limits.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define PARTS_MAX IOV_MAX
#define PAYLOAD_MAX 65507 /* of UDP over IPv4: RFC 768, RFC 791 */
#define HEADER sizeof(struct weir_datagram)

/* ---- what is known ---- */

static const struct ancillary {
    int level;
    int name;
    unsigned bit;
} ancillary_options[] = {
    {IPPROTO_IP, IP_PKTINFO, WEIR_WANTS_DESTINATION},
    {IPPROTO_IP, IP_RECVTTL, WEIR_WANTS_TTL},
    {IPPROTO_IP, IP_RECVTOS, WEIR_WANTS_TRAFFIC},
    {SOL_SOCKET, SO_TIMESTAMP, WEIR_WANTS_MICROSECONDS},
    {SOL_SOCKET, SO_TIMESTAMPNS, WEIR_WANTS_NANOSECONDS},
};

#define ANCILLARY_OPTIONS (sizeof ancillary_options / sizeof ancillary_options[0])

unsigned weir_ancillary_option(int level, int name) {
    for (size_t i = 0; i < ANCILLARY_OPTIONS; i++) {
        if (ancillary_options[i].level == level && ancillary_options[i].name == name) {
            return ancillary_options[i].bit;
        }
    }
    return 0;
}

/* The host keeps these options for the processes that did not set them themselves. */
unsigned weir_datagram_knowledge(const struct weir_socket *socket) {
    unsigned known = weir_known(socket);
    if (known != 0) {
        return known;
    }
    struct weir_exchange exchange = weir_about(socket, WEIR_REMOTE_NAME);
    known = WEIR_KNOWN;
    if (weir_ask(&exchange) == 0) {
        known |= WEIR_CONNECTED;
    }
    for (size_t i = 0; i < ANCILLARY_OPTIONS; i++) {
        int value = 0;
        size_t length = sizeof value;
        const struct ancillary *option = &ancillary_options[i];
        if (weir_ask_option(socket, option->level, option->name, &value, &length) == 0 && value != 0) {
            known |= option->bit;
        }
    }
    weir_know(socket, known);
    return known;
}

/* Another process that has the socket may have connected it since. */
static bool is_connected(const struct weir_socket *socket) {
    unsigned known = weir_datagram_knowledge(socket);
    if ((known & WEIR_CONNECTED) != 0) {
        return true;
    }
    struct weir_exchange exchange = weir_about(socket, WEIR_REMOTE_NAME);
    if (weir_ask(&exchange) != 0) {
        return false;
    }
    weir_know(socket, known | WEIR_CONNECTED);
    return true;
}

/* ---- errors ---- */

/* Looks at the next message without waiting. Its length with its header, or -1 if there is none. */
static ssize_t peek(const struct weir_socket *socket, struct weir_datagram *header) {
    int saved = errno;
    int flags = MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT;
    ssize_t length = weir_real()->recv(socket->descriptor, header, HEADER, flags);
    errno = saved;
    return length >= (ssize_t)HEADER ? length : -1;
}

int weir_datagram_error(const struct weir_socket *socket) {
    struct weir_datagram header;
    if (peek(socket, &header) < 0 || header.kind != WEIR_FAILED) {
        return 0;
    }
    weir_real()->recv(socket->descriptor, &header, HEADER, MSG_DONTWAIT);
    return (int)header.error;
}

int weir_datagram_waiting(const struct weir_socket *socket) {
    struct weir_datagram header;
    ssize_t length = peek(socket, &header);
    return length < 0 || header.kind != WEIR_DATA ? 0 : (int)(length - (ssize_t)HEADER);
}

/* errno for a call that failed on the pair, where the pair's end means that of the host. */
static int reason(const struct weir_socket *socket, int error) {
    switch (error) {
    case EPIPE:
    case ECONNRESET:
    case ECONNREFUSED:
    case ENOTCONN:
        return weir_host_gone(socket) ? ENETDOWN : EPIPE;
    default:
        return error;
    }
}

/* ---- sending ---- */

static bool may_broadcast(const struct weir_socket *socket) {
    int allowed = 0;
    size_t length = sizeof allowed;
    return weir_ask_option(socket, SOL_SOCKET, SO_BROADCAST, &allowed, &length) == 0 && allowed != 0;
}

/* The address that the program gave with the message. */
static int take_destination(const struct weir_socket *socket, const struct msghdr *message,
                            struct weir_datagram *header) {
    struct sockaddr_in name;
    if (message->msg_namelen < sizeof name) {
        return EINVAL;
    }
    memcpy(&name, message->msg_name, sizeof name);
    if (name.sin_family != AF_INET && name.sin_family != AF_UNSPEC) {
        return EAFNOSUPPORT;
    }
    if (socket->kind == WEIR_KIND_DATAGRAM && name.sin_port == 0) {
        return EINVAL;
    }
    header->address = name.sin_addr.s_addr == INADDR_ANY ? htonl(INADDR_LOOPBACK) : name.sin_addr.s_addr;
    header->port = name.sin_port;
    return header->address == INADDR_BROADCAST && !may_broadcast(socket) ? EACCES : 0;
}

static int take_ancillary(const struct cmsghdr *item, struct weir_datagram *header) {
    const void *data = CMSG_DATA(item);
    size_t length = item->cmsg_len - CMSG_LEN(0);
    int number = 0;
    memcpy(&number, data, length < sizeof number ? length : sizeof number);
    switch (item->cmsg_type) {
    case IP_TTL:
        if (length != sizeof number || number < 1 || number > 255) {
            return EINVAL;
        }
        header->time_to_live = (uint8_t)number;
        return 0;
    case IP_TOS:
        if ((length != sizeof number && length != 1) || number < 0 || number > 255) {
            return EINVAL;
        }
        header->traffic = (uint8_t)number;
        header->flags |= WEIR_TRAFFIC;
        return 0;
    case IP_PKTINFO: {
        struct in_pktinfo info;
        if (length != sizeof info) {
            return EINVAL;
        }
        memcpy(&info, data, sizeof info);
        header->destination = info.ipi_spec_dst.s_addr;
        header->interface = (uint16_t)info.ipi_ifindex;
        return 0;
    }
    default:
        return EINVAL;
    }
}

static int take_all_ancillary(const struct msghdr *message, struct weir_datagram *header) {
    struct msghdr *walked = (struct msghdr *)(uintptr_t)message; /* CMSG_NXTHDR only reads it */
    for (struct cmsghdr *item = CMSG_FIRSTHDR(walked); item != NULL; item = CMSG_NXTHDR(walked, item)) {
        if (item->cmsg_len < CMSG_LEN(0)) {
            return EINVAL;
        }
        int error = item->cmsg_level == IPPROTO_IP ? take_ancillary(item, header) : 0;
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

static size_t total(const struct iovec *parts, size_t count) {
    size_t octets = 0;
    for (size_t i = 0; i < count; i++) {
        octets += parts[i].iov_len;
    }
    return octets;
}

/* Loopback is the kernel's. A socket that has no port of the stack's yet can still go there; what pings has none. */
static bool belongs_elsewhere(const struct weir_socket *socket, const struct weir_datagram *header) {
    if ((ntohl(header->address) >> 24) != IN_LOOPBACKNET) {
        return false;
    }
    if (socket->kind != WEIR_KIND_DATAGRAM) {
        return true;
    }
    struct weir_exchange exchange = weir_about(socket, WEIR_LOCAL_NAME);
    return weir_ask(&exchange) == 0 && exchange.reply.port == 0;
}

static ssize_t send_elsewhere(const struct weir_socket *socket, const struct msghdr *message, int flags) {
    int kernel = weir_kernel_socket(socket);
    int error = kernel < 0 ? errno : weir_replace(socket, kernel);
    return error != 0 ? weir_fail(error) : weir_real()->sendmsg(socket->descriptor, message, flags);
}

static int prepare_header(const struct weir_socket *socket, const struct msghdr *message,
                          struct weir_datagram *header) {
    if (message->msg_name != NULL && message->msg_namelen > 0) {
        int error = take_destination(socket, message, header);
        if (error != 0) {
            return error;
        }
    } else if (is_connected(socket)) {
        int error = weir_datagram_error(socket);
        if (error != 0) {
            return error;
        }
    } else {
        return EDESTADDRREQ;
    }
    return message->msg_controllen > 0 ? take_all_ancillary(message, header) : 0;
}

ssize_t weir_datagram_send(const struct weir_socket *socket, const struct msghdr *message, int flags) {
    if ((flags & MSG_OOB) != 0) {
        return weir_fail(EOPNOTSUPP);
    }
    if (message->msg_iovlen > PARTS_MAX - 1 || total(message->msg_iov, message->msg_iovlen) > PAYLOAD_MAX) {
        return weir_fail(EMSGSIZE);
    }
    struct weir_datagram header = {.kind = WEIR_DATA};
    int error = prepare_header(socket, message, &header);
    if (error != 0) {
        return weir_fail(error);
    }
    if (belongs_elsewhere(socket, &header)) {
        return send_elsewhere(socket, message, flags);
    }
    struct iovec parts[PARTS_MAX];
    parts[0] = (struct iovec){.iov_base = &header, .iov_len = HEADER};
    memcpy(parts + 1, message->msg_iov, message->msg_iovlen * sizeof parts[0]);
    struct msghdr framed = {.msg_iov = parts, .msg_iovlen = message->msg_iovlen + 1};
    ssize_t sent = weir_real()->sendmsg(socket->descriptor, &framed, flags | MSG_NOSIGNAL);
    return sent < 0 ? weir_fail(reason(socket, errno)) : sent - (ssize_t)HEADER;
}

/* ---- receiving ---- */

/* Ancillary data as far as the program's room goes, with MSG_CTRUNC for what does not fit. */
struct ancillary_writer {
    struct msghdr *message;
    size_t used;
};

static void put(struct ancillary_writer *writer, int level, int type, const void *data, size_t length) {
    struct msghdr *message = writer->message;
    if (message->msg_control == NULL || message->msg_controllen < writer->used + CMSG_LEN(length)) {
        message->msg_flags |= MSG_CTRUNC;
        return;
    }
    struct cmsghdr *item = (struct cmsghdr *)(void *)((char *)message->msg_control + writer->used);
    item->cmsg_level = level;
    item->cmsg_type = type;
    item->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(item), data, length);
    size_t room = message->msg_controllen - writer->used;
    writer->used += CMSG_SPACE(length) < room ? CMSG_SPACE(length) : room;
}

static void put_times(struct ancillary_writer *writer, unsigned known) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if ((known & WEIR_WANTS_MICROSECONDS) != 0) {
        struct timeval microseconds = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
        put(writer, SOL_SOCKET, SCM_TIMESTAMP, &microseconds, sizeof microseconds);
    }
    if ((known & WEIR_WANTS_NANOSECONDS) != 0) {
        put(writer, SOL_SOCKET, SCM_TIMESTAMPNS, &now, sizeof now);
    }
}

static void give_ancillary(struct msghdr *message, unsigned known, const struct weir_datagram *header) {
    struct ancillary_writer writer = {.message = message};
    if ((known & (WEIR_WANTS_MICROSECONDS | WEIR_WANTS_NANOSECONDS)) != 0) {
        put_times(&writer, known);
    }
    if ((known & WEIR_WANTS_DESTINATION) != 0) {
        struct in_pktinfo info = {
            .ipi_ifindex = header->interface,
            .ipi_spec_dst.s_addr = header->destination,
            .ipi_addr.s_addr = header->destination,
        };
        put(&writer, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
    if ((known & WEIR_WANTS_TTL) != 0) {
        int time_to_live = header->time_to_live;
        put(&writer, IPPROTO_IP, IP_TTL, &time_to_live, sizeof time_to_live);
    }
    if ((known & WEIR_WANTS_TRAFFIC) != 0) {
        put(&writer, IPPROTO_IP, IP_TOS, &header->traffic, sizeof header->traffic);
    }
    message->msg_controllen = writer.used;
}

/* The end of a pair: the program's own shutdown, or the end of the host. */
static ssize_t at_end(const struct weir_socket *socket) {
    return weir_host_gone(socket) ? weir_fail(ENETDOWN) : 0;
}

static ssize_t receive_framed(const struct weir_socket *socket, struct msghdr *message, struct weir_datagram *header,
                              int flags) {
    struct iovec parts[PARTS_MAX];
    parts[0] = (struct iovec){.iov_base = header, .iov_len = HEADER};
    memcpy(parts + 1, message->msg_iov, message->msg_iovlen * sizeof parts[0]);
    struct msghdr framed = {.msg_iov = parts, .msg_iovlen = message->msg_iovlen + 1};
    ssize_t received = weir_real()->recvmsg(socket->descriptor, &framed, flags & ~MSG_WAITALL);
    message->msg_flags = framed.msg_flags;
    return received;
}

ssize_t weir_datagram_receive(const struct weir_socket *socket, struct msghdr *message, int flags) {
    struct weir_datagram header;
    if ((flags & MSG_ERRQUEUE) != 0) {
        return weir_fail(EAGAIN);
    }
    if ((flags & MSG_OOB) != 0) {
        return weir_fail(EOPNOTSUPP);
    }
    if (message->msg_iovlen > PARTS_MAX - 1) {
        return weir_fail(EMSGSIZE);
    }
    ssize_t received = receive_framed(socket, message, &header, flags);
    if (received < 0) {
        return weir_fail(reason(socket, errno));
    }
    if (received < (ssize_t)HEADER) {
        message->msg_namelen = 0;
        message->msg_controllen = 0;
        return at_end(socket);
    }
    if (header.kind == WEIR_FAILED) {
        if ((flags & MSG_PEEK) != 0) {
            weir_datagram_error(socket); /* an error is taken from the queue however it is looked at */
        }
        return weir_fail((int)header.error);
    }
    if (message->msg_name != NULL) {
        weir_give_name(header.address, header.port, message->msg_name, &message->msg_namelen);
    }
    give_ancillary(message, weir_datagram_knowledge(socket), &header);
    return received - (ssize_t)HEADER;
}
