import SecretMemory

/// A reference to another secret in a value: `${KEY}`, `${env.folder.KEY}`, `${@project-slug.env.KEY}`.
///
/// The server puts the value in its place. What it does not find it leaves as it is written, and a program would get
/// the reference instead of a password.
public enum SecretReference {
    /// Whether `value` holds one: `${`, then letters, digits and `-_.@`, at least one, then `}`.
    ///
    /// Reads the value where it lies. Always reads all of it: the time tells nothing about where one stands.
    static func isIn(_ value: SecretBytes) -> Bool {
        value.withBytes { bytes in
            var state = State.outside
            var found = false
            for index in bytes.indices {
                state = state.next(bytes[index])
                if state == .closed { found = true }
            }
            return found
        }
    }

    /// Where the insides of what a server could read as references lie in a text: `NAME`, `env.folder.NAME`, and all else
    /// between `${` and `}`, as the syntax has grown and may grow.
    public static func places(in bytes: Span<UInt8>) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var state = WideState.outside
        var start = 0
        for index in bytes.indices {
            state = state.next(bytes[index])
            if state == .open { start = index + 1 }
            if state == .closed { places.append(start..<index) }
        }
        return places
    }

    /// Whether a reference could begin in a text, and go on past its end.
    public static func isOpen(atEndOf bytes: Span<UInt8>) -> Bool {
        let state = bytes.indices.reduce(WideState.outside) { $0.next(bytes[$1]) }
        return state != .outside && state != .closed
    }

    private enum WideState {
        case outside, dollar, open, inside, closed

        func next(_ byte: UInt8) -> WideState {
            switch (self, byte) {
            case (.open, UInt8(ascii: "}")): .outside
            case (.inside, UInt8(ascii: "}")): .closed
            case (.open, _), (.inside, _): .inside
            case (.dollar, UInt8(ascii: "{")): .open
            case (_, UInt8(ascii: "$")): .dollar
            default: .outside
            }
        }
    }

    private enum State {
        case outside, dollar, open, name, closed

        func next(_ byte: UInt8) -> State {
            switch (self, byte) {
            case (.dollar, UInt8(ascii: "{")): .open
            case (.name, UInt8(ascii: "}")): .closed
            case (.open, _) where Self.isPart(byte), (.name, _) where Self.isPart(byte): .name
            case (_, UInt8(ascii: "$")): .dollar
            default: .outside
            }
        }

        private static func isPart(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "@"): true
            default: false
            }
        }
    }
}
