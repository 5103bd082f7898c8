// A Lua VM that Swift can use safely: no function here raises, whatever the script does and wherever memory ends.
//
// The rule behind all of it: a Lua error is a longjmp, and a longjmp over a Swift frame skips `defer` and `deinit`.
// So all that can raise runs in C below lua_pcall; a host function is called by a C trampoline that has copied the
// arguments out first, and pushes the results or raises only after Swift has returned.
//
// One thread uses a VM; only vs_lua_interrupt may come from a signal handler in between.
#ifndef VS_LUA_VM_H
#define VS_LUA_VM_H

#include "values.h"

typedef struct vs_lua_vm vs_lua_vm;

/// How a protected operation ended.
enum {
    VS_LUA_OK = 0,
    VS_LUA_ERROR_SYNTAX = 1,
    VS_LUA_ERROR_RUNTIME = 2,
    VS_LUA_ERROR_MEMORY = 3,
    VS_LUA_ERROR_IN_HANDLER = 4,
};

/// What a host function gives back.
enum {
    /// `results` holds the results, any number.
    VS_LUA_HOST_RESULTS = 0,
    /// `results` holds one value, which C raises as the error.
    VS_LUA_HOST_FAILURE = 1,
};

/// A host function of Swift's. `arguments` is valid until it returns; it fills `results` (empty at the start), must
/// not use the VM, and never raises. A problem left in `results` becomes a Lua error.
typedef int (*vs_lua_host_function)(
    void *context, int32_t function, const vs_lua_values *arguments, vs_lua_values *results);

/// For tests: what becomes of VMs and their memory.
typedef struct {
    /// VMs that were made and not freed.
    int64_t live;
    /// Bytes that freed VMs did not give back.
    int64_t leaked_bytes;
} vs_lua_ledger;

/// Why Lua code is interrupted: which registered error is raised.
enum {
    /// The run is cancelled.
    VS_LUA_INTERRUPT_CANCEL = 1,
    /// A limit is reached. A cancel that waits at the same time goes first.
    VS_LUA_INTERRUPT_LIMIT = 2,
    /// The time of a part of the script is over. The function that `host.setDeadline` registered is asked, with the
    /// number that came with the signal, whether that part runs and what is raised. Goes after the others.
    VS_LUA_INTERRUPT_DEADLINE = 3,
};

/// What a VM is made with.
typedef struct {
    /// All that Lua may allocate, in bytes.
    size_t memory_limit;
    /// Coroutines that may exist at a time, as `host.hasCoroutineRoom` answers; 0 for any number.
    size_t coroutine_limit;
    /// All that one call's arguments or results may take in the exchange buffer, in bytes.
    size_t exchange_limit;
    vs_lua_host_function host_function;
    /// Handed to `host_function`; must outlive the VM.
    void *context;
    /// For tests: the same as vs_lua_fail_allocation_at before the first allocation. 0 for none.
    uint64_t fail_at;
    bool fail_onwards;
    /// For tests: kept up to date by the VM, which it must outlive. May be NULL.
    vs_lua_ledger *ledger;
} vs_lua_options;

/// A VM with the libraries open (base, string, table, math, utf8, coroutine, debug, and time, clock, date, difftime of
/// os) and the host table made; NULL when memory ended. The caller owns it until vs_lua_free.
vs_lua_vm *vs_lua_make(const vs_lua_options *options);

/// Closes the VM. Finalizers run, but host functions that they call raise at once instead of reaching Swift.
void vs_lua_free(vs_lua_vm *vm);

/// Makes `host[name]` a function that calls `host_function` with the number `function`.
int vs_lua_define(vs_lua_vm *vm, const char *name, size_t length, int32_t function);

/// Compiles `source` (text only) and runs it with the host table as its one argument. `name` is the chunk name in
/// Lua's own form (`@file`, `=name`).
int vs_lua_run_prelude(vs_lua_vm *vm, const void *source, size_t length, const char *name);

/// Calls `host[name]` with the values of vs_lua_outgoing. The results are in vs_lua_incoming.
int vs_lua_call(vs_lua_vm *vm, const char *name, size_t length);

/// The buffer for the arguments of the next vs_lua_call, emptied.
vs_lua_values *vs_lua_outgoing(vs_lua_vm *vm);

/// After VS_LUA_OK of vs_lua_call: its results. After an error: the error value (nil where it cannot cross), the
/// message and the traceback, or fewer where memory ended. Valid until the VM is used again.
const vs_lua_values *vs_lua_incoming(vs_lua_vm *vm);

/// True while Lua runs, so also while a host function does: no other operation may start then.
bool vs_lua_is_running(const vs_lua_vm *vm);

/// Raises the error registered for `reason` (VS_LUA_INTERRUPT_…) in the running thread at its next instruction, once;
/// at the next call when nothing runs. Async-signal-safe. A finalizer is not interrupted (Lua switches hooks off
/// there), nor a C function.
void vs_lua_interrupt(vs_lua_vm *vm, int reason);

/// Withdraws an interrupt that has not been seen yet.
void vs_lua_clear_interrupt(vs_lua_vm *vm);

/// Makes `signal` interrupt this VM for `reason` (one VM a process: the last one wins). 0, or -1 with errno.
/// Interrupted system calls are restarted. A `signal` of 0 ends it for all signals.
int vs_lua_interrupt_on_signal(vs_lua_vm *vm, int signal, int reason);

/// Coroutines that exist, those that garbage collection has not found yet included.
size_t vs_lua_coroutine_count(const vs_lua_vm *vm);

/// Bytes that Lua has allocated.
size_t vs_lua_memory_in_use(const vs_lua_vm *vm);

// MARK: - For tests

/// Makes the `n`-th allocation from now fail, and with `onwards` all that follow; 0 ends it. Lua collects garbage and
/// tries again once, so a single failure shows only where it cannot.
void vs_lua_fail_allocation_at(vs_lua_vm *vm, uint64_t n, bool onwards);

/// True when the failure set before has happened.
bool vs_lua_allocation_has_failed(const vs_lua_vm *vm);

#endif
