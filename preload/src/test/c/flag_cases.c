/* MSG_ flags on streams, time limits and interruption. */
#include "cases.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

CASE(peek_leaves_octets) {
    int stream = connected();
    PEER("text 0 hello");
    char text[16] = "";
    await(stream, POLLIN);
    for (int i = 0; i < 1000 && recv(stream, text, sizeof text, MSG_PEEK) < 5; i++) {
        usleep(5000);
    }
    CALL(recv(stream, text, 2, MSG_PEEK));
    CALL(recv(stream, text, 16, MSG_PEEK | MSG_DONTWAIT));
    note("%.5s", text);
    CALL(recv(stream, text, 3, 0));
    CALL(recv(stream, text, 16, 0));
    note("%.2s", text);
    CALL(recv(stream, text, 16, MSG_PEEK | MSG_DONTWAIT));
}

CASE(dontwait_is_for_one_call) {
    int stream = connected();
    char octet = 0;
    CALL(recv(stream, &octet, 1, MSG_DONTWAIT));
    note("nonblocking %d", (fcntl(stream, F_GETFL) & O_NONBLOCK) != 0);
    PEER("text 0 x");
    CALL(recv(stream, &octet, 1, 0));
}

CASE(waitall_waits_for_all) {
    int stream = connected();
    static unsigned char octets[100000];
    PEER("send 0 100000");
    CALL(recv(stream, octets, sizeof octets, MSG_WAITALL));
    note("as sent: %d", is_pattern(octets, 0, sizeof octets));
    PEER("text 0 abc");
    PEER("half 0");
    CALL(recv(stream, octets, sizeof octets, MSG_WAITALL));
    CALL(recv(stream, octets, sizeof octets, MSG_WAITALL));
}

CASE(trunc_throws_octets_away) {
    int stream = connected();
    PEER("text 0 abcdefgh");
    char text[8] = "........";
    await(stream, POLLIN);
    for (int i = 0; i < 1000 && recv(stream, text, 8, MSG_PEEK) < 8; i++) {
        usleep(5000);
    }
    memset(text, '.', sizeof text);
    CALL(recv(stream, text, 4, MSG_TRUNC));
    note("%.8s", text);
    CALL(recv(stream, text, 8, 0));
    note("%.8s", text);
}

CASE(flags_that_find_nothing) {
    int stream = connected();
    char octet = 0;
    CALL(recv(stream, &octet, 1, MSG_OOB | MSG_DONTWAIT));
    CALL(recv(stream, &octet, 1, MSG_ERRQUEUE));
    CALL(send(stream, &octet, 1, MSG_ERRQUEUE | MSG_NOSIGNAL) >= 0);
}

CASE(more_is_a_hint) {
    int stream = connected();
    unsigned char octets[10];
    fill_pattern(octets, 0, sizeof octets);
    CALL(send(stream, octets, 5, MSG_MORE));
    CALL(send(stream, octets + 5, 5, 0));
    PEER("read 0 10");
}

CASE(nothing_at_all_is_sent_and_received) {
    int stream = connected();
    char octet = 0;
    CALL(send(stream, "", 0, 0));
    CALL(recv(stream, &octet, 0, MSG_DONTWAIT));
    CALL(write(stream, "", 0));
}

CASE(a_time_limit_on_receiving) {
    int stream = connected();
    set_receive_limit(stream, 60);
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    CALL(read(stream, &octet, 1));
    struct timeval limit;
    socklen_t length = sizeof limit;
    CALL(getsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &limit, &length));
    note("%u octets, %ld s, at least 60 ms: %d", length, (long)limit.tv_sec, limit.tv_usec >= 60000);
    char text[3];
    PEER("text 0 ab");
    CALL(recv(stream, text, 3, MSG_WAITALL));
}

CASE(a_time_limit_on_sending) {
    int stream = connected();
    struct timeval limit = {.tv_usec = 100000};
    CALL(setsockopt(stream, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    static char octets[1000000];
    ssize_t sent = 0;
    for (int i = 0; i < 100 && sent >= 0; i++) {
        sent = send(stream, octets, sizeof octets, 0);
    }
    note("at last: %zd %s", sent, strerrorname_np(errno));
}

static void ignore(int number) {
    (void)number;
}

static void interrupt_soon(int flags) {
    struct sigaction action = {.sa_handler = ignore, .sa_flags = flags};
    sigaction(SIGUSR1, &action, NULL);
    pid_t program = getpid();
    if (fork() == 0) {
        for (int i = 0; i < 5; i++) {
            usleep(60000);
            kill(program, SIGUSR1);
        }
        _exit(0);
    }
}

CASE(a_signal_interrupts_receiving) {
    int stream = connected();
    interrupt_soon(0);
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
}

CASE(a_signal_interrupts_accept) {
    int listener = listening(5);
    interrupt_soon(0);
    CALL(accept(listener, NULL, NULL));
}

CASE(a_signal_that_restarts_does_not_interrupt) {
    int stream = connected();
    interrupt_soon(SA_RESTART);
    if (fork() == 0) {
        usleep(450000);
        peer("text 0 x");
        _exit(0);
    }
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
}

CASE(a_message_on_a_stream) {
    int stream = connected();
    PEER("text 0 hello");
    char text[8] = "";
    struct sockaddr_in name;
    char control[64];
    struct iovec part = {.iov_base = text, .iov_len = 5};
    struct msghdr message = {
        .msg_name = &name,
        .msg_namelen = sizeof name,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    CALL(recvmsg(stream, &message, MSG_WAITALL));
    note("%s name %u control %zu flags %x", text, message.msg_namelen, message.msg_controllen, message.msg_flags);
    message = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
    CALL(sendmsg(stream, &message, 0));
    struct sockaddr_in there = peer_address(9);
    CALL(sendto(stream, text, 1, 0, NAME(there), sizeof there));
    PEER("text 0 x");
    socklen_t length = sizeof name;
    CALL(recvfrom(stream, text, 1, 0, NAME(name), &length));
    note("name %u", length);
}

CASE(several_messages_on_a_stream) {
    int stream = connected();
    unsigned char out[6];
    fill_pattern(out, 0, sizeof out);
    struct iovec parts[2] = {{out, 2}, {out + 2, 4}};
    struct mmsghdr messages[2] = {
        {.msg_hdr = {.msg_iov = &parts[0], .msg_iovlen = 1}},
        {.msg_hdr = {.msg_iov = &parts[1], .msg_iovlen = 1}},
    };
    CALL(sendmmsg(stream, messages, 2, 0));
    note("%u %u", messages[0].msg_len, messages[1].msg_len);
    PEER("read 0 6");
}

static void *read_one(void *argument) {
    char octet = 0;
    ssize_t received = recv(*(int *)argument, &octet, 1, 0);
    return (void *)(intptr_t)received;
}

CASE(threads_share_a_stream) {
    int stream = connected();
    pthread_t readers[4];
    for (int i = 0; i < 4; i++) {
        pthread_create(&readers[i], NULL, read_one, &stream);
    }
    usleep(50000);
    PEER("send 0 4");
    long total = 0;
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(readers[i], &result);
        total += (intptr_t)result;
    }
    note("together %ld", total);
}

CASE(a_cancelled_thread_leaves_the_stream) {
    int stream = connected();
    pthread_t reader;
    pthread_create(&reader, NULL, read_one, &stream);
    usleep(50000);
    CALL(pthread_cancel(reader));
    void *result;
    CALL(pthread_join(reader, &result));
    note("cancelled: %d", result == PTHREAD_CANCELED);
    PEER("text 0 x");
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    note("own port: %d", port_of(stream) != 0);
}

static void *shut_soon(void *argument) {
    usleep(100000);
    shutdown(*(int *)argument, SHUT_RDWR);
    return NULL;
}

CASE(shutdown_wakes_a_reader) {
    int stream = connected();
    pthread_t other;
    pthread_create(&other, NULL, shut_soon, &stream);
    char octet = 0;
    CALL(recv(stream, &octet, 1, 0));
    pthread_join(other, NULL);
}

CASE(shutdown_wakes_an_accept) {
    int listener = listening(5);
    pthread_t other;
    pthread_create(&other, NULL, shut_soon, &listener);
    CALL(accept(listener, NULL, NULL));
    pthread_join(other, NULL);
}
