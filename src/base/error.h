/*
 * error.h - how the first to detect an error fills in its details (thread-local; read by furrow_last_error).
 * Callers further up pass the code on and may add what they know: pid, place, symbol. Nothing here allocates.
 */
#ifndef FB_ERROR_H
#define FB_ERROR_H

#include <furrow/err.h>

/* Starts a new failure and returns code. The message is one sentence without a final dot; NULL: the table's sentence.
 */
furrow_err fb_fail(furrow_err code, const char *format, ...) __attribute__((format(printf, 2, 3), cold));
/* The same for a failed system call: native is errno, its text is appended. */
furrow_err fb_fail_errno(int native, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/* Additions to the failure just reported. */
void fb_fail_pid(int pid);
void fb_fail_symbol(const char *name);
void fb_fail_advice(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* line and column from 1; text is the whole program text (nbytes), from which the line shown above the caret is cut. */
void fb_fail_place(int line, int column, const char *text, size_t nbytes);

/* The whole record, to carry it elsewhere (another pid's, a future's) and bring it back. restore returns info->code. */
void fb_fail_save(furrow_error_info *info);
furrow_err fb_fail_restore(const furrow_error_info *info);

#endif
