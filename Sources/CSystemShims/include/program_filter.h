// The system calls that a program of a run is refused.
#ifndef VS_SYS_PROGRAM_FILTER_H
#define VS_SYS_PROGRAM_FILTER_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Refuses this process, and those that it starts, to set the limits of others (prlimit of another process: EPERM).
///
/// Every process of a user may set those of the user's others, without a right that Landlock takes away: a limit of the
/// host's on files or memory tells by its errors how long a value is. One's own limits can be set as ever, and all be read.
///
/// Needs no_new_privs, or root. Async-signal-safe. 0, or -1 with errno: EINVAL, ENOSYS or EPERM where there are no such
/// filters (Linux before 3.17, other processors, some sandboxes) and limits can be set; else what can be brought about, such as
/// ENOMEM.
int vs_sys_filter_program(void);

/// From now on the filter marks the programs that get it.
void vs_sys_mark_programs(void);

/// Whether this process was marked so, by whatever run: it is a run's program, or was started by one. No program gets rid of
/// the mark, nor hides it, in namespaces of its own either.
bool vs_sys_is_marked_program(void);

#ifdef __cplusplus
}
#endif

#endif
