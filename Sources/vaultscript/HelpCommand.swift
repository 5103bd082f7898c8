import CEmbedded
import Diagnostics

/// `vaultscript --help` and `vaultscript help [TOPIC]`: the texts that the program carries.
struct HelpCommand {
    private static let summary = """
        usage: vaultscript [options] FILE [arguments]     run a script; - reads it from standard input
               vaultscript [options] -e CODE [arguments]  run the text CODE
               vaultscript dev [--port N] [--seed FILE]   run the development vault
               vaultscript help [TOPIC]                   the script reference

        options, before FILE:
          -v, --verbose         each command with the names of its secrets; tracebacks
          --profile NAME        credentials from $XDG_CONFIG_HOME/vaultscript/credentials/NAME.env
          --credentials FILE    credentials from FILE (mode 0600)
          --credentials-fd N    credentials from the open descriptor N
          --domain D            us, eu, or the URL of a self-hosted Infisical
          --project P, --env E, --path P
                                where secrets are looked for
          --error-format json   errors as one line of JSON
          --limit NAME=VALUE    what the run may use up: memory=1G, cpu=none … (vaultscript help limits)
          --use-env-proxy       take proxy and CA settings for the vault's connection from the environment
          --allow-http          send credentials to another machine without encryption
          -h, --help, -V, --version
        """

    let topic: String?

    /// Prints the text; an unknown topic is wrong usage.
    func run() -> Int32 {
        guard let topic else {
            return standardOutputLine(Self.summary + "\n\ntopics: \(topics.joined(separator: ", "))")
        }
        guard let text = text(of: topic) else {
            let failure = Failure(
                .usage, "there is no help on \(topic)", hint: "topics: \(topics.joined(separator: ", "))")
            standardErrorLine(failure.text)
            return 2
        }
        return standardOutputLine(text)
    }

    private var topics: [String] {
        var names: [String] = []
        guard var entry = unsafe vs_embedded_topics() else { return names }
        while let name = unsafe entry.pointee.name {
            unsafe names.append(String(cString: name))
            unsafe entry += 1
        }
        return names
    }

    private func text(of topic: String) -> String? {
        guard var entry = unsafe vs_embedded_topics() else { return nil }
        while let name = unsafe entry.pointee.name {
            if unsafe String(cString: name) == topic {
                let bytes = unsafe UnsafeBufferPointer(start: entry.pointee.bytes, count: entry.pointee.length)
                return unsafe String(decoding: bytes, as: UTF8.self)
            }
            unsafe entry += 1
        }
        return nil
    }
}
