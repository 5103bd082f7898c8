/// Fields and methods: what a value has.
extension Checker {
    /// What is known of `value.name`.
    mutating func field(_ name: Name, of fact: Fact, isMethod: Bool) -> Fact {
        switch fact {
        case .library(let path, let library): return member(name, of: library, path)
        case .secret: return member(name, of: .secret, Fact.Details(), isMethod)
        case .object(let object, let details): return member(name, of: object, details, isMethod)
        case .secrets: return isMethod ? .unknown : .secret
        case .text where isMethod: return stringMethod(name)
        case .boolean, .number, .nothing, .function, .apiFunction:
            if isMethod || fact != .nothing { reportNoFields(name, fact) }
            return .unknown
        default: return .unknown
        }
    }

    private mutating func reportNoFields(_ name: Name, _ fact: Fact) {
        // A nil may be filled later by what is not seen here.
        guard fact != .nothing else { return }
        report(.unknownField, "\(fact.described) has no field \(name.text)", at: name.span)
    }

    private mutating func member(_ name: Name, of library: API.Library, _ path: String) -> Fact {
        if survey.fields.contains(name.text) { return .unknown }
        if let member = library.member(name.text) { return api.fact(member, in: path) }
        report(
            .unknownField, "\(path) has no field \(name.text)",
            hint: near(name.text, among: library.members.map(\.name), otherwise: Self.elsewhere(name.text, library)),
            at: name.span)
        return .unknown
    }

    private static func elsewhere(_ name: String, _ library: API.Library) -> String {
        "it has: " + library.members.map(\.name).sorted().joined(separator: ", ")
    }

    private mutating func member(_ name: Name, of object: API.Object, _ details: Fact.Details, _ isMethod: Bool) -> Fact
    {
        if let method = object.methods.first(where: { $0.name == name.text }) {
            return .apiFunction(object.name + ":" + name.text, method)
        }
        if let field = object.fields.first(where: { $0.name == name.text }) {
            return self.fact(field, of: object, details)
        }
        if let others = object.others { return api.fact(others) }
        guard object.isOpaque || !survey.fields.contains(name.text) else { return .unknown }
        let names = object.methods.map(\.name) + object.fields.map(\.name)
        let what = object.name.lowercased()
        report(
            isMethod ? .unknownMethod : .unknownField,
            "a \(what) has no \(isMethod ? "method" : "field") \(name.text)",
            hint: near(name.text, among: names, otherwise: "it has: " + names.sorted().joined(separator: ", ")),
            at: name.span)
        return .unknown
    }

    private func fact(_ field: Option, of object: API.Object, _ details: Fact.Details) -> Fact {
        let isOutput =
            object.name == "Result" && field.name == "stdout" || object.name == "Response" && field.name == "body"
        guard isOutput else { return api.fact(field.type) }
        switch details.output {
        case .secret: return .secret
        case .text: return .text(nil)
        case nil: return .unknown
        }
    }

    private mutating func stringMethod(_ name: Name) -> Fact {
        guard case .library(let library) = api.global("string"), !survey.fields.contains(name.text) else {
            return .unknown
        }
        if case .function(let function) = library.member(name.text) {
            return .apiFunction("string:" + name.text, function)
        }
        let hint =
            name.text == "trim" || name.text == "strip"
            ? "write: text:match(\"^%s*(.-)%s*$\")"
            : near(
                name.text, among: library.members.map(\.name),
                otherwise: "it has: " + library.members.map(\.name).sorted().joined(separator: ", "))
        report(.unknownMethod, "a text has no method \(name.text)", hint: hint, at: name.span)
        return .unknown
    }
}
