#include "run_directory.h"

#include "pseudo_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int close_with(int descriptor, int error) {
    close(descriptor);
    errno = error;
    return -1;
}

// MARK: - Making

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
    if (!vs_sys_is_in_memory(directory)) return close_with(directory, ENOTSUP);
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

static int make_room(int file, size_t room) {
#ifdef __linux__
    // What has no such room to give (ramfs) has no bound either.
    while (room > 0 && fallocate(file, FALLOC_FL_KEEP_SIZE, 0, (off_t)room) != 0) {
        if (errno == EOPNOTSUPP) break;
        if (errno != EINTR) return -1;
    }
#else
    (void)file, (void)room;
#endif
    return 0;
}

int vs_sys_private_file_write(int at, const char *name, const void *bytes, size_t count, size_t room) {
    int file = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return -1;
    if (make_room(file, room) == 0 && fill(file, bytes, count) == 0) return file;
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

// Old enough to have been claimed, of this user, and nobody's; then `which` says which directory it is.
static bool is_left_behind(int at, const char *name, vs_sys_directory *which) {
    int directory = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) return false;
    struct stat status;
    bool is_left = fstat(directory, &status) == 0 && status.st_uid == geteuid() &&
                   time(NULL) - status.st_ctime > 10 && flock(directory, LOCK_EX | LOCK_NB) == 0 &&
                   vs_sys_directory_learn(directory, which);
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
    vs_sys_directory left;
    for (struct dirent *entry; (entry = readdir(entries));)
        if (is_run_directory(entry->d_name) && is_left_behind(at, entry->d_name, &left))
            vs_sys_remove_directory(at, entry->d_name, &left);
    closedir(entries);
}

int vs_sys_random(void *bytes, size_t count) {
    return getrandom(bytes, count, 0) == (ssize_t)count ? 0 : -1;
}

// MARK: - Removing

bool vs_sys_directory_learn(int directory, vs_sys_directory *which) {
    struct stat status;
    if (fstat(directory, &status) != 0) return false;
    *which = (vs_sys_directory){.device = status.st_dev, .inode = status.st_ino};
    return true;
}

// The directory that `name` stands for in `at`, never one that is mounted there: a bind mount of the user's home, or a
// machine far away. Linux before 5.6, and sandboxes that do not know openat2, tell mounts of other file systems only.
static int step_into(int at, const char *name) {
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct open_how how = {.flags = (uint64_t)flags, .resolve = RESOLVE_NO_XDEV};
    int directory = (int)syscall(SYS_openat2, at, name, &how, sizeof how);
    if (directory >= 0 || (errno != ENOSYS && errno != EPERM)) return directory;
    struct stat above, below;
    directory = openat(at, name, flags);
    if (directory < 0) return -1;
    if (fstat(at, &above) != 0 || fstat(directory, &below) != 0) return close_with(directory, errno);
    return above.st_dev == below.st_dev ? directory : close_with(directory, EXDEV);
}

// A child may have taken the rights from its own directory. By number: a name could be a link by now.
static void take_rights(int directory) {
    char itself[64];
    snprintf(itself, sizeof itself, "/proc/self/fd/%d", directory);
    chmod(itself, 0700);
}

// Takes `directory` over and gives a descriptor that lists it.
static int open_list(int directory) {
    take_rights(directory);
    int list = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = errno;
    close(directory);
    errno = error;
    return list;
}

// What lies below a directory of the top is moved up and removed there: no tree is too deep for the stack, for descriptors,
// or for the length of a path.
typedef struct {
    int top;
    unsigned long long moved;
    // When it is given up: whoever is left may make entries as fast as they are removed.
    time_t until;
} tree;

static time_t seconds_now(void) {
    struct timespec now;
    return clock_gettime(CLOCK_MONOTONIC, &now) == 0 ? now.tv_sec : 0;
}

static bool is_late(const tree *all) { return seconds_now() > all->until; }

static int remove_entries(tree *all, int directory);

static int move_up(tree *all, int at, const char *name) {
    int directory = step_into(at, name);
    if (directory < 0) return errno == ENOENT ? 0 : -1;
    // Its entry ".." is changed.
    take_rights(directory);
    close(directory);
    for (;; all->moved++) {
        char place[32];
        snprintf(place, sizeof place, "%llu", all->moved);
        if (renameat(at, name, all->top, place) == 0) break;
        if (errno == ENOENT) return 0;
        // The number is the name of something else.
        if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR) return -1;
    }
    all->moved++;
    return 0;
}

static int remove_in_top(tree *all, const char *name) {
    int directory = step_into(all->top, name);
    if (directory < 0) return errno == ENOENT ? 0 : -1;
    int list = open_list(directory);
    if (list < 0 || remove_entries(all, list) != 0) return -1;
    return unlinkat(all->top, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

static int remove_entry(tree *all, int at, const char *name) {
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT) return 0;
    if (errno != EISDIR && errno != EPERM) return -1;
    if (unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
    if (errno != ENOTEMPTY && errno != EEXIST) return -1;
    return at == all->top ? remove_in_top(all, name) : move_up(all, at, name);
}

// Takes `directory` over. The list is read until nothing of it is removed any more: readdir promises nothing about a changed
// one. What cannot be removed does not keep the rest.
static int remove_entries(tree *all, int directory) {
    DIR *entries = fdopendir(directory);
    if (!entries) return close_with(directory, errno);
    int error;
    bool goes_on;
    do {
        unsigned long long moved = all->moved;
        error = 0;
        goes_on = false;
        for (struct dirent *entry; (entry = readdir(entries)) && !is_late(all);) {
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
            if (remove_entry(all, dirfd(entries), entry->d_name) == 0)
                goes_on = true;
            else
                error = errno;
        }
        goes_on = goes_on || all->moved != moved;
        if (is_late(all)) {
            error = ENOTEMPTY;
            goes_on = false;
        }
        rewinddir(entries);
    } while (goes_on);
    closedir(entries);
    errno = error;
    return error ? -1 : 0;
}

int vs_sys_remove_directory(int at, const char *name, const vs_sys_directory *made) {
    int directory = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) {
        if (errno == ENOENT) return 0;
        if (errno == ENOTDIR || errno == ELOOP) errno = ESTALE;
        return -1;
    }
    vs_sys_directory found;
    if (!vs_sys_directory_learn(directory, &found)) return close_with(directory, errno);
    if (found.device != made->device || found.inode != made->inode) return close_with(directory, ESTALE);
    int list = open_list(directory);
    tree all = {.top = list, .until = seconds_now() + 10};
    if (list < 0 || remove_entries(&all, list) != 0) return -1;
    return unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

int vs_sys_remove_single(const char *path) {
    if (unlink(path) == 0 || errno == ENOENT) return 0;
    if (errno != EISDIR && errno != EPERM) return -1;
    return rmdir(path);
}
