/*
 * The parts of libweir.so, and what each offers the others.
 *
 *   real.c        the functions that the library stands in front of
 *   start.c       where the host's control socket is, and starting a host
 *   control.c     asking the host: one connection for the process
 *   sockets.c     which descriptors are Weir's, and what is known of them
 *   connection.c  socket, bind, listen, accept, connect, shutdown, names
 *   elsewhere.c   putting another socket in the place of one of Weir's
 *   epoll.c       epoll_ctl, so that such a socket has its predecessor's places in epoll sets
 *   transfer.c    send and recv in all their forms, sorted by kind of socket
 *   stream.c      what they do on a stream
 *   datagram.c    what they do on datagrams
 *   options.c     getsockopt and setsockopt
 *   interfaces.c  ioctl, getifaddrs, if_nametoindex and friends
 *   names.c       getaddrinfo and friends
 *
 * The library owns no socket and hardly any state. Whatever a descriptor goes through (dup, fork, exec, another
 * process) the kernel carries it, and the name of its peer tells what it is.
 */
#ifndef WEIR_H
#define WEIR_H

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "protocol.h"

/* The library hides its symbols; these are the ones that stand before glibc's. */
#define WEIR_EXPORT __attribute__((visibility("default")))

/* ---- real.c ---- */

#define WEIR_REAL_CALLS(X)                                                                                             \
    X(socket) X(bind) X(listen) X(accept) X(accept4) X(connect) X(shutdown) X(getsockname) X(getpeername)              \
    X(getsockopt) X(setsockopt) X(send) X(sendto) X(sendmsg) X(sendmmsg) X(recv) X(recvfrom) X(recvmsg) X(recvmmsg)    \
    X(read) X(readv) X(write) X(writev) X(ioctl) X(syscall) X(epoll_ctl)                                               \
    X(getifaddrs) X(freeifaddrs) X(if_nametoindex) X(if_indextoname) X(if_nameindex) X(if_freenameindex)               \
    X(getaddrinfo) X(getnameinfo) X(gethostbyname2_r) X(gethostbyaddr_r)

struct weir_real {
#define WEIR_REAL_MEMBER(name) __typeof__(&name) name;
    WEIR_REAL_CALLS(WEIR_REAL_MEMBER)
#undef WEIR_REAL_MEMBER
};

/* The next definition of each call, as a rule glibc's. */
const struct weir_real *weir_real(void);

/* ---- start.c ---- */

/* Fills in the address of the control socket. 0, or an errno where its directory cannot be trusted. */
int weir_control_address(struct sockaddr_un *address);

/*
 * Starts a host that serves the control socket, unless another process is faster, and waits until it serves. `serving`
 * tells whether a host is there. 0, or an errno after one line on standard error.
 */
int weir_start_host(const struct sockaddr_un *address, bool (*serving)(const struct sockaddr_un *));

/* ---- control.c ---- */

/* A request to the host and its reply. */
struct weir_exchange {
    struct weir_request request; /* version and length are filled in by weir_ask */
    const void *value;           /* what follows the request */
    size_t value_length;
    struct weir_reply reply;
    void *answer; /* where what follows the reply goes; reply.length tells how much it is */
    size_t room;
    int descriptor; /* that came with the reply, or -1 */
};

/*
 * Asks the host. 0, or the error: of the host's reply (WEIR_ELSEWHERE among them), or ENETDOWN where no host answers.
 * Neither signals nor cancellation come between. A request that concerns no socket starts a host if there is none.
 */
int weir_ask(struct weir_exchange *exchange);

/* The same on a connection of its own, for requests that take as long as a name server does. */
int weir_ask_slowly(struct weir_exchange *exchange);

/* True if this process may have sockets of a host of that user: root, its own, or that at the control socket. */
bool weir_is_host_user(uid_t user);

/* ---- sockets.c ---- */

struct weir_socket {
    int descriptor;
    char kind; /* WEIR_KIND_... */
    uint64_t id;
};

/* What a process may know of a socket without asking. 0: nothing. */
enum weir_knowledge {
    /* A stream is one of these. */
    WEIR_CONNECTING = 1,
    WEIR_OPEN = 2,
    WEIR_LISTENING = 3,
    WEIR_FAILED_CONNECT = 4,
    WEIR_PHASE = 7,
    /* A datagram socket has WEIR_KNOWN, and these where they hold. */
    WEIR_KNOWN = 1,
    WEIR_CONNECTED = 8,
    WEIR_WANTS_DESTINATION = 16,   /* IP_PKTINFO */
    WEIR_WANTS_TTL = 32,           /* IP_RECVTTL */
    WEIR_WANTS_TRAFFIC = 64,       /* IP_RECVTOS */
    WEIR_WANTS_MICROSECONDS = 128, /* SO_TIMESTAMP */
    WEIR_WANTS_NANOSECONDS = 256,  /* SO_TIMESTAMPNS */
};

/* True if the descriptor is one of Weir's. Leaves errno as it was. */
bool weir_find(int descriptor, struct weir_socket *socket);

unsigned weir_known(const struct weir_socket *socket);
void weir_know(const struct weir_socket *socket, unsigned knowledge);

/*
 * True if read and write must look at what they are given: the process has a datagram socket, where a header has to
 * come off, or a stream that was not connected yet, where the kernel would wait instead of failing.
 */
bool weir_attentive(void);
void weir_stream_made(void);
void weir_stream_used(void);
void weir_datagram_made(void);

/* A descriptor has come in from elsewhere (exec, SCM_RIGHTS). */
void weir_descriptor_arrived(int descriptor);

/* A request about a socket, with nothing in it but its number. */
struct weir_exchange weir_about(const struct weir_socket *socket, enum weir_call call);

/* An option as the host has it: 0 or an errno. */
int weir_ask_option(const struct weir_socket *socket, int level, int name, void *value, size_t *length);

int weir_tell_option(const struct weir_socket *socket, int level, int name, const void *value, size_t length);

/* True if the host that served the socket is there no more. */
bool weir_host_gone(const struct weir_socket *socket);

/* The pending error of a socket as the host knows it, which is then forgotten; ENETDOWN if there is no host. */
int weir_take_error(const struct weir_socket *socket);

static inline bool weir_is_stream(const struct weir_socket *socket) {
    return socket->kind == WEIR_KIND_STREAM;
}

/* -1 and errno, as a call returns it. */
static inline int weir_fail(int error) {
    errno = error;
    return -1;
}

/* 0 for 0, else -1 and errno. */
static inline int weir_result(int error) {
    return error == 0 ? 0 : weir_fail(error);
}

/* Copies an IPv4 address to a program's buffer as the kernel does: as much as fits, and the full length. */
void weir_give_name(uint32_t address, uint16_t port, struct sockaddr *name, socklen_t *length);

/* ---- connection.c ---- */

/* A new socket of Weir's in `made`. 0, or an errno. */
int weir_make(int type, int protocol, int flags, struct weir_socket *made);

/* ---- elsewhere.c ---- */

/* A socket of the kernel's of the same type and options as one of Weir's. -1 and errno if there are no more. */
int weir_kernel_socket(const struct weir_socket *socket);

/* Puts the descriptor `replacement` in the place of the socket, with its flags, and closes `replacement`. 0 or errno. */
int weir_replace(const struct weir_socket *socket, int replacement);

/* Gives a socket of Weir's the options of another. */
void weir_move_options(const struct weir_socket *from, const struct weir_socket *to);

/* ---- epoll.c ---- */

/* A descriptor has become another socket's: nothing is known of it. */
void weir_epoll_forget(int descriptor);

/* Takes a descriptor out of the epoll set that it is in, before another file takes its place. */
void weir_epoll_leave(int descriptor);

/* Puts it back. */
void weir_epoll_return(int descriptor);

/* ---- stream.c ---- */

ssize_t weir_stream_send(const struct weir_socket *socket, const struct msghdr *message, int flags);
ssize_t weir_stream_receive(const struct weir_socket *socket, struct msghdr *message, int flags);

/* What a stream is, WEIR_CONNECTING to WEIR_FAILED_CONNECT, or 0 if it is none of these yet. Asks if need be. */
unsigned weir_stream_phase(const struct weir_socket *socket);

/* The pending error of a stream, which is then forgotten here and by the host; 0 if there is none. */
int weir_stream_error(const struct weir_socket *socket);

/* errno for a call that the kernel failed on a stream: ECONNRESET may stand for another reason. */
int weir_stream_reason(const struct weir_socket *socket, int error);

/* ---- datagram.c ---- */

ssize_t weir_datagram_send(const struct weir_socket *socket, const struct msghdr *message, int flags);
ssize_t weir_datagram_receive(const struct weir_socket *socket, struct msghdr *message, int flags);

/* Octets of the next datagram, 0 if there is none: FIONREAD. */
int weir_datagram_waiting(const struct weir_socket *socket);

/* The error at the head of the queue, which is taken from it, or 0. */
int weir_datagram_error(const struct weir_socket *socket);

/* What is known of a datagram socket; asks the host the first time. */
unsigned weir_datagram_knowledge(const struct weir_socket *socket);

/* The bit of weir_knowledge for an option that makes ancillary data, or 0. */
unsigned weir_ancillary_option(int level, int name);

/* ---- interfaces.c ---- */

/* The host's interfaces, at most `room` of them. How many, or -1 and errno. */
int weir_interfaces(struct weir_interface *interfaces, int room);

#define WEIR_INTERFACES_MAX ((int)(WEIR_VALUE_MAX / sizeof(struct weir_interface)))

#endif
