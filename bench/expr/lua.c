/*
 * lua.c - one chunk of Lua, loaded once and called many times through the C API. With LuaJIT its compiler is off: what
 * is compared is interpreters.
 */
#include "expr.h"
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>

struct bx_lua {
    lua_State *state;
    int chunk;
};

const char *bx_lua_name(void)
{
    return LUA_VERSION_NUM == 501 ? "LuaJIT, interpreter" : LUA_VERSION;
}

static void must(lua_State *l, int failed)
{
    if (!failed) return;
    fprintf(stderr, "Lua: %s\n", lua_tostring(l, -1));
    exit(1);
}

bx_lua *bx_lua_open(const char *before, const char *text)
{
    bx_lua *b = calloc(1, sizeof *b);
    b->state = luaL_newstate();
    luaL_openlibs(b->state);
    must(b->state, luaL_dostring(b->state, "if jit then jit.off() end"));
    must(b->state, luaL_dostring(b->state, before));
    must(b->state, luaL_loadstring(b->state, text));
    b->chunk = luaL_ref(b->state, LUA_REGISTRYINDEX);
    return b;
}

double bx_lua_run(bx_lua *b)
{
    lua_rawgeti(b->state, LUA_REGISTRYINDEX, b->chunk);
    lua_call(b->state, 0, 1);
    double number = lua_tonumber(b->state, -1);
    lua_settop(b->state, 0);
    return number;
}
