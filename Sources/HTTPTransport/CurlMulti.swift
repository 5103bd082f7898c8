import CCurlShims
import Diagnostics
import EventLoop

/// libcurl's multi handle on the event loop: its sockets become watches, its timer a timer.
///
/// An object of its own, so that the callbacks, which libcurl also makes while it closes, never meet a half-gone owner.
@safe final class CurlMulti {
    private let loop: EventLoop
    private var handle: OpaquePointer?
    private var watches: [Int32: EventLoop.Watch] = [:]
    private var timer: EventLoop.Timer?
    /// Called after libcurl has worked, outside of it: finished transfers may wait.
    var didAct: () -> Void = {}

    init(loop: EventLoop, connectionsPerHost: Int) throws(HTTPTransportError) {
        self.loop = loop
        unsafe handle = nil
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle = vs_curl_multi_make(
            { context, descriptor, wait in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().changeSocket(descriptor, wait)
            },
            { context, milliseconds in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().changeTimer(milliseconds)
            }, context, connectionsPerHost)
        guard unsafe handle != nil else {
            throw HTTPTransportError(.library, host: "", text: "libcurl could not be started: out of memory")
        }
    }

    /// Closes all connections.
    ///
    /// Transfers must have been removed.
    func close() {
        didAct = {}
        unsafe vs_curl_multi_free(handle)
        unsafe handle = nil
        for watch in watches.values { watch.cancel() }
        watches = [:]
        timer?.cancel()
    }

    @unsafe func add(_ transfer: OpaquePointer?) -> Bool {
        unsafe vs_curl_multi_add(handle, transfer) == 0
    }

    @unsafe func remove(_ transfer: OpaquePointer?) {
        guard unsafe handle != nil else { return }
        unsafe vs_curl_multi_remove(handle, transfer)
    }

    /// The next finished transfer with its CURLcode.
    @unsafe func next() -> (transfer: OpaquePointer, code: Int32)? {
        guard unsafe handle != nil else { return nil }
        var code: Int32 = 0
        guard let transfer = unsafe vs_curl_multi_next(handle, &code) else { return nil }
        return unsafe (transfer, code)
    }

    // MARK: - libcurl's wishes

    private func changeSocket(_ descriptor: Int32, _ wait: Int32) {
        guard wait & Int32(VS_CURL_WAIT_REMOVE) == 0 else {
            watches.removeValue(forKey: descriptor)?.cancel()
            return
        }
        var interest: EventLoop.Interest = []
        if wait & Int32(VS_CURL_WAIT_READABLE) != 0 { interest.insert(.readable) }
        if wait & Int32(VS_CURL_WAIT_WRITABLE) != 0 { interest.insert(.writable) }
        if let watch = watches[descriptor] {
            watch.setInterest(interest)
        } else {
            // Should the system refuse the watch, the transfer ends by its time limit.
            watches[descriptor] = try? loop.watch(descriptor, interest) { [weak self] readiness in
                self?.act(descriptor, readiness)
            }
        }
    }

    private func changeTimer(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0 else { return }
        // Never called back at once: libcurl must not be entered from its own callback.
        timer = loop.schedule(after: .milliseconds(milliseconds)) { [weak self] in self?.act(-1, []) }
    }

    private func act(_ descriptor: Int32, _ readiness: EventLoop.Readiness) {
        guard unsafe handle != nil else { return }
        var ready: Int32 = 0
        // A hang-up is read as the end of the stream.
        if !readiness.isDisjoint(with: [.readable, .hangup]) { ready |= Int32(VS_CURL_WAIT_READABLE) }
        if readiness.contains(.writable) { ready |= Int32(VS_CURL_WAIT_WRITABLE) }
        unsafe vs_curl_multi_act(handle, descriptor, ready, readiness.contains(.error))
        didAct()
    }
}
