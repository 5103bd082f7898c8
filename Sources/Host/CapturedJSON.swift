import Diagnostics
import Masking
import Providers
import SecretMemory

/// JSON that came from outside, with some of its fields taken as secrets before any of it becomes text.
struct CapturedJSON {
    /// The fields as values, in the order they were asked for.
    let secrets: [(path: String, value: SecretBytes)]
    /// The rest: the text as it came, the fields' places and all that the masker knows masked.
    let text: [UInt8]

    /// Whether `text` can name a field: names joined by dots, `token` or `data.token`.
    static func isPath(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 256 && text.printable == text && !text.contains("\"") && !text.contains("\\")
            && parts.allSatisfy { !$0.isEmpty }
    }

    /// Takes `fields`, makes them known to `masker`, and masks the rest.
    ///
    /// - Throws: One error for whatever is wrong with the text, `.limit` when secret memory is used up.
    init(_ buffer: SecretBuffer, fields: [String], masker: Masker, from source: String) throws(Failure) {
        var found: [Field]
        let inert = try buffer.withBytes { (bytes) throws(Failure) in try InertText(bytes, masker) }
        do throws(JSONError) {
            found = try Self.find(fields, in: SecretJSON(inert?.text ?? buffer).root) ?? []
        } catch {
            throw error.kind == .memory ? Self.noRoom(source) : Self.unfit(source)
        }
        guard !found.isEmpty else { throw Self.unfit(source) }
        if let inert { try Self.moveBack(&found, inert, source) }
        for field in found { try masker.add(field.value, name: field.path, origin: .script) }
        secrets = found.map { ($0.path, $0.value) }
        text = Self.masked(buffer, found.sorted { $0.range.lowerBound < $1.range.lowerBound }, masker)
    }

    private struct Field {
        var path: String
        var value: SecretBytes
        var range: Range<Int>
        var isQuoted: Bool
    }

    // MARK: - Fields

    /// Nil where one is missing or neither text nor number.
    private static func find(_ paths: [String], in root: SecretJSON.Node) throws(JSONError) -> [Field]? {
        var found: [Field] = []
        for path in paths {
            var node = root
            for name in path.split(separator: ".") {
                guard let member = try node.member(String(name)) else { return nil }
                node = member
            }
            // No ??: its right side does not pass on a typed error.
            var value = try node.secret()
            let isQuoted = value != nil
            if !isQuoted { value = try node.secretNumber() }
            guard let value else { return nil }
            found.append(Field(path: path, value: value, range: node.sourceRange, isQuoted: isQuoted))
        }
        return found
    }

    /// The places in the text as it came. What holds a value of the vault is not taken.
    private static func moveBack(_ found: inout [Field], _ inert: InertText, _ source: String) throws(Failure) {
        for index in found.indices {
            guard !inert.holdsMark(found[index].range) else {
                throw InertText.holdsSecret(
                    "the field \(found[index].path) of what \(source) printed holds a secret of the vault: use that one"
                )
            }
            found[index].range = inert.original(found[index].range)
        }
    }

    /// The same whatever is wrong: which field it is, or how far it could be read, may be a part of a value.
    private static func unfit(_ source: String) -> Failure {
        Failure(
            .notFound, "the secrets cannot be taken from what \(source) printed",
            reason: "it is not JSON, or a field is missing, there twice, or neither text nor number",
            hint: "look at what it prints, without its values, and at the names in secrets = { … }")
    }

    private static func noRoom(_ source: String) -> Failure {
        var failure = Failure(
            .limit, "there is no secret memory left for what \(source) printed",
            hint: "fetch and capture fewer secrets in one run")
        failure.endsRun = true
        return failure
    }

    // MARK: - The rest

    /// A field's place is masked in whatever way the text writes it; the masker finds the listed forms elsewhere.
    private static func masked(
        _ buffer: SecretBuffer, _ places: [Field], _ masker: Masker
    ) -> [UInt8] {
        var text: [UInt8] = []
        buffer.withBytes { bytes in
            var start = 0
            for place in places where place.range.lowerBound >= start {
                append(bytes.extracting(start..<place.range.lowerBound), masker, &text)
                let mask = "[secret:\(place.path)]"
                text += Array((place.isQuoted ? mask : "\"\(mask)\"").utf8)
                start = place.range.upperBound
            }
            append(bytes.extracting(start..<bytes.count), masker, &text)
        }
        return text
    }

    private static func append(_ bytes: Span<UInt8>, _ masker: Masker, _ text: inout [UInt8]) {
        let stream = masker.makeStream()
        func keep(_ piece: Span<UInt8>) { unsafe piece.withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) } }
        stream.write(bytes) { keep($0) }
        stream.finish { keep($0) }
    }
}
