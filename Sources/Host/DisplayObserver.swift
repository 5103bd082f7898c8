import HostProtocol

/// Where a person watches: the tasks and their progress as lines under the output, each with its state and its time.
/// Without tasks and progress there are none. What is said in lines is said as elsewhere, but for the tasks' own.
final class DisplayObserver: RunObserver {
    private let plain: PlainObserver
    private let screen: Screen
    private let tasks: TaskLedger
    private var progresses: [Int64?: ProgressNotice] = [:]
    private var retries: [Int64: RetryNotice] = [:]
    /// Called when there is something to be drawn for the first time.
    var onShow: () -> Void = {}

    init(plain: PlainObserver, screen: Screen, tasks: TaskLedger) {
        (self.plain, self.screen, self.tasks) = (plain, screen, tasks)
        plain.showsTasks = false
        screen.content = { [unowned self] in content(columns: $0, rows: $1) }
    }

    private func show() {
        if !screen.isOn {
            screen.turnOn()
            onShow()
        }
        screen.changed()
    }

    // MARK: - What is told

    func task(_ change: TaskChange) {
        plain.task(change)
        retries[change.id] = nil
        switch change.state {
        case .waiting, .running: break
        case .done, .failed, .skipped, .cancelled: progresses[change.id] = nil
        }
        // While the main part of the script names tasks none of them runs.
        if change.state != .waiting || screen.isOn { show() }
    }

    func retry(_ notice: RetryNotice) {
        plain.retry(notice)
        guard let task = notice.task else { return }
        retries[task] = notice
        show()
    }

    func progress(_ notice: ProgressNotice) {
        plain.progress(notice)
        let isOver = notice.task == nil && notice.total.map { notice.done >= $0 } ?? false
        progresses[notice.task] = isOver ? nil : notice
        show()
    }

    func progressEnded(_ task: Int64?) {
        guard progresses.removeValue(forKey: task) != nil else { return }
        screen.changed()
    }

    var wantsPrograms: Bool { plain.wantsPrograms }
    func begin(_ start: RunStart) { plain.begin(start) }
    func spawnStarted(_ start: SpawnStart) { plain.spawnStarted(start) }
    func spawnEnded(_ end: SpawnEnd) { plain.spawnEnded(end) }
    func leak(_ notice: LeakNotice) { plain.leak(notice) }
    func log(_ entry: LogEntry) { plain.log(entry) }
    func result(_ value: Value) { plain.result(value) }
    func outputClosed() { plain.outputClosed() }

    func end(_ end: RunEnd) {
        screen.turnOff()
        plain.end(end)
    }

    // MARK: - The lines

    private static let mostLines = 20
    private static let mostNameColumns = 30

    private func content(columns: Int, rows: Int) -> Screen.Content {
        let now = ContinuousClock.now
        let room = max(1, min(rows, Self.mostLines))
        var lines: [DisplayLine] = []
        if let notice = progresses[nil] { lines.append(DisplayLine([(ProgressText.line(notice), .plain)])) }
        guard !tasks.isEmpty else { return Screen.Content(lines: lines, ticks: false) }
        let chosen = chosen(room - 1 - lines.count)
        let width = min(Self.mostNameColumns, chosen.map { TextWidth.of($0.change.name) }.max() ?? 0)
        lines = chosen.map { line($0, nameColumns: width, now) } + lines + [counts(now)]
        return Screen.Content(lines: lines, ticks: (tasks.counts[.running] ?? 0) > 0)
    }

    /// Where there is not room for all: those that run, those that failed, those that come next, those that are done.
    private func chosen(_ room: Int) -> [TaskLedger.Entry] {
        let all = tasks.entries
        guard all.count > room else { return all }
        var places: [Int] = []
        func take(_ found: some Sequence<Int>) { places += found.prefix(max(0, room - places.count)) }
        take(all.indices.lazy.filter { all[$0].change.state == .running })
        take(all.indices.reversed().lazy.filter { [.failed, .cancelled].contains(all[$0].change.state) })
        take(all.indices.lazy.filter { all[$0].change.state == .waiting })
        take(all.indices.reversed().lazy.filter { [.done, .skipped].contains(all[$0].change.state) })
        return places.sorted().map { all[$0] }
    }

    private func line(_ task: TaskLedger.Entry, nameColumns: Int, _ now: ContinuousClock.Instant) -> DisplayLine {
        let change = task.change
        let retry = change.state == .running ? retries[change.id] : nil
        let word = retry == nil ? change.state.rawValue : "retry"
        var line = DisplayLine([
            ("  " + TextWidth.padded(change.name.withoutControls, to: nameColumns) + "  ", .plain),
            (TextWidth.padded(word, to: 11), retry == nil ? Self.style(change.state) : .odd),
        ])
        let time = change.state == .running ? task.time(now).map(TimeText.whole) : task.duration.map(TimeText.short)
        line.add(TextWidth.padded(time ?? "", to: 12), .faint)
        if let retry {
            line.add("try \(retry.attempt) of \(retry.times) failed: \(retry.error.withoutControls)", .odd)
        } else if let progress = progresses[change.id], change.state == .running {
            line.add(ProgressText.line(progress))
        } else if let error = change.error {
            line.add(error.withoutControls, change.state == .failed ? .bad : .faint)
        } else if let attempt = change.attempt, attempt > 1 {
            line.add("try \(attempt)", .odd)
        }
        return line
    }

    private static func style(_ state: TaskState) -> DisplayLine.Style {
        switch state {
        case .waiting, .skipped: .faint
        case .running: .plain
        case .done: .good
        case .failed: .bad
        case .cancelled: .odd
        }
    }

    private func counts(_ now: ContinuousClock.Instant) -> DisplayLine {
        let shown: [TaskState] = [.running, .failed, .cancelled, .skipped]
        let others = shown.compactMap { state in
            tasks.counts[state].flatMap { $0 > 0 ? "\($0) \(state.rawValue)" : nil }
        }
        let done = "\(tasks.counts[.done] ?? 0) of \(tasks.entries.count) done"
        let time = tasks.began.map { TimeText.whole(now - $0) } ?? ""
        return DisplayLine([(([done] + others).joined(separator: ", ") + "  ", .plain), (time, .faint)])
    }
}

/// How far something is, as a person sees it.
enum ProgressText {
    private static let barColumns = 20

    /// `[########------------]  40%  files`, or `40 files` where nobody knows how much there is.
    static func line(_ notice: ProgressNotice) -> String {
        let text = notice.text.map { "  \($0.withoutControls)" } ?? ""
        guard let total = notice.total, total > 0 else { return NumberText.short(notice.done) + text }
        let part = max(0, min(1, notice.done / total))
        let full = Int(part * Double(barColumns))
        let bar = String(repeating: "#", count: full) + String(repeating: "-", count: barColumns - full)
        let percent = "\(Int(part * 100))%"
        return "[\(bar)] \(String(repeating: " ", count: 4 - percent.count))\(percent)\(text)"
    }
}
