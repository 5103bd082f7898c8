#include "thread_time.h"

#include <time.h>

int64_t vs_sys_thread_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void vs_sys_work_until(int64_t nanoseconds) {
    while (vs_sys_thread_time() < nanoseconds) {}
}

int64_t vs_sys_reference_work(void) {
    enum { STEPS = 1000 };
    uint64_t table[64];
    uint64_t word = UINT64_C(0x9e3779b97f4a7c15);
    for (unsigned i = 0; i < 64; i++) table[i] = word * (2 * i + 1);
    int64_t start = vs_sys_thread_time();
    for (unsigned i = 0; i < STEPS; i++) {
        word = (word ^ (word >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
        word += table[word >> 58];
    }
    int64_t end = vs_sys_thread_time();
    // Never true: so that no compiler leaves the work out.
    if (word == 0) return 0;
    return end - start;
}

size_t vs_sys_count_line_ends(const uint8_t *text, size_t count) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) found += (text[i] == '\n') + (text[i] == '\r');
    return found;
}

size_t vs_sys_count_solid(const uint8_t *text, size_t count) {
    size_t found = count - vs_sys_count_line_ends(text, count);
    for (size_t i = 0; i < count; i++) found -= (text[i] == ' ') + (text[i] == '\t');
    return found;
}
