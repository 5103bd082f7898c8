import Foundation

/// The processes below another, as /proc shows them.
public enum ProcessTree {
    /// The children of `pid`, oldest first.
    public static func children(of pid: Int32) -> [Int32] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    /// All processes below `pid`, each before its own.
    public static func descendants(of pid: Int32) -> [Int32] {
        children(of: pid).flatMap { [$0] + descendants(of: $0) }
    }

    /// The host of a run: what the user started is its keeper, and the host the keeper's child. Waits for it.
    public static func host(of keeper: Int32) throws -> Int32 {
        for _ in 0..<4000 {
            if let host = children(of: keeper).first { return host }
            usleep(2500)
        }
        throw POSIXError(.ESRCH)
    }

    /// The worker of a run: the host's first child. Waits for it.
    public static func worker(of keeper: Int32) throws -> Int32 {
        let host = try host(of: keeper)
        for _ in 0..<4000 {
            if let worker = children(of: host).first { return worker }
            usleep(2500)
        }
        throw POSIXError(.ESRCH)
    }

    /// Whether a process runs whose command line has `text` in it.
    public static func runs(_ text: String) -> Bool {
        let pids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
        return pids.contains { pid in
            let line = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/cmdline"))) ?? Data()
            return String(decoding: line, as: UTF8.self).replacing("\0", with: " ").contains(text)
        }
    }
}
