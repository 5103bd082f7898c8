import CSystemShims
import Configuration
import Diagnostics
import Masking
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which variables a child inherits, which are withheld from it and masked, and which may not carry a secret.
/// The lists are documented in docs/environment.md.
enum EnvironmentPolicy {
    /// Parts of a name that say credential.
    private static let credentialParts: [StaticString] = [
        "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "APIKEY", "API_KEY", "PRIVATE_KEY",
        "ACCESS_KEY",
    ]
    /// Ends of a name that say credential.
    private static let credentialEnds: [StaticString] = ["_KEY", "_PAT", "_PWD", "_PASS", "_AUTH", "_JWT"]
    /// Names that look like it and are not: they hold a path, a socket or a switch that programs need.
    private static let exempt: Set<String> = [
        "SSH_AUTH_SOCK", "GPG_TTY", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE",
        "GIT_ASKPASS", "SUDO_ASKPASS", "GNOME_KEYRING_CONTROL", "TOKENIZERS_PARALLELISM", "OLDPWD",
        "XDG_SESSION_ID", "CREDENTIALS_DIRECTORY", "INFISICAL_SECRET_PATH",
        "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", "VAULTSCRIPT_CLIENT_SECRET_EXPIRES",
    ]
    /// The host's own variables: all of the vault's, and ours.
    private static let ownPrefixes = ["INFISICAL_", "VAULTSCRIPT_"]

    /// Refuses the name of a variable that is not ASCII: as text it can equal another one, as KELVIN SIGN equals K, and what
    /// is said of that one's name would not be said of it.
    ///
    /// - Throws: `.usage`.
    static func checkName(_ name: String, _ function: String) throws(Failure) {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return }
        throw Failure(
            .usage, "\(function): \"\(name.printable)\" is no variable name",
            reason: "it holds characters outside ASCII, which can look like the letters of another name",
            hint: "write it with letters, digits and \"_\"")
    }

    /// Whether a child gets the variable only when the script asks for it (`passEnv`): ours, what the name says, and what
    /// the configuration adds and leaves out.
    static func isWithheld(_ name: String, _ settings: Settings) -> Bool {
        let upper = name.uppercased()
        if upper == "CREDENTIALS_DIRECTORY" || ownPrefixes.contains(where: upper.hasPrefix) { return true }
        if isNamed(name, settings) { return true }
        return saysCredential(upper) && !NamePattern.matches(name, settings.passed)
    }

    /// Whether the variable holds a credential, by its name or by the word of the configuration. Handed on or not, its
    /// value is masked.
    static func holdsCredential(_ name: String, _ settings: Settings) -> Bool {
        saysCredential(name) || isNamed(name, settings)
    }

    /// Whether the configuration says that the variable is withheld. A project says it of none that tells where programs and
    /// their configuration are looked for: without them others would be found.
    private static func isNamed(_ name: String, _ settings: Settings) -> Bool {
        if NamePattern.matches(name, settings.user?.withheld ?? []) { return true }
        let isPlace = name == "PATH" || name == "HOME" || name.hasPrefix("XDG_")
        return !isPlace && NamePattern.matches(name, settings.project?.withheld ?? [])
    }

    /// Whether the name says that its value is a credential.
    static func saysCredential(_ name: String) -> Bool {
        let upper = name.uppercased()
        // Bytes: this runs for each variable at each start, and a search in a String takes many times longer.
        let bytes = Array(upper.utf8)
        let says =
            credentialParts.contains { holds(bytes, $0) } || credentialEnds.contains { ends(bytes, with: $0) }
        return says && !exempt.contains(upper) && !upper.hasSuffix("_PROXY")
    }

    /// Who may have chosen what a withheld variable holds: the user, but where a project alone says that it is to be withheld.
    /// Its file is the script's author's, who may know what stands there, or have written it, such as a commit's message.
    static func origin(of name: String, _ settings: Settings) -> Masker.Origin {
        let isUsers = saysCredential(name) || NamePattern.matches(name, settings.user?.withheld ?? [])
        return isUsers || ownPrefixes.contains(where: name.uppercased().hasPrefix) ? .vault : .weak
    }

    private static func holds(_ text: [UInt8], _ part: StaticString) -> Bool {
        guard text.count >= part.utf8CodeUnitCount else { return false }
        return (0...(text.count - part.utf8CodeUnitCount)).contains { stands(part, in: text, at: $0) }
    }

    private static func ends(_ text: [UInt8], with part: StaticString) -> Bool {
        text.count >= part.utf8CodeUnitCount && stands(part, in: text, at: text.count - part.utf8CodeUnitCount)
    }

    private static func stands(_ part: StaticString, in text: [UInt8], at start: Int) -> Bool {
        part.withUTF8Buffer { letters in
            !letters.indices.contains { unsafe letters[$0] != text[start + $0] }
        }
    }

    /// Whether the variable steers a loader, shell or interpreter, which a secret has no business to do.
    static func isSteering(_ name: String) -> Bool { SteeringVariable.contains(name) }

    private static let ordinaryWords: Set<String> = [
        "automatic", "basic", "bearer", "default", "development", "disabled", "enabled", "environment", "example",
        "internal", "keychain", "keyring", "optional", "password", "production", "required", "username", "warning",
    ]

    /// Whether the value of a withheld variable is masked: 8 bytes or more, and no path that exists, number, boolean
    /// or ordinary word, which would put masks over harmless text.
    static func isMasked(_ value: SecretBytes) -> Bool {
        guard value.count >= 8 else { return false }
        let isOrdinary = value.withBytes { bytes in
            let isNumber = !bytes.indices.contains { !(48...57).contains(bytes[$0]) && bytes[$0] != 46 }
            return isNumber || ordinaryWords.contains { matches(bytes, $0) }
        }
        return !isOrdinary && !isExistingPath(value)
    }

    private static func matches(_ bytes: Span<UInt8>, _ word: String) -> Bool {
        let letters = Array(word.utf8)
        return bytes.count == letters.count && !bytes.indices.contains { bytes[$0] | 0x20 != letters[$0] }
    }

    /// Whether the value is the path of something that is there.
    static func isExistingPath(_ value: SecretBytes) -> Bool {
        guard value.count < 4096, let path = try? SecretBytes(count: value.count + 1) else { return false }
        value.withBytes { bytes in
            path.withMutableBytes { room in
                for index in bytes.indices { room[index] = bytes[index] }
            }
        }
        guard value.withBytes({ $0[0] == 47 || $0[0] == 46 }) else { return false }
        return unsafe path.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe access(start.assumingMemoryBound(to: CChar.self), F_OK) == 0
        }
    }
}
