#include "hardening.h"

#include "poller.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The Swift runtime answers a crash with a backtrace that shows registers and the memory they point to, and a child of
// the same user can send the signal. The kernel's own answer shows nothing.
static void crash_silently(void) {
    static const int signals[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction now;
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN) signal(signals[i], SIG_DFL);
    }
}

int vs_sys_limit_cores(void) {
    struct rlimit least = {1, 1}, none = {0, 0};
    return setrlimit(RLIMIT_CORE, &least) == 0 ? 0 : setrlimit(RLIMIT_CORE, &none);
}

bool vs_sys_harden(void) {
    crash_silently();
    bool all = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
    all &= vs_sys_limit_cores() == 0;
    return all;
}

void vs_sys_fill_standard_descriptors(void) {
    // What is written to standard output fails as it does where that is closed.
    for (int number = 0; number <= 2; number++)
        if (fcntl(number, F_GETFD) < 0) open("/dev/null", number == 1 ? O_RDONLY : O_RDWR);
}

static pid_t be_child(int end, int other, pid_t parent, int *socket) {
    close(other);
    // Ctrl-C reaches the whole foreground group, this process too.
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    // What the program was started with blocked must not keep a limit's signal from it.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(0);  // the parent died before the line above
    *socket = end;
    return 0;
}

pid_t vs_sys_fork_connected(int *socket, int *process) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return -1;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) return be_child(pair[1], pair[0], parent, socket);
    int error = errno;
    close(pair[1]);
    if (pid < 0 || (*process = (int)syscall(SYS_pidfd_open, pid, 0)) < 0 || vs_sys_set_nonblocking(pair[0]) != 0) {
        error = pid < 0 ? error : errno;
        close(pair[0]);
        errno = error;
        return -1;
    }
    *socket = pair[0];
    return pid;
}

static ssize_t read_whole(int file, void *buffer, size_t size) {
    struct stat info;
    if (fstat(file, &info) != 0) return -1;
    if (!S_ISREG(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    size_t held = 0;
    while (held < size) {
        ssize_t count = read(file, (char *)buffer + held, size - held);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) return (ssize_t)held;
        held += (size_t)count;
    }
    errno = EFBIG;
    return -1;
}

enum { READ_BENEATH = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK };

// Opens one name in the folder `at`, which it closes.
static int step_into(int at, const char *name, int flags) {
    int next = openat(at, name, READ_BENEATH | O_NOFOLLOW | flags);
    int error = errno;
    struct stat info;
    // A link in place of a folder is ENOTDIR; said as it is for a file.
    if (next < 0 && error == ENOTDIR && fstatat(at, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode))
        error = ELOOP;
    close(at);
    errno = error;
    return next;
}

// The next name of `path`; false where it leads elsewhere.
static bool take_name(const char **path, char name[NAME_MAX + 1]) {
    size_t length = strcspn(*path, "/");
    if (length == 0 || length > NAME_MAX) return false;
    memcpy(name, *path, length);
    name[length] = 0;
    *path += length;
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int vs_sys_open_beneath_stepwise(int folder, const char *path) {
    char name[NAME_MAX + 1];
    int at = fcntl(folder, F_DUPFD_CLOEXEC, 3);
    while (at >= 0) {
        if (!take_name(&path, name)) {
            close(at);
            errno = EXDEV;
            return -1;
        }
        if (!*path) return step_into(at, name, 0);
        at = step_into(at, name, O_DIRECTORY);
        path++;
    }
    return -1;
}

static int open_beneath(int folder, const char *path) {
#ifdef SYS_openat2
    struct open_how how = {.flags = READ_BENEATH, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    int file = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    // Before Linux 5.6, and below container runtimes whose filter does not know the call.
    if (file >= 0 || (errno != ENOSYS && errno != EPERM)) return file;
#endif
    return vs_sys_open_beneath_stepwise(folder, path);
}

int vs_sys_open_beneath(int folder, const char *path) { return open_beneath(folder, path); }

ssize_t vs_sys_read_whole(int file, void *buffer, size_t size) { return read_whole(file, buffer, size); }

int vs_sys_reopen_for_writing(int descriptor) {
    struct stat info;
    if (fstat(descriptor, &info) != 0) return -1;
    if (!S_ISFIFO(info.st_mode) && !(S_ISCHR(info.st_mode) && isatty(descriptor))) return -1;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}
