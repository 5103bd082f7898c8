import Diagnostics
import Foundation
import FuzzSupport
import LuaBridge

@testable import Worker

/// A hostile program in the real worker: its VM, its prelude, its side of the wire.
///
/// No program crashes the VM, sends what is no message, makes a handle, waits for what nobody owes, or brings a value
/// into anything that the worker sends or is sent.
///
/// Input: a byte that says how the rest is shared between the host's choices and the program's.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSandbox(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 2048 else { return 0 }
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let cut = min(Int(input.first ?? 0), max(0, count - 1))
    var choices = Choices(input.dropFirst(cut + 1))
    let program = LuaGrammar.program(&choices)
    if ProcessInfo.processInfo.environment["FUZZ_SHOW"] != nil { print(program) }
    run(program, CanaryHost(Choices(input.dropFirst().prefix(cut))))
    return 0
}

private func run(_ program: String, _ host: CanaryHost) {
    var assignment = Assignment(
        text: Array(program.utf8), chunkName: "@fuzz.lua", scriptName: "fuzz.lua", scriptFolder: "/",
        arguments: [Array("argument".utf8)])
    assignment.limits.shown = [
        ("memory", "512 MiB"), ("cpu", "60 s"), ("coroutines", "100000"), ("handles", "100000"), ("processes", "1000"),
        ("calls", "4096"),
    ]
    do {
        let machine = try ScriptMachine(assignment, host)
        try machine.run()
    } catch let error as LuaError {
        // The end is an error here, and it must be the only one that the prelude lets through.
        require(host.hasFinished, "the prelude fails: \(String(decoding: error.message, as: UTF8.self))")
    } catch {
        fail("the worker does not start: \(error)")
    }
    require(host.hasFinished, "a program ends without a word")
}
