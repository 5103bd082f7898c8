import HostProtocol
import Testing

@testable import LuaBridge

extension `Lua bridge` {
    @Suite struct Properties {
        /// A small generator of our own, so that a failing seed can be run again.
        private struct Generator: RandomNumberGenerator {
            var state: UInt64
            mutating func next() -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                var mixed = state
                mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
                return mixed ^ (mixed >> 31)
            }
        }

        private static func bytes(_ random: inout Generator) -> [UInt8] {
            (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }

        private static func value(depth: Int, _ random: inout Generator) -> Value {
            switch Int.random(in: 0...(depth > 0 ? 7 : 4), using: &random) {
            case 0: return .boolean(.random(using: &random))
            case 1: return .integer(.random(in: .min ... .max, using: &random))
            case 2: return .number(.random(in: -1e300...1e300, using: &random))
            case 3: return .bytes(bytes(&random))
            case 4:
                let kind = ObjectReference.Kind.allCases.randomElement(using: &random) ?? .secret
                return .object(
                    ObjectReference(
                        kind: kind, index: .random(in: 0 ... .max, using: &random),
                        generation: .random(in: 0 ... .max, using: &random), name: bytes(&random)))
            case 5, 6:
                let count = Int.random(in: 0...6, using: &random)
                return .list((0..<count).map { _ in value(depth: depth - 1, &random) })
            default: return map(depth: depth, &random)
            }
        }

        // Never keys that make it a list: no 1 among the integers, at least one entry.
        private static func map(depth: Int, _ random: inout Generator) -> Value {
            var entries: [Value.Key: Value] = [.integer(-1): .boolean(true)]
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let isInteger = Bool.random(using: &random)
                let key: Value.Key =
                    isInteger ? .integer(.random(in: 2...9, using: &random)) : .bytes(bytes(&random))
                entries[key] = value(depth: depth - 1, &random)
            }
            return sorted(.map(entries.map { Value.Entry($0.key, $0.value) }))
        }

        /// The value with the entries of its maps in one fixed order: Lua's own is another each time.
        private static func sorted(_ value: Value) -> Value {
            switch value {
            case .list(let values): return .list(values.map(sorted))
            case .map(let entries):
                let inside = entries.map { Value.Entry($0.key, sorted($0.value)) }
                return .map(inside.sorted { "\($0.key)" < "\($1.key)" })
            default: return value
            }
        }

        @Test(arguments: 1...20 as ClosedRange<UInt64>)
        func `random values come back as they were`(seed: UInt64) throws {
            let vm = try machine(runner, functions: ["echo": { .results($0.values) }])
            var random = Generator(state: seed)
            for _ in 0..<50 {
                let values = (0..<Int.random(in: 1...4, using: &random)).map { _ in Self.value(depth: 5, &random) }
                let answer = try vm.run("return host.echo(...)", values)
                #expect(answer.map(Self.sorted) == values.map(Self.sorted))
            }
        }
    }
}
