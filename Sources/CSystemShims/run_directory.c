#include "run_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

static const long TMPFS = 0x01021994, RAMFS = (long)0x858458f6;

static int close_with(int descriptor, int error) {
    close(descriptor);
    errno = error;
    return -1;
}

// MARK: - Making

static bool is_in_memory(int directory) {
    struct statfs system;
    if (fstatfs(directory, &system) != 0) return false;
    return (long)system.f_type == TMPFS || (unsigned long)system.f_type == (unsigned long)RAMFS;
}

static bool is_safe(const struct stat *status, bool is_private) {
    if (is_private) return status->st_uid == geteuid() && (status->st_mode & 077) == 0;
    // Shared, as /dev/shm: nobody else may rename or remove what is ours in it.
    bool others_write = status->st_mode & 022;
    return !others_write || status->st_mode & S_ISVTX;
}

int vs_sys_memory_directory_open(const char *path, bool is_private) {
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) return -1;
    struct stat status;
    if (fstat(directory, &status) != 0) return close_with(directory, errno);
    if (!is_safe(&status, is_private)) return close_with(directory, EPERM);
    if (!is_in_memory(directory)) return close_with(directory, ENOTSUP);
    return directory;
}

int vs_sys_private_directory_make(int at, const char *name) {
    if (mkdirat(at, name, 0700) != 0) return -1;
    int directory = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) return -1;
    struct stat status;
    // A strange umask may have taken from the mode; a default ACL may have added to it.
    if (fchmod(directory, 0700) != 0 || fstat(directory, &status) != 0) return close_with(directory, errno);
    if (status.st_uid != geteuid()) return close_with(directory, EPERM);
    return directory;
}

static int fill(int file, const char *bytes, size_t count) {
    if (fchmod(file, 0600) != 0) return -1;
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

int vs_sys_private_file_write(int at, const char *name, const void *bytes, size_t count) {
    int file = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return -1;
    if (fill(file, bytes, count) == 0) return file;
    int error = errno;
    unlinkat(at, name, 0);
    return close_with(file, error);
}

void vs_sys_private_file_end(int file) {
    // Whoever has a link to it has an empty file. That fails where there is nothing to empty.
    (void)!ftruncate(file, 0);
    close(file);
}

// MARK: - Whose it is

bool vs_sys_run_directory_claim(int directory) { return flock(directory, LOCK_EX | LOCK_NB) == 0; }

static bool is_run_directory(const char *name) {
    static const char prefix[] = "vaultscript-";
    const size_t length = sizeof prefix - 1;
    return strncmp(name, prefix, length) == 0 && strlen(name) == length + 32 &&
           strspn(name + length, "0123456789abcdef") == 32;
}

// Old enough to have been claimed, of this user, and nobody's.
static bool is_left_behind(int at, const char *name) {
    int directory = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) return false;
    struct stat status;
    bool is_left = fstat(directory, &status) == 0 && status.st_uid == geteuid() &&
                   time(NULL) - status.st_ctime > 10 && flock(directory, LOCK_EX | LOCK_NB) == 0;
    close(directory);
    return is_left;
}

void vs_sys_run_directories_sweep(int at) {
    int folder = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    DIR *entries = fdopendir(folder);
    if (!entries) {
        close(folder);
        return;
    }
    for (struct dirent *entry; (entry = readdir(entries));)
        if (is_run_directory(entry->d_name) && is_left_behind(at, entry->d_name))
            vs_sys_remove_tree(at, entry->d_name);
    closedir(entries);
}

int vs_sys_random(void *bytes, size_t count) {
    return getrandom(bytes, count, 0) == (ssize_t)count ? 0 : -1;
}

// MARK: - Removing

static int remove_entries(int directory);

static int remove_directory(int at, const char *name) {
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int directory = openat(at, name, flags);
    // A child may have taken the rights from its own directory.
    if (directory < 0 && errno == EACCES && fchmodat(at, name, 0700, 0) == 0) directory = openat(at, name, flags);
    if (directory < 0) return -1;
    if (remove_entries(directory) != 0) return -1;
    return unlinkat(at, name, AT_REMOVEDIR);
}

// Takes `directory` over. The list is read again after each removal: readdir promises nothing about a changed one.
static int remove_entries(int directory) {
    DIR *entries = fdopendir(directory);
    if (!entries) return close_with(directory, errno);
    int status = 0;
    for (struct dirent *entry; status == 0 && (entry = readdir(entries));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        status = vs_sys_remove_tree(dirfd(entries), entry->d_name);
        if (status == 0) rewinddir(entries);
    }
    int error = errno;
    closedir(entries);
    errno = error;
    return status;
}

int vs_sys_remove_tree(int at, const char *name) {
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT) return 0;
    if (errno != EISDIR && errno != EPERM) return -1;
    return remove_directory(at, name);
}
