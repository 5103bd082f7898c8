#include "descendants.h"

#include "program_filter.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int vs_sys_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void vs_sys_continue_when_parent_ends(void) { prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0); }

char *vs_sys_own_program(void) { return realpath("/proc/self/exe", NULL); }

int vs_sys_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0u); }

int vs_sys_pidfd_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0u);
}

// MARK: - One process

static ssize_t read_file(const char *path, char *text, size_t capacity) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = read(file, text, capacity - 1);
    close(file);
    if (count >= 0) text[count] = 0;
    return count;
}

bool vs_sys_process_look(pid_t pid, vs_sys_process *process) {
    char path[32], text[512], state;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (read_file(path, text, sizeof text) <= 0) return false;
    // The name, in parentheses, may hold parentheses and blanks itself: the last one ends it.
    char *rest = strrchr(text, ')');
    int parent, group, session;
    if (!rest || sscanf(rest + 1, " %c %d %d %d", &state, &parent, &group, &session) != 4) return false;
    *process = (vs_sys_process){.pid = pid,
                                .parent = parent,
                                .group = group,
                                .session = session,
                                .is_zombie = state == 'Z' || state == 'X'};
    return true;
}

// MARK: - Runs below runs

// As ps shows it; 15 characters.
static const char RUN_NAME[] = "vaultscript:lua";

void vs_sys_mark_run(void) {
    prctl(PR_SET_NAME, RUN_NAME, 0, 0, 0);
    vs_sys_mark_programs();
}

bool vs_sys_is_below_marked_run(void) {
    if (vs_sys_is_marked_program()) return true;
    char own[16] = "";
    prctl(PR_GET_NAME, own, 0, 0, 0);
    pid_t pid = getppid();
    vs_sys_process keeper;
    if (strcmp(own, RUN_NAME) == 0) pid = vs_sys_process_look(pid, &keeper) ? keeper.parent : 0;
    // Deeper than this nobody starts programs by mistake, and a loop of numbers that are used again ends.
    for (int depth = 0; pid > 1 && depth < 1024; depth++) {
        char path[32], name[32];
        snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
        if (read_file(path, name, sizeof name) <= 0) return false;
        if (strncmp(name, RUN_NAME, sizeof RUN_NAME - 1) == 0) return true;
        vs_sys_process process;
        if (!vs_sys_process_look(pid, &process)) return false;
        pid = process.parent;
    }
    return false;
}

// MARK: - All of them

ssize_t vs_sys_processes(vs_sys_process *list, size_t capacity) {
    DIR *entries = opendir("/proc");
    if (!entries) return -1;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        vs_sys_process process;
        if (!isdigit((unsigned char)entry->d_name[0]) || !vs_sys_process_look(atoi(entry->d_name), &process)) continue;
        if (count < capacity) list[count] = process;
        count++;
    }
    closedir(entries);
    return (ssize_t)count;
}

// Reads one thread's list of numbers, in parts: it may be of any length.
static bool add_children(const char *thread, pid_t *list, size_t capacity, size_t *count) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%.20s/children", thread);
    FILE *file = fopen(path, "re");
    if (!file) return false;
    for (int pid; fscanf(file, "%d", &pid) == 1; (*count)++)
        if (*count < capacity) list[*count] = pid;
    fclose(file);
    return true;
}

ssize_t vs_sys_children(pid_t *list, size_t capacity) {
    DIR *threads = opendir("/proc/self/task");
    if (!threads) return -1;
    size_t count = 0, read = 0;
    bool lacks = false;
    for (struct dirent *entry; (entry = readdir(threads));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        if (add_children(entry->d_name, list, capacity, &count))
            read++;
        else if (errno != ENOENT && errno != ESRCH)
            lacks = true;
    }
    closedir(threads);
    return read > 0 && !lacks ? (ssize_t)count : -1;
}

// MARK: - All children

static bool is_among(pid_t pid, const pid_t *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (list[i] == pid) return true;
    return false;
}

// Where a kernel has no lists of children, all processes are looked through.
static ssize_t find_children(pid_t *list, size_t capacity) {
    ssize_t count = vs_sys_children(list, capacity);
    if (count >= 0) return count;
    static vs_sys_process all[4096];
    count = vs_sys_processes(all, sizeof all / sizeof *all);
    ssize_t found = 0;
    for (ssize_t i = 0; i < count && (size_t)i < sizeof all / sizeof *all && (size_t)found < capacity; i++)
        if (all[i].parent == getpid()) list[found++] = all[i].pid;
    return found;
}

static bool is_alive(pid_t pid) {
    vs_sys_process process;
    return vs_sys_process_look(pid, &process) && !process.is_zombie;
}

static int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void vs_sys_end_children(const pid_t *own, size_t own_count, const pid_t *spared, size_t spared_count, int patience) {
    static pid_t list[4096];
    const ssize_t room = sizeof list / sizeof *list;
    const struct timespec pause = {.tv_nsec = 500000};
    const int64_t end = milliseconds() + patience;
    // One look in which nobody is alive can have missed whoever was made meanwhile.
    for (int empty = 0; empty < 2 && milliseconds() < end;) {
        ssize_t count = find_children(list, (size_t)room);
        size_t killed = 0;
        for (ssize_t i = 0; i < count && i < room; i++) {
            pid_t pid = list[i];
            if (is_among(pid, spared, spared_count) || is_among(getsid(pid), spared, spared_count)) continue;
            if (!is_among(pid, own, own_count) && waitpid(pid, NULL, WNOHANG) == pid) continue;
            if (is_alive(pid) && kill(pid, SIGKILL) == 0) killed++;
        }
        empty = killed == 0 ? empty + 1 : 0;
        if (empty < 2) nanosleep(&pause, NULL);
    }
}
