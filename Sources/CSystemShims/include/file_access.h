// Files that a script names: one step of a path at a time, so that the caller judges each folder and each link on an open
// descriptor before the next step is taken. Nothing here follows a link, and nothing opens what is no regular file.
#ifndef VS_FILE_ACCESS_H
#define VS_FILE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "pseudo_files.h"

/// What is known of an open file. `device` and `inode` say which file it is, whatever name led to it.
typedef struct {
    unsigned long long device;
    unsigned long long inode;
    unsigned long long links;
    unsigned mode;
    unsigned owner;
    unsigned group;
    long long size;
    double modified;
    vs_sys_pseudo pseudo;
} vs_sys_file_facts;

/// What is known of the open `file`; false with errno.
bool vs_sys_file_learn(int file, vs_sys_file_facts *facts);

/// The folder that a walk begins at: "/" or "."; O_PATH, close-on-exec; -1 with errno.
int vs_sys_file_start(bool at_root, vs_sys_file_facts *facts);

/// Opens `name` in `folder` without following a link (O_PATH: no right to read is needed, no device is touched).
/// `wants_folder` lets an automounter mount it; what is no folder is opened all the same. -1 with errno.
int vs_sys_file_step(int folder, const char *name, bool wants_folder, vs_sys_file_facts *facts);

/// The text of a link that `vs_sys_file_step` opened: its number of bytes, at most `size`, without a NUL; -1 with errno.
ssize_t vs_sys_file_link(int link, char *buffer, size_t size);

/// How `vs_sys_file_open` opens.
typedef enum {
    VS_SYS_FILE_READ,
    /// For a child: what is no regular file is opened too, and reading from it waits again.
    VS_SYS_FILE_READ_ANY,
    VS_SYS_FILE_WRITE,
    VS_SYS_FILE_APPEND,
    /// A new file; EEXIST where there is one.
    VS_SYS_FILE_CREATE,
} vs_sys_file_use;

/// Opens the regular file `name` in `folder`, made with `mode` (less the umask) where it is written and not there.
/// Neither a link is followed nor a pipe waited for, and nothing is cut off yet. -1 with errno: EISDIR, or ENXIO for
/// another thing that is no regular file.
int vs_sys_file_open(int folder, const char *name, vs_sys_file_use use, unsigned mode, vs_sys_file_facts *facts);

/// Reads up to `size` bytes; fewer at the end only. -1 with errno.
ssize_t vs_sys_file_read(int file, void *buffer, size_t size);

/// Writes all of `count` bytes. 0, or -1 with errno.
int vs_sys_file_write(int file, const void *bytes, size_t count);

/// Copies what is left of `from` to `to`. 0, or -1 with errno; EFBIG after `limit` bytes.
int vs_sys_file_copy(int from, int to, long long limit);

/// Makes `to` in `folder` from the finished temporary file `name`: flushed to the disk, then renamed over. 0, or -1.
int vs_sys_file_commit(int file, int folder, const char *name, const char *to);

/// Whether it is certain that nobody else has the regular file open, which was opened for writing. False also where that cannot
/// be known: a named pipe, another user's file, a file system without leases.
bool vs_sys_file_is_alone(int file);

/// Begins to list the folder `name` in `folder`; NULL with errno. To be ended with `vs_sys_file_list_end`.
void *vs_sys_file_list_begin(int folder, const char *name);

/// The next name, good until the next call; NULL at the end (`*error` 0) or on failure. `.` and `..` are passed over.
/// `*is_folder` is 1 or 0, or -1 for a link and where the file system does not say.
const char *vs_sys_file_list_next(void *list, int *is_folder, int *error);

/// Ends a list.
void vs_sys_file_list_end(void *list);

#endif
