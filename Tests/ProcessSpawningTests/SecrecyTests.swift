import Diagnostics
import EventLoop
import Glibc
import SecretMemory
import Testing

@testable import ProcessSpawning

@Suite("A secret on its way to a child")
struct SecrecyTests {
    /// Random letters that were never anywhere else.
    static func makeCanary() throws -> SecretBytes {
        let canary = try SecretBytes(count: 32)
        canary.withMutableBytes { bytes in
            for index in bytes.indices { bytes[index] = UInt8.random(in: 97...122) }
        }
        return canary
    }

    /// How often `needle` is in the memory of this process, as a debugger or a core dump would see it.
    static func copies(of needle: SecretBytes) -> Int {
        let memory = unsafe open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        defer { close(memory) }
        var found = 0
        var room = [UInt8](repeating: 0, count: 1 << 16)
        for (start, end) in mappings() {
            var at = start
            while at < end {
                let count = unsafe pread(memory, &room, min(room.count, Int(end - at)), off_t(at))
                guard count > 0 else { break }
                if unsafe room.withUnsafeBytes({ unsafe holds(UnsafeRawBufferPointer(rebasing: $0[..<count]), needle) })
                {
                    found += 1
                }
                // Blocks overlap, so that a copy on their border is seen.
                at += UInt64(count > needle.count ? count - needle.count : count)
            }
        }
        return found
    }

    private static func holds(_ block: UnsafeRawBufferPointer, _ needle: SecretBytes) -> Bool {
        unsafe needle.withUnsafeBytes { needle in
            guard let start = block.baseAddress, let wanted = needle.baseAddress else { return false }
            var at = 0
            while block.count - at >= needle.count,
                let hit = unsafe memchr(start + at, Int32(needle[0]), block.count - at - needle.count + 1)
            {
                if unsafe memcmp(hit, wanted, needle.count) == 0 { return true }
                at = unsafe UnsafeRawPointer(hit) - start + 1
            }
            return false
        }
    }

    static func mappings() -> [(UInt64, UInt64)] {
        guard let file = unsafe fopen("/proc/self/maps", "re") else { return [] }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        var list: [(UInt64, UInt64)] = []
        while unsafe fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let fields = text.split(separator: " ")
            let range = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            // Readable, and neither the kernel's own pages nor a program's text.
            // Terabytes are the shadow of a sanitizer, not ours.
            guard range.count == 2, range[1] - range[0] <= 1 << 32 else { continue }
            if fields[1].hasPrefix("rw") { list.append((range[0], range[1])) }
        }
        return list
    }

    @Test func `no copy is left in the host's ordinary memory, whatever the way`() async throws {
        await #expect(processExitsWith: .success) {
            let bench = try Bench()
            let canary = try SecrecyTests.makeCanary()
            var request = SpawnRequest.shell(
                "[ \"$(cat)\" = \"$S\" ] && [ \"$(cat <&3)\" = \"$S\" ] && [ \"$(cat $F)\" = \"$S\" ] && "
                    + "[ \"$(cat $M)\" = \"$S\" ] && [ ${#S} = 32 ] && echo \"$S\"")
            request.environment.append(EnvironmentVariable("S", canary))
            request.standardInput = .bytes(.secret(canary))
            request.descriptors = [3: .bytes(.secret(canary))]
            request.files = [SpawnFile("F", .secret(canary)), SpawnFile("M", .secret(canary), form: .memory)]
            var code: Int32?
            var count = 0
            _ = try bench.spawner.start(
                request,
                SpawnHandlers(
                    output: { _, bytes in count += bytes.count },
                    finished: {
                        code = $0.code
                        bench.loop.stop()
                    }))
            bench.runLoop()
            try #require(code == 0 && count == 33)
            try #require(SecrecyTests.copies(of: canary) == 0)
            bench.files.remove()
            // The search does find what is there.
            let plain = canary.withBytes { bytes in bytes.indices.map { bytes[$0] } }
            try #require(SecrecyTests.copies(of: canary) >= 1)
            try #require(plain.count == 32)
        }
    }
}
