#include "job_session.h"

#include "sanitized_clone.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Used by the leader and the anchor as long as they live; when they have been sent KILL they never run on them again.
enum { STACK_BYTES = 16 * 1024 };
static _Alignas(16) char leader_stack[STACK_BYTES], anchor_stack[STACK_BYTES];
static bool is_taken;

typedef struct {
    const vs_sys_job *job;
    pid_t host;
    pid_t leader;
    pid_t program;
    pid_t anchor;
    int error;
} context;

// MARK: - In the leader and the anchor: the host's memory, so async-signal-safe calls only, no allocation, no lock

static int die_with(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -1;
    return getppid() == parent ? 0 : -1;
}

// The last thing either does. Its copy of the pipe's end is closed here, which lets the host go on: from then on nothing
// may be written, errno (which is the host's) included. All signals are blocked, so the wait never returns.
static int wait_for_the_end(void) {
    if (syscall(SYS_close_range, 0u, ~0u, 0u) != 0)
        // Linux before 5.9.
        for (int number = 0; number < 65536; number++) close(number);
    for (;;) syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

static int be_anchor(void *argument) {
    context *session = argument;
    if (die_with(session->leader) != 0 || setpgid(0, session->program) != 0) return 1;
    return wait_for_the_end();
}

static int lead(void *argument) {
    context *session = argument;
    const vs_sys_job *job = session->job;
    session->leader = getpid();
    if (die_with(session->host) != 0 || setsid() < 0 || ioctl(job->terminal, TIOCSCTTY, 0) != 0) {
        session->error = errno ? errno : ESRCH;
        return 1;
    }
    // CLONE_PARENT: the program is the host's child, as every other.
    session->program = clone(job->program, job->stack, CLONE_VM | CLONE_VFORK | CLONE_PARENT | SIGCHLD, job->argument);
    if (session->program < 0) {
        session->error = errno;
        return 1;
    }
    // Without it the program cannot be suspended: no reason to give up.
    session->anchor = clone(be_anchor, anchor_stack + STACK_BYTES, CLONE_VM | SIGCHLD, session);
    return wait_for_the_end();
}

// MARK: - In the host

static int open_process(pid_t pid) { return pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1; }

// Waits until every copy of the pipe's other end is closed: the program has called execve or has ended, the leader and
// the anchor wait.
static pid_t start_leader(context *session) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t leader = clone(lead, leader_stack + STACK_BYTES, CLONE_VM | SIGCHLD, session);
    int error = errno;
    close(ends[1]);
    char nothing;
    if (leader > 0) while (read(ends[0], &nothing, 1) < 0 && errno == EINTR) {}
    close(ends[0]);
    errno = error;
    return leader;
}

pid_t vs_sys_job_start(const vs_sys_job *job, vs_sys_job_session *session) {
    context started = {.job = job, .host = getpid(), .program = -1, .anchor = -1};
    *session = VS_SYS_NO_JOB_SESSION;
    if (is_taken) {
        errno = EBUSY;
        return -1;
    }
    session->leader = start_leader(&started);
    if (session->leader < 0) return -1;
    is_taken = true;
    session->anchor = started.anchor;
    session->leader_descriptor = open_process(session->leader);
    session->anchor_descriptor = open_process(started.anchor);
    if (started.program > 0) return started.program;
    vs_sys_job_end(session);
    errno = started.error;
    return -1;
}

static void end(int *descriptor) {
    if (*descriptor < 0) return;
    syscall(SYS_pidfd_send_signal, *descriptor, SIGKILL, NULL, 0);
    // Until it is a zombie: a look at the program's group right after must not find it. It cannot refuse.
    struct pollfd process = {.fd = *descriptor, .events = POLLIN};
    poll(&process, 1, 1000);
    close(*descriptor);
    *descriptor = -1;
}

void vs_sys_job_end(vs_sys_job_session *session) {
    end(&session->anchor_descriptor);
    end(&session->leader_descriptor);
    if (session->leader <= 0) return;
    // Whoever reaps orphans may have done it. The anchor is one now, and a child of this process if that is a subreaper.
    waitpid(session->leader, NULL, WNOHANG);
    if (session->anchor > 0) waitpid(session->anchor, NULL, WNOHANG);
    session->leader = -1;
    is_taken = false;
}
