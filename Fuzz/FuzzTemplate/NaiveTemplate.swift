import HostProtocol

/// What a template stands for, put together the slow way from values that everybody may see.
struct NaiveTemplate {
    enum Part: Equatable {
        case text([UInt8])
        case field(String)
    }

    /// Its parts in order; nil where a field is not closed or has no name.
    let parts: [Part]?

    init(_ text: [UInt8]) { parts = Self.split(text) }

    private static func split(_ text: [UInt8]) -> [Part]? {
        let escape = Array("$${".utf8)
        let opening = Array("${".utf8)
        var parts: [Part] = []
        var place = 0
        while place < text.count {
            if text[place...].starts(with: escape) {
                parts.append(.text(opening))
                place += escape.count
            } else if text[place...].starts(with: opening) {
                guard let end = text[place...].firstIndex(of: UInt8(ascii: "}")), end > place + 2 else { return nil }
                parts.append(.field(String(decoding: text[(place + 2)..<end], as: UTF8.self)))
                place = end + 1
            } else {
                parts.append(.text([text[place]]))
                place += 1
            }
        }
        return parts
    }

    /// The value; nil where a field is missing, unused or of no use. `reveal` gives the bytes behind a handle.
    func filled(_ fields: [String: Value], _ reveal: (ObjectReference) -> [UInt8]?) -> [UInt8]? {
        guard let parts else { return nil }
        let used = Set(parts.compactMap { if case .field(let name) = $0 { name } else { nil } })
        guard used == Set(fields.keys) else { return nil }
        var result: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .field(let name):
                guard let bytes = Self.bytes(fields[name], reveal) else { return nil }
                result += bytes
            }
        }
        return result
    }

    private static func bytes(_ value: Value?, _ reveal: (ObjectReference) -> [UInt8]?) -> [UInt8]? {
        switch value {
        case .bytes(let bytes): bytes
        case .integer(let number): Array(String(number).utf8)
        case .object(let object) where object.kind == .secret: reveal(object)
        default: nil
        }
    }
}
