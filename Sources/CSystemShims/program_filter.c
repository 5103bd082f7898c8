// What a program of a run may not ask of the kernel.
#include "program_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel knows them since Linux 4.17; without it a filter costs some processors their speculation.
#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

// A limit that there is none of: the answer to it says whether a process is marked.
#define QUESTION 0x7673686fu

// The number of prlimit64 by the kind of a program: 32-bit ones have numbers of their own.
#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#define NATIVE_PRLIMIT 302
// Without the bit that marks the calls of x32.
#define NUMBER_BITS 0xbfffffffu
#define COMPATIBLE AUDIT_ARCH_I386
#define COMPATIBLE_PRLIMIT 340
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#define NATIVE_PRLIMIT 261
#define NUMBER_BITS 0xffffffffu
#define COMPATIBLE AUDIT_ARCH_ARM
#define COMPATIBLE_PRLIMIT 369
#endif

#ifdef NATIVE

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define EQUAL(value, if_true, if_false) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (if_true), (if_false))

// Little-endian: the low half of an argument comes first. Of the process number the kernel takes that alone.
static struct sock_filter code[] = {
    LOAD(arch),
    EQUAL(NATIVE, 1, 0),
    EQUAL(COMPATIBLE, 3, 13),
    LOAD(nr),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, NUMBER_BITS),
    EQUAL(NATIVE_PRLIMIT, 2, 10),
    LOAD(nr),
    EQUAL(COMPATIBLE_PRLIMIT, 0, 8),
    LOAD(args[1]),
    EQUAL(QUESTION, 0, 0),
    LOAD(args[0]),
    // Its own.
    EQUAL(0, 4, 0),
    LOAD(args[2]),
    EQUAL(0, 0, 3),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]) + 4),
    // Nothing is set.
    EQUAL(0, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    // No filter that a program adds can make less of this.
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
};

enum { QUESTION_PLACE = 9, TRAP_PLACE = sizeof code / sizeof code[0] - 1 };

void vs_sys_mark_programs(void) { code[QUESTION_PLACE].jt = TRAP_PLACE - QUESTION_PLACE - 1; }

int vs_sys_filter_program(void) {
    struct sock_fprog filter = {sizeof code / sizeof code[0], code};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter) == 0) return 0;
    return errno == EINVAL ? (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0UL, &filter) : -1;
}

static volatile sig_atomic_t is_trapped;
// What a signal does is the process's: one thread asks at a time.
static pthread_mutex_t asking = PTHREAD_MUTEX_INITIALIZER;

static void note_trap(int signal) {
    (void)signal;
    is_trapped = 1;
}

bool vs_sys_is_marked_program(void) {
    struct sigaction action = {.sa_handler = note_trap}, before;
    sigset_t trap, mask;
    sigemptyset(&trap);
    sigaddset(&trap, SIGSYS);
    pthread_mutex_lock(&asking);
    is_trapped = 0;
    bool is_marked = true;
    if (sigaction(SIGSYS, &action, &before) == 0) {
        // A signal that is blocked or ignored would end the process.
        pthread_sigmask(SIG_UNBLOCK, &trap, &mask);
        syscall(NATIVE_PRLIMIT, 0, QUESTION, NULL, NULL);
        pthread_sigmask(SIG_SETMASK, &mask, NULL);
        sigaction(SIGSYS, &before, NULL);
        is_marked = is_trapped;
    }
    pthread_mutex_unlock(&asking);
    return is_marked;
}

#else

int vs_sys_filter_program(void) {
    errno = ENOSYS;
    return -1;
}

void vs_sys_mark_programs(void) {}

bool vs_sys_is_marked_program(void) { return false; }

#endif
