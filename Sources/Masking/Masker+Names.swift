extension Masker {
    /// The names of all values that are masked, in the order in which they became known.
    public var registeredNames: [String] { names.names }
}
