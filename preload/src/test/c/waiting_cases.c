/* select, poll and epoll: that what the kernel says of a pair is what it would say of the socket. */
#include "cases.h"

#include <sys/epoll.h>
#include <sys/select.h>

#define LIMIT 8000

static void print_epoll(const char *what, int epoll, int timeout) {
    struct epoll_event event = {0};
    int ready = epoll_wait(epoll, &event, 1, timeout);
    note("%s: %d%s%s%s%s%s", what, ready, event.events & EPOLLIN ? " EPOLLIN" : "",
         event.events & EPOLLOUT ? " EPOLLOUT" : "", event.events & EPOLLERR ? " EPOLLERR" : "",
         event.events & EPOLLHUP ? " EPOLLHUP" : "", event.events & EPOLLRDHUP ? " EPOLLRDHUP" : "");
}

static int watch(int descriptor, uint32_t events) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = events, .data.fd = descriptor};
    CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event));
    return epoll;
}

CASE(epoll_by_level) {
    int stream = connected();
    int epoll = watch(stream, EPOLLIN);
    print_epoll("nothing", epoll, 0);
    PEER("text 0 ab");
    print_epoll("octets", epoll, LIMIT);
    print_epoll("still", epoll, 0);
    char text[2];
    CALL(recv(stream, text, 2, MSG_WAITALL));
    print_epoll("read", epoll, 0);
}

CASE(epoll_by_edge) {
    int stream = connected();
    set_nonblocking(stream, true);
    int epoll = watch(stream, EPOLLIN | EPOLLET);
    PEER("text 0 a");
    print_epoll("first", epoll, LIMIT);
    print_epoll("no news", epoll, 0);
    PEER("text 0 b");
    print_epoll("second", epoll, LIMIT);
    char text[4];
    CALL(recv(stream, text, sizeof text, 0));
    CALL(recv(stream, text, sizeof text, 0));
    PEER("text 0 c");
    print_epoll("third", epoll, LIMIT);
}

CASE(epoll_edge_on_room_to_write) {
    int stream = connected();
    set_nonblocking(stream, true);
    int epoll = watch(stream, EPOLLOUT | EPOLLET);
    print_epoll("writable", epoll, LIMIT);
    print_epoll("no news", epoll, 0);
    unsigned char octets[10000];
    long sent = 0;
    for (int quiet = 0; quiet < 10;) {
        fill_pattern(octets, sent, sizeof octets);
        ssize_t now = send(stream, octets, sizeof octets, 0);
        if (now < 0) {
            quiet++;
            usleep(20000);
        } else {
            quiet = 0;
            sent += now;
        }
    }
    while (epoll_wait(epoll, &(struct epoll_event){0}, 1, 0) > 0) {
    }
    if (fork() == 0) {
        peer("read 0 %ld", sent);
        _exit(0);
    }
    print_epoll("room again", epoll, LIMIT);
}

CASE(epoll_tells_of_a_connection) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CALL(connect(stream, NAME(there), sizeof there));
    int epoll = watch(stream, EPOLLIN | EPOLLOUT | EPOLLET);
    print_epoll("connected", epoll, LIMIT);
    PEER("accept 0");
    PEER("text 0 x");
    /* More than one edge may tell of room to write. */
    struct epoll_event event = {0};
    while (epoll_wait(epoll, &event, 1, LIMIT) == 1 && (event.events & EPOLLIN) == 0) {
    }
    note("octet: %d", (event.events & EPOLLIN) != 0);
}

CASE(epoll_watches_before_connect) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int epoll = watch(stream, EPOLLIN | EPOLLET);
    CALL(connect(stream, NAME(there), sizeof there));
    PEER("accept 0");
    while (epoll_wait(epoll, &(struct epoll_event){0}, 1, 100) > 0) {
    }
    PEER("text 0 x");
    print_epoll("octet", epoll, LIMIT);
}

CASE(epoll_watches_before_a_connect_to_loopback) {
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int watched = watch(listener, EPOLLIN);
    CALL(bind(listener, NAME(loopback), sizeof loopback));
    CALL(listen(listener, 5));
    socklen_t length = sizeof loopback;
    getsockname(listener, NAME(loopback), &length);
    int stream = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int epoll = watch(stream, EPOLLOUT);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = stream};
    CALL(epoll_ctl(epoll, EPOLL_CTL_MOD, stream, &event));
    connect(stream, NAME(loopback), sizeof loopback);
    print_epoll("somebody waits", watched, LIMIT);
    int other = OPEN(accept(listener, NULL, NULL));
    while (epoll_wait(epoll, &event, 1, 100) > 0) {
    }
    CALL(send(other, "x", 1, 0));
    print_epoll("octet", epoll, LIMIT);
    CALL(epoll_ctl(epoll, EPOLL_CTL_DEL, stream, NULL));
    CALL(send(other, "y", 1, 0));
    print_epoll("watched no more", epoll, 100);
}

CASE(epoll_forgets_who_has_gone_before_a_connect_to_loopback) {
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CALL(bind(listener, NAME(loopback), sizeof loopback));
    CALL(listen(listener, 5));
    socklen_t length = sizeof loopback;
    getsockname(listener, NAME(loopback), &length);
    int earlier = socket(AF_INET, SOCK_STREAM, 0);
    int epoll = watch(earlier, EPOLLIN | EPOLLOUT);
    CALL(close(earlier));
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    note("the same number: %d", stream == earlier);
    CALL(connect(stream, NAME(loopback), sizeof loopback));
    print_epoll("nothing", epoll, 0);
}

CASE(epoll_tells_of_a_refusal) {
    int port = peer_number("listen 5");
    peer("unlisten");
    struct sockaddr_in there = peer_address(port);
    int stream = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CALL(connect(stream, NAME(there), sizeof there));
    int epoll = watch(stream, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    print_epoll("refused", epoll, LIMIT);
}

CASE(epoll_tells_of_a_waiting_connection) {
    int listener = listening(5);
    int epoll = watch(listener, EPOLLIN);
    print_epoll("none", epoll, 0);
    peer("connect 0 %d", port_of(listener));
    print_epoll("one", epoll, LIMIT);
    OPEN(accept(listener, NULL, NULL));
    print_epoll("taken", epoll, 0);
}

CASE(epoll_tells_of_the_end) {
    int stream = connected();
    int epoll = watch(stream, EPOLLIN | EPOLLRDHUP);
    PEER("half 0");
    print_epoll("half", epoll, LIMIT);
    CALL(shutdown(stream, SHUT_WR));
    await(stream, POLLHUP);
    print_epoll("both", epoll, LIMIT);
}

CASE(epoll_once) {
    int stream = connected();
    int epoll = watch(stream, EPOLLIN | EPOLLONESHOT);
    PEER("text 0 x");
    print_epoll("first", epoll, LIMIT);
    print_epoll("no more", epoll, 0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT};
    CALL(epoll_ctl(epoll, EPOLL_CTL_MOD, stream, &event));
    print_epoll("armed again", epoll, LIMIT);
}

static void print_select(const char *what, int descriptor, bool reads, bool writes, int seconds) {
    fd_set readable, writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    if (reads) {
        FD_SET(descriptor, &readable);
    }
    if (writes) {
        FD_SET(descriptor, &writable);
    }
    struct timeval limit = {.tv_sec = seconds};
    int ready = select(descriptor + 1, &readable, &writable, NULL, &limit);
    note("%s: %d%s%s", what, ready, FD_ISSET(descriptor, &readable) ? " readable" : "",
         FD_ISSET(descriptor, &writable) ? " writable" : "");
}

CASE(select_on_a_stream) {
    int stream = connected();
    print_select("new", stream, true, true, 0);
    PEER("text 0 x");
    print_select("octet", stream, true, false, 8);
    print_select("octet", stream, true, true, 8);
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    PEER("half 0");
    print_select("end", stream, true, false, 8);
}

CASE(select_on_a_connect) {
    int port = peer_number("listen 5");
    peer("unlisten");
    struct sockaddr_in there = peer_address(port);
    int stream = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CALL(connect(stream, NAME(there), sizeof there));
    print_select("refused", stream, false, true, 8);
    print_select("refused", stream, true, true, 8);
}

CASE(select_on_a_listener) {
    int listener = listening(5);
    print_select("none", listener, true, false, 0);
    peer("connect 0 %d", port_of(listener));
    print_select("one", listener, true, false, 8);
}

CASE(poll_on_sockets_that_are_new) {
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    events_now(stream, POLLIN | POLLOUT | POLLHUP | POLLERR);
    int listener = listening(5);
    events_now(listener, POLLIN | POLLOUT | POLLHUP | POLLERR);
    int datagram = socket(AF_INET, SOCK_DGRAM, 0);
    events_now(datagram, POLLIN | POLLOUT | POLLHUP | POLLERR);
}

CASE(epoll_on_datagrams) {
    int datagram = bound_datagram();
    int epoll = watch(datagram, EPOLLIN | EPOLLET);
    print_epoll("none", epoll, 0);
    peer("udp");
    note("peer sends: %s", peer("udp-to %d one", port_of(datagram)));
    print_epoll("one", epoll, LIMIT);
    print_epoll("no news", epoll, 0);
    char text[8];
    CALL(recv(datagram, text, sizeof text, 0));
    note("peer sends: %s", peer("udp-to %d two", port_of(datagram)));
    print_epoll("two", epoll, LIMIT);
}
