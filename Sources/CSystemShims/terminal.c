#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// MARK: - Pseudo-terminals

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

int vs_sys_pseudo_terminal_make(bool child_reads, vs_sys_pseudo_terminal *made) {
    int host = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
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
