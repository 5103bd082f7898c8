import Foundation
import TestSupport
import Testing

/// A terminal of a test's own, with a program that leads its session.
private final class Terminal {
    private let master: Int32
    private let slave: Int32
    let pid: pid_t
    private var seen = Data()

    init(_ arguments: [String]) throws {
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var number: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN: Glibc's posix_openpt and its family are hidden from Swift.
        guard unsafe ioctl(master, 0x4004_5431, &number) == 0, unsafe ioctl(master, 0x8004_5430, &number) == 0 else {
            throw POSIXError(.ENOTTY)
        }
        let name = "/dev/pts/\(number)"
        slave = unsafe open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        // The first terminal that a session's leader opens becomes its own.
        for descriptor in 0...2 as ClosedRange<Int32> {
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, name, O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        // POSIX_SPAWN_SETSID is a GNU extension.
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80))
        var words = unsafe ([Program.path] + arguments).map { unsafe strdup($0 as String) } + [nil]
        var variables = unsafe ["PATH=/usr/bin:/bin", "HOME=/nonexistent"].map { unsafe strdup($0 as String) } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var started: pid_t = 0
        guard unsafe posix_spawn(&started, Program.path, &actions, &attributes, &words, &variables) == 0 else {
            throw POSIXError(.ENOENT)
        }
        pid = started
    }

    deinit {
        kill(pid, SIGKILL)
        close(master)
        close(slave)
    }

    /// Reads until `text` has been shown; false when it does not come.
    func shows(_ text: String) -> Bool {
        for _ in 0..<600 {
            if seen.range(of: Data(text.utf8)) != nil { return true }
            var poller = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&poller, 1, 100) > 0 else { continue }
            var room = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(master, &room, room.count)
            guard count > 0 else { return false }
            seen.append(contentsOf: room.prefix(count))
        }
        return false
    }

    var shown: String { String(decoding: seen, as: UTF8.self) }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe write(master, bytes, bytes.count)
    }

    var echoes: Bool {
        var modes = termios()
        return unsafe tcgetattr(slave, &modes) == 0 && modes.c_lflag & tcflag_t(ECHO) != 0
    }

    func wait() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    }
}

/// `secret.prompt`: what is typed is seen by nobody, and the terminal is as it was, whatever happens.
@Suite struct `A question at the terminal` {
    @Test func `takes what is typed without showing it, and gives the terminal back`() throws {
        let canary = Canary()
        let script = #"""
            local s = secret.prompt("Password: ", { name = "DB_PW" })
            local t = secret.prompt("Again: ")
            print("got", s, t, s:source().provider)
            spawn{ "sh", "-c", 'test "$A" = "$B" && echo "same $A"', env = { A = s, B = t } }
            io.read()
            """#
        let terminal = try Terminal(["-e", script])
        #expect(terminal.echoes)
        #expect(terminal.shows("Password: ") && !terminal.echoes, "\(terminal.shown)")
        terminal.type(canary.value + "\n")
        #expect(terminal.shows("Again: ") && !terminal.echoes, "\(terminal.shown)")
        terminal.type(canary.value + "\n")
        #expect(terminal.shows("same [secret:DB_PW]"), "\(terminal.shown)")
        #expect(terminal.shown.contains("got\t[secret:DB_PW]\t[secret:prompt]\tprompt") && terminal.echoes, "\(terminal.shown)")
        terminal.type("\n")
        #expect(terminal.wait() == 0 && !terminal.shown.contains(canary.value), "\(terminal.shown)")
    }

    @Test(arguments: ["\u{3}", "TERM", "\u{4}"]) func `gives the terminal back when it is left`(how: String) throws {
        let terminal = try Terminal(["-e", "defer(function() print('deferred') end) secret.prompt('Password: ')"])
        #expect(terminal.shows("Password: ") && !terminal.echoes, "\(terminal.shown)")
        if how == "TERM" { kill(terminal.pid, SIGTERM) } else { terminal.type(how) }
        #expect(terminal.shows("deferred"), "\(terminal.shown)")
        #expect(terminal.wait() == ["\u{3}": 130, "TERM": 143, "\u{4}": 1][how] && terminal.echoes, "\(terminal.shown)")
    }

    /// The rest of the line comes after the question was given up.
    @Test func `what was typed before a question was given up is for nobody`() throws {
        let script = """
            pcall(timeout, "1s", secret.prompt, "Password: ")
            print("given up")
            print("read " .. io.read("l"))
            """
        let terminal = try Terminal(["-e", script])
        #expect(terminal.shows("Password: "), "\(terminal.shown)")
        terminal.type("my-typed-")
        #expect(terminal.shows("given up"), "\(terminal.shown)")
        terminal.type("word\n")
        #expect(terminal.shows("read word") && terminal.wait() == 0 && !terminal.shown.contains("typed"), "\(terminal.shown)")
    }

    @Test func `takes one line, and nobody gets the others of what was pasted`() throws {
        let terminal = try Terminal(["-e", "secret.prompt('Key: ') print('answered') print('read ' .. io.read('l'))"])
        #expect(terminal.shows("Key: ") && !terminal.echoes, "\(terminal.shown)")
        terminal.type("first-line\nsecond-line\nthird-line\n")
        #expect(terminal.shows("answered"), "\(terminal.shown)")
        terminal.type("word\n")
        #expect(terminal.shows("read word") && terminal.wait() == 0 && !terminal.shown.contains("line"), "\(terminal.shown)")
    }

    @Test func `does not hold up the rest of the run`() throws {
        let script = """
            local task = coroutine.wrap(function() return secret.prompt("Password: ") end)
            defer(function() print("ended") end)
            spawn{ "echo", "before" }
            task()
            """
        let terminal = try Terminal(["-e", script])
        #expect(terminal.shows("before") && terminal.shows("Password: "), "\(terminal.shown)")
        terminal.type("value\n")
        #expect(terminal.shows("ended") && terminal.wait() == 0 && !terminal.shown.contains("value"), "\(terminal.shown)")
    }
}
