/*
 * Asking the host. A process has one connection to it, made when it first needs one. Programs close descriptors that
 * they do not know, and open others under the same number, so it is looked at before each use and made again if lost.
 */
#include "weir.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#define ANSWER_SECONDS 10
#define SLOW_ANSWER_SECONDS 60
#define MOST_ROUNDS 3

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Behind the lock. The address is settled once: a program that changes its user keeps its host. */
static int control = -1;
static struct stat control_identity;
static struct sockaddr_un control_address;
static bool address_known;
static bool start_failed;

/* Not behind the lock: the user of the host that was connected last; root, whom everybody trusts, before. */
static _Atomic uid_t host_user;

/* What a thread had before it took the lock. */
struct before {
    sigset_t signals;
    int cancellation;
};

/* A signal handler that asks the host, or a cancelled thread, would leave the lock behind for ever. */
static void enter(struct before *before) {
    sigset_t all;
    sigfillset(&all);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before->cancellation);
    pthread_sigmask(SIG_SETMASK, &all, &before->signals);
    pthread_mutex_lock(&lock);
}

static void leave(const struct before *before) {
    pthread_mutex_unlock(&lock);
    pthread_sigmask(SIG_SETMASK, &before->signals, NULL);
    pthread_setcancelstate(before->cancellation, NULL);
}

/* Out of the way of programs that count on small numbers, and below what select can name. */
static int move_high(int descriptor) {
    struct rlimit limit;
    int lowest = 3;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        rlim_t top = limit.rlim_cur < 1024 ? limit.rlim_cur : 1024;
        lowest = top > 64 ? (int)top - 24 : lowest;
    }
    int high = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest);
    if (high < 0) {
        return descriptor;
    }
    close(descriptor);
    return high;
}

/* A connection to the host, or -1. A host that has been stopped takes no connections once its queue is full. */
static int open_connection(const struct sockaddr_un *address, int answer_seconds) {
    int descriptor = weir_real()->socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return -1;
    }
    struct timeval limit = {.tv_sec = answer_seconds};
    weir_real()->setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    weir_real()->setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const struct sockaddr *name = (const struct sockaddr *)address;
    int failed;
    do {
        failed = weir_real()->connect(descriptor, name, sizeof *address);
    } while (failed != 0 && errno == EINTR);
    if (failed != 0) {
        close(descriptor);
        return -1;
    }
    return move_high(descriptor);
}

static bool serving(const struct sockaddr_un *address) {
    int descriptor = open_connection(address, ANSWER_SECONDS);
    if (descriptor >= 0) {
        close(descriptor);
    }
    return descriptor >= 0;
}

/* Makes sure of an address and, if `may_start`, of a host. */
static int prepare_host(bool may_start) {
    if (!address_known) {
        int error = weir_control_address(&control_address);
        if (error != 0) {
            return error;
        }
        address_known = true;
    }
    if (!may_start || start_failed || serving(&control_address)) {
        return 0;
    }
    int error = weir_start_host(&control_address, serving);
    start_failed = error != 0; /* it has said so; trying again for each call would only take time */
    return error;
}

static void keep(int descriptor) {
    control = descriptor;
    if (control >= 0) {
        struct ucred host;
        socklen_t length = sizeof host;
        fstat(control, &control_identity);
        if (weir_real()->getsockopt(control, SOL_SOCKET, SO_PEERCRED, &host, &length) == 0) {
            atomic_store_explicit(&host_user, host.uid, memory_order_relaxed);
        }
    }
}

bool weir_is_host_user(uid_t user) {
    return user == 0 || user == geteuid() || user == atomic_load_explicit(&host_user, memory_order_relaxed);
}

static bool control_is_ours(void) {
    struct stat now;
    return control >= 0 && fstat(control, &now) == 0 && now.st_dev == control_identity.st_dev
           && now.st_ino == control_identity.st_ino;
}

static int take_descriptor(struct msghdr *message) {
    int descriptor = -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    }
    return descriptor;
}

static ssize_t send_request(int connection, struct weir_exchange *exchange) {
    struct weir_request *request = &exchange->request;
    struct iovec parts[2] = {
        {.iov_base = request, .iov_len = sizeof *request},
        {.iov_base = (void *)(uintptr_t)exchange->value, .iov_len = exchange->value_length},
    };
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    request->version = WEIR_PROTOCOL_VERSION;
    request->length = (uint16_t)exchange->value_length;
    ssize_t sent;
    do {
        sent = weir_real()->sendmsg(connection, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent;
}

static ssize_t receive_reply(int connection, struct weir_exchange *exchange) {
    _Alignas(struct cmsghdr) char ancillary[CMSG_SPACE(sizeof(int))];
    struct iovec parts[2] = {
        {.iov_base = &exchange->reply, .iov_len = sizeof exchange->reply},
        {.iov_base = exchange->answer, .iov_len = exchange->room},
    };
    struct msghdr message = {
        .msg_iov = parts,
        .msg_iovlen = 2,
        .msg_control = ancillary,
        .msg_controllen = sizeof ancillary,
    };
    ssize_t received;
    do {
        received = weir_real()->recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    } while (received < 0 && errno == EINTR);
    exchange->descriptor = received > 0 ? take_descriptor(&message) : -1;
    return received;
}

enum outcome {
    ANSWERED,
    GONE, /* the host has closed the connection: it, or the one in its place, may be asked again */
    LATE, /* the host takes too long: it may have done what was asked, or do it yet */
};

static enum outcome transact(int connection, struct weir_exchange *exchange) {
    if (send_request(connection, exchange) < 0) {
        return errno == EAGAIN ? LATE : GONE;
    }
    ssize_t received = receive_reply(connection, exchange);
    if (received >= (ssize_t)sizeof exchange->reply) {
        return ANSWERED;
    }
    return received < 0 && errno == EAGAIN ? LATE : GONE;
}

static int connect_control(bool may_start) {
    control = -1;
    int error = prepare_host(may_start);
    if (error == 0) {
        keep(open_connection(&control_address, ANSWER_SECONDS));
    }
    return error;
}

/*
 * A host that ends when its last program has gone may do so in the moment in which another one comes: then that one
 * starts the next.
 */
static int ask_on_control(struct weir_exchange *exchange) {
    for (int round = 0; round < MOST_ROUNDS; round++) {
        int error = control_is_ours() ? 0 : connect_control(exchange->request.id == 0);
        if (error != 0) {
            return error;
        }
        if (control < 0) {
            continue;
        }
        enum outcome outcome = transact(control, exchange);
        if (outcome == ANSWERED) {
            return exchange->reply.error;
        }
        close(control);
        control = -1;
        if (outcome == LATE) {
            break;
        }
    }
    return ENETDOWN;
}

int weir_ask(struct weir_exchange *exchange) {
    struct before before;
    int saved = errno;
    exchange->descriptor = -1;
    enter(&before);
    int error = ask_on_control(exchange);
    leave(&before);
    errno = saved;
    return error;
}

int weir_ask_slowly(struct weir_exchange *exchange) {
    struct before before;
    int saved = errno;
    exchange->descriptor = -1;
    enter(&before);
    int error = prepare_host(true);
    leave(&before);
    int connection = error == 0 ? open_connection(&control_address, SLOW_ANSWER_SECONDS) : -1;
    if (connection >= 0) {
        error = transact(connection, exchange) == ANSWERED ? exchange->reply.error : ENETDOWN;
        close(connection);
    } else if (error == 0) {
        error = ENETDOWN;
    }
    errno = saved;
    return error;
}

/* ---- fork ---- */

static struct before before_fork;

static void prepare_fork(void) {
    struct before before;
    enter(&before);
    before_fork = before; /* now that the lock is ours */
}

static void parent_after_fork(void) {
    struct before before = before_fork;
    leave(&before);
}

/*
 * Replies on a connection that two processes share would go to either of them. The child's own is made at once: it may
 * be about to become a user that the host would turn away.
 */
static void child_after_fork(void) {
    struct before before = before_fork;
    if (control_is_ours()) {
        close(control);
        keep(open_connection(&control_address, ANSWER_SECONDS));
    }
    leave(&before);
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(prepare_fork, parent_after_fork, child_after_fork);
}
