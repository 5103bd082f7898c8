import CSystemShims
import Diagnostics
import EventLoop
import HTTPTransport
import HostProtocol
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One `http.request{ … }` from its first attempt to its answer: opens its files, sends, follows what may be followed, and
/// tries again what may be tried again.
final class HTTPCall {
    private static let maximumRedirects = 5
    /// A server that wants more patience than this is told no.
    private static let longestWait = Duration.seconds(300)

    let id: UInt32
    private let plan: HTTPPlan
    private unowned let run: ScriptRun
    private let endpoint: HTTPEndpoint
    private var url: String
    private var method: String
    private var sendsBody = true
    private var attempts = 0
    private var redirects = 0
    private let source: OpenUpload?
    private let target: OutputFile?
    private var exchange: HTTPExchange?
    /// The host that it has a place at, or waits for one.
    private var place: (host: String, isTaken: Bool)?
    private var timer: EventLoop.Timer?
    private var progress: HTTPProgress?

    /// Opens the files that are named; nothing is sent yet.
    init(_ plan: HTTPPlan, _ run: ScriptRun, _ id: UInt32) throws(Failure) {
        (self.plan, self.run, self.id) = (plan, run, id)
        endpoint = try plan.url.endpoint(run.policy, run.gate.masker)
        url = plan.url.text(endpoint)
        method = plan.method
        if case .file(let path) = plan.body { source = try OpenUpload(path, run.files) } else { source = nil }
        target = try plan.download.map { (download) throws(Failure) in
            try OutputFile(download, "\(HTTPPlan.function): download", run)
        }
    }

    /// What is asked of whom, without values.
    var shown: String { "\(HTTPPlan.function) \(plan.shown)" }

    func cancel() {
        timer?.cancel()
        progress?.stop()
        exchange?.cancel()
        leavePlace()
        target?.discard()
    }

    // MARK: - Sending

    /// Sends when there is room at the host: the time of the request begins then.
    func send() {
        let host = HTTPEndpoint(url: url)?.name ?? endpoint.name
        place = (host, false)
        run.web.enter(host, self) { [weak self] in
            self?.place?.isTaken = true
            self?.sendNow()
        }
    }

    private func leavePlace() {
        guard let place else { return }
        self.place = nil
        if place.isTaken { run.web.leave(place.host) } else { run.web.stopWaiting(place.host, self) }
    }

    private func sendNow() {
        attempts += 1
        do throws(Failure) {
            if let target { try Self.empty(target) }
            let answer = try HTTPAnswer(plan, run.gate, run.captureBudget, file: target?.descriptor)
            let request = try request(answer)
            exchange = run.web.transport.send(request) { [weak self] result in self?.take(result, answer) }
            showProgress(answer)
        } catch {
            fail(error)
        }
    }

    /// What another attempt has left is no part of the download.
    private static func empty(_ target: OutputFile) throws(Failure) {
        guard ftruncate(target.descriptor, 0) == 0, lseek(target.descriptor, 0, SEEK_SET) == 0 else {
            throw Failure(
                .io, "\(HTTPPlan.function): the download cannot be written",
                reason: unsafe String(cString: strerror(errno)))
        }
    }

    private func request(_ answer: HTTPAnswer) throws(Failure) -> HTTPRequest {
        var request = HTTPRequest(method: method, url: url)
        request.secretURL = plan.url.secretValue
        request.headers = plan.headers
        request.contentType = plan.contentType
        request.totalTimeout = plan.timeout
        request.maximumBodyBytes = Int(plan.maximumBody)
        request.allowsPlainHTTP = run.options.allowsPlainHTTP
        request.receiver = answer
        request.reportsRedirects = true
        request.isRepeatable = isIdempotent && source == nil
        guard sendsBody else { return request }
        switch plan.body {
        case .none: break
        case .text(let text): request.publicBody = text
        case .secret(let entry): request.body = entry.value
        case .pieces(let pieces):
            let buffer = try SecretBuffer(maximumCount: max(1, SecretSize.maximumBound))
            try ScriptRun.writeJSON(pieces, to: buffer)
            request.body = try buffer.take()
        case .file: request.upload = source?.upload
        }
        return request
    }

    // MARK: - What came

    private func showProgress(_ answer: HTTPAnswer) {
        guard source != nil || target != nil else { return }
        progress = HTTPProgress(run, plan, answer, total: source?.upload.count) { [weak self] in
            self?.exchange?.sentBytes ?? 0
        }
    }

    private func take(_ result: Result<HTTPResponse, HTTPTransportError>, _ answer: HTTPAnswer) {
        progress?.stop()
        leavePlace()
        switch result {
        case .failure(let error): takeFailure(error, answer)
        case .success(let response):
            answer.finish()
            if let failure = answer.failure { return fail(failure) }
            takeAnswer(response.status, answer)
        }
    }

    private func takeFailure(_ error: HTTPTransportError, _ answer: HTTPAnswer) {
        if let failure = answer.failure { return fail(failure) }
        if error.kind == .tooLarge { return fail(HTTPAnswer.tooLarge(plan.maximumBody)) }
        if isTransient(error), again(after: nil, error.failure("").reason) { return }
        // A request that the transport itself refuses is the script's mistake; all else happened on the way.
        let isOwn = error.kind == .request
        var failure = error.failure(
            "\(HTTPPlan.function): \(plan.shown) \(isOwn ? "cannot be sent" : "failed")", attempts: attempts)
        if isOwn {
            failure.hint =
                "encode what stands in a URL (secret.urlEncode), and trim what stands in a header (secret.trim)"
        } else {
            failure.exitCode = ExitCode.scriptError
            // Of an answer that has not come to its end.
            failure.status = nil
        }
        fail(failure)
    }

    private func takeAnswer(_ status: Int, _ answer: HTTPAnswer) {
        if let coding = answer.header("content-encoding"), coding.lowercased() != "identity", plan.download == nil {
            return fail(HTTPRefusal.compressed(plan, status))
        }
        if [301, 302, 303, 307, 308].contains(status) {
            switch HTTPRedirect(answer.header("location"), from: url, endpoint) {
            case .follow(let next) where mayFollow(status): return follow(next, status)
            case let redirect where plan.checks: return fail(HTTPRefusal.redirected(plan, status, redirect))
            default: break
            }
        }
        if mayRetry(status), again(after: answer.header("retry-after"), "the answer was \(status)") { return }
        guard status < 400 || !plan.checks else { return fail(HTTPRefusal.refused(plan, status, answer, attempts)) }
        conclude(status, answer)
    }

    // MARK: - Redirects

    /// Never with a secret, and never with a body: only what asks for something again is sent again.
    private func mayFollow(_ status: Int) -> Bool {
        guard plan.grants.isEmpty, redirects < Self.maximumRedirects else { return false }
        return method == "GET" || method == "HEAD" || status == 303
    }

    private func follow(_ next: String, _ status: Int) {
        redirects += 1
        attempts -= 1
        url = next
        if method != "HEAD" { method = "GET" }
        sendsBody = false
        send()
    }

    // MARK: - Retries

    private var isIdempotent: Bool { ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(method) }

    private func isTransient(_ error: HTTPTransportError) -> Bool {
        switch error.kind {
        case .dns, .connect, .timeoutConnect: true
        case .reset, .truncated, .timeoutTotal: isIdempotent
        default: false
        }
    }

    /// 429 says that nothing has been done; the others only of what can be done twice.
    private func mayRetry(_ status: Int) -> Bool {
        status == 429 || ([502, 503, 504].contains(status) && isIdempotent)
    }

    /// False where there is no other attempt; else it is told, with the reason.
    private func again(after wanted: String?, _ reason: String) -> Bool {
        guard attempts < plan.retry.times else { return false }
        let doubled = plan.retry.backoff * (1 << min(attempts - 1, 16))
        var delay = min(doubled * Double.random(in: 0.75...1.25), Self.longestWait)
        if let seconds = wanted.flatMap({ Int64($0) }), seconds >= 0 {
            guard seconds <= Self.longestWait.components.seconds else { return false }
            delay = max(delay, .seconds(seconds))
        }
        run.noteRetry(
            RetryNotice(
                task: plan.task, attempt: Int64(attempts), times: Int64(plan.retry.times), delay: delay / .seconds(1),
                error: "\(HTTPPlan.function): \(plan.shown): \(reason)"))
        timer = run.loop.schedule(after: delay) { [weak self] in self?.send() }
        return true
    }

    // MARK: - The end

    private func conclude(_ status: Int, _ answer: HTTPAnswer) {
        do throws(Failure) {
            var result = HTTPResult(status, answer)
            if status < 300 {
                try result.take(answer, plan, run.gate.masker)
                if let target, let download = plan.download {
                    try target.commit()
                    result.add("file", .bytes(download.path))
                    result.add("size", .integer(answer.received))
                }
            }
            answer.revealHead()
            result.takeHeaders(answer)
            if target != nil, status >= 300 { target?.discard() }
            let value = try result.value(run.store)
            run.web.hasEnded(self)
            run.reply(id, value)
        } catch {
            fail(error)
        }
    }

    private func fail(_ failure: Failure) {
        leavePlace()
        target?.discard()
        run.web.hasEnded(self)
        run.fault(id, failure)
    }
}

/// A regular file that is sent, open as long as the request lives.
final class OpenUpload {
    let upload: HTTPRequest.Upload

    /// - Throws: `.denied` for what is out of reach, `.io` for what is no regular file.
    init(_ path: [UInt8], _ files: FileService) throws(Failure) {
        let option = "\(HTTPPlan.function): upload"
        let descriptor = try OutputFile.openInput(path, option, files)
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(
                .io, "\(option): \(path.shownPath) is no regular file", reason: "its size has to be known beforehand",
                hint: "let a program write it to a file first: spawn{ …, stdout = { file = path } }")
        }
        upload = HTTPRequest.Upload(descriptor: descriptor, count: Int64(facts.st_size))
    }

    deinit { close(upload.descriptor) }
}
