import Diagnostics
import HostProtocol

/// Durations as scripts and options write them: seconds, or a text such as `"90s"`, `"5m"`, `"1h"`, `"1h30m"`, `"250ms"`.
enum DurationText {
    private static let units: [String: Double] = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400]
    private static let longestSeconds = 366.0 * 86400

    /// The duration that `value` stands for; `where` names function and option.
    static func parse(_ value: Value, _ where: String) throws(Failure) -> Duration {
        let seconds = value.asNumber ?? value.asText.flatMap(seconds)
        guard let seconds, seconds >= 0, seconds <= longestSeconds else {
            throw Failure(
                .usage, "\(`where`): expected seconds or a text such as \"90s\", got \(value.described)",
                hint: !value.handleHint.isEmpty
                    ? value.handleHint : "units are ms, s, m, h and d; the longest is a year")
        }
        return .seconds(seconds)
    }

    private static func seconds(_ text: String) -> Double? {
        if let plain = Double(text), plain.isFinite { return plain }
        var total = 0.0
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest.removeFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest.removeFirst(unit.count)
            guard let number = Double(digits), let size = units[String(unit)] else { return nil }
            total += number * size
        }
        return total
    }
}
