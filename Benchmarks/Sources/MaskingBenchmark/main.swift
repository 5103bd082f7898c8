import Glibc
import Masking
import SecretMemory

// The masker against a plain relay: the same writes and reads through a pipe, with and without masking.
// Prints a table; nothing here judges.

/// SplitMix64, seeded: every run measures the same text.
struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

let alphanumeric = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
let base64Alphabet = alphanumeric + Array("+/".utf8)

func token(_ count: Int, _ random: inout Generator, of alphabet: [UInt8] = alphanumeric) -> [UInt8] {
    (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
}

/// A private key as PEM writes it: 26 lines between header and footer.
func pem(_ random: inout Generator) -> [UInt8] {
    var text = Array("-----BEGIN PRIVATE KEY-----\n".utf8)
    for _ in 0..<25 { text += token(64, &random, of: base64Alphabet) + [10] }
    return text + token(46, &random, of: base64Alphabet) + Array("==\n-----END PRIVATE KEY-----\n".utf8)
}

/// `count` values of 40 bytes, every hundredth a PEM key.
func values(_ count: Int) -> [[UInt8]] {
    var random = Generator(state: 42)
    return (0..<count).map { $0 % 100 == 99 ? pem(&random) : token(40, &random) }
}

/// Lines as services log them; of 0.1 % of the lines a value is part.
func logText(_ bytes: Int, _ values: [[UInt8]]) -> [UInt8] {
    var random = Generator(state: 7)
    var text: [UInt8] = []
    text.reserveCapacity(bytes + 256)
    var line = 0
    while text.count < bytes {
        line += 1
        let id = String(random.next(), radix: 16)
        text += Array(
            "2026-11-23T21:00:\(line % 60)Z INFO http.server request id=\(id) GET /api/v1/items/\(line) ".utf8)
        text += Array("status=200 bytes=\(random.next() % 100_000) agent=\"curl/7.88.1\" took=\(line % 97)ms".utf8)
        if line % 1000 == 0 { text += Array(" token=".utf8) + values[line / 1000 % values.count] }
        text.append(10)
    }
    return text
}

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The time this thread worked: what other programs do meanwhile does not count.
func workTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// `F_SETPIPE_SZ`, which the Glibc overlay leaves out.
let setPipeSize: Int32 = 1031

/// Writes all of a buffer.
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) {
    var done = 0
    while done < bytes.count {
        let left = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let wrote = write(descriptor, left.baseAddress, left.count)
        guard wrote > 0 else { return }
        done += wrote
    }
}

/// What a relay took: by the clock, and of its own thread's time.
struct Cost {
    var seconds = Double.infinity
    var work = Double.infinity
}

/// The three relays one after the other: a pair of a round is measured in one state of the machine.
struct Round {
    let plain: Cost
    let masked: Cost
    let cat: Double
}

/// The median and the quarters.
struct Quarters {
    let low: Double
    let median: Double
    let high: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        (low, median, high) = (sorted[sorted.count / 4], sorted[sorted.count / 2], sorted[sorted.count * 3 / 4])
    }

    var text: String { "\(fixed(median, 2)) (\(fixed(low, 2)) to \(fixed(high, 2)))" }
}

/// Sends `text` from one thread through a pipe, a relay and a second pipe to another thread.
///
/// The relay reads 64 KiB at a time and hands them to `body` with the descriptor to write to.
func relay(_ text: [UInt8], _ body: (UnsafeRawBufferPointer, Int32) -> Void) -> Cost {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return Cost() }
    _ = fcntl(ends[1], setPipeSize, 1 << 20)
    var output: [Int32] = [0, 0]
    guard pipe(&output) == 0 else { return Cost() }
    _ = fcntl(output[1], setPipeSize, 1 << 20)
    let ports = Ports(input: ends, output: output)
    var writer = pthread_t()
    let job = Unmanaged.passRetained(Job(text: text, ports: ports))
    pthread_create(
        &writer, nil,
        { raw in
            guard let raw else { return nil }
            let job = Unmanaged<Job>.fromOpaque(raw).takeRetainedValue()
            job.text.withUnsafeBytes { writeAll(job.ports.input[1], $0) }
            close(job.ports.input[1])
            return nil
        }, job.toOpaque())
    var reader = pthread_t()
    let readerJob = Unmanaged.passRetained(Job(text: [], ports: ports))
    pthread_create(
        &reader, nil,
        { raw in
            guard let raw else { return nil }
            let job = Unmanaged<Job>.fromOpaque(raw).takeRetainedValue()
            let room = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 16)
            while read(job.ports.output[0], room, 1 << 20) > 0 {}
            room.deallocate()
            return nil
        }, readerJob.toOpaque())
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    let (start, startWork) = (now(), workTime())
    while true {
        let count = read(ends[0], room.baseAddress, room.count)
        guard count > 0 else { break }
        body(UnsafeRawBufferPointer(rebasing: room[..<count]), output[1])
    }
    let cost = Cost(seconds: now() - start, work: workTime() - startWork)
    close(ends[0])
    close(output[1])
    pthread_join(writer, nil)
    pthread_join(reader, nil)
    close(output[0])
    room.deallocate()
    return cost
}

/// The same through a process of `cat`; seconds.
func throughCat(_ text: [UInt8]) -> Double {
    var output: [Int32] = [0, 0]
    guard pipe(&output) == 0 else { return .infinity }
    _ = fcntl(output[1], setPipeSize, 1 << 20)
    let start = now()
    guard let cat = popen("exec cat >&\(output[1])", "w") else { return .infinity }
    let input = [0, fileno(cat)]
    _ = fcntl(input[1], setPipeSize, 1 << 20)
    close(output[1])
    var writer = pthread_t()
    let job = Unmanaged.passRetained(Job(text: text, ports: Ports(input: input, output: output)))
    pthread_create(
        &writer, nil,
        { raw in
            guard let raw else { return nil }
            let job = Unmanaged<Job>.fromOpaque(raw).takeRetainedValue()
            job.text.withUnsafeBytes { writeAll(job.ports.input[1], $0) }
            // cat reads until the pipe's last end is closed; `pclose` below finds the descriptor replaced.
            dup2(job.ports.output[0], job.ports.input[1])
            return nil
        }, job.toOpaque())
    let room = UnsafeMutableRawPointer.allocate(byteCount: 1 << 20, alignment: 16)
    while read(output[0], room, 1 << 20) > 0 {}
    let seconds = now() - start
    room.deallocate()
    close(output[0])
    pthread_join(writer, nil)
    pclose(cat)
    return seconds
}

final class Job {
    let text: [UInt8]
    let ports: Ports
    init(text: [UInt8], ports: Ports) {
        self.text = text
        self.ports = ports
    }
}

struct Ports {
    let input: [Int32]
    let output: [Int32]
}

/// Gathers the small pieces of a write into one.
final class Gather {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    var count = 0

    func flush(_ out: Int32) {
        if count > 0 { writeAll(out, UnsafeRawBufferPointer(rebasing: bytes[..<count])) }
        count = 0
    }

    /// What is gathered and a large piece after it, in one call: a byte that was held costs no write of its own.
    func flush(_ out: Int32, with piece: UnsafeRawBufferPointer) {
        guard count > 0 else { return writeAll(out, piece) }
        var parts = [
            iovec(iov_base: bytes.baseAddress, iov_len: count),
            iovec(iov_base: UnsafeMutableRawPointer(mutating: piece.baseAddress), iov_len: piece.count),
        ]
        let wrote = max(0, writev(out, &parts, 2))
        if wrote < count { writeAll(out, UnsafeRawBufferPointer(rebasing: bytes[wrote..<count])) }
        writeAll(out, UnsafeRawBufferPointer(rebasing: piece[max(0, wrote - count)...]))
        count = 0
    }
}

/// Masks and writes on; large pieces straight from the chunk, small ones together.
func masked(_ stream: MaskingStream, _ gather: Gather) -> (UnsafeRawBufferPointer, Int32) -> Void {
    { bytes, out in
        stream.write(Span(_unsafeBytes: bytes)) { piece in
            piece.withUnsafeBytes { part in
                if part.count >= 4096 || gather.count + part.count > gather.bytes.count {
                    gather.flush(out, with: part)
                } else {
                    UnsafeMutableRawBufferPointer(rebasing: gather.bytes[gather.count...]).copyMemory(from: part)
                    gather.count += part.count
                }
            }
        }
        gather.flush(out)
    }
}

func best(_ times: Int, _ body: () -> Double) -> Double { (0..<times).map { _ in body() }.min() ?? .infinity }

func makeMasker(_ values: [[UInt8]]) throws -> Masker {
    let masker = try Masker()
    masker.expect(values: values.count, bytes: values.reduce(0) { $0 + $1.count })
    for (number, value) in values.enumerated() {
        try masker.add(try SecretBytes(copying: value.span), name: "S\(number)")
    }
    _ = masker.makeStream()
    return masker
}

/// The best of five; one masker at a time, as two large ones would not fit in secret memory.
func setUpSeconds(_ values: [[UInt8]]) throws -> Double {
    var best = Double.infinity
    for _ in 0..<5 {
        let start = workTime()
        let masker = try makeMasker(values)
        best = withExtendedLifetime(masker) { min(best, workTime() - start) }
    }
    return best
}

/// The same while a stream is open that gets a line after each value.
func addingSeconds(_ values: [[UInt8]]) throws -> Double {
    let line = Array("2026-11-23T21:00:00Z INFO http.server request id=17 status=200\n".utf8)
    let masker = try Masker()
    let stream = masker.makeStream()
    let start = workTime()
    for (number, value) in values.enumerated() {
        try masker.add(try SecretBytes(copying: value.span), name: "S\(number)")
        stream.write(line.span) { _ in }
    }
    return workTime() - start
}

/// MB/s of the masker alone, from and to memory.
func inMemory(_ text: [UInt8], _ masker: Masker) -> Double {
    let seconds = best(5) {
        let stream = masker.makeStream()
        var total = 0
        let start = workTime()
        text.withUnsafeBytes { whole in
            for place in stride(from: 0, to: whole.count, by: 1 << 16) {
                let part = UnsafeRawBufferPointer(rebasing: whole[place..<min(place + 1 << 16, whole.count)])
                stream.write(Span(_unsafeBytes: part)) { piece in total += piece.count }
            }
        }
        return workTime() - start
    }
    return Double(text.count) / 1e6 / seconds
}

/// Microseconds for 64 KiB that were just copied, as a relay's read leaves them: for each part of the text the best of
/// thirty rounds, and the mean of those. Other programs on the machine disturb it least.
func slice(_ text: [UInt8], _ masker: Masker) -> Double {
    let size = 1 << 16
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    var best = [Double](repeating: .infinity, count: text.count / size)
    for _ in 0..<30 {
        let stream = masker.makeStream()
        var total = 0
        text.withUnsafeBytes { whole in
            for part in best.indices {
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: whole[part * size..<(part + 1) * size]))
                let start = now()
                stream.write(Span(_unsafeBytes: UnsafeRawBufferPointer(room))) { piece in total += piece.count }
                best[part] = min(best[part], now() - start)
            }
        }
    }
    room.deallocate()
    return best.reduce(0, +) / Double(best.count) * 1e6
}

func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
}

/// One row: `ratio` is by the clock, `work` by the relay's own time, which other programs disturb less.
func measure(_ label: String, _ values: [[UInt8]], _ megabytes: Int) throws {
    let text = logText(megabytes << 20, values)
    let size = Double(text.count) / 1e6
    let setUp = try setUpSeconds(values)
    let adding = try addingSeconds(values)
    let masker = try makeMasker(values)
    let gather = Gather()
    var rounds: [Round] = []
    for _ in 0..<15 {
        let plain = relay(text) { bytes, out in writeAll(out, bytes) }
        let masking = relay(text, masked(masker.makeStream(), gather))
        rounds.append(Round(plain: plain, masked: masking, cat: throughCat(text)))
    }
    let ratio = Quarters(rounds.map { $0.plain.seconds / $0.masked.seconds })
    let cells: [(String, Int)] = [
        (label, 8), (fixed(inMemory(text, masker), 0), 9), (fixed(size / Quarters(rounds.map(\.cat)).median, 0), 8),
        (fixed(size / Quarters(rounds.map(\.plain.seconds)).median, 0), 8),
        (fixed(size / Quarters(rounds.map(\.masked.seconds)).median, 0), 8),
        (ratio.text, 21), (fixed(Quarters(rounds.map { $0.plain.work / $0.masked.work }).median, 2), 6),
        (fixed(Quarters(rounds.map { $0.cat / $0.masked.seconds }).median, 2), 7), (fixed(setUp * 1000, 2), 10),
        (fixed(adding * 1000, 2), 9),
        ("\(masker.secretBytes / 1024)", 5),
    ]
    print(cells.map { pad($0.0, $0.1) }.joined(separator: " "))
    fflush(nil)
}

/// Nanoseconds that a byte takes of texts that hold the beginnings of forms, as guesses do: a line for each form, with how
/// many of its bytes. `whole` texts of 40 bytes are masked one by one.
func near(_ values: [[UInt8]], isEven: Bool) throws {
    let hex = { (bytes: [UInt8], between: String) in
        Array(bytes.map { (($0 < 16 ? "0" : "") + String($0, radix: 16)) + between }.joined().utf8)
    }
    let value = values[0]
    let zeros = Array(String(repeating: "0", count: 39).utf8)
    let pairs = Array(String(repeating: "ab", count: 19).utf8)
    let short = ["Tr0ub4dor&3x", "54321", "a1b2c3d4"].map { Array($0.utf8) }
    let texts: [(String, [UInt8])] = [
        ("plain", value), ("hexadecimal", hex(value, "")), ("with blanks", hex(value, " ")),
        ("with colons", hex(value, ":")), ("in lines", hex(value, "\n")), ("indented", hex(value, "\n  ")),
        ("CRLF, indented", hex(value, "\r\n\t    ")), ("zeros", zeros), ("pairs", pairs),
        ("zeros in hex", hex(zeros, "")),
        ("with blanks", hex(zeros, " ")), ("in lines", hex(zeros, "\n")), ("12 bytes", short[0]), ("5 bytes", short[1]),
        ("8 bytes", short[2]), ("in hex", hex(short[2], "")), ("in lines", hex(short[2], "\n")),
    ]
    let masker = try makeMasker(values + [zeros + [0x31], pairs + [0x63]] + short)
    masker.takesEvenTime = isEven
    print("       a log: \(fixed(1e3 / inMemory(logText(4 << 20, values), masker), 2))")
    for (name, form) in texts {
        var cells: [String] = []
        for count in [4, 7, 8, 12, 15, 16, 20, 24, 31, 39, 60, 79] where count < form.count {
            var text: [UInt8] = []
            while text.count < 1 << 20 { text += form[..<count] + [0x23] }
            let whole = best(20) {
                let start = workTime()
                for _ in 0..<50 { _ = masker.mask(Array(text[..<40])) }
                return (workTime() - start) / 50
            }
            cells.append("\(count): \(fixed(1e3 / inMemory(text, masker), 2)), \(fixed(whole * 1e9, 0))")
        }
        print(pad(name, 14), cells.joined(separator: "  "))
    }
}

/// Nanoseconds that a text of 4300 bytes takes that ends as a value begins, right or with another last byte, with line ends
/// far from the end and near, where values of later origins are known, too; and the same cut before the value.
func ends(_ values: [[UInt8]], isEven: Bool) throws {
    let masker = try makeMasker(values)
    masker.takesEvenTime = isEven
    let made = Array("a-text-of-the-script".utf8)
    try masker.add(try SecretBytes(copying: made.span), name: "MADE", origin: .script)
    for lines in [0, 292, 40] {
        for count in [1, 5, 8, 12, 20] {
            var cells: [String] = []
            for isRight in [true, false] {
                var text = [UInt8](repeating: 0x2e, count: 4300)
                if lines > 0 { for place in 0..<8 { text[4300 - lines + place] = 10 } }
                text.replaceSubrange((4300 - count)..., with: values[0].prefix(count))
                if !isRight { text[4299] = text[4299] == 0x33 ? 0x35 : 0x33 }
                let whole = best(300) {
                    let start = workTime()
                    _ = masker.mask(text)
                    return workTime() - start
                }
                var cut = Double.infinity
                let value = values[0]
                for _ in 0..<300 {
                    let stream = masker.makeStream()
                    let start = workTime()
                    stream.write(text.span) { _ in }
                    stream.write(value.span) { _ in }
                    stream.finish { _ in }
                    cut = min(cut, workTime() - start)
                }
                cells.append("\(fixed(whole * 1e9, 0)) \(fixed(cut * 1e9, 0))")
            }
            print(pad("\(lines) from the end, \(count) bytes", 28), cells.joined(separator: " | "))
        }
    }
}

/// Nanoseconds that two writes and the end take of a text whose first write begins as a form does, right or with another
/// last byte, with line breaks of different lengths in it.
func writes(_ values: [[UInt8]], isEven: Bool) throws {
    let masker = try makeMasker(values)
    masker.takesEvenTime = isEven
    let digits = Array(values[0].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().utf8)
    for blanks in [-1, 0, 4, 32] {
        for count in [2, 4, 5, 7, 8, 9, 16, 24, 40, 60] {
            var cells: [String] = []
            for isRight in [true, false] {
                var text: [UInt8] = []
                for digit in digits[..<count] {
                    text.append(digit)
                    if blanks >= 0 { text += [10] + [UInt8](repeating: 32, count: blanks) }
                }
                let last = blanks >= 0 ? text.count - blanks - 2 : text.count - 1
                if !isRight { text[last] = text[last] == 0x33 ? 0x35 : 0x33 }
                var parts = [Double](repeating: .infinity, count: 3)
                for _ in 0..<200 {
                    let stream = masker.makeStream()
                    var times = [workTime()]
                    stream.write(text.span) { _ in }
                    times.append(workTime())
                    stream.write([0x23].span) { _ in }
                    times.append(workTime())
                    stream.finish { _ in }
                    times.append(workTime())
                    for part in 0..<3 { parts[part] = min(parts[part], times[part + 1] - times[part]) }
                }
                cells.append(parts.map { fixed($0 * 1e9, 0) }.joined(separator: " "))
            }
            print(pad("\(blanks) blanks, \(count) digits", 22), cells.joined(separator: " | "))
        }
    }
}

/// `set-up COUNT`, `scan COUNT` and `slice COUNT` do one thing alone, for tools that count instructions (`perf stat`, `callgrind`).
if CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]) {
    if CommandLine.arguments[1] == "scan" {
        let masker = try makeMasker(values(count))
        print("\(fixed(inMemory(logText(16 << 20, values(count)), masker), 0)) MB/s")
        exit(0)
    }
    if CommandLine.arguments[1] == "slice" {
        let masker = try makeMasker(values(count))
        print("\(fixed(slice(logText(16 << 20, values(count)), masker), 2)) us")
        exit(0)
    }
    if CommandLine.arguments[1] == "ends" || CommandLine.arguments[1] == "ends-even" {
        try ends(values(count), isEven: CommandLine.arguments[1] == "ends-even")
        exit(0)
    }
    if CommandLine.arguments[1] == "writes" || CommandLine.arguments[1] == "writes-even" {
        try writes(values(count), isEven: CommandLine.arguments[1] == "writes-even")
        exit(0)
    }
    if CommandLine.arguments[1] == "near" || CommandLine.arguments[1] == "near-even" {
        try near(values(count), isEven: CommandLine.arguments[1] == "near-even")
        exit(0)
    }
    if CommandLine.arguments[1] == "set-up" {
        print("\(fixed(try setUpSeconds(values(count)) * 1000, 2)) ms")
        exit(0)
    }
}
let megabytes = Int(CommandLine.arguments.dropFirst().first ?? "64") ?? 64
let counts = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
print(" secrets  in memory      cat    relay   masked      ratio (quarters)   work  of cat  set-up ms  one each   KiB")
for count in counts.isEmpty ? [1, 10, 100, 1000] : counts { try measure("\(count)", values(count), megabytes) }
// Short values have windows of their own.
try measure("10 + 12B", values(10) + [Array("Tr0ub4dor&3x".utf8)], megabytes)
try measure("10 + 5B", values(10) + [Array("54321".utf8)], megabytes)
