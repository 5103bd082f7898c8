import EventLoop

/// How far an upload or a download is, told to the run's observer a few times a second.
final class HTTPProgress {
    private static let interval = Duration.milliseconds(200)

    private unowned let run: ScriptRun
    private let plan: HTTPPlan
    private let answer: HTTPAnswer
    /// Of an upload; nil for a download, whose size the server says.
    private let total: Int64?
    private let sent: () -> Int64
    private var timer: EventLoop.Timer?
    private var last: Int64 = -1

    init(_ run: ScriptRun, _ plan: HTTPPlan, _ answer: HTTPAnswer, total: Int64?, sent: @escaping () -> Int64) {
        (self.run, self.plan, self.answer) = (run, plan, answer)
        (self.total, self.sent) = (total, sent)
        wait()
    }

    func stop() {
        timer?.cancel()
        if last >= 0 { run.observer.progressEnded(plan.task) }
    }

    private func wait() {
        timer = run.loop.schedule(after: Self.interval) { [weak self] in
            self?.tell()
            self?.wait()
        }
    }

    private func tell() {
        let done = total == nil ? answer.received : sent()
        guard done != last, done > 0 else { return }
        last = done
        let whole = total ?? answer.header("content-length").flatMap { Int64($0) }
        run.noteProgress(
            ProgressNotice(
                task: plan.task, done: Double(done), total: whole.map(Double.init), text: run.gate.inward(plan.shown)))
    }
}
