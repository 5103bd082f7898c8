import Diagnostics
import HostProtocol
import SecretMemory

/// `confirm(question)`: yes or no, from whoever sits at the terminal.
extension ScriptRun {
    func confirm(_ id: UInt32, _ value: Value) throws(Failure) {
        let question = String(gate.inward(value["question"]?.asText ?? "").printable.prefix(1000))
        guard !options.assumesYes else {
            if options.isVerbose { gate.say("\(question) yes (--yes)\n") }
            return reply(id, .boolean(true))
        }
        let prompts = madePrompts()
        withdrawWhenAbandoned(id)
        try withInput(id, for: .question) { done throws(Failure) in
            try prompts.ask("\(question) [y/N] ", id: id, showsAnswer: true, function: "confirm") {
                [weak self] result in
                done()
                self?.confirmed(id, result)
            }
        }
    }

    private func confirmed(_ id: UInt32, _ result: Result<SecretBytes, Failure>) {
        do throws(Failure) {
            reply(id, .boolean(Self.isYes(try result.get())))
        } catch {
            fault(id, error)
        }
    }

    /// `y` or `yes`, large or small; all else is no.
    private static func isYes(_ typed: SecretBytes) -> Bool {
        typed.withBytes { bytes in
            var letters: [UInt8] = []
            for index in bytes.indices where bytes[index] > 32 && letters.count < 4 {
                letters.append(bytes[index] | 0x20)
            }
            return letters == Array("y".utf8) || letters == Array("yes".utf8)
        }
    }

    /// A question goes from the terminal when nobody waits for its answer.
    func withdrawWhenAbandoned(_ id: UInt32) {
        whenAbandoned(id) { [weak self] in
            guard let self, prompts?.withdraw(id) != true else { return }
            // It has not been asked: somebody else has the input.
            fault(id, Self.abandoned)
        }
    }
}
