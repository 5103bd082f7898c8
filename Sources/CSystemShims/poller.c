#include "poller.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

ssize_t vs_sys_read_ready(int descriptor, void *buffer, size_t size) {
    struct stat info;
    if (fstat(descriptor, &info) == 0 && !S_ISREG(info.st_mode)) {
        struct iovec room = {buffer, size};
        ssize_t count = preadv2(descriptor, &room, 1, -1, RWF_NOWAIT);
        if (count >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)) return count;
    }
    return read(descriptor, buffer, size);
}

int vs_sys_poller_make(void) { return epoll_create1(EPOLL_CLOEXEC); }

// Without an interest, a hang-up or an error is told of once (edge-triggered): level-triggered, a paused pipe whose
// other end has gone would wake the loop without end.
static uint32_t to_epoll(uint32_t interest) {
    if (!interest) return EPOLLET;
    return (interest & VS_SYS_READABLE ? EPOLLIN : 0u) | (interest & VS_SYS_WRITABLE ? EPOLLOUT : 0u);
}

static uint32_t from_epoll(uint32_t events) {
    return (events & EPOLLIN ? VS_SYS_READABLE : 0u) | (events & EPOLLOUT ? VS_SYS_WRITABLE : 0u) |
           (events & (EPOLLHUP | EPOLLRDHUP) ? VS_SYS_HANGUP : 0u) | (events & EPOLLERR ? VS_SYS_ERROR : 0u);
}

int vs_sys_poller_set(int poller, int descriptor, uint32_t interest, uint64_t token) {
    struct epoll_event event = {.events = to_epoll(interest), .data.u64 = token};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event) == 0) return 0;
    if (errno != ENOENT) return -1;
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

int vs_sys_poller_add(int poller, int descriptor, uint32_t interest, uint64_t token) {
    struct epoll_event event = {.events = to_epoll(interest), .data.u64 = token};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0) return 0;
    // Where the number was closed without a word while somebody else held the file, and came up again.
    return errno == EEXIST ? epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event) : -1;
}

void vs_sys_poller_remove(int poller, int descriptor) {
    struct epoll_event unused = {0};
    epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, &unused);
}

// epoll_wait counts in milliseconds; a wait is rounded up, so that a timer is never looked at before its time.
static int to_milliseconds(int64_t nanoseconds) {
    if (nanoseconds < 0) return -1;
    int64_t milliseconds = (nanoseconds + 999999) / 1000000;
    return milliseconds > 3600000 ? 3600000 : (int)milliseconds;
}

int vs_sys_poller_wait(int poller, vs_sys_ready *ready, int capacity, int64_t nanoseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(poller, events, capacity < 64 ? capacity : 64, to_milliseconds(nanoseconds));
    if (count < 0) return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++)
        ready[i] = (vs_sys_ready){.token = events[i].data.u64, .readiness = from_epoll(events[i].events)};
    return count;
}

int vs_sys_signals_open(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error) {
        errno = error;
        return -1;
    }
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool vs_sys_signal_is_ignored(int signal) {
    struct sigaction now;
    return sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

int vs_sys_signals_next(int descriptor) {
    struct signalfd_siginfo info;
    ssize_t size = read(descriptor, &info, sizeof info);
    return size == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int64_t vs_sys_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int vs_sys_set_nonblocking(int descriptor) {
    int status = fcntl(descriptor, F_GETFL), flags = fcntl(descriptor, F_GETFD);
    if (status < 0 || flags < 0) return -1;
    if (fcntl(descriptor, F_SETFL, status | O_NONBLOCK) < 0) return -1;
    return fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
}
