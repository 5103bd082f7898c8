import CEmbedded

/// The Lua texts that the program carries.
enum EmbeddedText {
    private static let startParts = ["errors", "scheduler", "handles", "globals"]

    /// The parts of the prelude that run at start, in order; the others are left for their first use.
    static var prelude: [(name: String, text: [UInt8])] {
        unsafe all(vs_embedded_prelude()).filter { startParts.contains($0.name) }
    }

    /// A part of the prelude, by name.
    static func preludePart(_ name: String) -> [UInt8]? {
        unsafe all(vs_embedded_prelude()).first { $0.name == name }?.text
    }

    /// A module of the stdlib, by name.
    static func module(_ name: String) -> [UInt8]? {
        unsafe all(vs_embedded_modules()).first { $0.name == name }?.text
    }

    private static func all(_ first: UnsafePointer<vs_embedded_text>?) -> [(name: String, text: [UInt8])] {
        var texts: [(name: String, text: [UInt8])] = []
        guard var entry = unsafe first else { return texts }
        while let name = unsafe entry.pointee.name {
            let bytes = unsafe UnsafeBufferPointer(start: entry.pointee.bytes, count: entry.pointee.length)
            unsafe texts.append((String(cString: name), Array(bytes)))
            unsafe entry += 1
        }
        return texts
    }
}
