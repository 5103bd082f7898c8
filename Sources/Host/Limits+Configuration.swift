import Configuration
public import Diagnostics

/// The table `[limits]` of the user's configuration.
extension Limits {
    private static let table = "limits"

    /// Takes the limits of the user's configuration, where there is one.
    ///
    /// - Throws: `.usage` for a file that is not used, for keys that do not exist, with near ones, and values out of range.
    public mutating func takeUserConfiguration() throws(Failure) {
        guard let configuration = try UserConfiguration() else { return }
        for setting in configuration.settings {
            let place = "\(configuration.file.printable):\(setting.line)"
            try Self.check(setting.path, place)
            try take(setting.path[1], setting.text ?? "a list or a date", place)
        }
    }

    private static func check(_ path: [String], _ place: String) throws(Failure) {
        guard path.first != table || path.count != 2 else { return }
        let shown = path.joined(separator: ".").printable
        var hint = "so far it has one table: [\(table)]"
        if path.count <= 2,
            NearNames.best(for: path[0], among: [table]) != nil || path.count == 1 && names.contains(path[0])
        {
            hint = "write it below a line [\(table)]"
        }
        throw Failure(.usage, "\(place): there is no setting \(shown)", hint: hint)
    }
}
