/*
 * Cases that print what the socket calls do, a line for each thing, so that two runs can be compared: one on the
 * kernel's sockets, one with libweir.so. A line must come out the same on every run: nothing that depends on time, on
 * chosen ports or on how a stream of octets is cut up is printed.
 */
#ifndef WEIR_CASES_H
#define WEIR_CASES_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A case is a function `void case_NAME(void)` that is known by this. */
#define CASE(name)                                                                                                     \
    static void case_##name(void);                                                                                     \
    __attribute__((constructor)) static void register_##name(void) {                                                   \
        register_case(#name, case_##name);                                                                             \
    }                                                                                                                  \
    static void case_##name(void)

void register_case(const char *name, void (*run)(void));

/* Prints a call as it is written, and what it returned: a number, or -1 and the name of the error. */
#define CALL(call) report(#call, (long)(call))

/* The same for a call that returns a descriptor, whose number is of no interest. */
#define OPEN(call) report_open(#call, (call))

long report(const char *call, long result);
int report_open(const char *call, int result);

/* Prints a line. */
__attribute__((format(printf, 1, 2))) void note(const char *format, ...);

/* Polls until all of `events` are there, 8 seconds at most, and prints those of them that are. */
void await(int descriptor, short events);

/* Polls until there is something to read or an error, and prints which. */
void await_any(int descriptor);

/* Prints what poll tells now, of these events. */
void events_now(int descriptor, short events);

/* Tells the peer something and returns what it answers. */
__attribute__((format(printf, 1, 2))) const char *peer(const char *format, ...);

/* The same for an answer that is a number, such as a port. */
__attribute__((format(printf, 1, 2))) int peer_number(const char *format, ...);

/* The same, printing what it was told and what it answered. */
#define PEER(words) note("peer, %s: %s", words, peer(words))

struct sockaddr_in own_address(int port);
struct sockaddr_in peer_address(int port);

#define NAME(address) ((struct sockaddr *)&(address))

int port_of(int descriptor);

/* A stream that is connected to the peer's slot 0, the peer's listening socket gone again. */
int connected(void);

/* A listening socket on a free port of the program's own address. */
int listening(int backlog);

/* One that was accepted from the peer's slot 0. */
int accepted(void);

/* A datagram socket bound to a free port of the program's own address. */
int bound_datagram(void);

void set_nonblocking(int descriptor, bool on);
void set_receive_limit(int descriptor, int milliseconds);

/* The octets that the peer sends and expects. */
void fill_pattern(unsigned char *octets, long from, size_t length);
bool is_pattern(const unsigned char *octets, long from, size_t length);

/* Reads until `length` octets are there or the stream ends, and prints how it went; `from` counts the octets. */
void read_pattern(int descriptor, long from, size_t length);

/* The path of this program, for cases that execute it. */
extern const char *own_program;

/* What the program does when a case executes it with "--child": see process.c. */
int run_child(int descriptor, const char *task);

#endif
