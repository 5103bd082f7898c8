// Readiness, signals, process descriptors and the clock: what the host's one loop waits on.
#ifndef VS_POLLER_H
#define VS_POLLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// What a descriptor is waited for, and what a wait reports. HANGUP and ERROR are reported unasked.
enum {
    VS_SYS_READABLE = 1,
    VS_SYS_WRITABLE = 2,
    VS_SYS_HANGUP = 4,
    VS_SYS_ERROR = 8,
};

/// One thing that became ready. `token` is what `vs_sys_poller_set` was given.
typedef struct {
    uint64_t token;
    uint32_t readiness;
} vs_sys_ready;

/// A new poller (epoll), close-on-exec; -1 with errno. The caller closes it.
int vs_sys_poller_make(void);

/// Waits for `interest` on `descriptor` (level-triggered), replacing what was asked before. An empty interest reports a
/// hang-up or an error once. 0, or -1 with errno: EPERM for a regular file, which is always ready.
int vs_sys_poller_set(int poller, int descriptor, uint32_t interest, uint64_t token);

/// The same for a descriptor that is not waited for yet, with one system call where `vs_sys_poller_set` takes two.
int vs_sys_poller_add(int poller, int descriptor, uint32_t interest, uint64_t token);

/// Stops waiting on `descriptor`. It must still be open.
void vs_sys_poller_remove(int poller, int descriptor);

/// Waits at most `nanoseconds` (below 0: for ever) and fills up to `capacity` of `ready`. Gives their number; 0 at the
/// time limit or after a signal; -1 with errno otherwise.
int vs_sys_poller_wait(int poller, vs_sys_ready *ready, int capacity, int64_t nanoseconds);

/// Reads what is there and waits for nothing: EAGAIN where another process has taken what a wait reported. Where the
/// kernel cannot say so (of terminals, of pipes before Linux 6.4) it waits, as a regular file may.
ssize_t vs_sys_read_ready(int descriptor, void *buffer, size_t size);

/// Blocks `count` signals for this thread and gives a close-on-exec, non-blocking descriptor that reports them; -1 with
/// errno. Children must restore the mask (the spawner does).
int vs_sys_signals_open(const int *signals, int count);

/// Whether this process was started with `signal` ignored (nohup, a shell's background job), and should leave it so.
bool vs_sys_signal_is_ignored(int signal);

/// Takes the next waiting signal's number from a descriptor of `vs_sys_signals_open`; 0 when there is none.
int vs_sys_signals_next(int descriptor);

/// Nanoseconds of the monotonic clock.
int64_t vs_sys_now(void);

/// Makes `descriptor` non-blocking and close-on-exec. 0, or -1 with errno.
int vs_sys_set_nonblocking(int descriptor);

#endif
