import Diagnostics
import SecretMemory
import TestSupport
import Testing

@testable import Providers

/// One row of the API's tables 3.2 to 3.4: what the server answers, and the whole message that a person reads.
///
/// `HOST` stands for the stub's host, `PROJECT` for the project's id.
struct RefusalCase: Sendable, CustomTestStringConvertible {
    let name: String
    let reply: StubHTTPServer.Reply
    let kind: Failure.Kind
    let status: Int?
    let want: String

    init(_ name: String, _ reply: StubHTTPServer.Reply, _ kind: Failure.Kind, _ status: Int?, _ want: String) {
        self.name = name
        self.reply = reply
        self.kind = kind
        self.status = status
        self.want = want
    }

    var testDescription: String { name }

    func check(_ failure: Failure?, _ bench: ProviderBench) {
        let want = want.replacing("HOST", with: bench.host).replacing("PROJECT", with: ProviderBench.project)
        #expect(failure?.text == want)
        #expect(failure?.kind == kind)
        #expect(failure?.status == status)
        #expect(failure?.text.contains("canary") == false)
    }
}

private func error(_ status: Int, _ name: String, _ message: String, more: String = "") -> StubHTTPServer.Reply {
    ProviderBench.error(status, name, message, more: more)
}

private let loginCases: [RefusalCase] = [
    RefusalCase(
        "unknown id or wrong secret", error(401, "UnauthorizedError", "Invalid credentials"), .auth, 401,
        """
        login at HOST was refused
        401 Invalid credentials: another region or instance, a wrong or revoked client id or secret, or a secret that expired or was used up and already said so
        check INFISICAL_DOMAIN (asked was HOST) and the client id, then make a new client secret
        """),
    RefusalCase(
        "unknown id, older server", error(404, "NotFound", "No identity with specified client ID was found"), .auth,
        404,
        """
        login at HOST was refused
        no identity there has this client id (404): another region or instance, a typo, or a deleted identity
        check the client id and INFISICAL_DOMAIN; asked was HOST
        """),
    RefusalCase(
        "client secret's trusted IPs",
        error(403, "ForbiddenError", "You are not allowed to access this resource from the current IP address"), .auth,
        403,
        """
        login at HOST was refused
        this machine's address is not in the client secret's trusted IPs (403)
        add it to "Client Secret Trusted IPs" in the identity's Universal Auth; behind a proxy the server may see another address
        """),
    RefusalCase(
        "lockout",
        error(
            401, "UnauthorizedError", "This identity auth method is temporarily locked, please try again later"), .auth,
        401,
        """
        login at HOST was refused
        the identity is locked after repeated failures (401)
        wait: by default 3 failures within 30 s lock it for 300 s; find what keeps failing with an old secret
        """),
    RefusalCase(
        "expired client secret", error(401, "UnauthorizedError", "Access denied due to expired client secret"), .auth,
        401,
        """
        login at HOST was refused
        the client secret has expired (401); keep this message: from now on the server only says Invalid credentials
        make a new client secret for the identity
        """),
    RefusalCase(
        "use limit", error(401, "UnauthorizedError", "Access denied due to client secret usage limit reached"), .auth,
        401,
        """
        login at HOST was refused
        the client secret has been used as often as it may (401); keep this message: from now on the server only says Invalid credentials
        make a new client secret for the identity, with a higher limit
        """),
    RefusalCase(
        "sub-organisation missing", error(404, "NotFound", "Sub organization with name X not found"), .auth, 404,
        """
        login at HOST was refused
        there is no such sub-organisation (404)
        check the organisation's slug; asked was HOST
        """),
    RefusalCase(
        "sub-organisation refused",
        error(401, "UnauthorizedError", "Identity not authorized to access sub organization X"), .auth, 401,
        """
        login at HOST was refused
        the identity is no member of that sub-organisation (401)
        add it there, or leave the slug out
        """),
    RefusalCase(
        "stale bearer", error(403, "TokenError", "invalid signature"), .auth, 403,
        """
        login at HOST was refused
        an Authorization header arrived with it, which is never sent on a login (403 TokenError)
        look for a proxy that adds the header
        """),
    RefusalCase(
        "validation",
        .json(
            422,
            #"{"reqId":"r","statusCode":422,"error":"ValidationFailure","message":[{"code":"x","path":["clientId"],"message":"Required"}]}"#
        ), .usage, 422,
        """
        login at HOST failed
        HOST does not take the form of the request (422), clientId: Required
        check what was given for these fields
        """),
    RefusalCase(
        "web page", .text(200, "<html>canary</html>", type: "text/html; charset=utf-8"), .network, 200,
        """
        login at HOST failed
        HOST answers with a web page (200 text/html), not with the API
        set INFISICAL_DOMAIN to the address whose /api is Infisical's (asked was http://HOST/api); a web UI, a login portal or a proxy may be in its place
        """),
    RefusalCase(
        "no such route", ProviderBench.noRoute, .network, 404,
        """
        login at HOST failed
        HOST has no such API (404 Route not found)
        set INFISICAL_DOMAIN to the address whose /api is Infisical's (asked was http://HOST/api), or update an old server
        """),
    RefusalCase(
        "wrong content type", .text(200, #"{"accessToken":"canary"}"#, type: "text/plain"), .network, 200,
        """
        login at HOST failed
        HOST answers with something other than JSON (200)
        set INFISICAL_DOMAIN to the address whose /api is Infisical's (asked was http://HOST/api)
        """),
    RefusalCase(
        "no token in the answer", .json(200, #"{"expiresIn":1}"#), .network, nil,
        """
        login at HOST failed
        the answer of HOST has not the parts that were expected
        try again; if it stays, look at the server and at proxies between
        """),
    RefusalCase(
        "unknown words", error(418, "Teapot", "something new"), .network, 418,
        """
        login at HOST failed
        HOST answers 418 Teapot: something new (request req-3kF9aLq0ZxT1bC)
        run: vaultscript doctor
        """),
    RefusalCase(
        "no JSON in an error", .text(403, "canary denied", type: "text/plain"), .denied, 403,
        """
        login at HOST failed
        HOST answers 403
        run: vaultscript doctor
        """),
]

private func revoked(_ words: String) -> StubHTTPServer.Reply {
    error(401, "UnauthorizedError", "Failed to authorize: \(words)")
}

private func tokenText(_ reason: String, _ hint: String) -> String {
    "the access token was refused by HOST\n\(reason)\n\(hint)"
}

private let again = "log in again, or give a client id and secret instead of a token"

private let tokenCases: [RefusalCase] = [
    RefusalCase(
        "expired", error(403, "TokenError", "Your token has expired. Please re-authenticate."), .auth, 403,
        tokenText("it has expired (403 TokenError)", again)),
    RefusalCase(
        "malformed",
        error(
            403, "TokenError",
            "The provided access token is malformed. Please use a valid token or generate a new one and try again."),
        .auth, 403,
        tokenText(
            "it has not the form of a token (403 TokenError)", "check INFISICAL_TOKEN: no quotes, nothing cut off")),
    RefusalCase(
        "algorithm", error(403, "TokenError", "The access token is signed with an invalid algorithm. x"), .auth, 403,
        tokenText(
            "it is signed in a way that no token of Infisical is (403 TokenError)",
            "check where INFISICAL_TOKEN is from")),
    RefusalCase(
        "other instance", error(403, "TokenError", "invalid signature"), .auth, 403,
        tokenText(
            "it was issued by another instance or region (403 TokenError, invalid signature)",
            "set INFISICAL_DOMAIN to where the token is from; asked was HOST")),
    RefusalCase(
        "empty", error(403, "TokenError", "jwt must be provided"), .auth, 403,
        tokenText("it arrived empty (403 TokenError)", "check INFISICAL_TOKEN, and proxies between")),
    RefusalCase(
        "missing", error(401, "UnauthorizedError", "Token missing"), .auth, 401,
        tokenText("it did not arrive (401)", "look for a proxy that removes the Authorization header")),
    RefusalCase(
        "revoked", revoked("token has been revoked"), .auth, 401, tokenText("it has been revoked (401)", again)),
    RefusalCase(
        "all revoked", revoked("identity tokens have been revoked"), .auth, 401,
        tokenText("all tokens of the identity have been revoked (401)", again)),
    RefusalCase(
        "secret revoked", revoked("client secret has been revoked"), .auth, 401,
        tokenText("the client secret that minted it has been revoked (401)", again)),
    RefusalCase(
        "method revoked", revoked("auth method has been revoked"), .auth, 401,
        tokenText("the identity no longer has this way to log in (401)", again)),
    RefusalCase(
        "left the organisation", revoked("Identity is not a member of the organization"), .auth, 401,
        tokenText("the identity is no longer in the organisation (401)", again)),
    RefusalCase(
        "disabled", revoked("Identity organization membership is inactive"), .auth, 401,
        tokenText("the identity is disabled in the organisation (401)", again)),
    RefusalCase(
        "used up", revoked("token usage limit reached"), .auth, 401,
        tokenText("it has been used as often as it may (401)", again)),
    RefusalCase(
        "max age", error(401, "UnauthorizedError", "Identity access token exceeded max age, please re-authenticate"),
        .auth, 401,
        tokenText("it has reached the end of its longest life, which no renewal moves (401)", again)),
    RefusalCase(
        "claims", error(401, "UnauthorizedError", "Invalid identity access token claims, please re-authenticate"),
        .auth,
        401, tokenText("its contents are not what this instance expects (401)", again)),
    RefusalCase(
        "access token's trusted IPs",
        error(403, "ForbiddenError", "You are not allowed to access this resource from the current IP address"),
        .denied,
        403,
        tokenText(
            "this machine's address is not in the access token's trusted IPs (403), a list of its own beside the client secret's",
            "add it to \"Access Token Trusted IPs\" in the identity's Universal Auth; behind a proxy the server may see another address"
        )),
]

private let place = "project PROJECT, env dev, path /"

private let accessCases: [RefusalCase] = [
    RefusalCase(
        "secret absent", error(404, "NotFound", "Secret with name 'GH_PAT' not found"), .notFound, 404,
        """
        secret GH_PAT was not found
        project PROJECT at HOST has no such name in env dev, path /
        list the names: for _, name in ipairs(login():names{ env = "dev", path = "/" }) do print(name) end
        """),
    RefusalCase(
        "folder or environment",
        error(404, "GetSecretByName", "Folder with path '/' in environment with slug 'dev' not found"), .notFound, 404,
        """
        secret GH_PAT was not found
        project PROJECT at HOST has no env dev, or no path / in it (404)
        check env (its slug, such as dev) and path
        """),
    RefusalCase(
        "environment", error(404, "NotFound", "Environment with slug 'dev' in project with ID 'P' not found"),
        .notFound,
        404,
        """
        secret GH_PAT was not found
        project PROJECT at HOST has no env dev, or no path / in it (404)
        check env (its slug, such as dev) and path
        """),
    RefusalCase(
        "project", error(404, "NotFound", "Project with PROJECT not found"), .notFound, 404,
        """
        project PROJECT was not found
        HOST knows no such project, or not for this identity (404)
        check its id or slug, and INFISICAL_DOMAIN
        """),
    RefusalCase(
        "slug", error(404, "NotFound", "No project found with slug X"), .notFound, 404,
        """
        project PROJECT was not found
        HOST knows no such project, or not for this identity (404)
        check its id or slug, and INFISICAL_DOMAIN
        """),
    RefusalCase(
        "other organisation",
        error(403, "ForbiddenError", "This project does not belong to your selected organization."), .denied, 403,
        """
        secret GH_PAT may not be read
        project PROJECT belongs to another organisation than the identity (403)
        use an identity of that organisation, or check the project's id
        """),
    RefusalCase(
        "no member", error(403, "ProjectMembershipNotFound", "You are not a member of this project with ID P."),
        .denied,
        403,
        """
        secret GH_PAT may not be read
        the identity is not added to project PROJECT at HOST (403)
        add the identity to the project, with a role that reads secrets
        """),
    RefusalCase(
        "permission with its rule",
        error(
            403, "PermissionDenied", "You are not allowed to readValue on secrets",
            more:
                #","details":[{"action":"readValue","inverted":false,"subject":"secrets","conditions":{"environment":"dev","secretPath":{"$glob":"/app/**"}}}]"#
        ), .denied, 403,
        """
        secret GH_PAT may not be read
        the identity may not readValue on secrets at HOST (403 PermissionDenied); its rule: readValue on secrets where {"environment":"dev","secretPath":{"$glob":"/app/**"}}
        grant it to the identity for \(place), or read what the rule covers
        """),
    RefusalCase(
        "permission without rules",
        error(403, "PermissionDenied", "You are not allowed to describeSecret on secrets"), .denied, 403,
        """
        secret GH_PAT may not be read
        the identity may not describeSecret on secrets at HOST (403 PermissionDenied)
        grant it to the identity for \(place), or read what the rule covers
        """),
    RefusalCase(
        "value not readable",
        error(
            403, "ForbiddenReadSecretError",
            "You do not have permission to view secret value on secret with name 'GH_PAT'"), .denied, 403,
        """
        secret GH_PAT may not be read
        the identity may see this secret, not its value (403)
        grant it readValue on secrets in \(place)
        """),
    RefusalCase(
        "reference",
        error(
            403, "ForbiddenError", "You do not have permission to read secret 'K' in environment 'E' at path 'P'"),
        .denied, 403,
        """
        secret GH_PAT may not be read
        it refers to another secret that the identity may not read (403)
        grant the identity readValue on the secret that ${…} in the value names
        """),
    RefusalCase(
        "expansion",
        error(
            403, "ForbiddenError", "Failed to expand one or more secret references", more: #","details":["canary"]"#),
        .denied, 403,
        """
        secret GH_PAT may not be read
        a secret of the folder refers to one that the identity may not read (403)
        grant the identity readValue on what the ${…} references name
        """),
    RefusalCase(
        "token kind", error(403, "Forbidden access to /x", "You are not allowed to access this resource"), .denied, 403,
        """
        secret GH_PAT may not be read
        this kind of token is not taken for it (403)
        log in with a machine identity
        """),
    RefusalCase(
        "missing parameter", error(400, "BadRequest", "Missing project id or environment"), .usage, 400,
        """
        secret GH_PAT could not be read
        HOST misses the project or the environment (400)
        give both: project and env
        """),
    RefusalCase(
        "unknown 403", error(403, "NewError", "new words"), .denied, 403,
        """
        secret GH_PAT could not be read
        HOST answers 403 NewError: new words (request req-3kF9aLq0ZxT1bC)
        run: vaultscript doctor
        """),
    RefusalCase(
        "web page", .text(200, "<html>", type: "text/html"), .network, 200,
        """
        secret GH_PAT could not be read
        HOST answers with a web page (200 text/html), not with the API
        set INFISICAL_DOMAIN to the address whose /api is Infisical's (asked was http://HOST/api); a web UI, a login portal or a proxy may be in its place
        """),
]

@Suite struct `Refusals of Infisical` {
    @Test(arguments: loginCases)
    func `a refused login says why and is never repeated`(_ refusal: RefusalCase) throws {
        let bench = try ProviderBench([refusal.reply])
        refusal.check(try bench.login().failure, bench)
        #expect(bench.server.requests.count == 1)
        #expect(bench.waits.isEmpty)
        #expect(bench.credentials.isEmpty)
    }

    @Test(arguments: tokenCases)
    func `a refused token says why, and a ready one leads to no login`(_ refusal: RefusalCase) throws {
        let bench = try ProviderBench([refusal.reply])
        refusal.check(try bench.get(bench.tokenSession()).failure, bench)
        #expect(bench.server.requests.count == 1)
    }

    @Test(arguments: accessCases)
    func `a refused read says why and is neither repeated nor logged in for`(_ refusal: RefusalCase) throws {
        let bench = try ProviderBench([ProviderBench.login, refusal.reply])
        refusal.check(try bench.get(try bench.login().get()).failure, bench)
        // Where something is not there, it is asked once and without values what is near; nothing after a refusal.
        let near = bench.server.requests.dropFirst(2)
        #expect(near.count <= (refusal.status == 404 ? NearSearch.maximumRequests : 0))
        #expect(near.allSatisfy { $0.target.contains("viewSecretValue=false") || $0.target.contains("/v1/projects") })
    }

    @Test func `a refused list and look-up have their own first lines`() throws {
        let bench = try ProviderBench([
            error(403, "PermissionDenied", "You are not allowed to readValue on secrets"),
            // What is no slug may be an id of an unusual form: it is asked for once.
            error(404, "NotFound", "anything"), error(404, "NotFound", "Project with ID 'web-x' not found"),
        ])
        let session = try bench.tokenSession()
        #expect(
            try bench.list(session).failure?.message == "the secrets of env dev, path / may not be listed")
        #expect(try bench.get(session, project: "web-x").failure?.message == "project web-x was not found")
    }

    @Test func `renewing gives a new token, and its refusals have words`() throws {
        let renewed = #"{"accessToken":"canary.second","expiresIn":60,"accessTokenMaxTTL":60,"tokenType":"Bearer"}"#
        let bench = try ProviderBench([
            ProviderBench.login, .json(200, renewed), ProviderBench.one(),
            error(401, "UnauthorizedError", "Cannot renew: identity access token has reached its max TTL"),
        ])
        let session = try bench.login().get()
        try bench.run { session.renew(completion: $0) }.get()
        #expect(session.tokenLifetime == .seconds(60))
        #expect(bench.credentials == ["access token", "access token"])
        _ = try bench.get(session).get()
        let requests = bench.server.requests
        #expect(requests[1].target == "/api/v1/auth/token/renew")
        #expect(requests[1].body == #"{"accessToken":"\#(ProviderBench.token)"}"#)
        #expect(requests[1].headers["authorization"] == nil)
        #expect(requests[2].headers["authorization"] == "Bearer canary.second")
        #expect(
            try bench.run { session.renew(completion: $0) }.failure?.text
                == """
                the access token was refused by \(bench.host)
                it has reached the end of its longest life, which no renewal moves (401)
                \(again)
                """)
        #expect(bench.server.requests.count == 4)
    }

    @Test func `revoking a token that is already invalid is a success`() throws {
        let bench = try ProviderBench([ProviderBench.login, revoked("token has been revoked")])
        let session = try bench.login().get()
        try bench.run { session.logout(completion: $0) }.get()
        #expect(bench.server.requests.count == 2)
    }

    @Test func `unknown words are masked before they are cut, and made printable`() throws {
        let long = String(repeating: "x ", count: 95) + "canary-value"
        let bench = try ProviderBench([
            error(418, "E", long), error(418, "E", #"a\u001b[31m\u202eb\r\nc"#),
            error(418, "E", String(repeating: "y", count: 5000)),
        ]) { $0.replacing("canary-value", with: "[secret:X]") }
        let session = try bench.tokenSession()
        let first = try #require(try bench.get(session).failure?.reason)
        #expect(first.contains(String(repeating: "x ", count: 95) + "[secret:X]"))
        let second = try #require(try bench.get(session).failure?.reason)
        #expect(second.contains("418 E: a [31m b  c (request"))
        let third = try #require(try bench.get(session).failure?.reason)
        #expect(third == "\(bench.host) answers 418 E (request req-3kF9aLq0ZxT1bC)")
    }

    @Test func `a server's words lose what looks like a value that was never loaded`() throws {
        let jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZGVudGl0eUlkIjoiN2YxYzBhNTIifQ.c2lnbmF0dXJl"
        let words = [
            ("bad value AKIAIOSFODNN7EXAMPLE, sorry", "bad value [hidden], sorry"),
            ("Bearer \(jwt)", "Bearer [hidden].[hidden].c2lnbmF0dXJl"),
            ("in project \(ProviderBench.project)", "in project \(ProviderBench.project)"),
            ("a ProjectMembershipNotFound of v4", "a ProjectMembershipNotFound of v4"),
        ]
        for (said, shown) in words {
            let bench = try ProviderBench([error(418, "E", said)])
            let reason = try bench.get(bench.tokenSession()).failure?.reason
            #expect(reason == "\(bench.host) answers 418 E: \(shown) (request req-3kF9aLq0ZxT1bC)")
        }
    }

    @Test func `no failure holds a value, the client secret or a token, whatever the server echoes`() throws {
        let echo = "\(ProviderBench.value) \(ProviderBench.clientSecret) \(ProviderBench.token)"
        for status in [400, 401, 403, 404, 409, 418, 422] {
            for name in ["X", "TokenError", "PermissionDenied", "ForbiddenError"] {
                let bench = try ProviderBench([error(status, name, echo, more: #","details":["canary"]"#)]) { text in
                    text.replacing("canary", with: "[masked]")
                }
                #expect(try bench.login().failure?.text.contains("canary") == false)
                #expect(try bench.get(bench.tokenSession()).failure?.text.contains("canary") == false)
            }
        }
    }
}
