import CTOMLShims
public import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The user's own configuration: `$XDG_CONFIG_HOME/vaultscript/config.toml`, or the same below `~/.config`.
///
/// It is the user's word on what runs may do, so it is believed only where nobody else can write it.
public struct UserConfiguration {
    /// One value, with its place for errors.
    public struct Setting {
        /// The names of its tables and its own.
        public var path: [String]
        /// Text as it is; numbers and booleans as they are written usually. Nil for lists, dates and times.
        public var text: String?
        /// Where it stands in the file.
        public var line: Int
    }

    /// The largest file that is read.
    static let maximumBytes = 1 << 20

    /// The path of the file.
    public let file: String
    /// All values of it; empty where there is no file.
    public let settings: [Setting]

    /// Reads the user's file.
    ///
    /// - Throws: `.usage` for a file that others can write, that is too large or not TOML.
    public init?() throws(Failure) {
        guard let file = Self.usualFile, let bytes = try Self.read(file) else { return nil }
        self.file = file
        settings = try Self.parse(bytes, file)
    }

    /// The path, where the environment tells it.
    static var usualFile: String? {
        if let folder = Self.variable("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
            return folder + "/vaultscript/config.toml"
        }
        guard let home = Self.variable("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.config/vaultscript/config.toml"
    }

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    // MARK: - Reading

    private static func read(_ file: String) throws(Failure) -> [UInt8]? {
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let reason = errno
            if reason == ENOENT || reason == ENOTDIR || isHidden(file) { return nil }
            throw unusable(file, unsafe String(cString: strerror(reason)), "look at the file's rights")
        }
        defer { close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw unusable(file, "it is no regular file", "put the settings into a file")
        }
        guard facts.st_uid == geteuid() || facts.st_uid == 0, facts.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw unusable(
                file, "somebody else can write it", "make it yours alone: chmod go-w \(file)")
        }
        guard facts.st_size <= maximumBytes else {
            throw unusable(file, "it is larger than \(maximumBytes >> 20) MiB", "leave the settings in it alone")
        }
        return try readAll(descriptor, file)
    }

    /// In a folder that this user may not look into, such as the home of another that `sudo` left in HOME.
    private static func isHidden(_ file: String) -> Bool {
        var facts = stat()
        return unsafe stat(file, &facts) != 0
    }

    private static func readAll(_ descriptor: Int32, _ file: String) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: maximumBytes)
        var held = 0
        while held < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe Glibc.read(descriptor, room.baseAddress?.advanced(by: held), room.count - held)
            }
            if count == 0 { break }
            guard count > 0 || errno == EINTR else {
                throw unusable(file, unsafe String(cString: strerror(errno)), "look at the file")
            }
            held += max(0, count)
        }
        return Array(bytes[..<held])
    }

    private static func unusable(_ file: String, _ reason: String, _ hint: String) -> Failure {
        Failure(.usage, "the configuration \(file) is not used", reason: reason, hint: hint)
    }

    // MARK: - Parsing

    static func parse(_ bytes: [UInt8], _ file: String) throws(Failure) -> [Setting] {
        var found: [Setting] = []
        var message = [CChar](repeating: 0, count: 256)
        var line: UInt32 = 0
        let isRead = unsafe bytes.withUnsafeBytes { bytes in
            unsafe withUnsafeMutablePointer(to: &found) { found in
                unsafe vs_toml_read(
                    bytes.baseAddress, bytes.count,
                    { context, value in
                        guard let context = unsafe context, let value = unsafe value else { return }
                        unsafe context.assumingMemoryBound(to: [Setting].self).pointee.append(Setting(value.pointee))
                    }, found, &message, message.count, &line)
            }
        }
        guard isRead else {
            let words = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw Failure(
                .usage, "\(file):\(line): this is not TOML", reason: words,
                hint: "mend the line; the form is described at toml.io")
        }
        return found
    }
}

extension UserConfiguration.Setting {
    fileprivate init(_ value: vs_toml_value) {
        path = unsafe (0..<value.path_count).compactMap { index in
            unsafe value.path[index].map { unsafe String(cString: $0) }
        }
        line = unsafe Int(value.line)
        switch unsafe value.kind {
        case VS_TOML_TEXT: text = unsafe value.text.map { unsafe String(cString: $0) }
        case VS_TOML_INTEGER: text = unsafe String(value.integer)
        case VS_TOML_FLOAT: text = unsafe String(value.number)
        case VS_TOML_BOOLEAN: text = unsafe value.boolean ? "true" : "false"
        default: text = nil
        }
    }
}
