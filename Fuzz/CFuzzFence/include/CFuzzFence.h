#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// A Landlock domain for a fuzz target whose input chooses programs, files and addresses: outside of what was allowed
/// nothing can be executed, written, made or connected to, by the target and by all it starts. Reading stays free.
///
/// Gives the rule set to allow things in, or -1: the kernel has no Landlock with network rights (ABI 4).
int vs_fuzz_fence_make(void);

/// Allows to write below `path`, a folder, or to execute `path`, a file.
bool vs_fuzz_fence_allow(int fence, const char *path, bool writing);

/// Allows to connect to a TCP port of any machine.
bool vs_fuzz_fence_allow_port(int fence, uint16_t port);

/// Enters the domain with the calling thread and closes the rule set. There is no way out.
bool vs_fuzz_fence_enter(int fence);

/// Starts a process that does nothing until it is killed, in the place of a worker.
///
/// - socket: the host's end of the wire, non-blocking. - peer: the other end, which the caller plays. - process: a
/// descriptor of the process. All are close-on-exec; the caller closes them. Gives its id, or -1.
pid_t vs_fuzz_idle_worker(int *socket, int *peer, int *process);

/// Kills the process behind a descriptor.
void vs_fuzz_kill(int process);
