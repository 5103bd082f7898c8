import CSystemShims
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What of the user's terminal a program's own is given.
@Suite struct `Modes of a terminal` {
    /// Another program can have set them, as it can open the user's terminal.
    @Test func `that change letters, tabs and carriage returns are not copied`() throws {
        var (user, own) = (vs_sys_pseudo_terminal(), vs_sys_pseudo_terminal())
        try #require(unsafe vs_sys_pseudo_terminal_make(-1, true, &user) == 0)
        try #require(unsafe vs_sys_pseudo_terminal_make(-1, true, &own) == 0)
        defer { for descriptor in [user.host, user.child, own.host, own.child] { close(descriptor) } }
        var modes = vs_sys_terminal_modes()
        try #require(unsafe vs_sys_terminal_save(user.child, &modes) == 0)
        let plain = modes.modes.c_oflag
        // OLCUC, OCRNL, XTABS of Linux.
        modes.modes.c_oflag |= 0o2 | 0o10 | 0o14000
        try #require(unsafe vs_sys_terminal_restore(user.child, &modes) == 0)
        try #require(unsafe vs_sys_terminal_save(user.child, &modes) == 0 && modes.modes.c_oflag != plain)
        #expect(unsafe vs_sys_terminal_copy_modes(own.child, &modes) == 0)
        var copied = vs_sys_terminal_modes()
        try #require(unsafe vs_sys_terminal_save(own.child, &copied) == 0)
        #expect(copied.modes.c_oflag == plain && copied.modes.c_lflag == modes.modes.c_lflag)
    }
}
