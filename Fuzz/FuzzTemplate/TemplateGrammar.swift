import FuzzSupport
import HostProtocol

/// Makes templates and their fields, most of them matching, out of choices.
enum TemplateGrammar {
    private static let names = ["a", "b", "PAT", "x.y", "é", "a b", "", "\u{1B}[2J"]

    static func fields(_ choices: inout Choices, _ handles: [ObjectReference]) -> [String: Value] {
        var fields: [String: Value] = [:]
        for _ in 0..<choices.below(5) { fields[choices.pick(names)] = value(&choices, handles) }
        return fields
    }

    private static func value(_ choices: inout Choices, _ handles: [ObjectReference]) -> Value {
        switch choices.below(10) {
        case 0...4 where !handles.isEmpty: .object(choices.pick(handles))
        case 5: .integer(choices.number())
        case 6: .object(forged(&choices))
        case 7: choices.pick([.null, .boolean(true), .number(1.5), .list([]), .map([])])
        default: .bytes(choices.bytes(atMost: 16))
        }
    }

    private static func forged(_ choices: inout Choices) -> ObjectReference {
        ObjectReference(
            kind: choices.pick(ObjectReference.Kind.allCases), index: UInt32(choices.below(8)),
            generation: UInt32(choices.below(3)), name: choices.bytes(atMost: 8))
    }

    static func text(_ choices: inout Choices) -> [UInt8] {
        var text: [UInt8] = []
        while !choices.isEmpty {
            switch choices.below(8) {
            case 0...2: text += Array("${\(choices.pick(names))}".utf8)
            case 3: text += Array(choices.pick(["$${", "$", "${", "}", "{", "$$", "$$${", "$${a}", "${${a}}"]).utf8)
            case 4: text += Array("https://x:@host/?q=1".utf8)
            default: text += choices.bytes(atMost: 6)
            }
        }
        return text
    }
}
