public import Diagnostics
public import SecretMemory

/// A secret as a JSON string, from secret memory into secret memory.
public enum JSONString {
    /// Appends `secret` with quotes and escapes.
    ///
    /// - Returns: False, with nothing appended, where it is not UTF-8: JSON holds no other.
    public static func append(_ secret: SecretBytes, to buffer: SecretBuffer) throws(Failure) -> Bool {
        try secret.withBytes { (bytes) throws(Failure) in
            guard UTF8Check.isValid(bytes) else { return false }
            try JSONText.append(bytes, to: buffer)
            return true
        }
    }
}
