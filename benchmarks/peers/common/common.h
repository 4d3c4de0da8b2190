// What every program in this directory needs.
#ifndef WEIR_PEERS_COMMON_H
#define WEIR_PEERS_COMMON_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// The services that a contestant offers, by their well-known ports: RFC 862, 863 and 864.
enum { ECHO_PORT = 7, DISCARD_PORT = 9, CHARGEN_PORT = 19 };

__attribute__((format(printf, 1, 2), noreturn)) static inline void fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    // What is said last is what is told to the user.
    fflush(stdout);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    exit(1);
}

// As fail(), with the cause that errno has.
__attribute__((noreturn)) static inline void fail_errno(const char *what) {
    fail("%s: %s", what, strerror(errno));
}

static inline long long now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// Tells the benchmark that the services answer.
static inline void ready(void) {
    puts("ready");
    fflush(stdout);
}

#endif
