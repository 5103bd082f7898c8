import CSystemShims
import Diagnostics

/// A request, checked, with all that the child is given made: files, memory files, pipes, its descriptor table.
final class SpawnPlan {
    /// The descriptors of the host's that the child gets copies of; those made for it are closed with the plan.
    private var table: [Int32: Int32] = [:]
    private var made: [Int32] = []
    private var paths: [[UInt8]: [UInt8]] = [:]
    /// The host's ends, taken by the child's streams once it runs.
    private(set) var outputEnd: Int32 = -1
    private(set) var errorEnd: Int32 = -1
    private(set) var inputEnd: Int32 = -1
    private(set) var folder: RunDirectory.Folder?

    /// Makes everything for `request`; what was made is gone again when this throws.
    init(_ request: SpawnRequest, runDirectory: RunDirectory, null: Int32) throws(Failure) {
        try request.check()
        try addStandard(request, null)
        try addDescriptors(request.descriptors)
        for file in request.files { try add(file, runDirectory) }
    }

    deinit {
        for descriptor in made { closeDescriptor(descriptor) }
        for descriptor in [outputEnd, errorEnd, inputEnd] where descriptor >= 0 { closeDescriptor(descriptor) }
        folder?.remove()
    }

    /// What the host keeps of a child that runs.
    ///
    /// The caller owns the descriptors.
    struct HostEnds {
        var output: Int32
        var error: Int32
        var input: Int32
        var folder: RunDirectory.Folder?
    }

    /// Gives the host's ends away; the rest is closed with the plan.
    func takeHostEnds() -> HostEnds {
        let ends = HostEnds(output: outputEnd, error: errorEnd, input: inputEnd, folder: folder)
        (outputEnd, errorEnd, inputEnd, folder) = (-1, -1, -1, nil)
        return ends
    }

    /// The child's descriptors in ascending order of their numbers.
    var descriptors: [vs_sys_spawn_descriptor] {
        table.sorted { $0.key < $1.key }.map { vs_sys_spawn_descriptor(source: $0.value, target: $0.key) }
    }

    /// The host's descriptor that becomes `target`.
    func sourceForTesting(_ target: Int32) -> Int32? { table[target] }

    // MARK: - Descriptors

    private func addStandard(_ request: SpawnRequest, _ null: Int32) throws(Failure) {
        switch request.standardInput {
        case .null: table[0] = null
        case .descriptor(let number): table[0] = number
        case .bytes, .relay: (table[0], inputEnd) = try makePipe(hostReads: false)
        }
        switch request.standardOutput {
        case .null, .sameAsOutput: table[1] = null
        case .descriptor(let number): table[1] = number
        case .pipe: (table[1], outputEnd) = try makePipe(hostReads: true)
        }
        switch request.standardError {
        case .null: table[2] = null
        case .descriptor(let number): table[2] = number
        case .sameAsOutput: table[2] = table[1]
        case .pipe: (table[2], errorEnd) = try makePipe(hostReads: true)
        }
    }

    private func addDescriptors(_ descriptors: [Int32: SpawnRequest.Inherited]) throws(Failure) {
        for (target, inherited) in descriptors {
            switch inherited {
            case .descriptor(let number): table[target] = number
            case .bytes(let value): table[target] = try makeMemoryFile(value, "descriptor \(target)")
            }
        }
    }

    /// Gives the child's end and the host's.
    private func makePipe(hostReads: Bool) throws(Failure) -> (Int32?, Int32) {
        var ends: [Int32] = [-1, -1]
        let status = unsafe ends.withUnsafeMutableBufferPointer { ends in
            unsafe vs_sys_pipe(ends.baseAddress, hostReads)
        }
        guard status == 0 else { throw Failure.noDescriptor("a pipe", errorNumber()) }
        made.append(ends[hostReads ? 1 : 0])
        return (ends[hostReads ? 1 : 0], ends[hostReads ? 0 : 1])
    }

    private func makeMemoryFile(_ value: SpawnValue, _ what: String) throws(Failure) -> Int32 {
        let file = unsafe value.withUnsafeBytes { bytes in unsafe vs_sys_memory_file(bytes.baseAddress, bytes.count) }
        guard file >= 0 else { throw Failure.noDescriptor("the memory file for \(what)", errorNumber()) }
        made.append(file)
        return file
    }

    // MARK: - Files

    private func add(_ file: SpawnFile, _ runDirectory: RunDirectory) throws(Failure) {
        switch file.form {
        case .file:
            paths[file.name] = try ownFolder(runDirectory).write(file.value, named: file.name)
        case .memory:
            let target = freeNumber()
            table[target] = try makeMemoryFile(file.value, shown(file.name))
            paths[file.name] = Array("/proc/self/fd/\(target)".utf8)
        }
    }

    private func ownFolder(_ runDirectory: RunDirectory) throws(Failure) -> RunDirectory.Folder {
        if let folder { return folder }
        let made = try runDirectory.makeFolder()
        folder = made
        return made
    }

    /// From 63 downwards, as shells do: programs expect low numbers to be free.
    private func freeNumber() -> Int32 {
        var number: Int32 = 63
        while table[number] != nil { number -= 1 }
        return number
    }

    // MARK: - Texts

    /// argv, with `${file:NAME}` replaced.
    func arguments(of request: SpawnRequest) throws(Failure) -> [[UInt8]] {
        var arguments = [request.program]
        for argument in request.arguments { arguments.append(try replaceFiles(in: argument)) }
        return arguments
    }

    /// The environment with the paths of the files, which count more than what was inherited by the same name.
    func environment(of request: SpawnRequest) -> [EnvironmentVariable] {
        request.environment + request.files.map { EnvironmentVariable($0.name, .text(paths[$0.name] ?? [])) }
    }

    private func replaceFiles(in argument: [UInt8]) throws(Failure) -> [UInt8] {
        let opening = Array("${file:".utf8)
        var result: [UInt8] = []
        var rest = argument[...]
        while let start = rest.firstIndex(of: opening[0]) {
            result += rest[..<start]
            rest = rest[start...]
            guard rest.starts(with: opening), let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                result.append(rest.removeFirst())
                continue
            }
            let name = Array(rest[(start + opening.count)..<end])
            guard let path = paths[name] else { throw Failure.unknownFile(name, known: paths.keys.map { $0 }) }
            result += path
            rest = rest[(end + 1)...]
        }
        return result + rest
    }
}
