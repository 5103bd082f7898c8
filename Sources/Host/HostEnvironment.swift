import CSystemShims
import Configuration
import Diagnostics
import Masking
import ProcessSpawning
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The environment the host was started with, taken in once: what is withheld is moved to secret memory and removed
/// from the process, also as /proc/PID/environ shows it; the rest is what children inherit.
final class HostEnvironment {
    /// What every child inherits unless the script says otherwise, in the order it came.
    private(set) var inherited: [(name: String, value: [UInt8])] = []
    /// The same, laid out once for all children; made for the first.
    private(set) lazy var base = EnvironmentBase(inherited.map { (Array($0.name.utf8), $0.value) })
    /// What is withheld, by name.
    private(set) var withheld: [String: SecretBytes] = [:]

    /// The credentials files that it leads to, as they were before the first program.
    let knownCredentials = KnownCredentials()

    /// The project's `.infisical.json` as it was before the script began: it, or a program of the run, may write there. An
    /// error of it is one of the login that needs it.
    let infisical: Result<InfisicalProjectFile?, Failure>

    private let settings: Settings

    /// Reads and cleans the environment of this process; `settings` says what is withheld besides.
    init(_ settings: Settings) throws(Failure) {
        self.settings = settings
        infisical = InfisicalProjectFile.reading(settings)
        var names: [String] = []
        guard var entry = unsafe vs_sys_environment() else { return }
        while let text = unsafe entry.pointee {
            if let name = try unsafe take(text) { names.append(name) }
            unsafe entry += 1
        }
        for name in names { unsafe vs_sys_environment_erase(name) }
        vs_sys_environment_keep_own()
    }

    /// An environment of a test's own.
    init(_ settings: Settings, variablesForTesting variables: [String: String]) throws(Failure) {
        self.settings = settings
        infisical = InfisicalProjectFile.reading(settings)
        for (name, value) in variables { _ = try sort(name, Array(value.utf8).span) }
    }

    /// Sorts one `NAME=value` in; gives its name when it is to be erased.
    private func take(_ text: UnsafeMutablePointer<CChar>) throws(Failure) -> String? {
        var length = 0
        var equals = -1
        while unsafe text[length] != 0 {
            if unsafe equals < 0 && text[length] == 61 && length > 0 { equals = length }
            length += 1
        }
        guard equals > 0 else { return nil }
        let bytes = unsafe UnsafeBufferPointer(
            start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: length)
        let name = unsafe String(decoding: UnsafeBufferPointer(rebasing: bytes[..<equals]), as: UTF8.self)
        let value = unsafe UnsafeBufferPointer(rebasing: bytes[(equals + 1)...])
        return try unsafe sort(name, value.span) ? name : nil
    }

    /// Whether the variable is withheld.
    private func sort(_ name: String, _ value: Span<UInt8>) throws(Failure) -> Bool {
        guard EnvironmentPolicy.isWithheld(name, settings) else {
            inherited.append((name, value.indices.map { value[$0] }))
            return false
        }
        withheld[name] = try SecretBytes(copying: value)
        return true
    }

    /// The PATH in which programs are found.
    var programPath: [UInt8]? { inherited.last { $0.name == "PATH" }?.value }

    /// Its folders; an empty entry is the working directory.
    var programFolders: [[UInt8]] {
        (programPath ?? []).split(separator: 58, omittingEmptySubsequences: false).map { $0.isEmpty ? [46] : Array($0) }
    }

    /// A withheld value that is a setting and no secret, as text; nil where it is not set or empty.
    func setting(_ name: String) -> String? {
        guard let value = withheld[name], value.count > 0 else {
            return inherited.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
        }
        precondition(!EnvironmentPolicy.saysCredential(name), "a credential is never read as text")
        return value.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// A withheld credential; nil where it is not set or empty.
    func credential(_ name: String) -> SecretBytes? {
        withheld[name].flatMap { $0.count > 0 ? $0 : nil }
    }

    /// Where profiles are looked for, in that order: where a service manager mounts credentials, then the user's own.
    var profileFolders: [String] { [setting("CREDENTIALS_DIRECTORY"), ownProfileFolder].compactMap { $0 } }

    /// A withheld variable that holds a credential, and not where one lies; nil where it is not set or empty.
    func heldCredential(_ name: String) -> SecretBytes? {
        guard EnvironmentPolicy.holdsCredential(name, settings), let value = credential(name) else { return nil }
        return EnvironmentPolicy.isExistingPath(value) ? nil : value
    }

    /// The user's own folder of profiles; nil where the environment does not tell.
    var ownProfileFolder: String? {
        if let folder = setting("XDG_CONFIG_HOME"), folder.hasPrefix("/") { return folder + "/vaultscript/credentials" }
        guard let home = setting("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.config/vaultscript/credentials"
    }

    /// The names of the profiles that have a file in `folder`.
    static func profiles(in folder: String) -> [String] {
        names(in: folder).filter { $0.hasSuffix(".env") && !$0.hasPrefix(".") }.map { String($0.dropLast(4)) }
    }

    /// What is in `folder`; nothing where it cannot be seen.
    static func names(in folder: String) -> [String] {
        guard let stream = unsafe opendir(folder) else { return [] }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    /// The profiles that have a file, or had one before the first program, which may give one a value as its name.
    var profilesWithFile: [String] { knownCredentials.profiles ?? profileFolders.flatMap(Self.profiles) }

    /// A profile whose name is nearly `name`, of those that have a file or stand in the user's configuration.
    func nearProfile(_ name: String, _ settings: Settings) -> String? {
        let names = profilesWithFile + (settings.user?.profiles ?? [:]).keys
        return NearNames.best(for: name, among: names.filter { $0 != name })
    }

    /// Who may have chosen what a withheld variable holds.
    func chooser(of name: String) -> Masker.Origin { EnvironmentPolicy.origin(of: name, settings) }

    /// Registers every credential that came with the environment, those that children inherit among them, and calls `note`
    /// with each.
    func maskCredentials(_ masker: Masker, note: (SecretBytes) -> Void = { _ in }) throws(Failure) {
        for (name, value) in withheld
        where EnvironmentPolicy.holdsCredential(name, settings) && EnvironmentPolicy.isMasked(value) {
            try masker.add(value, name: name, origin: chooser(of: name))
            note(value)
        }
        for (name, bytes) in inherited where !bytes.isEmpty && EnvironmentPolicy.holdsCredential(name, settings) {
            let value = try SecretBytes(copying: bytes.span)
            guard EnvironmentPolicy.isMasked(value) else { continue }
            try masker.add(value, name: name, origin: chooser(of: name))
            note(value)
        }
    }
}
