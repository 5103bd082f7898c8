#include "processors.h"

#include <sched.h>
#include <unistd.h>

int vs_sys_processors(void) {
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    // More than 1024 processors do not fit into the set, and are not needed: -j says another number.
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}
