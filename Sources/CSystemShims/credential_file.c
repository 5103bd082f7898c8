#include "credential_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pseudo_files.h"

static vs_sys_credentials failed(vs_sys_credentials_result result) {
    return (vs_sys_credentials){.result = result, .error = errno};
}

static long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Waits until a read answers at once; false when `end` has come before.
static bool wait_until_readable(int file, long end) {
    struct pollfd waiting = {.fd = file, .events = POLLIN};
    for (;;) {
        long left = end - milliseconds();
        if (left <= 0) return false;
        int count = poll(&waiting, 1, (int)left);
        if (count > 0 || (count < 0 && errno != EINTR)) return true;
    }
}

// Takes `wait` milliseconds at most; 0 for a regular file, which never waits.
static vs_sys_credentials read_all(int file, void *buffer, size_t size, int wait) {
    vs_sys_credentials found = {.result = VS_SYS_CREDENTIALS_OK};
    long end = milliseconds() + wait;
    while (found.count < size) {
        if (wait > 0 && !wait_until_readable(file, end)) {
            found.result = VS_SYS_CREDENTIALS_LATE;
            return found;
        }
        ssize_t count = read(file, (char *)buffer + found.count, size - found.count);
        if (count < 0 && (errno == EINTR || (errno == EAGAIN && wait > 0))) continue;
        if (count < 0) return failed(VS_SYS_CREDENTIALS_UNREADABLE);
        if (count == 0) return found;
        found.count += (size_t)count;
    }
    found.result = VS_SYS_CREDENTIALS_TOO_LARGE;
    return found;
}

// A root-owned file that this user cannot write: what mounts of secrets look like. Their folders belong to root too,
// so the links in them are root's.
static bool is_mounted_secret(const struct stat *info) {
    if (info->st_uid != 0 || geteuid() == 0) return false;
    if (info->st_mode & S_IWOTH) return false;
    return !(info->st_mode & S_IWGRP) || info->st_gid == 0;
}

// Files of the kernel's own look like root's; among them is the environment that this process was started with.
static bool is_kernel_file(int file) {
    vs_sys_pseudo pseudo;
    return !vs_sys_pseudo_learn(file, &pseudo) || pseudo != VS_SYS_PSEUDO_NONE;
}

static vs_sys_credentials_result judge(const struct stat *info, bool through_link) {
    if (!S_ISREG(info->st_mode)) return VS_SYS_CREDENTIALS_NOT_REGULAR;
    if (is_mounted_secret(info)) return VS_SYS_CREDENTIALS_OK;
    if (info->st_uid != geteuid()) return VS_SYS_CREDENTIALS_OTHER_OWNER;
    if (info->st_mode & (S_IRWXG | S_IRWXO | S_IXUSR)) return VS_SYS_CREDENTIALS_OPEN_MODE;
    return through_link && geteuid() != 0 ? VS_SYS_CREDENTIALS_NOT_REGULAR : VS_SYS_CREDENTIALS_OK;
}

// Opens and judges the file at `path`. -1 where it is not used; `found` says why.
static int open_judged(const char *path, struct stat *info, bool *through_link, vs_sys_credentials *found) {
    // The link is followed only when the file behind it turns out to be root's own, or for root itself.
    *through_link = false;
    *info = (struct stat){0};
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (file < 0 && errno == ELOOP) {
        *through_link = true;
        file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }
    if (file < 0 || fstat(file, info) != 0) {
        *found = failed(VS_SYS_CREDENTIALS_UNREADABLE);
    } else {
        *found = (vs_sys_credentials){.result = judge(info, *through_link)};
        if (found->result == VS_SYS_CREDENTIALS_OK && is_kernel_file(file)) {
            found->result = VS_SYS_CREDENTIALS_NOT_REGULAR;
        }
    }
    if (found->result == VS_SYS_CREDENTIALS_OK) return file;
    if (file >= 0) close(file);
    return -1;
}

static vs_sys_credentials described(vs_sys_credentials found, const struct stat *info) {
    found.mode = info->st_mode & 07777;
    found.owner = info->st_uid;
    found.device = info->st_dev;
    found.inode = info->st_ino;
    return found;
}

vs_sys_credentials vs_sys_credentials_read(const char *path, void *buffer, size_t size) {
    bool through_link;
    struct stat info;
    vs_sys_credentials found;
    int file = open_judged(path, &info, &through_link, &found);
    if (file >= 0) {
        found = read_all(file, buffer, size, 0);
        close(file);
    }
    return described(found, &info);
}

static vs_sys_credentials remove_checked(const char *path, const struct stat *info, bool through_link) {
    // A link is a name for a file of somebody else's making, and a mounted file comes back.
    if (through_link) return failed(VS_SYS_CREDENTIALS_NOT_REGULAR);
    if (info->st_uid != geteuid()) return failed(VS_SYS_CREDENTIALS_OTHER_OWNER);
    struct stat now;
    if (lstat(path, &now) != 0) return failed(VS_SYS_CREDENTIALS_UNREADABLE);
    if (now.st_dev != info->st_dev || now.st_ino != info->st_ino) {
        errno = ESTALE;
        return failed(VS_SYS_CREDENTIALS_UNREADABLE);
    }
    if (unlink(path) != 0) return failed(VS_SYS_CREDENTIALS_UNREADABLE);
    return (vs_sys_credentials){.result = VS_SYS_CREDENTIALS_OK};
}

vs_sys_credentials vs_sys_credentials_remove(const char *path) {
    bool through_link;
    struct stat info;
    vs_sys_credentials found;
    int file = open_judged(path, &info, &through_link, &found);
    if (file >= 0) {
        found = remove_checked(path, &info, through_link);
        close(file);
    }
    return described(found, &info);
}

vs_sys_credentials vs_sys_credentials_read_descriptor(int descriptor, void *buffer, size_t size, int wait) {
    struct stat info;
    if (fstat(descriptor, &info) != 0) return failed(VS_SYS_CREDENTIALS_UNREADABLE);
    if (S_ISDIR(info.st_mode)) return failed(VS_SYS_CREDENTIALS_NOT_REGULAR);
    return read_all(descriptor, buffer, size, wait);
}
