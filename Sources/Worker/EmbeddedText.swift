import CEmbedded

/// The Lua texts that the program carries. They lie in its read-only memory and are copied where Lua takes them alone.
enum EmbeddedText {
    /// The parts of the prelude that run at start, in order; the others are left for their first use.
    static let startParts = ["errors", "scheduler", "globals"]

    /// Lends the text of a part of the prelude; nil where there is none of that name.
    static func withPreludePart<Result, Problem: Error>(
        _ name: String, _ body: (Span<UInt8>) throws(Problem) -> Result
    ) throws(Problem) -> Result? {
        guard let entry = unsafe find(name, vs_embedded_prelude()) else { return nil }
        return try body(unsafe Span(_unsafeElements: bytes(of: entry)))
    }

    /// A part of the prelude, by name.
    static func preludePart(_ name: String) -> [UInt8]? {
        guard let entry = unsafe find(name, vs_embedded_prelude()) else { return nil }
        return unsafe Array(bytes(of: entry))
    }

    /// A module of the stdlib, by name.
    static func module(_ name: String) -> [UInt8]? {
        guard let entry = unsafe find(name, vs_embedded_modules()) else { return nil }
        return unsafe Array(bytes(of: entry))
    }

    private static func find(
        _ name: String, _ first: UnsafePointer<vs_embedded_text>?
    ) -> UnsafePointer<vs_embedded_text>? {
        guard var entry = unsafe first else { return nil }
        while let found = unsafe entry.pointee.name {
            if unsafe String(cString: found) == name { return unsafe entry }
            unsafe entry += 1
        }
        return nil
    }

    private static func bytes(of entry: UnsafePointer<vs_embedded_text>) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: entry.pointee.bytes, count: entry.pointee.length)
    }
}
