/* The functions that the library stands in front of. */
#include "weir.h"

#include <dlfcn.h>
#include <stdatomic.h>

static struct weir_real calls;
static atomic_bool loaded;

static void load(void) {
/* POSIX has dlsym return functions as pointers to objects, which ISO C has no cast for. */
#define WEIR_REAL_LOAD(name) *(void **)&calls.name = dlsym(RTLD_NEXT, #name);
    WEIR_REAL_CALLS(WEIR_REAL_LOAD)
#undef WEIR_REAL_LOAD
    atomic_store_explicit(&loaded, true, memory_order_release);
}

/* Before main, so that a signal handler never comes to be the first caller of dlsym. */
__attribute__((constructor(101))) static void load_early(void) {
    load();
}

const struct weir_real *weir_real(void) {
    /* Another library's constructor may come before ours. Loading twice stores the same values. */
    if (!atomic_load_explicit(&loaded, memory_order_acquire)) {
        load();
    }
    return &calls;
}
