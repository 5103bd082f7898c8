import CSystemShims
import Diagnostics
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Plain texts laid out as C wants them: arguments and paths, never a secret.
struct CStrings {
    private var bytes: [UInt8] = []
    private var offsets: [Int] = []

    init(_ texts: [[UInt8]]) {
        for text in texts {
            offsets.append(bytes.count)
            bytes += text
            bytes.append(0)
        }
    }

    /// Lends the NULL-terminated list of them.
    ///
    /// Nobody writes to them: execve takes pointers to mutable bytes for its age.
    func withPointers<R>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R? {
        unsafe bytes.withUnsafeBytes { room in
            unsafe lendPointers(UnsafeMutableRawPointer(mutating: room.baseAddress), offsets, body)
        }
    }
}

/// A child's environment: its own variables in secret memory, where execve reads them, so that no second copy is ever
/// made; what all children have in common where it lies.
struct EnvironmentBlock {
    private let storage: SecretBytes
    private let base: EnvironmentBase?
    private let hidden: [[UInt8]]
    private var offsets: [Int] = []

    /// Copies the variables of the request; of two with one name the later counts.
    ///
    /// - Throws: `.limit` when secret memory is used up.
    init(_ variables: [EnvironmentVariable], over base: EnvironmentBase? = nil, without removed: [[UInt8]] = [])
        throws(Failure)
    {
        let chosen = EnvironmentBlock.withoutRepetitions(variables)
        storage = try SecretBytes(count: chosen.reduce(0) { $0 + $1.name.count + $1.value.count + 2 })
        self.base = base
        hidden = base == nil ? [] : removed + chosen.map(\.name)
        var offset = 0
        for variable in chosen {
            offsets.append(offset)
            offset = write(variable, at: offset)
        }
    }

    private static func withoutRepetitions(_ variables: [EnvironmentVariable]) -> [EnvironmentVariable] {
        if variables.count < 2 { return variables }
        var last: [[UInt8]: Int] = [:]
        for (index, variable) in variables.enumerated() { last[variable.name] = index }
        return last.count == variables.count
            ? variables : variables.enumerated().filter { last[$0.element.name] == $0.offset }.map(\.element)
    }

    /// Writes `NAME=value`; gives the offset after its NUL.
    ///
    /// The room is zeroed, so that the NUL is there.
    private func write(_ variable: EnvironmentVariable, at offset: Int) -> Int {
        unsafe storage.withUnsafeMutableBytes { room in
            unsafe variable.value.withUnsafeBytes { value in
                guard let base = room.baseAddress else { return offset }
                let name = variable.name + [UInt8(ascii: "=")]
                unsafe name.withUnsafeBytes { name in
                    unsafe (base + offset).copyMemory(
                        from: name.baseAddress ?? UnsafeRawPointer(base), byteCount: name.count)
                }
                if let source = value.baseAddress {
                    unsafe (base + offset + name.count).copyMemory(from: source, byteCount: value.count)
                }
                return offset + name.count + value.count + 1
            }
        }
    }

    /// Lends the NULL-terminated list of them.
    func withPointers<R>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R? {
        unsafe storage.withUnsafeMutableBytes { room in
            var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
            unsafe pointers.reserveCapacity(offsets.count + (base?.count ?? 0) + 1)
            unsafe base?.appendPointers(to: &pointers, hiding: hidden)
            return unsafe lendPointers(room.baseAddress, offsets, after: pointers, body)
        }
    }

    /// Wipes all of it: the child has its own by now.
    func wipe() { storage.wipe() }
}

private func lendPointers<R>(
    _ base: UnsafeMutableRawPointer?, _ offsets: [Int], after first: [UnsafeMutablePointer<CChar>?] = unsafe [],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R? {
    var pointers = unsafe first
    unsafe pointers.reserveCapacity(first.count + offsets.count + 1)
    for offset in offsets {
        unsafe pointers.append(base.map { unsafe ($0 + offset).assumingMemoryBound(to: CChar.self) })
    }
    unsafe pointers.append(nil)
    return unsafe pointers.withUnsafeBufferPointer { list in
        guard let start = list.baseAddress else { return nil }
        return unsafe body(start)
    }
}
