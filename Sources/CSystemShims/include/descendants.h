// Finding and ending every process below this one, those included that made sessions of their own.
#ifndef VS_DESCENDANTS_H
#define VS_DESCENDANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/// A process as /proc/PID/stat shows it.
typedef struct {
    pid_t pid;
    pid_t parent;
    pid_t group;
    pid_t session;
    /// Whether it has ended and waits for its parent to reap it.
    bool is_zombie;
} vs_sys_process;

/// Makes this process the one that orphaned descendants fall to (PR_SET_CHILD_SUBREAPER). 0, or -1 with errno.
int vs_sys_become_subreaper(void);

/// Names this process, and those that it forks from now on, as processes of a script's run, and marks the programs that they
/// start (`vs_sys_mark_programs`); what they execute has its own name again.
void vs_sys_mark_run(void);

/// Whether this process, or where it is marked itself the keeper that it comes from, was started by one that is marked,
/// directly or not: by the mark of its programs, which they cannot hide, else by the names of the processes above. False
/// where there are no marks (no seccomp, `newPrivileges`), and the system does not show its processes or a program has
/// hidden them (a PID namespace, a mount).
bool vs_sys_is_below_marked_run(void);

/// Kills the children of this process, look after look, until none but `spared` and what is of their sessions is alive,
/// or `patience` milliseconds are over: what loses its parent becomes a child where this process is a subreaper. Those
/// that have ended are reaped, but for `own` and `spared`, for which somebody waits.
void vs_sys_end_children(const pid_t *own, size_t own_count, const pid_t *spared, size_t spared_count, int patience);

/// The file that this process runs, links resolved, for the caller to free; NULL with errno.
char *vs_sys_own_program(void);

/// The kernel continues this process when the one that started it ends, should it be stopped then. Nothing where there is
/// no such thing: it goes on when somebody continues it.
void vs_sys_continue_when_parent_ends(void);

/// Fills `list` with up to `capacity` processes that /proc shows. Gives the number there are, which may be larger; -1
/// with errno where /proc cannot be read. Not a snapshot: processes come and go while it is read.
ssize_t vs_sys_processes(vs_sys_process *list, size_t capacity);

/// Reads one process again. False when it has gone.
bool vs_sys_process_look(pid_t pid, vs_sys_process *process);

/// Fills `list` with up to `capacity` children of this process, zombies too. Gives their number, which may be larger;
/// -1 where the kernel has no children lists (CONFIG_PROC_CHILDREN), or they cannot be read.
ssize_t vs_sys_children(pid_t *list, size_t capacity);

/// A close-on-exec descriptor for `pid`, readable once it has exited; -1 with errno. The caller closes it.
int vs_sys_pidfd_open(pid_t pid);

/// Sends `signal` to the process of `pidfd`, and to no other that got its number. 0, or -1 with errno.
int vs_sys_pidfd_signal(int pidfd, int signal);

#endif
