import SecretMemory

/// How large a value may be, from what everybody can see: never its length.
///
/// Three numbers, because bounds are large and values short. `bound` says what a value can be at most and decides what is
/// refused as too large. `room` is what it counts as where the kernel bounds it: the size class of what was loaded, put
/// through the same sums as what is made from it, so that no text put beside a value brings it nearer to an edge. `weight` is what the run is charged with: one and the same for all values of up to 4 KiB, above
/// that the size class of what was loaded, and for what is made from it these put through the same sums. So how many
/// secrets fit tells nothing of a value that is not larger, and no sum of texts and values comes closer to one.
struct SecretSize: Equatable {
    /// The largest value that is loaded: fetched, read from a file or the environment.
    static let maximumLoadedBytes = 48 * 1024
    /// The largest bound that anything is made with: as many of the largest values as a template has fields.
    static let maximumBound = 256 * maximumLoadedBytes
    /// The classes' upper ends; the first is for everything that is a credential.
    private static let classes = [leastWeight, 8192, 16384, 32768, maximumLoadedBytes]
    /// No value weighs less.
    static let leastWeight = 4096

    var bound: Int
    var room: Int
    var weight: Int

    /// What a byte of a text weighs: store and masker hold it, and it is written out several times more while forms of
    /// it are made. High enough that the weight refuses what secret memory has no room for.
    private static let weightOfText = 24

    /// A text that the script knows, or a result whose length is known (a digest).
    init(known bytes: Int) {
        bound = bytes
        room = bytes
        weight = bytes * Self.weightOfText
    }

    /// A value that was loaded from somewhere that gives at most `bound` bytes.
    init(loaded value: SecretBytes, atMost bound: Int) {
        self.bound = bound
        weight = Self.classes.first { value.count <= $0 } ?? bound
        room = Self.counted(value)
    }

    /// What the script has put together and written, fetched again: by what was known of it then, whatever its length is.
    init(fetchedAgain written: SecretSize) {
        bound = min(written.bound, Self.maximumLoadedBytes)
        room = written.room
        weight = Self.classes.first { written.room <= $0 } ?? Self.maximumLoadedBytes
    }

    /// What a value of which nothing else is known counts as: 4 KiB, or the upper end of its class.
    static func counted(_ value: SecretBytes) -> Int {
        classes.first { value.count <= $0 } ?? 1 << (Int.bitWidth - value.count.leadingZeroBitCount)
    }

    private init(bound: Int, room: Int, weight: Int) {
        self.bound = bound
        self.room = room
        self.weight = weight
    }

    /// All put through the sum that gives a result's largest size, and the weight through the one that is usual.
    func mapped(_ largest: (Int) -> Int, usual: (Int) -> Int) -> SecretSize {
        SecretSize(bound: largest(bound), room: largest(room), weight: usual(weight))
    }

    /// All put through the same sum.
    func mapped(_ exact: (Int) -> Int) -> SecretSize { mapped(exact, usual: exact) }

    static func + (left: SecretSize, right: SecretSize) -> SecretSize {
        SecretSize(
            bound: left.bound + right.bound, room: left.room + right.room, weight: left.weight + right.weight)
    }
}

/// Where a value comes from, in public words alone: the same twice is the same value, and costs memory once.
struct SecretOrigin: Hashable {
    private let key: Int

    /// A value that is made again by doing the same again: fetched under one version, derived from others.
    init(_ function: String, _ parts: [AnyHashable]) {
        var hasher = Hasher()
        hasher.combine(function)
        for part in parts {
            // Byte for byte: Swift's texts are the same where a person reads the same.
            if let text = part.base as? String { hasher.combine(Array(text.utf8)) } else { hasher.combine(part) }
        }
        key = hasher.finalize()
    }

    /// A value that never comes again: captured, typed, random.
    static func unique() -> SecretOrigin { SecretOrigin("unique", [UInt64.random(in: .min ... .max)]) }
}
