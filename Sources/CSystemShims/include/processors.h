#ifndef VS_SYS_PROCESSORS_H
#define VS_SYS_PROCESSORS_H

/// How many processors this process may run on; at least 1. One system call: sysconf would read a file.
int vs_sys_processors(void);

#endif
