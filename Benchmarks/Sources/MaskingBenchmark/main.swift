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

/// Sends `text` from one thread through a pipe, a relay and a second pipe to another thread; gives seconds.
///
/// The relay reads 64 KiB at a time and hands them to `body` with the descriptor to write to.
func relay(_ text: [UInt8], _ body: (UnsafeRawBufferPointer, Int32) -> Void) -> Double {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return .infinity }
    _ = fcntl(ends[1], setPipeSize, 1 << 20)
    var output: [Int32] = [0, 0]
    guard pipe(&output) == 0 else { return .infinity }
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
    let start = now()
    while true {
        let count = read(ends[0], room.baseAddress, room.count)
        guard count > 0 else { break }
        body(UnsafeRawBufferPointer(rebasing: room[..<count]), output[1])
    }
    let seconds = now() - start
    close(ends[0])
    close(output[1])
    pthread_join(writer, nil)
    pthread_join(reader, nil)
    close(output[0])
    room.deallocate()
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
}

/// Masks and writes on; large pieces straight from the chunk, small ones together.
func masked(_ stream: MaskingStream, _ gather: Gather) -> (UnsafeRawBufferPointer, Int32) -> Void {
    { bytes, out in
        stream.write(Span(_unsafeBytes: bytes)) { piece in
            piece.withUnsafeBytes { part in
                if part.count >= 4096 || gather.count + part.count > gather.bytes.count {
                    gather.flush(out)
                    writeAll(out, part)
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
        let start = now()
        let masker = try makeMasker(values)
        best = withExtendedLifetime(masker) { min(best, now() - start) }
    }
    return best
}

func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
}

let megabytes = Int(CommandLine.arguments.dropFirst().first ?? "64") ?? 64
print("secrets  memory MB/s  relay MB/s  masked MB/s  ratio  set-up ms  secret KiB")
let counts = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
for count in counts.isEmpty ? [1, 10, 100, 1000] : counts {
    let all = values(count)
    let text = logText(megabytes << 20, all)
    let size = Double(text.count) / 1e6
    let setUp = try setUpSeconds(all)
    let masker = try makeMasker(all)
    let inMemory = best(5) {
        let stream = masker.makeStream()
        var total = 0
        let start = now()
        text.withUnsafeBytes { whole in
            for place in stride(from: 0, to: whole.count, by: 1 << 16) {
                let part = UnsafeRawBufferPointer(rebasing: whole[place..<min(place + 1 << 16, whole.count)])
                stream.write(Span(_unsafeBytes: part)) { piece in total += piece.count }
            }
        }
        return now() - start
    }
    let gather = Gather()
    var plain = Double.infinity
    var relayed = Double.infinity
    for _ in 0..<5 {
        plain = min(plain, relay(text) { bytes, out in writeAll(out, bytes) })
        relayed = min(relayed, relay(text, masked(masker.makeStream(), gather)))
    }
    print(
        pad("\(count)", 7), pad(fixed(size / inMemory, 0), 12), pad(fixed(size / plain, 0), 11),
        pad(fixed(size / relayed, 0), 12), pad(fixed(plain / relayed, 2), 6), pad(fixed(setUp * 1000, 2), 10),
        pad("\(masker.secretBytes / 1024)", 11))
    fflush(nil)
}
