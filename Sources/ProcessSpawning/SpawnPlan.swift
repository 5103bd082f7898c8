import CSystemShims
import Diagnostics

/// A request, checked, with all that the child is given made: files, memory files, pipes, its descriptor table.
final class SpawnPlan {
    /// The descriptors of the host's that the child gets copies of, in ascending order of the child's numbers; those made
    /// for it are closed with the plan.
    private(set) var descriptors: [vs_sys_spawn_descriptor] = []
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

    /// The host's descriptor that becomes `target`.
    func source(of target: Int32) -> Int32? { descriptors.first { $0.target == target }?.source }

    private func give(_ source: Int32, as target: Int32) {
        let place = descriptors.firstIndex { $0.target >= target } ?? descriptors.count
        let isTaken = place < descriptors.count && descriptors[place].target == target
        descriptors.replaceSubrange(
            place..<(isTaken ? place + 1 : place), with: [vs_sys_spawn_descriptor(source: source, target: target)])
    }

    // MARK: - Descriptors

    private func addStandard(_ request: SpawnRequest, _ null: Int32) throws(Failure) {
        switch request.standardInput {
        case .null: give(null, as: 0)
        case .descriptor(let number): give(number, as: 0)
        case .bytes, .relay: inputEnd = try givePipe(as: 0, hostReads: false)
        }
        switch request.standardOutput {
        case .null, .sameAsOutput: give(null, as: 1)
        case .descriptor(let number): give(number, as: 1)
        case .pipe: outputEnd = try givePipe(as: 1, hostReads: true)
        }
        switch request.standardError {
        case .null: give(null, as: 2)
        case .descriptor(let number): give(number, as: 2)
        case .sameAsOutput: give(source(of: 1) ?? null, as: 2)
        case .pipe: errorEnd = try givePipe(as: 2, hostReads: true)
        }
    }

    private func addDescriptors(_ descriptors: [Int32: SpawnRequest.Inherited]) throws(Failure) {
        for (target, inherited) in descriptors {
            switch inherited {
            case .descriptor(let number): give(number, as: target)
            case .bytes(let value): give(try makeMemoryFile(value, "descriptor \(target)"), as: target)
            }
        }
    }

    /// Gives the child one end of a pipe, and the host's is the result.
    private func givePipe(as target: Int32, hostReads: Bool) throws(Failure) -> Int32 {
        var ends: (Int32, Int32) = (-1, -1)
        let status = unsafe withUnsafeMutableBytes(of: &ends) { ends in
            unsafe vs_sys_pipe(ends.baseAddress?.assumingMemoryBound(to: Int32.self), hostReads)
        }
        guard status == 0 else { throw Failure.noDescriptor("a pipe", errorNumber()) }
        let (own, given) = hostReads ? (ends.0, ends.1) : (ends.1, ends.0)
        made.append(given)
        give(given, as: target)
        return own
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
            paths[file.name] = try ownFolder(runDirectory).write(
                file.value, named: file.name, room: file.room)
        case .memory:
            let target = freeNumber()
            give(try makeMemoryFile(file.value, shown(file.name)), as: target)
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
        while source(of: number) != nil { number -= 1 }
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
        guard !request.files.isEmpty else { return request.environment }
        return request.environment + request.files.map { EnvironmentVariable($0.name, .text(paths[$0.name] ?? [])) }
    }

    private func replaceFiles(in argument: [UInt8]) throws(Failure) -> [UInt8] {
        let opening = Array("${file:".utf8)
        var result: [UInt8] = []
        var rest = argument[...]
        while let start = rest.firstIndex(of: opening[0]) {
            result += rest[..<start]
            rest = rest[start...]
            guard rest.starts(with: opening) else {
                result.append(rest.removeFirst())
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { break }
            let name = Array(rest[(start + opening.count)..<end])
            guard let path = paths[name] else { throw Failure.unknownFile(name, known: paths.keys.map { $0 }) }
            result += path
            rest = rest[(end + 1)...]
        }
        return result + rest
    }
}
