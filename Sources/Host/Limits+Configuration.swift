public import Configuration
public import Diagnostics

/// The table `[limits]` of configuration files.
extension Limits {
    /// Takes the limits of the user's configuration, and those of the project where they are lower.
    ///
    /// - Throws: `.usage` for limits that do not exist, with near ones, and values out of range.
    public mutating func take(_ settings: Settings) throws(Failure) {
        try take(settings.userLimits)
        guard !settings.projectLimits.isEmpty else { return }
        var narrowed = self
        try narrowed.take(settings.projectLimits)
        lower(to: narrowed)
    }

    private mutating func take(_ limits: [ConfigurationFile.Limit]) throws(Failure) {
        for limit in limits { try take(limit.name, limit.value.value, limit.value.place.printable) }
    }
}
