/// The bytes of a fuzzer, spent one choice at a time.
///
/// A grammar asks it what comes next, so that nearly every input is a well-formed program, text or message. When the
/// bytes are used up every choice is the first one: a grammar whose first alternatives are its shortest ends by itself.
public struct Choices {
    private var rest: ArraySlice<UInt8>

    /// Choices made by `bytes`.
    public init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Whether all bytes are spent.
    public var isEmpty: Bool { rest.isEmpty }

    /// The next byte, 0 at the end.
    public mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// A number below `count`.
    public mutating func below(_ count: Int) -> Int { count <= 1 ? 0 : Int(byte()) % count }

    /// True one time in `count`, and never at the end.
    public mutating func oneIn(_ count: Int) -> Bool { !isEmpty && below(count) == count - 1 }

    /// One of `items`.
    public mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

    /// Up to `most` bytes as they are, their number chosen first.
    public mutating func bytes(atMost most: Int) -> [UInt8] {
        let count = below(most + 1)
        let taken = Array(rest.prefix(count))
        rest.removeFirst(taken.count)
        return taken
    }

    /// A whole number of 8 bytes, often near a limit.
    public mutating func number() -> Int64 {
        let small = Int64(Int8(bitPattern: byte()))
        switch below(8) {
        case 0...3: return small
        case 4: return Int64(Int32.max) &+ small
        case 5: return Int64.max &+ small
        case 6: return small << 32
        default: return (0..<8).reduce(0) { number, _ in number << 8 | Int64(byte()) }
        }
    }

    /// All that is left.
    public mutating func everything() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
