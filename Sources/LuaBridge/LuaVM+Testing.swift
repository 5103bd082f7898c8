import CLuaShims

/// Which allocation of a VM fails.
struct AllocationFailure: Sendable {
    /// Counted from 1; 0 for none.
    var at: UInt64
    /// All that follow fail too.
    ///
    /// Lua collects garbage and tries again once, so a single failure often has no effect.
    var onwards: Bool

    static let never = AllocationFailure(at: 0, onwards: false)
}

/// What becomes of the VMs that were made with it.
@safe final class LuaLedger {
    fileprivate let counters: UnsafeMutablePointer<vs_lua_ledger>

    init() {
        unsafe counters = .allocate(capacity: 1)
        unsafe counters.initialize(to: vs_lua_ledger())
    }

    deinit { unsafe counters.deallocate() }

    /// VMs that exist.
    var liveCount: Int { unsafe Int(counters.pointee.live) }

    /// Bytes that closed VMs did not give back.
    var leakedBytes: Int { unsafe Int(counters.pointee.leaked_bytes) }

    /// Lends the counters to the VM being made.
    func register(in options: inout vs_lua_options) { unsafe options.ledger = counters }
}

extension LuaVM {
    /// Makes an allocation fail, counted from now.
    func failAllocationForTesting(_ failure: AllocationFailure) {
        unsafe withMachineForTesting { unsafe vs_lua_fail_allocation_at($0, failure.at, failure.onwards) }
    }

    /// True when the failure asked for has happened.
    var hasFailedAllocationForTesting: Bool {
        unsafe withMachineForTesting { unsafe vs_lua_allocation_has_failed($0) }
    }
}
