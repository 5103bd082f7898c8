// The standard libraries, without what reaches outside or into the VM.
#include "internal.h"

#include <string.h>

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

// error for whatever a script makes itself: what the host owns says nothing of what went wrong.
static int checked_error(lua_State *L) {
    vs_lua_item item;
    if (vs_lua_to_object(L, 1, &item)) return luaL_typeerror(L, 1, "text or table");
    return vs_lua_of(L)->error(L);
}

// MARK: - Protected calls
//
// As the manual says, but that memory which ended is the error that the prelude registered, with the limit's name,
// instead of a bare text. Lua's own functions do not tell their caller which sort of error they caught.

// Turns what lua_pcallk left into the results; `below` values at the bottom are not among them.
static int protected_results(lua_State *L, int status, lua_KContext below) {
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)below;
    vs_lua_name_memory_error(L, status);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int protected_call(lua_State *L) {
    luaL_checkany(L, 1);
    int arguments = lua_gettop(L) - 1;
    // The first result, should it go well.
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    return protected_results(L, lua_pcallk(L, arguments, LUA_MULTRET, 0, 0, protected_results), 0);
}

static int protected_call_with_handler(lua_State *L) {
    luaL_checktype(L, 2, LUA_TFUNCTION);
    int arguments = lua_gettop(L) - 2;
    // From function, handler, arguments to function, handler, true, function, arguments.
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    return protected_results(L, lua_pcallk(L, arguments, LUA_MULTRET, 2, 2, protected_results), 2);
}

// MARK: - Opening
//
// Each library is cut down to a list: what a distribution or a later Lua adds is absent until it is listed here.

static bool is_listed(const char *const *names, const char *name) {
    while (*names && strcmp(*names, name) != 0) names++;
    return *names;
}

// Removes the fields of the table on the top that are not listed, and insists on those that are.
static void keep_fields(lua_State *L, const char *const *names) {
    int listed = 0, found = 0;
    while (names[listed]) listed++;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && is_listed(names, lua_tostring(L, -1))) {
            found++;
            continue;
        }
        // Clearing a field that exists does not disturb the walk.
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, -4);
    }
    if (found != listed) luaL_error(L, "this Lua lacks a function of its libraries, such as '%s'", names[0]);
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

// print writes to a descriptor that the worker may not use; the prelude has its own, and of `warn` too.
static const char *const base_names[] = {
    "_G", "_VERSION", "assert", "collectgarbage", "error", "getmetatable", "ipairs", "load", "next", "pairs", "pcall",
    "rawequal", "rawget", "rawlen", "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall", NULL,
};
static const char *const string_names[] = {
    "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "pack", "packsize", "rep", "reverse",
    "sub", "unpack", "upper", NULL,
};
// What a string's operators and methods are.
static const char *const string_metatable_names[] = {
    "__add", "__div", "__idiv", "__index", "__mod", "__mul", "__pow", "__sub", "__unm", NULL,
};
static const char *const table_names[] = {"concat", "insert", "move", "pack", "remove", "sort", "unpack", NULL};
static const char *const math_names[] = {
    "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
    "min", "mininteger", "modf", "pi", "rad", "random", "randomseed", "sin", "sqrt", "tan", "tointeger", "type", "ult",
    NULL,
};
static const char *const utf8_names[] = {"char", "charpattern", "codepoint", "codes", "len", "offset", NULL};
static const char *const coroutine_names[] = {
    "close", "create", "isyieldable", "resume", "running", "status", "wrap", "yield", NULL,
};
static const char *const os_names[] = {"clock", "date", "difftime", "time", NULL};
// For the prelude alone, which gives scripts nothing of it but traceback.
static const char *const debug_names[] = {"getinfo", "getlocal", "traceback", NULL};

static void open_library(lua_State *L, const char *name, lua_CFunction open, const char *const *names) {
    luaL_requiref(L, name, open, 1);
    lua_pop(L, 1);
    // Two steps: the first library is the globals themselves, which must not lose the libraries that follow.
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, name);
    keep_fields(L, names);
    lua_pop(L, 2);
}

static void trim_base(lua_State *L) {
    lua_pushglobaltable(L);
    vs_lua_of(L)->load = replace(L, "load", text_load);
    vs_lua_of(L)->error = replace(L, "error", checked_error);
    replace(L, "pcall", protected_call);
    replace(L, "xpcall", protected_call_with_handler);
    lua_pop(L, 1);
}

static void trim_string(lua_State *L) {
    lua_getglobal(L, LUA_STRLIBNAME);
    vs_lua_of(L)->format = replace(L, "format", checked_format);
    lua_pushliteral(L, "");
    if (!lua_getmetatable(L, -1)) luaL_error(L, "strings have no metatable");
    keep_fields(L, string_metatable_names);
    lua_pop(L, 3);
}

static void trim_coroutines(lua_State *L) {
    lua_getglobal(L, LUA_COLIBNAME);
    vs_lua_trim_coroutines(L);
    lua_pop(L, 1);
}

void vs_lua_open_libraries(lua_State *L) {
    open_library(L, LUA_GNAME, luaopen_base, base_names);
    open_library(L, LUA_STRLIBNAME, luaopen_string, string_names);
    open_library(L, LUA_TABLIBNAME, luaopen_table, table_names);
    open_library(L, LUA_MATHLIBNAME, luaopen_math, math_names);
    open_library(L, LUA_UTF8LIBNAME, luaopen_utf8, utf8_names);
    open_library(L, LUA_COLIBNAME, luaopen_coroutine, coroutine_names);
    open_library(L, LUA_OSLIBNAME, luaopen_os, os_names);
    open_library(L, LUA_DBLIBNAME, luaopen_debug, debug_names);
    trim_base(L);
    trim_string(L);
    trim_coroutines(L);
}
