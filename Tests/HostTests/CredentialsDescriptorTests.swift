import Diagnostics
import Foundation
import SecretMemory
import Testing

@testable import Host

@Suite struct `Credentials by a descriptor of the user's` {
    @Test(arguments: [0, O_NONBLOCK])
    func `are waited for a while, whether reading them waits or not`(flags: Int32) throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        try #require(fcntl(descriptor, F_SETFL, flags) == 0)
        let line = Data("INFISICAL_TOKEN=x\n".utf8)
        try pipe.fileHandleForWriting.write(contentsOf: line)
        var seen: SecretBytes?
        let failure = try #require(throws: Failure.self) {
            try CredentialsFile.content(descriptor: descriptor, within: .milliseconds(50)) { seen = $0 }
        }
        #expect(seen?.count == line.count)
        #expect(failure.message == "the credentials file descriptor \(descriptor) is not used")
        #expect(failure.reason == "its end has not come within 60.0 seconds")
        try pipe.fileHandleForWriting.write(contentsOf: line)
        try pipe.fileHandleForWriting.close()
        #expect(try CredentialsFile.content(descriptor: descriptor).count == line.count)
    }
}
