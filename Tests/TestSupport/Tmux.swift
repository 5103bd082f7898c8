import Foundation

/// A program in a window of tmux: a real terminal with a memory, whose screen can be looked at.
public final class Tmux {
    /// Where tmux is; nil where it is not installed.
    public static let path = ["/usr/bin/tmux", "/usr/local/bin/tmux"].first(
        where: FileManager.default.isExecutableFile)

    private let folder: TemporaryFolder

    /// Starts `vaultscript` with `arguments` in a window; the window stays when it has ended.
    public init(
        _ arguments: [String], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24
    ) throws {
        folder = try TemporaryFolder()
        let words = ([Program.path] + arguments).map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }
        let sets = environment.map { "\($0.key)='\($0.value)' " }.joined()
        let command = "\(sets)\(words.joined(separator: " ")); echo \"ended with $?\"; exec sleep 1000"
        try folder.write("tmux.conf", "set -g history-limit 50000\nset -g status off\nset -g escape-time 0\n")
        _ = try run("new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", command)
    }

    deinit { _ = try? run("kill-server") }

    @discardableResult
    private func run(_ arguments: String...) throws -> Program.Outcome {
        try Program.run(
            ["-S", folder.path + "/socket", "-f", folder.path + "/tmux.conf"] + arguments,
            environment: ["LANG": "C.UTF-8", "CI": ""], program: Self.path ?? "")
    }

    /// The screen, as lines without blanks at their ends.
    public var screen: [String] { (try? lines("capture-pane", "-p")) ?? [] }

    /// The screen and all that has scrolled away.
    public var everything: [String] { (try? lines("capture-pane", "-p", "-S", "-")) ?? [] }

    private func lines(_ arguments: String...) throws -> [String] {
        let outcome = try Program.run(
            ["-S", folder.path + "/socket"] + arguments, environment: ["LANG": "C.UTF-8"], program: Self.path ?? "")
        var lines = outcome.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// Types text, or a key by its name (`Enter`, `C-c`).
    public func type(_ keys: String...) throws {
        for key in keys { try run("send-keys", key) }
    }

    /// Changes the size of the window.
    public func resize(columns: Int, rows: Int) throws {
        try run("resize-window", "-x", "\(columns)", "-y", "\(rows)")
    }

    /// Waits until the screen has a line that `isWanted`.
    public func waits(limit: Double = 30, until isWanted: (String) -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: limit)
        while !screen.contains(where: isWanted) {
            guard Date() < deadline else { return false }
            usleep(50_000)
        }
        return true
    }

    /// Waits until a line of the screen contains `text`.
    public func waits(for text: String) -> Bool { waits { $0.contains(text) } }

    /// Waits for the program's end, and gives all lines before that.
    public func end() -> [String] {
        _ = waits(limit: 60) { $0.hasPrefix("ended with ") }
        return everything.filter { !$0.hasPrefix("ended with ") }
    }
}
