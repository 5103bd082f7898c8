import Diagnostics

/// Where what is logged in with comes from, and so whose word counts on where it goes.
enum IdentityOrigin: Equatable {
    /// A handle in this option of the script's login: it may have been made of any secret.
    case handle(String)
    /// It stands itself in the credentials file.
    case file
    /// The environment or the platform gives it to whatever the user starts; in words.
    case surroundings(String)
}

/// What is logged in with, and where it comes from.
struct LoginIdentity {
    var proof: LoginPlan.Proof
    var origin: IdentityOrigin
    /// Whether only the script names the account that a proof of the user's is for: it may be the script's author's.
    var isNamedByScript = false
}

/// Decides which host an identity goes to: one that the user has named, the default where they have named none. A
/// credentials file that only the script names, and may have written, speaks for what it holds itself and for nothing
/// else.
struct LoginBinding {
    static let usual = "us"

    /// What the user has said: on the command line, in a credentials file or configuration of theirs, in the
    /// environment; nil where they said nothing.
    var ofUser: String?
    /// What a credentials file says that only the script names; nil where there is none, or the command line decides.
    var ofScriptFile: SourcedText?
    /// Whether the credentials are in such a file.
    var isFileOfScript: Bool
    /// Gives a domain's base URL in one form, so that two spellings of one host are equal.
    let normalize: (String) throws(Failure) -> String

    /// A host, and whether the user has named it: only then may other values of the run go there as well.
    struct Host: Equatable {
        var domain: String
        var isOfUser: Bool
    }

    /// The host that an identity of this origin goes to.
    ///
    /// - Throws: `.denied` where only the script names one. Nothing has been sent by then.
    func host(for origin: IdentityOrigin) throws(Failure) -> Host {
        switch origin {
        case .handle(let option):
            guard let ofUser else { throw unnamed(option) }
            return Host(domain: ofUser, isOfUser: true)
        case .surroundings(let identity):
            let domain = ofUser ?? Self.usual
            if let other = ofScriptFile, try normalize(other.value) != normalize(domain) {
                throw elsewhere(identity, other, try normalize(domain))
            }
            return Host(domain: domain, isOfUser: true)
        case .file:
            let domain = ofScriptFile?.value ?? ofUser ?? Self.usual
            guard isFileOfScript else { return Host(domain: domain, isOfUser: true) }
            guard let ofUser else { return Host(domain: domain, isOfUser: false) }
            return Host(domain: domain, isOfUser: try normalize(ofUser) == normalize(domain))
        }
    }

    private func unnamed(_ option: String) -> Failure {
        Failure(
            .denied, "login: there is no host that \(option) is bound to",
            reason: "the user has named none, and a script may not choose it; nothing has been sent",
            hint: "name it yourself: --domain, or INFISICAL_DOMAIN in the environment")
    }

    private func elsewhere(_ identity: String, _ other: SourcedText, _ bound: String) -> Failure {
        Failure(
            .denied, "login: \(identity) is not for \(other.value.printable)",
            reason: "it is bound to \(bound); only \(other.source.printable), which the script names, says otherwise; "
                + "nothing has been sent",
            hint: "name that host yourself, where it is meant: --domain, or INFISICAL_DOMAIN in the environment")
    }
}
