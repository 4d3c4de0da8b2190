/* Streams: connecting, accepting, octets both ways, and the ways in which a connection ends. */
#include "cases.h"

#include <netinet/tcp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>

static int pending_error(int descriptor) {
    int error = -1;
    socklen_t length = sizeof error;
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
}

static void print_pending_error(int descriptor) {
    int error = pending_error(descriptor);
    note("SO_ERROR: %s", error == 0 ? "0" : strerrorname_np(error));
}

/* ---- connect ---- */

CASE(connect_blocks_until_there) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = OPEN(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    PEER("accept 0");
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    CALL(getpeername(stream, NAME(name), &length));
    note("length %u, peer is right: %d", length, memcmp(&name.sin_addr, &there.sin_addr, 4) == 0
                                                      && name.sin_port == there.sin_port);
    length = sizeof name;
    CALL(getsockname(stream, NAME(name), &length));
    note("an address: %d, a port: %d", name.sin_addr.s_addr != 0, name.sin_port != 0);
    CALL(connect(stream, NAME(there), sizeof there));
    events_now(stream, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
}

CASE(connect_without_waiting) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = OPEN(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    await(stream, POLLOUT);
    print_pending_error(stream);
    CALL(connect(stream, NAME(there), sizeof there));
    CALL(connect(stream, NAME(there), sizeof there));
    events_now(stream, POLLIN | POLLOUT | POLLERR | POLLHUP);
    PEER("accept 0");
}

CASE(half_close_after_connect_without_waiting) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = OPEN(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    await(stream, POLLOUT);
    PEER("accept 0");
    CALL(shutdown(stream, SHUT_WR));
    PEER("read 0 0");
    PEER("send 0 1000");
    read_pattern(stream, 0, 1000);
}

CASE(half_close_with_much_on_its_way) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = OPEN(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    await(stream, POLLOUT);
    PEER("accept 0");
    unsigned char octets[10000];
    long sent = 0;
    ssize_t now = 0;
    while (now >= 0 && sent < 100000000) {
        fill_pattern(octets, sent, sizeof octets);
        now = send(stream, octets, sizeof octets, 0);
        sent += now > 0 ? now : 0;
    }
    CALL(shutdown(stream, SHUT_WR));
    char expected[64];
    snprintf(expected, sizeof expected, "%ld then end of file", sent);
    note("all came: %d", strcmp(peer("read 0 0"), expected) == 0);
    PEER("send 0 1000");
    read_pattern(stream, 0, 1000);
}

CASE(connect_is_refused) {
    int port = peer_number("listen 5");
    PEER("unlisten");
    struct sockaddr_in there = peer_address(port);
    int stream = OPEN(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    print_pending_error(stream);
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    CALL(send(stream, "x", 1, MSG_NOSIGNAL));
}

CASE(connect_is_refused_without_waiting) {
    int port = peer_number("listen 5");
    PEER("unlisten");
    struct sockaddr_in there = peer_address(port);
    int stream = OPEN(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    await(stream, POLLIN | POLLOUT | POLLERR | POLLHUP);
    print_pending_error(stream);
    print_pending_error(stream);
    CALL(connect(stream, NAME(there), sizeof there));
}

CASE(connect_tells_the_error_once) {
    int port = peer_number("listen 5");
    peer("unlisten");
    struct sockaddr_in there = peer_address(port);
    int stream = OPEN(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    await(stream, POLLERR);
    CALL(connect(stream, NAME(there), sizeof there));
    print_pending_error(stream);
}

CASE(recv_tells_why_connect_failed) {
    int port = peer_number("listen 5");
    peer("unlisten");
    struct sockaddr_in there = peer_address(port);
    int stream = OPEN(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    await(stream, POLLERR);
    char octet = 0;
    CALL(read(stream, &octet, 1));
    print_pending_error(stream);
}

CASE(connect_again_after_refusal) {
    int port = peer_number("listen 5");
    peer("unlisten");
    struct sockaddr_in nowhere = peer_address(port);
    int stream = OPEN(socket(AF_INET, SOCK_STREAM, 0));
    int on = 1;
    CALL(setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    CALL(connect(stream, NAME(nowhere), sizeof nowhere));
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    CALL(connect(stream, NAME(there), sizeof there));
    PEER("accept 0");
    PEER("text 0 hello");
    char text[5];
    CALL(recv(stream, text, sizeof text, MSG_WAITALL));
    on = 0;
    socklen_t length = sizeof on;
    CALL(getsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &on, &length));
    note("TCP_NODELAY %d", on != 0);
}

CASE(connect_from_a_bound_port) {
    struct sockaddr_in here = own_address(0);
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = OPEN(socket(AF_INET, SOCK_STREAM, 0));
    CALL(bind(stream, NAME(here), sizeof here));
    int port = port_of(stream);
    CALL(connect(stream, NAME(there), sizeof there));
    note("port stays: %d", port != 0 && port == port_of(stream));
}

CASE(send_before_connect_is_done_waits_for_it) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = OPEN(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    CALL(connect(stream, NAME(there), sizeof there));
    set_nonblocking(stream, false);
    unsigned char octets[1000];
    fill_pattern(octets, 0, sizeof octets);
    CALL(send(stream, octets, sizeof octets, 0));
    PEER("accept 0");
    PEER("read 0 1000");
}

/* ---- accept ---- */

CASE(accept_tells_who) {
    int listener = listening(5);
    note("peer connects: %s", peer("connect 0 %d", port_of(listener)));
    await(listener, POLLIN);
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    int stream = OPEN(accept(listener, NAME(name), &length));
    note("length %u, from the peer: %d", length, name.sin_addr.s_addr == peer_address(0).sin_addr.s_addr);
    struct sockaddr_in again;
    length = sizeof again;
    CALL(getpeername(stream, NAME(again), &length));
    note("the same name: %d", memcmp(&again, &name, 8) == 0);
    note("the listener's port: %d", port_of(stream) == port_of(listener));
    note("flags %x %x", fcntl(stream, F_GETFL) & O_NONBLOCK, fcntl(stream, F_GETFD));
}

CASE(accept_without_waiting) {
    int listener = listening(5);
    set_nonblocking(listener, true);
    CALL(accept(listener, NULL, NULL));
    events_now(listener, POLLIN);
    peer("connect 0 %d", port_of(listener));
    await(listener, POLLIN);
    int stream = OPEN(accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
    note("nonblocking %d, closed on exec %d", (fcntl(stream, F_GETFL) & O_NONBLOCK) != 0, fcntl(stream, F_GETFD));
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    events_now(listener, POLLIN);
    CALL(accept(listener, NULL, NULL));
}

CASE(accept_without_a_free_descriptor) {
    int listener = listening(5);
    peer("connect 0 %d", port_of(listener));
    await(listener, POLLIN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    int next = dup(listener);
    struct rlimit none = {.rlim_cur = (rlim_t)next, .rlim_max = limit.rlim_max};
    close(next);
    setrlimit(RLIMIT_NOFILE, &none);
    CALL(accept(listener, NULL, NULL));
    CALL(accept(listener, NULL, NULL));
    setrlimit(RLIMIT_NOFILE, &limit);
    int stream = OPEN(accept(listener, NULL, NULL));
    PEER("text 0 x");
    char octet = 0;
    CALL(read(stream, &octet, 1));
}

CASE(accept_with_a_time_limit) {
    int listener = listening(5);
    set_receive_limit(listener, 50);
    CALL(accept(listener, NULL, NULL));
}

CASE(accept_cuts_the_name) {
    int listener = listening(5);
    peer("connect 0 %d", port_of(listener));
    struct sockaddr_in name;
    memset(&name, 0xaa, sizeof name);
    socklen_t length = 4;
    OPEN(accept(listener, NAME(name), &length));
    note("length %u, family %d, rest untouched: %d", length, name.sin_family, name.sin_addr.s_addr == 0xaaaaaaaa);
}

CASE(accept_in_turn) {
    int listener = listening(10);
    for (int i = 0; i < 5; i++) {
        peer("connect %d %d", i, port_of(listener));
        peer("text %d %d", i, i);
    }
    for (int i = 0; i < 5; i++) {
        int stream = accept(listener, NULL, NULL);
        char digit = '?';
        recv(stream, &digit, 1, MSG_WAITALL);
        note("connection %c", digit);
    }
}

CASE(accept_on_what_does_not_listen) {
    int fresh = socket(AF_INET, SOCK_STREAM, 0);
    CALL(accept(fresh, NULL, NULL));
    int stream = connected();
    CALL(accept(stream, NULL, NULL));
    int datagram = socket(AF_INET, SOCK_DGRAM, 0);
    CALL(accept(datagram, NULL, NULL));
    CALL(listen(datagram, 1));
    CALL(listen(stream, 1));
    CALL(accept4(listening(1), NULL, NULL, 1));
}

CASE(accept_after_the_peer_has_gone) {
    int listener = listening(5);
    peer("connect 0 %d", port_of(listener));
    PEER("send 0 10");
    PEER("close 0");
    int stream = OPEN(accept(listener, NULL, NULL));
    read_pattern(stream, 0, 11);
}

CASE(listen_without_bind_finds_a_port) {
    int listener = OPEN(socket(AF_INET, SOCK_STREAM, 0));
    CALL(listen(listener, 5));
    note("a port: %d", port_of(listener) != 0);
    note("peer connects: %s", peer("connect 0 %d", port_of(listener)));
    OPEN(accept(listener, NULL, NULL));
}

CASE(shutdown_ends_listening) {
    int listener = listening(5);
    int port = port_of(listener);
    CALL(shutdown(listener, SHUT_RD));
    CALL(accept(listener, NULL, NULL));
    usleep(100000); /* a host learns of it by the pair */
    note("then peer: %s", peer("connect 0 %d", port));
}

CASE(close_ends_listening) {
    int listener = listening(5);
    int port = port_of(listener);
    CALL(close(listener));
    usleep(100000); /* a host learns of it by the pair */
    note("then peer: %s", peer("connect 0 %d", port));
}

CASE(a_listening_port_is_taken) {
    int listener = listening(5);
    struct sockaddr_in here = own_address(port_of(listener));
    int other = socket(AF_INET, SOCK_STREAM, 0);
    CALL(bind(other, NAME(here), sizeof here));
    int on = 1;
    CALL(setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    CALL(bind(other, NAME(here), sizeof here));
    CALL(bind(listener, NAME(here), sizeof here));
}

/* ---- octets ---- */

CASE(octets_come_in_order) {
    int stream = connected();
    PEER("send 0 300000");
    read_pattern(stream, 0, 300000);
    PEER("send 0 10");
    read_pattern(stream, 300000, 10);
}

CASE(octets_go_in_order) {
    int stream = connected();
    unsigned char octets[50000];
    fill_pattern(octets, 0, sizeof octets);
    CALL(write(stream, octets, sizeof octets));
    PEER("read 0 50000");
}

CASE(octets_in_pieces) {
    int stream = accepted();
    unsigned char octets[30];
    fill_pattern(octets, 0, sizeof octets);
    struct iovec parts[3] = {{octets, 5}, {octets + 5, 0}, {octets + 5, 25}};
    CALL(writev(stream, parts, 3));
    PEER("read 0 30");
    PEER("send 0 30");
    unsigned char in[30];
    struct iovec room[2] = {{in, 7}, {in + 7, 23}};
    await(stream, POLLIN);
    CALL(readv(stream, room, 2));
    note("as sent: %d", is_pattern(in, 0, sizeof in));
}

CASE(a_file_goes_by_sendfile) {
    int stream = connected();
    static unsigned char octets[200000];
    fill_pattern(octets, 0, sizeof octets);
    FILE *file = tmpfile();
    fwrite(octets, 1, sizeof octets, file);
    fflush(file);
    off_t from = 0;
    pid_t child = fork();
    if (child == 0) {
        size_t left = sizeof octets;
        while (left > 0) {
            ssize_t sent = sendfile(stream, fileno(file), &from, left);
            if (sent <= 0) {
                _exit(1);
            }
            left -= (size_t)sent;
        }
        _exit(0);
    }
    PEER("read 0 200000");
}

CASE(back_pressure_stops_a_sender) {
    int stream = connected();
    set_nonblocking(stream, true);
    unsigned char octets[10000];
    long sent = 0;
    bool stopped = false;
    for (int quiet = 0; quiet < 20 && sent < 100000000;) {
        fill_pattern(octets, sent, sizeof octets);
        ssize_t now = send(stream, octets, sizeof octets, 0);
        if (now < 0) {
            stopped = errno == EAGAIN;
            quiet++;
            usleep(10000);
        } else {
            quiet = 0;
            sent += now;
        }
    }
    note("stopped: %d", stopped);
    events_now(stream, POLLOUT);
    close(stream);
    char expected[64];
    snprintf(expected, sizeof expected, "%ld then end of file", sent);
    note("all came: %d", strcmp(peer("read 0 0"), expected) == 0);
}

CASE(back_pressure_stops_the_peer) {
    int stream = accepted();
    pid_t child = fork();
    if (child == 0) {
        _exit(strcmp(peer("send 0 20000000"), "0") == 0 ? 0 : 1);
    }
    usleep(200000);
    read_pattern(stream, 0, 20000000);
    int status;
    waitpid(child, &status, 0);
    note("peer has sent it: %d", WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

CASE(waiting_octets_are_counted) {
    int stream = connected();
    int waiting = -1;
    CALL(ioctl(stream, FIONREAD, &waiting));
    note("%d wait", waiting);
    PEER("send 0 123");
    for (int i = 0; i < 1000 && waiting != 123; i++) {
        usleep(5000);
        ioctl(stream, FIONREAD, &waiting);
    }
    note("%d wait", waiting);
}

/* ---- ends ---- */

CASE(the_peer_ends_its_half) {
    int stream = connected();
    PEER("send 0 100");
    PEER("half 0");
    await(stream, POLLIN | POLLRDHUP);
    events_now(stream, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
    read_pattern(stream, 0, 101);
    unsigned char octets[100];
    fill_pattern(octets, 0, sizeof octets);
    CALL(send(stream, octets, sizeof octets, 0));
    PEER("read 0 100");
    CALL(close(stream));
    PEER("read 0 0");
}

CASE(the_program_ends_its_half) {
    int stream = connected();
    unsigned char octets[100];
    fill_pattern(octets, 0, sizeof octets);
    CALL(send(stream, octets, sizeof octets, 0));
    CALL(shutdown(stream, SHUT_WR));
    PEER("read 0 0");
    CALL(send(stream, octets, sizeof octets, MSG_NOSIGNAL));
    PEER("send 0 1000");
    read_pattern(stream, 0, 1000);
    CALL(shutdown(stream, SHUT_WR));
    PEER("close 0");
    await(stream, POLLHUP);
    read_pattern(stream, 1000, 1);
}

CASE(the_program_reads_no_more) {
    int stream = connected();
    CALL(shutdown(stream, SHUT_RD));
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    events_now(stream, POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
    unsigned char octets[100];
    fill_pattern(octets, 0, sizeof octets);
    CALL(send(stream, octets, sizeof octets, 0));
    PEER("read 0 100");
}

CASE(the_program_ends_both) {
    int stream = connected();
    CALL(shutdown(stream, SHUT_RDWR));
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    CALL(send(stream, &octet, 1, MSG_NOSIGNAL));
    PEER("read 0 0");
    CALL(shutdown(stream, 7));
}

CASE(the_program_closes) {
    int stream = connected();
    unsigned char octets[1000];
    fill_pattern(octets, 0, sizeof octets);
    CALL(send(stream, octets, sizeof octets, 0));
    CALL(close(stream));
    PEER("read 0 0");
}

CASE(close_with_octets_unread_resets) {
    int stream = connected();
    PEER("send 0 1000");
    await(stream, POLLIN);
    CALL(close(stream));
    PEER("read 0 0");
}

CASE(close_without_lingering_resets) {
    int stream = connected();
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    CALL(setsockopt(stream, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
    CALL(close(stream));
    PEER("read 0 0");
}

CASE(the_peer_resets) {
    int stream = connected();
    PEER("reset 0");
    await(stream, POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    CALL(recv(stream, &octet, 1, 0));
    CALL(send(stream, &octet, 1, MSG_NOSIGNAL));
    CALL(shutdown(stream, SHUT_WR));
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    CALL(getpeername(stream, NAME(name), &length));
}

CASE(the_peer_resets_and_read_tells) {
    int stream = accepted();
    PEER("reset 0");
    await(stream, POLLERR);
    char octet = 0;
    CALL(read(stream, &octet, 1));
    CALL(read(stream, &octet, 1));
}

CASE(the_peer_resets_and_send_tells) {
    int stream = connected();
    PEER("reset 0");
    await(stream, POLLERR);
    CALL(send(stream, "x", 1, 0));
    CALL(send(stream, "x", 1, MSG_NOSIGNAL));
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
}

CASE(the_peer_resets_and_so_error_tells) {
    int stream = connected();
    PEER("reset 0");
    await(stream, POLLERR);
    print_pending_error(stream);
    print_pending_error(stream);
    events_now(stream, POLLIN | POLLERR | POLLHUP);
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
}

CASE(octets_before_a_reset_can_be_read) {
    int stream = connected();
    PEER("send 0 100");
    await(stream, POLLIN);
    PEER("reset 0");
    await(stream, POLLERR);
    read_pattern(stream, 0, 100);
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
}

static volatile sig_atomic_t pipes_broken;

static void count_broken_pipe(int number) {
    (void)number;
    pipes_broken++;
}

CASE(a_broken_pipe_raises_a_signal) {
    signal(SIGPIPE, count_broken_pipe);
    int stream = connected();
    CALL(shutdown(stream, SHUT_WR));
    CALL(send(stream, "x", 1, MSG_NOSIGNAL));
    note("signals: %d", pipes_broken);
    CALL(send(stream, "x", 1, 0));
    note("signals: %d", pipes_broken);
    CALL(write(stream, "x", 1));
    note("signals: %d", pipes_broken);
    struct iovec part = {.iov_base = "x", .iov_len = 1};
    CALL(writev(stream, &part, 1));
    note("signals: %d", pipes_broken);
}

CASE(write_after_a_reset) {
    signal(SIGPIPE, count_broken_pipe);
    int stream = connected();
    PEER("reset 0");
    await(stream, POLLERR);
    CALL(write(stream, "x", 1));
    note("signals: %d", pipes_broken);
    CALL(write(stream, "x", 1));
    note("signals: %d", pipes_broken);
}

CASE(a_fast_reader_loses_nothing) {
    int stream = connected();
    pid_t child = fork();
    if (child == 0) {
        _exit(strcmp(peer("send 0 150000000"), "0") == 0 ? 0 : 1);
    }
    read_pattern(stream, 0, 150000000);
}

CASE(a_killed_program_is_closed_for) {
    pid_t child = fork();
    int listener = listening(5);
    if (child == 0) {
        pause();
    }
    int port = port_of(listener);
    pid_t victim = fork();
    if (victim == 0) {
        int stream = accept(listener, NULL, NULL);
        send(stream, "", 1, 0);
        pause();
    }
    close(listener);
    peer("connect 0 %d", port);
    PEER("read 0 1");
    kill(victim, SIGKILL);
    PEER("read 0 0");
    kill(child, SIGKILL);
}
