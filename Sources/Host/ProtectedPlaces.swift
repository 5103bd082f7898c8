import CSystemShims
import Configuration
import Diagnostics
import HostProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What no script reaches through the host, as it is at one moment.
struct Protection {
    /// An entry of a folder; capitals count as small letters, as some file systems have it.
    struct Entry: Hashable {
        let folder: FileIdentity
        let name: [UInt8]

        init(_ folder: OpenFile, _ name: [UInt8]) {
            self.folder = folder.identity
            self.name = name.lowercased
        }
    }

    /// Files and folders, by what they are; the text says what they belong to.
    var inside: [FileIdentity: String] = [:]
    /// The entries that paths to them go through: whoever replaces one of these replaces what they lead to.
    var ways: [Entry: String] = [:]
    /// Those of `ways` that are the protected place itself, so that it cannot be made either.
    var ends: Set<Entry> = []
    /// Files that may be read, and not changed.
    var unchangeable: [FileIdentity: String] = [:]
    /// Folders in which no entry is made, changed or removed.
    var settled: [FileIdentity: String] = [:]
}

/// Knows the places that no script reaches through the host: credentials, configuration and state of vaultscript, the
/// files of children, and whatever else is added. They are looked up anew for each call, as they may come and go.
final class ProtectedPlaces {
    static let maximumEntries = 4096
    static let maximumDepth = 16

    private struct Place {
        let path: [UInt8]
        let what: String
    }

    private static let credentials = "credentials of vaultscript"
    fileprivate static let handedToPrograms = "files that secrets are handed to programs in"
    static let runningProgram = "a program that runs"
    static let workingDirectory = "the working directory of this run"
    static let programFolder = "a folder in PATH"
    static let standardInput = "standard input of this run"
    /// Open descriptors of this run's own such files, and of the folders they lie in: a program may have moved them.
    var handed: () -> [Int32] = { [] }
    /// Folders where programs that a recipe declares look for others.
    var programFolders: () -> [[UInt8]] = { [] }
    private var places: [Place] = []
    /// Folders that hold run directories.
    private var runPlaces: [[UInt8]] = [Array("/dev/shm".utf8)]
    /// Held open, so that a file stays known when it is moved, and its number goes to no other.
    private var pinned: [(file: OpenFile, what: String)] = []
    private var isPinned = false
    /// That of `--credentials-fd`.
    private let descriptor: Int32?
    /// The files of a platform that the user's settings name.
    private var tokenPaths: () throws(Failure) -> [String] = { () throws(Failure) in [] }
    /// The files of programs that run, and how often: see `ProgramHold`.
    fileprivate var running: [[UInt8]: Int] = [:]

    convenience init(options: RunOptions, environment: HostEnvironment) {
        self.init(options: options, setting: environment.setting)
        let own = OwnCredentials(options: options, environment: environment)
        tokenPaths = { () throws(Failure) in try own.tokenPaths() }
    }

    /// `setting` gives the values of variables.
    init(options: RunOptions, setting: (String) -> String?) {
        descriptor = options.credentialsDescriptor
        add(Self.folder("XDG_CONFIG_HOME", ".config", setting), "configuration and credentials of vaultscript")
        add(Self.folder("XDG_STATE_HOME", ".local/state", setting), "the state of vaultscript")
        add(Self.program, "the program vaultscript")
        add(setting("CREDENTIALS_DIRECTORY"), Self.credentials)
        add(options.credentialsFile, Self.credentials)
        for profile in (options.settings.user?.profiles ?? [:]).values {
            add(profile.credentials?.value, Self.credentials)
        }
        if let folder = setting("XDG_RUNTIME_DIR"), folder.hasPrefix("/") {
            runPlaces.append(Array(folder.utf8))
        }
    }

    /// The file that this program was started from.
    private static let program: String? = {
        guard let path = unsafe vs_sys_own_program() else { return nil }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }()

    /// The XDG rule: an absolute path in the variable, else a directory in the home.
    private static func folder(_ variable: String, _ fallback: String, _ setting: (String) -> String?) -> String? {
        if let path = setting(variable), path.hasPrefix("/") { return path + "/vaultscript" }
        guard let home = setting("HOME"), home.hasPrefix("/") else { return nil }
        return "\(home)/\(fallback)/vaultscript"
    }

    /// Puts a file, or a folder with all in it, out of reach. `what` says what it is: "the audit log".
    func add(_ path: String?, _ what: String) {
        guard let path, !path.isEmpty else { return }
        places.append(Place(path: Array(path.utf8), what: what))
    }

    /// A credentials file that a script names is out of its reach from then on.
    func addCredentials(_ path: String) throws(Failure) {
        guard !places.contains(where: { $0.path == Array(path.utf8) }) else { return }
        try pin(path: Array(path.utf8), Self.credentials)
        add(path, Self.credentials)
    }

    /// Remembers the files that there are now; before the first child could move one away.
    ///
    /// - Throws: Why it cannot be seen which they are.
    func pinOnce() throws(Failure) {
        guard !isPinned else { return }
        for path in try tokenPaths() { add(path, "the platform's token") }
        pinned = []
        for place in places { try pin(path: place.path, place.what) }
        isPinned = true
    }

    /// What is out of reach now.
    ///
    /// - Parameter changes: Whether somebody may be about to change something: else `programFolders` do not matter.
    /// - Throws: `.limit` where a protected folder is too large to be looked through.
    func look(changes: Bool = true) throws(Failure) -> Protection {
        try pinOnce()
        var scan = Scan()
        for (file, what) in pinned { scan.protection.inside[file.identity] = what }
        if let handedOver = try handedOver() { scan.protection.inside[handedOver] = Self.credentials }
        // How far it is read depends on what could be the beginning of a value.
        if let input = try inputFile() { scan.protection.unchangeable[input] = Self.standardInput }
        // Relative paths begin there: whoever moves it moves what they lead to.
        if let path = unsafe getcwd(nil, 0) {
            defer { unsafe free(path) }
            scan.keep(Array(unsafe String(cString: path).utf8), Self.workingDirectory)
        }
        for path in changes ? programFolders() : [] { scan.settle(path, Self.programFolder) }
        for path in running.keys { scan.keep(path, Self.runningProgram) }
        for place in places { scan.add(place.path, place.what) }
        addHandedFiles(&scan)
        if let error = scan.lack { throw Self.unseen(error) }
        guard let path = scan.tooLarge else { return scan.protection }
        throw Failure(
            .limit, "fs: the folder \(path.shownPath) is too large to be kept out of reach of scripts",
            reason: "it holds more than \(Self.maximumEntries) entries, or is deeper than \(Self.maximumDepth) levels",
            hint: "keep credentials and configuration in folders of their own")
    }

    /// The files alone that secrets are handed to programs in.
    func handedFiles() throws(Failure) -> Protection {
        var scan = Scan()
        addHandedFiles(&scan)
        if let error = scan.lack { throw Self.unseen(error) }
        return scan.protection
    }

    /// Nothing is opened while it is not known what must not be: a lack of descriptors can be brought about.
    private static func unseen(_ error: Int32) -> Failure {
        Failure(
            .io, "fs: it cannot be seen what is out of reach of scripts",
            reason: unsafe String(cString: strerror(error)),
            hint: error == EACCES
                ? "open this user's own folders to the user: those of vaultscript in ~/.config and ~/.local/state, vaultscript-* in /dev/shm, and under a recipe those in PATH"
                : "see the limits of this session: ulimit -n; run fewer programs at once")
    }

    private func addHandedFiles(_ scan: inout Scan) {
        for path in runPlaces { scan.addRunDirectories(in: path) }
        for descriptor in handed() {
            var facts = vs_sys_file_facts()
            guard unsafe vs_sys_file_learn(descriptor, &facts) else { continue }
            scan.protection.inside[FileIdentity(facts)] = Self.handedToPrograms
        }
    }

    /// Refuses as a credentials file what belongs to a process or is handed to one.
    func checkCredentials(_ path: String) throws(Failure) {
        let protection = try handedFiles()
        let call = try FileCall(
            "login: credentials", .record(["path": .bytes(Array(path.utf8))]), protection, masked: { $0 })
        do throws(FileTrouble) {
            _ = try FileWalk(protection: protection).resolve(call.path)
        } catch {
            // What is missing or closed is told where it is read.
            if case .outOfReach = error.cause { throw call.failure(error, call.path) }
        }
    }

    // MARK: - Pinning

    private func pin(path: [UInt8], _ what: String) throws(Failure) {
        var scan = Scan()
        scan.onFile = { [self] file in
            if pinned.count < 256 { pinned.append((file, what)) }
        }
        scan.add(path, what)
        if let error = scan.lack { throw Self.unseen(error) }
    }

    /// What `--credentials-fd` hands over; nobody closes that descriptor. Nil where it is not open.
    private func handedOver() throws(Failure) -> FileIdentity? {
        guard let descriptor, let facts = try facts(of: descriptor) else { return nil }
        return FileIdentity(facts)
    }

    /// Nil where standard input is neither a file nor a pipe.
    private func inputFile() throws(Failure) -> FileIdentity? {
        guard let facts = try facts(of: 0), [S_IFREG, S_IFIFO].contains(facts.mode & S_IFMT) else { return nil }
        return FileIdentity(facts)
    }

    private func facts(of descriptor: Int32) throws(Failure) -> vs_sys_file_facts? {
        var facts = vs_sys_file_facts()
        guard unsafe vs_sys_file_learn(descriptor, &facts) else {
            if errno == EBADF { return nil }
            throw Self.unseen(errno)
        }
        return facts
    }
}

/// One look at all protected places.
private struct Scan {
    var protection = Protection()
    var onFile: (OpenFile) -> Void = { _ in }
    /// The first folder that was too large.
    private(set) var tooLarge: [UInt8]?
    /// The first error that hides what is there.
    private(set) var lack: Int32?
    private var count = 0
    private var followsLinks = true

    /// The entries on the way to `path`, and all that lies there.
    mutating func add(_ path: [UInt8], _ what: String) {
        guard let place = way(to: path, what), let file = place.file else { return }
        count = 0
        add(file, in: place.folder, what, depth: 0, path)
    }

    /// The entries on the way to `path` and what lies there stay as they are.
    mutating func keep(_ path: [UInt8], _ what: String) {
        if let file = way(to: path, what)?.file { protection.unchangeable[file.identity] = what }
    }

    /// The entries on the way to the folder at `path` and those in it stay as they are; one that is missing is not made.
    mutating func settle(_ path: [UInt8], _ what: String) {
        if let folder = way(to: path, what)?.file { protection.settled[folder.identity] = what }
    }

    /// Notes the entries on the way to `path`, seen from `start`, and gives what lies there.
    private mutating func way(to path: [UInt8], from start: OpenFile? = nil, _ what: String) -> FilePlace? {
        var ways: [Protection.Entry] = []
        var ends: [Protection.Entry] = []
        var walk = FileWalk(protection: nil)
        walk.onEntry = { folder, name, isLast in
            ways.append(Protection.Entry(folder, name))
            if isLast { ends.append(Protection.Entry(folder, name)) }
        }
        let place = resolve(path, walk, from: start)
        for way in ways { protection.ways[way] = what }
        protection.ends.formUnion(ends)
        return place
    }

    /// The directories of runs, this one's and others', as RunDirectory names them.
    mutating func addRunDirectories(in path: [UInt8]) {
        guard let folder = resolve(path, FileWalk(protection: nil))?.file, folder.isFolder else { return }
        var names: [[UInt8]] = []
        let error = folder.forEachName { name, _ in
            if RunDirectoryName.matches(name) { names.append(name) }
            return true
        }
        note(error ?? 0)
        let known = tooLarge
        // The host makes no links there; what a program's link leads to is not ours to close.
        followsLinks = false
        defer { followsLinks = true }
        for name in names {
            guard let file = step(folder, name) else { continue }
            count = 0
            add(file, in: folder, ProtectedPlaces.handedToPrograms, depth: 0, path)
        }
        // Another run's programs can fill its directory: that must not stop this one. No path leads through a directory
        // whose own identity is known; what is past the limit could be reached by a hard link only.
        tooLarge = known
    }

    // MARK: - What hides it

    private mutating func resolve(_ path: [UInt8], _ walk: FileWalk, from folder: OpenFile? = nil) -> FilePlace? {
        do throws(FileTrouble) {
            return try walk.resolve(path, from: folder)
        } catch {
            if case .system(let number) = error.cause { note(number, of: error.folder) }
            return nil
        }
    }

    private mutating func step(_ folder: OpenFile, _ name: [UInt8]) -> OpenFile? {
        let file = folder.step(name)
        if file == nil { note(errno, of: folder) }
        return file
    }

    /// What is not there, or closed to this user, no path leads to; anything else may be different in a moment.
    private mutating func note(_ error: Int32, of folder: OpenFile? = nil) {
        // This user's programs can close their own folders, and open them again.
        let isOwn = folder?.facts.owner == geteuid()
        guard error != 0, ![ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(error), error != EACCES || isOwn else {
            return
        }
        lack = lack ?? error
    }

    /// A program has closed a folder of a run: the files in it would not be known under other names.
    private func open(_ folder: OpenFile) {
        guard folder.facts.owner == geteuid(), folder.facts.mode & 0o700 != 0o700 else { return }
        _ = unsafe chmod("/proc/self/fd/\(folder.number)", mode_t(folder.facts.mode & 0o7777 | 0o700))
    }

    private mutating func add(
        _ file: OpenFile, in folder: OpenFile, _ what: String, depth: Int, _ path: [UInt8]
    ) {
        guard protection.inside[file.identity] == nil || depth == 0 else { return }
        count += 1
        guard count <= ProtectedPlaces.maximumEntries, depth <= ProtectedPlaces.maximumDepth else {
            return tooLarge = tooLarge ?? path
        }
        protection.inside[file.identity] = what
        if file.isRegular { onFile(file) }
        if file.isLink {
            if followsLinks { addTarget(of: file, in: folder, what, depth, path) }
            return
        }
        guard file.isFolder else { return }
        if what == ProtectedPlaces.handedToPrograms { open(file) }
        var names: [[UInt8]] = []
        let error = file.forEachName { name, _ in
            names.append(name)
            return names.count <= ProtectedPlaces.maximumEntries
        }
        note(error ?? 0, of: file)
        for name in names {
            if let found = step(file, name) { add(found, in: file, what, depth: depth + 1, path) }
        }
    }

    /// A link in a protected folder: what it leads to is meant, and the way there is part of its own.
    private mutating func addTarget(
        of link: OpenFile, in folder: OpenFile, _ what: String, _ depth: Int, _ path: [UInt8]
    ) {
        guard let text = link.linkText else { return note(errno) }
        guard let place = way(to: text, from: folder, what), let file = place.file else { return }
        add(file, in: place.folder, what, depth: depth + 1, path)
    }
}

/// The names that RunDirectory gives: `vaultscript-` and 32 hexadecimal digits.
enum RunDirectoryName {
    private static let prefix = Array("vaultscript-".utf8)

    static func matches(_ name: [UInt8]) -> Bool {
        name.count == prefix.count + 32 && name.starts(with: prefix)
            && name[prefix.count...].allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

/// Keeps the files of programs that a recipe declares as they are while these run: an interpreter opens its script, and
/// reads on in it, after it was judged, and `env` looks for one. A program that is machine code needs none of that.
final class ProgramHold {
    private let programs: [JudgedProgram?]
    private let places: ProtectedPlaces
    private var paths: [[UInt8]]

    /// - Parameter programs: those of one call, in order; nil for one that is not there.
    init(_ programs: [JudgedProgram?], _ places: ProtectedPlaces) {
        self.programs = programs
        self.places = places
        paths = programs.compactMap { $0?.files }.flatMap { files in
            files.paths.filter { files.late.contains($0) || !Self.isMachineCode($0) }
        }
        for path in self.paths { places.running[path, default: 0] += 1 }
    }

    deinit { release() }

    /// What is executed as the program of this number.
    func executable(_ index: Int) -> [UInt8]? { programs[index]?.executable }

    /// The programs have ended.
    func release() {
        for path in paths {
            guard let count = places.running[path] else { continue }
            places.running[path] = count > 1 ? count - 1 : nil
        }
        paths = []
    }

    private static func isMachineCode(_ path: [UInt8]) -> Bool {
        var start: [UInt8] = [0, 0, 0, 0]
        return ProgramFiles.readStart(of: path, into: &start) == 4
            && (start == [0x7f, 0x45, 0x4c, 0x46] || start == [0xcf, 0xfa, 0xed, 0xfe])
    }
}
