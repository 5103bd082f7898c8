#include "internal.h"

#include <stdlib.h>
#include <string.h>

static const size_t KEPT_BYTES = 1024 * 1024;

vs_lua_values vs_lua_values_make(vs_lua_vm *vm, size_t limit) {
    return (vs_lua_values){.limit = limit, .owner = vm};
}

void vs_lua_values_free(vs_lua_values *values) {
    free(values->items);
    free(values->bytes);
    *values = vs_lua_values_make(values->owner, values->limit);
}

void vs_lua_values_clear(vs_lua_values *values) {
    if (values->byte_capacity + values->capacity * sizeof(vs_lua_item) > KEPT_BYTES) vs_lua_values_free(values);
    values->count = values->byte_count = 0;
    values->problem = VS_LUA_FINE;
}

// MARK: - Growth

static bool fail(vs_lua_values *values, int problem) {
    if (!values->problem) values->problem = problem;
    return false;
}

// Both sizes are at most `limit`, which is far below overflow.
static bool fits(vs_lua_values *values, size_t more_items, size_t more_bytes) {
    size_t used = values->count * sizeof(vs_lua_item) + values->byte_count;
    if (more_bytes > values->limit) return false;
    return used + more_items * sizeof(vs_lua_item) + more_bytes <= values->limit;
}

static bool grow(vs_lua_values *values, void **block, size_t *capacity, size_t wanted, size_t unit) {
    if (wanted <= *capacity) return true;
    size_t larger = *capacity * 2 > wanted ? *capacity * 2 : wanted;
    if (larger < 16) larger = 16;
    void *grown = vs_lua_reallocate(values->owner, *block, *capacity * unit, larger * unit);
    if (!grown) return fail(values, VS_LUA_NO_MEMORY);
    *block = grown;
    *capacity = larger;
    return true;
}

static bool add(vs_lua_values *values, vs_lua_item item, const void *bytes) {
    size_t length = bytes ? item.length : 0;
    if (values->problem) return false;
    if (!fits(values, 1, length)) return fail(values, VS_LUA_TOO_LARGE);
    if (!grow(values, (void **)&values->items, &values->capacity, values->count + 1, sizeof item)) return false;
    if (!grow(values, (void **)&values->bytes, &values->byte_capacity, values->byte_count + length, 1)) return false;
    item.offset = values->byte_count;
    if (length) memcpy(values->bytes + values->byte_count, bytes, length);
    values->byte_count += length;
    values->items[values->count++] = item;
    return true;
}

// MARK: - Values

bool vs_lua_values_add_nil(vs_lua_values *values) { return add(values, (vs_lua_item){.kind = VS_LUA_NIL}, NULL); }

bool vs_lua_values_add_boolean(vs_lua_values *values, bool truth) {
    return add(values, (vs_lua_item){.kind = VS_LUA_BOOLEAN, .integer = truth}, NULL);
}

bool vs_lua_values_add_integer(vs_lua_values *values, int64_t integer) {
    return add(values, (vs_lua_item){.kind = VS_LUA_INTEGER, .integer = integer}, NULL);
}

bool vs_lua_values_add_number(vs_lua_values *values, double number) {
    return add(values, (vs_lua_item){.kind = VS_LUA_NUMBER, .number = number}, NULL);
}

bool vs_lua_values_add_bytes(vs_lua_values *values, const void *bytes, size_t length) {
    return add(values, (vs_lua_item){.kind = VS_LUA_BYTES, .length = length}, length ? bytes : NULL);
}

bool vs_lua_values_add_list(vs_lua_values *values, size_t count) {
    return add(values, (vs_lua_item){.kind = VS_LUA_LIST, .length = count}, NULL);
}

bool vs_lua_values_add_map(vs_lua_values *values, size_t count) {
    return add(values, (vs_lua_item){.kind = VS_LUA_MAP, .length = count}, NULL);
}

bool vs_lua_values_add_object(
    vs_lua_values *values, uint32_t kind, uint32_t index, uint32_t generation, const void *name, size_t length) {
    vs_lua_item item = {
        .kind = VS_LUA_OBJECT,
        .object_kind = kind,
        .integer = (int64_t)((uint64_t)index << 32 | generation),
        .length = length,
    };
    return add(values, item, length ? name : NULL);
}

void vs_lua_values_refuse_depth(vs_lua_values *values) { fail(values, VS_LUA_TOO_DEEP); }
