/*
 * The other end of the POSIX cases: a plain program on the kernel's sockets that does what it is told, a line at a time,
 * on standard input, and answers each line with one. Octets that it sends and expects are a pattern, so that loss,
 * repetition and disorder show.
 *
 * usage: peer OWN-ADDRESS PROGRAM-ADDRESS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SLOTS 64
#define WAIT_SECONDS 8

static struct sockaddr_in own;
static struct sockaddr_in program;
static int listener = -1;
static int datagrams = -1;

static struct slot {
    int descriptor;
    long sent;
    long received;
} slots[SLOTS];

static unsigned char pattern(long place) {
    return (unsigned char)(place * 7 + place / 251);
}

/* ---- answers ---- */

static void answer(const char *text) {
    printf("%s\n", text);
    fflush(stdout);
}

static void answer_number(long number) {
    printf("%ld\n", number);
    fflush(stdout);
}

/* 0 as 0, -1 as the name of the error. */
static void answer_result(long result) {
    if (result < 0) {
        answer(strerrorname_np(errno));
    } else {
        answer_number(result);
    }
}

/* ---- sockets ---- */

static struct sockaddr *any(struct sockaddr_in *address) {
    return (struct sockaddr *)address;
}

static int open_socket(int type) {
    struct timeval limit = {.tv_sec = WAIT_SECONDS};
    int on = 1;
    int descriptor = socket(AF_INET, type, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return descriptor;
}

static long port_of(int descriptor) {
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    getsockname(descriptor, any(&name), &length);
    return ntohs(name.sin_port);
}

static void fill_slot(struct slot *slot, int descriptor) {
    *slot = (struct slot){.descriptor = descriptor};
}

static void do_listen(long backlog) {
    listener = open_socket(SOCK_STREAM);
    if (bind(listener, any(&own), sizeof own) != 0 || listen(listener, (int)backlog) != 0) {
        answer_result(-1);
        return;
    }
    answer_number(port_of(listener));
}

static void do_accept(struct slot *slot) {
    struct timeval limit = {.tv_sec = WAIT_SECONDS};
    fill_slot(slot, accept(listener, NULL, NULL));
    setsockopt(slot->descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    answer_result(slot->descriptor < 0 ? -1 : 0);
}

static void do_connect(struct slot *slot, long port) {
    program.sin_port = htons((uint16_t)port);
    fill_slot(slot, open_socket(SOCK_STREAM));
    bind(slot->descriptor, any(&own), sizeof own);
    answer_result(connect(slot->descriptor, any(&program), sizeof program));
}

static void do_send(struct slot *slot, long length) {
    unsigned char octets[65536];
    while (length > 0) {
        long now = length < (long)sizeof octets ? length : (long)sizeof octets;
        for (long i = 0; i < now; i++) {
            octets[i] = pattern(slot->sent + i);
        }
        ssize_t sent = send(slot->descriptor, octets, (size_t)now, MSG_NOSIGNAL);
        if (sent < 0) {
            answer_result(-1);
            return;
        }
        slot->sent += sent;
        length -= sent;
    }
    answer_number(0);
}

static bool matches(const struct slot *slot, const unsigned char *octets, ssize_t length) {
    for (ssize_t i = 0; i < length; i++) {
        if (octets[i] != pattern(slot->received + i)) {
            return false;
        }
    }
    return true;
}

/* Reads `length` octets, or to the end where that is 0, and says how many came and what ended it. */
static void do_read(struct slot *slot, long length) {
    unsigned char octets[65536];
    long total = 0;
    const char *end = "";
    while (length == 0 || total < length) {
        size_t room = length == 0 || length - total > (long)sizeof octets ? sizeof octets : (size_t)(length - total);
        ssize_t received = recv(slot->descriptor, octets, room, 0);
        if (received <= 0) {
            end = received == 0 ? " then end of file" : strerrorname_np(errno);
            break;
        }
        if (!matches(slot, octets, received)) {
            answer("octets that were not sent");
            return;
        }
        slot->received += received;
        total += received;
    }
    printf("%ld%s%s\n", total, *end == 'E' ? " then " : "", end);
    fflush(stdout);
}

static void do_text(struct slot *slot, const char *text) {
    answer_result(send(slot->descriptor, text, strlen(text), MSG_NOSIGNAL));
}

static void do_reset(struct slot *slot) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(slot->descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    answer_result(close(slot->descriptor));
}

/* ---- datagrams ---- */

static void do_udp(void) {
    datagrams = open_socket(SOCK_DGRAM);
    bind(datagrams, any(&own), sizeof own);
    answer_number(port_of(datagrams));
}

static void do_udp_to(long port, const char *text) {
    program.sin_port = htons((uint16_t)port);
    answer_result(sendto(datagrams, text, strlen(text), 0, any(&program), sizeof program));
}

/* Answers with the port that a datagram came from and its length. */
static void do_udp_from(void) {
    static char text[66000];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t received = recvfrom(datagrams, text, sizeof text, 0, any(&from), &length);
    if (received < 0) {
        answer_result(-1);
        return;
    }
    printf("%d %zd\n", ntohs(from.sin_port), received);
    fflush(stdout);
}

/* ---- commands ---- */

static bool on_connection(const char *verb, struct slot *slot, long number, const char *text) {
    if (strcmp(verb, "accept") == 0) {
        do_accept(slot);
    } else if (strcmp(verb, "connect") == 0) {
        do_connect(slot, number);
    } else if (strcmp(verb, "send") == 0) {
        do_send(slot, number);
    } else if (strcmp(verb, "text") == 0) {
        do_text(slot, text);
    } else if (strcmp(verb, "read") == 0) {
        do_read(slot, number);
    } else if (strcmp(verb, "half") == 0) {
        answer_result(shutdown(slot->descriptor, SHUT_WR));
    } else if (strcmp(verb, "reset") == 0) {
        do_reset(slot);
    } else if (strcmp(verb, "close") == 0) {
        answer_result(close(slot->descriptor));
    } else {
        return false;
    }
    return true;
}

static bool without_connection(const char *verb, long number, const char *text) {
    if (strcmp(verb, "listen") == 0) {
        do_listen(number);
    } else if (strcmp(verb, "unlisten") == 0) {
        answer_result(close(listener));
    } else if (strcmp(verb, "udp") == 0) {
        do_udp();
    } else if (strcmp(verb, "udp-to") == 0) {
        do_udp_to(number, text);
    } else if (strcmp(verb, "udp-from") == 0) {
        do_udp_from();
    } else if (strcmp(verb, "udp-close") == 0) {
        answer_result(close(datagrams));
    } else {
        return false;
    }
    return true;
}

/* A line is a verb, a number, and for a connection another: "send 0 1000", "udp-to 5000 text". */
static void obey(char *line) {
    char *rest;
    const char *verb = strtok_r(line, " \n", &rest);
    const char *first = strtok_r(NULL, " \n", &rest);
    const char *second = strtok_r(NULL, "\n", &rest);
    long number = first != NULL ? strtol(first, NULL, 10) : 0;
    if (verb == NULL) {
        answer("?");
    } else if (!without_connection(verb, number, second != NULL ? second : "")) {
        long slot = number >= 0 && number < SLOTS ? number : 0;
        long value = second != NULL ? strtol(second, NULL, 10) : 0;
        if (!on_connection(verb, &slots[slot], value, second)) {
            answer("?");
        }
    }
}

int main(int count, char **arguments) {
    char line[256];
    if (count != 3) {
        return 2;
    }
    own.sin_family = program.sin_family = AF_INET;
    inet_pton(AF_INET, arguments[1], &own.sin_addr);
    inet_pton(AF_INET, arguments[2], &program.sin_addr);
    while (fgets(line, sizeof line, stdin) != NULL) {
        obey(line);
    }
    return 0;
}
