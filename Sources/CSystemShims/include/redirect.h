// Opening the files that a script names for a child's standard streams. C, because openat2(2) has no libc function and
// because open(2) is variadic.
#ifndef VS_REDIRECT_H
#define VS_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/// Why a file was not opened, where that is not an error of the system.
typedef enum {
    VS_SYS_REDIRECT_OK = 0,
    /// See errno.
    VS_SYS_REDIRECT_ERROR,
    /// A file of /proc or /sys, or one reached through a descriptor there (/dev/stdin too): it could be this process's
    /// own, or count what this process does.
    VS_SYS_REDIRECT_OF_KERNEL,
    /// A terminal: no child gets the user's.
    VS_SYS_REDIRECT_TERMINAL,
    /// A named pipe: opening it would wait for its other end.
    VS_SYS_REDIRECT_NAMED_PIPE,
    VS_SYS_REDIRECT_DIRECTORY,
} vs_sys_redirect_refusal;

/// How a file is opened for writing.
typedef struct {
    /// Adds to what there is; otherwise it is emptied.
    bool appends;
    /// The mode of a file that is made by this; not narrowed by the creation mask of this process.
    mode_t creation_mode;
    /// Sets `creation_mode` on a file that was there, too.
    bool sets_mode;
    /// Told by `vs_sys_redirect_output`: the file was made by it.
    bool is_new;
} vs_sys_redirect_options;

/// Opens `path` for reading: a close-on-exec descriptor that the caller closes, or -1 with `refusal` set. Never waits.
int vs_sys_redirect_input(const char *path, vs_sys_redirect_refusal *refusal);

/// Opens `path` for writing and makes it where it is missing. As above. Nothing in it is changed yet.
int vs_sys_redirect_output(const char *path, vs_sys_redirect_options *options, vs_sys_redirect_refusal *refusal);

/// Empties what it opened and gives it its mode, as `options` say. 0, or -1 with errno.
int vs_sys_redirect_prepare(int file, const vs_sys_redirect_options *options);

/// Makes the new file `temporary`, mode 0600, which is to take the place of another later. As above; a file that is
/// there already is an error.
int vs_sys_redirect_temporary(const char *temporary, vs_sys_redirect_refusal *refusal);

/// Gives the file of `descriptor` the mode `mode` and the name `path`, replacing what was there. 0, or -1 with errno.
int vs_sys_redirect_commit(int descriptor, const char *temporary, const char *path, mode_t mode);

/// The permission bits of the regular file at `path`; -1 where there is none.
int vs_sys_redirect_mode(const char *path);

/// Copies the path that `path` stands for, links followed, into `real`. False where there is nothing.
bool vs_sys_redirect_real(const char *path, char *real, size_t capacity);

#endif
