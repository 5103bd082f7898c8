// CLuaShims: all that LuaBridge uses of Lua. `values.h` is what crosses, `vm.h` what can be done.
#ifndef VS_LUA_SHIMS_H
#define VS_LUA_SHIMS_H

#include "values.h"
#include "vm.h"

#endif
