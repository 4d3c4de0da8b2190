/*
 * What libweir.so and the host that owns the stack say to each other.
 *
 *   program --- libweir.so ==== control socket, SOCK_SEQPACKET ==== host     requests and replies, in order
 *      |                                                              |
 *      +------- one end ------- a socket pair for each socket -- other end   octets, datagrams, new connections
 *
 * Numbers are in the host's byte order, addresses and ports in the network's. Structures have no padding. The same
 * numbers are in org.weir.preload.Protocol, and a test compares the two files.
 *
 * The host's end of each pair is bound to an abstract name, so that getpeername(2) on a descriptor tells whether it is
 * Weir's and which socket it is, in whatever process it has got to by dup, fork, exec or SCM_RIGHTS:
 *
 *   "\0weir.K.IIIIIIIIIIIIIIII"     K: the kind of socket (WEIR_KIND_...), I: its id, 16 hexadecimal digits, random
 */
#ifndef WEIR_PROTOCOL_H
#define WEIR_PROTOCOL_H

#include <stdint.h>

#define WEIR_PROTOCOL_VERSION 1

/* The abstract name of the host's end, without the first octet, which is 0: "weir." kind "." id. */
#define WEIR_NAME_PREFIX "weir."
#define WEIR_NAME_LENGTH 23

#define WEIR_KIND_STREAM 't'   /* TCP: a pair of SOCK_STREAM */
#define WEIR_KIND_DATAGRAM 'u' /* UDP: a pair of SOCK_SEQPACKET, each message begins with a weir_datagram */
#define WEIR_KIND_PING 'p'     /* ICMP echo, as SOCK_DGRAM with IPPROTO_ICMP: messages as for UDP */
#define WEIR_KIND_RAW 'r'      /* SOCK_RAW: messages as for UDP; what is received begins with its IP header */

/*
 * A socket of SOCK_STREAM.
 *
 * The host leaves one octet unread in its end at all times: when it closes its end then, the kernel reports
 * ECONNRESET and POLLERR at the program's. A program's octets before the connection exists are filler: WEIR_CONNECT
 * tells how many, and the host drops them. While they lie unread the program's end is not writable, which is how a
 * connect that is in progress looks.
 *
 *   connect    the library fills its end until poll(2) says that it is not writable, then asks WEIR_CONNECT. The
 *              reply is EINPROGRESS; the end becomes writable when the connection is there. If it fails, the host
 *              closes its end, which gives POLLERR, and WEIR_ERROR tells the reason.
 *   accept     on a listening socket each connection comes as one message of a weir_accepted with the new
 *              descriptor as SCM_RIGHTS.
 *   end        shutdown(2) and close(2) are the kernel's own, in both directions.
 */

/* The program's and the host's end of a stream must be able to hold more than one message that is partly read. */
#define WEIR_PAIR_BUFFER 212992 /* SO_SNDBUF; Linux doubles it */

enum weir_call {
    WEIR_SOCKET = 1,      /* type, protocol -> the descriptor, as SCM_RIGHTS, and its id in value */
    WEIR_BIND = 2,        /* address */
    WEIR_LISTEN = 3,      /* argument: the backlog */
    WEIR_CONNECT = 4,     /* address; argument: octets of filler. 0.0.0.0:0 ends the association of a datagram socket */
    WEIR_LOCAL_NAME = 5,  /* -> address */
    WEIR_REMOTE_NAME = 6, /* -> address */
    WEIR_GET_OPTION = 7,  /* level, name; argument: room for the value -> value */
    WEIR_SET_OPTION = 8,  /* level, name, value */
    WEIR_ERROR = 9,       /* -> result: the pending error of the socket, which is then forgotten. Also for a socket
                             whose end the host has closed */
    WEIR_INTERFACES = 10, /* -> value: weir_interface for each address of each interface */
    WEIR_RESOLVE = 11,    /* value: a name, without a 0 at its end -> value: IPv4 addresses, 4 octets each.
                             result: 0, or an EAI_ number. Error: WEIR_ELSEWHERE where the host knows no name
                             server. The reply may take a while; no other request may follow before it */
    WEIR_REVERSE = 12,    /* address -> value: a name. result, error and time as above */
};

/* The error of a reply for an address that is not the stack's business: the library uses the kernel's socket. */
#define WEIR_ELSEWHERE 10001

#define WEIR_VALUE_MAX 4096

struct weir_request {
    uint32_t version;
    uint32_t call;
    uint64_t id;        /* of the socket, 0 where there is none */
    uint32_t address;   /* network byte order */
    uint16_t port;      /* network byte order */
    uint16_t length;    /* octets of value that follow */
    int32_t type;       /* WEIR_SOCKET: SOCK_STREAM, ...; options: the level */
    int32_t protocol;   /* WEIR_SOCKET: IPPROTO_TCP, ... or 0; options: the name */
    int32_t argument;
    uint32_t reserved;  /* 0 */
};

struct weir_reply {
    int32_t error;      /* 0, an errno, or WEIR_ELSEWHERE */
    int32_t result;
    uint32_t address;   /* network byte order */
    uint16_t port;      /* network byte order */
    uint16_t length;    /* octets of value that follow */
};

/* Before each message of a pair of SOCK_SEQPACKET, both ways. */
struct weir_datagram {
    uint32_t address;     /* the peer's: where it goes or came from; 0 to the connected peer. Network byte order */
    uint16_t port;        /* network byte order */
    uint8_t kind;         /* WEIR_DATA or WEIR_FAILED */
    uint8_t time_to_live; /* received: that of the packet. Sent: 0 for the socket's own */
    uint32_t destination; /* received: the packet's destination address. Network byte order */
    uint16_t interface;   /* received: the index of the interface */
    uint8_t traffic;      /* received: the TOS octet. Sent: used where WEIR_TRAFFIC is in flags */
    uint8_t flags;
    uint32_t error;       /* WEIR_FAILED: an errno that the next call on the socket reports; no data follows */
    uint32_t reserved;    /* 0 */
};

#define WEIR_DATA 0
#define WEIR_FAILED 1

#define WEIR_TRAFFIC 1 /* the sender has chosen the TOS octet */

/* On a listening socket, with the descriptor of the connection as SCM_RIGHTS. */
struct weir_accepted {
    uint32_t address; /* the peer's, network byte order */
    uint16_t port;    /* network byte order */
    uint16_t reserved;
};

struct weir_interface {
    char name[16];
    uint32_t index;
    uint32_t flags;     /* IFF_UP, ... */
    uint32_t address;   /* network byte order, as the next two */
    uint32_t netmask;
    uint32_t broadcast; /* 0 if there is none */
    uint32_t mtu;
    uint8_t hardware[6];
    uint16_t hardware_type; /* ARPHRD_ETHER, ARPHRD_LOOPBACK, ARPHRD_NONE */
};

#endif
