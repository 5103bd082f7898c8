// The processor's time of this thread: what other threads and programs do meanwhile does not count.
#ifndef VS_THREAD_TIME_H
#define VS_THREAD_TIME_H

#include <stddef.h>
#include <stdint.h>

/// What `vs_sys_reference_work` takes on the processor that the masker's costs were measured on.
#define VS_SYS_REFERENCE_NANOSECONDS 5200

/// Nanoseconds that this thread has worked.
///
/// Why a shim: the clock's number is a macro that Swift does not see on every system. Portable (POSIX, Thread CPU-Time Clocks).
int64_t vs_sys_thread_time(void);

/// Works until this thread has worked for `nanoseconds`.
void vs_sys_work_until(int64_t nanoseconds);

/// Does the same each time, multiplications and looks into a table that depend on each other, and gives the nanoseconds
/// that it took.
int64_t vs_sys_reference_work(void);

/// The number of line feeds and carriage returns in `count` bytes.
size_t vs_sys_count_line_ends(const uint8_t *text, size_t count);

/// How many of `count` bytes are neither those nor blanks and tabs.
size_t vs_sys_count_solid(const uint8_t *text, size_t count);

#endif
