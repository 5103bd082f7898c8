// Values between the Lua stack and an exchange buffer.
#include "internal.h"

#include <stdio.h>
#include <string.h>

// MARK: - Out of Lua

/// One step of the path to the value being read: a key of an enclosing table.
typedef struct {
    const char *text;
    size_t length;
    lua_Integer integer;
} step;

typedef struct {
    lua_State *L;
    vs_lua_values *values;
    const char *label;
    int depth;
    step steps[VS_LUA_MAXIMUM_DEPTH + 1];
    /// The tables that enclose the value, to tell a cycle from mere depth.
    const void *tables[VS_LUA_MAXIMUM_DEPTH + 1];
} walk;

static bool collect(walk *w, int index);

// MARK: Messages

typedef struct {
    char *at, *end;
} writer;

static void put(writer *out, char byte) {
    if (out->at < out->end) *out->at++ = byte;
}

static void put_text(writer *out, const char *text) {
    while (*text) put(out, *text++);
}

static void put_escaped(writer *out, const char *text, size_t length) {
    for (size_t i = 0; i < length && i < 64; i++) put(out, text[i] < 32 || text[i] == 127 ? '?' : text[i]);
    if (length > 64) put_text(out, "...");
}

static bool is_identifier(const step *s) {
    for (size_t i = 0; i < s->length; i++) {
        char c = s->text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
    }
    return s->length > 0;
}

static void put_step(writer *out, const step *s, bool first) {
    char number[32];
    if (!s->text) {
        snprintf(number, sizeof number, "[%lld]", (long long)s->integer);
        put_text(out, number);
    } else if (is_identifier(s)) {
        if (!first) put(out, '.');
        put_escaped(out, s->text, s->length);
    } else {
        put_text(out, "[\"");
        put_escaped(out, s->text, s->length);
        put_text(out, "\"]");
    }
}

static bool refuse(walk *w, const char *reason) {
    if (w->values->problem) return false;
    vs_lua_vm *vm = vs_lua_of(w->L);
    // The reason must not be cut off by a long path.
    writer out = {vm->message, vm->message + sizeof vm->message - strlen(reason) - 3};
    if (w->depth == 0) put_text(&out, w->label);
    for (int i = 0; i < w->depth; i++) put_step(&out, &w->steps[i], i == 0);
    out.end = vm->message + sizeof vm->message - 1;
    put_text(&out, ": ");
    put_text(&out, reason);
    *out.at = 0;
    w->values->problem = VS_LUA_NOT_PASSABLE;
    return false;
}

static bool no_memory(walk *w) {
    if (!w->values->problem) w->values->problem = VS_LUA_NO_MEMORY;
    return false;
}

// MARK: Tables

// Keys exactly 1…n: all are integers between 1 and their number. No keys count as a list.
static bool is_list(lua_State *L, int table, size_t *count) {
    bool list = true;
    lua_Integer largest = 0;
    *count = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        *count += 1;
        if (!lua_isinteger(L, -1)) {
            list = false;
            continue;
        }
        lua_Integer key = lua_tointeger(L, -1);
        if (key < 1) list = false;
        if (key > largest) largest = key;
    }
    return list && (lua_Unsigned)largest == *count;
}

static bool collect_elements(walk *w, int table, size_t count) {
    if (!vs_lua_values_add_list(w->values, count)) return false;
    for (size_t i = 1; i <= count; i++) {
        w->steps[w->depth - 1] = (step){.integer = (lua_Integer)i};
        lua_rawgeti(w->L, table, (lua_Integer)i);
        bool fine = collect(w, lua_gettop(w->L));
        lua_pop(w->L, 1);
        if (!fine) return false;
    }
    return true;
}

static bool collect_key(walk *w, int key) {
    lua_State *L = w->L;
    step *s = &w->steps[w->depth - 1];
    *s = (step){0};
    // lua_isinteger and lua_type first: a conversion in place would confuse lua_next.
    if (lua_type(L, key) == LUA_TSTRING) {
        s->text = lua_tolstring(L, key, &s->length);
        return vs_lua_values_add_bytes(w->values, s->text, s->length);
    }
    if (lua_isinteger(L, key)) {
        s->integer = lua_tointeger(L, key);
        return vs_lua_values_add_integer(w->values, s->integer);
    }
    w->depth--;
    vs_lua_item item;
    bool object = vs_lua_to_object(L, key, &item);
    if (object) lua_pop(L, 1);
    refuse(w, object                            ? "a handle cannot be a key: it is the value, { NAME = handle }"
              : lua_type(L, key) == LUA_TNUMBER ? "a key with a fraction cannot be passed"
                                              : "a key that is neither text nor a whole number cannot be passed");
    w->depth++;
    return false;
}

static bool collect_pairs(walk *w, int table, size_t count) {
    if (!vs_lua_values_add_map(w->values, count)) return false;
    lua_pushnil(w->L);
    while (lua_next(w->L, table)) {
        int value = lua_gettop(w->L);
        if (!collect_key(w, value - 1) || !collect(w, value)) {
            lua_pop(w->L, 2);
            return false;
        }
        lua_pop(w->L, 1);
    }
    return true;
}

static bool collect_table(walk *w, int table) {
    const void *identity = lua_topointer(w->L, table);
    for (int i = 0; i < w->depth; i++)
        if (w->tables[i] == identity) return refuse(w, "a table that contains itself cannot be passed");
    if (w->depth >= VS_LUA_MAXIMUM_DEPTH) return refuse(w, "tables nested more than 64 deep cannot be passed");
    w->tables[w->depth++] = identity;
    size_t count;
    bool fine = is_list(w->L, table, &count) ? collect_elements(w, table, count) : collect_pairs(w, table, count);
    w->depth--;
    return fine;
}

// MARK: Single values

static bool collect_object(walk *w, int index) {
    vs_lua_item item;
    if (!vs_lua_to_object(w->L, index, &item)) return refuse(w, "a userdata that is not ours cannot be passed");
    size_t length = 0;
    const char *name = lua_type(w->L, -1) == LUA_TSTRING ? lua_tolstring(w->L, -1, &length) : NULL;
    bool fine = vs_lua_values_add_object(
        w->values, item.object_kind, (uint32_t)((uint64_t)item.integer >> 32), (uint32_t)item.integer, name, length);
    lua_pop(w->L, 1);
    return fine;
}

static bool collect_number(walk *w, int index) {
    if (lua_isinteger(w->L, index)) return vs_lua_values_add_integer(w->values, lua_tointeger(w->L, index));
    return vs_lua_values_add_number(w->values, lua_tonumber(w->L, index));
}

static bool collect_text(walk *w, int index) {
    size_t length;
    const char *text = lua_tolstring(w->L, index, &length);
    return vs_lua_values_add_bytes(w->values, text, length);
}

static bool collect(walk *w, int index) {
    if (!lua_checkstack(w->L, 6)) return no_memory(w);
    switch (lua_type(w->L, index)) {
    case LUA_TNIL: return vs_lua_values_add_nil(w->values);
    case LUA_TBOOLEAN: return vs_lua_values_add_boolean(w->values, lua_toboolean(w->L, index));
    case LUA_TNUMBER: return collect_number(w, index);
    case LUA_TSTRING: return collect_text(w, index);
    case LUA_TTABLE: return collect_table(w, index);
    case LUA_TUSERDATA: return collect_object(w, index);
    case LUA_TFUNCTION: return refuse(w, "a function cannot be passed");
    case LUA_TTHREAD: return refuse(w, "a coroutine cannot be passed");
    default: return refuse(w, "a light userdata cannot be passed");
    }
}

bool vs_lua_collect(lua_State *L, int index, vs_lua_values *values, const char *label) {
    walk w;
    w.L = L;
    w.values = values;
    w.label = label;
    w.depth = 0;
    return collect(&w, lua_absindex(L, index));
}

// MARK: - Into Lua

static void push_item(lua_State *L, const vs_lua_values *values, size_t *cursor, int depth);

// What remains bounds a count that a broken caller gave.
static int bounded(const vs_lua_values *values, size_t cursor, size_t count) {
    size_t remaining = values->count - cursor;
    size_t given = count < remaining ? count : remaining;
    return given > 1 << 24 ? 1 << 24 : (int)given;
}

static void push_list(lua_State *L, const vs_lua_values *values, size_t *cursor, size_t count, int depth) {
    lua_createtable(L, bounded(values, *cursor, count), 0);
    for (size_t i = 1; i <= count; i++) {
        push_item(L, values, cursor, depth + 1);
        lua_rawseti(L, -2, (lua_Integer)i);
    }
}

static void push_map(lua_State *L, const vs_lua_values *values, size_t *cursor, size_t count, int depth) {
    lua_createtable(L, 0, bounded(values, *cursor, count));
    for (size_t i = 0; i < count; i++) {
        push_item(L, values, cursor, depth + 1);
        push_item(L, values, cursor, depth + 1);
        lua_rawset(L, -3);
    }
}

static void push_item(lua_State *L, const vs_lua_values *values, size_t *cursor, int depth) {
    if (*cursor >= values->count || depth > VS_LUA_MAXIMUM_DEPTH) luaL_error(L, "malformed values from the host");
    luaL_checkstack(L, 6, "too many values");
    const vs_lua_item *item = &values->items[(*cursor)++];
    const char *bytes = item->length ? (const char *)values->bytes + item->offset : "";
    switch (item->kind) {
    case VS_LUA_BOOLEAN: lua_pushboolean(L, item->integer != 0); break;
    case VS_LUA_INTEGER: lua_pushinteger(L, item->integer); break;
    case VS_LUA_NUMBER: lua_pushnumber(L, item->number); break;
    case VS_LUA_BYTES: lua_pushlstring(L, bytes, item->length); break;
    case VS_LUA_LIST: push_list(L, values, cursor, item->length, depth); break;
    case VS_LUA_MAP: push_map(L, values, cursor, item->length, depth); break;
    case VS_LUA_OBJECT: vs_lua_push_object(L, item, bytes); break;
    default: lua_pushnil(L);
    }
}

void vs_lua_push_all(lua_State *L, const vs_lua_values *values) {
    size_t cursor = 0;
    while (cursor < values->count) push_item(L, values, &cursor, 0);
}

// MARK: - Problems

int vs_lua_raise_memory(lua_State *L) {
    // Lua turns exactly this string, which always exists, into LUA_ERRMEM.
    lua_pushliteral(L, "not enough memory");
    return lua_error(L);
}

int vs_lua_raise_problem(lua_State *L, const vs_lua_values *values) {
    switch (values->problem) {
    case VS_LUA_NO_MEMORY: return vs_lua_raise_memory(L);
    case VS_LUA_TOO_LARGE: return luaL_error(L, "more than %I bytes cannot be passed at once", (LUAI_UACINT)values->limit);
    case VS_LUA_TOO_DEEP: return luaL_error(L, "the host's answer is nested more than 64 tables deep");
    default: lua_pushstring(L, vs_lua_of(L)->message); return lua_error(L);
    }
}
