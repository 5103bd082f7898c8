import Foundation
import TestSupport
import Testing

/// `spawn{ …, background = true }`: a program beside the script.
@Suite struct `A program in the background` {
    @Test func `runs beside the script, and wait gives its result, twice the same`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local p = spawn{ "sh", "-c", "read x; echo got $x; echo e >&2; exit 3", stdin = { file = arg[1] }, background = true, capture = true, check = false }
            print(tostring(p), p:pid() > 1)
            local r = p:wait()
            print(r.code, r.ok, r.timedOut, r.stdout, r.stderr)
            local again = p:wait()
            print(again.code, again.stdout == r.stdout, p:running(), p:kill())
            """#, [try folder.write("in", "text\n")])
        #expect(outcome.text == "process: sh\ttrue\n3\tfalse\tfalse\tgot text\n\te\n\n3\ttrue\tfalse\tfalse\n", "\(outcome)")
    }

    @Test func `tells by running whether it is there, and its number is the kernel's`() throws {
        let outcome = try Program.script(
            #"""
            local p = spawn{ "sleep", "60", background = true }
            print(p:running(), spawn{ "ps", "-o", "comm=", "-p", p:pid(), capture = true }.stdout)
            print(p:kill("KILL"))
            print((select(2, pcall(p.wait, p)).signal), p:running())
            """#)
        #expect(outcome.text == "true\tsleep\n\ntrue\n9\tfalse\n", "\(outcome)")
    }

    @Test func `what cannot start raises at once, what fails raises at wait and each time`() throws {
        let outcome = try Program.script(
            #"""
            print((select(2, pcall(spawn, { "no-such-program-here", background = true })).code))
            local p = spawn{ "sh", "-c", "echo why >&2; exit 5", background = true, quiet = true }
            sleep(0.2)
            for _ = 1, 2 do
              local ok, e = pcall(p.wait, p)
              print(ok, e.kind, e.code, e.args[1], e.stderr)
            end
            p:wait()
            """#)
        #expect(outcome.text == "127\nfalse\texit\t5\tsh\twhy\n\nfalse\texit\t5\tsh\twhy\n\n", "\(outcome)")
        #expect(outcome.code == 5 && outcome.errorText.contains("sh exited with code 5"), "\(outcome)")
    }

    @Test(arguments: [("", "15"), ("'TERM'", "15"), ("'SIGINT'", "2"), ("1", "1"), ("'KILL'", "9"), ("'USR1'", "10")])
    func `takes signals by name and number`(signal: String, number: String) throws {
        let outcome = try Program.script(
            "local p = spawn{ 'sleep', '60', background = true } p:kill(\(signal)) print(select(2, pcall(p.wait, p)).signal)")
        #expect(outcome.text == number + "\n", "\(outcome)")
    }

    @Test func `a signal reaches its whole group`() throws {
        let outcome = try Program.script(
            #"""
            local p = spawn{ "sh", "-c", "sleep 60 & echo $!; wait", background = true, capture = true, check = false }
            local child = p:lines()()
            p:kill()
            p:wait()
            for _ = 1, 100 do
              if not spawn{ "kill", "-0", child, check = false, quiet = true }.ok then return print("gone") end
              sleep(0.05)
            end
            """#)
        #expect(outcome.text == "gone\n", "\(outcome)")
    }

    @Test(arguments: [
        ("p:kill('NOPE')", "kill: expected the name or the number of a signal, got \"NOPE\""), ("p:kill(0)", "got 0"), ("p:kill(65)", "got 65"),
        ("p:lines()()", "the standard output of sleep is not captured"), ("p.x = 1", "a process cannot be changed"),
        ("print(p.stdout)", "a process has no field \"stdout\""), ("p.wait({})", "expected a process before the colon"),
        ("p.wait(nil)", "expected a process before the colon"), ("print(#p)", "attempt to get length"),
    ])
    func `a wrong use is an error that says so`(code: String, message: String) throws {
        let outcome = try Program.script("local p = spawn{ 'sleep', '60', background = true }\n\(code)")
        #expect(outcome.code != 0 && outcome.errorText.contains(message), "\(outcome)")
    }

    @Test func `a time limit holds for it too`() throws {
        let outcome = try Program.script(
            "local r = spawn{ 'sleep', '60', background = true, timeout = 0.2, check = false }:wait() print(r.timedOut, r.signal)")
        #expect(outcome.text == "true\t15\n", "\(outcome)")
    }

    @Test func `a captured secret is a handle for each who waits, and closing one leaves the other`() throws {
        let canary = Canary()
        let outcome = try Program.script(
            #"""
            local p = spawn{ "printf", arg[1], background = true, capture = "secret" }
            local a, b = p:wait().stdout, p:wait().stdout
            a:close()
            print(a == b, b)
            spawn{ "sh", "-c", 'echo "$T"', env = { T = b } }
            """#, [canary.value])
        #expect(outcome.text == "false\t[secret:printf]\n[secret:printf]\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    // MARK: - Its end with the run

    @Test func `one that the script has forgotten goes on, and ends with the run`() throws {
        let mark = "\(Int.random(in: 100_000...999_999)).75"
        let outcome = try Program.script(
            """
            for _ = 1, 3 do spawn{ "sleep", "\(mark)", background = true } end
            collectgarbage() collectgarbage()
            print(select(2, spawn{ "pgrep", "-cf", "sleep \(mark)", capture = true }.stdout:gsub("3", "")))
            """)
        #expect(outcome.text == "1\n", "\(outcome)")
        #expect(try Program.run(["-f", "sleep \(mark)"], program: "/usr/bin/pgrep").code == 1)
    }

    @Test func `one that prints what nobody takes does not keep the run from ending`() throws {
        let outcome = try Program.script(
            "local p = spawn{ 'yes', background = true, capture = true, maxOutput = 1000 } sleep(0.3) print(p:running())")
        #expect(outcome.code == 0 && outcome.text == "true\n", "\(outcome)")
    }

    @Test func `a scope ends it: TERM, and it has its time for that`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local pid
            do
              local p <close> = spawn{ "sh", "-c", "trap 'echo bye; exit' TERM; echo on; while :; do sleep 0.05; done", background = true, stdout = { file = arg[1] } }
              pid = p:pid()
              while spawn{ "cat", arg[1], capture = true }.stdout == "" do sleep(0.02) end
            end
            print(spawn{ "kill", "-0", pid, check = false, quiet = true }.ok, spawn{ "cat", arg[1], capture = true }.stdout)
            """#, [folder.path + "/out"])
        #expect(outcome.text == "false\ton\nbye\n\n", "\(outcome)")
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `an interruption reaches it once, and it has its time to end`(signal: Int32) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local p = spawn{ "sh", "-c", [[
              n=0; trap 'n=$((n+1))' INT TERM HUP; : > "$1"
              while [ $n = 0 ]; do sleep 0.05; done
              for i in 1 2 3 4 5 6; do sleep 0.05; done
              echo "got $n"
            ]], "sh", arg[1], background = true }
            p:wait()
            """#, [folder.path + "/ready"]
        ) { pid in
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: folder.path + "/ready") { usleep(25_000) }
            usleep(100_000)
            kill(pid, signal)
        }
        #expect(outcome.code == 128 + signal && outcome.text == "got 1\n", "\(outcome)")
    }

    @Test func `a stopped one, one that ignores TERM and one that goes into a session of its own end with the run`() throws {
        let mark = "\(Int.random(in: 100_000...999_999)).5"
        let outcome = try Program.script(
            #"""
            spawn{ "sh", "-c", "kill -STOP $$; exec sleep \#(mark)", background = true }
            spawn{ "sh", "-c", "trap '' TERM HUP INT; sleep \#(mark); sleep \#(mark)", background = true }
            spawn{ "sh", "-c", "setsid -f sh -c 'trap \"\" HUP; sleep \#(mark); :'", background = true }
            sleep(0.3)
            """#)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try Program.run(["-f", "sleep \(mark)"], program: "/usr/bin/pgrep").code == 1)
    }

    @Test func `there is a limit to how many run at once, and it is told before the next starts`() throws {
        let outcome = try Program.script(
            #"""
            local all = {}
            for i = 1, 20 do all[i] = spawn{ "sleep", "300", background = true } end
            local ok, e = pcall(spawn, { "sleep", "300", background = true })
            print(e.kind, e.message)
            for i = 1, 20 do all[i]:kill("KILL") end
            pcall(all[1].wait, all[1])
            print(spawn{ "true" }.ok)
            """#, options: ["--limit", "processes=20"])
        #expect(outcome.text == "limit\tthere cannot be more than 20 processes running\ntrue\n", "\(outcome)")
    }
}

/// `detach`: a program that outlives the run.
@Suite struct `A detached program` {
    @Test func `outlives the run with what is in its session, and writes where it was told`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local p = spawn{ "sh", "-c", "sh -c 'sleep 1; echo child' & sleep 1; echo done; wait; exec sleep 60", detach = true, stdout = { file = arg[1] }, stderr = "stdout" }
            print(p:pid())
            """#, [folder.path + "/out"])
        #expect(outcome.code == 0, "\(outcome)")
        let pid = try #require(Int32(outcome.text.dropLast()))
        defer { kill(-pid, SIGKILL) }
        for _ in 0..<100 where (try? folder.read("out").count) ?? 0 < 11 { usleep(50_000) }
        #expect(try folder.read("out").split(separator: "\n").sorted() == ["child", "done"])
        #expect(kill(pid, 0) == 0)
    }

    @Test func `is not reached by an interruption of the run`() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"spawn{ "sh", "-c", "echo $$ > $1; exec sleep 60", "sh", arg[1], detach = true } sleep(60)"#, [folder.path + "/pid"]
        ) { pid in
            for _ in 0..<400 where ((try? folder.read("pid")) ?? "").isEmpty { usleep(25_000) }
            kill(pid, SIGINT)
            usleep(100_000)
            kill(pid, SIGINT)
        }
        let pid = try #require(Int32(try folder.read("pid").dropLast()))
        #expect(outcome.code == 130 && kill(pid, 0) == 0, "\(outcome)")
        kill(-pid, SIGKILL)
    }

    @Test(arguments: [
        ("env = { T = s }", "a detached program gets no secret, but this one gets T (env T)"), ("stdin = s", "gets no secret"),
        ("files = { K = s }", "gets no secret"), ("fds = { [3] = s }", "gets no secret"), ("passEnv = { 'MY_TOKEN' }", "but this one gets MY_TOKEN"),
        ("capture = true", "detach does not go with capture"), ("timeout = 1", "detach does not go with timeout"),
        ("stdin = 'text'", "detach does not go with stdin"), ("files = { K = 'x' }", "detach does not go with files"),
    ])
    func `gets nothing of the run`(option: String, message: String) throws {
        let outcome = try Program.script(
            "local s = secret.env('T') spawn{ 'sh', '-c', 'echo > \"$0\"', arg[1], detach = true, \(option) }", ["/nowhere/x"],
            environment: ["T": "a-long-enough-value", "MY_TOKEN": "another-long-value"])
        #expect(outcome.errorText.contains(message), "\(outcome)")
    }
}

/// `process:lines()`: masked lines as they come.
@Suite struct `lines` {
    @Test func `come one by one, with what is no whole line at the end`() throws {
        let outcome = try Program.script(
            #"""
            local p = spawn{ "printf", "one\n\ntwo\r\nthree", background = true, capture = true }
            for line in p:lines() do io.write("<", line, ">") end
            print(p:lines()(), p:wait().stdout)
            for line in spawn{ "true", background = true, capture = "stdout" }:lines() do print("never") end
            for line in spawn{ "printf", "\\n", background = true, capture = "stdout" }:lines() do print("empty", #line) end
            """#)
        #expect(outcome.text == "<one><><two\r><three>nil\t\nempty\t0\n", "\(outcome)")
    }

    @Test func `come while the program runs, and what is not taken stays for wait`() throws {
        let folder = try TemporaryFolder()
        let made = unsafe mkfifo(folder.path + "/go", 0o600)
        #expect(made == 0)
        let outcome = try Program.script(
            #"""
            local p = spawn{ "sh", "-c", "echo ready; read x < $1; echo a; echo b; printf c", "sh", arg[1], background = true, capture = true }
            print(p:lines()())
            spawn{ "sh", "-c", "echo go > $1", "sh", arg[1] }
            print(p:lines()())
            print(p:wait().stdout)
            """#, [folder.path + "/go"])
        #expect(outcome.text == "ready\na\nb\nc\n", "\(outcome)")
    }

    @Test func `come before what is no whole line yet, however long, and while the program goes on printing`() throws {
        let outcome = try Program.script(
            #"""
            for _, rest in ipairs{ "printf wait", "yes x | head -n 30000 | tr -d '\\n'", "while sleep 0.05; do echo on; done" } do
                local p <close> = spawn{ "sh", "-c", "echo ready; sleep 0.5; " .. rest .. "; sleep 20", background = true, capture = true }
                print(p:lines()(), p:running())
            end
            for _, rest in ipairs{ "printf wait", "yes x | head -n 30000 | tr -d '\\n'", "yes x | head -n 90000 | tr -d '\\n'" } do
                local p <close> = spawn{ "sh", "-c", "(echo ready; " .. rest .. ") | cat; sleep 20", background = true, capture = true }
                sleep(0.4)
                print(p:lines()(), p:running())
            end
            """#)
        #expect(outcome.text == String(repeating: "ready\ttrue\n", count: 6), "\(outcome)")
    }

    @Test func `come before an open line, and do not keep a find in it from ending the program, whatever is made of finds`() throws {
        let vault = try DevelopmentVault(secrets: ["PAT": Canary().value])
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local pat = getSecret("PAT")
            for _, way in ipairs{ "mask", "warn", "abort" } do
                local p <close> = spawn{ "sh", "-c", "printf 'ready\\nprompt> '; sleep 20", background = true, capture = true, onLeak = way }
                sleep(0.4)
                print(p:lines()(), p:running())
            end
            local code = [[echo a; sleep 0.5; printf %s "$T"; sleep 3; touch "$0"]]
            local p = spawn{ "sh", "-c", code, arg[1], env = { T = pat }, background = true, capture = true, onLeak = "abort" }
            print(p:lines()())
            print(select(2, pcall(p.wait, p)).kind, fs.exists(arg[1]))
            """#, [folder.path + "/mark"], environment: vault.environment)
        #expect(outcome.text == String(repeating: "ready\ttrue\n", count: 3) + "a\nleak\tfalse\n", "\(outcome)")
    }

    @Test func `come when a reader of the other stream goes on reading`() throws {
        let script = #"""
            local p <close> = spawn{ "sh", "-c", "echo ready; head -c 3000000 /dev/zero | tr '\\0' x >&2; sleep 20", background = true, capture = "stdout" }
            print(p:lines()(), p:running())
            """#
        let outcome = try Program.run(
            ["-c", #""$0" -e "$1" 2> >(sleep 2; cat >/dev/null)"#, Program.path, script], program: "/bin/bash")
        #expect(outcome.text == "ready\ttrue\n", "\(outcome)")
    }

    @Test func `a break in the loop loses nothing`() throws {
        let outcome = try Program.script(
            #"""
            local p = spawn{ "seq", "1", "20000", background = true, capture = true }
            local sum = 0
            for line in p:lines() do sum = sum + line if line == "7" then break end end
            for line in p:lines() do sum = sum + line if line == "15000" then break end end
            for line in p:wait().stdout:gmatch("%d+") do sum = sum + line end
            print(sum)
            """#)
        #expect(outcome.text == "200010000\n", "\(outcome)")
    }

    @Test func `are masked exactly, over line ends and pauses too`() throws {
        let canary = Canary()
        let lines = (0..<4).map { _ in Canary("line").value }
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value, "KEY": lines.joined(separator: "\n")])
        let outcome = try Program.script(
            #"""
            local pat, key = getSecret("PAT"), getSecret("KEY")
            local p = spawn{ "sh", "-c", [[
              printf '%.7s' "$PAT"; sleep 0.2; printf '%s\n' "${PAT#???????}"; printf 'x%sy%s\n' "$PAT" "$PAT"
              printf 'before %s\nafter\n' "$KEY"; printf '%s' "$KEY" | head -n 2; echo end
            ]], env = { PAT = pat, KEY = key }, background = true, capture = true }
            for line in p:lines() do print(line) end
            print(p:wait().leaks)
            """#, environment: vault.environment)
        #expect(
            outcome.text == """
                [secret:PAT]
                x[secret:PAT]y[secret:PAT]
                before [secret:KEY]
                after
                [secret:KEY]
                [secret:KEY]
                end
                6

                """, "\(outcome)")
        for value in [canary] + lines.map({ _ in canary }) { #expect(value.found(in: outcome) == nil) }
    }

    @Test func `a script that is slow makes the program wait, in bounded memory, and loses nothing`() throws {
        let outcome = try Program.script(
            #"""
            local p = spawn{ "sh", "-c", "head -c 80000000 /dev/zero | tr '\\0' x | fold -w 99999", background = true, capture = true }
            local count, bytes = 0, 0
            for line in p:lines() do
              if count == 5 then sleep(0.5) end
              count, bytes = count + 1, bytes + #line
            end
            print(count, bytes, #p:wait().stdout)
            spawn{ "sh", "-c", "grep VmHWM /proc/$PPID/status" }
            """#)
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.first == "801\t80000000\t0", "\(outcome)")
        let peak = lines.last?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
        #expect(try #require(peak) < 64 * 1024, "resident: \(peak ?? 0) KiB")
    }

    @Test func `a line without end is an error that says how long it may be`() throws {
        let outcome = try Program.script(
            #"""
            local p = spawn{ "sh", "-c", "echo short; exec tr '\\0' x < /dev/zero", background = true, capture = true, maxOutput = 100000 }
            local ok, e = pcall(function() for line in p:lines() do print(line) end end)
            print(ok, e.kind, e.message)
            print(select(2, pcall(p.wait, p)).kind, p:running())
            """#)
        #expect(outcome.text == "short\nfalse\tlimit\tsh printed a line of more than 100000 bytes\nlimit\tfalse\n", "\(outcome)")
    }

    @Test func `without lines more than the limit is an error at wait`() throws {
        let outcome = try Program.script(
            #"""
            local p = spawn{ "head", "-c", "300000", "/dev/zero", background = true, capture = true, maxOutput = 299999 }
            print(select(2, pcall(p.wait, p)).kind)
            p = spawn{ "head", "-c", "300000", "/dev/zero", background = true, capture = true, maxOutput = 300000 }
            sleep(0.2)
            print(#p:wait().stdout)
            """#)
        #expect(outcome.text == "limit\n300000\n", "\(outcome)")
    }
}

/// `label`: whose line it is.
@Suite struct `label` {
    @Test func `stands before each line, and two programs never share one`() throws {
        let outcome = try Program.script(
            #"""
            local script = "printf 'a%s' $0; sleep 0.2; printf 'b\\n\\nc'"
            local p = spawn{ "sh", "-c", script, "1", label = "web", background = true }
            local q = spawn{ "sh", "-c", script, "2", label = "db", background = true }
            p:wait() q:wait()
            """#)
        #expect(outcome.text.split(separator: "\n").sorted() == ["db: ", "db: a2b", "db: c", "web: ", "web: a1b", "web: c"], "\(outcome)")
    }

    @Test func `what it stands before is masked`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["T": canary.value])
        let outcome = try Program.script(
            #"spawn{ "sh", "-c", 'echo "$T"; echo "$T" >&2', env = { T = getSecret("T") }, label = "x" }"#, environment: vault.environment)
        #expect(outcome.text == "x: [secret:T]\n" && outcome.errorText == "x: [secret:T]\n", "\(outcome)")
    }
}
