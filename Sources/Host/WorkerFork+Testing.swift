extension WorkerFork {
    /// A process that a test made, in the place of a forked worker; the test plays the other end of `socket`.
    init(pidForTesting pid: Int32, socket: Int32, process: Int32) {
        self.pid = pid
        self.socket = socket
        self.process = process
    }
}
