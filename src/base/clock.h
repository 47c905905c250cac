/*
 * clock.h - monotonic time and deadlines. A deadline is a moment in nanoseconds; every loop that waits has one.
 */
#ifndef FB_CLOCK_H
#define FB_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define FB_NEVER INT64_MAX

int64_t fb_now_ns(void);
/* now + timeout_ms, saturating; negative timeouts give a moment in the past: look once. */
int64_t fb_deadline_in(int64_t timeout_ms);
static inline bool fb_deadline_passed(int64_t deadline_ns)
{
    return deadline_ns != FB_NEVER && fb_now_ns() >= deadline_ns;
}

#endif
