// The kernel's end of every measurement: talks to one service of a contestant for a bounded time, and prints one line
// of NAME=VALUE pairs. The same program for every contestant.
//
//   load send|receive|ping|connect ADDRESS PORT MILLISECONDS WARM_MILLISECONDS PID CPUS
//
//   send      to discard: octets that were acknowledged
//   receive   from chargen: octets that were read
//   ping      one octet to echo and back, again and again: round-trip times
//   connect   connect, shut down, await the end, close: connections
//
// Nothing of the warm-up counts. PID is the contestant's process, whose processor time is measured; 0 for none. CPUS is
// "any", or "S,C": the processors that the contestant and this program are bound to.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { CHUNK = 256 * 1024, MOST_PINGS = 8 * 1024 * 1024, GRACE_S = 10 };

static struct sockaddr_in address;
static long long warm_ns;
static long long measured_ns;
static int pid;

// ---- processors ----

static void bind_task(int task, int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu >= 0) {
        CPU_SET(cpu, &set);
    } else {
        memset(&set, 0xff, sizeof set);
    }
    if (sched_setaffinity(task, sizeof set, &set) < 0 && errno != ESRCH) {
        fail_errno("cannot bind a thread to a processor");
    }
}

// Every thread of the contestant; those that it makes later follow.
static void bind_process(int cpu) {
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/task", pid);
    DIR *tasks = opendir(name);
    if (tasks == NULL) {
        fail("the contestant has ended");
    }
    for (const struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks)) {
        if (entry->d_name[0] != '.') {
            bind_task(atoi(entry->d_name), cpu);
        }
    }
    closedir(tasks);
}

static void bind_to(const char *cpus) {
    int stack = -1;
    int client = -1;
    if (strcmp(cpus, "any") != 0 && sscanf(cpus, "%d,%d", &stack, &client) != 2) {
        fail("'%s' is neither any nor S,C", cpus);
    }
    if (pid != 0) {
        bind_process(stack);
    }
    bind_task(0, client);
}

// ---- what it costs ----

struct cost {
    long long at_ns;
    long long process_ticks;
    long long machine_ticks;
};

static long long process_ticks(void) {
    if (pid == 0) {
        return 0;
    }
    char line[1024] = "";
    snprintf(line, sizeof line, "/proc/%d/stat", pid);
    FILE *stat = fopen(line, "r");
    if (stat == NULL || fgets(line, sizeof line, stat) == NULL) {
        fail("the contestant has ended");
    }
    fclose(stat);
    // proc(5): fields 14 and 15, counted behind the name, which may hold anything but ends with the last bracket.
    const char *rest = strrchr(line, ')');
    long long user = 0;
    long long system = 0;
    if (rest == NULL || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld", &user, &system) != 2) {
        fail("cannot read /proc/%d/stat", pid);
    }
    return user + system;
}

// All that was not idle, whoever did it; what the hypervisor took is not ours.
static long long machine_ticks(void) {
    long long user = 0, nice = 0, system = 0, irq = 0, softirq = 0;
    FILE *stat = fopen("/proc/stat", "r");
    if (stat == NULL
        || fscanf(stat, "cpu %lld %lld %lld %*d %*d %lld %lld", &user, &nice, &system, &irq, &softirq) != 5) {
        fail("cannot read /proc/stat");
    }
    fclose(stat);
    return user + nice + system + irq + softirq;
}

static struct cost cost_now(void) {
    const long long process = process_ticks();
    const long long machine = machine_ticks();
    return (struct cost) {.at_ns = now_ns(), .process_ticks = process, .machine_ticks = machine};
}

// The largest resident set that the contestant has had.
static double peak_megabytes(void) {
    char line[256];
    snprintf(line, sizeof line, "/proc/%d/status", pid);
    FILE *status = fopen(line, "r");
    long long kibibytes = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL && sscanf(line, "VmHWM: %lld", &kibibytes) != 1) {
        continue;
    }
    if (status != NULL) {
        fclose(status);
    }
    return (double) kibibytes * 1024 / 1e6;
}

static void print_cost(struct cost from, struct cost to) {
    const double tick = 1.0 / (double) sysconf(_SC_CLK_TCK);
    printf(
        "seconds=%.6f process_seconds=%.3f machine_seconds=%.3f peak_megabytes=%.1f",
        (double) (to.at_ns - from.at_ns) / 1e9,
        (double) (to.process_ticks - from.process_ticks) * tick,
        (double) (to.machine_ticks - from.machine_ticks) * tick,
        peak_megabytes());
}

// ---- connections ----

static int connected(void) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval limit = {.tv_sec = GRACE_S};
    if (fd < 0) {
        fail_errno("cannot make a socket");
    }
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        fail_errno("cannot connect");
    }
    return fd;
}

static struct tcp_info information(int fd) {
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0) {
        fail_errno("cannot read TCP_INFO");
    }
    return info;
}

// At once, with a reset: nothing is left behind that would disturb the next one.
static void drop(int fd) {
    const struct linger at_once = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

static char buffer[CHUNK];

static void write_some(int fd) {
    if (send(fd, buffer, sizeof buffer, MSG_NOSIGNAL) <= 0) {
        fail_errno("cannot send");
    }
}

static long long read_some(int fd) {
    const ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count < 0) {
        fail_errno("cannot receive");
    }
    if (count == 0) {
        fail("the contestant has closed the connection");
    }
    return count;
}

// ---- loads ----

static void run_send(void) {
    const int fd = connected();
    for (const long long end = now_ns() + warm_ns; now_ns() < end;) {
        write_some(fd);
    }
    const struct tcp_info before = information(fd);
    const struct cost began = cost_now();
    for (const long long end = began.at_ns + measured_ns; now_ns() < end;) {
        write_some(fd);
    }
    const struct tcp_info after = information(fd);
    print_cost(began, cost_now());
    printf(
        " octets=%llu data_segments=%u acknowledgments=%u retransmitted=%u\n",
        (unsigned long long) (after.tcpi_bytes_acked - before.tcpi_bytes_acked),
        after.tcpi_data_segs_out - before.tcpi_data_segs_out,
        after.tcpi_segs_in - before.tcpi_segs_in,
        after.tcpi_total_retrans - before.tcpi_total_retrans);
    drop(fd);
}

static void run_receive(void) {
    const int fd = connected();
    for (const long long end = now_ns() + warm_ns; now_ns() < end;) {
        read_some(fd);
    }
    const struct tcp_info before = information(fd);
    const struct cost began = cost_now();
    long long octets = 0;
    for (const long long end = began.at_ns + measured_ns; now_ns() < end;) {
        octets += read_some(fd);
    }
    const struct tcp_info after = information(fd);
    print_cost(began, cost_now());
    printf(
        " octets=%lld data_segments=%u acknowledgments=%u\n",
        octets,
        after.tcpi_data_segs_in - before.tcpi_data_segs_in,
        after.tcpi_segs_out - before.tcpi_segs_out);
    drop(fd);
}

static unsigned times[MOST_PINGS];

static int by_value(const void *a, const void *b) {
    const unsigned x = *(const unsigned *) a;
    const unsigned y = *(const unsigned *) b;
    return (x > y) - (x < y);
}

static double microseconds(int count, double share) {
    return times[(int) (share * (count - 1))] / 1e3;
}

// Returns when the octet was back.
static long long exchange(int fd) {
    char octet = 'w';
    if (send(fd, &octet, 1, MSG_NOSIGNAL) != 1 || recv(fd, &octet, 1, 0) != 1) {
        fail_errno("no echo");
    }
    return now_ns();
}

static void run_ping(void) {
    const int fd = connected();
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (const long long end = now_ns() + warm_ns; now_ns() < end;) {
        exchange(fd);
    }
    const struct cost began = cost_now();
    const long long end = began.at_ns + measured_ns;
    int count = 0;
    for (long long at = began.at_ns; at < end && count < MOST_PINGS;) {
        const long long then = exchange(fd);
        times[count++] = (unsigned) (then - at);
        at = then;
    }
    print_cost(began, cost_now());
    qsort(times, (size_t) count, sizeof times[0], by_value);
    printf(
        " count=%d p50=%.2f p99=%.2f p999=%.2f most=%.2f\n",
        count,
        microseconds(count, 0.5),
        microseconds(count, 0.99),
        microseconds(count, 0.999),
        microseconds(count, 1));
    drop(fd);
}

// Both ends close; the contestant last, so that TIME-WAIT is this end's.
static void open_and_close(void) {
    const int fd = connected();
    char octet;
    if (shutdown(fd, SHUT_WR) < 0) {
        fail_errno("cannot shut down");
    }
    if (recv(fd, &octet, 1, 0) != 0) {
        fail("the contestant has not closed the connection");
    }
    close(fd);
}

static void run_connect(void) {
    for (const long long end = now_ns() + warm_ns; now_ns() < end;) {
        open_and_close();
    }
    const struct cost began = cost_now();
    long long count = 0;
    for (const long long end = began.at_ns + measured_ns; now_ns() < end;) {
        open_and_close();
        count++;
    }
    print_cost(began, cost_now());
    printf(" count=%lld\n", count);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } loads[] = {{"send", run_send}, {"receive", run_receive}, {"ping", run_ping}, {"connect", run_connect}};
    if (argc != 8) {
        fail("usage: load send|receive|ping|connect ADDRESS PORT MILLISECONDS WARM_MILLISECONDS PID CPUS");
    }
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t) atoi(argv[3]));
    if (inet_pton(AF_INET, argv[2], &address.sin_addr) != 1) {
        fail("'%s' is not an IPv4 address", argv[2]);
    }
    measured_ns = atoll(argv[4]) * 1000000;
    warm_ns = atoll(argv[5]) * 1000000;
    pid = atoi(argv[6]);
    bind_to(argv[7]);
    // Whatever happens, it ends.
    alarm((unsigned) ((measured_ns + warm_ns) / 1000000000) + 2 * GRACE_S);
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        if (strcmp(argv[1], loads[i].name) == 0) {
            loads[i].run();
            return 0;
        }
    }
    fail("no load '%s'", argv[1]);
}
