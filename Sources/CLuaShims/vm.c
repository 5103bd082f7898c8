// The VM's life, its memory and the protected operations.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

static const char key_addresses[VS_LUA_KEY_COUNT];

const void *vs_lua_key(int key) { return &key_addresses[key]; }

// MARK: - Memory

static bool must_fail(vs_lua_vm *vm) {
    if (!vm || vm->fail_in == 0 || --vm->fail_in > 0) return false;
    vm->has_failed = true;
    vm->fail_in = vm->fail_onwards;
    return true;
}

void *vs_lua_reallocate(vs_lua_vm *vm, void *block, size_t old_size, size_t new_size) {
    if (new_size > old_size && must_fail(vm)) return NULL;
    return realloc(block, new_size);
}

// A coroutine's block begins with its extra space, which holds the VM's address (lua_getextraspace). A block of the
// same size that a script made to begin with that address too would only be counted wrongly.
static bool holds_coroutine(const vs_lua_vm *vm, const void *block, size_t size) {
    return block && size == vm->coroutine_size && size > 0 && memcmp(block, &vm, sizeof vm) == 0;
}

static void count_coroutine(vs_lua_vm *vm, size_t size) {
    // The main thread comes first, in a larger block that is not one of the script's.
    if (vm->main) {
        vm->coroutine_size = size;
        vm->coroutines++;
    }
}

size_t vs_lua_coroutine_count(const vs_lua_vm *vm) { return vm->coroutines; }

// lua_Alloc. Making a block smaller never fails: Lua does not expect it to.
static void *allocate(void *user, void *block, size_t old_size, size_t new_size) {
    vs_lua_vm *vm = user;
    // Without a block the old size is the sort of object that Lua wants.
    bool is_coroutine = !block && old_size == LUA_TTHREAD;
    if (!block) old_size = 0;
    if (new_size == 0) {
        if (holds_coroutine(vm, block, old_size)) vm->coroutines--;
        free(block);
        vm->used -= old_size;
        return NULL;
    }
    bool grows = new_size > old_size;
    if (grows && new_size - old_size > vm->limit - vm->used) return NULL;
    void *moved = vs_lua_reallocate(vm, block, old_size, new_size);
    if (!moved && grows) return NULL;
    if (is_coroutine) count_coroutine(vm, new_size);
    vm->used += new_size - old_size;
    return moved ? moved : block;
}

size_t vs_lua_memory_in_use(const vs_lua_vm *vm) { return vm->used; }

void vs_lua_fail_allocation_at(vs_lua_vm *vm, uint64_t n, bool onwards) {
    vm->fail_in = n;
    vm->fail_onwards = onwards;
    vm->has_failed = false;
}

bool vs_lua_allocation_has_failed(const vs_lua_vm *vm) { return vm->has_failed; }

// MARK: - Life

static int open_all(lua_State *L) {
    vs_lua_open_libraries(L);
    vs_lua_open_objects(L);
    vs_lua_open_host(L);
    return 0;
}

vs_lua_vm *vs_lua_make(const vs_lua_options *options) {
    vs_lua_vm *vm = calloc(1, sizeof *vm);
    if (!vm) return NULL;
    vm->ledger = options->ledger;
    if (vm->ledger) vm->ledger->live++;
    vm->limit = options->memory_limit;
    vm->coroutine_limit = options->coroutine_limit;
    vm->host_function = options->host_function;
    vm->context = options->context;
    vm->outgoing = vm->incoming = vm->traceback = vs_lua_values_make(vm, options->exchange_limit);
    vs_lua_fail_allocation_at(vm, options->fail_at, options->fail_onwards);
    vm->main = lua_newstate(allocate, vm);
    if (!vm->main) {
        vs_lua_free(vm);
        return NULL;
    }
    *(vs_lua_vm **)lua_getextraspace(vm->main) = vm;
    vm->running = vm->main;
    // A light C function and an empty stack: these two lines allocate nothing.
    lua_pushcfunction(vm->main, open_all);
    if (lua_pcall(vm->main, 0, 0, 0) == LUA_OK) return vm;
    vs_lua_free(vm);
    return NULL;
}

void vs_lua_free(vs_lua_vm *vm) {
    vm->closing = true;
    vm->running = NULL;
    if (vm->main) lua_close(vm->main);
    vs_lua_clear_interrupt(vm);
    vs_lua_interrupt_on_signal(vm, 0, 0);
    vs_lua_values_free(&vm->outgoing);
    vs_lua_values_free(&vm->incoming);
    vs_lua_values_free(&vm->traceback);
    if (vm->ledger) {
        vm->ledger->live--;
        vm->ledger->leaked_bytes += (int64_t)vm->used;
    }
    free(vm);
}

// MARK: - Reports

static int kind_of(int status) {
    switch (status) {
    case LUA_OK: return VS_LUA_OK;
    case LUA_ERRSYNTAX: return VS_LUA_ERROR_SYNTAX;
    case LUA_ERRMEM: return VS_LUA_ERROR_MEMORY;
    case LUA_ERRERR: return VS_LUA_ERROR_IN_HANDLER;
    default: return VS_LUA_ERROR_RUNTIME;
    }
}

// The text of an error value without running any of the script's code, as a __tostring of its own would: a string
// itself, or the field `message` of a table. It stays alive as long as the error value does.
static const char *message_of(lua_State *L, int error, size_t *length) {
    const char *text = NULL;
    if (lua_type(L, error) == LUA_TSTRING) return lua_tolstring(L, error, length);
    if (lua_type(L, error) != LUA_TTABLE) return NULL;
    lua_pushnil(L);
    while (lua_next(L, error)) {
        bool found = lua_type(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -2), "message") == 0;
        if (found && lua_type(L, -1) == LUA_TSTRING) text = lua_tolstring(L, -1, length);
        lua_pop(L, found ? 2 : 1);
        if (found) break;
    }
    return text;
}

static void add_message(lua_State *L, int error, vs_lua_values *report) {
    size_t length = 0;
    const char *text = message_of(L, error, &length);
    if (text) vs_lua_values_add_bytes(report, text, length);
    else vs_lua_values_add_bytes(report, "an error value without a message", 32);
}

// Writes value, message and traceback of the error on the top, which it pops. Never raises.
static void report_error(lua_State *L, int status) {
    vs_lua_vm *vm = vs_lua_of(L);
    vs_lua_values *report = &vm->incoming;
    vs_lua_values_clear(report);
    bool described = lua_checkstack(L, 6) && vs_lua_collect(L, -1, report, "error");
    if (!described) {
        vs_lua_values_clear(report);
        vs_lua_values_add_nil(report);
    }
    if (status == LUA_ERRMEM) vs_lua_values_add_bytes(report, "not enough memory", 17);
    else add_message(L, lua_gettop(L), report);
    const vs_lua_values *trace = &vm->traceback;
    vs_lua_values_add_bytes(report, trace->bytes, trace->byte_count);
    lua_pop(L, 1);
}

// Message handler: keeps the error value as it is and the traceback beside it.
static int keep_traceback(lua_State *L) {
    vs_lua_vm *vm = vs_lua_of(L);
    vs_lua_values_clear(&vm->traceback);
    luaL_traceback(L, L, NULL, 1);
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    vs_lua_values_add_bytes(&vm->traceback, text, length);
    lua_settop(L, 1);
    return 1;
}

// MARK: - Protected operations

typedef struct {
    vs_lua_values *arguments;
    const char *name;
    const void *bytes;
    size_t length;
    int32_t function;
    int status;
} operation;

static void push_host_table(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, vs_lua_key(VS_LUA_KEY_HOST)); }

// Runs `body` below lua_pcall. It sets `status` itself where it caught something; what it raises ends up here.
static int run_protected(vs_lua_vm *vm, lua_CFunction body, operation *op) {
    lua_State *L = vm->main;
    int top = lua_gettop(L);
    vm->busy = true;
    vs_lua_values_clear(&vm->incoming);
    vs_lua_values_clear(&vm->traceback);
    op->status = LUA_OK;
    if (!lua_checkstack(L, 3)) {
        op->status = LUA_ERRMEM;
    } else {
        lua_pushcfunction(L, body);
        lua_pushlightuserdata(L, op);
        int status = lua_pcall(L, 1, 0, 0);
        if (status != LUA_OK) {
            op->status = status;
            report_error(L, status);
        }
    }
    lua_settop(L, top);
    vm->running = L;
    vm->busy = false;
    return kind_of(op->status);
}

static int define_body(lua_State *L) {
    operation *op = lua_touserdata(L, 1);
    push_host_table(L);
    lua_pushlstring(L, op->bytes, op->length);
    lua_pushinteger(L, op->function);
    lua_pushcclosure(L, vs_lua_trampoline, 1);
    lua_rawset(L, -3);
    return 0;
}

int vs_lua_define(vs_lua_vm *vm, const char *name, size_t length, int32_t function) {
    operation op = {.bytes = name, .length = length, .function = function};
    return run_protected(vm, define_body, &op);
}

static int prelude_body(lua_State *L) {
    operation *op = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_pushcfunction(L, keep_traceback);
    op->status = luaL_loadbufferx(L, op->bytes, op->length, op->name, "t");
    if (op->status == LUA_OK) {
        push_host_table(L);
        op->status = lua_pcall(L, 1, 0, 1);
    }
    if (op->status != LUA_OK) report_error(L, op->status);
    return 0;
}

int vs_lua_run_prelude(vs_lua_vm *vm, const void *source, size_t length, const char *name) {
    operation op = {.bytes = length ? source : "", .length = length, .name = name};
    return run_protected(vm, prelude_body, &op);
}

// The function's place among the results is where they begin.
static void collect_results(lua_State *L, int first) {
    vs_lua_vm *vm = vs_lua_of(L);
    char label[32];
    vs_lua_values_clear(&vm->incoming);
    for (int i = first; i <= lua_gettop(L); i++) {
        lua_Integer number = i - first + 1;
        memcpy(label, "result ", 8);
        if (number < 10) label[7] = (char)('0' + number), label[8] = 0;
        if (!vs_lua_collect(L, i, &vm->incoming, label)) vs_lua_raise_problem(L, &vm->incoming);
    }
}

static int call_body(lua_State *L) {
    operation *op = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_pushcfunction(L, keep_traceback);
    push_host_table(L);
    lua_pushlstring(L, op->bytes, op->length);
    lua_rawget(L, 2);
    lua_remove(L, 2);
    if (!lua_isfunction(L, 2)) {
        lua_pushlstring(L, op->bytes, op->length);
        return luaL_error(L, "the prelude defined no function '%s'", lua_tostring(L, -1));
    }
    vs_lua_push_all(L, op->arguments);
    op->status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 1);
    if (op->status == LUA_OK) collect_results(L, 2);
    else report_error(L, op->status);
    return 0;
}

int vs_lua_call(vs_lua_vm *vm, const char *name, size_t length) {
    // Moved out: pushing the arguments can run a finalizer that calls a host function, which fills vm->outgoing.
    vs_lua_values arguments = vm->outgoing;
    vm->outgoing = vs_lua_values_make(vm, arguments.limit);
    operation op = {.bytes = name, .length = length, .arguments = &arguments};
    int status;
    if (arguments.problem) {
        status = arguments.problem == VS_LUA_NO_MEMORY ? VS_LUA_ERROR_MEMORY : VS_LUA_ERROR_RUNTIME;
        vs_lua_values_clear(&vm->incoming);
    } else {
        status = run_protected(vm, call_body, &op);
    }
    vs_lua_values_free(&vm->outgoing);
    vm->outgoing = arguments;
    return status;
}

vs_lua_values *vs_lua_outgoing(vs_lua_vm *vm) {
    vs_lua_values_clear(&vm->outgoing);
    return &vm->outgoing;
}

const vs_lua_values *vs_lua_incoming(vs_lua_vm *vm) { return &vm->incoming; }

bool vs_lua_is_running(const vs_lua_vm *vm) { return vm->busy; }
