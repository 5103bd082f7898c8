import Diagnostics
import SecretMemory

/// The text of a credentials file on its way to the disk, put together in secret memory.
enum CredentialsText {
    /// What a line sets.
    enum Content {
        case text(String)
        case secret(SecretBytes)
    }

    /// A setting that is to hold; without content its line goes.
    struct Setting {
        var name: String
        var content: Content?

        init(_ name: String, _ text: String?) {
            self.name = name
            content = text.map(Content.text)
        }

        init(_ name: String, secret: SecretBytes) {
            self.name = name
            content = .secret(secret)
        }
    }

    /// `former` with these settings in the place of those of the same names; other lines, comments and their order stay.
    static func setting(_ settings: [Setting], in former: SecretBytes) throws(Failure) -> SecretBytes {
        let buffer = try SecretBuffer(reserving: 1024, maximumCount: CredentialsFile.maximumBytes)
        var left = settings
        try former.withBytes { (bytes) throws(Failure) in
            for range in CredentialsLine.ranges(of: bytes) {
                let line = (try? CredentialsLine(bytes, range)) ?? nil
                guard let line, let name = settings.map(\.name).first(where: { $0 == line.name(bytes) }) else {
                    try buffer.append(bytes.extracting(range))
                    try buffer.append("\n")
                    continue
                }
                // A name that is there twice: the last one counted, and there is one from now on.
                guard let place = left.firstIndex(where: { $0.name == name }) else { continue }
                let start = bytes.extracting(range.lowerBound..<line.name.lowerBound)
                try append(left.remove(at: place), to: buffer, after: start)
            }
        }
        let nothing = try SecretBytes(count: 0)
        for setting in left {
            try nothing.withBytes { (none) throws(Failure) in try append(setting, to: buffer, after: none) }
        }
        return try buffer.take()
    }

    /// The text of a new file.
    static func new(_ comment: String, _ settings: [Setting]) throws(Failure) -> SecretBytes {
        try setting(settings, in: try SecretBytes(copying: "# \(comment)\n"))
    }

    private static func append(
        _ setting: Setting, to buffer: SecretBuffer, after start: Span<UInt8>
    ) throws(Failure) {
        guard let content = setting.content else { return }
        try buffer.append(start)
        try buffer.append("\(setting.name)=")
        switch content {
        case .text(let text): try buffer.append(text)
        case .secret(let secret): try buffer.append(secret)
        }
        try buffer.append("\n")
    }
}
