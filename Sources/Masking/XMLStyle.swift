/// How an encoder writes a text in XML or HTML: `&` and `<` always, the rest by style.
struct XMLStyle {
    var quote: StaticString = "\""
    var apostrophe: StaticString = "'"
    var greater: StaticString = "&gt;"
    var tab: StaticString = "\t"
    var newline: StaticString = "\n"
    var carriageReturn: StaticString = "\r"
    /// Characters above ASCII as decimal numbers, as Python writes them where the encoding has no others.
    var asciiOnly = false

    /// Text nodes; attributes; JavaScript's, Python's and PHP's html; Go's html and xml; attributes with numeric blanks, Python's among
    /// them, and as canonical XML has them; Python's in ASCII.
    static let all: [XMLStyle] = [
        XMLStyle(),
        XMLStyle(quote: "&quot;"),
        XMLStyle(quote: "&quot;", apostrophe: "&apos;"),
        XMLStyle(quote: "&quot;", apostrophe: "&#39;"),
        XMLStyle(quote: "&quot;", apostrophe: "&#x27;"),
        XMLStyle(quote: "&quot;", apostrophe: "&#039;"),
        XMLStyle(quote: "&#34;", apostrophe: "&#39;"),
        XMLStyle(quote: "&quot;", apostrophe: "'", tab: "&#9;", newline: "&#10;", carriageReturn: "&#13;"),
        XMLStyle(quote: "&quot;", apostrophe: "'", tab: "&#09;", newline: "&#10;", carriageReturn: "&#13;"),
        XMLStyle(tab: "&#9;", newline: "&#10;", carriageReturn: "&#13;"),
        XMLStyle(quote: "&quot;", greater: ">", tab: "&#x9;", newline: "&#xA;", carriageReturn: "&#xD;"),
        XMLStyle(carriageReturn: "&#xD;"),
        XMLStyle(quote: "&#34;", apostrophe: "&#39;", tab: "&#x9;", newline: "&#xA;", carriageReturn: "&#xD;"),
        XMLStyle(asciiOnly: true),
        XMLStyle(quote: "&quot;", tab: "&#09;", newline: "&#10;", carriageReturn: "&#13;", asciiOnly: true),
        XMLStyle(quote: "&quot;", apostrophe: "&#x27;", asciiOnly: true),
    ]

    func write(_ source: Span<UInt8>, to draft: Draft) {
        var index = 0
        while index < source.count {
            if asciiOnly, source[index] >= 0x80, let (scalar, count) = decodeScalar(source, at: index) {
                draft.append("&#")
                draft.appendDecimal(scalar)
                draft.append(0x3b)
                index += count
                continue
            }
            defer { index += 1 }
            switch source[index] {
            case 0x26: draft.append("&amp;")
            case 0x3c: draft.append("&lt;")
            case 0x3e: draft.append(greater)
            case 0x22: draft.append(quote)
            case 0x27: draft.append(apostrophe)
            case 0x09: draft.append(tab)
            case 0x0a: draft.append(newline)
            case 0x0d: draft.append(carriageReturn)
            default: draft.append(source[index])
            }
        }
    }
}
