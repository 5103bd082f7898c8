#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

// MARK: - Pseudo-terminals

#if defined(__linux__) && defined(SYS_fsopen)
static bool write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return false;
    bool is_written = write(file, text, strlen(text)) == (ssize_t)strlen(text);
    close(file);
    return is_written;
}

static bool holds_text(const char *path) {
    char byte;
    int error = errno, file = open(path, O_RDONLY | O_CLOEXEC);
    bool holds = file >= 0 && read(file, &byte, 1) == 1;
    if (file >= 0) close(file);
    errno = error;
    return holds;
}

// Makes this process root of a user namespace where only its own user is known: devpts wants a root to own it.
static bool enter_namespaces(void) {
    char users[32], groups[32];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
    // The maps of an undumpable process belong to root.
    bool is_apart = prctl(PR_SET_DUMPABLE, 1) == 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
    bool is_mapped = is_apart && write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/uid_map", users)
                     && write_text("/proc/self/gid_map", groups);
    // Another program of the user's may have written a map first: that is no lack of the system's.
    int error = !is_mapped && (holds_text("/proc/self/uid_map") || holds_text("/proc/self/gid_map")) && is_apart ? EINTR : errno;
    prctl(PR_SET_DUMPABLE, 0);
    errno = error;
    return is_mapped;
}

static int mount_terminals(void) {
    int system = (int)syscall(SYS_fsopen, "devpts", FSOPEN_CLOEXEC);
    if (system < 0) return -1;
    int mounted = -1;
    if (syscall(SYS_fsconfig, system, FSCONFIG_SET_STRING, "mode", "0600", 0) == 0
        && syscall(SYS_fsconfig, system, FSCONFIG_SET_STRING, "ptmxmode", "0600", 0) == 0
        && syscall(SYS_fsconfig, system, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        mounted = (int)syscall(SYS_fsmount, system, FSMOUNT_CLOEXEC, 0);
    int error = errno;
    close(system);
    errno = error;
    return mounted;
}

// What a program cannot bring about: the system has no such thing, or lets no user have it.
static bool is_lack(int error) {
    if (error == ENOSPC) {
        char text[2] = "";
        int file = open("/proc/sys/user/max_user_namespaces", O_RDONLY | O_CLOEXEC);
        bool is_none = file >= 0 && read(file, text, sizeof text) == 2 && text[0] == '0' && text[1] == '\n';
        if (file >= 0) close(file);
        return is_none;
    }
    return error == EPERM || error == EACCES || error == ENOSYS || error == EINVAL || error == ENODEV || error == ENOENT;
}

// Closes all descriptors but one.
static void keep_only(int kept) {
    if ((kept == 0 || syscall(SYS_close_range, 0u, (unsigned)kept - 1, 0u) == 0)
        && syscall(SYS_close_range, (unsigned)kept + 1, ~0u, 0u) == 0)
        return;
    // Linux before 5.9.
    int end = (int)sysconf(_SC_OPEN_MAX);
    for (int number = 0; number < end; number++)
        if (number != kept) close(number);
}

// A message of one error's number, and a descriptor where there is none.
typedef struct {
    struct iovec part;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct msghdr message;
} parcel;

static void prepare(parcel *parcel, int *error) {
    memset(parcel, 0, sizeof *parcel);
    parcel->part = (struct iovec){.iov_base = error, .iov_len = sizeof *error};
    parcel->message = (struct msghdr){.msg_iov = &parcel->part, .msg_iovlen = 1};
    parcel->message.msg_control = parcel->control;
    parcel->message.msg_controllen = sizeof parcel->control;
}

static bool hand_over(int socket, int descriptor, int error) {
    parcel sent;
    prepare(&sent, &error);
    if (descriptor < 0) {
        sent.message.msg_controllen = 0;
    } else {
        struct cmsghdr *head = CMSG_FIRSTHDR(&sent.message);
        *head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &sent.message, MSG_NOSIGNAL) == sizeof error;
}

// The descriptor that was handed over, or -1 with errno.
static int take_over(int socket) {
    parcel taken;
    int error = 0, descriptor = -1;
    prepare(&taken, &error);
    ssize_t count = recvmsg(socket, &taken.message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    struct cmsghdr *head = count == sizeof error ? CMSG_FIRSTHDR(&taken.message) : NULL;
    if (head && head->cmsg_type == SCM_RIGHTS) memcpy(&descriptor, CMSG_DATA(head), sizeof descriptor);
    // Nothing where somebody has ended it.
    if (descriptor < 0) errno = count == sizeof error && error ? error : EINTR;
    return descriptor;
}

int vs_sys_own_terminals_open(void) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    // A copy of this process that can be looked into while it writes its maps: it keeps no descriptor of the host's, and
    // secret pages are not in it (MADV_DONTFORK).
    pid_t helper = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, 0);
    if (helper == 0) {
        keep_only(ends[1]);
        int mounted = enter_namespaces() ? mount_terminals() : -1;
        int error = mounted >= 0 ? 0 : is_lack(errno) ? ENOTSUP : errno;
        _exit(hand_over(ends[1], mounted, error) ? 0 : 1);
    }
    int mounted = -1, error = errno;
    if (helper > 0) {
        while (waitpid(helper, NULL, __WCLONE) < 0 && errno == EINTR) {}
        mounted = take_over(ends[0]);
        error = errno;
    }
    close(ends[0]);
    close(ends[1]);
    errno = error;
    return mounted;
}
#else
int vs_sys_own_terminals_open(void) {
    errno = ENOTSUP;
    return -1;
}
#endif

static int open_child_end(int host, int flags) {
#ifdef TIOCGPTPEER
    // By the host's end and not by a path: that may be another's in a container.
    int child = ioctl(host, TIOCGPTPEER, flags);
    if (child >= 0 || (errno != EINVAL && errno != ENOTTY)) return child;
#endif
    char path[64];
    if (ptsname_r(host, path, sizeof path) != 0) return -1;
    return open(path, flags);
}

int vs_sys_pseudo_terminal_make(int own_terminals, bool child_reads, vs_sys_pseudo_terminal *made) {
    int flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK;
    int host = own_terminals >= 0 ? openat(own_terminals, "ptmx", flags) : posix_openpt(flags);
    if (host < 0) return -1;
    int child = -1;
    if (grantpt(host) == 0 && unlockpt(host) == 0)
        child = open_child_end(host, (child_reads ? O_RDWR : O_WRONLY) | O_NOCTTY | O_CLOEXEC);
    if (child < 0) {
        int error = errno;
        close(host);
        errno = error;
        return -1;
    }
    *made = (vs_sys_pseudo_terminal){.host = host, .child = child};
    return 0;
}

// MARK: - Modes

int vs_sys_terminal_save(int descriptor, vs_sys_terminal_modes *saved) { return tcgetattr(descriptor, &saved->modes); }

// A process in the background that sets modes is stopped by SIGTTOU, unless it has the signal blocked.
static int set_modes(int descriptor, const struct termios *modes) {
    sigset_t block, before;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &block, &before);
    int status;
    do status = tcsetattr(descriptor, TCSANOW, modes);
    while (status != 0 && errno == EINTR);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return status;
}

int vs_sys_terminal_restore(int descriptor, const vs_sys_terminal_modes *saved) {
    return set_modes(descriptor, &saved->modes);
}

int vs_sys_terminal_copy_modes(int descriptor, const vs_sys_terminal_modes *saved) {
    struct termios modes = saved->modes;
    modes.c_oflag &= OPOST | ONLCR;
    return set_modes(descriptor, &modes);
}

int vs_sys_terminal_make_raw(int descriptor, const vs_sys_terminal_modes *saved) {
    struct termios modes = saved->modes;
    cfmakeraw(&modes);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    return set_modes(descriptor, &modes);
}

int vs_sys_terminal_pass_output(int descriptor) {
    struct termios modes;
    if (tcgetattr(descriptor, &modes) != 0) return -1;
    modes.c_oflag &= (tcflag_t)~OPOST;
    return set_modes(descriptor, &modes);
}

bool vs_sys_terminal_is_foreground(int descriptor) {
    pid_t group = tcgetpgrp(descriptor);
    return group < 0 || group == getpgrp();
}

int vs_sys_terminal_reopen(int descriptor) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int vs_sys_terminal_end_of_input(int descriptor) {
    struct termios modes;
    if (tcgetattr(descriptor, &modes) != 0 || !(modes.c_lflag & ICANON)) return -1;
    return modes.c_cc[VEOF];
}

// MARK: - Size

int vs_sys_terminal_copy_size(int from, int to) {
    struct winsize size;
    if (ioctl(from, TIOCGWINSZ, &size) != 0) return -1;
    return ioctl(to, TIOCSWINSZ, &size);
}

int vs_sys_terminal_size(int descriptor, int *rows, int *columns) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

int vs_sys_terminal_set_size(int descriptor, unsigned short rows, unsigned short columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    return ioctl(descriptor, TIOCSWINSZ, &size);
}

// MARK: - Job control

static bool take_continue(void) {
    const struct timespec at_once = {0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCONT);
    return sigtimedwait(&set, NULL, &at_once) == SIGCONT;
}

bool vs_sys_job_stop(int number) {
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, number);
    take_continue();
    kill(0, number);
    // Here it stops. Whoever is stopped is continued by SIGCONT, which is blocked and therefore still there afterwards.
    pthread_sigmask(SIG_UNBLOCK, &set, &before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return take_continue();
}

bool vs_sys_child_has_stopped(pid_t pid) {
    siginfo_t how = {0};
    return waitid(P_PID, (id_t)pid, &how, WSTOPPED | WNOHANG) == 0 && how.si_pid == pid;
}
