#if canImport(Glibc)
    import Foundation
    import Glibc

    /// The memory of another process, as a debugger sees it: through /proc/PID/mem, all mappings that can be read.
    public enum ProcessMemory {
        /// A text that was found.
        public struct Hit: Sendable, CustomStringConvertible {
            /// Which of the texts.
            public let name: String
            /// Where: the mapping's line of /proc/PID/maps.
            public let mapping: String
            /// Whether the pages are locked, and so never written to swap.
            public let isLocked: Bool
            /// For a failing test's message.
            public var description: String { "\(name) in \(mapping)\(isLocked ? ", locked" : "")" }
        }

        private struct Mapping {
            var line: String
            var range: Range<UInt64>
            var isLocked = false
        }

        /// The processes of `program` among `root` and its descendants.
        public static func processes(of program: String, under root: Int32) -> [Int32] {
            tree(root).filter { executable($0) == URL(fileURLWithPath: program).resolvingSymlinksInPath().path }
        }

        /// `root` and its descendants.
        public static func tree(_ root: Int32) -> [Int32] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            var children: [Int32: [Int32]] = [:]
            for pid in names.compactMap({ Int32($0) }) {
                guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                    let end = stat.lastIndex(of: ")"),
                    let parent = Int32(stat[end...].split(separator: " ").dropFirst(2).first ?? "")
                else { continue }
                children[parent, default: []].append(pid)
            }
            var found = [root]
            var next = 0
            while next < found.count {
                found += children[found[next]] ?? []
                next += 1
            }
            return found
        }

        private static func executable(_ pid: Int32) -> String? {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
        }

        /// Where the texts stand in the memory of a process.
        public static func hits(of texts: [String: String], in pid: Int32) throws -> [Hit] {
            let file = unsafe open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EACCES) }
            defer { close(file) }
            var found: [Hit] = []
            for mapping in try mappings(pid) {
                for name in search(texts, file, mapping.range) {
                    found.append(Hit(name: name, mapping: mapping.line, isLocked: mapping.isLocked))
                }
            }
            return found
        }

        /// The names of the texts that stand in a file, each as often as it does.
        public static func names(of texts: [String: String], inFile path: String) throws -> [String] {
            let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw POSIXError(.ENOENT) }
            defer { close(file) }
            return search(texts, file, 0..<UInt64(lseek(file, 0, SEEK_END)))
        }

        private static func mappings(_ pid: Int32) throws -> [Mapping] {
            var mappings: [Mapping] = []
            // To its end: Foundation's own reading of a file stops at the first short piece, which here is every one.
            let list = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/\(pid)/smaps")).readToEnd() ?? Data()
            for line in String(decoding: list, as: UTF8.self).split(separator: "\n") {
                let words = line.split(separator: " ")
                let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
                if ends.count == 2, words.count > 4 {
                    // The kernel's own pages cannot be read this way.
                    mappings.append(Mapping(line: String(line), range: ends[0]..<max(ends[0], min(ends[1], 1 << 63))))
                } else if words[0] == "VmFlags:", !mappings.isEmpty {
                    mappings[mappings.count - 1].isLocked = words.contains("lo")
                }
            }
            return mappings.filter { $0.line.split(separator: " ")[1].hasPrefix("r") }
        }

        private static func search(_ texts: [String: String], _ file: Int32, _ range: Range<UInt64>) -> [String] {
            let needles = texts.map { ($0.key, Array($0.value.utf8)) }
            let overlap = UInt64((needles.map(\.1.count).max() ?? 1) - 1)
            var room = [UInt8](repeating: 0, count: 1 << 20)
            var found: [String] = []
            var at = range.lowerBound
            while at < range.upperBound {
                let wanted = min(room.count, Int(range.upperBound - at))
                let count = unsafe room.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, wanted, off_t(at)) }
                // Secret pages, and what else even root cannot read.
                guard count > 0 else {
                    at += 4096
                    continue
                }
                for (name, needle) in needles {
                    let hits = unsafe room.withUnsafeBytes {
                        unsafe self.hits(of: needle, in: $0, count, overlap, at, range)
                    }
                    found += Array(repeating: name, count: hits)
                }
                guard at + UInt64(count) < range.upperBound else { break }
                // Overlapping, so that nothing hides on an edge.
                at += UInt64(count) > overlap ? UInt64(count) - overlap : UInt64(count)
            }
            return found
        }

        /// How often `needle` begins in the first `count` bytes, and not in what the next piece begins with.
        @unsafe private static func hits(
            of needle: [UInt8], in room: UnsafeRawBufferPointer, _ count: Int, _ overlap: UInt64, _ at: UInt64,
            _ range: Range<UInt64>
        ) -> Int {
            guard let start = room.baseAddress else { return 0 }
            let isLast = at + UInt64(count) >= range.upperBound || UInt64(count) <= overlap
            let end = isLast ? count : count - Int(overlap)
            var found = 0
            var offset = 0
            while offset + needle.count <= count, offset < end,
                let hit = unsafe memchr(start + offset, Int32(needle[0]), min(end, count - needle.count + 1) - offset)
            {
                offset = unsafe UnsafeRawPointer(hit) - start
                if unsafe memcmp(hit, needle, needle.count) == 0 { found += 1 }
                offset += 1
            }
            return found
        }
    }
#endif
