import Diagnostics
import HostProtocol

/// What the worker tells of tasks, retries and progress. It is passed on, masked and clipped; nothing is decided by it.
extension ScriptRun {
    func noteTask(_ value: Value) {
        guard let id = value["id"]?.asInteger, let state = value["state"]?.asText.flatMap(TaskState.init) else {
            return worker.kill()
        }
        let change = TaskChange(
            id: id, parent: value["parent"]?.asInteger, name: told(value["name"]) ?? "", state: state,
            attempt: value["attempt"]?.asInteger, error: told(value["error"]))
        guard tasks.take(change) else { return }
        gate.screen?.hasTasks = true
        gate.keepLines((tasks.counts[.running] ?? 0) > 1)
        observer.task(change)
    }

    func noteRetry(_ value: Value) {
        guard let attempt = value["attempt"]?.asInteger, let times = value["times"]?.asInteger,
            let delay = value["delay"]?.asNumber, delay.isFinite
        else { return worker.kill() }
        let task = value["task"]?.asInteger
        guard isKnown(task) else { return }
        observer.retry(
            RetryNotice(
                task: task, attempt: attempt, times: times, delay: delay,
                error: told(value["error"]) ?? ""))
    }

    /// A try of the host's own, such as a request.
    func noteRetry(_ notice: RetryNotice) {
        guard isKnown(notice.task) else { return }
        var notice = notice
        notice.error = told(.text(notice.error)) ?? ""
        observer.retry(notice)
    }

    func noteProgress(_ value: Value) {
        let numbers = [value["done"]?.asNumber, value["total"]?.asNumber].compactMap { $0 }
        guard let done = value["done"]?.asNumber, numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            return worker.kill()
        }
        noteProgress(
            ProgressNotice(
                task: value["task"]?.asInteger, done: done, total: value["total"]?.asNumber, text: told(value["text"])))
    }

    /// How far something of the host's own is, such as a request.
    func noteProgress(_ notice: ProgressNotice) {
        if isKnown(notice.task) { observer.progress(notice) }
    }

    /// A number of no task is not passed on: whoever is told keeps something for each, and there are as many as the worker likes.
    private func isKnown(_ task: Int64?) -> Bool { task == nil || tasks[task] != nil }

    /// A text of the worker's in one line, masked before it is cut.
    private func told(_ value: Value?) -> String? {
        guard let bytes = value?.asBytes else { return nil }
        let lines = gate.inward(String(decoding: bytes, as: UTF8.self)).split(separator: "\n")
        let text = lines.map { String($0).printable }.joined(separator: "; ")
        return text.count <= Self.toldCharacters ? text : text.prefix(Self.toldCharacters) + "…"
    }

    private static let toldCharacters = 1000
}
