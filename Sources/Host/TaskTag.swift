import HostProtocol

/// The number of the task that a request of the worker's belongs to. It stands beside the script's options, under a name
/// that the worker keeps scripts from.
enum TaskTag {
    /// Takes the number out of the options.
    static func taken(from value: Value) -> (task: Int64?, value: Value) {
        guard case .map(var fields) = value, let place = fields.firstIndex(where: { $0.key == key }) else {
            return (nil, value)
        }
        let task = fields[place].value.asInteger
        fields.remove(at: place)
        return (task, .map(fields))
    }

    private static let key = Value.Key.bytes(Array("task".utf8))
}
