/*
 * clock.c - monotonic time for deadlines.
 */
#include "base/clock.h"

#include <time.h>

int64_t fb_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t fb_deadline_in(int64_t timeout_ms)
{
    int64_t span_ns, deadline_ns, now_ns = fb_now_ns();
    if (timeout_ms < 0) return now_ns - 1;
    if (__builtin_mul_overflow(timeout_ms, (int64_t)1000000, &span_ns)) return FB_NEVER;
    return __builtin_add_overflow(now_ns, span_ns, &deadline_ns) ? FB_NEVER : deadline_ns;
}
