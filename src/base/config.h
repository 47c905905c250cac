/*
 * config.h - every setting read from the environment, from one table: name, kind, default, meaning.
 * Read once, at furrow_join or when a tool starts; an unusable value is an ARG error that names the setting.
 */
#ifndef FB_CONFIG_H
#define FB_CONFIG_H

#include <furrow/err.h>
#include <stdbool.h>

/* X(field, C type, FURROW_ name, kind, default text, meaning). Kinds: duration ("500ms", "10s", plain seconds) -> int64
 * milliseconds; bytes ("64k", "2G", "50%" of the memory there is for this process) -> uint64; count -> uint64; word -> index in a list
 * given as "a|b|c" in front of the meaning; text -> the environment's own. */
#define FB_SETTINGS(X)                                                                                                 \
    X(timeout_ms, int64_t, "FURROW_TIMEOUT", duration, "30s", "deadline of every call that can wait")                  \
    X(heap_nbytes, uint64_t, "FURROW_HEAP", bytes, "50%", "most memory the symbols of one pid may take")               \
    X(net, const char *, "FURROW_NET", text, "auto", "auto, shm, ofi, or a fabric: tcp, tcp:eth0, verbs ...")          \
    X(lost_ms, int64_t, "FURROW_LOST", duration, "10s", "how long a host may answer nothing before its pids are dead") \
    X(progress, uint64_t, "FURROW_PROGRESS", word, "caller", "caller|thread: who serves requests from other pids")     \
    X(eval, uint64_t, "FURROW_EVAL", word, "on", "off|on: whether this pid evaluates what others send")                \
    X(spin, uint64_t, "FURROW_SPIN", count, "auto", "polls before yielding the core; auto adapts to free cores")       \
    X(max_steps, uint64_t, "FURROW_MAX_STEPS", count, "10000000000", "most instructions of one evaluation")            \
    X(max_nbytes, uint64_t, "FURROW_MAX_MEMORY", bytes, "25%", "most memory of one evaluation")                        \
    X(max_depth, uint64_t, "FURROW_MAX_DEPTH", count, "1000", "most calls inside calls of one evaluation")             \
    X(max_time_ms, int64_t, "FURROW_MAX_TIME", duration, "1h", "longest one evaluation may take")                      \
    X(program_cache, uint64_t, "FURROW_PROGRAMS", count, "4096", "programs a pid keeps for others")                    \
    X(bind, uint64_t, "FURROW_BIND", word, "none", "none|core|numa: how furrow run places processes")                  \
    X(trace, uint64_t, "FURROW_TRACE", word, "off", "off|on: messages about what the library does, on stderr")

typedef struct fb_config {
#define X(field, ctype, name, kind, fallback, meaning) ctype field;
    FB_SETTINGS(X)
#undef X
} fb_config;

#define FB_COUNT_AUTO UINT64_MAX

/* Fills *config from the environment and the defaults. */
FURROW_MUST_CHECK furrow_err fb_config_read(fb_config *config);
/* Would the setting accept this text? ARG with the reason, NAME when there is no such setting. */
FURROW_MUST_CHECK furrow_err fb_config_check(const char *name, const char *text);

#endif
