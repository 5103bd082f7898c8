import Diagnostics
import SecretMemory

/// What an access token says of itself: read for what is public in it, never checked, and nothing is decided by it.
struct TokenClaims: Equatable {
    let identityID: String
    let clientSecretID: String?

    /// Reads the middle part of a JSON Web Token; nil where it is none of a machine identity.
    init?(_ token: SecretBytes) {
        guard let json = TokenClaims.payload(token), let identity = TokenClaims.text(json, "identityId"),
            !identity.isEmpty
        else { return nil }
        identityID = identity
        clientSecretID = TokenClaims.text(json, "clientSecretId")
    }

    /// As whom the token acts; empty where it is no JSON Web Token.
    static func identity(of token: SecretBytes) -> SessionIdentity {
        var identity = SessionIdentity()
        guard let json = payload(token) else { return identity }
        identity.id = text(json, "identityId")
        identity.name = text(json, "identityName")
        identity.method = text(json, "authMethod")
        identity.issuedAt = number(json, "iat")
        identity.expiresAt = number(json, "exp")
        if let first = number(json, "creationEpoch"), let most = number(json, "accessTokenMaxTTL"), most > 0 {
            identity.finalExpiry = first + most
        }
        return identity
    }

    private static func text(_ json: SecretJSON, _ name: String) -> String? {
        ((try? json.root.member(name)) ?? nil)?.publicText(maximumBytes: 256)
    }

    private static func number(_ json: SecretJSON, _ name: String) -> Int? {
        ((try? json.root.member(name)) ?? nil)?.integer
    }

    /// The middle part, in secret memory: it is a part of the token.
    private static func payload(_ token: SecretBytes) -> SecretJSON? {
        let bytes: SecretBytes? = token.withBytes { bytes in
            let dots = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }
            guard dots.count == 2 else { return nil }
            return try? Base64URL.decode(bytes.extracting((dots[0] + 1)..<dots[1]))
        }
        return bytes.flatMap { try? SecretJSON($0) }
    }
}

/// Base64 with the alphabet of URLs, without padding (RFC 4648, section 5).
enum Base64URL {
    /// The bytes; nil for anything else.
    static func decode(_ text: Span<UInt8>) throws(Failure) -> SecretBytes? {
        guard text.count % 4 != 1, text.count > 0 else { return nil }
        let room = try SecretBytes(count: text.count * 3 / 4)
        var held: UInt32 = 0
        var bits = 0
        var count = 0
        for index in text.indices {
            guard let value = value(text[index]) else { return nil }
            held = (held << 6 | value) & 0xFFFF
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            room.withMutableBytes { $0[count] = UInt8(truncatingIfNeeded: held >> UInt32(bits)) }
            count += 1
        }
        return room
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
