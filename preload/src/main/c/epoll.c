/*
 * The place of a socket in an epoll set, which the kernel keeps with the file and not with the descriptor: when another
 * file takes the place of a socket (see elsewhere.c), it has to take that, too.
 *
 * One place for each descriptor below PLACES_MAX. Nothing is locked: threads that change the place of one descriptor at
 * the same time would be at odds with each other on the kernel, too.
 */
#include "weir.h"

#define PLACES_MAX 65536

struct place {
    int epoll; /* and 1 more, so that 0 is none */
    struct epoll_event event;
};

static struct place places[PLACES_MAX];

static struct place *place_of(int descriptor) {
    return descriptor >= 0 && descriptor < PLACES_MAX ? &places[descriptor] : NULL;
}

WEIR_EXPORT int epoll_ctl(int epoll, int operation, int descriptor, struct epoll_event *event) {
    int result = weir_real()->epoll_ctl(epoll, operation, descriptor, event);
    struct place *place = place_of(descriptor);
    struct weir_socket socket;
    if (result != 0 || place == NULL || !weir_find(descriptor, &socket)) {
        return result;
    }
    if (operation != EPOLL_CTL_DEL) {
        *place = (struct place){.epoll = epoll + 1, .event = *event};
    } else if (place->epoll == epoll + 1) {
        place->epoll = 0;
    }
    return result;
}

void weir_epoll_forget(int descriptor) {
    struct place *place = place_of(descriptor);
    if (place != NULL) {
        place->epoll = 0;
    }
}

/* The set may have been closed since, or its number be another's: then the kernel does not find the descriptor in it. */
void weir_epoll_leave(int descriptor) {
    struct place *place = place_of(descriptor);
    if (place != NULL && place->epoll != 0
        && weir_real()->epoll_ctl(place->epoll - 1, EPOLL_CTL_DEL, descriptor, NULL) != 0) {
        place->epoll = 0;
    }
}

void weir_epoll_return(int descriptor) {
    struct place *place = place_of(descriptor);
    if (place != NULL && place->epoll != 0) {
        weir_real()->epoll_ctl(place->epoll - 1, EPOLL_CTL_ADD, descriptor, &place->event);
    }
}
