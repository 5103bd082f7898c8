#include "file_access.h"
#include "secret_pages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int close_with(int descriptor, int error) {
    close(descriptor);
    errno = error;
    return -1;
}

bool vs_sys_file_learn(int file, vs_sys_file_facts *facts) {
    struct stat info;
    vs_sys_pseudo pseudo;
    if (fstat(file, &info) != 0 || !vs_sys_pseudo_learn(file, &pseudo)) return false;
    *facts = (vs_sys_file_facts){
        .device = info.st_dev,
        .inode = info.st_ino,
        .links = info.st_nlink,
        .mode = info.st_mode,
        .owner = info.st_uid,
        .group = info.st_gid,
        .size = info.st_size,
        .modified = (double)info.st_mtim.tv_sec + (double)info.st_mtim.tv_nsec / 1e9,
        .pseudo = pseudo,
    };
    return true;
}

// Takes the descriptor over when it fails.
static int learn(int file, vs_sys_file_facts *facts) {
    return vs_sys_file_learn(file, facts) ? file : close_with(file, errno);
}

int vs_sys_file_start(bool at_root, vs_sys_file_facts *facts) {
    int folder = open(at_root ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return folder < 0 ? -1 : learn(folder, facts);
}

int vs_sys_file_step(int folder, const char *name, bool wants_folder, vs_sys_file_facts *facts) {
    const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    int file = openat(folder, name, wants_folder ? flags | O_DIRECTORY : flags);
    if (file < 0 && wants_folder && errno == ENOTDIR) file = openat(folder, name, flags);
    return file < 0 ? -1 : learn(file, facts);
}

ssize_t vs_sys_file_link(int link, char *buffer, size_t size) { return readlinkat(link, "", buffer, size); }

static int flags_of(vs_sys_file_use use) {
    switch (use) {
        case VS_SYS_FILE_READ:
        case VS_SYS_FILE_READ_ANY: return O_RDONLY;
        // Not O_TRUNC: which file it is gets judged first.
        case VS_SYS_FILE_WRITE: return O_WRONLY | O_CREAT;
        case VS_SYS_FILE_APPEND: return O_WRONLY | O_CREAT | O_APPEND;
        case VS_SYS_FILE_CREATE: return O_WRONLY | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

int vs_sys_file_open(int folder, const char *name, vs_sys_file_use use, unsigned mode, vs_sys_file_facts *facts) {
    int flags = flags_of(use) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int file = openat(folder, name, flags, (mode_t)mode);
    if (file < 0) return -1;
    if (learn(file, facts) < 0) return -1;
    if (use == VS_SYS_FILE_READ_ANY) return fcntl(file, F_SETFL, 0) == 0 ? file : close_with(file, errno);
    if (S_ISDIR(facts->mode)) return close_with(file, EISDIR);
    if (!S_ISREG(facts->mode)) return close_with(file, ENXIO);
    return file;
}

// MARK: - Bytes

ssize_t vs_sys_file_read(int file, void *buffer, size_t size) {
    size_t filled = 0;
    while (filled < size) {
        ssize_t count = read(file, (char *)buffer + filled, size - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        filled += (size_t)count;
    }
    return (ssize_t)filled;
}

int vs_sys_file_write(int file, const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t written = write(file, next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return -1;
        next += written;
        count -= (size_t)written;
    }
    return 0;
}

static int copy(int from, int to, long long limit, char *room, size_t size) {
    long long copied = 0;
    for (;;) {
        ssize_t count = vs_sys_file_read(from, room, size);
        if (count <= 0) return (int)count;
        copied += count;
        if (copied > limit) {
            errno = EFBIG;
            return -1;
        }
        if (vs_sys_file_write(to, room, (size_t)count) != 0) return -1;
    }
}

int vs_sys_file_copy(int from, int to, long long limit) {
    char room[1 << 16];
    int result = copy(from, to, limit, room, sizeof room);
    // It may have held a secret.
    vs_sys_wipe(room, sizeof room);
    return result;
}

int vs_sys_file_commit(int file, int folder, const char *name, const char *to) {
    if (fsync(file) != 0 || renameat(folder, name, folder, to) != 0) return -1;
    // The rename itself is on the disk once the folder is. A file system that cannot do this has done what it can.
    int opened = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened >= 0) {
        fsync(opened);
        close(opened);
    }
    return 0;
}

// The kernel gives a lease for writing only to whoever alone has the file open. Should it be broken meanwhile, the signal is
// one that does nothing.
bool vs_sys_file_is_alone(int file) {
    if (fcntl(file, F_SETSIG, SIGURG) != 0) return false;
    bool is_alone = fcntl(file, F_SETLEASE, F_WRLCK) == 0;
    if (is_alone) fcntl(file, F_SETLEASE, F_UNLCK);
    fcntl(file, F_SETSIG, 0);
    return is_alone;
}

// MARK: - Lists

void *vs_sys_file_list_begin(int folder, const char *name) {
    int opened = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened < 0) return NULL;
    DIR *list = fdopendir(opened);
    if (!list) close_with(opened, errno);
    return list;
}

const char *vs_sys_file_list_next(void *list, int *is_folder, int *error) {
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(list);
        *error = entry ? 0 : errno;
        if (!entry) return NULL;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        *is_folder = entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK ? -1 : entry->d_type == DT_DIR;
        return entry->d_name;
    }
}

void vs_sys_file_list_end(void *list) { closedir(list); }
