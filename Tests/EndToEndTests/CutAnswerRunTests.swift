import Foundation
import TestSupport
import Testing

/// The built program against answers that stop: a sample of what `ProvidersTests` does at every byte.
@Suite struct `Runs with answers that stop` {
    @Test(arguments: Step.reading)
    func `end with exit code 3, a clear error and no value`(step: Step) throws {
        // At once, since what may pass is tried again.
        let shares = [0, 1, 17, 40, 60, 75, 90, 99]
        let outcomes = Outcomes()
        DispatchQueue.concurrentPerform(iterations: shares.count) { at in
            let vault = FaultyVault(cutting: step, atPercent: shares[at], resets: at.isMultiple(of: 2))
            let outcome = try? vault.run(step.script)
            outcomes.add(Outcomes.Found(vault: vault, outcome: outcome, time: .zero, fault: .cutBody, step: step))
        }
        #expect(outcomes.all.count == shares.count)
        for found in outcomes.all {
            let outcome = try #require(found.outcome)
            #expect(outcome.code == 3 && outcome.text.isEmpty, "\(outcome)")
            let lines = outcome.errorText.split(separator: "\n")
            #expect(lines.count == 3 && lines.first?.contains("script.lua:1: ") == true, "\(outcome)")
            #expect(outcome.errorText.contains(found.vault.host) && outcome.errorText.contains("in 4 attempts"), "\(outcome)")
            // How far it came would tell how long what had come is.
            #expect(!outcome.errorText.contains(" byte"), "\(outcome)")
            found.vault.expectSilence(outcome)
            // A token that was minted is revoked, however the run ends.
            #expect(found.vault.asked.last == (step == .login ? "POST login" : "POST revoke"), "\(found.vault.asked)")
        }
    }
}

extension FaultyVault {
    /// The answer to one call stops after this share of its bytes.
    convenience init(cutting step: Step, atPercent share: Int, resets: Bool) {
        self.init(changing: step) { reply in
            guard case .json(let status, let body, let headers) = reply else { return reply }
            let whole = StubHTTPServer.whole(status, body, "application/json", headers)
            let bytes = Array(whole[..<(whole.count * share / 100)])
            return resets ? (bytes.isEmpty ? .reset : .cut(bytes)) : .raw(bytes)
        }
    }
}
