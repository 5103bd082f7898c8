import CSystemShims
import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The run's own directory for files that children read secrets from: in memory, mode 0700, with a name nobody guesses.
///
/// Nothing is made before the first file is asked for. Each child has a directory of its own in it.
public final class RunDirectory {
    /// A place that a run directory may be made in.
    public struct Place: Sendable {
        /// The path of a directory on tmpfs or ramfs.
        public var path: [UInt8]
        /// Whether it has to be this user's alone (`$XDG_RUNTIME_DIR`), or is shared with a sticky bit (`/dev/shm`).
        public var isPrivate: Bool

        /// Names a place.
        public init(_ path: [UInt8], isPrivate: Bool) {
            self.path = path
            self.isPrivate = isPrivate
        }

        /// `$XDG_RUNTIME_DIR`, if it is given, then `/dev/shm`.
        public static func usual(runtimeDirectory: [UInt8]?) -> [Place] {
            let shared = Place(Array("/dev/shm".utf8), isPrivate: false)
            guard let runtimeDirectory, runtimeDirectory.first == UInt8(ascii: "/") else { return [shared] }
            return [Place(runtimeDirectory, isPrivate: true), shared]
        }
    }

    /// The path, once it has been made.
    public private(set) var path: [UInt8]?
    private let places: [Place]
    private let willMake: ([UInt8]) -> Void
    private let didMake: (Made) -> Void
    private var base: Int32 = -1
    private var directory: Int32 = -1
    private var made = vs_sys_directory()
    /// The folders and files of children that run.
    private var handed: Set<Int32> = []
    private var name: [UInt8] = []

    /// A directory that has been made, for whoever removes it in this process's place.
    public struct Made: Sendable, Equatable {
        /// Its path.
        public let path: [UInt8]
        /// The device that it lies on.
        public let device: UInt64
        /// Its number there: both tell which directory it is, whatever name leads to it.
        public let inode: UInt64

        /// Names one.
        public init(path: [UInt8], device: UInt64, inode: UInt64) {
            (self.path, self.device, self.inode) = (path, device, inode)
        }
    }

    /// A run directory in the first of `places` that qualifies.
    ///
    /// - Parameters:
    ///   - willMake: Told the path right before it is made, so that another process (the keeper) can remove it whatever
    ///     becomes of this one.
    ///   - didMake: Told what was made there, before anything is in it: nothing else is to be removed by that name.
    public init(
        places: [Place] = Place.usual(runtimeDirectory: environmentValue("XDG_RUNTIME_DIR")),
        willMake: @escaping ([UInt8]) -> Void = { _ in }, didMake: @escaping (Made) -> Void = { _ in }
    ) {
        self.places = places
        self.willMake = willMake
        self.didMake = didMake
    }

    /// Open descriptors of what children are handed, and of where it lies: by these it is known wherever it is moved to.
    ///
    /// Good until the next turn of the loop. What a child that has ended was handed is empty, and gone from here.
    public var handedDescriptors: [Int32] { directory < 0 ? [] : [directory] + handed }

    deinit { remove() }

    /// Removes the directory with all in it.
    ///
    /// The next file makes a new one.
    public func remove() {
        guard directory >= 0 else { return }
        _ = withCString(name) { name in unsafe vs_sys_remove_directory(base, name, &made) }
        closeDescriptor(directory)
        closeDescriptor(base)
        directory = -1
        base = -1
        path = nil
    }

    // MARK: - A child's folder

    /// One child's folder in the run directory.
    final class Folder {
        let path: [UInt8]
        private let run: RunDirectory
        private let name: [UInt8]
        private var directory: Int32
        private var made = vs_sys_directory()
        /// Kept open, so that they can be emptied wherever the child has moved or linked them to.
        private var files: [Int32] = []

        fileprivate init(_ run: RunDirectory, _ name: [UInt8], _ path: [UInt8], _ directory: Int32) {
            self.run = run
            self.name = name
            self.path = path
            self.directory = directory
            _ = unsafe vs_sys_directory_learn(directory, &made)
            run.handed.insert(directory)
        }

        deinit { remove() }

        /// Writes a 0600 file that takes up `room` bytes at least, and gives its path.
        func write(_ value: SpawnValue, named file: [UInt8], room: Int) throws(Failure) -> [UInt8] {
            let made = withCString(file) { name in
                unsafe value.withUnsafeBytes { bytes in
                    unsafe vs_sys_private_file_write(directory, name, bytes.baseAddress, bytes.count, room)
                }
            }
            let error = errorNumber()
            guard made >= 0 else { throw RunDirectory.cannotWrite(file, path, error) }
            files.append(made)
            run.handed.insert(made)
            return path + [UInt8(ascii: "/")] + file
        }

        /// Removes it with all in it.
        func remove() {
            guard directory >= 0 else { return }
            run.handed.subtract(files + [directory])
            for file in files { vs_sys_private_file_end(file) }
            files = []
            if run.directory >= 0 {
                _ = withCString(name) { name in unsafe vs_sys_remove_directory(run.directory, name, &made) }
            }
            closeDescriptor(directory)
            directory = -1
        }
    }

    func makeFolder() throws(Failure) -> Folder {
        if directory < 0 { try make() }
        let name = try RunDirectory.randomName()
        let made = withCString(name) { name in unsafe vs_sys_private_directory_make(directory, name) }
        guard made >= 0, let path else { throw RunDirectory.cannotWrite(name, path ?? [], errorNumber()) }
        return Folder(self, name, path + [UInt8(ascii: "/")] + name, made)
    }

    // MARK: - Making it

    private func make() throws(Failure) {
        var reasons: [String] = []
        for place in places {
            let opened = withCString(place.path) { path in
                unsafe vs_sys_memory_directory_open(path, place.isPrivate)
            }
            guard opened >= 0 else {
                reasons.append(RunDirectory.refusal(place, errorNumber()))
                continue
            }
            return try make(in: opened, place)
        }
        throw Failure(
            .io, "there is no directory in memory for the files of a child", reason: reasons.joined(separator: "; "),
            hint:
                "set XDG_RUNTIME_DIR to a directory of yours on tmpfs, or pass the secret by variable or standard input"
        )
    }

    private func make(in opened: Int32, _ place: Place) throws(Failure) {
        do throws(Failure) {
            vs_sys_run_directories_sweep(opened)
            let name = Array("vaultscript-".utf8) + (try RunDirectory.randomName())
            let path = place.path + [UInt8(ascii: "/")] + name
            willMake(path)
            let made = withCString(name) { name in unsafe vs_sys_private_directory_make(opened, name) }
            guard made >= 0 else { throw RunDirectory.cannotWrite(name, place.path, errorNumber()) }
            _ = unsafe vs_sys_directory_learn(made, &self.made)
            didMake(Made(path: path, device: self.made.device, inode: self.made.inode))
            // Where a file system has no locks another run may remove it: then a child's file is missing, and it says so.
            _ = vs_sys_run_directory_claim(made)
            (base, directory, self.name, self.path) = (opened, made, name, path)
        } catch {
            closeDescriptor(opened)
            throw error
        }
    }

    /// 128 bits in hexadecimal.
    static func randomName() throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        let status = unsafe bytes.withUnsafeMutableBytes { room in unsafe vs_sys_random(room.baseAddress, room.count) }
        guard status == 0 else {
            throw Failure(.io, "the kernel gave no random bytes", reason: errorText(errorNumber()))
        }
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    private static func refusal(_ place: Place, _ error: Int32) -> String {
        let why =
            switch error {
            case ENOTSUP: "is not in memory (neither tmpfs nor ramfs)"
            case EPERM: place.isPrivate ? "is not yours alone (owner, mode 0700)" : "lets others rename files in it"
            default: errorText(error)
            }
        return "\(shown(place.path)): \(why)"
    }

    private static func cannotWrite(_ name: [UInt8], _ directory: [UInt8], _ error: Int32) -> Failure {
        Failure(
            .io, "the file \(shown(name)) for a child cannot be written",
            reason: "\(shown(directory)): \(errorText(error))",
            hint: error == EMFILE || error == ENFILE
                ? "see the limits of this session: ulimit -n; run fewer children at once"
                : "see how full it is: df \(shown(directory))")
    }
}

/// The value of a variable of the host's environment.
public func environmentValue(_ name: String) -> [UInt8]? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe Array(String(cString: value).utf8)
}

/// Lends `text` as a C string; it holds no NUL.
@safe func withCString<R>(_ text: [UInt8], _ body: (UnsafePointer<CChar>) -> R) -> R {
    let bytes = text.map { CChar(bitPattern: $0) } + [0]
    return unsafe bytes.withUnsafeBufferPointer { list in
        // An array that is not empty has an address.
        guard let start = list.baseAddress else { preconditionFailure("a C string has at least its NUL") }
        return unsafe body(start)
    }
}
