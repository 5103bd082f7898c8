import EventLoop

/// The worker's requests that have no answer yet, and what ends each of them early.
///
/// An abandoned request stays here until the host is done with it, so that the limit of waiting calls counts it: a worker
/// that abandons all it asks for gets no more done at a time than one that waits.
struct OpenRequests {
    /// What is to be done for a request that nobody waits for any more.
    enum Abandonment {
        /// It has been answered, or abandoned before.
        case nothing
        /// Call this; the answer follows when what it ends has ended.
        case end(() -> Void)
        /// It cannot be ended: answer it now, and drop what comes of it later.
        case answerNow
    }

    private struct Request {
        /// The function that waits, for messages.
        var function: String?
        var isDropped = false
        var end: (() -> Void)?
        var isEnding = false
        var timer: EventLoop.Timer?
    }

    private var requests: [UInt32: Request] = [:]

    /// How many the host still works on.
    var count: Int { requests.count }

    /// The functions that are waited for, each once.
    var functions: [String] { Set(requests.values.compactMap(\.function)).sorted() }

    /// A new request. False where the number is in use, which no worker of ours does.
    mutating func open(_ id: UInt32, _ function: String? = nil) -> Bool {
        guard requests[id] == nil else { return false }
        requests[id] = Request(function: function)
        return true
    }

    /// The request is done. Gives whether the answer is to be sent.
    mutating func close(_ id: UInt32) -> Bool {
        guard let request = requests.removeValue(forKey: id) else { return false }
        request.timer?.cancel()
        return !request.isDropped
    }

    /// Whether somebody still waits for it.
    func isOpen(_ id: UInt32) -> Bool { requests[id].map { !$0.isDropped && !$0.isEnding } ?? false }

    /// Sets how it is ended early. `end` is called at most once, and answers the request.
    mutating func setEnd(_ id: UInt32, _ end: @escaping () -> Void) { requests[id]?.end = end }

    /// Sets what bounds its time, for as long as it has no answer.
    mutating func setTimer(_ id: UInt32, _ timer: EventLoop.Timer) { requests[id]?.timer = timer }

    /// Nobody waits for it any more.
    mutating func abandon(_ id: UInt32) -> Abandonment {
        guard let request = requests[id], !request.isDropped, !request.isEnding else { return .nothing }
        guard let end = request.end else {
            requests[id]?.isDropped = true
            return .answerNow
        }
        requests[id]?.isEnding = true
        return .end(end)
    }
}
