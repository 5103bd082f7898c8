/// Times of leases as the API writes them.
enum LeaseTime {
    /// The time from one moment to another, both in ISO 8601 with `Z` or an offset; nil for anything else.
    ///
    /// Both are the server's, so that a wrong clock of ours changes nothing.
    static func between(_ start: String, _ end: String) -> Duration? {
        guard let first = milliseconds(start), let last = milliseconds(end) else { return nil }
        return .milliseconds(last - first)
    }

    /// A time to live: a number of seconds, or one with a unit as `1h`, `30m`, `7d`.
    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number >= 0, number < 1_000_000_000 else { return nil }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        let units = ["": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800, "y": 31_557_600]
        return units[String(unit)].map { .seconds(number * $0) }
    }

    /// A time to live as the API reads it.
    static func text(_ duration: Duration) -> String { "\(max(1, duration.components.seconds))s" }

    /// Milliseconds since 1970.
    static func milliseconds(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84, bytes[13] == 58, bytes[16] == 58,
            let year = number(bytes, 0..<4), let month = number(bytes, 5..<7), let day = number(bytes, 8..<10),
            let hour = number(bytes, 11..<13), let minute = number(bytes, 14..<16),
            let second = number(bytes, 17..<19), (1...12).contains(month)
        else { return nil }
        var at = 19
        var thousandths = 0
        if bytes[at] == 46 {
            let digits = bytes[(at + 1)...].prefix { (48...57).contains($0) }
            thousandths = digits.prefix(3).reduce(0) { $0 * 10 + Int($1 - 48) }
            for _ in digits.prefix(3).count..<3 { thousandths *= 10 }
            at += 1 + digits.count
        }
        guard let offset = offset(bytes[at...]) else { return nil }
        let seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
        return seconds * 1000 + thousandths
    }

    private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (48...57).contains($0) }) else { return nil }
        return bytes[range].reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// Seconds east of Greenwich.
    private static func offset(_ rest: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(rest)
        if bytes == [90] { return 0 }
        guard bytes.count == 6, bytes[0] == 43 || bytes[0] == 45, bytes[3] == 58, let hours = number(bytes, 1..<3),
            let minutes = number(bytes, 4..<6)
        else { return nil }
        return (bytes[0] == 45 ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// Days since 1970-01-01 of the Gregorian calendar, counted in eras of 400 years from March on.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
