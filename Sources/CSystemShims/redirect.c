#include "redirect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pseudo_files.h"

// Without the links of /proc, which lead to descriptors of this process. Linux before 5.6 opens them, and the look at
// the file system finds what lies in /proc itself.
static int open_plain(const char *path, int flags, mode_t mode) {
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK),
        .mode = mode,
        .resolve = RESOLVE_NO_MAGICLINKS,
    };
    int file = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    return file >= 0 || errno != ENOSYS ? file : open(path, (int)how.flags, mode);
}

static vs_sys_redirect_refusal why_not(const char *path) {
    int error = errno;
    if (error == EISDIR) return VS_SYS_REDIRECT_DIRECTORY;
    // Links of /proc are refused with ELOOP, as too many others are: the second look tells.
    struct stat status;
    if (error == ELOOP && stat(path, &status) == 0) return VS_SYS_REDIRECT_OF_KERNEL;
    errno = error;
    return VS_SYS_REDIRECT_ERROR;
}

static vs_sys_redirect_refusal look_at(int file, bool reads) {
    struct stat status;
    vs_sys_pseudo pseudo;
    if (fstat(file, &status) != 0 || !vs_sys_pseudo_learn(file, &pseudo)) return VS_SYS_REDIRECT_ERROR;
    if (pseudo != VS_SYS_PSEUDO_NONE) return VS_SYS_REDIRECT_OF_KERNEL;
    if (S_ISDIR(status.st_mode)) return VS_SYS_REDIRECT_DIRECTORY;
    if (S_ISCHR(status.st_mode) && isatty(file)) return VS_SYS_REDIRECT_TERMINAL;
    if (S_ISFIFO(status.st_mode) && reads) return VS_SYS_REDIRECT_NAMED_PIPE;
    return VS_SYS_REDIRECT_OK;
}

// Gives the child a descriptor that waits, as programs expect.
static int make_waiting(int file) {
    int flags = fcntl(file, F_GETFL);
    return flags < 0 ? -1 : fcntl(file, F_SETFL, flags & ~O_NONBLOCK);
}

static int refuse(int file, vs_sys_redirect_refusal why, vs_sys_redirect_refusal *refusal) {
    int error = errno;
    close(file);
    errno = error;
    *refusal = why;
    return -1;
}

int vs_sys_redirect_input(const char *path, vs_sys_redirect_refusal *refusal) {
    int file = open_plain(path, O_RDONLY, 0);
    if (file < 0) {
        *refusal = why_not(path);
        return -1;
    }
    *refusal = look_at(file, true);
    if (*refusal == VS_SYS_REDIRECT_OK && make_waiting(file) != 0) *refusal = VS_SYS_REDIRECT_ERROR;
    return *refusal == VS_SYS_REDIRECT_OK ? file : refuse(file, *refusal, refusal);
}

int vs_sys_redirect_output(const char *path, vs_sys_redirect_options *options, vs_sys_redirect_refusal *refusal) {
    int way = O_WRONLY | (options->appends ? O_APPEND : 0);
    options->is_new = true;
    // Narrow at first: nobody else can open it before it has its mode.
    int file = open_plain(path, way | O_CREAT | O_EXCL, 0600);
    if (file < 0 && errno == EEXIST) {
        options->is_new = false;
        // O_CREAT follows a link that leads nowhere yet.
        file = open_plain(path, way | O_CREAT, 0600);
    }
    if (file < 0) {
        *refusal = why_not(path);
        return -1;
    }
    *refusal = look_at(file, false);
    return *refusal == VS_SYS_REDIRECT_OK ? file : refuse(file, *refusal, refusal);
}

int vs_sys_redirect_prepare(int file, const vs_sys_redirect_options *options) {
    struct stat status;
    if (fstat(file, &status) != 0) return -1;
    // A device keeps its mode, whatever is asked.
    if (!S_ISREG(status.st_mode)) return make_waiting(file);
    if ((options->is_new || options->sets_mode) && fchmod(file, options->creation_mode) != 0) return -1;
    if (!options->is_new && !options->appends && ftruncate(file, 0) != 0) return -1;
    return make_waiting(file);
}

int vs_sys_redirect_temporary(const char *temporary, vs_sys_redirect_refusal *refusal) {
    int file = open_plain(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (file < 0) {
        *refusal = why_not(temporary);
        return -1;
    }
    *refusal = look_at(file, false);
    if (*refusal == VS_SYS_REDIRECT_OK && make_waiting(file) != 0) *refusal = VS_SYS_REDIRECT_ERROR;
    if (*refusal == VS_SYS_REDIRECT_OK) return file;
    unlink(temporary);
    return refuse(file, *refusal, refusal);
}

int vs_sys_redirect_commit(int descriptor, const char *temporary, const char *path, mode_t mode) {
    return fchmod(descriptor, mode) == 0 ? rename(temporary, path) : -1;
}

int vs_sys_redirect_mode(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) ? (int)(status.st_mode & 07777) : -1;
}

bool vs_sys_redirect_real(const char *path, char *real, size_t capacity) {
    char *found = realpath(path, NULL);
    if (!found) return false;
    bool fits = strlen(found) < capacity;
    if (fits) strcpy(real, found);
    free(found);
    return fits;
}
