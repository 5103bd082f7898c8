// What the files of CLuaShims share. Functions here that take a lua_State may raise unless they say otherwise.
#ifndef VS_LUA_INTERNAL_H
#define VS_LUA_INTERNAL_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <signal.h>

#include "vm.h"

/// Object kinds that can exist: 1 … this.
enum { VS_LUA_OBJECT_KINDS = 15 };

/// Keys of the registry, by address.
enum {
    VS_LUA_KEY_HOST,
    VS_LUA_KEY_CANCEL,
    VS_LUA_KEY_LIMIT,
    VS_LUA_KEY_DEADLINE,
    VS_LUA_KEY_MEMORY,
    VS_LUA_KEY_METATABLES,
    VS_LUA_KEY_ANCHORS,
    VS_LUA_KEY_COUNT,
};

struct vs_lua_vm {
    lua_State *main;
    size_t limit, used;
    /// Coroutines that exist, how many may, and the size of the block that holds one (0 until there is one).
    size_t coroutines, coroutine_limit, coroutine_size;
    vs_lua_host_function host_function;
    void *context;
    /// Swift to Lua. Moved out while it is pushed: pushing may run a finalizer that calls a host function.
    vs_lua_values outgoing;
    /// Lua to Swift. Filled without any allocation in Lua, so nothing else can run meanwhile.
    vs_lua_values incoming;
    /// The traceback of the last error that reached the message handler.
    vs_lua_values traceback;
    /// The text of the last VS_LUA_NOT_PASSABLE. Room exists beforehand: reporting cannot fail.
    char message[512];
    bool busy, closing;
    /// What a signal handler may touch: the thread that executes now, and the reason of an interrupt that waits to be
    /// seen (0 for none).
    lua_State *volatile running;
    volatile sig_atomic_t pending;
    /// The number that came with VS_LUA_INTERRUPT_DEADLINE.
    volatile sig_atomic_t deadline;
    // Interrupts are dropped: the script is already ending.
    volatile sig_atomic_t deaf;
    /// Allocations until one fails; 0 for never.
    uint64_t fail_in;
    bool fail_onwards, has_failed;
    vs_lua_ledger *ledger;
    lua_CFunction format, load, error;
};

/// The VM of a state; never raises.
static inline vs_lua_vm *vs_lua_of(lua_State *L) { return *(vs_lua_vm **)lua_getextraspace(L); }

/// The address that stands for a registry key; never raises.
const void *vs_lua_key(int key);

/// realloc/free behind the test hook; without the VM's limit. Never raises; `vm` may be NULL.
void *vs_lua_reallocate(vs_lua_vm *vm, void *block, size_t old_size, size_t new_size);

/// Frees a buffer's memory; never raises.
void vs_lua_values_free(vs_lua_values *values);

/// An empty buffer; never raises.
vs_lua_values vs_lua_values_make(vs_lua_vm *vm, size_t limit);

/// Adds the value at `index` to `values`, raw: no metamethod, no conversion, no allocation in Lua. Never raises.
/// False on a problem, which is in `values->problem` (and in `vm->message`); then the stack is as it was, too.
/// `label` names the value where the path is empty, such as "argument 1".
bool vs_lua_collect(lua_State *L, int index, vs_lua_values *values, const char *label);

/// Pushes the `count` values of `values` on the stack of `L`.
void vs_lua_push_all(lua_State *L, const vs_lua_values *values);

/// Number of top-level values; never raises.
int vs_lua_top_level_count(const vs_lua_values *values);

/// Raises what stopped `values` from being filled.
int vs_lua_raise_problem(lua_State *L, const vs_lua_values *values);

/// Raises LUA_ERRMEM.
int vs_lua_raise_memory(lua_State *L);

/// Puts the registered memory error in the place of the error value on the top where `status` is LUA_ERRMEM. Needs one
/// free slot; never raises, and needs no memory.
void vs_lua_name_memory_error(lua_State *L, int status);

/// Opens the libraries and trims them.
void vs_lua_open_libraries(lua_State *L);

/// Creates one metatable for each object kind.
void vs_lua_open_objects(lua_State *L);

/// Pushes a userdata for an object.
void vs_lua_push_object(lua_State *L, const vs_lua_item *item, const void *name);

/// The object at `index`: its item without the name, and the name as a string on the stack's top (or nothing pushed
/// when false). Needs three free slots. Never raises.
bool vs_lua_to_object(lua_State *L, int index, vs_lua_item *item);

/// Puts `objectInfo` and `setObjectMethods` into the table on the top.
void vs_lua_add_object_functions(lua_State *L);

/// Replaces resume, wrap and close of the coroutine library on the top by ones that know which thread runs.
void vs_lua_trim_coroutines(lua_State *L);

/// Puts what the prelude needs of coroutines and interrupts into the table on the top.
void vs_lua_add_thread_functions(lua_State *L);

/// Creates the host table in the registry.
void vs_lua_open_host(lua_State *L);

/// The C function behind every host function; upvalue 1 is its number.
int vs_lua_trampoline(lua_State *L);

#endif
