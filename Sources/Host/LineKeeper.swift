import EventLoop

/// Keeps lines whole where several print at a time and no display does it: what somebody has printed of a line waits for the line's end, or for
/// his own. Bytes are only delayed, never added or left out.
final class LineKeeper {
    /// Where one task ends and the next begins there are several all the time.
    private static let pause = Duration.milliseconds(100)

    private let loop: EventLoop
    private(set) var isOn = false
    private var isOver = false
    private var timer: EventLoop.Timer?
    /// Those that have printed a part of a line, and where it goes.
    private var unfinished: [(source: LineSource, queue: OutputQueue)] = []

    init(loop: EventLoop) { self.loop = loop }

    /// Whether several print now. Where there is only one left, nothing of his waits.
    func set(_ areSeveral: Bool) {
        guard !isOver else { return }
        if areSeveral {
            timer?.cancel()
            (timer, isOn) = (nil, true)
        } else if isOn, timer == nil {
            timer = loop.schedule(after: Self.pause) { [weak self] in self?.stop() }
        }
    }

    /// Writes what is whole lines with what `source` has given before.
    func write(_ bytes: Span<UInt8>, from source: LineSource, to queue: OutputQueue) {
        source.add(bytes, endsLong: false) { queue.append($0.span) }
        unfinished.removeAll { $0.source === source }
        if !source.isEmpty { unfinished.append((source, queue)) }
    }

    /// Writes what `source` has given, line or not.
    func release(_ source: LineSource) {
        guard let place = unfinished.firstIndex(where: { $0.source === source }) else { return }
        unfinished.remove(at: place).queue.append(source.take().span)
    }

    /// The run is over: from now on nothing waits.
    func end() {
        isOver = true
        stop()
    }

    private func stop() {
        timer?.cancel()
        (timer, isOn) = (nil, false)
        for (source, _) in unfinished { release(source) }
    }
}
