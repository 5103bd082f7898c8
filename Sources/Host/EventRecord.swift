import Masking
import Providers

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One event of `--json`, as fields in their order. What it becomes is one line of JSON; texts from outside are masked
/// one by one on the way (`Gate.writeEvent`), and the words and numbers of the host's own are written as they are, so that a short
/// value cannot break the form of the stream.
struct EventRecord {
    indirect enum Item {
        /// From outside: masked.
        case text(String)
        /// One of the host's own words.
        case word(String)
        case integer(Int64)
        case number(Double)
        case flag(Bool)
        case list([Item])
        case record([(name: String, item: Item)])
        /// As a record whose names come from outside: they are masked too.
        case named([(name: String, text: String)])
        /// A JSON text from outside: masked, and quoted where it is none after that.
        case json([UInt8])
    }

    private var fields: [(name: String, item: Item)]

    /// An event of that name, now.
    init(_ name: String) {
        fields = [("event", .word(name)), ("time", .word(EventTime.now()))]
    }

    /// Adds a field; a nil one is left out.
    mutating func add(_ name: String, _ item: Item?) {
        if let item { fields.append((name, item)) }
    }

    /// The line, with its end; each text from outside passes `masker`.
    func line(_ masker: Masker) -> [UInt8] {
        var writer = EventWriter(masker: masker)
        writer.write(.record(fields))
        return writer.bytes + [10]
    }
}

/// Writes items as JSON of one line.
private struct EventWriter {
    let masker: Masker
    var bytes: [UInt8] = []

    mutating func write(_ item: EventRecord.Item) {
        switch item {
        case .text(let text): quote(masker.mask(Array(text.utf8)))
        case .word(let word): quote(Array(word.utf8))
        case .integer(let number): append("\(number)")
        case .number(let number): append(number.isFinite ? NumberText.short(number) : "0")
        case .flag(let flag): append(flag ? "true" : "false")
        case .list(let items): enclose("[", "]", items) { $0.write($1) }
        case .record(let fields):
            enclose("{", "}", fields) { writer, field in
                writer.quote(Array(field.name.utf8))
                writer.append(":")
                writer.write(field.item)
            }
        case .named(let fields):
            enclose("{", "}", fields) { writer, field in
                writer.write(.text(field.name))
                writer.append(":")
                writer.write(.text(field.text))
            }
        case .json(let text): json(masker.mask(text))
        }
    }

    /// Line ends stand between the parts of valid JSON alone, where a blank means the same.
    private mutating func json(_ text: [UInt8]) {
        guard JSONCheck.isValid(text.span) else { return quote(text) }
        bytes += text.map { $0 == 10 || $0 == 13 ? 32 : $0 }
    }

    private mutating func enclose<T>(
        _ open: String, _ close: String, _ items: [T], _ one: (inout EventWriter, T) -> Void
    ) {
        append(open)
        for (place, item) in items.enumerated() {
            if place > 0 { append(",") }
            one(&self, item)
        }
        append(close)
    }

    private mutating func append(_ text: String) { bytes += Array(text.utf8) }

    private mutating func quote(_ text: [UInt8]) {
        append("\"")
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x22: append("\\\"")
            case 0x5C: append("\\\\")
            case 0x0A: append("\\n")
            // C1 too: a terminal may take them for commands.
            case 0..<0x20, 0x7F...0x9F:
                let code = String(scalar.value, radix: 16)
                append("\\u" + String(repeating: "0", count: 4 - code.count) + code)
            default: append(String(scalar))
            }
        }
        append("\"")
    }
}

/// The time of day as events have it.
enum EventTime {
    /// UTC, with milliseconds: `2026-11-28T00:01:07.123Z`.
    ///
    /// - Source: RFC 3339.
    static func now() -> String {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&time.tv_sec, &parts)
        let date = unsafe [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0), 2) }
        let day = date.map { padded($0, 2) }.joined(separator: "-")
        return "\(day)T\(clock.joined(separator: ":")).\(padded(time.tv_nsec / 1_000_000, 3))Z"
    }

    private static func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
