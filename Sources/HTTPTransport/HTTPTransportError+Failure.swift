public import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension HTTPTransportError {
    /// The failure as a person meets it.
    ///
    /// - Parameters:
    ///   - message: What could not be done, one line.
    ///   - attempts: How often it was tried; said when more than once.
    public func failure(_ message: String, attempts: Int = 1) -> Failure {
        let (failureKind, reason, hint) = explanation
        let tries = attempts > 1 ? ", in \(attempts) attempts" : ""
        var failure = Failure(
            failureKind, message, reason: reason + tries, hint: hint, status: status == 0 ? nil : status)
        // For whatever reason: whether there is room hangs on lengths.
        failure.endsRun = kind == .memory
        return failure
    }

    private var lacksDescriptors: Bool {
        if kind == .library { return text.hasSuffix(unsafe String(cString: strerror(EMFILE))) }
        return [.dns, .connect, .timeoutConnect].contains(kind)
            && [Int(EMFILE), Int(ENFILE)].contains(systemError)
    }

    private var explanation: (Failure.Kind, reason: String, hint: String) {
        if isWithoutNetwork {
            return (
                .network, "this machine has no network: there is no way from it to \(host)",
                "connect it, or look at its routes: ip route"
            )
        }
        if lacksDescriptors {
            return (
                .network, "no connection to \(host) can be opened: too many files are open",
                "see the limits of this session: ulimit -n; do less at once"
            )
        }
        switch kind {
        case .library:
            return (
                .io, "libcurl could not be opened: \(text)",
                "install it: apt install libcurl4 (libcurl4t64 from Debian 13 and Ubuntu 24.04 on)"
            )
        case .request:
            return (.usage, text, "give a full URL with https://, or spell http:// in your own configuration")
        case .dns:
            return (
                .network, "the name \(host) was not found",
                "check its spelling in your configuration, then the name lookup: getent hosts \(bareHost)"
            )
        case .connect:
            return (
                .network, "nothing answers at \(host)",
                "check host and port, and whether a firewall or a proxy is between"
            )
        case .tls:
            return (
                .network, "TLS with \(host) failed: \(text)",
                text.contains("certificate") ? certificateHint : handshakeHint
            )
        case .timeoutConnect:
            return (
                .timeout, "\(host) gave no connection: \(text)",
                "check host and port, and whether a firewall or a proxy is between"
            )
        case .timeoutTotal:
            return (.timeout, "\(host) is too slow: \(text)", "try again later, or allow more time")
        case .reset:
            return (
                .network, "\(host) closed the connection before an answer",
                "try again; if it stays, look at the server\(encryptedHint)"
            )
        case .truncated:
            return (.network, "the answer of \(host) is cut off: \(text)", "try again; if it stays, look at the server")
        case .tooLarge:
            return (.limit, "the answer of \(host) is too large: \(text)", "ask for less in one request")
        case .redirect:
            return (
                .network, "\(host) does not answer itself: \(text)",
                "redirects are never followed, so that credentials reach one host only; name the host that answers"
            )
        case .notHTTP:
            return (
                .network, "what answers at \(host) does not speak HTTP", "check scheme, host and port\(encryptedHint)"
            )
        case .memory:
            return (.limit, text, "fetch fewer secrets in one run, or raise the lock limit (ulimit -l)")
        case .upload:
            return (
                .io, "the file that was being sent could not be read to its end, or has become shorter",
                "see that nothing changes the file meanwhile"
            )
        case .receiver: return (.io, "the answer could not be taken", "look at where it goes")
        case .proxy:
            return (
                .network, "the proxy \(proxy ?? "") on the way to \(host) fails: \(text)",
                "check network.proxy in the user config, or HTTPS_PROXY where --use-env-proxy is given"
            )
        case .other:
            return (
                .network, "the request to \(host) failed: \(text)",
                "see whether another client reaches it: curl -v https://\(host)/"
            )
        }
    }

    /// The host without its port.
    private var bareHost: String { HTTPEndpoint(url: "https://\(host)")?.host ?? host }

    /// Whether the reason is nothing about the host: this machine is not connected.
    private var isWithoutNetwork: Bool {
        guard [.dns, .connect, .timeoutConnect].contains(kind), proxy == nil else { return false }
        return HTTPEndpoint(url: "https://\(host)")?.isLoopback == false && !NetworkRoute.isThere
    }

    /// TLS that fails without a word about a certificate: mostly there is none at that port.
    private var handshakeHint: String {
        "check the port, and whether TLS is spoken there at all: for plain HTTP the address begins with http://"
    }

    /// What speaks TLS alone hangs up on plain HTTP, or answers in its own way.
    private var encryptedHint: String {
        isPlain && proxy == nil ? ", and whether it wants TLS: the address then begins with https://" : ""
    }

    private var certificateHint: String {
        // libcurl's words for the two ways in which a clock spoils a good certificate.
        if text.contains("not yet valid") || text.contains("has expired") {
            return
                "check the clock of this machine: it says \(CalendarDay.moment(secondsSince1970: CalendarDay.now)); if that is right, the certificate of the "
                + "server has to be renewed"
        }
        return "check the host's name; a private certificate authority is named by its file in the user config"
    }
}
