public import Foundation

/// Looks for values in bytes: in every listed form, by the oracle's own encoders, and by pieces that no mask may leave.
///
/// For tests alone. Slow on purpose: each form by itself.
public struct ValueScan: Sendable {
    /// One thing to look for.
    private struct Needle: Sendable {
        let bytes: Data
        let what: String
        /// Whether it counts with line ends inside, too.
        var isWrapped = false
    }

    /// The fewest bytes of a value's beginning that count as a leak.
    public static let headBytes = 6
    /// The fewest bytes from anywhere in a value that count as a leak.
    public static let windowBytes = 12

    private var needles: [Needle] = []

    /// A scan that knows no value yet.
    public init() {}

    /// Adds a value under a name.
    ///
    /// - Parameter telling: the parts of it that are random, whose pieces are looked for too. A public header is none.
    public mutating func add(_ name: String, _ value: String, telling: [String]) {
        let forms = NaiveForms(Array(value.utf8))
        for form in forms.all.union(forms.wrapped) where form.count >= 4 {
            let isWrapped = forms.wrapped.contains(form)
            needles.append(Needle(bytes: Data(form), what: "\(name) in a listed form", isWrapped: isWrapped))
        }
        for part in telling.map({ Array($0.utf8) }) {
            if part.count >= Self.headBytes {
                needles.append(Needle(bytes: Data(part.prefix(Self.headBytes)), what: "the beginning of \(name)"))
            }
            for start in stride(from: 0, through: part.count - Self.windowBytes, by: 1) {
                let window = Data(part[start..<(start + Self.windowBytes)])
                needles.append(Needle(bytes: window, what: "\(Self.windowBytes) bytes of \(name), from \(start)"))
            }
        }
    }

    /// Adds bytes that must not be there, whatever they are.
    public mutating func add(_ what: String, bytes: String) {
        needles.append(Needle(bytes: Data(bytes.utf8), what: what))
    }

    /// What of them stands in `data`, each kind once; never the value itself.
    public func found(in data: Data) -> [String] {
        let joined = data.filter { $0 != 10 && $0 != 13 }
        var found: [String] = []
        for needle in needles where needle.bytes.count <= data.count && !found.contains(needle.what) {
            let stands = data.range(of: needle.bytes) != nil
            if stands || needle.isWrapped && joined.range(of: needle.bytes) != nil { found.append(needle.what) }
        }
        return found
    }
}
