import Diagnostics
import HostProtocol

/// Options that hold several texts.
extension OptionReader {
    /// A list of texts, or one text in its place.
    mutating func texts(_ name: String, _ expected: String) throws(Failure) -> [String]? {
        guard let value = value(name) else { return nil }
        if let one = value.asText { return [one] }
        if value.isEmptyTable { return [] }
        guard case .list(let items) = value else { throw wrong(name, expected, value) }
        var texts: [String] = []
        for item in items {
            guard let text = item.asText, !text.utf8.contains(0) else { throw wrong(name, expected, item) }
            texts.append(text)
        }
        return texts
    }

    /// A table of names and texts.
    mutating func textMap(_ name: String, _ expected: String) throws(Failure) -> [String: String]? {
        guard let value = value(name) else { return nil }
        if value.isEmptyTable { return [:] }
        guard case .map(let fields) = value else { throw wrong(name, expected, value) }
        var texts: [String: String] = [:]
        for field in fields {
            guard case .bytes(let key) = field.key, let text = field.value.asText, !text.utf8.contains(0) else {
                throw wrong(name, expected, field.value)
            }
            texts[String(decoding: key, as: UTF8.self)] = text
        }
        return texts
    }
}

extension Value {
    /// Whether it is a table without anything in it, which Lua does not tell apart as list or map.
    fileprivate var isEmptyTable: Bool {
        switch self {
        case .list(let items): items.isEmpty
        case .map(let fields): fields.isEmpty
        default: false
        }
    }
}
