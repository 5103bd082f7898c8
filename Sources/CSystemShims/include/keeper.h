// The keeper: the process that the user started. It forks the host and outlives it, so that nothing of a run is left
// when the host is killed. It holds no secret, runs no script, and reads nothing but its own kernel's reports.
#ifndef VS_KEEPER_H
#define VS_KEEPER_H

#include <stddef.h>
#include <stdint.h>

/// What the host tells its keeper: one packet each, this byte and what belongs to it.
enum {
    /// A path that is removed when the host has ended: a file, or a directory as long as it is empty. Told before it is
    /// made.
    VS_SYS_KEEPER_REMOVE = 'R',
    /// What was made at the last VS_SYS_KEEPER_REMOVE packet's path: a vs_sys_directory, and the path again. It is removed
    /// with all below it; what else bears its name by then is left alone.
    VS_SYS_KEEPER_MADE = 'M',
    /// A process (its number as int32_t) that outlives the run with its session.
    VS_SYS_KEEPER_SPARE = 'S',
    /// The path of a VS_SYS_KEEPER_REMOVE packet is not to be removed any more.
    VS_SYS_KEEPER_FORGET = 'F',
};

/// The longest packet.
enum { VS_SYS_KEEPER_PACKET_BYTES = 4352 };

/// Forks. In the child, which is to become the host, the result is 0 and `*channel` its end of a socket to the keeper
/// (SOCK_SEQPACKET, non-blocking, close-on-exec). The parent is the keeper and does not return: it
///
/// - passes INT, TERM, HUP and QUIT on as one byte each on the channel, unless they were ignored when it was started;
/// - when the host ends, however, kills every descendant (it is a child subreaper) until none is left, those excepted that
///   it was told to spare and children that it had before, removes what it was told to remove, and puts the terminal's
///   modes back to what they were at the start, where the host was killed;
/// - ends with the host's exit code, or with 128 + n and a message where signal n killed the host.
///
/// Its environment is overwritten and it cannot be dumped or traced. When the keeper dies, the channel is at its end.
/// -1 with errno where there is no room for a process. Call it before anything else is opened or started.
/// Linux 3.4 or later; a port without subreapers would keep the terminal and the paths, and leave orphans alone.
int vs_sys_keep(int *channel);

/// Sends one packet to the keeper. 0, or -1 with errno (EAGAIN: it does not read).
int vs_sys_keeper_tell(int channel, uint8_t kind, const void *bytes, size_t count);

/// Takes the next signal that the keeper passes on: its number, 0 where none waits, -1 where the keeper is gone.
int vs_sys_keeper_next(int channel);

#endif
