import Foundation
import Testing

@testable import vaultscript_dev_vault

@Suite struct LoginTests {
    static let locked = "401 This identity auth method is temporarily locked, please try again later"
    static let wrong = "401 Invalid credentials"
    static let address = "403 You are not allowed to access this resource from the current IP address"

    @Test func `an unknown client id and a wrong secret give the same answer`() throws {
        var fixture = try VaultFixture()
        #expect(try fixture.login(id: "nobody") == Self.wrong)
        #expect(try fixture.login("wrong") == Self.wrong)
        #expect(try fixture.login() == "ok")
    }

    @Test func `an older server names an unknown client id`() throws {
        var fixture = try VaultFixture(server: #"{"oldUnknownClientMessage":true}"#)
        #expect(try fixture.login(id: "nobody") == "404 No identity with specified client ID was found")
    }

    @Test func `id and secret are trimmed`() throws {
        var fixture = try VaultFixture()
        #expect(try fixture.login(" right\n", id: "id ") == "ok")
    }

    @Test func `the address is checked before lock and secret and never counts`() throws {
        var fixture = try VaultFixture(identity: #""trustedIps":["127.0.0.0/8"],"lockout":{"threshold":1}"#)
        for _ in 1...3 { #expect(try fixture.login("wrong", peer: "10.1.2.3") == Self.address) }
        #expect(try fixture.login() == "ok")
        #expect(try fixture.login("wrong") == Self.wrong)
        #expect(try fixture.login(peer: "10.1.2.3") == Self.address)
        #expect(try fixture.login() == Self.locked)
    }

    @Test func `three failures lock for 300 seconds, the right secret too`() throws {
        var fixture = try VaultFixture()
        for _ in 1...3 { #expect(try fixture.login("wrong") == Self.wrong) }
        #expect(try fixture.login() == Self.locked)
        fixture.advance(299)
        #expect(try fixture.login() == Self.locked)
        fixture.advance(1)
        #expect(try fixture.login() == "ok")
    }

    @Test func `the counter lapses 30 seconds after the last failure`() throws {
        var fixture = try VaultFixture()
        for _ in 1...4 {
            for _ in 1...2 { #expect(try fixture.login("wrong") == Self.wrong) }
            fixture.advance(30)
        }
        #expect(try fixture.login() == "ok")
    }

    @Test func `a success clears the counter`() throws {
        var fixture = try VaultFixture()
        for _ in 1...3 {
            for _ in 1...2 { #expect(try fixture.login("wrong") == Self.wrong) }
            #expect(try fixture.login() == "ok")
        }
    }

    @Test func `an expired client secret speaks once, then fails and counts`() throws {
        var fixture = try VaultFixture(identity: #""secretTtl":60"#)
        fixture.advance(59)
        #expect(try fixture.login() == "ok")
        fixture.advance(1)
        #expect(try fixture.login() == "401 Access denied due to expired client secret")
        for _ in 1...3 { #expect(try fixture.login() == Self.wrong) }
        #expect(try fixture.login() == Self.locked)
    }

    @Test func `a wrong secret does not use up the one message of an expired one`() throws {
        var fixture = try VaultFixture(identity: #""secretTtl":-1"#)
        #expect(try fixture.login("wrong") == Self.wrong)
        #expect(try fixture.login() == "401 Access denied due to expired client secret")
        #expect(try fixture.login() == Self.wrong)
    }

    @Test func `a used-up client secret speaks once`() throws {
        var fixture = try VaultFixture(identity: #""secretUses":2"#)
        #expect(try fixture.login() == "ok")
        #expect(try fixture.login() == "ok")
        #expect(try fixture.login() == "401 Access denied due to client secret usage limit reached")
        #expect(try fixture.login() == Self.wrong)
    }

    @Test func `a revoked client secret is a wrong one`() throws {
        var fixture = try VaultFixture(identity: #""secretRevoked":true"#)
        #expect(try fixture.login() == Self.wrong)
    }

    @Test func `a sub-organisation is refused after the secret was right`() throws {
        var fixture = try VaultFixture()
        let body: JSON = ["clientId": "id", "clientSecret": "right", "organizationSlug": "sub"]
        let path = "/api/v1/auth/universal-auth/login"
        #expect(try fixture.outcome("POST", path, body: body) == "404 Sub organization with name sub not found")
    }

    @Test func `all wrong fields are told in one 422`() throws {
        var fixture = try VaultFixture()
        let answer = try fixture.send("POST", "/api/v1/auth/universal-auth/login", body: ["clientSecret": 7])
        #expect(answer.status == 422)
        #expect(
            answer.body["message"] == [
                [
                    "code": "invalid_type", "expected": "string", "received": "undefined", "path": ["clientId"],
                    "message": "Required",
                ],
                [
                    "code": "invalid_type", "expected": "string", "received": "number", "path": ["clientSecret"],
                    "message": "Expected string, received number",
                ],
            ])
    }

    @Test func `a stale bearer is refused before the credentials are looked at`() throws {
        var fixture = try VaultFixture(identity: #""tokenTtl":5"#)
        let stale = try fixture.token()
        fixture.advance(5)
        let body: JSON = ["clientId": "id", "clientSecret": "right"]
        let answer = try fixture.send("POST", "/api/v1/auth/universal-auth/login", body: body, token: stale)
        #expect(answer.status == 403)
        #expect(answer.body["error"] == "TokenError")
        // An empty header is none, as the Rust client sends it.
        let empty = try fixture.send(
            "POST", "/api/v1/auth/universal-auth/login", body: body, headers: ["authorization": ""])
        #expect(empty.status == 200)
    }

    @Test func `forwarded addresses count only when the seed says so`() throws {
        let restricted = #""trustedIps":["10.0.0.0/8"]"#
        for (server, want) in [("{}", 403), (#"{"trustForwardedFor":true}"#, 200)] {
            var fixture = try VaultFixture(identity: restricted, server: server)
            let answer = try fixture.send(
                "POST", "/api/v1/auth/universal-auth/login", body: ["clientId": "id", "clientSecret": "right"],
                headers: ["x-forwarded-for": "10.1.1.1, 127.0.0.1"])
            #expect(answer.status == want)
        }
    }

    @Test(arguments: [
        ("127.0.0.0/8", "127.9.9.9", true), ("127.0.0.0/8", "128.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
        ("::/0", "::1", true), ("fe80::/10", "fe80::1", true), ("fe80::/10", "fec0::1", false),
        ("10.0.0.0/9", "10.127.0.1", true), ("10.0.0.0/9", "10.128.0.1", false),
    ])
    func `an address block holds what it should`(block: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(block)).contains(address) == isInside)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0", "::/129", "x", "1.2.3.4/", "1.2.3.4/8/8", "1.2.3.4/-1"])
    func `what is no address block is refused`(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
