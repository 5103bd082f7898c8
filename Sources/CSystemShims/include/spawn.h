// Starting a child: clone, a clean state, execve. C, because between the two only async-signal-safe code may run, and
// because Swift can neither call clone(2) nor promise not to allocate.
#ifndef VS_SPAWN_H
#define VS_SPAWN_H

#include "job_session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The most descriptors that one child can be given.
#define VS_SYS_SPAWN_MAXIMUM 128

/// One descriptor of the child: `source` is the host's, `target` the number it has in the child.
typedef struct {
    int source;
    int target;
} vs_sys_spawn_descriptor;

/// What to start. Nothing is owned and nothing is changed; all of it has to live until `vs_sys_spawn` returns.
typedef struct {
    /// The paths to try in order, as execvp(3) would; NULL-terminated.
    char *const *candidates;
    /// argv, with argv[0]; NULL-terminated.
    char *const *arguments;
    /// The whole environment, `NAME=value`; NULL-terminated. May lie in secret pages: execve reads it from there.
    char *const *environment;
    /// The working directory; NULL keeps the host's.
    const char *directory;
    /// What the child has open and nothing else, in ascending order of `target`.
    const vs_sys_spawn_descriptor *descriptors;
    int descriptor_count;
    /// A descriptor of `vs_sys_landlock_ruleset`; below 0 for no domain.
    int ruleset;
    /// The file mode creation mask of the child; below 0 keeps the host's.
    int creation_mask;
    /// Leaves out no_new_privs, so that setuid programs work. The domain then needs CAP_SYS_ADMIN and is skipped without.
    bool new_privileges;
    /// The child does not die with the calling thread.
    bool detached;
    /// Makes the child's standard output its controlling terminal, in a session that another process leads (job_session.h):
    /// `session` of the result then has to be ended. It has to be a terminal that is nobody's yet.
    bool controlling_terminal;
} vs_sys_spawn_request;

/// The step that failed.
typedef enum {
    VS_SYS_SPAWN_CLONE = 1,
    VS_SYS_SPAWN_SESSION,
    VS_SYS_SPAWN_PRIVILEGES,
    VS_SYS_SPAWN_DESCRIPTORS,
    VS_SYS_SPAWN_TERMINAL,
    VS_SYS_SPAWN_DIRECTORY,
    VS_SYS_SPAWN_EXECUTE,
} vs_sys_spawn_stage;

/// What became of it.
typedef struct {
    pid_t pid;
    /// A close-on-exec descriptor that is readable once the child has exited. The caller closes it.
    int pidfd;
    /// The session of a child with a controlling terminal.
    vs_sys_job_session session;
    /// Whether the child is in a Landlock domain of its own.
    bool isolated;
    /// Where and why it failed; `candidate` is the index of the path that `error` is about.
    vs_sys_spawn_stage stage;
    int error;
    int candidate;
} vs_sys_spawn_result;

/// Starts a child in its own session, which dies with the calling thread unless it is detached. The calling thread is suspended until the
/// child has called execve or has failed. 0 once the program runs; -1 with `stage` and `error` filled, and the child
/// reaped, otherwise. Thread-safe. Linux 5.4 or later (CLONE_PIDFD); a port would use posix_spawn and kqueue here.
int vs_sys_spawn(const vs_sys_spawn_request *request, vs_sys_spawn_result *result);

/// The Landlock version of the kernel; 0 where there is none.
int vs_sys_landlock_version(void);

/// A ruleset that handles no right of a file (that would break rename and link across directories) and keeps children
/// apart from their siblings: scope of abstract sockets (version 6), below it REFER, granted on `/`. A close-on-exec
/// descriptor that the caller closes, for any number of children: each gets a domain of its own. -1 with errno: ENOTSUP where
/// the kernel has none.
int vs_sys_landlock_ruleset(void);

/// How a child ended.
typedef struct {
    /// The exit code; -1 after a signal.
    int code;
    /// The signal; 0 after an exit.
    int signal;
} vs_sys_exit;

/// Reaps `pid`, a child of this process, if it has ended. 1 if so, 0 if it still runs, -1 with errno (ECHILD: not ours).
int vs_sys_reap(pid_t pid, vs_sys_exit *how);

/// A child of this process that has ended and has not been reaped; 0 where there is none.
pid_t vs_sys_ended_child(void);

/// What a path is, seen from `directory` (NULL: the working directory), to explain a failed execve.
typedef enum {
    VS_SYS_PROGRAM_MISSING = 0,
    VS_SYS_PROGRAM_UNREACHABLE,
    VS_SYS_PROGRAM_DIRECTORY,
    VS_SYS_PROGRAM_NOT_EXECUTABLE,
    VS_SYS_PROGRAM_SCRIPT,
    VS_SYS_PROGRAM_OTHER,
} vs_sys_program;

/// Looks at `path`. What a script names as its interpreter is not told: cut out of a line that another program has
/// written, a part of a secret would not be known for what it is.
vs_sys_program vs_sys_program_look(const char *directory, const char *path);

/// Finds an executable of `directory` whose name is one edit away from `name` and copies its name into `found`.
bool vs_sys_program_near(const char *directory, const char *name, char *found, size_t capacity);

/// A read-only descriptor at offset 0 of a sealed memory file that holds `count` bytes; close-on-exec; -1 with errno.
/// `bytes` may lie in secret pages; the kernel's copy is in ordinary, swappable memory, as that is what a child reads.
int vs_sys_memory_file(const void *bytes, size_t count);

/// A close-on-exec pipe whose end for the host (`host_reads`: the reading one) does not block. 0, or -1 with errno.
int vs_sys_pipe(int ends[2], bool host_reads);

/// A close-on-exec pipe for two children: both ends wait, as programs expect. 0, or -1 with errno.
int vs_sys_pipe_between(int ends[2]);

/// Whether the file at `path` is one that can be run and that gains powers by that: setuid, or setgid.
bool vs_sys_program_gains(const char *path);

/// The bytes that wait in a pipe; 0 where it cannot be said.
size_t vs_sys_waiting_bytes(int descriptor);

/// Ignores SIGPIPE in this process, so that a reader that has gone is EPIPE. Children get the default back.
void vs_sys_ignore_broken_pipes(void);

#endif
