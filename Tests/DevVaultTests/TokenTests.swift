import Foundation
import Testing

@testable import vaultscript_dev_vault

@Suite struct TokenTests {
    static let details = "/api/v1/identities/details"
    static let expired = "403 Your token has expired. Please re-authenticate."

    @Test func `a token works until its last second`() throws {
        var fixture = try VaultFixture(identity: #""tokenTtl":60"#)
        let token = try fixture.token()
        fixture.advance(59)
        #expect(try fixture.outcome("GET", Self.details, token: token) == "200")
        fixture.advance(1)
        #expect(try fixture.outcome("GET", Self.details, token: token) == Self.expired)
    }

    @Test func `the claims are the documented ones`() throws {
        var fixture = try VaultFixture(identity: #""tokenTtl":60,"tokenUses":9,"name":"ci""#)
        let parts = try fixture.token().split(separator: ".")
        let claims = try JSON(parsing: #require(Data(base64URL: parts[1])))
        #expect(try JSON(parsing: #require(Data(base64URL: parts[0]))) == ["alg": "HS256", "typ": "JWT"])
        #expect(claims["authTokenType"] == "identityAccessToken")
        #expect(claims["authMethod"] == "universal-auth")
        #expect(claims["identityName"] == "ci")
        #expect(claims["jti"] == claims["identityAccessTokenId"])
        #expect(claims["numUsesLimit"] == 9)
        #expect(claims["ipRestrictionEnabled"] == false)
        #expect((claims["exp"]?.int ?? 0) - (claims["iat"]?.int ?? 0) == 60)
    }

    @Test func `HMAC and base64 agree with the published example of RFC 7515`() throws {
        let key = try #require(
            Data(
                base64URL: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
        let signed =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let signature = Crypto.hmacSHA256(key: key, Data(signed.utf8)).base64URL
        #expect(signature == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        let claims = try TokenCodec.verify(
            "\(signed).\(signature)", key: key, now: Date(timeIntervalSince1970: 1_300_819_379))
        #expect(claims["iss"] == "joe")
    }

    @Test func `bad tokens have the library's words`() throws {
        var fixture = try VaultFixture()
        let good = try fixture.token()
        let parts = good.split(separator: ".").map(String.init)
        let none = Data(#"{"alg":"none","typ":"JWT"}"#.utf8).base64URL
        var other = try VaultFixture()
        let cases: [(String, String)] = [
            ("", "jwt must be provided"),
            (
                "abc",
                "The provided access token is malformed. Please use a valid token or generate a new one and try again."
            ),
            ("a.b.c", "invalid token"),
            (try other.token(), "invalid signature"),
            (parts[0] + "." + parts[1] + ".", "invalid signature"),
            (
                none + "." + parts[1] + ".",
                "The access token is signed with an invalid algorithm. Please provide a valid token and try again."
            ),
        ]
        for (token, message) in cases {
            #expect(try fixture.outcome("GET", Self.details, token: token) == "403 \(message)")
        }
        #expect(try fixture.outcome("GET", Self.details) == "401 Token missing")
    }

    @Test func `an api key is refused`() throws {
        var fixture = try VaultFixture()
        let answer = try fixture.send("GET", "/api/status", headers: ["x-api-key": "k"])
        #expect(answer.status == 400)
        #expect(answer.body["error"] == "BadRequest")
    }

    @Test func `a token with a use limit ends after so many uses`() throws {
        var fixture = try VaultFixture(identity: #""tokenUses":2"#)
        let token = try fixture.token()
        for _ in 1...2 { #expect(try fixture.outcome("GET", Self.details, token: token) == "200") }
        let refusal = "401 Failed to authorize: token usage limit reached"
        #expect(try fixture.outcome("GET", Self.details, token: token) == refusal)
        let renewal = try fixture.outcome("POST", "/api/v1/auth/token/renew", body: ["accessToken": .string(token)])
        #expect(renewal == "401 Cannot renew exhausted access token")
    }

    @Test func `renewal extends up to the maximum and keeps the token's id`() throws {
        var fixture = try VaultFixture(identity: #""tokenTtl":60,"tokenMaxTtl":100"#)
        var token = try fixture.token()
        fixture.advance(50)
        let answer = try fixture.send("POST", "/api/v1/auth/token/renew", body: ["accessToken": .string(token)])
        #expect(answer.body["expiresIn"] == 50)
        #expect(answer.body["accessTokenMaxTTL"] == 100)
        token = answer.body["accessToken"]?.string ?? ""
        fixture.advance(49)
        #expect(try fixture.outcome("GET", Self.details, token: token) == "200")
        fixture.advance(1)
        #expect(try fixture.outcome("GET", Self.details, token: token) == Self.expired)
    }

    @Test func `a token without expiry still ends at the maximum`() throws {
        var fixture = try VaultFixture(identity: #""tokenTtl":0,"tokenMaxTtl":100"#)
        let token = try fixture.token()
        fixture.advance(99)
        #expect(try fixture.outcome("GET", Self.details, token: token) == "200")
        fixture.advance(1)
        let refusal = "401 Identity access token exceeded max age, please re-authenticate"
        #expect(try fixture.outcome("GET", Self.details, token: token) == refusal)
        let renewal = try fixture.outcome("POST", "/api/v1/auth/token/renew", body: ["accessToken": .string(token)])
        #expect(renewal == "401 Cannot renew: identity access token has reached its max TTL")
    }

    @Test func `a revoked token is refused everywhere`() throws {
        var fixture = try VaultFixture()
        let token = try fixture.token()
        let body: JSON = ["accessToken": .string(token)]
        #expect(
            try fixture.outcome("POST", "/api/v1/auth/token/revoke", body: body)
                == "200 Successfully revoked access token")
        #expect(
            try fixture.outcome("GET", Self.details, token: token)
                == "401 Failed to authorize: token has been revoked")
        #expect(
            try fixture.outcome("POST", "/api/v1/auth/token/renew", body: body)
                == "401 Cannot renew revoked or unknown access token")
    }

    @Test func `token addresses are a list of their own`() throws {
        var fixture = try VaultFixture(identity: #""accessTokenTrustedIps":["127.0.0.1"]"#)
        let token = try fixture.token()
        #expect(try fixture.outcome("GET", Self.details, token: token) == "200")
        #expect(try fixture.outcome("GET", Self.details, token: token, peer: "127.0.0.2") == LoginTests.address)
    }

    @Test func `tokens past their maximum are forgotten at the next login`() throws {
        var fixture = try VaultFixture(identity: #""tokenTtl":10,"tokenMaxTtl":10"#)
        for _ in 1...5 {
            _ = try fixture.token()
            fixture.advance(10)
        }
        #expect(fixture.vault.state.tokens.count == 1)
    }
}
