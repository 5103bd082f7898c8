// Files for children in memory only: directories and files of a tmpfs, made and removed by descriptor.
#ifndef VS_RUN_DIRECTORY_H
#define VS_RUN_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

/// Opens a directory below which secrets may be written; close-on-exec; -1 with errno. ENOTSUP: not in memory (neither
/// tmpfs nor ramfs). EPERM: with `is_private`, not of this user or open to others; without, others could rename in it.
int vs_sys_memory_directory_open(const char *path, bool is_private);

/// Makes a new directory of mode 0700 in `at` and opens it; -1 with errno (EEXIST: the name is taken, whatever it is).
int vs_sys_private_directory_make(int at, const char *name);

/// Makes a new file of mode 0600 in `at` with `count` bytes, which may lie in secret pages. 0, or -1 with errno; then
/// nothing is left of it.
int vs_sys_private_file_write(int at, const char *name, const void *bytes, size_t count);

/// Removes `name` in `at` with all below it; links are removed, not followed. 0, or -1 with errno; ENOENT is no error.
int vs_sys_remove_tree(int at, const char *name);

/// Fills `bytes` from the kernel's random source. 0, or -1 with errno.
int vs_sys_random(void *bytes, size_t count);

#endif
