#include "spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// MARK: - What is there

static vs_sys_program look_inside(int at, const char *path) {
    char mark[2];
    int file = openat(at, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) return VS_SYS_PROGRAM_OTHER;
    ssize_t count = read(file, mark, sizeof mark);
    close(file);
    return count == sizeof mark && mark[0] == '#' && mark[1] == '!' ? VS_SYS_PROGRAM_SCRIPT : VS_SYS_PROGRAM_OTHER;
}

static vs_sys_program look_at(int at, const char *path) {
    struct stat status;
    if (fstatat(at, path, &status, 0) != 0)
        return errno == EACCES ? VS_SYS_PROGRAM_UNREACHABLE : VS_SYS_PROGRAM_MISSING;
    if (S_ISDIR(status.st_mode)) return VS_SYS_PROGRAM_DIRECTORY;
    if (!S_ISREG(status.st_mode) || faccessat(at, path, X_OK, AT_EACCESS) != 0) return VS_SYS_PROGRAM_NOT_EXECUTABLE;
    return look_inside(at, path);
}

vs_sys_program vs_sys_program_look(const char *directory, const char *path) {
    int at = directory ? open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC) : AT_FDCWD;
    if (at == -1) return VS_SYS_PROGRAM_MISSING;
    vs_sys_program kind = look_at(at, path);
    if (at != AT_FDCWD) close(at);
    return kind;
}

bool vs_sys_program_gains(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & (S_ISUID | S_ISGID)) &&
           faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

// MARK: - Near names

// One letter more, less, other, or two swapped.
static bool one_edit_apart(const char *a, const char *b) {
    while (*a && *a == *b) a++, b++;
    if (!*a && !*b) return false;
    if (*a && strcmp(a + 1, b) == 0) return true;
    if (*b && strcmp(a, b + 1) == 0) return true;
    if (*a && *b && strcmp(a + 1, b + 1) == 0) return true;
    return *a && *b && a[0] == b[1] && a[1] == b[0] && a[1] && strcmp(a + 2, b + 2) == 0;
}

bool vs_sys_program_near(const char *directory, const char *name, char *found, size_t capacity) {
    DIR *entries = opendir(directory);
    if (!entries) return false;
    bool is_found = false;
    for (struct dirent *entry; !is_found && (entry = readdir(entries));) {
        if (!one_edit_apart(entry->d_name, name) || strlen(entry->d_name) >= capacity) continue;
        if (faccessat(dirfd(entries), entry->d_name, X_OK, AT_EACCESS) != 0) continue;
        strcpy(found, entry->d_name);
        is_found = true;
    }
    closedir(entries);
    return is_found;
}
