// A session for a program that has the keyboard. Were the program its leader, its group would be orphaned, and the kernel
// ignores Ctrl-Z for those: vim, less and all the rest could not be suspended.
#ifndef VS_JOB_SESSION_H
#define VS_JOB_SESSION_H

#include <sys/types.h>

/// What it takes to start a program in a session of its own that another process leads.
typedef struct {
    /// Runs in the program's process, on `stack` (its upper end), in the caller's memory, until execve or the end.
    int (*program)(void *argument);
    void *argument;
    char *stack;
    /// Becomes the session's controlling terminal. Nobody's before.
    int terminal;
} vs_sys_job;

/// The session; closed by `vs_sys_job_end`.
typedef struct {
    /// The session's leader, a child of the caller. It does nothing.
    pid_t leader;
    /// A child of the leader in the program's group, which does nothing: a parent in the same session and another group
    /// is what keeps a group from being orphaned.
    pid_t anchor;
    /// Process descriptors of the two; -1 where there is none.
    int leader_descriptor;
    int anchor_descriptor;
} vs_sys_job_session;

/// None.
#define VS_SYS_NO_JOB_SESSION ((vs_sys_job_session){-1, -1, -1, -1})

/// Starts `job->program` in a new process, which is the caller's own child. Waits until it has called execve or has ended.
/// The leader and the anchor share the caller's memory (a fork would copy page tables, secrets and all), hold no
/// descriptor, take no signal but KILL, and die with the caller. All signals must be blocked. The program has to make
/// itself a group (setpgid) and that the terminal's foreground. Gives the process number; -1 with errno, and nothing left.
/// One at a time: EBUSY before the last session has ended.
pid_t vs_sys_job_start(const vs_sys_job *job, vs_sys_job_session *session);

/// Ends the session, once the program has ended: hangs up on who is left in the foreground. Waits for microseconds. The
/// two processes are then reaped, or zombies of whoever reaps orphans.
void vs_sys_job_end(vs_sys_job_session *session);

#endif
