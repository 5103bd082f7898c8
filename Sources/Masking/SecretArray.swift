import CSystemShims
import Diagnostics
import SecretMemory

/// A fixed number of plain elements in secret memory, zero at first, bounds-checked, wiped when let go.
///
/// What the masker knows of values (their encodings, and tables made from them) lies in these alone.
@safe final class SecretArray<Element: BitwiseCopyable> {
    private let storage: SecretBytes
    /// The first element.
    ///
    /// Valid as long as this object lives: secret memory never moves.
    let base: UnsafeMutablePointer<Element>
    let count: Int

    /// - Throws: `.limit` when secret memory is used up.
    init(count: Int) throws(Failure) {
        precondition(count > 0, "a secret array has elements")
        let storage = try SecretBytes(count: count * MemoryLayout<Element>.stride)
        self.storage = storage
        self.count = count
        let address = unsafe storage.withUnsafeMutableBytes { bytes in bytes.baseAddress }
        guard let address = unsafe address else { throw SecretArray.unreachable }
        // Aligned: the allocator gives multiples of 16.
        unsafe base = address.bindMemory(to: Element.self, capacity: count)
    }

    private static var unreachable: Failure { Failure(.limit, "secret memory gave no address") }

    subscript(_ index: Int) -> Element {
        @inline(__always) get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside of a secret array")
            return unsafe base[index]
        }
        @inline(__always) set {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside of a secret array")
            unsafe base[index] = newValue
        }
    }

    /// Moves `count` elements from `first` on by one place, towards the end.
    func shift(from first: Int, count: Int) {
        precondition(first >= 0 && count >= 0 && first + count < self.count, "a shift stays inside of its array")
        unsafe (base + first + 1).update(from: base + first, count: count)
    }

    /// Sets the first `count` elements to zero bytes.
    func wipe(first count: Int) {
        precondition(count <= self.count, "a wipe stays inside of its array")
        unsafe vs_sys_wipe(base, count * MemoryLayout<Element>.stride)
    }
}
