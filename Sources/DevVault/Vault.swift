import Foundation

/// The vault: a request and the time go in, an answer comes out.
///
/// It knows no socket, no file and no clock.
struct Vault: Sendable {
    /// What is remembered over a restart.
    var state: VaultState
    private(set) var settings: ServerSettings
    /// Failed logins by identity id; they are forgotten at a restart, as the real server's cache may.
    var lockouts: [String: Lockout] = [:]
    /// Requests in the current window, by caller.
    private var windows: [String: RateWindow] = [:]

    init(state: VaultState, settings: ServerSettings = ServerSettings()) {
        (self.state, self.settings) = (state, settings)
    }

    /// Takes over what a seed says now: identities that were there keep their ids, the use of their client secrets and
    /// their tokens, as in a server whose settings somebody changes.
    mutating func reload(_ seed: Seed) {
        let before = Dictionary(state.identities.map { ($0.clientID, $0) }, uniquingKeysWith: { $1 })
        state.projects = seed.state.projects
        settings = seed.settings
        state.identities = seed.state.identities.map { identity in
            guard let known = before[identity.clientID] else { return identity }
            var identity = identity
            identity.id = known.id
            identity.secret.id = known.secret.id
            identity.secret.uses = known.secret.uses
            identity.moreSecrets = known.moreSecrets
            return identity
        }
    }

    /// Answers one request at the time `now`.
    mutating func handle(_ request: APIRequest, now: Date) -> APIResponse {
        var limit: [String: String] = [:]
        var response: APIResponse
        do {
            response = try answer(request, now: now, limit: &limit)
        } catch {
            response = .error(error)
        }
        response.headers.merge(limit) { $1 }
        return withEntityTag(response, for: request)
    }

    private mutating func answer(
        _ request: APIRequest, now: Date, limit: inout [String: String]
    ) throws(APIError) -> APIResponse {
        // The order is the server's: route, rate, bearer, need of a bearer, body, fields.
        let segments = try request.segments()
        guard segments.first == "api" else {
            guard ["GET", "HEAD"].contains(request.method) else { throw .noRoute(request.method, request.target) }
            return .webInterface
        }
        guard let route = Route(request.method, Array(segments.dropFirst()), hasV4: settings.hasV4),
            settings.has(route)
        else { throw .noRoute(request.method, request.target) }
        let address = callerAddress(of: request)
        if route != .status, settings.rateLimit?.bucket?.counts(request.method, route) ?? true {
            limit = try countRequest(from: address, now: now)
        }
        let identity = try bearerIdentity(of: request, address: address, now: now)
        if let open = try answerOpen(route, request, address: address, now: now) { return .json(open) }
        guard let identity else { throw .tokenMissing }
        return .json(try answer(route, request, as: identity, now: now))
    }

    /// Routes that need no bearer; nil for the others.
    private mutating func answerOpen(
        _ route: Route, _ request: APIRequest, address: String, now: Date
    ) throws(APIError) -> JSON? {
        switch route {
        case .status: statusAnswer(now: now)
        case .login: try loginAnswer(request, address: address, now: now)
        case .platformLogin(let method): try platformLogin(request, by: method, address: address, now: now)
        case .renew: try renew(try accessToken(in: request), now: now)
        case .revoke: try revoke(try accessToken(in: request), now: now)
        default: nil
        }
    }

    /// Routes that need one.
    private mutating func answer(
        _ route: Route, _ request: APIRequest, as identity: Identity, now: Date
    ) throws(APIError) -> JSON {
        switch route {
        case .status, .login, .platformLogin, .renew, .revoke: throw .internalError
        case .lease(let action): return try leaseAnswer(request, action, for: identity, now: now)
        case .clientSecrets(let action, let id):
            return try clientSecretAnswer(request, action, of: id, for: identity, now: now)
        case .identityDetails: return identityDetails()
        case .projects: return projectList(for: identity)
        case .project(let id, let key): return try projectAnswer(id: id, key: key, for: identity)
        case .projectBySlug(let slug): return try projectAnswer(slug: slug, for: identity)
        case .folders(let version): return try folderList(request, version, for: identity)
        case .listSecrets(let version): return try listSecrets(request, version, for: identity)
        case .readSecret(let version, let name): return try readSecret(request, version, name, for: identity)
        case .readSecretByID(let id): return try readSecret(request, id: id, for: identity)
        case .writeSecret(let version, let action, let name):
            return try writeSecret(request, version, action, name, for: identity, now: now)
        case .writeSecrets(let version, let action):
            return try writeSecrets(request, version, action, for: identity, now: now)
        }
    }

    // MARK: - Before the route

    private func callerAddress(of request: APIRequest) -> String {
        guard settings.trustsForwardedFor else { return request.peer }
        // The server's order without a list of trusted proxies.
        for name in ["cf-connecting-ip", "x-client-ip", "x-forwarded-for"] {
            if let first = request.headers[name]?.split(separator: ",").first {
                return first.trimmingCharacters(in: .whitespaces)
            }
        }
        return request.peer
    }

    private mutating func bearerIdentity(
        of request: APIRequest, address: String, now: Date
    ) throws(APIError) -> Identity? {
        // An empty header counts as none; the Rust client sends one with its login.
        guard request.headers["x-api-key"] ?? "" == "" else {
            throw .badRequest(
                "API key authentication is not supported anymore. Please switch to identity authentication.")
        }
        guard let header = request.headers["authorization"], !header.isEmpty else { return nil }
        // The server cuts off "Bearer " by its length.
        return try authenticate(bearer: String(header.dropFirst(7)), address: address, now: now)
    }

    private mutating func countRequest(from address: String, now: Date) throws(APIError) -> [String: String] {
        guard let limit = settings.rateLimit else { return [:] }
        var window = windows[address] ?? RateWindow(endsAt: now, requests: 0)
        if now >= window.endsAt {
            window = RateWindow(endsAt: now.addingTimeInterval(Double(limit.windowSeconds)), requests: 0)
        }
        window.requests += 1
        windows[address] = window
        let seconds = max(1, Int(window.endsAt.timeIntervalSince(now).rounded(.up)))
        let headers = [
            "x-ratelimit-limit": String(limit.requests),
            "x-ratelimit-remaining": String(max(0, limit.requests - window.requests)),
            "x-ratelimit-reset": String(seconds),
        ]
        guard window.requests <= limit.requests else {
            var error = APIError.rateLimited(retryAfter: seconds)
            error.headers.merge(headers) { $1 }
            throw error
        }
        return headers
    }

    private func withEntityTag(_ response: APIResponse, for request: APIRequest) -> APIResponse {
        guard response.status == 200, request.method == "GET" else { return response }
        var tagged = response
        let tag = "\"\(Crypto.sha256(response.body).prefix(12).hex)\""
        tagged.headers["etag"] = tag
        guard request.headers["if-none-match"] == tag else { return tagged }
        tagged.status = 304
        tagged.body = Data()
        return tagged
    }
}

/// Requests of one caller in one window.
private struct RateWindow: Sendable {
    var endsAt: Date
    var requests: Int
}
