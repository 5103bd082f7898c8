import Foundation

/// Days as the product counts them, which may change while a test runs.
public enum UTCDay {
    /// `2026-11-28` for the day that is `days` from now.
    public static func text(in days: Int) -> String {
        Date(timeIntervalSinceNow: Double(days) * 86400).formatted(.iso8601.year().month().day())
    }

    /// What `body` gives that began and ended on one day: where midnight (UTC) was between, it is run once more.
    public static func within<R>(_ body: () throws -> R) rethrows -> R {
        let day = text(in: 0)
        let result = try body()
        return day == text(in: 0) ? result : try body()
    }
}
