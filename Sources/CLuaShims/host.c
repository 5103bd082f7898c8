// Host functions, and the primitives that the prelude finds in the host table.
#include "internal.h"

#include <stdio.h>
#include <string.h>

// MARK: - The trampoline

static int push_body(lua_State *L) {
    const vs_lua_values *values = lua_touserdata(L, 1);
    lua_settop(L, 0);
    vs_lua_push_all(L, values);
    return lua_gettop(L);
}

// Pushes what Swift left in vm->outgoing. The buffer is moved out first and put back after, whatever happens: pushing
// can run a finalizer that calls a host function of its own.
static int push_outgoing(lua_State *L) {
    vs_lua_vm *vm = vs_lua_of(L);
    int base = lua_gettop(L);
    luaL_checkstack(L, 3, NULL);
    vs_lua_values values = vm->outgoing;
    vm->outgoing = vs_lua_values_make(vm, values.limit);
    lua_pushcfunction(L, push_body);
    lua_pushlightuserdata(L, &values);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    vs_lua_values_free(&vm->outgoing);
    vm->outgoing = values;
    if (status != LUA_OK) return lua_error(L);
    return lua_gettop(L) - base;
}

// Room for every answer that needs no allocation of ours: the arguments are copied without any in Lua.
static void collect_arguments(lua_State *L, vs_lua_vm *vm) {
    // Written out for the usual numbers: this runs at every call, and only an error needs it.
    static const char *const usual[] = {"", "argument 1", "argument 2", "argument 3"};
    char other[32];
    vs_lua_values_clear(&vm->incoming);
    int count = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        const char *label = i <= 3 ? usual[i] : other;
        if (i > 3) snprintf(other, sizeof other, "argument %d", i);
        if (!vs_lua_collect(L, i, &vm->incoming, label)) vs_lua_raise_problem(L, &vm->incoming);
    }
}

int vs_lua_trampoline(lua_State *L) {
    vs_lua_vm *vm = vs_lua_of(L);
    int32_t function = (int32_t)lua_tointeger(L, lua_upvalueindex(1));
    if (vm->closing) return luaL_error(L, "the host is closing");
    collect_arguments(L, vm);
    vs_lua_values_clear(&vm->outgoing);
    int status = vm->host_function(vm->context, function, &vm->incoming, &vm->outgoing);
    // From here on no Swift frame is on the stack above the caller of this VM: raising is safe.
    if (vm->outgoing.problem) return vs_lua_raise_problem(L, &vm->outgoing);
    int count = push_outgoing(L);
    if (status == VS_LUA_HOST_RESULTS) return count;
    if (count == 0) lua_pushnil(L);
    return lua_error(L);
}

// MARK: - Primitives

// host.load(bytes, chunkname [, env]) -> function, or nil and a message. Text only.
static int host_load(lua_State *L) {
    size_t length;
    const char *source = luaL_checklstring(L, 1, &length);
    const char *name = luaL_checkstring(L, 2);
    bool has_env = !lua_isnoneornil(L, 3);
    int status = luaL_loadbufferx(L, source, length, name, "t");
    if (status == LUA_ERRMEM) return lua_error(L);
    if (status != LUA_OK) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    if (has_env) {
        lua_pushvalue(L, 3);
        if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
    }
    return 1;
}

// host.where(level) -> "chunk:line", or nil. Level 1 is the function that called this one.
static int host_where(lua_State *L) {
    lua_Debug at;
    lua_Integer level = luaL_optinteger(L, 1, 1);
    if (level < 0 || level > 1000000 || !lua_getstack(L, (int)level, &at)) return 0;
    lua_getinfo(L, "Sl", &at);
    if (at.currentline <= 0) return 0;
    lua_pushfstring(L, "%s:%d", at.short_src, at.currentline);
    return 1;
}

// host.traceback(thread or nil, message or nil, level) -> text.
static int host_traceback(lua_State *L) {
    lua_State *thread = lua_isnoneornil(L, 1) ? L : lua_tothread(L, 1);
    luaL_argexpected(L, thread, 1, "coroutine");
    const char *message = luaL_optstring(L, 2, NULL);
    lua_Integer level = luaL_optinteger(L, 3, thread == L ? 1 : 0);
    luaL_traceback(L, thread, message, level < 0 || level > 1000000 ? 0 : (int)level);
    return 1;
}

// host.setGlobals(table): chunks loaded from now on have it as their globals. What is loaded keeps its own.
static int host_set_globals(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}

// host.lockStringMetatable(): getmetatable("") is false from now on.
static int host_lock_string_metatable(lua_State *L) {
    lua_pushliteral(L, "");
    if (!lua_getmetatable(L, -1)) return luaL_error(L, "strings have no metatable");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    return 0;
}

void vs_lua_open_host(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"load", host_load},
        {"where", host_where},
        {"traceback", host_traceback},
        {"setGlobals", host_set_globals},
        {"lockStringMetatable", host_lock_string_metatable},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    vs_lua_add_object_functions(L);
    vs_lua_add_thread_functions(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, vs_lua_key(VS_LUA_KEY_HOST));
}
