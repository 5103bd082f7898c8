// Files that are no files, as the kernel makes them up when they are read, and files in memory. C, because statfs(2) tells them by magic numbers.
#ifndef VS_PSEUDO_FILES_H
#define VS_PSEUDO_FILES_H

#include <stdbool.h>

/// Which of the kernel's pseudo file systems a file lies on.
typedef enum {
    VS_SYS_PSEUDO_NONE = 0,
    /// procfs.
    VS_SYS_PSEUDO_PROC,
    /// sysfs, or one of those that are mounted below it: control groups, tracefs, debugfs, bpf …
    VS_SYS_PSEUDO_SYS,
} vs_sys_pseudo;

/// Tells by the file system of the open `file`, whatever path led to it. False with errno.
bool vs_sys_pseudo_learn(int file, vs_sys_pseudo *pseudo);

/// Whether the open `file` lies in memory (tmpfs, ramfs), where a change through a mapping may leave its times as they were.
///
/// False where that cannot be told.
bool vs_sys_is_in_memory(int file);

#endif
