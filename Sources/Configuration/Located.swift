/// A setting with the place it was written at, so that an error and `vaultscript config` can name it.
public struct Located: Equatable, Sendable {
    /// What was set.
    public var value: String
    /// The file.
    public var file: String
    /// The line in it; 0 where it is not known.
    public var line: Int

    /// Makes one.
    public init(_ value: String, file: String, line: Int) {
        self.value = value
        self.file = file
        self.line = line
    }

    /// As a person looks it up: `/home/a/.config/vaultscript/config.toml:3`.
    public var place: String { line == 0 ? file : "\(file):\(line)" }
}
