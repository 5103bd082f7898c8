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

/// Makes a new file of mode 0600 in `at` with `count` bytes, which may lie in secret pages; it takes up `room` bytes of
/// the file system at least. Its descriptor, for
/// `vs_sys_private_file_end`, or -1 with errno; then nothing is left of it.
int vs_sys_private_file_write(int at, const char *name, const void *bytes, size_t count, size_t room);

/// Empties the file and closes it, wherever it has been moved or linked to meanwhile.
void vs_sys_private_file_end(int file);

/// Marks a run directory as in use for as long as the descriptor, or a copy of it, is open. False where it is another's.
bool vs_sys_run_directory_claim(int directory);

/// Removes the run directories in `at` that this user's dead runs have left: named `vaultscript-` and 32 hexadecimal
/// digits, older than ten seconds, claimed by nobody. Why: keeper and host may have been killed together.
void vs_sys_run_directories_sweep(int at);

/// Which directory it is, whatever name leads to it.
typedef struct {
    unsigned long long device;
    unsigned long long inode;
} vs_sys_directory;

/// Which directory the open `directory` is; false with errno.
bool vs_sys_directory_learn(int directory, vs_sys_directory *which);

/// Removes the directory `made` by its name in `at`, with all below it. What else bears that name by now is left alone
/// (ESTALE): a program may have moved a directory of the user's there. Links are removed, not followed, and nothing that
/// is mounted below is entered (EXDEV). Of any depth; what cannot be removed does not keep the rest. 0, or -1 with errno;
/// ENOENT is no error: it has been moved away or removed.
int vs_sys_remove_directory(int at, const char *name, const vs_sys_directory *made);

/// Removes one file, link or empty directory; nothing below it. 0, or -1 with errno; ENOENT is no error.
int vs_sys_remove_single(const char *path);

/// Fills `bytes` from the kernel's random source. 0, or -1 with errno.
int vs_sys_random(void *bytes, size_t count);

#endif
