// The kernel's own TCP as a contestant: echo, discard and chargen in one thread on epoll.
//
//   server ADDRESS
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { CHUNK = 256 * 1024, EVENTS = 64, BACKLOG = 1024, MOST_FILES = 65536 };

static char buffer[CHUNK];
static char pattern[CHUNK];
static int epoll;
// The service of each file descriptor: its port, negative for the one that listens.
static int service[MOST_FILES];

static void watch(int fd, unsigned events, int port) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    service[fd] = port;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        fail_errno("cannot watch a socket");
    }
}

static void listen_on(const char *address, int port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    // The address may still have to come.
    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};
    inet_pton(AF_INET, address, &local.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *) &local, sizeof local) < 0 || listen(fd, BACKLOG) < 0) {
        fail_errno("cannot listen");
    }
    watch(fd, EPOLLIN, -port);
}

static void accept_all(int listener, int port) {
    for (;;) {
        const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        if (fd >= MOST_FILES) {
            close(fd);
            continue;
        }
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(fd, port == CHARGEN_PORT ? EPOLLIN | EPOLLOUT : EPOLLIN, port);
    }
}

// Returns 0 if the connection is to be closed.
static int serve_input(int fd) {
    const ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0) {
        return count < 0 && errno == EAGAIN;
    }
    if (service[fd] != ECHO_PORT) {
        return 1;
    }
    // Echo serves the small messages of the loads, which always fit.
    return send(fd, buffer, (size_t) count, MSG_NOSIGNAL) == count;
}

static int serve_output(int fd) {
    return send(fd, pattern, sizeof pattern, MSG_NOSIGNAL) > 0 || errno == EAGAIN;
}

static void serve(struct epoll_event event) {
    const int fd = event.data.fd;
    if (service[fd] < 0) {
        accept_all(fd, -service[fd]);
        return;
    }
    int open = 1;
    if (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        open = serve_input(fd);
    }
    if (open && event.events & EPOLLOUT) {
        open = serve_output(fd);
    }
    if (!open) {
        close(fd);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fail("usage: server ADDRESS");
    }
    for (int i = 0; i < CHUNK; i++) {
        pattern[i] = (char) (' ' + i % 95);
    }
    epoll = epoll_create1(EPOLL_CLOEXEC);
    listen_on(argv[1], ECHO_PORT);
    listen_on(argv[1], DISCARD_PORT);
    listen_on(argv[1], CHARGEN_PORT);
    ready();
    struct epoll_event events[EVENTS];
    for (;;) {
        const int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            serve(events[i]);
        }
    }
}
