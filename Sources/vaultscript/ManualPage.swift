/// The manual page, made from the table of subcommands: `vaultscript help man | man -l -`.
///
/// - Source: mdoc(7).
enum ManualPage {
    /// When the page was last changed by hand, as mdoc wants it.
    private static let date = "November 27, 2026"

    /// The page.
    static var text: String {
        """
        .\\" Made by: vaultscript help man
        .Dd \(date)
        .Dt VAULTSCRIPT 1
        .Os
        .Sh NAME
        .Nm vaultscript
        .Nd run Lua scripts that hand secrets to programs and never see them
        .Sh SYNOPSIS
        .Nm
        .Op Ar options
        .Ar file
        .Op Ar arguments
        .Nm
        .Op Ar options
        .Fl e Ar code
        .Op Ar arguments
        .Nm
        .Ar command
        .Op Ar options
        .Op Ar words
        .Sh DESCRIPTION
        .Nm
        runs a Lua 5.4 script.
        In the script a secret of the vault (Infisical) is an opaque handle: it can be given to a program, put together with
        others and named; it cannot be printed, compared, measured or read.
        Whatever programs print is masked before anyone sees it, the script included.
        A
        .Ar file
        of
        .Sq -
        is read from standard input.
        Options stand before the file; what follows it belongs to the script.
        .Pp
        The options are:
        .Bl -tag -width Ds
        \(options(CompletionScript.global))
        .El
        .Sh COMMANDS
        Each command takes
        .Fl h , \\-help
        too.
        .Bl -tag -width Ds
        \(Subcommand.all.map(command).joined(separator: "\n"))
        .El
        .Sh ENVIRONMENT
        .Bl -tag -width Ds
        .It Ev INFISICAL_TOKEN , INFISICAL_UNIVERSAL_AUTH_CLIENT_ID , INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET
        The credentials.
        They are read once and given to no program.
        .It Ev INFISICAL_DOMAIN , INFISICAL_PROJECT_ID , INFISICAL_ENVIRONMENT , INFISICAL_SECRET_PATH
        Where secrets are looked for.
        .It Ev VAULTSCRIPT_LIMITS
        Limits of the run, as with
        .Fl \\-limit .
        .It Ev CREDENTIALS_DIRECTORY , XDG_CONFIG_HOME
        Where profiles are looked for.
        .El
        .Sh FILES
        .Bl -tag -width Ds
        .It Pa ~/.config/vaultscript/credentials/NAME.env
        The credentials of the profile
        .Ar NAME ,
        mode 0600 or 0400.
        .It Pa ~/.config/vaultscript/config.toml
        The user's configuration.
        .El
        .Sh EXIT STATUS
        .Bl -tag -width Ds -compact
        \(exitCodes.map { ".It \($0.code)\n\(escaped($0.meaning))" }.joined(separator: "\n"))
        .El
        .Sh EXAMPLES
        Run a script with a secret from the default profile:
        .Pp
        .Dl $ vaultscript deploy.lua
        .Pp
        Look for mistakes in all scripts of a folder, and show what they declare:
        .Pp
        .Dl $ vaultscript check *.lua && vaultscript list
        .Sh SEE ALSO
        .Xr lua 1
        .Pp
        .Ic vaultscript help script-api
        tells what scripts can do,
        .Ic vaultscript help reference
        lists every function and option.
        """
    }

    private static let exitCodes = [
        (code: "0", meaning: "Done."),
        (code: "1", meaning: "The script raised an error; another code where it said so."),
        (code: "2", meaning: "Wrong usage, a syntax error, bad configuration; what check found."),
        (code: "3", meaning: "Login refused, or a secret not obtainable."),
        (code: "77, 78", meaning: "Denied by policy; stopped because a leak was seen."),
        (code: "124", meaning: "A time limit of the whole run."),
        (code: "126, 127", meaning: "A program was found and cannot be executed; was not found."),
        (code: "130, 143, 141", meaning: "Interrupted; terminated; standard output closed by its reader."),
        (code: "any other", meaning: "That of the program whose failure ended the script."),
    ]

    private static func options(_ options: [CommandOption]) -> String {
        options.map { option in
            let names = [option.short, option.name].compactMap { $0 }.map { "Fl \(escaped(String($0.dropFirst())))" }
            let value = option.value.map { " Ar \(escaped($0))" } ?? ""
            return ".It " + names.joined(separator: " , ") + value + "\n" + sentence(option.help)
        }.joined(separator: "\n")
    }

    private static func command(_ command: Subcommand) -> String {
        let synopsis = command.synopsis.isEmpty ? "" : " " + escaped(command.synopsis)
        var lines = [".It Ic \(command.name)\(synopsis)", sentence(command.summary)]
        for line in command.details.split(separator: "\n") { lines += [".br", sentences(line.drop { $0 == " " })] }
        if !command.options.isEmpty { lines += [".Bl -tag -width Ds", options(command.options), ".El"] }
        if command.takesSharedOptions, command.optionPlace != .nowhere {
            lines += [".Pp", "It takes the options of every command too."]
        }
        return lines.joined(separator: "\n")
    }

    /// A help line as a sentence.
    private static func sentence(_ text: String) -> String {
        let first = text.prefix(1).uppercased()
        return sentences(first + text.dropFirst() + (text.hasSuffix(".") ? "" : "."))
    }

    /// Each sentence begins a line, as roff wants it.
    private static func sentences(_ text: some StringProtocol) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
            if word.hasSuffix(".") { lines.append("") }
        }
        return lines.filter { !$0.isEmpty }.map { escaped($0) }.joined(separator: "\n")
    }

    /// Text that roff takes as it is.
    private static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for letter in text {
            switch letter {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "…": result += "..."
            default: result.append(letter)
            }
        }
        return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
    }
}
