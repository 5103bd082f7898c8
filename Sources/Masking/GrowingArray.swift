/// Plain elements in ordinary memory that grow at the end: a look copies no reference and keeps no count.
@safe final class GrowingArray<Element: BitwiseCopyable> {
    private var base: UnsafeMutablePointer<Element>
    private var capacity = 16
    private(set) var count = 0

    init() { unsafe base = .allocate(capacity: 16) }

    deinit { unsafe base.deallocate() }

    var isEmpty: Bool { count == 0 }

    func append(_ element: Element) {
        if count == capacity { grow() }
        // In bounds: there is room for one more.
        unsafe (base + count).initialize(to: element)
        count += 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        unsafe larger.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = larger
        capacity *= 2
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
