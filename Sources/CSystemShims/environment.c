#include "environment.h"

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

void vs_sys_environment_erase_all(void) {
    for (char **entry = environ; entry && *entry; entry++) explicit_bzero(*entry, strlen(*entry));
    clearenv();
}
