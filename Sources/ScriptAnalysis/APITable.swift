extension API {
    /// The table itself; each section has a file of its own.
    public static let table = API([
        .recipe, .secrets, .sessions, .programs, .http, .files, .flow, .texts, .outside, .lua, .luaLibraries, .modules,
    ])
}
