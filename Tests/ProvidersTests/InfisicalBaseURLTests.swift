import Diagnostics
import HTTPTransport
import Testing

@testable import Providers

@Suite struct `Infisical's base URL` {
    @Test(arguments: [
        ("us", "https://app.infisical.com/api"), ("EU", "https://eu.infisical.com/api"),
        ("https://eu.infisical.com", "https://eu.infisical.com/api"),
        ("https://eu.infisical.com/", "https://eu.infisical.com/api"),
        ("https://eu.infisical.com/api", "https://eu.infisical.com/api"),
        ("https://eu.infisical.com/api//", "https://eu.infisical.com/api"),
        ("vault.example.org", "https://vault.example.org/api"),
        ("vault.example.org:8443/api/", "https://vault.example.org:8443/api"),
        ("HTTPS://Vault.Example.org/tools/infisical/api", "https://vault.example.org/tools/infisical/api"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api"), ("http://[::1]:8080/api", "http://[::1]:8080/api"),
        ("https://vault.example.org/apis", "https://vault.example.org/apis/api"),
    ])
    func `is read with or without api and slashes`(domain: String, want: String) throws {
        #expect(try InfisicalBaseURL(domain).text == want)
    }

    @Test(arguments: [
        "", "https://", "https://user:canary-pw@eu.infisical.com", "user@eu.infisical.com",
        "https://eu.infisical.com?x=1",
        "https://eu.infisical.com/api?x", "https://eu.infisical.com/#a", "https://eu.infisical.com\r\nX: y",
        "https://eu.infisical.com /", "ftp://eu.infisical.com", "https://eu.infisical.com/../x",
        "https://eu.infisical.com/%2e%2e", "https://eu.infisical.com\\@evil.example", "https://eu.infisical.com:port",
        "https://\u{435}u.infisical.com", "https://eu.infisical.com:443:1", "//eu.infisical.com",
    ])
    func `is refused where it could hide something, and is not shown then`(domain: String) {
        let failure = #expect(throws: Failure.self) { try InfisicalBaseURL(domain) }
        #expect(failure?.kind == .usage)
        #expect(
            failure?.text
                == """
                the vault's address is not one that credentials are sent to
                it is neither us, eu, a host nor an http(s) URL, or it holds a user, a query or blanks
                set INFISICAL_DOMAIN to us, eu or a URL such as https://vault.example.org
                """)
    }

    @Test func `knows its host, region and whether it is this machine`() throws {
        #expect(try InfisicalBaseURL("eu").host == "eu.infisical.com")
        #expect(try InfisicalBaseURL("eu").hostAndRegion == "eu.infisical.com (EU cloud)")
        #expect(try InfisicalBaseURL("us").hostAndRegion == "app.infisical.com (US cloud)")
        #expect(try InfisicalBaseURL("http://127.0.0.1:80").endpoint.isLoopback)
        #expect(try InfisicalBaseURL("eu").otherCloud == InfisicalBaseURL("us"))
        #expect(try InfisicalBaseURL("https://us.infisical.com/api/").otherCloud == InfisicalBaseURL("eu"))
        #expect(try InfisicalBaseURL("us").region == "us" && InfisicalBaseURL("eu").region == "eu")
        for other in [
            "http://eu.infisical.com", "https://eu.infisical.com/x", "https://eu.infisical.com:8443",
            "vault.eu.infisical.com",
        ] {
            #expect(try InfisicalBaseURL(other).otherCloud == nil, "\(other)")
        }
        #expect(try InfisicalBaseURL("http://localhost").endpoint.isLoopback)
        #expect(try !InfisicalBaseURL("http://127.0.0.1.example.org").endpoint.isLoopback)
        #expect(try !InfisicalBaseURL("http://128.0.0.1").endpoint.isLoopback)
        for same in ["[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.255.0.9"] {
            #expect(try InfisicalBaseURL("http://\(same):80").endpoint.isLoopback, "\(same)")
        }
        // libcurl takes the first for 87.0.0.1.
        for other in ["0127.0.0.1", "00127.0.0.1", "127.1", "127.0.0.1.", "[::2]", "[7f00::1]", "[::ffff:8000:1]"] {
            #expect(try !InfisicalBaseURL("http://\(other):80").endpoint.isLoopback, "\(other)")
        }
    }
}
