#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Plain elements in ordinary memory that grow at the end: a look copies no reference and keeps no count.
@safe final class GrowingArray<Element: BitwiseCopyable> {
    private var base: UnsafeMutablePointer<Element>
    private var capacity = 16
    private(set) var count = 0

    init() { unsafe base = GrowingArray.resized(nil, to: 16) }

    deinit { unsafe free(base) }

    /// A large block is moved by its pages: neither are its bytes copied nor new pages asked for.
    private static func resized(
        _ base: UnsafeMutablePointer<Element>?, to capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        guard let bytes = unsafe realloc(base, capacity * MemoryLayout<Element>.stride) else {
            preconditionFailure("there is no memory left for the tables of the masker")
        }
        return unsafe bytes.bindMemory(to: Element.self, capacity: capacity)
    }

    var isEmpty: Bool { count == 0 }

    func append(_ element: Element) {
        if count == capacity { grow() }
        // In bounds: there is room for one more.
        unsafe (base + count).initialize(to: element)
        count += 1
    }

    private func grow() {
        capacity *= 2
        unsafe base = GrowingArray.resized(base, to: capacity)
    }

    /// Forgets all elements; the room stays.
    func removeAll() { count = 0 }

    subscript(_ index: Int) -> Element {
        @inline(__always) get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside of a growing array")
            return unsafe base[index]
        }
        @inline(__always) set {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside of a growing array")
            unsafe base[index] = newValue
        }
    }
}
