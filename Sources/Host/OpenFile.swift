import CSystemShims
import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which file it is, whatever name or link led to it.
struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64

    init(device: UInt64, inode: UInt64) { (self.device, self.inode) = (device, inode) }

    init(_ facts: vs_sys_file_facts) {
        device = facts.device
        inode = facts.inode
    }
}

/// An open descriptor with what was found on it, closed with the last reference.
///
/// While it is open its identity is given to no other file.
final class OpenFile: Sendable {
    let number: Int32
    let facts: vs_sys_file_facts

    /// Takes over `number`; nil where it is -1, with the reason in `errno`.
    init?(_ number: Int32, _ facts: vs_sys_file_facts) {
        guard number >= 0 else { return nil }
        self.number = number
        self.facts = facts
    }

    deinit { close(number) }

    var identity: FileIdentity { FileIdentity(facts) }
    var isFolder: Bool { facts.mode & S_IFMT == S_IFDIR }
    var isLink: Bool { facts.mode & S_IFMT == S_IFLNK }
    var isRegular: Bool { facts.mode & S_IFMT == S_IFREG }

    /// The folder that a walk begins at.
    static func start(atRoot: Bool) -> OpenFile? {
        var facts = vs_sys_file_facts()
        return OpenFile(unsafe vs_sys_file_start(atRoot, &facts), facts)
    }

    /// One step down, or up with `..`; a link is opened itself.
    func step(_ name: [UInt8], wantsFolder: Bool = false) -> OpenFile? {
        var facts = vs_sys_file_facts()
        return OpenFile(unsafe vs_sys_file_step(number, name.cString, wantsFolder, &facts), facts)
    }

    /// Opens a regular file in this folder.
    func open(_ name: [UInt8], _ use: vs_sys_file_use, mode: UInt32 = 0o666) -> OpenFile? {
        var facts = vs_sys_file_facts()
        return OpenFile(unsafe vs_sys_file_open(number, name.cString, use, mode, &facts), facts)
    }

    /// Where a link leads; nil with `errno`.
    var linkText: [UInt8]? {
        var room = [CChar](repeating: 0, count: 4096)
        let count = unsafe vs_sys_file_link(number, &room, room.count)
        return count < 0 ? nil : room[..<count].map { UInt8(bitPattern: $0) }
    }

    /// Calls `body` with each name in this folder, in no order, until it gives false. Nil, or the error's number.
    ///
    /// The second argument says whether it is a folder, where that is known without asking.
    func forEachName(_ body: ([UInt8], Bool?) -> Bool) -> Int32? {
        guard let list = unsafe vs_sys_file_list_begin(number, ".") else { return errno }
        defer { unsafe vs_sys_file_list_end(list) }
        var kind: Int32 = 0
        var error: Int32 = 0
        while let name = unsafe vs_sys_file_list_next(list, &kind, &error) {
            let bytes = unsafe Array(UnsafeBufferPointer(start: name, count: strlen(name))).map(UInt8.init(bitPattern:))
            guard body(bytes, kind < 0 ? nil : kind == 1) else { return nil }
        }
        return error == 0 ? nil : error
    }
}

extension [UInt8] {
    /// The bytes as C wants a name; there is no NUL among them.
    var cString: [CChar] { map { CChar(bitPattern: $0) } + [0] }

    /// The bytes with ASCII capitals made small.
    var lowercased: [UInt8] { map { (65...90).contains($0) ? $0 | 0x20 : $0 } }

    /// For messages.
    var shownPath: String { String(decoding: prefix(300), as: UTF8.self).printable }
}
