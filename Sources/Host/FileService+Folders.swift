import CSystemShims
import Diagnostics
import HostProtocol
import ProcessSpawning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Making, moving and removing.
extension FileService {
    func makeFolder(_ call: inout FileCall) throws(Failure) -> Value {
        let makesParents = try call.options.boolean("parents") ?? false
        let mode = try call.mode()
        try call.options.finish()
        // Each turn makes the first folder that is missing, so there are at most as many as steps in the path.
        for _ in 0..<FileWalk.maximumPathBytes {
            let place = try missingPlace(call, makesParents: makesParents)
            guard place.file == nil else {
                guard makesParents, place.file?.isFolder == true else { throw call.failed(EEXIST) }
                return .null
            }
            try make(place, mode, call)
            guard makesParents else { return .null }
            // The new folder may be one on the way to a protected place, which can be told from now on.
            call.protection = try protected.look()
        }
        throw call.failed(ELOOP)
    }

    /// The last entry of the path, or with `parents` the first one that is missing.
    private func missingPlace(_ call: FileCall, makesParents: Bool) throws(Failure) -> FilePlace {
        do throws(FileTrouble) {
            return try FileWalk(protection: call.protection).resolve(call.path)
        } catch {
            guard makesParents, case .system(ENOENT) = error.cause, let folder = error.folder, error.name != [46, 46]
            else {
                var failure = call.failure(error, call.path)
                if error.isOnTheWay, failure.kind == .notFound { failure.hint = "make it too: { parents = true }" }
                throw failure
            }
            return FilePlace(folder: folder, name: error.name, file: nil)
        }
    }

    /// A folder on the way to a protected place may be made, but not the place itself.
    private func make(_ place: FilePlace, _ mode: UInt32?, _ call: FileCall) throws(Failure) {
        let entry = Protection.Entry(place.folder, place.name)
        if call.protection.ends.contains(entry) || call.protection.ways[entry] == nil {
            try call.checkChangeable(place)
        }
        guard unsafe mkdirat(place.folder.number, place.name.cString, mode ?? 0o777) == 0 else {
            throw call.failed(errno)
        }
        guard let mode else { return }
        guard unsafe fchmodat(place.folder.number, place.name.cString, mode, 0) == 0 else { throw call.failed(errno) }
    }

    func rename(_ call: inout FileCall, to: [UInt8]) throws(Failure) -> Value {
        try call.options.finish()
        let from = try call.changeable()
        guard from.file != nil else {
            throw call.failure(from.missing, call.path)
        }
        let target = try call.changeable(to)
        let result = made.keeping(target.file) {
            unsafe renameat(from.folder.number, from.name.cString, target.folder.number, target.name.cString)
        }
        guard result == 0 else { throw call.failed(errno, to) }
        made.note(target.name, in: target.folder.number)
        return .null
    }

    func remove(_ call: inout FileCall) throws(Failure) -> Value {
        let isRecursive = try call.options.boolean("recursive") ?? false
        let isOptional = try call.options.boolean("optional") ?? false
        try call.options.finish()
        let place: FilePlace
        do throws(Failure) {
            place = try call.changeable()
        } catch {
            if isOptional, error.kind == .notFound { return .boolean(false) }
            throw error
        }
        guard let file = place.file else {
            if isOptional { return .boolean(false) }
            throw call.failure(place.missing, call.path)
        }
        var removal = TreeRemoval(call: call, made: made, root: file, isRecursive: isRecursive)
        try removal.remove(place, depth: 0)
        made.forgetRemoved(file)
        return .boolean(true)
    }

    func makeTemporaryFolder() throws(Failure) -> Value {
        .bytes(try temporary.make(try protected.look()))
    }
}

/// Removes one entry, with all below it where that was asked for. Links are removed, never followed, and no other file
/// system is entered.
private struct TreeRemoval {
    let call: FileCall
    let made: ScriptFiles
    let root: OpenFile
    let isRecursive: Bool
    private var count = 0

    init(call: FileCall, made: ScriptFiles, root: OpenFile, isRecursive: Bool) {
        self.call = call
        self.made = made
        self.root = root
        self.isRecursive = isRecursive
    }

    mutating func remove(_ place: FilePlace, depth: Int) throws(Failure) {
        try call.checkChangeable(place)
        guard let file = place.file else { return }
        if let what = call.protection.inside[file.identity] { throw call.outOfReach(what) }
        if file.isFolder, isRecursive { try empty(file, depth) }
        let flags = file.isFolder ? AT_REMOVEDIR : 0
        let result = made.keeping(file) { unsafe unlinkat(place.folder.number, place.name.cString, flags) }
        guard result == 0 || errno == ENOENT else { throw call.failed(errno) }
    }

    private mutating func empty(_ folder: OpenFile, _ depth: Int) throws(Failure) {
        guard folder.facts.device == root.facts.device else { throw call.failed(EXDEV) }
        guard depth < FileService.maximumDepth else { throw tooMuch }
        while case let names = try someNames(folder), !names.isEmpty {
            for name in names {
                count += 1
                guard count <= FileService.maximumEntries else { throw tooMuch }
                try remove(FilePlace(folder: folder, name: name, file: folder.step(name)), depth: depth + 1)
            }
        }
    }

    /// A thousand at a time: what is listed is removed before the next look.
    private func someNames(_ folder: OpenFile) throws(Failure) -> [[UInt8]] {
        var names: [[UInt8]] = []
        let error = folder.forEachName { name, _ in
            names.append(name)
            return names.count < 1000
        }
        if let error { throw call.failed(error) }
        return names
    }

    private var tooMuch: Failure {
        Failure(
            .limit, "\(call.function): \(call.path.shownPath) holds too much to be removed in one call",
            reason: "the limits are \(FileService.maximumEntries) entries and \(FileService.maximumDepth) levels",
            hint: "let a program do it: spawn{ \"rm\", \"-r\", \"--\", path }")
    }
}

/// The folders that `fs.tempDir` made: removed by the host when the run has ended, however the script did.
final class TemporaryFolders {
    private static let maximumCount = 1000

    /// Open, so that no other folder can become the same.
    private struct Made {
        let base: OpenFile
        let name: [UInt8]
        let path: [UInt8]
        let folder: OpenFile
    }

    /// Told each path right before it is made, so that another process can remove it whatever becomes of this one.
    var willMake: ([UInt8]) -> Void = { _ in }
    /// Told what was made there, before anything is in it.
    var didMake: (RunDirectory.Made) -> Void = { _ in }
    private let base: [UInt8]
    private var made: [Made] = []

    /// Folders in `place` (`$TMPDIR`), or in /tmp where that says nothing.
    init(_ place: String?) {
        base = Array((place.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp").utf8)
    }

    func make(_ protection: Protection) throws(Failure) -> [UInt8] {
        let call = try FileCall("fs.tempDir", .record(["path": .bytes(base)]), protection) { $0 }
        guard made.count < Self.maximumCount else {
            throw Failure(
                .limit, "fs.tempDir: there are \(Self.maximumCount) already", hint: "make folders in one of them")
        }
        var folder = try call.found().file
        guard folder.facts.mode & (S_IWGRP | S_IWOTH) == 0 || folder.facts.mode & S_ISVTX != 0 else {
            throw Failure(
                .io, "fs.tempDir: \(base.shownPath) is not used",
                reason: "others may rename and remove what lies in it",
                hint: "set TMPDIR to a folder of your own, or give that one its sticky bit: chmod +t")
        }
        let name = Array("vaultscript-tmp-".utf8) + (try RandomName.make())
        let path = base + [47] + name
        willMake(path)
        let opened = unsafe vs_sys_private_directory_make(folder.number, name.cString)
        guard opened >= 0 else { throw call.failed(errno) }
        var facts = vs_sys_file_facts()
        let isKnown = unsafe vs_sys_file_learn(opened, &facts)
        guard let new = OpenFile(opened, facts), isKnown else { throw call.failed(errno) }
        didMake(RunDirectory.Made(path: path, device: facts.device, inode: facts.inode))
        // One descriptor of their place is enough.
        if let last = made.last?.base, last.identity == folder.identity { folder = last }
        made.append(Made(base: folder, name: name, path: path, folder: new))
        return path
    }

    /// Removes them all, by what they are: what a program has put in the place of one is not ours. Gives the paths of those
    /// that were not removed, and why.
    func removeAll() -> [(path: [UInt8], reason: String)] {
        defer { made = [] }
        return made.compactMap { one in
            var which = vs_sys_directory(device: one.folder.facts.device, inode: one.folder.facts.inode)
            guard unsafe vs_sys_remove_directory(one.base.number, one.name.cString, &which) != 0 else { return nil }
            return (one.path, Self.reason(errno))
        }
    }

    private static func reason(_ error: Int32) -> String {
        switch error {
        case ESTALE: "it is another one now, which this run has not made"
        case EXDEV, EBUSY: "something is mounted in it"
        default: unsafe String(cString: strerror(error))
        }
    }
}

/// Names that nobody guesses.
enum RandomName {
    /// 96 bits in hexadecimal.
    static func make() throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 12)
        guard unsafe vs_sys_random(&bytes, bytes.count) == 0 else {
            throw Failure(.io, "the kernel gave no random bytes", reason: unsafe String(cString: strerror(errno)))
        }
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
