/// Whether a text is JSON, for whoever hands it on and reads none of it.
public enum JSONCheck {
    /// True for one JSON value (RFC 8259, UTF-8) with nothing but blanks around it, of bounded depth and size.
    public static func isValid(_ bytes: Span<UInt8>) -> Bool {
        var scanner = JSONScanner()
        do throws(JSONError) {
            try scanner.scan(bytes)
            return true
        } catch {
            return false
        }
    }
}
