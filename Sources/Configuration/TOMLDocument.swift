import CTOMLShims
import Diagnostics

/// All values of a TOML text, each with the names that lead to it and its line.
struct TOMLDocument {
    /// What can be set.
    enum Content: Equatable {
        case text(String)
        /// A number or a boolean, as it is usually written.
        case scalar(String)
        case texts([String])
        /// A date, a table without entries, a list of other things.
        case other
    }

    struct Entry: Equatable {
        var path: [String]
        var content: Content
        var line: Int
    }

    /// In the order of the lines.
    let entries: [Entry]

    /// - Throws: `.usage` with file and line for what is not TOML.
    init(_ bytes: [UInt8], _ file: String) throws(Failure) {
        if let line = TOMLDepth.firstLineTooDeep(bytes) {
            throw Failure(
                .usage, "\(file.printable):\(line): this is not read",
                reason: "tables or lists are nested more than \(TOMLDepth.maximum) deep",
                hint: "no setting is deeper than two: vaultscript help configuration")
        }
        var found: [Entry] = []
        var message = [CChar](repeating: 0, count: 256)
        var line: UInt32 = 0
        let isRead = unsafe bytes.withUnsafeBytes { bytes in
            unsafe withUnsafeMutablePointer(to: &found) { found in
                unsafe vs_toml_read(
                    bytes.baseAddress, bytes.count,
                    { context, value in
                        guard let context = unsafe context, let value = unsafe value else { return }
                        unsafe context.assumingMemoryBound(to: [Entry].self).pointee.append(Entry(value.pointee))
                    }, found, &message, message.count, &line)
            }
        }
        guard isRead else {
            let words = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw Failure(
                .usage, "\(file.printable):\(line): this is not TOML", reason: words.printable,
                hint: "mend the line; the form is described at toml.io")
        }
        entries = found.sorted { $0.line < $1.line }
    }
}

extension TOMLDocument.Entry {
    fileprivate init(_ value: vs_toml_value) {
        path = unsafe Self.texts(value.path, value.path_count)
        line = unsafe Int(value.line)
        switch unsafe value.kind {
        case VS_TOML_TEXT: content = unsafe .text(value.text.map { unsafe String(cString: $0) } ?? "")
        case VS_TOML_INTEGER: content = unsafe .scalar(String(value.integer))
        case VS_TOML_FLOAT: content = unsafe .scalar(String(value.number))
        case VS_TOML_BOOLEAN: content = unsafe .scalar(value.boolean ? "true" : "false")
        case VS_TOML_TEXTS: content = unsafe .texts(Self.texts(value.texts, value.text_count))
        default: content = .other
        }
    }

    private static func texts(_ list: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int) -> [String] {
        (0..<count).compactMap { index in
            unsafe list?[index].map { unsafe String(cString: $0) }
        }
    }
}
