// Runs a program as on a kernel that lacks something: OldKernel PART[,PART…] PROGRAM [ARGUMENT…]
//
// PART is memfd_secret, landlock, seccomp or terminals; its system calls then fail with ENOSYS, for the program and all it starts.
// With filter_memory seccomp(2) fails with ENOMEM, as where memory is used up.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif

static struct sock_filter code[64];
static unsigned short length;

static void emit(unsigned short kind, unsigned value, unsigned char if_true, unsigned char if_false) {
    code[length++] = (struct sock_filter){kind, if_true, if_false, value};
}

static void fail(long number, unsigned error) {
    emit(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
    emit(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error, 0, 0);
}

static void refuse(long number) { fail(number, ENOSYS); }

// prctl(PR_SET_SECCOMP) says EINVAL where filters are not built in.
static void refuse_prctl_seccomp(void) {
    emit(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 4);
    emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args), 0, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1);
    emit(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL, 0, 0);
    emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

int main(int count, char **arguments) {
    if (count < 3) return 64;
    emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    if (strstr(arguments[1], "memfd_secret")) refuse(SYS_memfd_secret);
    if (strstr(arguments[1], "landlock"))
        for (long call = SYS_landlock_create_ruleset; call < SYS_landlock_create_ruleset + 3; call++) refuse(call);
    if (strstr(arguments[1], "terminals")) refuse(SYS_fsopen);
    if (strstr(arguments[1], "filter_memory")) fail(SYS_seccomp, ENOMEM);
    if (strstr(arguments[1], "seccomp")) {
        refuse(SYS_seccomp);
        refuse_prctl_seccomp();
    }
    emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    struct sock_fprog filter = {length, code};
    // An ordinary user may filter only what can gain no privileges.
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        perror("OldKernel");
        return 70;
    }
    execv(arguments[2], arguments + 2);
    perror(arguments[2]);
    return 127;
}
