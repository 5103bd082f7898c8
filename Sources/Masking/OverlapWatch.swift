/// Notices a text in which the end of one value is the beginning of another: their masks become one, and whoever knows the one
/// value sees by that how the other begins or ends.
///
/// No program prints values so, but one that a script has asked to. One for a run, off at first.
final class OverlapWatch {
    /// Two values that share more may have a long piece in common, as certificates in two bundles.
    private static let mostShared = 31
    /// Digits of shorter ones, such as a port and a code, may come so by chance.
    private static let fewestBytes = 10

    /// Called with the names of the two, before their mask comes out.
    var onFind: ((_ first: String, _ second: String) -> Void)?

    /// The first byte of a find, as far as that matters here.
    enum Beginning {
        case alphanumeric, slash, sign

        init(_ byte: UInt8) { self = byte == 0x2f ? .slash : isAlphanumeric(byte) ? .alphanumeric : .sign }
    }

    /// Whether no program prints two finds so, of which the second begins inside of the first and ends past it.
    ///
    /// An address and a path may share a folder. A sign alone may be one that values are put together by, such as the zero byte of
    /// UTF-16.
    static func counts(_ first: Find, _ second: Find) -> Bool {
        let shared = first.end - second.start
        guard first.value != second.value, second.end - first.start >= fewestBytes else { return false }
        return switch second.beginning {
        case .alphanumeric: shared <= mostShared
        case .sign: shared > 1 && shared <= mostShared
        case .slash: false
        }
    }
}
