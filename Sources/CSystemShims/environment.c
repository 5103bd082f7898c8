#include "environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

char **vs_sys_environment(void) { return environ; }

void vs_sys_environment_erase(const char *name) {
    size_t length = strlen(name);
    char **entry = environ;
    while (entry && *entry) {
        char *text = *entry;
        if (strncmp(text, name, length) != 0 || text[length] != '=') {
            entry++;
            continue;
        }
        // Out of the list first; the list moves up, so the same place is looked at again.
        for (char **next = entry; *next; next++) next[0] = next[1];
        explicit_bzero(text, strlen(text));
    }
}

// What this program and the C library read; a name that ends with `_` stands for all that begin so.
static const char *const kept[] = {
    "COLUMNS", "HOME", "LANG", "LANGUAGE", "LC_", "LINES", "LOGNAME", "PATH", "TERM", "TMPDIR", "TZ", "USER", "VAULTSCRIPT_",
    "XDG_",
};

static bool is_kept(const char *entry, size_t length) {
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        size_t count = strlen(kept[i]);
        bool is_prefix = kept[i][count - 1] == '_';
        if ((is_prefix ? length >= count : length == count) && strncmp(entry, kept[i], count) == 0) return true;
    }
    return false;
}

void vs_sys_environment_keep_own(void) {
    char **to = environ;
    for (char **entry = environ; entry && *entry; entry++)
        if (is_kept(*entry, strcspn(*entry, "="))) *to++ = *entry;
    if (to) *to = NULL;
}

void vs_sys_environment_erase_all(void) {
    for (char **entry = environ; entry && *entry; entry++) explicit_bzero(*entry, strlen(*entry));
    clearenv();
}
