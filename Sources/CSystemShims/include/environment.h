// The environment block that the kernel shows as /proc/PID/environ: unsetenv leaves its bytes there (measured).
#ifndef VS_ENVIRONMENT_H
#define VS_ENVIRONMENT_H

#include <stddef.h>

/// The address of the first string `NAME=value` of the process's environment list; NULL-terminated. Not owned.
char **vs_sys_environment(void);

/// Removes `name` from the list and overwrites its entry in place, name and value. Nothing happens where it is not set.
void vs_sys_environment_erase(const char *name);

/// Takes out of the list what libraries would follow, such as OPENSSL_CONF, GCONV_PATH or KRB5_CONFIG: files that such a
/// variable names may be a script's. What this program reads itself stays.
void vs_sys_environment_keep_own(void);

/// Overwrites all of the environment in place and empties the list.
void vs_sys_environment_erase_all(void);

#endif
