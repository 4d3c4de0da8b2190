/* Options, wrong calls and their errors, and destinations that are not the stack's. */
#include "cases.h"

#include <netdb.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

static void print_option(int descriptor, const char *what, int level, int name) {
    int value = -1;
    socklen_t length = sizeof value;
    if (getsockopt(descriptor, level, name, &value, &length) != 0) {
        note("%s: %s", what, strerrorname_np(errno));
    } else {
        note("%s: %d in %u octets", what, value, length);
    }
}

#define OPTION(descriptor, level, name) print_option(descriptor, #name, level, name)

static void set_and_print(int descriptor, const char *what, int level, int name, int value) {
    int result = setsockopt(descriptor, level, name, &value, sizeof value);
    note("set %s to %d: %s", what, value, result == 0 ? "0" : strerrorname_np(errno));
    print_option(descriptor, what, level, name);
}

#define SET(descriptor, level, name, value) set_and_print(descriptor, #name, level, name, value)

CASE(what_a_socket_is) {
    int stream = OPEN(socket(AF_INET, SOCK_STREAM, 0));
    OPTION(stream, SOL_SOCKET, SO_TYPE);
    OPTION(stream, SOL_SOCKET, SO_DOMAIN);
    OPTION(stream, SOL_SOCKET, SO_PROTOCOL);
    OPTION(stream, SOL_SOCKET, SO_ERROR);
    OPTION(stream, SOL_SOCKET, SO_ACCEPTCONN);
    int datagram = OPEN(socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP));
    OPTION(datagram, SOL_SOCKET, SO_TYPE);
    OPTION(datagram, SOL_SOCKET, SO_DOMAIN);
    OPTION(datagram, SOL_SOCKET, SO_PROTOCOL);
    OPTION(datagram, SOL_SOCKET, SO_ERROR);
    OPTION(listening(1), SOL_SOCKET, SO_ACCEPTCONN);
}

CASE(stream_options) {
    int stream = connected();
    SET(stream, SOL_SOCKET, SO_REUSEADDR, 1);
    SET(stream, SOL_SOCKET, SO_KEEPALIVE, 1);
    SET(stream, SOL_SOCKET, SO_KEEPALIVE, 0);
    SET(stream, IPPROTO_TCP, TCP_NODELAY, 1);
    SET(stream, IPPROTO_TCP, TCP_NODELAY, 0);
    SET(stream, IPPROTO_TCP, TCP_KEEPIDLE, 100);
    SET(stream, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    SET(stream, IPPROTO_TCP, TCP_KEEPCNT, 4);
    SET(stream, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
    SET(stream, IPPROTO_IP, IP_TOS, 0x10);
    SET(stream, IPPROTO_IP, IP_TTL, 33);
    SET(stream, IPPROTO_IP, IP_TTL, 300);
    SET(stream, SOL_SOCKET, 9999, 1);
    SET(stream, 255, 1, 1);
    struct linger linger = {.l_onoff = 1, .l_linger = 3};
    CALL(setsockopt(stream, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    linger = (struct linger){0};
    socklen_t length = sizeof linger;
    CALL(getsockopt(stream, SOL_SOCKET, SO_LINGER, &linger, &length));
    note("%d %d in %u", linger.l_onoff, linger.l_linger, length);
    CALL(setsockopt(stream, SOL_SOCKET, SO_KEEPALIVE, &length, 1));
    char short_value = 9;
    length = 1;
    CALL(getsockopt(stream, SOL_SOCKET, SO_TYPE, &short_value, &length));
    note("%d in %u", short_value, length);
}

CASE(datagram_options) {
    int datagram = bound_datagram();
    SET(datagram, SOL_SOCKET, SO_BROADCAST, 1);
    SET(datagram, SOL_SOCKET, SO_REUSEADDR, 1);
    SET(datagram, IPPROTO_IP, IP_TTL, 12);
    SET(datagram, IPPROTO_IP, IP_TOS, 8);
    SET(datagram, IPPROTO_IP, IP_RECVTTL, 1);
    SET(datagram, IPPROTO_IP, IP_RECVTTL, 0);
    SET(datagram, IPPROTO_TCP, TCP_NODELAY, 1);
}

CASE(buffer_sizes_can_be_set) {
    int stream = connected();
    int size = 100000;
    socklen_t length = sizeof size;
    CALL(setsockopt(stream, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
    CALL(setsockopt(stream, SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
    CALL(getsockopt(stream, SOL_SOCKET, SO_RCVBUF, &size, &length));
    note("at least what was asked: %d", size >= 100000);
    CALL(getsockopt(stream, SOL_SOCKET, SO_SNDBUF, &size, &length));
    note("at least what was asked: %d", size >= 100000);
}

CASE(tcp_tells_about_itself) {
    int stream = connected();
    int size = 0;
    socklen_t length = sizeof size;
    CALL(getsockopt(stream, IPPROTO_TCP, TCP_MAXSEG, &size, &length));
    note("a segment: %d", size > 500);
    struct tcp_info info;
    memset(&info, 0, sizeof info);
    length = sizeof info;
    CALL(getsockopt(stream, IPPROTO_TCP, TCP_INFO, &info, &length));
    note("state %d, mss %d", info.tcpi_state, info.tcpi_snd_mss > 500);
}

CASE(sockets_that_do_not_exist) {
    CALL(socket(AF_INET, SOCK_SEQPACKET, 0));
    CALL(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    CALL(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP));
    CALL(socket(AF_INET, 77, 0));
    CALL(socket(AF_INET, SOCK_STREAM, 9999));
    CALL(socket(9999, SOCK_STREAM, 0));
    OPEN(socket(AF_INET, SOCK_STREAM, IPPROTO_TCP));
    OPEN(socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP));
}

CASE(calls_on_what_is_no_socket) {
    int file = open("/dev/null", O_RDWR);
    struct sockaddr_in name = own_address(0);
    socklen_t length = sizeof name;
    char octet = 0;
    CALL(bind(file, NAME(name), sizeof name));
    CALL(listen(file, 1));
    CALL(accept(file, NULL, NULL));
    CALL(connect(file, NAME(name), sizeof name));
    CALL(send(file, "x", 1, 0));
    CALL(recv(file, &octet, 1, 0));
    CALL(shutdown(file, SHUT_RD));
    CALL(getsockname(file, NAME(name), &length));
    CALL(getpeername(file, NAME(name), &length));
    CALL(getsockopt(file, SOL_SOCKET, SO_TYPE, &octet, &length));
    close(file);
    CALL(bind(file, NAME(name), sizeof name));
    CALL(send(file, "x", 1, 0));
    CALL(recv(file, &octet, 1, 0));
    CALL(read(file, &octet, 1));
    CALL(write(file, &octet, 1));
    CALL(accept(-1, NULL, NULL));
    CALL(setsockopt(-1, SOL_SOCKET, SO_KEEPALIVE, &length, sizeof length));
}

CASE(calls_on_a_stream_that_is_not_connected) {
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    char octet = 0;
    CALL(send(stream, "x", 1, MSG_NOSIGNAL));
    CALL(recv(stream, &octet, 1, 0));
    CALL(read(stream, &octet, 1));
    CALL(shutdown(stream, SHUT_RDWR));
    CALL(getpeername(stream, NAME(name), &length));
    CALL(getsockname(stream, NAME(name), &length));
    note("0.0.0.0:0: %d, length %u", name.sin_addr.s_addr == 0 && name.sin_port == 0, length);
    int listener = listening(1);
    CALL(recv(listener, &octet, 1, 0));
    CALL(send(listener, "x", 1, MSG_NOSIGNAL));
    name = peer_address(9);
    CALL(connect(listener, NAME(name), sizeof name));
    CALL(getpeername(listener, NAME(name), &length));
}

CASE(names_that_are_wrong) {
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = own_address(0);
    CALL(bind(stream, NAME(name), 4));
    CALL(connect(stream, NAME(name), 4));
    name.sin_family = AF_UNIX;
    CALL(bind(stream, NAME(name), sizeof name));
    CALL(connect(stream, NAME(name), sizeof name));
    inet_pton(AF_INET, "192.0.2.77", &name.sin_addr);
    name.sin_family = AF_INET;
    CALL(bind(stream, NAME(name), sizeof name));
    socklen_t length = (socklen_t)-1;
    CALL(getsockname(stream, NAME(name), &length));
    name = own_address(0);
    CALL(bind(stream, NAME(name), sizeof name));
    CALL(bind(stream, NAME(name), sizeof name));
}

CASE(flags_at_birth) {
    int stream = OPEN(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    note("%d %d", (fcntl(stream, F_GETFL) & O_NONBLOCK) != 0, fcntl(stream, F_GETFD));
    int datagram = OPEN(socket(AF_INET, SOCK_DGRAM, 0));
    note("%x %d", fcntl(datagram, F_GETFL) & (O_NONBLOCK | O_ACCMODE), fcntl(datagram, F_GETFD));
    int on = 1;
    CALL(ioctl(datagram, FIONBIO, &on));
    char octet = 0;
    CALL(recv(datagram, &octet, 1, 0));
}

CASE(loopback_is_the_kernels) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CALL(bind(listener, NAME(loopback), sizeof loopback));
    CALL(listen(listener, 5));
    loopback.sin_port = htons((uint16_t)port_of(listener));
    int stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    CALL(setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    CALL(connect(stream, NAME(loopback), sizeof loopback));
    OPTION(stream, IPPROTO_TCP, TCP_NODELAY);
    note("closed on exec: %d", fcntl(stream, F_GETFD));
    int other = OPEN(accept(listener, NULL, NULL));
    CALL(send(stream, "abc", 3, 0));
    char text[3];
    CALL(recv(other, text, sizeof text, MSG_WAITALL));
    CALL(shutdown(other, SHUT_WR));
    CALL(read(stream, text, 1));
}

CASE(numbers_as_names) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    CALL(getaddrinfo("192.0.2.1", "80", &hints, &list));
    struct sockaddr_in name;
    memcpy(&name, list->ai_addr, sizeof name);
    note("%s %d next %d", inet_ntoa(name.sin_addr), ntohs(name.sin_port), list->ai_next != NULL);
    char host[64], service[64];
    CALL(getnameinfo(list->ai_addr, list->ai_addrlen, host, sizeof host, service, sizeof service,
                     NI_NUMERICHOST | NI_NUMERICSERV));
    note("%s %s", host, service);
    freeaddrinfo(list);
    hints.ai_flags = AI_PASSIVE;
    CALL(getaddrinfo(NULL, "8080", &hints, &list));
    memcpy(&name, list->ai_addr, sizeof name);
    note("%s %d", inet_ntoa(name.sin_addr), ntohs(name.sin_port));
    freeaddrinfo(list);
    hints.ai_flags = 0;
    CALL(getaddrinfo("localhost", NULL, &hints, &list));
    memcpy(&name, list->ai_addr, sizeof name);
    note("%s", inet_ntoa(name.sin_addr));
    freeaddrinfo(list);
    hints.ai_flags = AI_NUMERICHOST;
    CALL(getaddrinfo("localhost", NULL, &hints, &list));
    struct hostent *host_entry = gethostbyname("localhost");
    note("%s", inet_ntoa(*(struct in_addr *)host_entry->h_addr_list[0]));
}
