import CSystemShims
import Diagnostics
import Testing

@testable import SecretMemory

@Suite struct `Secret memory` {
    @Test func `a value is held, lent and wiped`() throws {
        let secret = try SecretBytes(copying: "canary-7fe1")
        #expect(secret.count == 11)
        secret.withBytes { #expect($0[0] == UInt8(ascii: "c")) }
        secret.wipe()
        #expect(secret.count == 0)
    }

    @Test func `a description shows neither value nor length`() throws {
        let secret = try SecretBytes(copying: "canary-7fe1")
        #expect("\(secret)" == "[secret]")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("canary"))
        #expect(!dumped.contains("11"))
    }

    @Test func `equality looks at every byte and at the length`() throws {
        let secret = try SecretBytes(copying: "same")
        #expect(secret.isEqual(to: try SecretBytes(copying: "same")))
        #expect(!secret.isEqual(to: try SecretBytes(copying: "sama")))
        #expect(!secret.isEqual(to: try SecretBytes(copying: "sam")))
        #expect(try SecretBytes(count: 0).isEqual(to: try SecretBytes(count: 0)))
    }

    @Test(arguments: [1, 31, 32, 33, 4096, 32768, 32769, 1_000_000])
    func `fresh memory is zero, also after another value was there`(size: Int) throws {
        for _ in 0..<3 {
            let secret = try SecretBytes(count: size)
            secret.withMutableBytes { bytes in
                // Not an expectation for each byte: a million of them take minutes under a sanitizer.
                var isZero = true
                for index in bytes.indices {
                    if bytes[index] != 0 { isZero = false }
                    bytes[index] = 0xA5
                }
                #expect(isZero)
            }
        }
    }

    @Test func `a buffer grows, gives its value and stops at its maximum`() throws {
        let buffer = try SecretBuffer(reserving: 16, maximumCount: 1000)
        for index in 0..<1000 { try buffer.append(UInt8(index % 251)) }
        #expect(throws: Failure.self) { try buffer.append(1) }
        let value = try buffer.take()
        #expect(value.count == 1000)
        value.withBytes { bytes in
            for index in bytes.indices where bytes[index] != UInt8(index % 251) {
                Issue.record("byte \(index) differs")
            }
        }
        #expect(buffer.count == 0)
    }

    @Test func `truncating wipes the rest`() throws {
        let secret = try SecretBytes(copying: "abcdef")
        secret.truncate(to: 2)
        #expect(secret.count == 2)
        unsafe secret.withUnsafeBytes { bytes in
            let tail = unsafe UnsafeRawBufferPointer(start: bytes.baseAddress, count: 6)
            #expect(unsafe tail[2] == 0 && tail[5] == 0)
        }
    }

    @Test func `more than the limit is a named error`() throws {
        #expect(throws: Failure.self) { try SecretBytes(count: Int(VS_SYS_SECRET_LIMIT_BYTES) + 1) }
    }
}
