#include "CSandboxProbe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// MARK: - What must work. Each gives 0 or an errno.

static int result_of(long value) { return value < 0 ? errno : 0; }

static int echo(int socket) {
    char byte;
    for (int i = 0; i < 100; i++) {
        if (read(socket, &byte, 1) != 1) return errno ? errno : EIO;
        byte++;
        if (write(socket, &byte, 1) != 1) return errno ? errno : EIO;
    }
    return 0;
}

static int allocate(void) {
    char *large = malloc(64 << 20);
    if (!large) return ENOMEM;
    memset(large, 1, 64 << 20);
    large = realloc(large, 80 << 20);
    if (!large) return ENOMEM;
    free(large);
    static char *small[20000];
    for (int i = 0; i < 20000; i++) {
        small[i] = malloc((size_t)i % 3000 + 1);
        if (!small[i]) return ENOMEM;
        *small[i] = 1;
    }
    for (int i = 0; i < 20000; i++) free(small[i]);
    return 0;
}

static int read_clocks(void) {
    struct timespec now;
    for (clockid_t id = CLOCK_REALTIME; id <= CLOCK_THREAD_CPUTIME_ID; id++)
        if (clock_gettime(id, &now) != 0) return errno;
    return time(NULL) == (time_t)-1 || clock() == (clock_t)-1 ? EIO : 0;
}

static int tell_local_time(void) {
    time_t now = time(NULL);
    struct tm parts;
    char text[64];
    if (!localtime_r(&now, &parts)) return EIO;
    if (mktime(&parts) != now) return EDOM;
    return strftime(text, sizeof text, "%c %Z", &parts) > 0 ? 0 : EIO;
}

// Without the filter: descriptor 2 and all others but the socket are closed, and of the environment only TZ is left.
static int look_at_inheritance(int socket) {
    for (int fd = 0; fd < 4096; fd++)
        if (fd != socket && fcntl(fd, F_GETFD) != -1) return EBADF;
    char **environment = vs_sys_environment();
    return environment[0] && strncmp(environment[0], "TZ=", 3) == 0 && !environment[1] ? 0 : E2BIG;
}

// MARK: - What must end the process

static int make_directory(void) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/vs-probe-%d", (int)getpid());
    if (mkdir(path, 0700) != 0) return errno;
    rmdir(path);
    return 0;
}

static int open_parent_environment(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", (int)getppid());
    return result_of(open(path, O_RDONLY));
}

static int execute(void) {
    char *arguments[] = {"/bin/true", NULL};
    return result_of(execve(arguments[0], arguments, arguments + 1));
}

static int map(int protection, int flags, int fd) {
    return mmap(NULL, 4096, protection, flags, fd, 0) == MAP_FAILED ? errno : 0;
}

static int protect(void) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || mprotect(page, 4096, PROT_READ) != 0) return errno;
    return result_of(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int read_parent_memory(pid_t parent) {
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    return result_of(process_vm_readv(parent, &here, 1, &there, 1, 0));
}

static int send_message(int socket) {
    char byte = 0;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return result_of(sendmsg(socket, &message, 0));
}

static int write_parts(int socket) {
    struct iovec part = {"x", 1};
    return result_of(writev(socket, &part, 1));
}

// The 32-bit entry of x86, where 1 is exit: a filter that forgot the architecture would judge it as write.
static int use_other_abi(void) {
#ifdef __x86_64__
    long value;
    __asm__ volatile("int $0x80" : "=a"(value) : "a"(20L) : "memory");
    return value < 0 ? ENOSYS : 0;
#else
    return result_of(syscall(SYS_getpid));
#endif
}

static int attempt(vs_probe_action action, int socket_fd, pid_t parent) {
    struct clone_args_small {
        uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    } clone3 = {.exit_signal = SIGCHLD};
    char parameters[256] = {0};
    switch (action) {
    case VS_PROBE_SOCKET_ECHO: return echo(socket_fd);
    case VS_PROBE_ALLOCATE: return allocate();
    case VS_PROBE_CLOCKS: return read_clocks();
    case VS_PROBE_LOCAL_TIME: return tell_local_time();
    case VS_PROBE_NOTHING_INHERITED: return look_at_inheritance(socket_fd);
    case VS_PROBE_OPEN: return result_of(syscall(
#ifdef SYS_open
        SYS_open, "/etc/passwd", O_RDONLY
#else
        SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY
#endif
        ));
    case VS_PROBE_OPENAT: return result_of(open("/etc/passwd", O_RDONLY));
    case VS_PROBE_MKDIR: return make_directory();
    case VS_PROBE_PARENT_ENVIRONMENT: return open_parent_environment();
    case VS_PROBE_SOCKET: return result_of(socket(AF_INET, SOCK_STREAM, 0));
    case VS_PROBE_EXECVE: return execute();
    case VS_PROBE_PTRACE: return result_of(ptrace(PTRACE_ATTACH, parent, NULL, NULL));
    case VS_PROBE_KILL: return result_of(kill(parent, 0));
    case VS_PROBE_FORK: return result_of(fork());
    case VS_PROBE_CLONE: return result_of(syscall(SYS_clone3, &clone3, sizeof clone3));
    case VS_PROBE_MMAP_EXEC: return map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    case VS_PROBE_MMAP_FILE: return map(PROT_READ, MAP_PRIVATE, socket_fd);
    case VS_PROBE_MPROTECT_EXEC: return protect();
    case VS_PROBE_PRCTL: return result_of(prctl(PR_SET_DUMPABLE, 1));
    case VS_PROBE_WRITE_ELSEWHERE: return result_of(write(STDERR_FILENO, "x", 1));
    case VS_PROBE_READ_ELSEWHERE: return result_of(read(STDIN_FILENO, parameters, 1));
    case VS_PROBE_WRITEV: return write_parts(socket_fd);
    case VS_PROBE_SENDMSG: return send_message(socket_fd);
    case VS_PROBE_DUP: return result_of(dup(socket_fd));
    case VS_PROBE_IOCTL: return result_of(ioctl(socket_fd, FIONREAD, parameters));
    case VS_PROBE_IO_URING: return result_of(syscall(SYS_io_uring_setup, 4, parameters));
    case VS_PROBE_PROCESS_VM_READV: return read_parent_memory(parent);
    case VS_PROBE_MEMFD: return result_of(memfd_create("x", 0));
    case VS_PROBE_BPF: return result_of(syscall(SYS_bpf, 0, parameters, sizeof parameters));
    case VS_PROBE_OTHER_ABI: return use_other_abi();
    }
    return EINVAL;
}

// MARK: - The child

/// What the child sends before it tries anything.
typedef struct {
    vs_sys_sandbox_report report;
    int result;
} first_words;

static void run_child(vs_probe_action action, int socket_fd, bool without_filter, uint64_t limit) {
    pid_t parent = getppid();
    alarm(10);
    vs_sys_sandbox_options options = {
        .socket = socket_fd,
        .erase_environment = true,
        .address_space_limit = limit,
        .without_filter = without_filter,
    };
    first_words said;
    memset(&said, 0, sizeof said);
    said.result = vs_sys_sandbox_worker(&options, &said.report);
    if (write(socket_fd, &said, sizeof said) != sizeof said) _exit(99);
    errno = 0;
    _exit(attempt(action, socket_fd, parent));
}

static void play_along(vs_probe_action action, int socket_fd, vs_probe_outcome *outcome) {
    first_words said;
    if (recv(socket_fd, &said, sizeof said, MSG_WAITALL) != sizeof said) return;
    outcome->report = said.report;
    outcome->result = said.result;
    char byte = 'a';
    for (int i = 0; action == VS_PROBE_SOCKET_ECHO && i < 100; i++) {
        char answer = 0;
        if (send(socket_fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(socket_fd, &answer, 1, 0) != 1) return;
        if (answer != byte + 1) outcome->result = -2;
    }
}

vs_probe_outcome vs_probe(vs_probe_action action, bool without_filter, uint64_t address_space_limit) {
    vs_probe_outcome outcome = {.code = -1, .result = -3};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return outcome;
    pid_t child = fork();
    if (child == 0) run_child(action, ends[1], without_filter, address_space_limit);
    close(ends[1]);
    if (child > 0) {
        int status = 0;
        play_along(action, ends[0], &outcome);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
        if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
        if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
    }
    close(ends[0]);
    return outcome;
}

bool vs_probe_is_sanitized(void) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    return false;
}
