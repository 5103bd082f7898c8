import Foundation
import TestSupport
import Testing

/// A mask that goes to a program in place of a value: mostly a handle was made a text.
@Suite struct `A mask in what a program is given` {
    private func warning(_ place: String, _ name: String = "KEY") -> String {
        """
        warning: \(place) holds the mask [secret:\(name)], not the value
        the value never enters the script; where the program needs it: env = { NAME = handle }, stdin = handle or \
        files = { NAME = handle }, put together with secret.template

        """
    }

    @Test(arguments: [
        ("spawn{ 'true', '-H', 'Bearer ' .. text }", "argument 2 of true"),
        ("spawn{ 'true', { 'a', { text } } }", "argument 2 of true"),
        ("spawn{ 'true', env = { TOKEN = text } }", "env.TOKEN of true"),
        ("spawn{ 'true', stdin = 'password ' .. text .. '\\n' }", "stdin of true"),
        ("spawn{ 'true', files = { KEYFILE = text } }", "files.KEYFILE of true"),
        ("spawn{ 'true', fds = { [5] = text } }", "fds[5] of true"),
        ("spawn{ 'true', text, background = true }:wait()", "argument 1 of true"),
        ("pipe{ { 'true' }, { 'cat', env = { A = text } } }", "env.A of cat"),
    ])
    func `is warned of with its place, and the program runs`(code: String, place: String) throws {
        let outcome = try Program.run(
            ["-e", "local key = secret.random(16, { name = 'KEY' }) local text = tostring(key) \(code) print('ran')"])
        #expect(outcome.code == 0 && outcome.text == "ran\n" && outcome.errorText == warning(place), "\(outcome)")
    }

    @Test func `is warned of once for each secret`() throws {
        let outcome = try Program.script(
            """
            local a, b = secret.random(16, { name = "A" }), secret.random(16, { name = "B" })
            for _ = 1, 3 do spawn{ "echo", tostring(a), stdin = tostring(a) } end
            spawn{ "echo", tostring(b), tostring(a) }
            """)
        #expect(outcome.text == "[secret:A]\n[secret:A]\n[secret:A]\n[secret:B] [secret:A]\n", "\(outcome)")
        #expect(outcome.errorText == warning("argument 1 of echo", "A") + warning("argument 1 of echo", "B"), "\(outcome)")
    }

    @Test func `may be what was captured, and goes on byte for byte`() throws {
        let canary = Canary()
        let outcome = try Program.script(
            """
            local token = secret.env("TOKEN")
            local r = spawn{ "sh", "-c", 'echo "it is $T, is it"', env = { T = token }, capture = true }
            spawn{ "cat", stdin = r.stdout }
            """, environment: ["TOKEN": canary.value])
        #expect(outcome.text == "it is [secret:TOKEN], is it\n", "\(outcome)")
        #expect(outcome.errorText == warning("stdin of cat", "TOKEN"), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `of no secret of this run is a text as any other`() throws {
        let outcome = try Program.script(
            """
            local a = secret.random(16, { name = "A" })
            spawn{ "echo", "[secret:B]", "[secret:", "[secret:]", "[secret:A", "secret:A]", "[secret:AA]" }
            """)
        #expect(outcome.text == "[secret:B] [secret: [secret:] [secret:A secret:A] [secret:AA]\n" && outcome.errorText.isEmpty, "\(outcome)")
    }
}
