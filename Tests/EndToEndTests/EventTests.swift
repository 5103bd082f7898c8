import Foundation
import TestSupport
import Testing

/// `--json`: one event a line, to the documented schema, without any value.
@Suite struct `Events` {
    /// All that there is to tell: tasks in every state, retries, progress, programs with secrets, a leak, the log.
    private static let rich = """
        local s = secret.env("VS_TEST_TOKEN")
        print("printed") io.stderr:write("to stderr\\n")
        log.info("started", { a = "x\\ny", b = 2 }) log.debug("fine") log.error("odd \\27[31m \\200")
        task("good", function()
          spawn{ "sh", "-c", "echo shown", label = "lab" }
          spawn{ "cat", stdin = s, quiet = true }
          pipe{ { "sh", "-c", "echo $T", env = { T = s } }, { "cat" }, onLeak = "warn" }
          pcall(spawn, { "sh", "-c", "kill -9 $$" })
          pcall(spawn, { "sh", "-c", "sleep 100", timeout = 0.05 })
          pcall(spawn, { "nothing-there" })
          spawn{ "true", background = true }:wait()
          progress(1, 4, "parts") progress(3)
        end)
        task("again", { retry = { times = 2, backoff = 0.01 } }, function() spawn{ "sh", "-c", "exit 5" } end)
        task("after", { needs = "again" }, function() end)
        task("out", { when = false }, function() end)
        """

    private static func events(_ outcome: Program.Outcome) throws -> [[String: Any]] {
        try outcome.text.split(separator: "\n").map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(value as? [String: Any], "\(line)")
        }
    }

    private static func schema() throws -> JSONSchema {
        let text = try String(contentsOfFile: Program.repository + "/docs/events.schema.json", encoding: .utf8)
        return try JSONSchema(text)
    }

    @Test func `every event of a rich run is as the schema says, and each kind is there`() throws {
        let canary = Canary()
        let outcome = try Program.script(
            Self.rich, options: ["--json", "-k", "-j2"], environment: ["VS_TEST_TOKEN": canary.value])
        #expect(outcome.code == 5, "\(outcome)")
        let events = try Self.events(outcome)
        let schema = try Self.schema()
        for event in events { #expect(schema.problem(event) == nil, "\(schema.problem(event) ?? ""): \(event)") }
        let kinds = events.compactMap { $0["event"] as? String }
        #expect(
            Set(kinds) == ["run", "task", "progress", "retry", "spawn", "leak", "log", "end"], "\(outcome)")
        #expect(kinds.first == "run" && kinds.last == "end" && kinds.filter { $0 == "run" || $0 == "end" }.count == 2)
        let states = events.filter { $0["event"] as? String == "task" }.compactMap { $0["state"] as? String }
        #expect(Set(states) == ["waiting", "running", "done", "failed", "skipped"], "\(outcome)")
        let spawns = events.filter { $0["event"] as? String == "spawn" }
        #expect(spawns.filter { $0["state"] as? String == "started" }.count == spawns.count / 2, "\(outcome)")
        #expect(spawns.contains { ($0["error"] as? String)?.contains("nothing-there") == true }, "\(outcome)")
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
    }

    @Test func `each failed try of a request is an event, with its reason and the task`() throws {
        let canary = Canary()
        let server = StubHTTPServer([
            .json(503, "{}"), .raw(Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".utf8)), .json(200, "{}"),
        ])
        defer { server.stop() }
        let outcome = try Program.script(
            """
            recipe{ name = "x", secrets = { "env:API_TOKEN" }, hosts = { "127.0.0.1:\(server.port)" } }
            local url = secret.template("\(server.url)/${t}", { t = secret.env("API_TOKEN") })
            task("ask", function() http.request{ url = url, retry = { times = 4, backoff = 0.01 } } end)
            """, options: ["--json"], environment: ["API_TOKEN": canary.value])
        #expect(outcome.code == 0, "\(outcome)")
        let events = try Self.events(outcome).filter { $0["event"] as? String == "retry" }
        let schema = try Self.schema()
        for event in events { #expect(schema.problem(event) == nil, "\(schema.problem(event) ?? ""): \(event)") }
        #expect(events.map { $0["attempt"] as? Int } == [1, 2], "\(outcome)")
        #expect(events.allSatisfy { $0["times"] as? Int == 4 && $0["task"] as? Int == 1 }, "\(outcome)")
        let reasons = events.compactMap { $0["error"] as? String }
        #expect(reasons.first?.hasSuffix(": the answer was 503") == true, "\(reasons)")
        #expect(reasons.last?.contains(": the answer of 127.0.0.1:\(server.port) is cut off") == true, "\(reasons)")
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
    }

    @Test func `a task that its when leaves out is waiting and skipped, and never runs`() throws {
        let outcome = try Program.script(
            """
            task("a", { when = false }, print)
            task("b", { when = function() return nil end }, print)
            task("c", { when = function() return true end }, print)
            """, options: ["--json"])
        #expect(outcome.code == 0, "\(outcome)")
        let tasks = try Self.events(outcome).filter { $0["event"] as? String == "task" }
        for (name, states) in [("a", ["waiting", "skipped"]), ("b", ["waiting", "skipped"]), ("c", ["waiting", "running", "done"])] {
            let found = tasks.filter { $0["name"] as? String == name }
            #expect(found.map { $0["state"] as? String } == states, "\(outcome)")
            #expect(name == "c" || found.last?["duration"] == nil, "\(outcome)")
        }
    }

    @Test(arguments: [
        ("1, 3", #""done":1,"total":3}"#), ("0.5", #""done":0.5}"#), ("9, 4", #""done":9,"total":4}"#), ("3, 0", #""done":3,"total":0}"#),
        ("-0.0", #""done":0}"#), ("1e15, 1e16", #""done":1000000000000000,"total":10000000000000000}"#),
        ("1 << 53", #""done":9007199254740992}"#), ("1e-9, 1", #""done":1e-09,"total":1}"#), ("1e300", #""done":1e+300}"#),
        ("2, 3, 'of it'", #""done":2,"total":3,"text":"of it"}"#),
    ])
    func `progress has its numbers as they are`(call: String, fields: String) throws {
        let outcome = try Program.script("progress(\(call))", options: ["--json"])
        let line = try #require(outcome.text.split(separator: "\n").first { $0.contains("\"progress\"") }, "\(outcome)")
        #expect(line.hasSuffix("," + fields), "\(line)")
        let event = try #require(try Self.events(outcome).first { $0["event"] as? String == "progress" })
        #expect(try Self.schema().problem(event) == nil, "\(event)")
    }

    @Test(arguments: ["-1", "1, -1", "0/0", "1/0"])
    func `progress below nothing is refused by the function, and by the schema`(call: String) throws {
        let outcome = try Program.script("progress(\(call))", options: ["--json"])
        #expect(outcome.code == 2 && !outcome.text.contains("\"progress\""), "\(outcome)")
        let event: [String: Any] = ["event": "progress", "time": "2026-11-28T00:01:07.123Z", "done": -1.0]
        #expect(try Self.schema().problem(event) != nil)
    }

    @Test func `the schema refuses what is wrong`() throws {
        let schema = try Self.schema()
        let good: [String: Any] = ["event": "leak", "time": "2026-11-28T00:01:07.123Z", "spawn": 1, "program": "x", "action": "mask"]
        #expect(schema.problem(good) == nil)
        let changes: [(String, Any?)] = [
            ("event", "leek"), ("time", "yesterday"), ("spawn", "1"), ("spawn", nil), ("action", "hide"), ("more", 1),
        ]
        for (name, value) in changes {
            var wrong = good
            wrong[name] = value
            #expect(schema.problem(wrong) != nil, "\(name)")
        }
    }

    @Test func `the result of a recipe is an event, and nothing else is on standard output`() throws {
        let outcome = try Program.script(
            """
            recipe{ name = "r", description = "d", programs = { "echo" } }
            print("printed") io.write("written\\n") spawn{ "echo", "shown" }
            return { text = "a\\nb", list = { 1, 2.5, true } }
            """, options: ["--json"])
        #expect(outcome.code == 0 && outcome.errorText == "printed\nwritten\nshown\n", "\(outcome)")
        let events = try Self.events(outcome)
        let schema = try Self.schema()
        for event in events { #expect(schema.problem(event) == nil, "\(event)") }
        let result = events.first { $0["event"] as? String == "result" }?["value"] as? [String: Any]
        #expect(result?["text"] as? String == "a\nb" && (result?["list"] as? [Any])?.count == 3, "\(outcome)")
    }

    @Test func `no value is in any field, whatever the script puts where`() throws {
        let canary = Canary()
        let outcome = try Program.script(
            """
            local s = secret.env("VS_TEST_TOKEN")
            local value = spawn{ "sh", "-c", "echo $T | rev | tr -d '\\n'", env = { T = s }, capture = true }.stdout:reverse()
            task("name " .. value, { retry = { times = 2, backoff = 0.01 } }, function()
              log.warn("message " .. value, { [value] = value, field = value })
              progress(1, 2, "text " .. value)
              spawn{ "sh", "-c", "echo " .. value .. " >&2; exit 3", label = value, check = false }
              error("error " .. value)
            end)
            """, options: ["--json"], environment: ["VS_TEST_TOKEN": canary.value])
        #expect(outcome.code == 1, "\(outcome)")
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
        #expect(outcome.text.components(separatedBy: "[secret:VS_TEST_TOKEN]").count > 9, "\(outcome)")
        let schema = try Self.schema()
        for event in try Self.events(outcome) { #expect(schema.problem(event) == nil, "\(event)") }
    }

    @Test func `a value that is one of our own words does not break the form`() throws {
        let outcome = try Program.script(
            """
            local s = secret.env("VS_TEST_TOKEN")
            task("one", function() spawn{ "cat", stdin = s } end)
            """, options: ["--json"], environment: ["VS_TEST_TOKEN": "\"event\""])
        #expect(outcome.code == 0, "\(outcome)")
        let schema = try Self.schema()
        for event in try Self.events(outcome) { #expect(schema.problem(event) == nil, "\(event)") }
        #expect(outcome.errorText == "[secret:VS_TEST_TOKEN]", "\(outcome)")
    }

    @Test func `the end has the error, the exit code and the tasks, also of an interrupted run`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            """
            task("first", function() end)
            task("second", { needs = "first" }, function() spawn{ "touch", arg[1] .. "/ready" } sleep(1000) end)
            task("third", { needs = "second" }, function() end)
            """, [folder.path], options: ["--json"]
        ) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(25_000) }
            usleep(100_000)
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == 143, "\(outcome)")
        let end = try #require(try Self.events(outcome).last)
        #expect(end["event"] as? String == "end" && end["exitCode"] as? Int == 143 && end["interrupted"] as? Bool == true)
        let tasks = end["tasks"] as? [String: Int]
        #expect(tasks == ["waiting": 0, "running": 0, "done": 1, "failed": 0, "skipped": 1, "cancelled": 1], "\(outcome)")
        #expect((end["error"] as? [String: Any])?["kind"] as? String == "cancelled", "\(outcome)")
    }

    /// The programs of a run that is stopped end after it.
    @Test func `the end comes last, also where programs are stopped`() throws {
        let outcome = try Program.script(
            "spawn{ 'sleep', '100', background = true } task('t', function() spawn{ 'sleep', '100' } end)",
            options: ["--json", "--timeout", "500ms"])
        #expect(outcome.code == 124, "\(outcome)")
        let events = try Self.events(outcome)
        #expect(events.last?["event"] as? String == "end", "\(outcome)")
        #expect(events.filter { $0["state"] as? String == "ended" }.count == 2, "\(outcome)")
    }

    @Test func `the page and the schema name the same events and fields, and are help topics`() throws {
        let page = try Program.run(["help", "events"]).text
        let text = try Program.run(["help", "events-schema"]).text
        let root = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let shapes = try #require(root["$defs"] as? [String: [String: Any]])
        for shape in shapes.values {
            for field in (shape["properties"] as? [String: Any] ?? [:]).keys {
                #expect(page.contains("`\(field)`"), "\(field)")
            }
        }
    }
}
