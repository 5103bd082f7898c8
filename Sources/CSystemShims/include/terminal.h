// Pseudo-terminals for children, and the user's own terminal: its modes, its size, job control. C, because half of it
// is ioctl(2), which Swift cannot call, and because stopping oneself needs signals in an exact order.
#ifndef VS_TERMINAL_H
#define VS_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

/// The two ends of a pseudo-terminal; both close-on-exec, and nobody's controlling terminal yet. The caller closes them.
typedef struct {
    /// The host's end; does not block.
    int host;
    /// The child's end. Write-only where the child is not to read from it.
    int child;
} vs_sys_pseudo_terminal;

/// Mounts a devpts that has no place in any file system: no other program can open the terminals in it by a path, write
/// into them or change their modes. A helper process does that, in a user namespace.
///
/// The descriptor, close-on-exec, or -1 with errno. ENOTSUP: the system does not let a user do that (Linux before 5.2, some
/// containers, ports); then the terminals are files of the user's. Anything else may be a program's doing, which has set
/// this process a limit or ended the helper.
int vs_sys_own_terminals_open(void);

/// Makes a pseudo-terminal, in `own_terminals` where that is one and not -1. 0, or -1 with errno: without devpts (some
/// containers) ENOENT, EACCES or ENOSPC; the caller falls back on pipes. Linux 4.13 opens the child's end by TIOCGPTPEER,
/// older kernels and ports by its path.
int vs_sys_pseudo_terminal_make(int own_terminals, bool child_reads, vs_sys_pseudo_terminal *made);

/// The modes of a terminal, as they were when they were saved.
typedef struct {
    struct termios modes;
} vs_sys_terminal_modes;

/// Saves the modes of the terminal `descriptor`. 0, or -1 with errno (ENOTTY: none).
int vs_sys_terminal_save(int descriptor, vs_sys_terminal_modes *saved);

/// Puts saved modes back, without waiting for output and without dropping input; also from the background, so look at
/// `vs_sys_terminal_is_foreground` first where the terminal may be another job's. 0, or -1 with errno.
int vs_sys_terminal_restore(int descriptor, const vs_sys_terminal_modes *saved);

/// Gives the pseudo-terminal `descriptor` the modes of the user's terminal, without those that change letters, tabs and
/// carriage returns of what is printed: another program can have set them. 0, or -1 with errno.
int vs_sys_terminal_copy_modes(int descriptor, const vs_sys_terminal_modes *saved);

/// Makes the terminal `descriptor` hand each byte on as it is typed: no echo, no signals, no line editing, no change of
/// output. `saved` are the modes to start from. 0, or -1 with errno.
int vs_sys_terminal_make_raw(int descriptor, const vs_sys_terminal_modes *saved);

/// Lets `descriptor`, a pseudo-terminal, pass output on byte for byte: a line feed stays one. 0, or -1 with errno.
int vs_sys_terminal_pass_output(int descriptor);

/// Whether this process may use the terminal `descriptor` now: it is in the foreground there, or that terminal is not
/// the one that controls it.
bool vs_sys_terminal_is_foreground(int descriptor);

/// A non-blocking, close-on-exec descriptor of its own for reading the terminal `descriptor`: changing the inherited one
/// would change it for everybody who shares it. -1 with errno where that is refused.
int vs_sys_terminal_reopen(int descriptor);

/// Gives `to` the size of the terminal `from`; the kernel then tells who is in the foreground of `to` (SIGWINCH). 0, or
/// -1 with errno.
int vs_sys_terminal_copy_size(int from, int to);

/// The size of the terminal `descriptor`, which may be 0 by 0 where nobody has said it. 0, or -1 with errno.
int vs_sys_terminal_size(int descriptor, int *rows, int *columns);

/// Sets the size of the terminal `descriptor`. 0, or -1 with errno.
int vs_sys_terminal_set_size(int descriptor, unsigned short rows, unsigned short columns);

/// The byte that ends the input of the terminal `descriptor` now (usually Ctrl-D); -1 where it reads byte by byte.
int vs_sys_terminal_end_of_input(int descriptor);

/// Stops this process and its whole group, as the terminal does with Ctrl-Z (SIGTSTP) or when a background job reads
/// (SIGTTIN), until it is continued. SIGCONT must be blocked in the calling thread, as it is once it is watched. False
/// where nothing stopped, because there is no shell that could continue it.
bool vs_sys_job_stop(int number);

/// Whether the child `pid` has stopped since the last look. Does not wait and does not reap.
bool vs_sys_child_has_stopped(pid_t pid);

#endif
