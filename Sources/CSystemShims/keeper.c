#include "keeper.h"

#include "descendants.h"
#include "environment.h"
#include "hardening.h"
#include "poller.h"
#include "run_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    char *path;
    // Whether it is known which directory was made there.
    bool is_made;
    vs_sys_directory made;
    // Why it was not removed, at the end.
    int error;
} removal;

typedef struct {
    pid_t host;
    int channel;
    int signals;
    sigset_t passed;
    /// Children that it had before, and those that outlive the run with their sessions.
    pid_t *spared;
    size_t spared_count;
    removal *removals;
    size_t removal_count;
    int terminal;
    struct termios modes;
} keeper;

// MARK: - What the host tells

static void spare(keeper *self, pid_t pid) {
    pid_t *more = realloc(self->spared, (self->spared_count + 1) * sizeof *more);
    if (!more) return;
    self->spared = more;
    more[self->spared_count++] = pid;
}

static void remember(keeper *self, const char *path) {
    removal *more = realloc(self->removals, (self->removal_count + 1) * sizeof *more);
    if (!more) return;
    self->removals = more;
    more[self->removal_count] = (removal){.path = strdup(path)};
    if (more[self->removal_count].path) self->removal_count++;
}

static removal *find(keeper *self, const char *path) {
    for (size_t i = self->removal_count; i-- > 0;)
        if (strcmp(self->removals[i].path, path) == 0) return &self->removals[i];
    return NULL;
}

static void forget(keeper *self, const char *path) {
    removal *found = find(self, path);
    if (!found) return;
    free(found->path);
    *found = self->removals[--self->removal_count];
}

// `packet` holds a directory, and its path behind it.
static void learn(keeper *self, const char *packet, size_t count) {
    if (count <= sizeof(vs_sys_directory)) return;
    removal *found = find(self, packet + sizeof found->made);
    if (!found) return;
    memcpy(&found->made, packet, sizeof found->made);
    found->is_made = true;
}

// False when there is nothing more for now, or at all: the host is about to end then, or has closed its end.
static bool take_packet(keeper *self) {
    char packet[VS_SYS_KEEPER_PACKET_BYTES + 1];
    ssize_t count = recv(self->channel, packet, sizeof packet - 1, MSG_DONTWAIT);
    if (count <= 0) {
        if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(self->channel);
            self->channel = -1;
        }
        return false;
    }
    packet[count] = 0;
    pid_t pid;
    switch (packet[0]) {
    case VS_SYS_KEEPER_REMOVE: remember(self, packet + 1); break;
    case VS_SYS_KEEPER_MADE: learn(self, packet + 1, (size_t)count - 1); break;
    case VS_SYS_KEEPER_FORGET: forget(self, packet + 1); break;
    case VS_SYS_KEEPER_SPARE:
        if (count != 1 + sizeof pid) break;
        memcpy(&pid, packet + 1, sizeof pid);
        spare(self, pid);
        break;
    default: break;
    }
    return true;
}

// MARK: - The end

static void say(const char *text) {
    ssize_t ignored = write(2, text, strlen(text));
    (void)ignored;
}

static void remove_one(removal *which) {
    // What has been moved away is not removed.
    bool is_there = faccessat(AT_FDCWD, which->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    which->error = is_there ? 0 : errno;
    if (!which->is_made)
        vs_sys_remove_single(which->path);
    else if (is_there && vs_sys_remove_directory(AT_FDCWD, which->path, &which->made) != 0)
        which->error = errno;
}

static void tell_of_death(const keeper *self, int number) {
    char text[64];
    bool is_all_removed = true;
    snprintf(text, sizeof text, "vaultscript was killed (signal %d)\n", number);
    say(text);
    for (size_t i = 0; i < self->removal_count; i++) {
        if (!self->removals[i].is_made || self->removals[i].error == 0) continue;
        is_all_removed = false;
        // Moved away, or removed by the script itself.
        say(self->removals[i].error == ENOENT ? "not there any more: " : "not removed: ");
        say(self->removals[i].path);
        snprintf(text, sizeof text, " (%s)\n", strerror(self->removals[i].error));
        say(text);
    }
    say(is_all_removed ? "what it had started was ended and its run directory removed\n" : "what it had started was ended\n");
    say(number == SIGKILL ? "somebody, or the kernel when memory ran out, did it: look at dmesg\n"
                          : "this is a bug in vaultscript; please report the script that shows it\n");
}

static _Noreturn void finish(keeper *self, int status) {
    while (self->channel >= 0 && take_packet(self)) {}
    // All that was started, for one that the kernel does not let go 10 s.
    vs_sys_end_children(NULL, 0, self->spared, self->spared_count, 10000);
    for (size_t i = 0; i < self->removal_count; i++) remove_one(&self->removals[i]);
    if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
    // TTOU is blocked: the modes are put back also where the run is in the background.
    if (self->terminal >= 0) tcsetattr(self->terminal, TCSANOW, &self->modes);
    tell_of_death(self, WTERMSIG(status));
    _exit(128 + WTERMSIG(status));
}

// MARK: - While the host runs

// A program of the run's may have stopped the host, which would then neither end nor be hurried.
static void continue_host(const keeper *self) {
    siginfo_t seen = {0};
    if (waitid(P_PID, (id_t)self->host, &seen, WSTOPPED | WNOHANG | WNOWAIT) == 0 && seen.si_pid == self->host)
        kill(self->host, SIGCONT);
}

static void take_signal(keeper *self) {
    struct signalfd_siginfo signal;
    if (read(self->signals, &signal, sizeof signal) != sizeof signal) return;
    int number = (int)signal.ssi_signo, status;
    if (number == SIGCHLD) {
        if (waitpid(self->host, &status, WNOHANG) == self->host) finish(self, status);
    } else if (number != SIGTTOU && self->channel >= 0) {
        uint8_t byte = (uint8_t)number;
        send(self->channel, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        continue_host(self);
    }
}

static _Noreturn void keep(keeper *self) {
    for (;;) {
        struct pollfd list[2] = {{.fd = self->signals, .events = POLLIN}, {.fd = self->channel, .events = POLLIN}};
        if (poll(list, 2, -1) < 0) continue;  // a descriptor below 0 is left out
        if (list[1].revents) take_packet(self);
        if (list[0].revents) take_signal(self);
    }
}

// MARK: - The start

static void choose_signals(keeper *self) {
    const int passed[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigemptyset(&self->passed);
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        if (!vs_sys_signal_is_ignored(passed[i])) sigaddset(&self->passed, passed[i]);
    sigaddset(&self->passed, SIGCHLD);
    sigaddset(&self->passed, SIGTTOU);
}

// A shell that becomes this program by exec leaves it its background children.
static void spare_earlier_children(keeper *self) {
    siginfo_t none;
    if (waitid(P_ALL, 0, &none, WEXITED | WNOHANG | WNOWAIT) != 0) return;
    pid_t list[64];
    ssize_t count = vs_sys_children(list, 64);
    for (ssize_t i = 0; i < count && i < 64; i++) spare(self, list[i]);
}

static void save_terminal(keeper *self) {
    self->terminal = -1;
    for (int number = 0; number <= 2 && self->terminal < 0; number++)
        if (tcgetattr(number, &self->modes) == 0) self->terminal = number;
}

static void close_others(int kept, int kept_too) {
    int low = kept < kept_too ? kept : kept_too, high = kept < kept_too ? kept_too : kept;
    if (low > 3) syscall(SYS_close_range, 3u, (unsigned)low - 1, 0u);
    if (high > low + 1) syscall(SYS_close_range, (unsigned)low + 1, (unsigned)high - 1, 0u);
    syscall(SYS_close_range, (unsigned)high + 1, ~0u, 0u);
}

int vs_sys_keep(int *channel) {
    keeper self = {.channel = -1};
    int ends[2];
    sigset_t before;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return -1;
    // Ignored by whoever started this, it would leave no process to wait for.
    signal(SIGCHLD, SIG_DFL);
    choose_signals(&self);
    spare_earlier_children(&self);
    save_terminal(&self);
    // Blocked before the fork: a signal that comes between the two is not lost.
    sigprocmask(SIG_BLOCK, &self.passed, &before);
    vs_sys_become_subreaper();
    self.host = fork();
    if (self.host <= 0) {
        int error = errno;
        sigprocmask(SIG_SETMASK, &before, NULL);
        close(ends[1]);
        if (self.host == 0) {
            // When the keeper goes, a host that somebody has stopped hears of it too.
            vs_sys_continue_when_parent_ends();
            free(self.spared);
            *channel = ends[0];
            return 0;
        }
        close(ends[0]);
        errno = error;
        return -1;
    }
    vs_sys_harden();
    vs_sys_environment_erase_all();
    close(ends[0]);
    self.channel = ends[1];
    self.signals = signalfd(-1, &self.passed, SFD_CLOEXEC);
    close_others(self.channel, self.signals);
    keep(&self);
}

// MARK: - The host's side

int vs_sys_keeper_tell(int channel, uint8_t kind, const void *bytes, size_t count) {
    char packet[VS_SYS_KEEPER_PACKET_BYTES];
    if (count >= sizeof packet) {
        errno = ENAMETOOLONG;
        return -1;
    }
    packet[0] = (char)kind;
    memcpy(packet + 1, bytes, count);
    return send(channel, packet, count + 1, MSG_NOSIGNAL) == (ssize_t)count + 1 ? 0 : -1;
}

int vs_sys_keeper_next(int channel) {
    uint8_t number;
    ssize_t count = recv(channel, &number, 1, MSG_DONTWAIT);
    if (count == 1) return number;
    return count == 0 || (errno != EAGAIN && errno != EINTR) ? -1 : 0;
}
