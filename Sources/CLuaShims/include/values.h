// The exchange buffer: values on their way between Lua and Swift, flat and in plain memory, so that neither side ever
// holds a pointer into the other and no allocation here can raise.
#ifndef VS_LUA_VALUES_H
#define VS_LUA_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How deep tables may be nested: a table inside 64 tables is refused, in both directions.
#define VS_LUA_MAXIMUM_DEPTH 64

/// The sort of an item. A list is followed by its `length` elements, a map by `length` pairs of key and value.
enum {
    VS_LUA_NIL = 0,
    VS_LUA_BOOLEAN = 1,
    VS_LUA_INTEGER = 2,
    VS_LUA_NUMBER = 3,
    VS_LUA_BYTES = 4,
    VS_LUA_LIST = 5,
    VS_LUA_MAP = 6,
    VS_LUA_OBJECT = 7,
};

/// What went wrong while a buffer was filled; the first problem stays until the buffer is cleared.
enum {
    VS_LUA_FINE = 0,
    /// malloc gave nothing.
    VS_LUA_NO_MEMORY = 1,
    /// The buffer's own limit is reached.
    VS_LUA_TOO_LARGE = 2,
    /// A value that cannot cross; the text is in the VM's message.
    VS_LUA_NOT_PASSABLE = 3,
    /// Swift gave tables nested deeper than VS_LUA_MAXIMUM_DEPTH.
    VS_LUA_TOO_DEEP = 4,
};

/// One value, in preorder.
typedef struct {
    uint32_t kind;
    /// Of an object: what it is (ObjectReference.Kind).
    uint32_t object_kind;
    /// A boolean (0 or 1), an integer, or of an object index << 32 | generation.
    int64_t integer;
    double number;
    /// Of bytes and of an object's name: where they begin in `bytes`.
    size_t offset;
    /// Bytes, elements or pairs.
    size_t length;
} vs_lua_item;

/// A growing list of items with a pool of bytes. Owned by a VM, which frees it.
typedef struct {
    vs_lua_item *items;
    size_t count;
    size_t capacity;
    uint8_t *bytes;
    size_t byte_count;
    size_t byte_capacity;
    /// Bytes of items and pool together that are never exceeded.
    size_t limit;
    int problem;
    /// The VM whose test hook can make a growth fail; NULL for none.
    void *owner;
} vs_lua_values;

/// Empties the buffer and forgets its problem. Memory above 1 MiB is given back.
void vs_lua_values_clear(vs_lua_values *values);

/// Adds one value. False when the buffer has a problem, now or from before; nothing is added then. None of these
/// raises. `bytes` are copied and may be NULL when `length` is 0.
bool vs_lua_values_add_nil(vs_lua_values *values);
bool vs_lua_values_add_boolean(vs_lua_values *values, bool truth);
bool vs_lua_values_add_integer(vs_lua_values *values, int64_t integer);
bool vs_lua_values_add_number(vs_lua_values *values, double number);
bool vs_lua_values_add_bytes(vs_lua_values *values, const void *bytes, size_t length);
/// Opens a list: the next `count` values are its elements.
bool vs_lua_values_add_list(vs_lua_values *values, size_t count);
/// Opens a map: the next `count` pairs of values are its keys (integer or bytes) and values.
bool vs_lua_values_add_map(vs_lua_values *values, size_t count);
bool vs_lua_values_add_object(
    vs_lua_values *values, uint32_t kind, uint32_t index, uint32_t generation, const void *name, size_t length);

/// Marks the buffer as holding what is nested too deeply: it cannot be pushed any more.
void vs_lua_values_refuse_depth(vs_lua_values *values);

#endif
