import Diagnostics
import SecretMemory
import Testing

@testable import Host

/// The text of a credentials file with other settings in it.
@Suite struct `The text of a credentials file` {
    private static var settings: [CredentialsText.Setting] {
        [.init("A", "new"), .init("B", nil), .init("C", "added")]
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var former: String
        var want: String
        var testDescription: String { name }
    }

    private static let cases = [
        Case(name: "empty", former: "", want: "A=new\nC=added\n"),
        Case(
            name: "comments and other lines stay", former: "# A=1\n\nA=1\nX = y \n",
            want: "# A=1\n\nA=new\nX = y \nC=added\n"),
        Case(
            name: "quotes, blanks and export", former: "  export A= 'old'\nA2=1\n",
            want: "  export A=new\nA2=1\nC=added\n"),
        Case(name: "set to nothing goes", former: "B=1\nA=1\nexport B=2\n", want: "A=new\nC=added\n"),
        Case(name: "twice", former: "A=1\nX=2\nA=3\n", want: "A=new\nX=2\nC=added\n"),
        Case(name: "no line end at the end", former: "X=1", want: "X=1\nA=new\nC=added\n"),
        Case(name: "line ends of another system", former: "X=1\r\nA=1\r\n", want: "X=1\r\nA=new\nC=added\n"),
        Case(name: "what is no setting stays", former: "what is this\nA=1\n", want: "what is this\nA=new\nC=added\n"),
        Case(name: "bytes that are no text stay", former: "# \u{FFFD}é\nC=0\n", want: "# \u{FFFD}é\nC=added\nA=new\n"),
    ]

    private func text(_ secret: SecretBytes) -> String {
        secret.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
    }

    @Test(arguments: cases) func `has the settings in their places, and all else as it was`(_ one: Case) throws {
        let made = try CredentialsText.setting(Self.settings, in: SecretBytes(copying: one.former))
        #expect(text(made) == one.want)
        // Set again, nothing changes.
        #expect(text(try CredentialsText.setting(Self.settings, in: made)) == one.want)
    }

    @Test func `takes a secret as it is`() throws {
        let secret = try SecretBytes(copying: "canary-0123456789")
        let made = try CredentialsText.new("made", [.init("A", secret: secret), .init("B", nil)])
        #expect(text(made) == "# made\nA=canary-0123456789\n")
    }

    @Test func `that is too large is refused`() throws {
        let former = try SecretBytes(copying: String(repeating: "#", count: CredentialsFile.maximumBytes))
        #expect(throws: Failure.self) { try CredentialsText.setting(Self.settings, in: former) }
    }
}

/// Days as a credentials file has them.
@Suite struct `A day of the calendar` {
    @Test(arguments: [
        ("1970-01-01", 0), ("2000-02-29", 11016), ("2026-11-28", 20785), ("2027-12-31", 21183), ("2100-03-01", 47541),
    ])
    func `is read and written`(text: String, number: Int) {
        #expect(CalendarDay(text)?.number == number)
        #expect(CalendarDay(text)?.text == text)
        #expect(CalendarDay(secondsSince1970: number * 86400 + 86399).text == text)
        #expect(CalendarDay(secondsSince1970: number * 86400).text == text)
    }

    @Test func `comes after the day before, for four hundred years`() throws {
        for number in 0..<146_097 {
            let day = CalendarDay(secondsSince1970: number * 86400)
            try #require(CalendarDay(day.text) == day && day.number == number)
        }
    }

    @Test(arguments: [
        "", "2027-02-29", "2100-02-29", "2027-04-31", "2027-13-01", "2027-00-10", "2027-01-00", "2027-1-1", "27-01-01",
        "2027/01/01", "2027-01-01 ", "2027-01-01T00:00", "-2027-01-01", "+027-01-01", "1969-12-31", "٢٠٢٧-٠١-٠١",
        "tomorrow",
    ])
    func `that no calendar has is none`(text: String) {
        #expect(CalendarDay(text) == nil)
    }
}
