import Foundation

/// Reads a JSON tree by expectation and collects every problem with the place it is at, so that all are told at once.
struct SeedReader {
    private(set) var problems: [String] = []

    /// Notes a problem at a place such as `identities[0].tokenTtl`.
    mutating func note(_ place: String, _ problem: String) {
        problems.append(place.isEmpty ? problem : "\(place): \(problem)")
    }

    /// The members of an object, with unknown keys noted next to the nearest known one.
    mutating func object(_ value: JSON?, _ place: String, keys: [String]) -> [String: JSON] {
        guard let members = value?.object else {
            note(place, "an object is needed here, not \(Self.kind(value))")
            return [:]
        }
        for key in members.keys.sorted() where !keys.contains(key) {
            let near = NearName.nearest(to: key, among: keys).map { "; did you mean \"\($0)\"?" }
            note(place, "unknown key \"\(key)\"" + (near ?? "; known are \(keys.joined(separator: ", "))"))
        }
        return members
    }

    /// The members of an object with free keys, sorted by key; empty when left out.
    mutating func map(_ value: JSON?, _ place: String) -> [(key: String, value: JSON)] {
        guard let value else { return [] }
        guard let members = value.object else {
            note(place, "an object is needed here, not \(Self.kind(value))")
            return []
        }
        return members.sorted { $0.key < $1.key }
    }

    /// The elements of an array with their places; nil when left out.
    mutating func list(_ value: JSON?, _ place: String) -> [(place: String, value: JSON)]? {
        guard let value else { return nil }
        guard let elements = value.array else {
            note(place, "an array is needed here, not \(Self.kind(value))")
            return nil
        }
        return elements.enumerated().map { ("\(place)[\($0)]", $1) }
    }

    /// An array of strings; nil when left out.
    mutating func strings(_ value: JSON?, _ place: String) -> [String]? {
        guard let elements = list(value, place) else { return nil }
        return elements.compactMap { string($0.value, $0.place) }
    }

    /// A string that is not empty; nil when left out.
    mutating func string(_ value: JSON?, _ place: String) -> String? {
        guard let value else { return nil }
        guard let text = value.string else {
            note(place, "a string is needed here, not \(Self.kind(value))")
            return nil
        }
        if text.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty { note(place, "the string is empty") }
        return text
    }

    /// A string that must be there.
    mutating func required(_ members: [String: JSON], _ key: String, _ place: String) -> String {
        guard let value = members[key] else {
            note(place, "key \"\(key)\" is missing")
            return ""
        }
        return string(value, "\(place).\(key)") ?? ""
    }

    /// A whole number in a range; nil when left out.
    mutating func number(_ value: JSON?, _ place: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value else { return nil }
        guard let number = value.int, range.contains(number) else {
            let limits = "\(range.lowerBound) to \(range.upperBound)"
            note(place, "a whole number from \(limits) is needed here")
            return nil
        }
        return number
    }

    /// A truth value; nil when left out.
    mutating func flag(_ value: JSON?, _ place: String) -> Bool? {
        guard let value else { return nil }
        if value.bool == nil { note(place, "true or false is needed here, not \(Self.kind(value))") }
        return value.bool
    }

    /// The kind of a value for a message; never the value.
    private static func kind(_ value: JSON?) -> String { value.map { "a value of kind \($0.kindName)" } ?? "nothing" }
}

/// The known name that a mistyped one most likely stands for.
enum NearName {
    /// The nearest of `names`, nil when none is near.
    static func nearest(to name: String, among names: [String]) -> String? {
        let scored = names.map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
        let best = scored.min { $0.distance < $1.distance }
        return best.flatMap { $0.distance <= max(2, name.count / 3) && $0.distance < name.count ? $0.name : nil }
    }

    /// Insertions, deletions and replacements that turn one text into the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (right[column] == character ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
