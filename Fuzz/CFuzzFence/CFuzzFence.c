#include "CFuzzFence.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// The header may be older than the kernel.
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
enum { RULE_PATH = 1, RULE_PORT = 2 };
static const uint64_t CONNECT_TCP = 1ULL << 1;
static const uint64_t WRITING =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

int vs_fuzz_fence_make(void) {
    struct {
        uint64_t files, network;
    } rights = {WRITING | LANDLOCK_ACCESS_FS_EXECUTE, CONNECT_TCP};
    return (int)syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0);
}

bool vs_fuzz_fence_allow(int fence, const char *path, bool writing) {
    int file = open(path, O_PATH | O_CLOEXEC);
    if (file < 0) return false;
    struct landlock_path_beneath_attr rule = {writing ? WRITING : LANDLOCK_ACCESS_FS_EXECUTE, file};
    bool done = syscall(SYS_landlock_add_rule, fence, RULE_PATH, &rule, 0) == 0;
    close(file);
    return done;
}

bool vs_fuzz_fence_allow_port(int fence, uint16_t port) {
    struct {
        uint64_t rights, port;
    } rule = {CONNECT_TCP, port};
    return syscall(SYS_landlock_add_rule, fence, RULE_PORT, &rule, 0) == 0;
}

bool vs_fuzz_fence_enter(int fence) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    bool done = syscall(SYS_landlock_restrict_self, fence, 0) == 0;
    close(fence);
    return done;
}

pid_t vs_fuzz_idle_worker(int *socket, int *peer, int *process) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) return -1;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        for (;;) pause();
    }
    if (pid < 0) return -1;
    *socket = pair[0];
    *peer = pair[1];
    *process = (int)syscall(SYS_pidfd_open, pid, 0);
    return *process < 0 ? -1 : pid;
}

void vs_fuzz_kill(int process) { syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0); }
