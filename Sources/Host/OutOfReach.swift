import CSystemShims
import Diagnostics

/// The files that a script cannot name, whatever path or link leads to them: where credentials and configuration lie.
///
/// Files of /proc, and what is reached through descriptors there, are refused when they are opened (`redirect.h`).
struct OutOfReach {
    private static let maximumPathBytes = 4096
    private let places: [[UInt8]]

    init(_ options: RunOptions, _ environment: HostEnvironment) {
        var paths: [String] = []
        if let file = options.credentialsFile { paths.append(file) }
        if let folder = environment.setting("CREDENTIALS_DIRECTORY") { paths.append(folder) }
        if let folder = environment.setting("XDG_CONFIG_HOME") {
            paths.append(folder + "/vaultscript")
        } else if let home = environment.setting("HOME") {
            paths.append(home + "/.config/vaultscript")
        }
        places = paths.compactMap { Self.real(Array($0.utf8)) }
    }

    /// Refuses `path` where it is, or lies in, one of the places; `option` is named in the error.
    func check(_ path: [UInt8], _ option: String) throws(Failure) {
        guard let real = Self.real(path) ?? Self.realFolder(path) else { return }
        guard places.contains(where: { real == $0 || real.starts(with: $0 + [47]) }) else { return }
        throw Failure(
            .denied, "\(option): \(String(decoding: path, as: UTF8.self).printable) is out of reach",
            reason: "credentials and configuration of vaultscript lie there", hint: "use a file elsewhere")
    }

    /// For a file that is to be made: the folder that it will be in.
    private static func realFolder(_ path: [UInt8]) -> [UInt8]? {
        guard let slash = path.lastIndex(of: 47) else { return real([46]) }
        return real(Array(path[...slash]))
    }

    private static func real(_ path: [UInt8]) -> [UInt8]? {
        var room = [CChar](repeating: 0, count: maximumPathBytes)
        let isThere = unsafe String(decoding: path, as: UTF8.self).withCString { text in
            unsafe room.withUnsafeMutableBufferPointer { room in
                unsafe vs_sys_redirect_real(text, room.baseAddress, room.count)
            }
        }
        guard isThere else { return nil }
        return room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    }
}
