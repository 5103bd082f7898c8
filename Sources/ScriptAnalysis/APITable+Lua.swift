extension API.Section {
    /// Lua's basic functions.
    static let lua = API.Section(
        title: "Lua", doc: "Lua 5.4, as its manual says, without what leads out of the script's process.",
        members: [
            .function(
                Function(
                    "assert(value: any, message?: any, ...: any): any", "Raises message when value is false or nil.")),
            .function(Function("error(message: plain, level?: integer)", "Raises an error.")),
            .function(Function("pcall(f: any, ...: any): boolean, any", "Calls f and catches its error.")),
            .function(
                Function(
                    "xpcall(f: any, handler: function, ...: any): boolean, any", "Calls f with a handler of errors.")),
            .function(Function("ipairs(list: table): function, table, integer", "Walks 1, 2, 3 … of a list.")),
            .function(Function("pairs(table: table): function, table, any", "Walks all fields of a table.")),
            .function(Function("next(table: table, key?: any): any, any", "The field after key.")),
            .function(
                Function(
                    "select(n: numeric, ...: any): any", "The values from the n-th on, or with \"#\" their number.")),
            .function(Function("type(value: any): string", "The type of a value.")),
            .function(Function("tostring(value: any): string", "The value as text.")),
            .function(
                Function(
                    "tonumber(value: plain, base?: integer): number?", "The value as a number, nil where it is none.")),
            .function(Function("rawequal(a: any, b: any): boolean", "Equality without metamethods.")),
            .function(Function("rawget(table: table, key: any): any", "A field without metamethods.")),
            .function(Function("rawlen(value: table|string): integer", "The length without metamethods.")),
            .function(
                Function("rawset(table: table, key: any, value: any): table", "Sets a field without metamethods.")),
            .function(Function("getmetatable(value: any): any", "The metatable; false of a handle.")),
            .function(Function("setmetatable(table: table, metatable: table?): table", "Sets the metatable.")),
            .function(
                Function(
                    "load(chunk: string|function, name?: string, mode?: string, env?: any): function?, string?",
                    "Compiles a text; never bytecode.")),
            .function(Function("collectgarbage(option?: string, argument?: number): any", "Lua's memory.")),
            .constant(API.Constant(name: "_G", type: .table, doc: "The table of globals.")),
            .constant(API.Constant(name: "_VERSION", type: .string, doc: "\"Lua 5.4\".")),
            .absent("dofile", "put the code in a module beside the script and require it"),
            .absent("loadfile", "put the code in a module beside the script and require it"),
            .absent("warn", "write log.warn(message)"),
        ])

    /// Lua's libraries.
    static let luaLibraries = API.Section(
        title: "Lua's libraries", doc: "As the manual of Lua 5.4 describes them.",
        members: [
            .library(.string), .library(.luaTable), .library(.math), .library(.utf8), .library(.coroutine),
            .library(.debug),
        ])
}

extension API.Library {
    private static func functions(_ lines: [(String, String)]) -> [API.Member] {
        lines.map { .function(Function($0.0, $0.1)) }
    }

    static let string = API.Library(
        name: "string", doc: "Texts; also as methods: text:upper().",
        members: functions([
            ("byte(s: text, from?: numeric, to?: numeric): integer", "The bytes as numbers."),
            ("char(...: numeric): string", "The text of these bytes."),
            (
                "find(s: text, pattern: text, from?: numeric, plain?: any): integer?, integer?, any",
                "Where a pattern fits."
            ),
            ("format(format: text, ...: any): string", "A text made by a format."),
            ("gmatch(s: text, pattern: text, from?: numeric): function", "Walks all places where a pattern fits."),
            (
                "gsub(s: text, pattern: text, replacement: text|table|function, most?: numeric): string, integer",
                "Replaces."
            ),
            ("len(s: text): integer", "The number of bytes."), ("lower(s: text): string", "In small letters."),
            ("match(s: text, pattern: text, from?: numeric): any", "What a pattern catches."),
            ("pack(format: text, ...: any): string", "Values as bytes."),
            ("packsize(format: text): integer", "The size of packed values."),
            ("rep(s: text, count: numeric, separator?: text): string", "The text so many times."),
            ("reverse(s: text): string", "Backwards."),
            ("sub(s: text, from: numeric, to?: numeric): string", "A part."),
            ("unpack(format: text, s: text, from?: numeric): any", "Values of bytes."),
            ("upper(s: text): string", "In capitals."),
        ]))

    static let luaTable = API.Library(
        name: "table", doc: "Lists.",
        members: functions([
            (
                "concat(list: table, separator?: text, from?: numeric, to?: numeric): string",
                "Texts and numbers joined."
            ),
            ("insert(list: table, ...: any)", "Puts a value in."),
            ("move(from: table, first: numeric, last: numeric, at: numeric, into?: table): table", "Copies a part."),
            ("pack(...: any): table", "The values as a list, with n."),
            ("remove(list: table, place?: numeric): any", "Takes a value out."),
            ("sort(list: table, before?: function)", "Sorts."),
            ("unpack(list: table, from?: numeric, to?: numeric): any", "The values of a list."),
        ]))

    static let math = API.Library(
        name: "math", doc: "Numbers.",
        members: functions([
            ("abs(x: numeric): number", "Without its sign."), ("acos(x: numeric): number", "The arc cosine."),
            ("asin(x: numeric): number", "The arc sine."),
            ("atan(y: numeric, x?: numeric): number", "The arc tangent."),
            ("ceil(x: numeric): number", "Rounded up."), ("cos(x: numeric): number", "The cosine."),
            ("deg(x: numeric): number", "Radians as degrees."), ("exp(x: numeric): number", "e to the power of x."),
            ("floor(x: numeric): number", "Rounded down."),
            ("fmod(x: numeric, y: numeric): number", "The remainder towards zero."),
            ("log(x: numeric, base?: numeric): number", "The logarithm."),
            ("max(x: numeric, ...: numeric): number", "The largest."),
            ("min(x: numeric, ...: numeric): number", "The smallest."),
            ("modf(x: numeric): number, number", "Whole part and fraction."),
            ("rad(x: numeric): number", "Degrees as radians."),
            ("random(from?: numeric, to?: numeric): number", "A random number; no secret (secret.random makes one)."),
            ("randomseed(x?: numeric, y?: numeric)", "Begins random anew."), ("sin(x: numeric): number", "The sine."),
            ("sqrt(x: numeric): number", "The square root."), ("tan(x: numeric): number", "The tangent."),
            ("tointeger(x: any): integer?", "As an integer, nil where it is none."),
            ("type(x: any): string?", "integer, float or nil."),
            ("ult(a: numeric, b: numeric): boolean", "Less, without signs."),
        ]) + [
            .constant(API.Constant(name: "huge", type: .number, doc: "Infinity.")),
            .constant(API.Constant(name: "pi", type: .number, doc: "π.")),
            .constant(API.Constant(name: "maxinteger", type: .integer, doc: "The largest integer.")),
            .constant(API.Constant(name: "mininteger", type: .integer, doc: "The smallest integer.")),
        ])

    static let utf8 = API.Library(
        name: "utf8", doc: "UTF-8.",
        members: functions([
            ("char(...: numeric): string", "The text of code points."),
            ("codepoint(s: text, from?: numeric, to?: numeric, lax?: any): integer", "The code points."),
            ("codes(s: text, lax?: any): function, string, integer", "Walks the code points."),
            ("len(s: text, from?: numeric, to?: numeric, lax?: any): integer?, integer?", "How many there are."),
            ("offset(s: text, n: numeric, from?: numeric): integer?", "Where the n-th begins."),
        ]) + [.constant(API.Constant(name: "charpattern", type: .string, doc: "A pattern that fits one character."))])

    static let coroutine = API.Library(
        name: "coroutine", doc: "Coroutines; a waiting host call suspends only its own.",
        members: functions([
            ("close(co: thread): boolean, any", "Ends one."), ("create(f: function): thread", "Makes one."),
            ("isyieldable(): boolean", "Whether yield can be called."),
            ("resume(co: thread, ...: any): boolean, any", "Goes on with one."),
            ("running(): thread, boolean", "The one that runs."), ("status(co: thread): string", "Its state."),
            ("wrap(f: function): function", "One as a function."),
            ("yield(...: any): any", "Gives values to who resumed."),
        ]))

    static let debug = API.Library(
        name: "debug", doc: "Tracebacks, and nothing else of Lua's debug library.",
        members: functions([("traceback(...: any): string", "Where the script is.")]))
}
