/// The script a worker runs, handed over by the fork: nothing of it crosses the wire.
public struct Assignment: Sendable {
    /// The script's text.
    public var text: [UInt8]
    /// How Lua names it in messages, such as `@deploy.lua`.
    public var chunkName: String
    /// The name it was started by: `arg[0]`.
    public var scriptName: String
    /// The script's folder: the global `scriptDir`.
    public var scriptFolder: String
    /// The script's arguments: `...` and `arg`.
    public var arguments: [[UInt8]]
    /// Which of the script's tasks run, and how.
    public var tasks = TaskAssignment()
    /// Whether there is no script: lines are asked for one by one.
    public var isInteractive = false
    /// What the script may use up of its own process.
    public var limits = WorkerLimits()

    /// An assignment with the usual limits.
    public init(text: [UInt8], chunkName: String, scriptName: String, scriptFolder: String, arguments: [[UInt8]]) {
        self.text = text
        self.chunkName = chunkName
        self.scriptName = scriptName
        self.scriptFolder = scriptFolder
        self.arguments = arguments
    }
}
