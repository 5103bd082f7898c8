import Diagnostics

/// When a client secret ends, as far as somebody has said so: the file that it is in, or the server.
struct ClientSecretEnd: Equatable {
    /// In a credentials file or the environment: `2026-12-31`, or `never`.
    static let variable = CredentialsFile.expiryName
    /// What stands there for a client secret without an end.
    static let never = "never"
    /// How long before the end it is warned of.
    static let warningDays = 14

    /// Nil where it never ends.
    var day: CalendarDay?
    /// Who says so: a file, the environment, a host.
    var source: String

    init(day: CalendarDay?, source: String) {
        self.day = day
        self.source = source
    }

    /// Reads the variable's text.
    ///
    /// - Throws: `.usage` for anything but a day or `never`.
    init(_ text: String, source: String) throws(Failure) {
        let day = CalendarDay(text)
        guard day != nil || text == Self.never else {
            throw Failure(
                .usage, "\(Self.variable) is no date", reason: "it stands in \(source.printable)",
                hint: "write it as year, month and day, such as \(Self.variable)=2026-12-31, or \(Self.never)")
        }
        self.init(day: day, source: source)
    }

    /// What to say of it on `today`; nil while the end is far, or where there is none.
    func warning(today: CalendarDay) -> String? {
        guard let day else { return nil }
        let days = day.number - today.number
        guard days <= Self.warningDays else { return nil }
        let when = days == 0 ? "today" : days == 1 ? "tomorrow" : "in \(days) days"
        return days < 0
            ? "the client secret has expired on \(day.text), as \(source.printable) says"
            : "the client secret expires on \(day.text), \(when), as \(source.printable) says"
    }
}

/// Where a client secret stands, for whoever has to put another one there.
enum ClientSecretPlace: Equatable {
    /// The file of a profile.
    case profile(String)
    /// A file by its path.
    case file(String)
    /// What is no file of ours to change: the environment, a descriptor, a file that is mounted.
    case elsewhere(String)

    /// What exchanges this client secret and no other; nil where none does.
    var command: String? {
        switch self {
        case .profile(let name): "vaultscript credentials rotate \(name.shellWord)"
        case .file(let path): "vaultscript credentials rotate --credentials \(path.shellWord)"
        case .elsewhere: nil
        }
    }

    /// What to do before the client secret ends.
    var hint: String {
        guard case .elsewhere(let place) = self else {
            return "replace it in time: \(command ?? ""), or by hand in Infisical (vaultscript help infisical)"
        }
        return
            "replace it in time, by hand: make a new client secret in Infisical, and put it where \(place.printable) gets "
            + "it from (vaultscript help infisical)"
    }
}
