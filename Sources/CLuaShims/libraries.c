// The standard libraries, without what reaches outside or into the VM.
#include "internal.h"

// MARK: - Wrapped functions
//
// A wrapper calls the original C function in its own frame, not through lua_call: the original has no upvalues, and
// its error messages find name and position of the call as if there were no wrapper.

// Flags, width and precision of a conversion; more than Lua accepts, so nothing hides behind them.
static bool is_modifier(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == ' ' || c == '#' || c == '.';
}

static bool shows_address(const char *format, const char *end) {
    while (format < end) {
        if (*format++ != '%') continue;
        while (format < end && is_modifier(*format)) format++;
        if (format < end && *format++ == 'p') return true;
    }
    return false;
}

// string.format without %p: an address says where this process's memory lies.
static int checked_format(lua_State *L) {
    size_t length;
    const char *format = luaL_checklstring(L, 1, &length);
    if (shows_address(format, format + length))
        return luaL_error(L, "'%%p' is not available in 'format': addresses are not shown");
    return vs_lua_of(L)->format(L);
}

// load for text alone, whatever mode the script asks for: crafted bytecode can crash the interpreter.
static int text_load(lua_State *L) {
    if (lua_gettop(L) < 3) lua_settop(L, 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    return vs_lua_of(L)->load(L);
}

// MARK: - Opening

static void remove_fields(lua_State *L, const char *const *names) {
    for (; *names; names++) {
        lua_pushnil(L);
        lua_setfield(L, -2, *names);
    }
}

// Replaces the function `name` of the table on the top and gives back the original.
static lua_CFunction replace(lua_State *L, const char *name, lua_CFunction wrapper) {
    lua_getfield(L, -1, name);
    lua_CFunction original = lua_tocfunction(L, -1);
    if (!original) luaL_error(L, "the Lua library has no '%s'", name);
    lua_pop(L, 1);
    lua_pushcfunction(L, wrapper);
    lua_setfield(L, -2, name);
    return original;
}

static void trim_base(lua_State *L) {
    // print writes to a descriptor that the worker may not use; the prelude has its own.
    static const char *const removed[] = {"dofile", "loadfile", "print", "warn", NULL};
    lua_pushglobaltable(L);
    remove_fields(L, removed);
    vs_lua_of(L)->load = replace(L, "load", text_load);
    lua_pop(L, 1);
}

static void trim_string(lua_State *L) {
    static const char *const removed[] = {"dump", NULL};
    remove_fields(L, removed);
    vs_lua_of(L)->format = replace(L, "format", checked_format);
}

// What distributions add for scripts of Lua 5.2: not in the manual, so not here.
static void trim_math(lua_State *L) {
    static const char *const removed[] = {"atan2", "cosh", "frexp", "ldexp", "log10", "pow", "sinh", "tanh", NULL};
    remove_fields(L, removed);
}

static void trim_os(lua_State *L) {
    static const char *const removed[] = {"execute", "exit", "getenv", "remove", "rename", "setlocale", "tmpname", NULL};
    remove_fields(L, removed);
}

static void open_library(lua_State *L, const char *name, lua_CFunction open, void (*trim)(lua_State *)) {
    luaL_requiref(L, name, open, 1);
    if (trim) trim(L);
    lua_pop(L, 1);
}

void vs_lua_open_libraries(lua_State *L) {
    open_library(L, LUA_GNAME, luaopen_base, NULL);
    trim_base(L);
    open_library(L, LUA_STRLIBNAME, luaopen_string, trim_string);
    open_library(L, LUA_TABLIBNAME, luaopen_table, NULL);
    open_library(L, LUA_MATHLIBNAME, luaopen_math, trim_math);
    open_library(L, LUA_UTF8LIBNAME, luaopen_utf8, NULL);
    open_library(L, LUA_COLIBNAME, luaopen_coroutine, vs_lua_trim_coroutines);
    open_library(L, LUA_OSLIBNAME, luaopen_os, trim_os);
    open_library(L, LUA_DBLIBNAME, luaopen_debug, NULL);
}
