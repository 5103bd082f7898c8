public import TestSupport

/// What of a canary must not come out: its listed forms and every 12 bytes of it, all looked for in one pass.
public struct Needles {
    /// By their first 8 bytes.
    private var needles: [UInt64: [(form: String, bytes: [UInt8])]] = [:]

    /// The needles of some canaries.
    public init(_ canaries: [Canary]) {
        for canary in canaries {
            let name = canary.value.prefix(4)
            for (form, text) in canary.forms { add("\(name) \(form)", Array(text.utf8)[...]) }
            let bytes = Array(canary.value.utf8)
            for start in 0...(bytes.count - 12) { add("\(name), 12 bytes from \(start)", bytes[start..<(start + 12)]) }
        }
    }

    private mutating func add(_ form: String, _ bytes: ArraySlice<UInt8>) {
        let key = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        needles[key, default: []].append((form, Array(bytes)))
    }

    /// The form in which a canary stands in `text`; nil where there is none.
    public func found(in text: [UInt8]) -> String? {
        var key: UInt64 = 0
        for (place, byte) in text.enumerated() {
            key = key << 8 | UInt64(byte)
            guard place >= 7, let candidates = needles[key] else { continue }
            if let hit = candidates.first(where: { text[(place - 7)...].starts(with: $0.bytes) }) { return hit.form }
        }
        return nil
    }
}
