/* Sockets that more than one process or descriptor has: dup, fork, exec, SCM_RIGHTS. */
#include "cases.h"

#include <stddef.h>
#include <sys/un.h>
#include <sys/wait.h>

CASE(a_duplicate_is_the_same_socket) {
    int stream = connected();
    int copy = OPEN(dup(stream));
    CALL(close(stream));
    unsigned char octets[10];
    fill_pattern(octets, 0, sizeof octets);
    CALL(send(copy, octets, sizeof octets, 0));
    PEER("read 0 10");
    CALL(dup2(copy, 100));
    CALL(close(copy));
    PEER("send 0 10");
    read_pattern(100, 0, 10);
    CALL(shutdown(100, SHUT_WR));
    PEER("read 0 0");
}

CASE(a_child_goes_on_with_a_stream) {
    int stream = connected();
    pid_t child = fork();
    if (child == 0) {
        unsigned char octets[10];
        fill_pattern(octets, 0, sizeof octets);
        CALL(send(stream, octets, sizeof octets, 0));
        struct sockaddr_in name;
        socklen_t length = sizeof name;
        CALL(getpeername(stream, NAME(name), &length));
        exit(0);
    }
    waitpid(child, NULL, 0);
    PEER("read 0 10");
    PEER("send 0 10");
    read_pattern(stream, 0, 10);
    close(stream);
    PEER("read 0 0");
}

CASE(the_last_descriptor_ends_the_connection) {
    int stream = connected();
    pid_t child = fork();
    if (child == 0) {
        char octet;
        while (read(stream, &octet, 1) > 0) {
        }
        _exit(0);
    }
    CALL(close(stream));
    PEER("text 0 still");
    PEER("half 0");
    PEER("read 0 0");
    waitpid(child, NULL, 0);
}

CASE(a_child_connects_for_its_parent) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    pid_t child = fork();
    if (child == 0) {
        _exit(connect(stream, NAME(there), sizeof there) == 0 ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    note("child: %d", WEXITSTATUS(status));
    PEER("accept 0");
    PEER("text 0 abc");
    char text[3];
    CALL(recv(stream, text, sizeof text, MSG_WAITALL));
    CALL(connect(stream, NAME(there), sizeof there));
}

CASE(parent_and_child_accept) {
    int listener = listening(10);
    int port = port_of(listener);
    pid_t child = fork();
    if (child == 0) {
        int stream = accept(listener, NULL, NULL);
        send(stream, "", 1, 0);
        _exit(stream >= 0 ? 0 : 1);
    }
    peer("connect 0 %d", port);
    PEER("read 0 1");
    int status;
    waitpid(child, &status, 0);
    note("child: %d", WEXITSTATUS(status));
    peer("connect 1 %d", port);
    int stream = OPEN(accept(listener, NULL, NULL));
    CALL(send(stream, "", 1, 0));
    PEER("read 1 1");
}

CASE(a_child_is_a_server_of_its_own) {
    pid_t child = fork();
    if (child == 0) {
        int stream = accepted();
        PEER("send 0 5000");
        read_pattern(stream, 0, 5000);
        exit(0);
    }
    waitpid(child, NULL, 0);
    int stream = accepted();
    PEER("send 0 5000");
    read_pattern(stream, 0, 5000);
}

/* What the program does when it is executed with an inherited descriptor. */
int run_child(int descriptor, const char *task) {
    if (strcmp(task, "stream") == 0) {
        unsigned char octets[10];
        fill_pattern(octets, 0, sizeof octets);
        CALL(send(descriptor, octets, sizeof octets, 0));
        CALL(accept(descriptor, NULL, NULL));
        int type = -1;
        socklen_t length = sizeof type;
        CALL(getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length));
        note("stream: %d, port: %d", type == SOCK_STREAM, port_of(descriptor) != 0);
    } else if (strcmp(task, "listener") == 0) {
        int stream = OPEN(accept(descriptor, NULL, NULL));
        CALL(send(stream, "", 1, 0));
    } else if (strcmp(task, "datagram") == 0) {
        char text[10] = "";
        CALL(read(descriptor, text, sizeof text));
        note("%s", text);
    }
    return 0;
}

static void execute(int descriptor, const char *task) {
    char number[16];
    snprintf(number, sizeof number, "%d", descriptor);
    execl(own_program, "posix", "--child", number, task, (char *)NULL);
    _exit(127);
}

CASE(a_new_program_inherits_a_stream) {
    int stream = connected();
    pid_t child = fork();
    if (child == 0) {
        execute(stream, "stream");
    }
    waitpid(child, NULL, 0);
    PEER("read 0 10");
}

CASE(a_new_program_inherits_a_listener) {
    int listener = listening(5);
    int port = port_of(listener);
    pid_t child = fork();
    if (child == 0) {
        execute(listener, "listener");
    }
    close(listener);
    peer("connect 0 %d", port);
    waitpid(child, NULL, 0);
    PEER("read 0 1");
}

CASE(a_new_program_inherits_datagrams) {
    int datagram = bound_datagram();
    peer("udp");
    note("peer sends: %s", peer("udp-to %d hello", port_of(datagram)));
    pid_t child = fork();
    if (child == 0) {
        execute(datagram, "datagram");
    }
    waitpid(child, NULL, 0);
}

static void pass(int through, int descriptor) {
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {.iov_base = "", .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    struct cmsghdr *item = CMSG_FIRSTHDR(&message);
    *item = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET,
        .cmsg_type = SCM_RIGHTS,
        .cmsg_len = CMSG_LEN(sizeof descriptor),
    };
    memcpy(CMSG_DATA(item), &descriptor, sizeof descriptor);
    if (sendmsg(through, &message, 0) != 1) {
        abort();
    }
}

static int take(int through) {
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    char octet = 0;
    struct iovec part = {.iov_base = &octet, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    CALL(recvmsg(through, &message, 0));
    int descriptor;
    memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
    return descriptor;
}

CASE(a_stream_is_handed_to_another_process) {
    int ends[2];
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    pid_t child = fork();
    if (child == 0) {
        int stream = take(ends[1]);
        unsigned char octets[10];
        fill_pattern(octets, 0, sizeof octets);
        CALL(send(stream, octets, sizeof octets, 0));
        exit(0);
    }
    int stream = connected();
    pass(ends[0], stream);
    close(stream);
    waitpid(child, NULL, 0);
    PEER("read 0 0");
}

CASE(a_datagram_socket_is_handed_to_another_process) {
    int ends[2];
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    pid_t child = fork();
    if (child == 0) {
        int datagram = take(ends[1]);
        char text[10] = "";
        CALL(read(datagram, text, sizeof text));
        note("%s", text);
        exit(0);
    }
    int datagram = bound_datagram();
    peer("udp");
    note("peer sends: %s", peer("udp-to %d hello", port_of(datagram)));
    pass(ends[0], datagram);
    waitpid(child, NULL, 0);
}

CASE(unix_sockets_are_left_alone) {
    int ends[2];
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CALL(write(ends[0], "abc", 3));
    char text[4] = "";
    CALL(read(ends[1], text, 3));
    int listener = OPEN(socket(AF_UNIX, SOCK_STREAM, 0));
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "weir.case.%d", getpid());
    CALL(bind(listener, NAME(name), sizeof name));
    CALL(listen(listener, 1));
    int stream = OPEN(socket(AF_UNIX, SOCK_STREAM, 0));
    CALL(connect(stream, NAME(name), sizeof name));
    OPEN(accept(listener, NULL, NULL));
    CALL(send(stream, "x", 1, 0));
}

/* A name that looks like one of Weir's, made by somebody who is neither this user nor root. */
CASE(a_socket_of_another_user_is_left_alone) {
    int ends[2];
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    pid_t child = fork();
    if (child == 0) {
        static const char text[] = "weir.t.0123456789abcdef";
        struct sockaddr_un name = {.sun_family = AF_UNIX};
        memcpy(name.sun_path + 1, text, sizeof text - 1);
        int pair[2];
        if (setgid(65534) != 0 || setuid(65534) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
            abort();
        }
        bind(pair[0], NAME(name), (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof text));
        pass(ends[1], pair[1]);
        char octet;
        _exit(read(ends[1], &octet, 1) != 1);
    }
    int stream = take(ends[0]);
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    CALL(getpeername(stream, (struct sockaddr *)&name, &length));
    note("of the kernel's: %d", name.ss_family == AF_UNIX);
    CALL(send(stream, "x", 1, 0));
    CALL(write(ends[0], "x", 1));
    waitpid(child, NULL, 0);
}

CASE(descriptors_are_the_lowest) {
    int first = socket(AF_INET, SOCK_STREAM, 0);
    int second = socket(AF_INET, SOCK_DGRAM, 0);
    note("one apart: %d", second - first);
    close(first);
    int third = socket(AF_INET, SOCK_STREAM, 0);
    note("taken again: %d", third == first);
}

CASE(a_program_closes_every_descriptor) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int first = socket(AF_INET, SOCK_STREAM, 0);
    CALL(connect(first, NAME(there), sizeof there));
    for (int descriptor = 200; descriptor < 2000; descriptor++) {
        close(descriptor);
    }
    int second = OPEN(socket(AF_INET, SOCK_STREAM, 0));
    CALL(connect(second, NAME(there), sizeof there));
    note("%d", port_of(first) != port_of(second));
}

CASE(a_control_descriptor_is_overwritten) {
    int first = OPEN(socket(AF_INET, SOCK_STREAM, 0));
    int null = open("/dev/null", O_RDWR);
    for (int descriptor = 990; descriptor < 1020; descriptor++) {
        dup2(null, descriptor);
    }
    CALL(listen(first, 1));
    note("a port: %d", port_of(first) != 0);
    CALL(write(1000, "x", 1));
}
