#include "pseudo_files.h"

#ifdef __linux__
#include <linux/magic.h>
#include <stdint.h>
#include <sys/vfs.h>

static vs_sys_pseudo pseudo_of(uint32_t type) {
    switch (type) {
        case PROC_SUPER_MAGIC: return VS_SYS_PSEUDO_PROC;
        case SYSFS_MAGIC:
        case CGROUP_SUPER_MAGIC:
        case CGROUP2_SUPER_MAGIC:
        case DEBUGFS_MAGIC:
        case TRACEFS_MAGIC:
        case BPF_FS_MAGIC:
        case SECURITYFS_MAGIC:
        case SELINUX_MAGIC:
        case SMACK_MAGIC:
        case RDTGROUP_SUPER_MAGIC: return VS_SYS_PSEUDO_SYS;
        default: return VS_SYS_PSEUDO_NONE;
    }
}

bool vs_sys_pseudo_learn(int file, vs_sys_pseudo *pseudo) {
    struct statfs system;
    if (fstatfs(file, &system) != 0) return false;
    *pseudo = pseudo_of((uint32_t)system.f_type);
    return true;
}

bool vs_sys_is_in_memory(int file) {
    struct statfs system;
    if (fstatfs(file, &system) != 0) return false;
    return (uint32_t)system.f_type == TMPFS_MAGIC || (uint32_t)system.f_type == RAMFS_MAGIC;
}
#else
bool vs_sys_is_in_memory(int file) {
    (void)file;
    return false;
}

bool vs_sys_pseudo_learn(int file, vs_sys_pseudo *pseudo) {
    (void)file;
    *pseudo = VS_SYS_PSEUDO_NONE;
    return true;
}
#endif
