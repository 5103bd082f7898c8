#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A day in UTC, as a credentials file has the end of a client secret: `2027-02-26`.
struct CalendarDay: Comparable {
    /// Days since 1970-01-01.
    let number: Int

    /// Reads `YYYY-MM-DD`; nil for anything else and for a day that no calendar has.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard isPlain, parts.map(\.utf8.count) == [4, 2, 2], let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2]), year >= 1970, (1...12).contains(month), day >= 1
        else { return nil }
        number = Self.number(year, month, day)
        // A 31st of June comes back as another day.
        guard self.text == text else { return nil }
    }

    /// The day that a time lies in.
    init(secondsSince1970 seconds: Int) { number = (seconds - (seconds % 86400 + 86400) % 86400) / 86400 }

    /// The day that it is now.
    static var today: CalendarDay { CalendarDay(secondsSince1970: now) }

    /// Seconds since 1970.
    static var now: Int { time(nil) }

    /// As it is written.
    var text: String {
        let (year, month, day) = parts
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }

    // MARK: - The Gregorian calendar, counted in eras of 400 years from March on

    private static func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private var parts: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
