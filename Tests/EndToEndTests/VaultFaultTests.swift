import Foundation
import TestSupport
import Testing

/// The built program against a vault that misbehaves: a clear error each time, bounded time and memory, no value in any
/// message, and nothing sent to anybody else.
@Suite struct `A vault that misbehaves` {
    // MARK: - When all is well

    @Test func `login, one secret and the revocation are three requests on one connection`() throws {
        let vault = FaultyVault()
        let outcome = try vault.run("print(getSecret('GH_PAT'))")
        #expect(outcome.code == 0 && outcome.text == "[secret:GH_PAT]\n", "\(outcome)")
        #expect(vault.asked == ["POST login", "GET secret", "POST revoke"])
        #expect(vault.server.connectionCount == 1)
        #expect(vault.requests[0].headers["authorization"] == nil)
        #expect(vault.requests[0].body.contains(vault.clientSecret.value))
        #expect(vault.requests[1].headers["authorization"] == "Bearer \(vault.token.value)")
        #expect(vault.requests[2].body.contains(vault.token.value))
        #expect(vault.timesSent(vault.clientSecret) == 1)
        vault.expectSilence(outcome)
    }

    @Test func `a ready token is neither logged in with nor revoked`() throws {
        let vault = FaultyVault()
        let outcome = try vault.run("print(getSecret('GH_PAT'))", environment: vault.tokenEnvironment)
        #expect(outcome.code == 0 && outcome.text == "[secret:GH_PAT]\n", "\(outcome)")
        #expect(vault.asked == ["GET secret"])
        #expect(vault.requests.first?.headers["authorization"] == "Bearer \(vault.token.value)")
        vault.expectSilence(outcome)
    }

    @Test func `a vault without v4 is read by v3`() throws {
        let vault = FaultyVault { request, _ in
            request.target.hasPrefix("/api/v4/") ? FaultyVault.noRoute(request) : nil
        }
        let outcome = try vault.run("print(getSecret('GH_PAT')) print(login():getSecrets().GH_PAT)")
        #expect(outcome.code == 0 && outcome.text == "[secret:GH_PAT]\n[secret:GH_PAT]\n", "\(outcome)")
        let paths = vault.requests.map { String($0.target.prefix { $0 != "?" }) }
        #expect(paths[1] == "/api/v4/secrets/GH_PAT" && paths[2] == "/api/v3/secrets/raw/GH_PAT", "\(paths)")
        #expect(paths.contains("/api/v3/secrets/raw"))
        vault.expectSilence(outcome)
    }

    @Test func `429 is waited out as long as the vault asks`() throws {
        let vault = FaultyVault { request, number in
            number == 0 || number == 2 ? FaultyVault.tooMany(after: 1, "slow down") : nil
        }
        let started = ContinuousClock.now
        let outcome = try vault.run("print(getSecret('GH_PAT'))")
        #expect(outcome.code == 0 && outcome.text == "[secret:GH_PAT]\n", "\(outcome)")
        #expect(ContinuousClock.now - started >= .seconds(2))
        #expect(vault.asked == ["POST login", "POST login", "GET secret", "GET secret", "POST revoke"])
        vault.expectSilence(outcome)
    }

    @Test func `an answer that is too large ends the run, whatever the script catches`() throws {
        let vault = FaultyVault(failing: .list, with: .flood)
        let outcome = try vault.run("local vault = login() print(pcall(vault.getSecrets, vault)) print('alive')")
        vault.expectClearEnd(outcome, .flood, .list)
    }

    @Test func `a token with endless times is asked for nothing more than it says`() throws {
        let vault = FaultyVault.answering("/api/v1/identities/details", with: #"{"identityDetails":{}}"#)
        let most = "9223372036854775807"
        let times = #""exp":-9223372036854775808,"creationEpoch":\#(most),"accessTokenMaxTTL":\#(most)"#
        let claims = Data(#"{"identityId":"someone",\#(times)}"#.utf8).base64EncodedString()
        let token = "e30." + claims.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "") + ".x"
        let outcome = try vault.run(
            "local i = login():identity() print(i.id, i.expiresIn, i.maximumLifeLeft)",
            environment: vault.tokenEnvironment.merging(["INFISICAL_TOKEN": token]) { $1 })
        #expect(outcome.code == 0 && outcome.text == "someone\tnil\tnil\n", "\(outcome)")
    }

    // MARK: - Each fault at each call

    @Test(arguments: Fault.quick, Step.reading)
    func `ends with a clear error, in bounded time and memory, without a value`(fault: Fault, step: Step) throws {
        let other = FaultyVault()
        let vault = FaultyVault(failing: step, with: fault, other: other.server.url)
        let started = ContinuousClock.now
        let meter = MemoryMeter()
        let outcome = try vault.run(step.script, whileRunning: meter.watch)
        vault.expectClearEnd(outcome, fault, step)
        #expect(ContinuousClock.now - started < .seconds(60))
        #expect(meter.peakKiB > 0 && meter.peakKiB < 64 * 1024, "\(meter.peakKiB) KiB")
        #expect(other.server.connectionCount == 0)
        #expect(fault.attempts(step).contains(vault.asked.count { $0 == step.asks }), "\(vault.asked)")
    }

    @Test func `is given thirty seconds, whether it is silent or never done`() throws {
        // At once, since each takes all of its time.
        let faults: [(Fault, Step)] = [(.silent, .login), (.slowBody, .secret), (.slowBody, .list)]
        let outcomes = Outcomes()
        DispatchQueue.concurrentPerform(iterations: faults.count) { at in
            let (fault, step) = faults[at]
            let vault = FaultyVault(failing: step, with: fault)
            let started = ContinuousClock.now
            let outcome = try? vault.run(step.script)
            let time = ContinuousClock.now - started
            outcomes.add(Outcomes.Found(vault: vault, outcome: outcome, time: time, fault: fault, step: step))
        }
        #expect(outcomes.all.count == faults.count)
        for found in outcomes.all {
            found.vault.expectClearEnd(try #require(found.outcome), found.fault, found.step)
            #expect(found.time < .seconds(75), "\(found.time)")
            #expect(found.vault.asked.count { $0 == found.step.asks } == 1, "\(found.vault.asked)")
        }
    }

    @Test(arguments: Fault.quick + [.silent, .slowBody])
    func `does not hold up the end of a run, nor change its exit code`(fault: Fault) throws {
        let vault = FaultyVault(failing: .revoke, with: fault)
        let started = ContinuousClock.now
        let outcome = try vault.run("print(getSecret('GH_PAT'))")
        #expect(outcome.code == 0 && outcome.text == "[secret:GH_PAT]\n", "\(outcome)")
        #expect(ContinuousClock.now - started < .seconds(30))
        #expect(outcome.errorText.contains("warning: "), "\(outcome)")
        #expect(outcome.errorText.contains(vault.host), "\(outcome)")
        #expect(outcome.errorText.contains("ends by itself"), "\(outcome)")
        vault.expectSilence(outcome)
    }

    // MARK: - Refusals

    @Test func `a refused login is not tried again`() throws {
        let vault = FaultyVault { request, _ in
            request.target.hasSuffix("/login")
                ? FaultyVault.error(401, "UnauthorizedError", "Invalid credentials") : nil
        }
        let outcome = try vault.run("pcall(getSecret, 'A') getSecret('GH_PAT')")
        #expect(outcome.code == 3, "\(outcome)")
        #expect(outcome.errorText.contains("login at \(vault.host) was refused"), "\(outcome)")
        #expect(outcome.errorText.contains("INFISICAL_DOMAIN"), "\(outcome)")
        #expect(vault.asked.allSatisfy { $0 == "POST login" })
        vault.expectSilence(outcome)
    }

    @Test func `one refused login is one request`() throws {
        let vault = FaultyVault { request, _ in
            FaultyVault.error(401, "UnauthorizedError", "Invalid credentials")
        }
        let outcome = try vault.run("getSecret('GH_PAT')")
        #expect(outcome.code == 3, "\(outcome)")
        #expect(vault.asked == ["POST login"])
        #expect(vault.timesSent(vault.clientSecret) == 1)
    }

    @Test func `a refused ready token is one request`() throws {
        let vault = FaultyVault { _, _ in
            FaultyVault.error(401, "UnauthorizedError", "Failed to authorize: token has been revoked")
        }
        let outcome = try vault.run("getSecret('GH_PAT')", environment: vault.tokenEnvironment)
        #expect(outcome.code == 3, "\(outcome)")
        #expect(outcome.errorText.contains("the access token was refused by \(vault.host)"), "\(outcome)")
        #expect(vault.asked == ["GET secret"])
        vault.expectSilence(outcome)
    }

    @Test(arguments: [400, 401, 403, 404, 409, 418, 422, 500])
    func `no value that an error repeats comes out`(status: Int) throws {
        for step in Step.reading {
            let vault = FaultyVault(failing: step, status: status)
            let outcome = try vault.run(step.script)
            #expect(outcome.code == 3, "\(step) \(outcome)")
            #expect(outcome.errorText.contains(vault.host), "\(step) \(outcome)")
            vault.expectSilence(outcome)
        }
    }

    // MARK: - The token's end

    @Test(arguments: ["error('on purpose')", "fail('on purpose')", "os.exit(1)", "local x = nil; x()"])
    func `the token is revoked after a script error`(ending: String) throws {
        let vault = FaultyVault()
        let outcome = try vault.run("getSecret('GH_PAT') " + ending)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(vault.asked == ["POST login", "GET secret", "POST revoke"])
        vault.expectSilence(outcome)
    }

    @Test func `the token is revoked after SIGTERM`() throws {
        let vault = FaultyVault()
        let outcome = try vault.run("getSecret('GH_PAT') sleep(60)") { pid in
            vault.waitUntil { vault.asked.contains("GET secret") }
            usleep(200_000)
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == 143, "\(outcome)")
        #expect(vault.asked == ["POST login", "GET secret", "POST revoke"])
        vault.expectSilence(outcome)
    }

    @Test func `the token is revoked after SIGTERM while an answer is awaited`() throws {
        let vault = FaultyVault(failing: .secret, with: .silent)
        let started = ContinuousClock.now
        let outcome = try vault.run("getSecret('GH_PAT')") { pid in
            vault.waitUntil { vault.asked.contains("GET secret") }
            usleep(200_000)
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == 143, "\(outcome)")
        #expect(ContinuousClock.now - started < .seconds(25))
        #expect(vault.asked == ["POST login", "GET secret", "POST revoke"])
        vault.expectSilence(outcome)
    }
}
