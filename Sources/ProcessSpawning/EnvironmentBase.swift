/// The variables that every child of a run gets unless its request says otherwise, laid out once for all of them.
///
/// No secret: it lies in ordinary memory, and execve reads it from there. Immutable.
@safe public final class EnvironmentBase {
    /// The variables, the last one of each name.
    let variables: [EnvironmentVariable]
    /// What the names, the values, `=` and NUL take together.
    public let byteCount: Int
    private let storage: UnsafeMutablePointer<CChar>
    private let offsets: [Int]
    private let places: [[UInt8]: Int]

    /// Lays out `variables`; of two with one name the later counts, and what could be no variable is left out.
    public init(_ variables: [(name: [UInt8], value: [UInt8])]) {
        var places: [[UInt8]: Int] = [:]
        var chosen: [(name: [UInt8], value: [UInt8])] = []
        for (name, value) in variables
        where !name.isEmpty && !name.contains(UInt8(ascii: "=")) && !name.contains(0) && !value.contains(0) {
            if let place = places[name] {
                chosen[place].value = value
            } else {
                places[name] = chosen.count
                chosen.append((name, value))
            }
        }
        self.places = places
        self.variables = chosen.map { EnvironmentVariable($0.name, .text($0.value)) }
        byteCount = chosen.reduce(0) { $0 + $1.name.count + $1.value.count + 2 }
        unsafe storage = .allocate(capacity: max(1, byteCount))
        var offsets: [Int] = []
        var end = 0
        for (name, value) in chosen {
            offsets.append(end)
            for byte in name + [UInt8(ascii: "=")] + value + [0] {
                unsafe storage[end] = CChar(bitPattern: byte)
                end += 1
            }
        }
        self.offsets = offsets
    }

    deinit { unsafe storage.deallocate() }

    /// The number of variables.
    public var count: Int { variables.count }

    /// Whether there is one of that name.
    public func contains(_ name: [UInt8]) -> Bool { places[name] != nil }

    /// The value of a variable.
    public func value(_ name: [UInt8]) -> [UInt8]? {
        guard let place = places[name], case .text(let value) = variables[place].value else { return nil }
        return value
    }

    /// Appends the addresses of all but those of `hidden`. They are good as long as this lives.
    func appendPointers(
        to pointers: inout [UnsafeMutablePointer<CChar>?], hiding hidden: some Sequence<[UInt8]>
    ) {
        var isHidden: [Bool]?
        for name in hidden {
            guard let place = places[name] else { continue }
            if isHidden == nil { isHidden = Array(repeating: false, count: count) }
            isHidden?[place] = true
        }
        for place in offsets.indices where isHidden?[place] != true {
            unsafe pointers.append(storage + offsets[place])
        }
    }
}
