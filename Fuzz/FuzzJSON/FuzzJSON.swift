import FuzzSupport
import SecretMemory

@testable import Providers

/// The JSON reader over secret memory equals a naive one, on any bytes.
///
/// It accepts what the naive one accepts and nothing else, finds the same values there, says of a text that was cut
/// that it was cut, and reads back what the writer has written.
///
/// Input: even, then a text as it is; odd, then choices of a grammar that makes a text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first, count <= 8192 else { return 0 }
    var choices = Choices(input.dropFirst())
    let text = first % 2 == 0 ? choices.everything() : JSONGrammar.text(&choices)
    checkReading(text)
    checkCut(text, at: Int(first) / 2)
    checkWriting(text)
    return 0
}

private func document(_ text: [UInt8]) -> Result<SecretJSON, JSONError> {
    guard let secret = try? SecretBytes(copying: text.span) else { fail("no secret memory is left") }
    do throws(JSONError) { return .success(try SecretJSON(secret)) } catch { return .failure(error) }
}

private func bytes(_ secret: SecretBytes) -> [UInt8] { secret.withBytes { span in span.indices.map { span[$0] } } }

// MARK: - Reading

private func checkReading(_ text: [UInt8]) {
    let naive = NaiveJSON.read(text)
    switch document(text) {
    case .failure(let error):
        require(naive == nil, "a JSON text is refused")
        require((0...text.count).contains(error.offset), "a fault is outside of the text")
    case .success(let json):
        guard let naive else { fail("what is no JSON is read") }
        check(json.root, naive)
    }
}

private func check(_ node: SecretJSON.Node, _ want: NaiveJSON) {
    require(node.isNull == (want == .null), "null differs")
    require(node.isObject == want.isObject, "an object differs")
    require(node.bool == want.boolean, "a truth value differs")
    require(node.integer == want.integer, "an integer differs")
    require(node.elements?.count == want.elements?.count, "an array's length differs")
    checkString(node, want)
    if case .object(let members) = want { checkMembers(node, members) }
    for (child, item) in zip(node.elements ?? [], want.elements ?? []) { check(child, item) }
}

private func checkString(_ node: SecretJSON.Node, _ want: NaiveJSON) {
    guard case .string(let expected) = want else {
        let secret = try? node.secret()
        return require(secret == nil && !node.isText(""), "what is no string gives a secret")
    }
    let secret: SecretBytes?
    do throws(JSONError) { secret = try node.secret() } catch {
        return require(error.kind == .surrogate && expected == nil, "a string is refused")
    }
    guard let secret, let expected else { fail("half a character is taken") }
    require(bytes(secret) == expected, "a string differs")
    let text = String(decoding: expected, as: UTF8.self)
    require(node.isText(text) && !node.isText(text + "x"), "a string does not equal itself")
}

private func checkMembers(_ node: SecretJSON.Node, _ members: [(key: [UInt8]?, value: NaiveJSON)]) {
    for (key, value) in members {
        guard let key else { continue }
        let isTwice = members.filter { $0.key == key }.count > 1
        do throws(JSONError) {
            guard let found = try node.member(String(decoding: key, as: UTF8.self)) else {
                fail("a member is not found")
            }
            require(!isTwice, "a key that stands there twice is found")
            check(found, value)
        } catch {
            require(error.kind == .duplicateKey && isTwice, "a member is refused")
        }
    }
}

// MARK: - Cutting and writing

/// A list or an object that is cut anywhere before its end is incomplete, and never wrong.
private func checkCut(_ text: [UInt8], at place: Int) {
    guard let naive = NaiveJSON.read(text), naive.isObject || naive.elements != nil,
        let end = text.lastIndex(where: { $0 == 0x5D || $0 == 0x7D }), end > 0
    else { return }
    guard case .failure(let error) = document(Array(text[..<(place % end)])) else {
        fail("a part is taken for the whole")
    }
    require(error.kind == .truncated, "a cut text is not said to be cut: \(error.kind)")
}

private func checkWriting(_ value: [UInt8]) {
    guard var writer = try? JSONWriter(), let secret = try? SecretBytes(copying: value.span) else { return }
    let isText = String(validating: value, as: UTF8.self) != nil
    guard (try? writer.add("value", secret: secret)) != nil else {
        return require(!isText, "a text cannot be written")
    }
    require(isText, "what is no text is written")
    guard let written = try? writer.finish(), let json = try? SecretJSON(written),
        let back = try? json.root.member("value")?.secret()
    else { fail("what was written is not read") }
    require(bytes(back) == value, "what was written reads as another value")
}

extension NaiveJSON {
    fileprivate var isObject: Bool { if case .object = self { true } else { false } }
    fileprivate var boolean: Bool? { if case .boolean(let truth) = self { truth } else { nil } }
    fileprivate var elements: [NaiveJSON]? { if case .array(let items) = self { items } else { nil } }
    fileprivate var integer: Int? {
        guard case .number(let text) = self, let number = Int(text), number.magnitude < 1 << 53 else { return nil }
        return number
    }
}
