import Diagnostics
import HostProtocol
import Masking

/// Warns, once for each secret, where a program is given a mask of this run instead of a value.
///
/// Mostly somebody has made a text of a handle (`"Bearer " .. tostring(handle)`). An error it is not: what a script has
/// captured may hold masks, and may well be passed on.
struct MaskWarnings {
    private var warned: Set<String> = []

    /// The warning for the first text of `plan` that holds a mask that has not been warned of; nil where there is none.
    ///
    /// - Parameter names: The names of the secrets of this run; asked for only where a text looks like a mask.
    mutating func warning(for plan: SpawnPlan, names: () -> Set<String>) -> String? {
        var known: Set<String>?
        for (text, place) in plan.texts where MaskText.mayBe(in: text) {
            let names = known ?? names().subtracting(warned)
            known = names
            guard let name = MaskText.first(in: text, of: names) else { continue }
            warned.insert(name)
            return
                "warning: \(place()) of \(plan.shownProgram) holds the mask [secret:\(name.printable)], not the value\n"
                + "the value never enters the script; where the program needs it: env = { NAME = handle }, "
                + "stdin = handle or files = { NAME = handle }, put together with secret.template\n"
        }
        return nil
    }
}

extension SpawnPlan {
    /// Every text that the program is given, with its place as messages name it.
    fileprivate var texts: [(text: [UInt8], place: () -> String)] {
        var texts: [(text: [UInt8], place: () -> String)] = []
        for (index, argument) in arguments.enumerated() { texts.append((argument, { "argument \(index + 1)" })) }
        func add(_ content: Content, _ place: @escaping () -> String) {
            if case .text(let text) = content { texts.append((text, place)) }
        }
        for case (let name, .value(let content)) in variables { add(content) { "env.\(name.printable)" } }
        if case .content(let content) = input { add(content) { "stdin" } }
        for file in files { add(file.content) { "files.\(file.name)" } }
        for (number, content) in descriptors { add(content) { "fds[\(number)]" } }
        return texts
    }
}

extension ScriptRun {
    /// Looks at what the programs are given before they start.
    func warnOfMasks(_ plans: [SpawnPlan]) {
        for plan in plans {
            let warning = maskWarnings.warning(for: plan) { store.names.union(gate.masker.registeredNames) }
            if let warning { gate.say(warning) }
        }
    }
}
