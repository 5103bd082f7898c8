import Diagnostics
import SecretMemory

/// Texts and secrets in a row, looked up and measured before anything is put together.
struct SecretPieces {
    enum Piece {
        case text([UInt8])
        case secret(SecretStore.Entry)
    }

    /// The most text, and the most uses of secrets, of one value: bounds that everybody can see, so that no error
    /// tells the length of a value.
    static let maximumTextBytes = 256 * 1024
    static let maximumSecrets = 256

    private(set) var all: [Piece] = []
    private(set) var textBytes = 0
    private(set) var secretCount = 0

    mutating func add(_ text: [UInt8]) {
        textBytes += text.count
        all.append(.text(text))
    }

    mutating func add(_ secret: SecretStore.Entry) {
        secretCount += 1
        all.append(.secret(secret))
    }

    var isTooLarge: Bool { textBytes > Self.maximumTextBytes || secretCount > Self.maximumSecrets }

    /// The text before the first secret.
    var beginning: [UInt8] {
        all.prefix { if case .text = $0 { true } else { false } }.flatMap { piece -> [UInt8] in
            if case .text(let bytes) = piece { bytes } else { [] }
        }
    }

    var names: [String] {
        all.compactMap { piece -> String? in
            guard case .secret(let entry) = piece else { return nil }
            return entry.name
        }
    }

    /// The size of the whole, each secret's put through `form`.
    func size(_ form: (SecretSize) -> SecretSize) -> SecretSize {
        all.reduce(SecretSize(known: 0)) { sum, piece in
            switch piece {
            case .text(let bytes): sum + SecretSize(known: bytes.count)
            case .secret(let entry): sum + form(entry.size)
            }
        }
    }

    func origin(_ function: String) -> SecretOrigin {
        SecretOrigin(
            function,
            all.map { piece in
                switch piece {
                case .text(let bytes): AnyHashable(bytes)
                case .secret(let entry): AnyHashable(entry.origin)
                }
            })
    }
}
