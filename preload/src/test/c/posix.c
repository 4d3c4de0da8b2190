/*
 * Runs the cases, each in a process of its own, so that one that hangs or dies leaves the others alone.
 *
 * usage: posix OWN-ADDRESS PEER-ADDRESS PEER-PROGRAM [CASE...]
 */
#include "cases.h"

#include <ifaddrs.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#define CASES_MAX 256
#define CASE_SECONDS 20
#define WAIT_MILLISECONDS 8000

static struct {
    const char *name;
    void (*run)(void);
} cases[CASES_MAX];

static int case_count;
static const char *current = "";
static const char *own_text;
static const char *peer_text;
static const char *peer_program;
static FILE *to_peer;
static FILE *from_peer;

const char *own_program;

void register_case(const char *name, void (*run)(void)) {
    if (case_count == CASES_MAX) {
        abort();
    }
    cases[case_count].name = name;
    cases[case_count++].run = run;
}

/* ---- what is printed ---- */

void note(const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    printf("%s: %s\n", current, line);
    fflush(stdout);
}

long report(const char *call, long result) {
    if (result == -1) {
        const char *error = strerrorname_np(errno);
        note("%s: -1 %s", call, error != NULL ? error : "?");
    } else {
        note("%s: %ld", call, result);
    }
    return result;
}

int report_open(const char *call, int result) {
    if (result < 0) {
        return (int)report(call, result);
    }
    note("%s: a descriptor", call);
    return result;
}

static void print_events(const char *what, short events) {
    static const struct {
        short bit;
        const char *name;
    } names[] = {
        {POLLIN, "POLLIN"},   {POLLPRI, "POLLPRI"}, {POLLOUT, "POLLOUT"},
        {POLLERR, "POLLERR"}, {POLLHUP, "POLLHUP"}, {POLLRDHUP, "POLLRDHUP"},
        {POLLNVAL, "POLLNVAL"},
    };
    char text[128] = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((events & names[i].bit) != 0) {
            snprintf(text + strlen(text), sizeof text - strlen(text), " %s", names[i].name);
        }
    }
    note("%s:%s", what, *text != '\0' ? text : " nothing");
}

static short poll_once(int descriptor, short events) {
    struct pollfd wait = {.fd = descriptor, .events = events};
    poll(&wait, 1, 0);
    return wait.revents;
}

void events_now(int descriptor, short events) {
    print_events("poll", poll_once(descriptor, events) & events);
}

void await(int descriptor, short events) {
    short now = 0;
    for (int waited = 0; waited < WAIT_MILLISECONDS; waited += 5) {
        now = poll_once(descriptor, events);
        if ((now & events) == events) {
            break;
        }
        usleep(5000);
    }
    print_events("awaited", now & events);
}

void await_any(int descriptor) {
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};
    poll(&wait, 1, WAIT_MILLISECONDS);
    print_events("awaited", wait.revents);
}

/* ---- the peer ---- */

static void start_peer(void) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        abort();
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        unsetenv("LD_PRELOAD");
        execl(peer_program, peer_program, peer_text, own_text, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    to_peer = fdopen(dup(ends[0]), "w");
    from_peer = fdopen(ends[0], "r");
}

static const char *ask_peer(const char *format, va_list arguments) {
    static char line[256];
    vfprintf(to_peer, format, arguments);
    fputc('\n', to_peer);
    fflush(to_peer);
    if (fgets(line, sizeof line, from_peer) == NULL) {
        note("the peer has gone");
        exit(1);
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

const char *peer(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *answer = ask_peer(format, arguments);
    va_end(arguments);
    return answer;
}

int peer_number(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int number = atoi(ask_peer(format, arguments));
    va_end(arguments);
    return number;
}

/* ---- sockets that many cases begin with ---- */

static struct sockaddr_in address(const char *text, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, text, &address.sin_addr);
    return address;
}

struct sockaddr_in own_address(int port) {
    return address(own_text, port);
}

struct sockaddr_in peer_address(int port) {
    return address(peer_text, port);
}

int port_of(int descriptor) {
    struct sockaddr_in name = {0};
    socklen_t length = sizeof name;
    getsockname(descriptor, NAME(name), &length);
    return ntohs(name.sin_port);
}

/* A case that cannot begin has nothing to say. */
static void must(bool done, const char *what) {
    if (!done) {
        note("could not %s: %s", what, strerrorname_np(errno));
        exit(1);
    }
}

int connected(void) {
    struct sockaddr_in there = peer_address(peer_number("listen 5"));
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(descriptor, NAME(there), sizeof there) == 0, "connect");
    must(strcmp(peer("accept 0"), "0") == 0, "be accepted");
    peer("unlisten");
    return descriptor;
}

int listening(int backlog) {
    struct sockaddr_in here = own_address(0);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    must(bind(descriptor, NAME(here), sizeof here) == 0, "bind");
    must(listen(descriptor, backlog) == 0, "listen");
    return descriptor;
}

int accepted(void) {
    int listener = listening(5);
    must(strcmp(peer("connect 0 %d", port_of(listener)), "0") == 0, "be connected");
    int descriptor = accept(listener, NULL, NULL);
    must(descriptor >= 0, "accept");
    close(listener);
    return descriptor;
}

int bound_datagram(void) {
    struct sockaddr_in here = own_address(0);
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    must(bind(descriptor, NAME(here), sizeof here) == 0, "bind");
    return descriptor;
}

void set_nonblocking(int descriptor, bool on) {
    int flags = fcntl(descriptor, F_GETFL);
    fcntl(descriptor, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

void set_receive_limit(int descriptor, int milliseconds) {
    struct timeval limit = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

/* ---- octets ---- */

static unsigned char pattern(long place) {
    return (unsigned char)(place * 7 + place / 251);
}

void fill_pattern(unsigned char *octets, long from, size_t length) {
    for (size_t i = 0; i < length; i++) {
        octets[i] = pattern(from + (long)i);
    }
}

bool is_pattern(const unsigned char *octets, long from, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (octets[i] != pattern(from + (long)i)) {
            return false;
        }
    }
    return true;
}

void read_pattern(int descriptor, long from, size_t length) {
    unsigned char octets[65536];
    size_t total = 0;
    while (total < length) {
        size_t room = length - total < sizeof octets ? length - total : sizeof octets;
        ssize_t received = read(descriptor, octets, room);
        if (received < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = descriptor, .events = POLLIN};
            if (poll(&wait, 1, WAIT_MILLISECONDS) == 1) {
                continue;
            }
        }
        if (received <= 0) {
            note("read %zu, then %s", total, received == 0 ? "end of file" : strerrorname_np(errno));
            return;
        }
        if (!is_pattern(octets, from + (long)total, (size_t)received)) {
            note("read octets that were not sent, after %zu", total);
            return;
        }
        total += (size_t)received;
    }
    note("read %zu", total);
}

/* ---- running ---- */

static void run(int number) {
    current = cases[number].name;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(CASE_SECONDS);
        start_peer();
        cases[number].run();
        exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
        note("ended by %s", WTERMSIG(status) == SIGALRM ? "its time limit" : sigdescr_np(WTERMSIG(status)));
    } else if (WEXITSTATUS(status) != 0) {
        note("ended with %d", WEXITSTATUS(status));
    }
}

static bool is_wanted(const char *name, char **wanted) {
    if (*wanted == NULL) {
        return true;
    }
    for (; *wanted != NULL; wanted++) {
        if (strcmp(*wanted, name) == 0) {
            return true;
        }
    }
    return false;
}

int main(int count, char **arguments) {
    own_program = arguments[0];
    if (count == 4 && strcmp(arguments[1], "--child") == 0) {
        current = "executed";
        return run_child(atoi(arguments[2]), arguments[3]);
    }
    if (count < 4) {
        fprintf(stderr, "usage: posix OWN-ADDRESS PEER-ADDRESS PEER-PROGRAM [CASE...]\n");
        return 2;
    }
    own_text = arguments[1];
    peer_text = arguments[2];
    peer_program = arguments[3];
    /* Somebody has to have started a host, and thereby made the peer's address, before the peer needs it. */
    struct ifaddrs *interfaces = NULL;
    if (getifaddrs(&interfaces) == 0) {
        freeifaddrs(interfaces);
    }
    for (int i = 0; i < case_count; i++) {
        if (is_wanted(cases[i].name, arguments + 4)) {
            run(i);
        }
    }
    return 0;
}
