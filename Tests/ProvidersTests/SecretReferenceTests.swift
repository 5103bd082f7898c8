import SecretMemory
import TestSupport
import Testing

@testable import Providers

@Suite struct `References in values` {
    @Test(arguments: [
        "${A}", "x${A}y", "${dev.web.HOST}", "${@project-slug.dev.KEY}", "$${A}", "${${A}}", "${a ${A}", "a\n${A}\n",
        "${A-1_b.c@d}", "{\"k\":\"${A}\"}", "$ {A} ${B}", "${}${A}",
    ])
    func `are found wherever they stand`(text: String) throws {
        #expect(SecretReference.isIn(try SecretBytes(copying: text)))
    }

    @Test(arguments: [
        "", "$", "${", "${}", "${A", "$A", "{A}", "$ {A}", "${a b}", "${A$}", "${ä}", "${A\u{0}}", "#{A}", "${A\n}",
        "}${",
        "$(A)", "%{A}",
    ])
    func `are told from other text`(text: String) throws {
        #expect(!SecretReference.isIn(try SecretBytes(copying: text)))
    }

    @Test func `agree with the server's pattern for random texts`() throws {
        let pieces = ["${", "$", "{", "}", "a", "Z9", "-_.@", " ", "\n", "\\"]
        let pattern = try Regex(#"\$\{[a-zA-Z0-9\-_.@]+\}"#)
        var found = 0
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...10)).map { _ in pieces[Int.random(in: 0..<pieces.count)] }.joined()
            let isThere = text.firstMatch(of: pattern) != nil
            found += isThere ? 1 : 0
            #expect(SecretReference.isIn(try SecretBytes(copying: text)) == isThere, "\(text.debugDescription)")
        }
        #expect(found > 50 && found < 4000)
    }
}
