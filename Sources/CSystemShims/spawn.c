#include "spawn.h"

#include "hardening.h"
#include "program_filter.h"
#include "sanitized_clone.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The child runs on a stack of its own: it shares the host's memory (CLONE_VM) while the host's thread waits.
static const size_t STACK_BYTES = 64 * 1024;
static const size_t GUARD_BYTES = 16 * 1024;

typedef struct {
    const vs_sys_spawn_request *request;
    vs_sys_spawn_result *result;
    pid_t parent;
} context;

// MARK: - In the child: async-signal-safe calls only, no allocation, no lock

// The signals that are not as a program expects them: nobody but `vs_sys_ignore_broken_pipes` changes any once the first
// child has been started, and 64 system calls for each child are two hundredths of its life.
static _Atomic uint64_t changed_signals;
static _Atomic bool knows_signals;

static void reset_signals(void) {
    // All signals are blocked here, so that no handler of the host can run in the memory it shares with this child.
    // The kernel's struct sigaction, whatever its layout here: all zero is SIG_DFL. Not sigaction(3), which refuses the
    // two signals that glibc keeps for its threads; whoever started the host may have them ignored.
    uint64_t standard[8] = {0};
    for (int number = 1; number <= 64; number++)
        if (changed_signals >> (number - 1) & 1)
            syscall(SYS_rt_sigaction, number, standard, NULL, sizeof(uint64_t));
}

static void unblock_signals(void) {
    uint64_t none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
}

static int die_with_parent(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -1;
    // The host may have died before the line above: then nobody would send the signal.
    if (getppid() == parent) return 0;
    errno = ESRCH;
    return -1;
}

static int set_privileges(const context *spawn) {
    if (!spawn->request->new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    // Not fatal: a kernel without Landlock, the 16th nested domain, or new privileges without CAP_SYS_ADMIN.
    if (spawn->request->ruleset >= 0) {
        spawn->result->isolated = syscall(SYS_landlock_restrict_self, spawn->request->ruleset, 0u) == 0;
        bool is_known = errno == E2BIG || errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP;
        // Anything else can be brought about: a lack of memory, of descriptors.
        if (!spawn->result->isolated && !is_known) return -1;
    }
    // Nor is this: a kernel without filters, or a sandbox that lets nobody add any.
    if (spawn->request->new_privileges || vs_sys_filter_program() == 0) return 0;
    return errno == EINVAL || errno == ENOSYS || errno == EPERM ? 0 : -1;
}

static int close_from(unsigned first, unsigned end) {
    if (first >= end) return 0;
    unsigned last = end - 1;
    if (syscall(SYS_close_range, first, last, 0u) == 0) return 0;
    // Linux before 5.9.
    struct rlimit limit;
    if (errno != ENOSYS || getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    for (unsigned number = first; number <= last && number < limit.rlim_cur; number++) close((int)number);
    return 0;
}

// Sources are first moved above every target where they are not, so that no dup2 can overwrite one that is still needed.
static int place_descriptors(const vs_sys_spawn_request *request) {
    int moved[VS_SYS_SPAWN_MAXIMUM];
    int count = request->descriptor_count;
    int highest = count ? request->descriptors[count - 1].target : -1;
    for (int i = 0; i < count; i++) {
        int source = request->descriptors[i].source;
        moved[i] = source > highest ? source : fcntl(source, F_DUPFD_CLOEXEC, highest + 1);
        if (moved[i] < 0) return -1;
    }
    unsigned next = 0;
    for (int i = 0; i < count; i++) {
        int target = request->descriptors[i].target;
        if (close_from(next, (unsigned)target) != 0) return -1;
        if (dup2(moved[i], target) < 0) return -1;
        next = (unsigned)target + 1;
    }
    return close_from(next, ~0u);
}

static void run_program(const context *spawn) {
    const vs_sys_spawn_request *request = spawn->request;
    int remembered = 0;
    spawn->result->error = ENOENT;
    for (int i = 0; request->candidates[i]; i++) {
        execve(request->candidates[i], request->arguments, request->environment);
        int error = errno;
        bool elsewhere = error == ENOENT || error == ENOTDIR || error == ESTALE || error == ENODEV || error == ETIMEDOUT;
        if (error == EACCES && !remembered) {
            // As execvp: go on, and tell of this one if no other can be run.
            remembered = error;
            spawn->result->candidate = i;
        } else if (error != EACCES && !elsewhere) {
            spawn->result->candidate = i;
            spawn->result->error = error;
            return;
        }
    }
    if (remembered) spawn->result->error = remembered;
}

static int fail(const context *spawn, vs_sys_spawn_stage stage) {
    spawn->result->stage = stage;
    spawn->result->error = errno;
    return 127;
}

static int enter_session(const vs_sys_spawn_request *request) {
    return request->controlling_terminal ? setpgid(0, 0) : setsid();
}

// A program with a terminal is in a session that is there already: `vs_sys_job_start`. Signals are blocked, SIGTTOU too.
static int take_terminal(void) {
    pid_t group = getpid();
    return ioctl(1, TIOCSPGRP, &group);
}

static int child(void *argument) {
    const context *spawn = argument;
    const vs_sys_spawn_request *request = spawn->request;
    reset_signals();
    if (!request->detached && die_with_parent(spawn->parent) != 0) return fail(spawn, VS_SYS_SPAWN_SESSION);
    if (enter_session(request) < 0) return fail(spawn, VS_SYS_SPAWN_SESSION);
    if (vs_sys_limit_cores() != 0) return fail(spawn, VS_SYS_SPAWN_SESSION);
    if (set_privileges(spawn) != 0) return fail(spawn, VS_SYS_SPAWN_PRIVILEGES);
    if (place_descriptors(request) != 0) return fail(spawn, VS_SYS_SPAWN_DESCRIPTORS);
    if (request->controlling_terminal && take_terminal() != 0) return fail(spawn, VS_SYS_SPAWN_TERMINAL);
    if (request->directory && chdir(request->directory) != 0) return fail(spawn, VS_SYS_SPAWN_DIRECTORY);
    if (request->creation_mask >= 0) umask((mode_t)request->creation_mask);
    unblock_signals();
    run_program(spawn);
    spawn->result->stage = VS_SYS_SPAWN_EXECUTE;
    return 127;
}

// MARK: - In the host

static void learn_signals(void) {
    if (knows_signals) return;
    uint64_t changed = 0;
    for (int number = 1; number <= 64; number++) {
        uint64_t found[8] = {0}, any = 0;
        syscall(SYS_rt_sigaction, number, NULL, found, sizeof(uint64_t));
        for (int i = 0; i < 8; i++) any |= found[i];
        if (any) changed |= (uint64_t)1 << (number - 1);
    }
    changed_signals = changed;
    knows_signals = true;
}

static char *make_stack(void) {
    // Kept for the next child of this thread: a fresh one costs three system calls and the faults of its pages.
    static _Thread_local char *kept;
    if (kept) return kept;
    char *stack = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return NULL;
    if (mprotect(stack + GUARD_BYTES, STACK_BYTES, PROT_READ | PROT_WRITE) == 0) return kept = stack;
    munmap(stack, GUARD_BYTES + STACK_BYTES);
    return NULL;
}

// In a session that another process leads; a pidfd made there would not be ours.
static pid_t start_in_job(context *spawn, char *stack) {
    vs_sys_job job = {.program = child, .argument = spawn, .stack = stack, .terminal = -1};
    for (int i = 0; i < spawn->request->descriptor_count; i++)
        if (spawn->request->descriptors[i].target == 1) job.terminal = spawn->request->descriptors[i].source;
    pid_t pid = vs_sys_job_start(&job, &spawn->result->session);
    if (pid > 0) spawn->result->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    return pid;
}

static pid_t start_child(context *spawn, char *stack) {
    uint64_t all = ~(uint64_t)0, before = 0;
    // The system call itself: sigfillset leaves out the two signals that glibc keeps for its threads.
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    char *top = stack + GUARD_BYTES + STACK_BYTES;
    pid_t pid = spawn->request->controlling_terminal
                    ? start_in_job(spawn, top)
                    : clone(child, top, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, spawn, &spawn->result->pidfd);
    int error = errno;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
    errno = error;
    return pid;
}

static int give_up(vs_sys_spawn_result *result) {
    while (waitpid(result->pid, NULL, 0) < 0 && errno == EINTR) {}
    close(result->pidfd);
    vs_sys_job_end(&result->session);
    result->pid = -1;
    result->pidfd = -1;
    return -1;
}

int vs_sys_spawn(const vs_sys_spawn_request *request, vs_sys_spawn_result *result) {
    *result = (vs_sys_spawn_result){.pid = -1, .pidfd = -1, .session = VS_SYS_NO_JOB_SESSION, .stage = VS_SYS_SPAWN_CLONE};
    context spawn = {.request = request, .result = result, .parent = getpid()};
    char *stack = request->descriptor_count <= VS_SYS_SPAWN_MAXIMUM ? make_stack() : NULL;
    if (!stack) {
        result->error = ENOMEM;
        return -1;
    }
    learn_signals();
    result->pid = start_child(&spawn, stack);
    int error = errno;
    if (result->pid < 0) {
        result->error = error;
        return -1;
    }
    // The child wrote `stage` only if it failed: the memory is shared.
    return result->stage == VS_SYS_SPAWN_CLONE ? 0 : give_up(result);
}

int vs_sys_reap(pid_t pid, vs_sys_exit *how) {
    int status = 0;
    pid_t found;
    do found = waitpid(pid, &status, WNOHANG);
    while (found < 0 && errno == EINTR);
    if (found <= 0) return (int)found;
    how->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    how->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return 1;
}

pid_t vs_sys_ended_child(void) {
    siginfo_t found = {0};
    return waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) == 0 ? found.si_pid : 0;
}

// MARK: - What children are given

static int write_all(int file, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

static int make_memory_file(void) {
#ifdef MFD_NOEXEC_SEAL
    const unsigned no_execute = MFD_NOEXEC_SEAL;
#else
    const unsigned no_execute = 8u;
#endif
    int file = memfd_create("secret", MFD_CLOEXEC | MFD_ALLOW_SEALING | no_execute);
    // Linux before 6.3 does not know the last flag.
    return file >= 0 || errno != EINVAL ? file : memfd_create("secret", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

// "/proc/self/fd/" and a number: no printf, as this is all there is to print.
static int reopen_read_only(int file) {
    char path[32] = "/proc/self/fd/", digits[12];
    int length = 0, at = (int)strlen(path);
    for (unsigned rest = (unsigned)file; rest || !length; rest /= 10) digits[length++] = (char)('0' + rest % 10);
    while (length) path[at++] = digits[--length];
    path[at] = 0;
    return open(path, O_RDONLY | O_CLOEXEC);
}

int vs_sys_memory_file(const void *bytes, size_t count) {
    int file = make_memory_file(), reader = -1;
    if (file < 0) return -1;
    if (write_all(file, bytes, count) == 0 &&
        fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
        reader = reopen_read_only(file);
    int error = errno;
    close(file);
    errno = error;
    return reader;
}

int vs_sys_pipe(int ends[2], bool host_reads) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    if (fcntl(ends[host_reads ? 0 : 1], F_SETFL, O_NONBLOCK) == 0) return 0;
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    errno = error;
    return -1;
}

int vs_sys_pipe_between(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

size_t vs_sys_waiting_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 && count > 0 ? (size_t)count : 0;
}

void vs_sys_ignore_broken_pipes(void) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    // A file that may grow no more (ulimit -f) fails the write with EFBIG.
    sigaction(SIGXFSZ, &ignore, NULL);
    knows_signals = false;
}
