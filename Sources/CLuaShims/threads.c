// Coroutines that know which of them runs, and the interrupt that needs to know it.
#include "internal.h"

#include <string.h>

// MARK: - Interrupt

// Asks the registered function what the passed deadline means here: it gives the error to raise, or nil.
static void ask_deadline(lua_State *L, vs_lua_vm *vm) {
    if (!lua_checkstack(L, 2)) return;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, vs_lua_key(VS_LUA_KEY_DEADLINE)) != LUA_TNIL) {
        lua_pushinteger(L, vm->deadline);
        lua_call(L, 1, 1);
    }
    if (!lua_isnil(L, -1)) lua_error(L);
    lua_pop(L, 1);
}

// Runs in the interrupted thread. A hook that is left over, or that a new coroutine inherited, finds nothing pending.
static void raise_cancel(lua_State *L, lua_Debug *activation) {
    (void)activation;
    vs_lua_vm *vm = vs_lua_of(L);
    lua_sethook(L, NULL, 0, 0);
    if (!vm->pending) return;
    int reason = vm->pending;
    vm->pending = 0;
    if (reason == VS_LUA_INTERRUPT_DEADLINE) {
        ask_deadline(L, vm);
        return;
    }
    int key = reason == VS_LUA_INTERRUPT_LIMIT ? VS_LUA_KEY_LIMIT : VS_LUA_KEY_CANCEL;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, vs_lua_key(key)) == LUA_TNIL) lua_pushliteral(L, "cancelled");
    lua_error(L);
}

static void set_cancel_hook(lua_State *L) {
    lua_sethook(L, raise_cancel, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

void vs_lua_interrupt(vs_lua_vm *vm, int reason) {
    if (vm->deaf) return;
    // Pending first: whoever changes `running` looks at it afterwards.
    // The weightier reason stays.
    if (!vm->pending || reason < vm->pending) vm->pending = reason;
    lua_State *running = vm->running;
    if (running) set_cancel_hook(running);
}

void vs_lua_clear_interrupt(vs_lua_vm *vm) { vm->pending = 0; }

static vs_lua_vm *volatile interrupted_by_signal;

static void on_cancel(int signal) {
    (void)signal;
    vs_lua_vm *vm = interrupted_by_signal;
    if (vm) vs_lua_interrupt(vm, VS_LUA_INTERRUPT_CANCEL);
}

static void on_limit(int signal) {
    (void)signal;
    vs_lua_vm *vm = interrupted_by_signal;
    if (vm) vs_lua_interrupt(vm, VS_LUA_INTERRUPT_LIMIT);
}

static void on_deadline(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    vs_lua_vm *vm = interrupted_by_signal;
    if (!vm) return;
    vm->deadline = info->si_value.sival_int;
    vs_lua_interrupt(vm, VS_LUA_INTERRUPT_DEADLINE);
}

int vs_lua_interrupt_on_signal(vs_lua_vm *vm, int signal, int reason) {
    if (signal == 0) {
        if (interrupted_by_signal == vm) interrupted_by_signal = NULL;
        return 0;
    }
    interrupted_by_signal = vm;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = reason == VS_LUA_INTERRUPT_LIMIT ? on_limit : on_cancel;
    action.sa_flags = SA_RESTART;
    if (reason == VS_LUA_INTERRUPT_DEADLINE) {
        action.sa_sigaction = on_deadline;
        action.sa_flags |= SA_SIGINFO;
    }
    sigemptyset(&action.sa_mask);
    return sigaction(signal, &action, NULL);
}

// Says that `thread` runs now. A hook that it inherited at birth goes; a waiting interrupt comes with us.
static void switch_to(vs_lua_vm *vm, lua_State *thread) {
    lua_sethook(thread, NULL, 0, 0);
    vm->running = thread;
    if (vm->pending) set_cancel_hook(thread);
}

// MARK: - Resuming

// Why `thread` cannot be resumed; NULL when it can. Asked beforehand, because lua_resume would raise where memory for
// its message is missing, past the frame that must restore `running`.
static const char *resume_obstacle(lua_State *L, lua_State *thread) {
    lua_Debug activation;
    switch (lua_status(thread)) {
    case LUA_YIELD: return NULL;
    case LUA_OK:
        if (thread == L || lua_getstack(thread, 0, &activation)) return "cannot resume non-suspended coroutine";
        return lua_gettop(thread) == 0 ? "cannot resume dead coroutine" : NULL;
    default: return "cannot resume dead coroutine";
    }
}

// Resumes `thread` with the `count` values on the top. Gives the number of results, which are on the top then, or -1
// with the error value there.
static int resume(lua_State *L, lua_State *thread, int count) {
    vs_lua_vm *vm = vs_lua_of(L);
    const char *obstacle = resume_obstacle(L, thread);
    if (!obstacle && !lua_checkstack(thread, count)) obstacle = "too many arguments to resume";
    if (obstacle) {
        lua_pushstring(L, obstacle);
        return -1;
    }
    lua_xmove(L, thread, count);
    int results = 0;
    switch_to(vm, thread);
    int status = lua_resume(thread, L, count, &results);
    switch_to(vm, L);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(thread, L, 1);
        vs_lua_name_memory_error(L, status);
        return -1;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(thread, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(thread, L, results);
    return results;
}

static lua_State *check_thread(lua_State *L) {
    lua_State *thread = lua_tothread(L, 1);
    luaL_argexpected(L, thread, 1, "coroutine");
    return thread;
}

static int coroutine_resume(lua_State *L) {
    lua_State *thread = check_thread(L);
    int results = resume(L, thread, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    int count = results >= 0 ? results + 1 : 2;
    lua_insert(L, -count);
    return count;
}

// Closes a coroutine; its __close metamethods run in it. Gives LUA_OK, or a status with the error on its top.
static int close_thread(lua_State *L, lua_State *thread) {
    vs_lua_vm *vm = vs_lua_of(L);
    switch_to(vm, thread);
    int status = lua_resetthread(thread);
    switch_to(vm, L);
    return status;
}

// Gives the name of the state of a coroutine that cannot be closed; NULL when it can.
static const char *close_obstacle(lua_State *L, lua_State *thread) {
    lua_Debug activation;
    if (thread == L) return "running";
    if (lua_status(thread) == LUA_OK && lua_getstack(thread, 0, &activation)) return "normal";
    return NULL;
}

static int coroutine_close(lua_State *L) {
    lua_State *thread = check_thread(L);
    const char *obstacle = close_obstacle(L, thread);
    if (obstacle) return luaL_error(L, "cannot close a %s coroutine", obstacle);
    int status = close_thread(L, thread);
    lua_pushboolean(L, status == LUA_OK);
    if (status == LUA_OK) return 1;
    lua_xmove(thread, L, 1);
    vs_lua_name_memory_error(L, status);
    return 2;
}

static int raise_from_wrap(lua_State *L, lua_State *thread) {
    int status = lua_status(thread);
    if (status != LUA_OK && status != LUA_YIELD) {
        status = close_thread(L, thread);
        lua_xmove(thread, L, 1);
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int call_wrapped(lua_State *L) {
    lua_State *thread = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, thread, lua_gettop(L));
    return results >= 0 ? results : raise_from_wrap(L, thread);
}

static int coroutine_wrap(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *thread = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, thread, 1);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

// MARK: - Opening

void vs_lua_trim_coroutines(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"resume", coroutine_resume},
        {"close", coroutine_close},
        {"wrap", coroutine_wrap},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}

static int is_yieldable(lua_State *L) {
    lua_pushboolean(L, lua_isyieldable(L));
    return 1;
}

static int register_error(lua_State *L, int key) {
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, vs_lua_key(key));
    return 0;
}

// host.setCancelError(value): what an interrupt raises.
static int set_cancel_error(lua_State *L) { return register_error(L, VS_LUA_KEY_CANCEL); }

// host.setLimitError(value): what an interrupt raises that came because of a limit.
static int set_limit_error(lua_State *L) { return register_error(L, VS_LUA_KEY_LIMIT); }

// host.setDeadline(function): what is asked when the time of a part of the script is over.
static int set_deadline(lua_State *L) { return register_error(L, VS_LUA_KEY_DEADLINE); }

// host.setMemoryError(value): what pcall, xpcall, resume and close give where memory ended.
static int set_memory_error(lua_State *L) { return register_error(L, VS_LUA_KEY_MEMORY); }

void vs_lua_name_memory_error(lua_State *L, int status) {
    if (status != LUA_ERRMEM) return;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, vs_lua_key(VS_LUA_KEY_MEMORY)) == LUA_TNIL) lua_pop(L, 1);
    else lua_replace(L, -2);
}

// host.hasCoroutineRoom(): whether one more coroutine may exist. Garbage is not counted against the script.
static int has_coroutine_room(lua_State *L) {
    vs_lua_vm *vm = vs_lua_of(L);
    bool is_full = vm->coroutine_limit && vm->coroutines >= vm->coroutine_limit;
    if (is_full) {
        lua_gc(L, LUA_GCCOLLECT);
        is_full = vm->coroutines >= vm->coroutine_limit;
    }
    lua_pushboolean(L, !is_full);
    return 1;
}

// host.ignoreInterrupts(): from now on none is raised, a waiting one neither. For what runs at the end of a script.
static int ignore_interrupts(lua_State *L) {
    vs_lua_vm *vm = vs_lua_of(L);
    vm->deaf = 1;
    vm->pending = 0;
    return 0;
}

// Messages that lua_resume makes outside any protection exist for ever, so making them needs no memory.
static void anchor_messages(lua_State *L) {
    lua_createtable(L, 2, 0);
    lua_pushliteral(L, "C stack overflow");
    lua_rawseti(L, -2, 1);
    lua_pushliteral(L, "cannot resume non-suspended coroutine");
    lua_rawseti(L, -2, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, vs_lua_key(VS_LUA_KEY_ANCHORS));
}

void vs_lua_add_thread_functions(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"resume", coroutine_resume},
        {"close", coroutine_close},
        {"isYieldable", is_yieldable},
        {"hasCoroutineRoom", has_coroutine_room},
        {"setCancelError", set_cancel_error},
        {"setLimitError", set_limit_error},
        {"setDeadline", set_deadline},
        {"setMemoryError", set_memory_error},
        {"ignoreInterrupts", ignore_interrupts},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    anchor_messages(L);
}
