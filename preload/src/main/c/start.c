/* Where the host's control socket is, and starting a host that ends with the last program that uses it. */
#include "weir.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define START_SECONDS 600 /* the first use of weir builds it */
#define LOOK_MILLISECONDS 100
#define LINE_MAX_OCTETS 256

extern char **environ;

/* A directory of this user's in which nobody else may put a socket. */
static bool is_private(const char *directory) {
    struct stat status;
    return lstat(directory, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid()
           && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int set_path(struct sockaddr_un *address, const char *directory, const char *file) {
    int length = snprintf(address->sun_path, sizeof address->sun_path, "%s%s", directory, file);
    return length < (int)sizeof address->sun_path ? 0 : ENAMETOOLONG;
}

int weir_control_address(struct sockaddr_un *address) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    const char *given = getenv("WEIR_SOCKET");
    if (given != NULL && *given != '\0') {
        return set_path(address, given, "");
    }
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime != NULL && is_private(runtime)) {
        return set_path(address, runtime, "/weir.sock");
    }
    char directory[64];
    snprintf(directory, sizeof directory, "/tmp/weir-%u", (unsigned)geteuid());
    if (mkdir(directory, S_IRWXU) != 0 && errno != EEXIST) {
        return errno;
    }
    return is_private(directory) ? set_path(address, directory, "/control") : EACCES;
}

/* ---- the host's command line ---- */

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : otherwise;
}

/* WEIR_COMMAND, or the script `weir` in the directory of this library. */
static bool find_command(char *command, size_t room) {
    const char *given = getenv("WEIR_COMMAND");
    if (given != NULL && *given != '\0') {
        return snprintf(command, room, "%s", given) < (int)room;
    }
    static const char here = 0;
    Dl_info library;
    char path[PATH_MAX];
    if (dladdr(&here, &library) == 0 || realpath(library.dli_fname, path) == NULL) {
        return false;
    }
    *strrchr(path, '/') = '\0';
    return snprintf(command, room, "%s/weir", path) < (int)room;
}

struct command {
    char program[PATH_MAX];
    const char *arguments[16];
    char **environment;
};

static void fill_command(struct command *command, const struct sockaddr_un *address) {
    const char *arguments[] = {
        command->program, "host",
        "--socket",       address->sun_path,
        "--tap",          setting("WEIR_TAP", "weir0"),
        "--ip",           setting("WEIR_IP", "10.10.10.2/24"),
        "--host-ip",      setting("WEIR_HOST_IP", "10.10.10.1"),
        "--linger",       "2",
        NULL,
    };
    memcpy(command->arguments, arguments, sizeof arguments);
}

/* The host must not run on itself. */
static void copy_environment(char **copy) {
    for (char **variable = environ; *variable != NULL; variable++) {
        if (strncmp(*variable, "LD_PRELOAD=", 11) != 0) {
            *copy++ = *variable;
        }
    }
    *copy = NULL;
}

static size_t environment_size(void) {
    size_t size = 1;
    for (char **variable = environ; *variable != NULL; variable++) {
        size++;
    }
    return size;
}

/* ---- the processes ---- */

/*
 * A child that says nothing when it ends: the program's own wait must not come upon processes that it did not start.
 * Neither do its fork handlers run. What follows in the child are system calls only.
 */
static pid_t quiet_fork(void) {
    return (pid_t)weir_real()->syscall(SYS_clone, 0UL, 0UL, 0UL, 0UL, 0UL);
}

static void become_host(struct command *command, int output) {
    /* The program may have closed its first three, so that the pipe has got one of these numbers. */
    int pipe_end = fcntl(output, F_DUPFD, STDERR_FILENO + 1);
    int null = fcntl(open("/dev/null", O_RDWR), F_DUPFD, STDERR_FILENO + 1);
    dup2(null, STDIN_FILENO);
    dup2(pipe_end, STDOUT_FILENO);
    dup2(pipe_end, STDERR_FILENO);
    weir_real()->syscall(SYS_close_range, 3U, ~0U, 0U);
    for (int signal_number = 1; signal_number < NSIG; signal_number++) {
        signal(signal_number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    char **arguments = (char **)(uintptr_t)command->arguments;
    execve(command->program, arguments, command->environment);
    static const char problem[] = "cannot be executed\n";
    ssize_t written = write(STDERR_FILENO, problem, sizeof problem - 1);
    _exit(written < 0 ? 126 : 127);
}

/* The host in a session of its own, whose number is returned; -1 and errno if there are no more processes. */
static pid_t spawn(struct command *command, int output) {
    pid_t leader = quiet_fork();
    if (leader == 0) {
        setsid();
        pid_t host = quiet_fork();
        if (host == 0) {
            become_host(command, output);
        }
        _exit(host < 0 ? 1 : 0);
    }
    if (leader > 0) {
        waitpid(leader, NULL, __WCLONE);
    }
    return leader;
}

static bool has_passed(const struct timespec *end) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

/* Signals are held back while this process starts a host: somebody may want it to end meanwhile. */
static bool is_asked_to_end(void) {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1
           || sigismember(&pending, SIGHUP) == 1 || sigismember(&pending, SIGQUIT) == 1;
}

/* The next octet of the host's output; false at its end, or when it has taken too long. */
static bool next_octet(int input, const struct timespec *end, char *octet) {
    struct pollfd wait = {.fd = input, .events = POLLIN};
    int ready = 0;
    while (ready == 0 && !has_passed(end) && !is_asked_to_end()) {
        ready = poll(&wait, 1, LOOK_MILLISECONDS);
    }
    return ready > 0 && weir_real()->read(input, octet, 1) == 1;
}

/* Reads the host's output up to the line that begins with "ready". `line` is then the last that is not empty. */
static bool wait_until_ready(int input, char line[LINE_MAX_OCTETS]) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += START_SECONDS;
    char now[LINE_MAX_OCTETS];
    size_t length = 0;
    char octet;
    while (next_octet(input, &end, &octet)) {
        if (octet != '\n') {
            if (length < sizeof now - 1) {
                now[length++] = octet;
            }
            continue;
        }
        now[length] = '\0';
        if (strncmp(now, "ready", 5) == 0) {
            return true;
        }
        if (length > 0) {
            memcpy(line, now, length + 1);
        }
        length = 0;
    }
    return false;
}

static int complain(const char *subject, const char *reason) {
    char line[PATH_MAX + LINE_MAX_OCTETS];
    int length = snprintf(line, sizeof line, "libweir: no host: %s: %s\n", subject, reason);
    ssize_t written = weir_real()->write(STDERR_FILENO, line, (size_t)length);
    (void)written; /* there is nobody else to tell */
    return ENETDOWN;
}

static int run(struct command *command) {
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0) {
        return complain(command->program, strerror(errno));
    }
    pid_t session = spawn(command, output[1]);
    close(output[1]);
    char line[LINE_MAX_OCTETS] = "ended without a word";
    bool ready = session > 0 && wait_until_ready(output[0], line);
    close(output[0]);
    if (ready) {
        return 0;
    }
    if (session > 0) {
        kill(-session, SIGKILL);
    }
    return complain(command->program, line);
}

static int start_locked(const struct sockaddr_un *address) {
    struct command command;
    if (!find_command(command.program, sizeof command.program)) {
        return complain("weir", "not found beside the library; WEIR_COMMAND names it");
    }
    char *environment[environment_size()];
    copy_environment(environment);
    command.environment = environment;
    fill_command(&command, address);
    return run(&command);
}

int weir_start_host(const struct sockaddr_un *address, bool (*serving)(const struct sockaddr_un *)) {
    char path[sizeof address->sun_path + 8];
    snprintf(path, sizeof path, "%s.lock", address->sun_path);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (lock < 0) {
        return complain(path, strerror(errno));
    }
    int locked;
    do {
        locked = flock(lock, LOCK_EX);
    } while (locked != 0 && errno == EINTR);
    int error = serving(address) ? 0 : start_locked(address);
    close(lock);
    return error;
}
