import CSystemShims
import Diagnostics
import HostProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that a child writes one of its streams to, itself: opened by the host before the child starts.
///
/// An atomic one is a new file beside the named one until the child has succeeded.
final class OutputFile {
    /// `{ file = path, append, mode = "0600", atomic }`.
    struct Plan {
        var path: [UInt8]
        var appends = false
        /// Nil where the script did not say.
        var mode: UInt32?
        var isAtomic = false

        /// Nil where the option is not set.
        init?(_ value: Value?, _ option: String, also: String = "", takesAppend: Bool = true) throws(Failure) {
            guard let value else { return nil }
            guard case .map = value else {
                throw Failure(
                    .usage, "\(option): expected { file = path }\(also), got \(value.described)",
                    hint: "to take the output into the script: capture = true")
            }
            var inner = try OptionReader(option, value)
            guard let path = try inner.text("file", "a path"), !path.isEmpty else {
                throw Failure(.usage, "\(option): expected { file = path }")
            }
            self.path = Array(path.utf8)
            if takesAppend { appends = try inner.boolean("append") ?? false }
            isAtomic = try inner.boolean("atomic") ?? false
            mode = try Self.mode(&inner)
            try inner.finish()
            guard appends, isAtomic else { return }
            throw Failure(
                .usage, "\(option): append and atomic exclude each other",
                reason: "atomic replaces the file as a whole", hint: "leave one of them out")
        }

        private static func mode(_ inner: inout OptionReader) throws(Failure) -> UInt32? {
            guard let given = inner.value("mode") else { return nil }
            guard case .bytes(let text) = given, let mode = UInt32(String(decoding: text, as: UTF8.self), radix: 8),
                mode <= 0o777, (3...4).contains(text.count)
            else { throw inner.wrong("mode", "octal digits as a text, such as \"0600\"", given) }
            return mode
        }
    }

    private static let defaultMode: UInt32 = 0o600
    private static let maximumPathBytes = 4096

    let descriptor: Int32
    private let plan: Plan
    private let option: String
    private let target: String
    /// The new file's path; nil where the child writes the named one, and once it has its name.
    private var temporary: String?
    /// Removes that one where this process can no longer.
    private let keeper: KeeperLink?
    private let files: FileService
    /// Which file it is, as others must not write it meanwhile.
    private var identity: FileIdentity?
    private var isOpen = true

    /// Opens or makes the file.
    ///
    /// - Throws: `.io` with the system's reason; `.denied` for what is out of reach.
    init(_ plan: Plan, _ option: String, _ run: ScriptRun) throws(Failure) {
        let call = try run.files.callForChild(plan.path, option, writes: true)
        self.plan = plan
        keeper = run.keeper
        files = run.files
        self.option = option
        let named = String(decoding: plan.path, as: UTF8.self)
        // A link is followed, as `>` does: what it leads to is replaced, not the link.
        target = plan.isAtomic ? Self.real(named) ?? named : named
        var refusal = VS_SYS_REDIRECT_OK
        var options = Self.options(plan)
        if plan.isAtomic {
            let temporary = try Self.temporaryPath(target)
            // Before it is made: whenever this process is killed, somebody knows of it.
            keeper?.remove(Array(temporary.utf8))
            descriptor = unsafe vs_sys_redirect_temporary(temporary, &refusal)
            self.temporary = temporary
        } else {
            descriptor = unsafe vs_sys_redirect_output(target, &options, &refusal)
        }
        guard descriptor >= 0 else {
            let error = errno
            isOpen = false
            forgetTemporary()
            throw Self.failure(option, named, "cannot be written", refusal, error)
        }
        try call.judge(descriptor)
        identity = try files.outputs.take(descriptor, option, plan.path)
        guard !plan.isAtomic else { return }
        if let identity { files.made.begin(identity) }
        // Emptied only after it has been looked at, so that a refused file stays as it was.
        guard unsafe vs_sys_redirect_prepare(descriptor, &options) == 0 else {
            throw Self.failure(option, named, "cannot be written", VS_SYS_REDIRECT_ERROR, errno)
        }
    }

    deinit { discard() }

    /// Removes what has not been committed.
    func discard() {
        if let temporary { unsafe _ = unlink(temporary) }
        forgetTemporary()
        close()
        release()
    }

    /// The child has its own by now.
    func childHasStarted() {
        if temporary == nil { close() }
    }

    /// The file is whole: an atomic one gets its name, replacing what was there.
    ///
    /// - Throws: `.io` with the system's reason, `.denied` for what is out of reach by now; then there is no new file.
    func commit() throws(Failure) {
        guard let temporary else { return discard() }
        let named = String(decoding: plan.path, as: UTF8.self)
        let existing = unsafe vs_sys_redirect_mode(target)
        let mode = plan.mode ?? (existing >= 0 ? UInt32(existing) : Self.defaultMode)
        let result = files.made.keeping(try judgedTarget()) {
            unsafe vs_sys_redirect_commit(descriptor, temporary, target, mode_t(mode))
        }
        guard result == 0 else {
            throw Self.failure(option, named, "cannot be replaced", VS_SYS_REDIRECT_ERROR, errno)
        }
        files.made.note(descriptor)
        forgetTemporary()
        close()
        release()
    }

    /// What is replaced, judged as it is now: a program may have been started from it since the output was opened.
    private func judgedTarget() throws(Failure) -> OpenFile? {
        let call = try files.call(plan.path, option)
        let place: FilePlace
        do throws(FileTrouble) {
            place = try FileWalk(protection: call.protection).resolve(Array(target.utf8))
        } catch {
            // What is replaced has to be seen: it may be a file that the script has made.
            guard error.isMissing else { throw call.failure(error, plan.path) }
            return nil
        }
        try call.checkChangeable(place)
        return place.file
    }

    private func release() {
        if let identity {
            files.outputs.release(identity)
            if !plan.isAtomic { files.made.end(identity, target) }
        }
        identity = nil
    }

    private func forgetTemporary() {
        if let temporary { keeper?.forget(Array(temporary.utf8)) }
        temporary = nil
    }

    private func close() {
        guard isOpen else { return }
        isOpen = false
        _ = Glibc.close(descriptor)
    }

    // MARK: - Opening

    /// A descriptor of a file that a child reads; the caller closes it.
    static func openInput(_ path: [UInt8], _ option: String, _ files: FileService) throws(Failure) -> Int32 {
        let call = try files.callForChild(path, option, writes: false)
        let text = String(decoding: path, as: UTF8.self)
        var refusal = VS_SYS_REDIRECT_OK
        let descriptor = unsafe vs_sys_redirect_input(text, &refusal)
        guard descriptor >= 0 else { throw failure(option, text, "cannot be opened", refusal, errno) }
        do throws(Failure) {
            try call.judge(descriptor)
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func options(_ plan: Plan) -> vs_sys_redirect_options {
        vs_sys_redirect_options(
            appends: plan.appends, creation_mode: mode_t(plan.mode ?? defaultMode), sets_mode: plan.mode != nil,
            is_new: false)
    }

    /// A new name in the folder of `path`, where a rename can replace that file.
    private static func temporaryPath(_ path: String) throws(Failure) -> String {
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = path[start...]
        let shown = name.utf8.count <= 100 ? "\(name)." : ""
        return "\(path[..<start]).\(shown)\(String(decoding: try RandomName.make(), as: UTF8.self))"
    }

    private static func real(_ path: String) -> String? {
        var room = [CChar](repeating: 0, count: maximumPathBytes)
        let isThere = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe vs_sys_redirect_real(path, room.baseAddress, room.count)
        }
        return isThere ? text(room) : nil
    }

    private static func text(_ room: [CChar]) -> String {
        String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func failure(
        _ option: String, _ path: String, _ what: String, _ refusal: vs_sys_redirect_refusal, _ error: Int32
    ) -> Failure {
        var failure = Failure(
            .io, "\(option): the file \(path.printable) \(what)", reason: unsafe String(cString: strerror(error)),
            hint: "look at the path, and at the rights of the file and its folder")
        switch refusal {
        case VS_SYS_REDIRECT_OF_KERNEL:
            failure.kind = .denied
            failure.reason = "it is a file of /proc or /sys, or a descriptor of vaultscript itself"
            failure.hint = "for the standard input of the script: stdin = \"inherit\""
        case VS_SYS_REDIRECT_TERMINAL:
            failure.kind = .denied
            failure.reason = "it is a terminal, and no program gets the user's own"
            failure.hint = "leave the option out, and the output is shown"
        case VS_SYS_REDIRECT_NAMED_PIPE:
            failure.reason = "it is a named pipe, which would have to be waited for"
            failure.hint = "let a program read it: pipe{ { \"cat\", path }, { … } }"
        case VS_SYS_REDIRECT_DIRECTORY:
            failure.reason = "it is a directory"
            failure.hint = "name a file in it"
        default: break
        }
        return failure
    }
}
