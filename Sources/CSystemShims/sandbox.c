#include "sandbox.h"

#include "hardening.h"
#include "spawn.h"

#include "environment.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// MARK: - Environment

// mktime asks TZ each time and, where it is unset, /etc/localtime, which would be a forbidden system call. With TZ set
// to the same text as before, glibc goes on with what it has read.
static void erase_environment(void) {
    char zone[256] = ":/etc/localtime";
    const char *given = getenv("TZ");
    if (given && strlen(given) < sizeof zone) strcpy(zone, given);
    vs_sys_environment_erase_all();
    setenv("TZ", zone, 1);
}

// MARK: - Memory

// glibc opens files of /proc and /sys for two decisions of its allocator: how many arenas to have, and whether an arena
// of a thread other than the first may shrink. Both are taken here instead: one arena, and memory of freed blocks
// under 4 MiB is kept. Larger blocks have a mapping of their own and are returned.
static void settle_allocator(void) {
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}

// MARK: - Privileges, limits, descriptors

static int set_limit(int resource, rlim_t limit) {
    struct rlimit both = {limit, limit};
    return setrlimit(resource, &both) == 0 ? 0 : errno;
}

static void keep(int *error, int next) {
    if (!*error) *error = next;
}

static int set_limits(const vs_sys_sandbox_options *options) {
    int error = 0;
    if (vs_sys_limit_cores() != 0) keep(&error, errno);
    keep(&error, set_limit(RLIMIT_NPROC, 0));
    keep(&error, set_limit(RLIMIT_FSIZE, 0));
    // What is open stays usable; nothing new can be opened.
    keep(&error, set_limit(RLIMIT_NOFILE, 0));
    if (options->address_space_limit) keep(&error, set_limit(RLIMIT_AS, options->address_space_limit));
    if (options->data_limit) keep(&error, set_limit(RLIMIT_DATA, options->data_limit));
    return error;
}

static int close_slowly(unsigned first, unsigned last) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return errno;
    for (unsigned fd = first; fd <= last && fd < limit.rlim_cur; fd++) close((int)fd);
    // Descriptors above a limit that was lowered later may be left: reported, not hidden.
    return last == ~0u ? ENOSYS : 0;
}

static int close_between(unsigned first, unsigned last) {
    if (first > last) return 0;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, last, 0) == 0) return 0;
#endif
    return close_slowly(first, last);
}

static int close_descriptors(const vs_sys_sandbox_options *options) {
    int error = 0;
    unsigned from = 0;
    // In rising order: the two that stay, each with what lies below it closed.
    unsigned kept[2] = {(unsigned)options->socket, (unsigned)options->socket};
    if (options->keep_standard_error) kept[options->socket < STDERR_FILENO ? 1 : 0] = STDERR_FILENO;
    for (int i = 0; i < 2; i++) {
        if (kept[i] > from) keep(&error, close_between(from, kept[i] - 1));
        from = kept[i] + 1;
    }
    keep(&error, close_between(from, ~0u));
    return error;
}

// MARK: - Landlock

// The layout since ABI 6. A kernel that knows less accepts it as long as what it does not know is zero.
typedef struct {
    uint64_t files, network, scopes;
} ruleset_attributes;

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif
enum { NEWEST_KNOWN_ABI = 7 };

static int create_ruleset(const ruleset_attributes *attributes) {
    return (int)syscall(SYS_landlock_create_ruleset, attributes, sizeof *attributes, 0);
}

static uint64_t low_bits(int count) { return (UINT64_C(1) << count) - 1; }

static ruleset_attributes known_rights(int abi) {
    ruleset_attributes rights = {0};
    rights.files = low_bits(abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13);
    if (abi >= 4) rights.network = low_bits(2);
    if (abi >= 6) rights.scopes = low_bits(2);
    return rights;
}

// Adds the rights of a kernel newer than this file: bit after bit, until one is refused.
static void add_unknown_rights(ruleset_attributes *rights, uint64_t *field) {
    for (uint64_t next = *field + 1; next; next <<= 1) {
        *field |= next;
        int ruleset = create_ruleset(rights);
        if (ruleset < 0) {
            *field &= ~next;
            return;
        }
        close(ruleset);
    }
}

static int enter_landlock(vs_sys_sandbox_report *report) {
    report->landlock_abi = vs_sys_landlock_version();
    if (!report->landlock_abi) return ENOSYS;
    ruleset_attributes rights = known_rights(report->landlock_abi);
    if (report->landlock_abi > NEWEST_KNOWN_ABI) {
        add_unknown_rights(&rights, &rights.files);
        add_unknown_rights(&rights, &rights.network);
        add_unknown_rights(&rights, &rights.scopes);
    }
    int ruleset = create_ruleset(&rights);
    if (ruleset < 0) return errno;
    int error = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno;
    close(ruleset);
    if (error) return error;
    report->landlock_files = rights.files;
    report->landlock_network = rights.network;
    report->landlock_scopes = rights.scopes;
    return 0;
}

// MARK: - System call filter

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
// Not known to this file: the filter would judge by the wrong numbers, so there is none, and the report says so.
#define OUR_ARCHITECTURE 0
#endif

enum { PROGRAM_CAPACITY = 128 };

typedef struct {
    struct sock_filter code[PROGRAM_CAPACITY];
    unsigned short length;
    uint32_t refusal;
} program;

static void emit(program *p, uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false) {
    p->code[p->length++] = (struct sock_filter){code, if_true, if_false, value};
}

static void load(program *p, uint32_t offset) { emit(p, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }

static void answer(program *p, uint32_t action) { emit(p, BPF_RET | BPF_K, action, 0, 0); }

// The low half of an argument: the kernel takes descriptors, protections and flags from there. Little-endian.
static uint32_t argument(int index) {
    return (uint32_t)(offsetof(struct seccomp_data, args) + (unsigned)index * sizeof(uint64_t));
}

static void check_architecture(program *p) {
    load(p, offsetof(struct seccomp_data, arch));
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0);
    answer(p, p->refusal);
    load(p, offsetof(struct seccomp_data, nr));
}

static void allow(program *p, long number) {
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
    answer(p, SECCOMP_RET_ALLOW);
}

static void allow_on_socket(program *p, long number, int socket) {
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 4);
    load(p, argument(0));
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)socket, 0, 1);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, p->refusal);
}

static void allow_mprotect(program *p) {
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 4);
    load(p, argument(2));
    emit(p, BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, p->refusal);
}

// Fresh memory only: neither executable nor a file.
static void allow_mmap(program *p) {
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 6);
    load(p, argument(2));
    emit(p, BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0);
    load(p, argument(3));
    emit(p, BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 1);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, p->refusal);
}

static void build(program *p, int socket) {
    // glibc grows the arenas of threads other than the first with mprotect, and the worker may be forked from such a
    // one; so mprotect stays, without PROT_EXEC.
    static const long plain[] = {
        SYS_futex,  SYS_brk,           SYS_munmap,       SYS_mremap,         SYS_madvise,         SYS_clock_gettime,
        SYS_getrandom, SYS_gettimeofday, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_restart_syscall, SYS_exit,
        SYS_exit_group,
    };
    check_architecture(p);
    allow_on_socket(p, SYS_read, socket);
    allow_on_socket(p, SYS_write, socket);
    allow_mmap(p);
    allow_mprotect(p);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) allow(p, plain[i]);
    answer(p, p->refusal);
}

static bool can_kill_process(void) {
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

bool vs_sys_seccomp_available(void) { return OUR_ARCHITECTURE != 0 && can_kill_process(); }

static int enter_filter(int socket) {
    if (!OUR_ARCHITECTURE) return ENOSYS;
    // Before Linux 4.14 only the thread can be ended, which for one thread is the same.
    program p = {.refusal = can_kill_process() ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_KILL_THREAD};
    build(&p, socket);
    struct sock_fprog filter = {p.length, p.code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

// MARK: - CPU time

int64_t vs_sys_cpu_time(int pid) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return -1;
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

// MARK: - All of it

int vs_sys_sandbox_worker(const vs_sys_sandbox_options *options, vs_sys_sandbox_report *report) {
    *report = (vs_sys_sandbox_report){0};
    if (options->erase_environment) erase_environment();
    tzset();
    settle_allocator();
    report->undumpable_error = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : errno;
    report->no_new_privileges_error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
    report->descriptors_error = close_descriptors(options);
    report->landlock_error = enter_landlock(report);
    // After Landlock, which needs a descriptor; the filter last, for it forbids all of this.
    report->limits_error = set_limits(options);
    report->filter_error = options->without_filter ? VS_SYS_SANDBOX_NOT_ASKED : enter_filter(options->socket);
    bool complete = !report->undumpable_error && !report->no_new_privileges_error && !report->descriptors_error &&
                    !report->landlock_error && !report->limits_error && report->filter_error <= 0;
    return complete ? 0 : -1;
}

#else

bool vs_sys_seccomp_available(void) { return false; }

int64_t vs_sys_cpu_time(int pid) {
    (void)pid;
    return -1;
}

// Elsewhere no layer exists yet; the report says so.
int vs_sys_sandbox_worker(const vs_sys_sandbox_options *options, vs_sys_sandbox_report *report) {
    (void)options;
    *report = (vs_sys_sandbox_report){ENOSYS, ENOSYS, ENOSYS, ENOSYS, ENOSYS, ENOSYS, 0, 0, 0, 0};
    return -1;
}

#endif
