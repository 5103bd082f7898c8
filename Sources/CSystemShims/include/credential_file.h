// Opening files that hold credentials: the checks are made on the open descriptor, so that what was checked is what is
// read.
#ifndef VS_CREDENTIAL_FILE_H
#define VS_CREDENTIAL_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum {
    VS_SYS_CREDENTIALS_OK = 0,
    /// It cannot be opened or read; errno says why.
    VS_SYS_CREDENTIALS_UNREADABLE = 1,
    /// It is no regular file, or a link that an ordinary user could have placed.
    VS_SYS_CREDENTIALS_NOT_REGULAR = 2,
    /// It belongs to another user, and not to root in a place that this user cannot change.
    VS_SYS_CREDENTIALS_OTHER_OWNER = 3,
    /// Its mode lets others read or change it.
    VS_SYS_CREDENTIALS_OPEN_MODE = 4,
    /// It is larger than the room given, which is full.
    VS_SYS_CREDENTIALS_TOO_LARGE = 5,
    /// It has not come to its end in time.
    VS_SYS_CREDENTIALS_LATE = 6,
} vs_sys_credentials_result;

/// What was found; `mode` and `owner` are for the message.
typedef struct {
    vs_sys_credentials_result result;
    int error;
    unsigned mode;
    unsigned owner;
    /// Which file it was that was opened by its path.
    uint64_t device, inode;
    size_t count;
} vs_sys_credentials;

/// Reads the credentials file at `path` into `buffer`: a regular file of this user with mode 0600 or 0400, or a
/// root-owned one that this user cannot write, links to it included (Kubernetes, Docker and systemd mounts).
vs_sys_credentials vs_sys_credentials_read(const char *path, void *buffer, size_t size);

/// Removes the file at `path` after the same checks, where it is this user's own and no link, and the path still names
/// the file that was looked at. In a folder that others can change somebody may come in between: the caller looks at
/// the folder, and holds its lock.
vs_sys_credentials vs_sys_credentials_remove(const char *path);

/// The same as reading by a path for an open descriptor, which the user vouches for: only its size and kind are
/// checked. Reads to the end, and waits for that `wait` milliseconds at most; with 0, for a regular file, it never waits.
vs_sys_credentials vs_sys_credentials_read_descriptor(int descriptor, void *buffer, size_t size, int wait);

#endif
