#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A day in UTC, for messages and for dates in files: `2027-02-26`.
public struct CalendarDay: Comparable, Sendable {
    /// Days since 1970-01-01.
    public let number: Int

    /// The day that holds a moment.
    ///
    /// - Parameter secondsSince1970: May be negative.
    public init(secondsSince1970: Int) {
        number = secondsSince1970 >= 0 ? secondsSince1970 / 86400 : (secondsSince1970 - 86399) / 86400
    }

    /// Reads `2026-11-28`; nil for anything else, a day that no month has included.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year >= 1970,
            (1...12).contains(month)
        else { return nil }
        number = Self.days(year, month, day)
        guard self.text == text else { return nil }
    }

    /// The day that it is now.
    public static var today: CalendarDay { CalendarDay(secondsSince1970: now) }

    /// Seconds since 1970.
    public static var now: Int { time(nil) }

    /// Whether it comes before another.
    public static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }

    /// `2026-11-28`.
    public var text: String {
        let (year, month, day) = parts
        return "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))"
    }

    /// A moment as messages say it: `2026-11-28 00:15 UTC`.
    public static func moment(secondsSince1970 seconds: Int) -> String {
        let day = CalendarDay(secondsSince1970: seconds)
        let minutes = (seconds - day.number * 86400) / 60
        return "\(day.text) \(digits(minutes / 60, 2)):\(digits(minutes % 60, 2)) UTC"
    }

    // MARK: - Eras of 400 years, which begin on the 1st of March

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private var parts: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
