// Memory for secret values: pages that no core dump, debugger or swap holds, and a small allocator on them.
#ifndef VS_SECRET_PAGES_H
#define VS_SECRET_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/// How the pages of this process are protected. The best kind the kernel has is used for all of them.
typedef enum {
    /// memfd_secret(2): not readable through /proc/PID/mem, ptrace or a core dump, root included.
    VS_SYS_PAGES_MEMFD_SECRET = 1,
    /// mmap + mlock + MADV_DONTDUMP: not swapped, not in a core dump, readable by a debugger.
    VS_SYS_PAGES_LOCKED = 2,
} vs_sys_pages_kind;

/// The limit on all secret memory of the process (architecture, invariant 6): below the usual RLIMIT_MEMLOCK of 8 MiB.
#define VS_SYS_SECRET_LIMIT_BYTES 6291456

/// Gives `size` zeroed bytes of secret memory, aligned to 16; NULL with errno ENOMEM (the limit above), EAGAIN or
/// EPERM (RLIMIT_MEMLOCK) where there are none. The caller owns them until `vs_sys_secret_free`. Thread-safe.
void *vs_sys_secret_alloc(size_t size);

/// Wipes and returns what `vs_sys_secret_alloc(size)` gave; `size` is the same number. NULL is ignored. Thread-safe.
void vs_sys_secret_free(void *bytes, size_t size);

/// Bytes of secret pages mapped now, guard pages not counted.
size_t vs_sys_secret_mapped_bytes(void);

/// The kind of page that an allocation gets, found out by asking the kernel once.
vs_sys_pages_kind vs_sys_secret_pages_kind(void);

/// Overwrites `size` bytes so that no optimiser drops it (explicit_bzero).
void vs_sys_wipe(void *bytes, size_t size);

/// Compares `size` bytes without a branch on their content. True if equal.
bool vs_sys_equal_constant_time(const void *a, const void *b, size_t size);

#endif
