import Foundation
import ScriptAnalysis
import TestSupport
import Testing

/// What is made from the API table.
@Suite struct `Texts made from the table` {
    @Test func `the reference of the repository is what the table makes`() throws {
        let page = try String(contentsOfFile: Program.repository + "/docs/reference.md", encoding: .utf8)
        #expect(page == ReferenceText.make(), "run: dev/reference")
        #expect(try Program.run(["help", "reference"]).text == page + "\n")
    }

    @Test func `the manual page of the repository is what the program prints`() throws {
        let page = try String(contentsOfFile: Program.repository + "/docs/vaultscript.1", encoding: .utf8)
        #expect(try Program.run(["help", "man"]).text == page, "run: dev/reference")
    }

    @Test func `the reference names every function, method and option`() {
        let page = ReferenceText.make()
        for section in API.table.sections {
            for object in section.objects {
                for method in object.methods {
                    #expect(page.contains("`\(object.name):\(method.name)("), "\(method.name)")
                }
            }
            for table in section.options {
                let part =
                    page.components(separatedBy: "### \(table.name)\n").last?.components(separatedBy: "\n#").first ?? ""
                for option in table.options {
                    #expect(part.contains("| `\(option.name)`"), "\(table.name).\(option.name)")
                }
            }
            for case .library(let library) in section.members {
                for member in library.members {
                    #expect(page.contains("`\(library.name).\(member.name)"), "\(member.name)")
                }
            }
        }
    }

    @Test func `every name has words that say what it is`() {
        for section in API.table.sections {
            let functions = section.members.flatMap { member -> [String] in
                switch member {
                case .function(let function): [function.doc]
                case .constant(let constant): [constant.doc]
                case .library(let library): [library.doc]
                }
            }
            let options = section.options.flatMap { $0.options.map(\.doc) }
            #expect((functions + options).allSatisfy { !$0.isEmpty })
        }
    }

    @Test func `every type of the table is a known one`() {
        let named = Set(API.table.allObjects.map(\.name) + API.table.allOptionTables.map(\.name))
        let page = ReferenceText.make()
        let words = page.components(separatedBy: CharacterSet.alphanumerics.inverted).filter {
            $0.hasSuffix("Options") && $0 != "Options"
        }
        #expect(Set(words).subtracting(named).isEmpty)
        #expect(named.allSatisfy { page.contains($0) })
    }

    // MARK: - Annotations

    @Test func `the annotations are Lua, and check has nothing to say about their form`() throws {
        let folder = try TemporaryFolder()
        for file in AnnotationText.files() {
            let path = try folder.write(file.name, file.text)
            #expect(ScriptCheck(SourceText(Array(file.text.utf8))).findings.allSatisfy { $0.rule != .syntax })
            let outcome = try Program.script("print(load(fs.read(arg[1])))", [path])
            #expect(outcome.text.hasPrefix("function"), "\(outcome)")
        }
    }

    /// The forms of lua-language-server's annotations that are used.
    private static let forms = [
        #"^---@meta( [a-z]+)?$"#, #"^---@class \w+$"#, #"^---@field (\w+\??|\[\w+\]) \S.*$"#,
        #"^---@param (\w+\??|\.\.\.) \S+.*$"#,
        #"^---@return \S.*$"#, #"^---@type \S+.*$"#, #"^---@deprecated$"#,
    ]

    @Test func `the annotations have the forms that the language server reads`() throws {
        for file in AnnotationText.files() {
            for line in file.text.components(separatedBy: "\n") where line.hasPrefix("---@") {
                #expect(Self.forms.contains { line.range(of: $0, options: .regularExpression) != nil }, "\(line)")
            }
        }
    }

    @Test func `the annotations and the table agree`() throws {
        let text = try #require(AnnotationText.files().first).text
        let lines = Set(text.components(separatedBy: "\n"))
        for object in API.table.allObjects {
            #expect(lines.contains("---@class \(object.name)"))
            for method in object.methods {
                let names = method.parameters.map(\.name).joined(separator: ", ")
                #expect(lines.contains("function \(object.name):\(method.name)(\(names)) end"))
            }
        }
        for table in API.table.allOptionTables {
            let part =
                text.components(separatedBy: "---@class \(table.name)\n").last?.components(separatedBy: "\n\n").first
                ?? ""
            let fields = part.components(separatedBy: "\n").compactMap { line in
                line.hasPrefix("---@field ") ? line.dropFirst(10).prefix { $0.isLetter } : nil
            }
            #expect(fields.filter { !$0.isEmpty }.map(String.init) == table.options.map(\.name), "\(table.name)")
        }
        for case .library(let library) in API.table.sections.flatMap(\.members)
        where ["fs", "secret", "log", "json", "io", "os"].contains(library.name) {
            for case .function(let function) in library.members {
                #expect(
                    text.contains("\nfunction \(library.name).\(function.name)("), "\(library.name).\(function.name)")
            }
        }
        for name in API.table.moduleNames {
            let module = try #require(AnnotationText.files().first { $0.name == name + ".lua" }).text
            #expect(module.hasPrefix("---@meta \(name)\n"))
            for member in API.table.module(name)?.members ?? [] {
                #expect(module.contains("function \(name).\(member.name)("))
            }
        }
    }
}
