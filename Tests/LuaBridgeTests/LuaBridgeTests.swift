import HostProtocol
import Testing

@testable import LuaBridge

extension `Lua bridge` {
    @Suite struct Values {
        /// Made anew each time: the leak checker does not see through a stored indirect enumeration.
        static var roundTrips: [Value] {
            [
                .boolean(true), .boolean(false), .integer(.min), .integer(.max), .integer(0), .integer(1 << 53),
                .integer((1 << 53) + 1), .number(0.5), .number(-.infinity), .number(.infinity),
                .number(9_007_199_254_740_992),
                .number(1), .number(.leastNonzeroMagnitude), .bytes([]), .text("text"), .bytes([0, 1, 0, 255, 254]),
                .bytes([0xC3, 0x28]),
                .bytes([UInt8](repeating: 7, count: 300)), .list([]), .list([.integer(1), .number(1), .text("x")]),
                .list([.list([]), .list([.list([.boolean(false)])])]), .object(sampleObject),
                .list([.object(sampleObject)]),
                .map([.init(.integer(0), .text("zero"))]), .map([.init(.bytes([0, 255]), .integer(1))]),
                .map([.init(.integer(.min), .record(["a": .list([.integer(2)])]))]),
            ]
        }

        @Test(arguments: roundTrips)
        func `a value comes back from Lua as it went in`(value: Value) throws {
            let vm = try machine(runner, functions: ["echo": { .results($0.values) }])
            #expect(try vm.run("return ...", [value]) == [value])
            #expect(try vm.run("return host.echo(...)", [value]) == [value])
            #expect(try vm.run("return host.echo(1, ..., nil)", [value]) == [.integer(1), value, .null])
        }

        @Test func `minus zero, not a number, nil and the kind of a number survive`() throws {
            let vm = try machine(runner, functions: ["echo": { .results($0.values) }])
            let values = try vm.run("return host.echo(-0.0, 0/0, nil, 1, 1.0, nil)")
            #expect(values.count == 6)
            guard case .number(let zero) = values[0], case .number(let nan) = values[1] else {
                Issue.record("not numbers: \(values)")
                return
            }
            #expect(zero == 0 && zero.sign == .minus)
            #expect(nan.isNaN)
            #expect(values[2...] == [.null, .integer(1), .number(1), .null])
            #expect(try vm.run("return math.type(...)", [.number(1)]) == [.text("float")])
        }
    }
}
