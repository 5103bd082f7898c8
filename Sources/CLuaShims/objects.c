// Objects: what a script holds of something that the host owns. A userdata with kind, index, generation and, as its
// user value, a name. Never a pointer and never a byte of what it stands for.
#include "internal.h"

#include <string.h>

typedef struct {
    uint32_t kind, index, generation;
} object;

// Pushes registry[METATABLES]: kind -> metatable and metatable -> kind. Never raises.
static void push_metatables(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, vs_lua_key(VS_LUA_KEY_METATABLES));
}

static int plain_label(lua_State *L) {
    lua_pushliteral(L, "[object]");
    return 1;
}

// An object shows no address, has no metatable to be seen, and does nothing, until the prelude says more.
static void push_new_metatable(lua_State *L) {
    lua_createtable(L, 0, 8);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "object");
    lua_setfield(L, -2, "__name");
    lua_pushcfunction(L, plain_label);
    lua_setfield(L, -2, "__tostring");
}

void vs_lua_open_objects(lua_State *L) {
    lua_createtable(L, VS_LUA_OBJECT_KINDS, VS_LUA_OBJECT_KINDS);
    for (int kind = 1; kind <= VS_LUA_OBJECT_KINDS; kind++) {
        push_new_metatable(L);
        lua_pushvalue(L, -1);
        lua_pushinteger(L, kind);
        lua_rawset(L, -4);
        lua_rawseti(L, -2, kind);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, vs_lua_key(VS_LUA_KEY_METATABLES));
}

void vs_lua_push_object(lua_State *L, const vs_lua_item *item, const void *name) {
    if (item->object_kind < 1 || item->object_kind > VS_LUA_OBJECT_KINDS) luaL_error(L, "an object of unknown kind");
    // The name first: nothing that can raise stands between making the object and giving it its metatable.
    lua_pushlstring(L, name, item->length);
    object *made = lua_newuserdatauv(L, sizeof *made, 1);
    *made = (object){item->object_kind, (uint32_t)((uint64_t)item->integer >> 32), (uint32_t)item->integer};
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
    push_metatables(L);
    lua_rawgeti(L, -1, made->kind);
    lua_remove(L, -2);
    lua_setmetatable(L, -2);
}

// Known by its metatable alone, which no script can reach or copy.
bool vs_lua_to_object(lua_State *L, int index, vs_lua_item *item) {
    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return false;
    push_metatables(L);
    lua_insert(L, -2);
    lua_rawget(L, -2);
    bool ours = lua_isinteger(L, -1);
    lua_pop(L, 2);
    if (!ours) return false;
    const object *held = lua_touserdata(L, index);
    *item = (vs_lua_item){
        .kind = VS_LUA_OBJECT,
        .object_kind = held->kind,
        .integer = (int64_t)((uint64_t)held->index << 32 | held->generation),
    };
    lua_getiuservalue(L, index, 1);
    return true;
}

// host.objectInfo(value) -> kind, index, generation, name; nil where it is not one of ours.
static int object_info(lua_State *L) {
    vs_lua_item item;
    if (!vs_lua_to_object(L, 1, &item)) return 0;
    lua_pushinteger(L, item.object_kind);
    lua_pushinteger(L, (lua_Integer)((uint64_t)item.integer >> 32));
    lua_pushinteger(L, (lua_Integer)(uint32_t)item.integer);
    lua_rotate(L, -4, 3);
    return 4;
}

// A field of the metatable: a name that begins with two underscores, but not __metatable, which stays false.
static void check_method_name(lua_State *L, int key) {
    const char *name = lua_type(L, key) == LUA_TSTRING ? lua_tostring(L, key) : "";
    if (strncmp(name, "__", 2) != 0 || strcmp(name, "__metatable") == 0)
        luaL_error(L, "'%s' is no metamethod that can be set", name);
}

// host.setObjectMethods(kind, { __index = …, __gc = … }). __gc counts for objects made afterwards.
static int set_object_methods(lua_State *L) {
    lua_Integer kind = luaL_checkinteger(L, 1);
    luaL_argcheck(L, kind >= 1 && kind <= VS_LUA_OBJECT_KINDS, 1, "no such kind");
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    push_metatables(L);
    lua_rawgeti(L, 3, kind);
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        check_method_name(L, -2);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 4);
    }
    return 0;
}

void vs_lua_add_object_functions(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"objectInfo", object_info},
        {"setObjectMethods", set_object_methods},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
