/// Texts with places to fill: templates, formats, and arguments that name a file.
extension Checker {
    /// `"${file:NAME}"` in an argument against `files`, where both are literal.
    mutating func checkFileNames(_ fields: [TableField]) {
        let files = fields.first { $0.literalName == "files" }?.value
        var names: [String] = []
        if let files {
            guard case .table(let entries) = files.kind else { return }
            names = entries.compactMap(\.literalName)
            guard names.count == entries.count else { return }
        }
        for field in fields {
            guard case .none = field.key, let text = field.value.literalText else { continue }
            for name in Self.templateNames(text)
            where name.hasPrefix("file:") && !names.contains(String(name.dropFirst(5))) {
                report(
                    .template, "${\(name)} in an argument names no file of this program",
                    hint: near(String(name.dropFirst(5)), among: names, otherwise: "add it to files = { … }"),
                    at: field.value.span)
            }
        }
    }

    /// The fields of a template against its text, where both are literal.
    mutating func checkTemplate(_ list: [Expression]) {
        guard list.count >= 2, let text = list[0].literalText, case .table(let fields) = list[1].kind else { return }
        let names = fields.compactMap(\.literalName)
        guard names.count == fields.count else { return }
        let wanted = Self.templateNames(text)
        let given = Set(names)
        let used = Set(wanted)
        var told: Set<String> = []
        for name in wanted where canReport && !given.contains(name) && told.insert(name).inserted {
            report(
                .template, "secret.template: there is no field \(name)",
                hint: near(name, among: names, otherwise: "give { \(name) = … }; $${ stands for ${ itself"),
                at: list[0].span)
        }
        for field in fields {
            guard canReport, let name = field.literalName, !used.contains(name) else { continue }
            report(
                .template, "secret.template: the text does not use the field \(name)",
                hint: near(name, among: wanted, otherwise: "write ${\(name)} in the text, or leave the field out"),
                at: field.keySpan)
        }
    }

    private static func templateNames(_ text: String) -> [String] {
        var names: [String] = []
        var rest = Array(text.utf8)[...]
        while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
            rest = rest[dollar...]
            if rest.starts(with: "$${".utf8) {
                rest = rest.dropFirst(3)
            } else if rest.starts(with: "${".utf8) {
                // Without an end there is none for those that follow either.
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { return names }
                names.append(String(decoding: rest[(dollar + 2)..<end], as: UTF8.self))
                rest = rest[(end + 1)...]
            } else {
                rest = rest.dropFirst()
            }
        }
        return names
    }

    /// `("%s %d"):format(a)` with too few values.
    mutating func checkFormat(_ format: Expression?, _ values: [Expression]) {
        guard let format, let text = format.literalText, values.last?.isMultiple != true else { return }
        let wanted = Self.conversionCount(text)
        guard wanted > values.count else { return }
        report(
            .format,
            "string.format: the text has \(wanted) places to fill and there \(values.count == 1 ? "is 1 value" : "are \(values.count) values")",
            hint: "a percent sign itself is written %%", at: format.span)
    }

    private static func conversionCount(_ text: String) -> Int {
        var count = 0
        var wasPercent = false
        for byte in text.utf8 {
            if wasPercent {
                if byte != UInt8(ascii: "%") { count += 1 }
                wasPercent = false
            } else {
                wasPercent = byte == UInt8(ascii: "%")
            }
        }
        return count
    }
}
