import Foundation

/// As much of JSON Schema as docs/events.schema.json uses: type, const, enum, properties, required, additionalProperties, items,
/// pattern, minimum, oneOf and references within the file.
public struct JSONSchema {
    private let root: [String: Any]

    /// Takes a schema as text.
    public init(_ text: String) throws {
        guard let root = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw CocoaError(.fileReadCorruptFile)
        }
        self.root = root
    }

    /// What is wrong with `value`; nil where it is as the schema says.
    public func problem(_ value: Any) -> String? { problem(value, root) }

    private func problem(_ value: Any, _ shape: [String: Any]) -> String? {
        if let name = shape["$ref"] as? String { return problem(value, definition(name)) }
        if let choices = shape["oneOf"] as? [[String: Any]] {
            let found = choices.map { problem(value, $0) }
            return found.filter { $0 == nil }.count == 1 ? nil : "fits none: \(found.compactMap { $0 })"
        }
        if let only = shape["const"], !Self.isEqual(value, only) { return "\(value) is not \(only)" }
        if let choices = shape["enum"] as? [Any], !choices.contains(where: { Self.isEqual(value, $0) }) {
            return "\(value) is none of \(choices)"
        }
        if let type = shape["type"] as? String, !Self.isOf(type, value) { return "\(value) is no \(type)" }
        return problemInside(value, shape)
    }

    private func definition(_ name: String) -> [String: Any] {
        let shapes = root["$defs"] as? [String: [String: Any]] ?? [:]
        return shapes[name.replacingOccurrences(of: "#/$defs/", with: "")] ?? ["enum": [Any]()]
    }

    private func problemInside(_ value: Any, _ shape: [String: Any]) -> String? {
        if let pattern = shape["pattern"] as? String,
            (value as? String)?.range(of: pattern, options: .regularExpression) == nil
        {
            return "\(value) is not as \(pattern)"
        }
        if let least = shape["minimum"] as? Double, let number = value as? Double, number < least {
            return "\(value) is too small"
        }
        if let items = value as? [Any], let shape = shape["items"] as? [String: Any] {
            return items.lazy.compactMap { self.problem($0, shape) }.first
        }
        if let fields = value as? [String: Any] { return problemOfFields(fields, shape) }
        return nil
    }

    private func problemOfFields(_ fields: [String: Any], _ shape: [String: Any]) -> String? {
        let known = shape["properties"] as? [String: [String: Any]] ?? [:]
        for name in shape["required"] as? [String] ?? [] where fields[name] == nil { return "\(name) is missing" }
        for (name, value) in fields {
            if let shape = known[name] {
                if let problem = problem(value, shape) { return "\(name): \(problem)" }
            } else if let others = shape["additionalProperties"] as? [String: Any] {
                if let problem = problem(value, others) { return "\(name): \(problem)" }
            } else if shape["additionalProperties"] as? Bool == false {
                return "\(name) is not in the schema"
            }
        }
        return nil
    }

    private static func isEqual(_ value: Any, _ other: Any) -> Bool {
        (value as? NSObject) == (other as? NSObject)
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        let number = value as? NSNumber
        let isBoolean = number.map { CFGetTypeIDIsBoolean($0) } ?? false
        switch type {
        case "object": return value is [String: Any]
        case "array": return value is [Any]
        case "string": return value is String
        case "boolean": return isBoolean
        case "number": return number != nil && !isBoolean
        case "integer": return number.map { !isBoolean && $0.doubleValue == $0.doubleValue.rounded() } ?? false
        default: return false
        }
    }

    private static func CFGetTypeIDIsBoolean(_ number: NSNumber) -> Bool {
        let type = unsafe String(cString: number.objCType)
        return type == "c" || type == "B"
    }
}
