import CSystemShims
import Diagnostics
import HTTPTransport
import HostProtocol
import Masking
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Takes one answer as it comes: headers and text masked, a value into secret memory, a download into its file. The body of
/// a refusal is kept as masked text for the error, whatever was wanted, but never where values are to be expected in it.
final class HTTPAnswer: HTTPReceiver {
    private enum Way {
        case text
        case secret(SecretBuffer)
        case file(Int32)
    }

    /// As much of a refusal is kept where its body is no result.
    private static let refusalBytes = 64 * 1024
    /// A session's cookie is a credential, and nothing here keeps any.
    private static let left: Set<[UInt8]> = [Array("set-cookie".utf8), Array("set-cookie2".utf8)]
    /// What headers tell of a body that is taken as a value, or for the values in it: its length, and what it adds up to.
    private static let leftOfSecrets = Set(
        [
            "content-length", "content-range", "content-md5", "digest", "content-digest", "repr-digest", "etag",
            "x-goog-hash", "x-goog-stored-content-length", "x-ms-blob-content-md5", "x-ms-blob-content-length",
            "x-ms-content-crc64", "x-linked-etag", "x-linked-size", "x-bz-content-sha1", "x-oss-hash-crc64ecma",
            "x-cos-hash-crc64ecma", "x-amz-decoded-content-length", "docker-content-digest",
        ].map { Array($0.utf8) })
    private static let leftPrefixesOfSecrets = ["x-amz-checksum-", "x-checksum-"].map { Array($0.utf8) }

    private let gate: Gate
    private let stream: MaskingStream
    private let way: Way
    private let maximum: Int64
    private let budget: TextBudget
    private(set) var text: [UInt8] = []
    private var taken = 0
    private(set) var received: Int64 = 0
    /// By lower-case name, in the order they came.
    private(set) var headers: [(name: [UInt8], value: [UInt8])] = []
    /// The lines as they came, where values are known at the end only: masked twice a value of which a mask has taken the
    /// beginning would be laid bare.
    private var rawHead: SecretBuffer?
    private static let headBytes = 512 * 1024
    /// The line that may still go on.
    private var openLine: HTTPHeadLine?
    /// Why the answer could not be taken.
    private(set) var failure: Failure?

    init(_ plan: HTTPPlan, _ gate: Gate, _ budget: TextBudget, file: Int32?) throws(Failure) {
        self.gate = gate
        self.budget = budget
        stream = gate.masker.makeStream()
        maximum = plan.maximumBody
        if let file {
            way = .file(file)
        } else if plan.capture == .secret || !plan.secretFields.isEmpty {
            way = .secret(try SecretBuffer(maximumCount: max(1, Int(maximum))))
            rawHead = try SecretBuffer(maximumCount: Self.headBytes)
        } else {
            way = .text
        }
    }

    deinit { budget.give(taken) }

    var secretBuffer: SecretBuffer? { if case .secret(let buffer) = way { buffer } else { nil } }

    /// A header's value as text; of equal names the last.
    func header(_ name: String) -> String? {
        headers.last { $0.name == Array(name.utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    // MARK: - As it comes

    /// The headers, by the values that are known now.
    func revealHead() {
        guard let raw = rawHead else { return }
        rawHead = nil
        (headers, openLine) = ([], nil)
        raw.withBytes { bytes in
            var start = 0
            for index in bytes.indices where bytes[index] == 10 {
                take(bytes.extracting(start..<index))
                start = index + 1
            }
        }
        endLine()
    }

    func receiveHead(_ line: Span<UInt8>) {
        if let rawHead {
            let end: [UInt8] = [10]
            do throws(Failure) {
                try rawHead.append(line)
                try rawHead.append(end.span)
            } catch {
                failure = failure ?? error
            }
        }
        take(line)
    }

    private func take(_ line: Span<UInt8>) {
        if HTTPHeadLine.isContinuation(line) {
            openLine?.goOn(line)
        } else {
            endLine()
            if Self.isStatusLine(line) { return headers = [] }
            if !line.isEmpty { openLine = HTTPHeadLine(line, gate.masker) }
        }
    }

    private func endLine() {
        defer { openLine = nil }
        guard let (name, value) = openLine?.finish(), !Self.left.contains(name) else { return }
        guard secretBuffer == nil || !Self.tellsOfBody(name) else { return }
        headers.append((name, value))
    }

    private static func tellsOfBody(_ name: [UInt8]) -> Bool {
        leftOfSecrets.contains(name) || leftPrefixesOfSecrets.contains { name.starts(with: $0) }
    }

    private static func isStatusLine(_ line: Span<UInt8>) -> Bool {
        let start = Array("HTTP/".utf8)
        return line.count >= start.count && start.indices.allSatisfy { line[$0] == start[$0] }
    }

    func receiveBody(_ bytes: Span<UInt8>, status: Int) -> Bool {
        endLine()
        received += Int64(bytes.count)
        guard received <= maximum else { return refuse(Self.tooLarge(maximum)) }
        if status >= 300 { return receiveRefusal(bytes) }
        switch way {
        case .text: return receiveText(bytes)
        case .secret(let buffer):
            do { try buffer.append(bytes) } catch { return refuse(error) }
            return true
        case .file(let file):
            let isWritten = unsafe bytes.withUnsafeBufferPointer {
                unsafe vs_sys_file_write(file, $0.baseAddress, $0.count) == 0
            }
            guard !isWritten else { return true }
            let words = unsafe String(cString: strerror(errno))
            return refuse(
                Failure(
                    .io, "\(HTTPPlan.function): the download cannot be written", reason: words, hint: "make room: df"))
        }
    }

    private func receiveText(_ bytes: Span<UInt8>) -> Bool {
        guard budget.take(bytes.count) else { return refuse(Self.noRoom) }
        taken += bytes.count
        stream.write(bytes) { keep($0) }
        return true
    }

    /// How long the masked text is counts when it has ended: until then it tells what is held back. Of more than may be
    /// given no more is kept than tells so.
    private func keep(_ bytes: Span<UInt8>) {
        if text.count <= FileService.maximumMaskedBytes { text.append(copying: bytes) }
    }

    /// The whole counts as text where text was wanted; else the beginning is kept for the error, and nothing at all of
    /// what could hold values.
    private func receiveRefusal(_ bytes: Span<UInt8>) -> Bool {
        switch way {
        case .text: return receiveText(bytes)
        case .secret: return true
        case .file:
            // What is held then has no room either.
            if text.count < Int(Self.refusalBytes) { stream.write(bytes) { keepBeginning($0) } }
            return true
        }
    }

    /// The beginning of the masked text, wherever the masker stops: what it holds back at the cut must not come out.
    private func keepBeginning(_ bytes: Span<UInt8>) {
        let room = Int(Self.refusalBytes) - text.count
        if room > 0 { text.append(copying: bytes.extracting(0..<min(room, bytes.count))) }
    }

    func finish() {
        endLine()
        if case .file = way { stream.finish { keepBeginning($0) } } else { stream.finish { keep($0) } }
        if case .text = way, text.count > FileService.maximumMaskedBytes { failure = failure ?? Self.tooLarge(maximum) }
    }

    private func refuse(_ failure: Failure) -> Bool {
        self.failure = failure
        return false
    }

    static func tooLarge(_ maximum: Int64) -> Failure {
        Failure(
            .limit, "\(HTTPPlan.function): the answer is larger than \(maximum) bytes",
            reason: "that is the most that this request takes",
            hint: "ask for less, raise maxBody, or take it into a file: download = { file = path }")
    }

    private static var noRoom: Failure {
        Failure(
            .limit, "\(HTTPPlan.function): there is no room for another answer",
            reason: "captured text is held in memory, \(TextBudget.totalBytes >> 20) MiB at most in one run",
            hint: "take large answers into files: download = { file = path }")
    }
}
