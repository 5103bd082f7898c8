import Diagnostics
import HostProtocol

/// The programs in the background, by the handles that a script holds. A handle is an index and the generation of that
/// place: a stale or a forged one is an error.
struct ProcessHandles {
    private struct Place {
        var generation: UInt32
        var call: SpawnCall?
    }

    /// More at once are an error; those that have ended and that the script still holds count too.
    static let maximumCount = 4096

    private var places: [Place] = []
    private var free: [UInt32] = []

    /// Gives a handle for `call`, called by its program's name.
    mutating func add(_ call: SpawnCall) throws(Failure) -> ObjectReference {
        let index = try takePlace()
        places[Int(index)].call = call
        return ObjectReference(
            kind: .process, index: index, generation: places[Int(index)].generation,
            name: Array(call.plan.shownName.utf8))
    }

    /// The call behind a handle.
    func call(_ value: Value?) throws(Failure) -> SpawnCall {
        guard case .object(let reference) = value ?? .null, let call = find(reference) else {
            throw Failure(
                .usage, "the process does not exist", hint: "take the one that spawn{ …, background = true } gives")
        }
        return call
    }

    /// The script holds it no more. The program goes on until it ends or the run does.
    mutating func release(_ reference: ObjectReference) {
        guard let call = find(reference) else { return }
        call.forgetOutput()
        let index = Int(reference.index)
        places[index].call = nil
        // A place whose generations are used up is never given out again.
        guard places[index].generation < .max else { return }
        places[index].generation += 1
        free.append(reference.index)
    }

    private func find(_ reference: ObjectReference) -> SpawnCall? {
        let index = Int(reference.index)
        guard reference.kind == .process, index < places.count, places[index].generation == reference.generation else {
            return nil
        }
        return places[index].call
    }

    private mutating func takePlace() throws(Failure) -> UInt32 {
        if let index = free.popLast() { return index }
        guard places.count < Self.maximumCount else {
            throw Failure(
                .limit, "more than \(Self.maximumCount) processes are held",
                hint: "let go of those that have ended: process = nil")
        }
        places.append(Place(generation: 1, call: nil))
        return UInt32(places.count - 1)
    }
}
