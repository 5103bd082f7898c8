import Diagnostics
import EventLoop
import Foundation
import Masking
import SecretMemory
import TestSupport
import Testing

@testable import Host

/// What is decided by sizes and line ends is the same whether text is held back, as the beginning of a value, or not.
@Suite struct `Text that is held back` {
    private static let value = "4f8kQ2mZx7Lw9RtYv3Bn6Hs1"
    private static let right = String(value.prefix(9))
    private static let wrong = String(value.prefix(8)) + "_"

    private func gate() throws -> Gate {
        let masker = try Masker()
        try masker.add(try SecretBytes(copying: Self.value), name: "A")
        try masker.add(try SecretBytes(copying: "wxyz"), name: String(repeating: "n", count: 100))
        return Gate(loop: try EventLoop(), masker: masker)
    }

    private func write(_ text: String, to output: ChildOutput) { output.write(Array(text.utf8).span) }

    /// How much of a budget is taken.
    private func taken(_ budget: TextBudget) -> Int {
        var (low, high) = (0, TextBudget.totalBytes)
        while low < high {
            let middle = (low + high + 1) / 2
            let fits = budget.take(middle)
            if fits { budget.give(middle) }
            if fits { low = middle } else { high = middle - 1 }
        }
        return TextBudget.totalBytes - low
    }

    @Test func `takes as much of the budget as any other, masks or not`() throws {
        func charge(_ guess: String) throws -> [Int] {
            let budget = TextBudget()
            let output = ChildOutput.captured(try gate(), maximum: 1 << 20, budget)
            let charges = ["wxyzwxyz", guess, "", guess].map { text in
                write(text, to: output)
                return taken(budget)
            }
            output.finish()
            return charges + [taken(budget)]
        }
        let charges = try charge(Self.right)
        #expect(try charges == charge(Self.wrong))
        // How long masks are counts where nothing can reach over them.
        #expect(charges == [8, 17, 17, 26, 2 * 109 + 18])
    }

    @Test func `takes as much of the budget once lines before it are taken`() throws {
        func charge(_ guess: String) throws -> Int {
            let budget = TextBudget()
            let output = ChildOutput.captured(try gate(), maximum: 1 << 20, budget, byLine: true)
            output.beginLines()
            write("line\n" + guess, to: output)
            #expect(output.takeLines(5) == nil)
            usleep(250_000)
            output.endTextIfDue()
            #expect(output.takeLines(5).map { String(decoding: $0, as: UTF8.self) } == "line\n")
            return taken(budget)
        }
        #expect(try charge(Self.right) == 9)
        #expect(try charge(Self.wrong) == 9)
    }

    @Test func `takes as much where masks are longer than what they stand for, once that is settled`() throws {
        func charge(_ guess: String) throws -> [Int] {
            let budget = TextBudget()
            let output = ChildOutput.captured(try gate(), maximum: 1 << 20, budget)
            return ["wxyz\n" + guess, String(repeating: "z", count: 70_000), "\n"].map { text in
                write(text, to: output)
                return taken(budget)
            }
        }
        let charges = try charge(Self.right)
        #expect(try charges == charge(Self.wrong))
        #expect(charges == [14, 70_014 + 105, 70_015 + 105])
    }

    @Test func `goes on in the next text where the one before ended with a line that is open`() throws {
        let output = ChildOutput.captured(try gate(), maximum: 1 << 20, TextBudget(), byLine: true)
        func lines(_ text: String) -> String? {
            write(text, to: output)
            output.beginLines()
            usleep(250_000)
            output.endTextIfDue()
            return output.takeLines(1000).map { String(decoding: $0, as: UTF8.self) }
        }
        let (first, second) = (Self.value.prefix(12), Self.value.dropFirst(12))
        #expect(lines("a\n\(first)") == "a\n")
        #expect(lines("\(second) \(Self.value)") == nil)
        #expect(lines("\nb\n") == "[secret:A] [secret:A]\nb\n")
        // Its hexadecimal in lines, the last of them open.
        let digits = Self.value.utf8.map { String($0, radix: 16) }.joined()
        #expect(lines("c \(digits.prefix(20))\n\(digits.dropFirst(20)) rest \(first)") == nil)
        #expect(lines("\(second)\n") == "c [secret:A] rest [secret:A]\n")
        output.finish()
        #expect(output.leaks == 4)
    }

    @Test(arguments: [65530, 65534, 65535, 65536, 65540]) func `does not move where a long line is cut`(count: Int) {
        let line = String(repeating: "y", count: count) + "zz\n"
        let whole = Array((line + "short\n").utf8)
        func cut(_ cuts: [Int]) -> (labelled: [UInt8], parts: [UInt8]) {
            var label = LineLabel(Array("L: ".utf8))
            let source = LineSource()
            var (labelled, parts) = ([UInt8](), [UInt8]())
            for (start, end) in zip([0] + cuts, cuts + [whole.count]) {
                label.write(whole.span.extracting(start..<end)) { piece in labelled += piece.indices.map { piece[$0] } }
                source.add(whole.span.extracting(start..<end), endsLong: true) { parts += $0 }
            }
            return (labelled, parts)
        }
        let text = line.dropLast()
        let want = text.count > 1 << 16 ? ["\(text.prefix(1 << 16))\n", "\(text.dropFirst(1 << 16))\n"] : [line]
        for cuts in [[], [1], [65000], [65000, 65530], [65535], [65536], [65537], Array(1..<whole.count)] {
            let (labelled, parts) = cut(cuts)
            #expect(String(decoding: parts, as: UTF8.self) == want.joined() + "short\n", "\(cuts.prefix(3))")
            #expect(
                String(decoding: labelled, as: UTF8.self) == want.map { "L: " + $0 }.joined() + "L: short\n",
                "\(cuts.prefix(3))")
        }
    }

    @Test func `counts as what waits for a reader`() {
        for held in [0, 8] {
            var backlog = Backlog()
            backlog.most = 1000
            func isStalled(_ count: Int) -> Bool {
                _ = backlog.judge(count - held)
                return backlog.isStalled
            }
            backlog.isBeingWritten = true
            #expect(!isStalled(2000))
            backlog.add(unshown: held)
            #expect([1000, 1001, 251, 250, 251].map(isStalled) == [false, true, true, false, false])
        }
    }

    @Test func `makes nobody wait for a reader who has all`() {
        var backlog = Backlog()
        backlog.add(unshown: 2 << 20)
        let stalled = [0, 1, 0].map { count in
            _ = backlog.judge(count)
            return backlog.isStalled
        }
        #expect(stalled == [false, true, false])
    }
}
