import Diagnostics
import Foundation
import FuzzSupport
import HostProtocol
import Masking
import SecretMemory
import TestSupport

@testable import Worker

/// A host in the worker's own process: it holds values, answers as the real one does, in any order, and looks at every
/// byte that goes over the wire in either direction.
///
/// Children are played: each prints what it was granted, plain and encoded, and that passes the masker.
final class CanaryHost: Wire {
    private var choices: Choices
    private let masker: Masker
    private let canaries = [Canary("ghp_"), Canary("key_")]
    private let needles: Needles
    private var values: [ObjectReference: String] = [:]
    private var given: Set<ObjectReference> = []
    private var owed: [Message] = []
    private var nextID: UInt32 = 1
    private var hasCancelled = false
    private(set) var hasFinished = false

    init(_ choices: Choices) {
        guard let masker = try? Masker() else { fail("no secret memory is left") }
        self.choices = choices
        self.masker = masker
        needles = Needles(canaries)
        super.init(descriptor: -1)
    }

    // MARK: - The worker's calls

    override func request(_ operation: HostProtocol.Operation, _ value: Value) throws(Failure) -> UInt32 {
        let id = nextID
        nextID += 1
        try check(.request(id: id, operation, value))
        interruptNowAndThen()
        let answer: Message
        do throws(Failure) {
            answer = .answer(id: id, try self.answer(operation, value))
        } catch {
            answer = .fault(id: id, FaultRecord.value(masked(error), id: Int64(id)))
        }
        owed.append(answer)
        return id
    }

    override func notify(_ operation: HostProtocol.Operation, _ value: Value) throws(Failure) {
        try check(.notice(operation, value))
        if operation == .release, case .object(let object) = value { values[object] = nil }
        guard operation == .finished else { return }
        hasFinished = true
        // The real host kills its worker here.
        throw Failure(.cancelled, "the program is at its end")
    }

    override func receive() -> Message {
        if !hasCancelled, choices.oneIn(64) {
            hasCancelled = true
            return checked(.cancel(FaultRecord.value(Failure(.cancelled, "the run was interrupted"), id: 1)))
        }
        require(!owed.isEmpty, "the worker waits for an answer that nobody owes")
        return checked(owed.remove(at: choices.below(owed.count)))
    }

    /// As a signal may: between any two instructions.
    private func interruptNowAndThen() { if choices.oneIn(64) { raise(SIGUSR1) } }

    // MARK: - What must hold

    /// What the worker sends is a message, names no handle that it was not given, and holds no value.
    private func check(_ message: Message) throws(Failure) {
        let bytes = try Frame.encode(message)
        var reader = MessageReader()
        reader.append(bytes.span)
        guard let read = try? reader.next(), let again = try? Frame.encode(read) else {
            fail("the worker sends what is no message")
        }
        require(again == bytes, "a message reads as another one")
        checkBytes(bytes, "to the host")
        switch message {
        case .request(_, _, let value), .notice(_, let value): checkHandles(value)
        default: fail("the worker answers")
        }
    }

    private func checked(_ message: Message) -> Message {
        guard let bytes = try? Frame.encode(message) else { fail("an answer cannot be sent") }
        checkBytes(bytes, "to the worker")
        return message
    }

    private func checkBytes(_ bytes: [UInt8], _ way: String) {
        guard let form = needles.found(in: bytes) else { return }
        fail("a value is on the wire \(way): \(form)")
    }

    private func checkHandles(_ value: Value) {
        switch value {
        case .object(let object): require(given.contains(object), "a script has made a handle")
        case .list(let items): for item in items { checkHandles(item) }
        case .map(let entries): for entry in entries { checkHandles(entry.value) }
        default: break
        }
    }

    // MARK: - Answers

    private func answer(_ operation: HostProtocol.Operation, _ value: Value) throws(Failure) -> Value {
        switch operation {
        case .login: return handle(.session, "vault", nil)
        case .getSecret: return .object(try secret(value["name"]))
        case .getSecrets:
            return .record(["PAT": .object(try secret(.text("PAT"))), "KEY": .object(try secret(.text("KEY")))])
        case .names: return .list([.text("PAT"), .text("KEY")])
        case .describe: return .record(["provider": .text("infisical"), "path": .text("/")])
        case .template: return try derived(value["fields"] ?? .null, value["text"]?.asText ?? "")
        case .secretFromEnvironment: return .object(try secret(.text("PAT")))
        case .derive: return try derived(value, value["way"]?.asText ?? "")
        case .file: return choices.pick([.null, .text("text"), .list([.text("name")]), .boolean(true)])
        case .spawn where value["background"]?.asBoolean == true: return handle(.process, "", nil)
        case .processLines: return choices.pick([.text("line\nhalf"), .text("")])
        case .processState: return .record(["pid": .integer(2), "running": .boolean(choices.oneIn(2))])
        case .processWait: return .record(["code": .integer(0), "ok": .boolean(true)])
        case .processKill: return .boolean(true)
        case .spawn, .pipe: return try child(value)
        case .module:
            return .record([
                "file": .text("module.lua"), "text": .text(choices.pick(["return 1", "return ...", "x ="])),
            ])
        case .environmentVariable, .readInput: return choices.pick([.null, .text("line")])
        default: return .null
        }
    }

    private func handle(_ kind: ObjectReference.Kind, _ name: String, _ value: String?) -> Value {
        let reference = ObjectReference(
            kind: kind, index: UInt32(given.count), generation: 1, name: Array(name.utf8))
        given.insert(reference)
        values[reference] = value
        return .object(reference)
    }

    private func secret(_ name: Value?) throws(Failure) -> ObjectReference {
        let name = name?.asText ?? ""
        guard let place = ["PAT", "KEY"].firstIndex(of: name) else {
            throw Failure(.notFound, "the secret \(name) was not found", hint: "not \(canaries[0].value)")
        }
        guard case .object(let object) = try keep(canaries[place].value, name) else { fail("no handle") }
        return object
    }

    private func keep(_ value: String, _ name: String) throws(Failure) -> Value {
        try masker.add(try SecretBytes(copying: value), name: name)
        return handle(.secret, name, value)
    }

    private func derived(_ fields: Value, _ text: String) throws(Failure) -> Value {
        let parts = granted(fields)
        guard parts.count < 8 else { throw Failure(.limit, "too many") }
        return try keep((text.prefix(64) + parts.joined()).description, "template")
    }

    /// The values behind all handles of a table.
    private func granted(_ value: Value) -> [String] {
        switch value {
        case .object(let object): [values[object]].compactMap { $0 }
        case .list(let items): items.flatMap(granted)
        case .map(let entries): entries.flatMap { granted($0.value) }
        default: []
        }
    }

    private func child(_ value: Value) throws(Failure) -> Value {
        let parts = granted(value).prefix(4)
        let plain = parts.joined(separator: "\n")
        let text = "\(plain)\n\(Data(plain.utf8).base64EncodedString())\n\(plain.reversed())"
        if value["capture"]?.asText == "secret" { return .record(["stdout": try keep(plain, "stdout")]) }
        if choices.oneIn(4) { throw Failure(.exit, "the program failed", reason: plain, code: 1) }
        return .record(["code": .integer(0), "stdout": .bytes(masker.mask(Array(text.utf8))), "ok": .boolean(true)])
    }

    private func masked(_ failure: Failure) -> Failure {
        Failure(
            failure.kind, masker.mask(failure.message), reason: masker.mask(failure.reason),
            hint: masker.mask(failure.hint), code: failure.code)
    }
}
