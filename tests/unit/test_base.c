/*
 * test_base.c - errors and their places, buffers and cursors, settings, clock, hashes, UTF-8.
 */
#include "base/buffer.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <errno.h>
#include <furrow/furrow.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static furrow_error_info last(void)
{
    furrow_error_info info;
    furrow_last_error(&info);
    return info;
}

static void errors_carry_details(void **state)
{
    (void)state;
    assert_int_equal(fb_fail(FURROW_ERR_BOUNDS, "index %d of %d", 7, 3), FURROW_ERR_BOUNDS);
    fb_fail_pid(4);
    fb_fail_symbol("bob");
    furrow_error_info info = last();
    assert_int_equal(info.code, FURROW_ERR_BOUNDS);
    assert_int_equal(info.pid, 4);
    assert_string_equal(info.symbol, "bob");
    assert_string_equal(info.message, "index 7 of 3");
    assert_true(strlen(info.advice) > 0);
    fb_fail_advice("try %s", "harder");
    assert_string_equal(last().advice, "try harder");
    fb_fail(FURROW_ERR_ARG, NULL);
    info = last();
    assert_string_equal(info.message, "invalid argument");
    assert_string_equal(info.symbol, "");
    assert_int_equal(info.pid, 0);
}

static void errors_of_the_system(void **state)
{
    (void)state;
    assert_int_equal(fb_fail_errno(ENOENT, "cannot open %s", "x"), FURROW_ERR_SYSTEM);
    assert_int_equal(last().native, ENOENT);
    assert_string_equal(last().message, "cannot open x: No such file or directory");
    assert_int_equal(fb_fail_errno(ENOMEM, "cannot map"), FURROW_ERR_NOMEM);
    fb_fail_errno(99999, "what");
    assert_string_equal(last().message, "what: unknown cause");
}

static void errors_are_cut_between_characters(void **state)
{
    (void)state;
    char text[2000];
    for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "\u20ac", 4);
    fb_fail(FURROW_ERR_ARG, "%s", text);
    furrow_error_info info = last();
    assert_true(fb_utf8_valid(info.message, strlen(info.message)));
    assert_string_equal(info.message + strlen(info.message) - 3, "...");
    fb_fail(FURROW_ERR_ARG, "again: %s", info.message);
    assert_true(fb_utf8_valid(last().message, strlen(last().message)));
}

static void errors_are_named(void **state)
{
    (void)state;
    assert_string_equal(furrow_err_name(FURROW_ERR_STALE), "STALE");
    assert_string_equal(furrow_err_name((furrow_err)-999), "?");
    assert_string_equal(furrow_strerror(FURROW_OK), "success");
    assert_non_null(furrow_strerror((furrow_err)17));
}

static void errors_travel(void **state)
{
    (void)state;
    furrow_error_info carried;
    fb_fail(FURROW_ERR_EVAL, "there");
    fb_fail_pid(3);
    fb_fail_save(&carried);
    fb_fail(FURROW_ERR_ARG, "here");
    assert_int_equal(fb_fail_restore(&carried), FURROW_ERR_EVAL);
    assert_string_equal(last().message, "there");
    assert_int_equal(last().pid, 3);
}

static void place(const char *text, int line, int column, const char *expected)
{
    fb_fail(FURROW_ERR_SYNTAX, "x");
    fb_fail_place(line, column, text, strlen(text));
    assert_string_equal(last().place, expected);
}

static void places_have_a_caret(void **state)
{
    (void)state;
    place("a = 1\nb = (2 +\n", 2, 5, "b = (2 +\n    ^");
    place("abc", 1, 4, "abc\n   ^");
    place("abc", 1, 99, "abc\n   ^");
    place("\tx", 1, 2, " x\n ^");
    place("\u00e4\u6f22x", 1, 3, "\u00e4\u6f22x\n   ^");
    place("\xff\xfe!", 1, 3, "?\?!\n  ^");
    place("abc\r\n", 1, 2, "abc\n ^");
    place("", 1, 1, "\n^");
    place("abc", 7, 1, "\n^");
    place("abc", 0, 1, "");
}

static void long_lines_are_windowed(void **state)
{
    (void)state;
    char text[3001];
    memset(text, 'a', 3000);
    text[3000] = '\0';
    text[1500] = '!';
    fb_fail(FURROW_ERR_SYNTAX, "x");
    fb_fail_place(1, 1501, text, 3000);
    furrow_error_info info = last();
    char *caret = strchr(info.place, '\n');
    assert_non_null(caret);
    size_t column = strlen(caret + 1) - 1;
    assert_int_equal(info.place[column], '!');
    assert_true(strncmp(info.place, "...", 3) == 0);
    for (size_t i = 0; i + 3 <= 3000; i += 3) memcpy(text + i, "\u20ac", 3);
    fb_fail_place(1, 900, text, 3000);
    assert_true(strchr(last().place, '^') != NULL);
}

static void buffers_grow_to_their_limit(void **state)
{
    (void)state;
    fb_buffer b;
    fb_buffer_init(&b, 100);
    assert_int_equal(fb_buffer_printf(&b, "%s-%d", "abc", 12), FURROW_OK);
    assert_int_equal(b.nbytes, 6);
    assert_string_equal((char *)b.bytes, "abc-12");
    void *at;
    assert_int_equal(fb_buffer_grow(&b, 94, &at), FURROW_OK);
    assert_ptr_equal(at, b.bytes + 6);
    assert_int_equal(fb_buffer_put_u8(&b, 1), FURROW_ERR_LIMIT);
    assert_int_equal(b.nbytes, 100);
    fb_buffer_free(&b);
    assert_int_equal(b.nbytes, 0);
    fb_buffer_init(&b, 0);
    assert_int_equal(fb_buffer_grow(&b, SIZE_MAX, &at), FURROW_ERR_LIMIT);
    fb_buffer_free(&b);
}

static void cursors_read_what_buffers_wrote(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 127, 128, 300, UINT32_MAX, INT64_MAX, UINT64_MAX};
    fb_buffer b;
    fb_buffer_init(&b, 0);
    assert_int_equal(fb_buffer_put_u32(&b, 0x01020304), FURROW_OK);
    assert_int_equal(fb_buffer_put_u64(&b, 0x0102030405060708), FURROW_OK);
    assert_int_equal(b.bytes[0], 4);
    for (size_t i = 0; i < 8; i++) assert_int_equal(fb_buffer_put_varint(&b, numbers[i]), FURROW_OK);
    fb_cursor c = {b.bytes, b.bytes + b.nbytes};
    uint32_t u32;
    uint64_t u64;
    uint8_t u8;
    assert_int_equal(fb_cursor_u32(&c, &u32), FURROW_OK);
    assert_int_equal(u32, 0x01020304);
    assert_int_equal(fb_cursor_u64(&c, &u64), FURROW_OK);
    assert_true(u64 == 0x0102030405060708);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(fb_cursor_varint(&c, &u64), FURROW_OK);
        assert_true(u64 == numbers[i]);
    }
    assert_int_equal(fb_cursor_left(&c), 0);
    u8 = 77;
    assert_int_equal(fb_cursor_u8(&c, &u8), FURROW_ERR_FORMAT);
    assert_int_equal(u8, 77);
    fb_buffer_free(&b);
}

static void damaged_numbers_are_refused(void **state)
{
    (void)state;
    static const unsigned char endless[11] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    static const unsigned char cut[2] = {255, 255};
    uint64_t v = 5;
    fb_cursor c = {endless, endless + sizeof endless};
    assert_int_equal(fb_cursor_varint(&c, &v), FURROW_ERR_FORMAT);
    c = (fb_cursor){cut, cut + sizeof cut};
    assert_int_equal(fb_cursor_varint(&c, &v), FURROW_ERR_FORMAT);
    assert_ptr_equal(c.at, cut);
    assert_int_equal(v, 5);
}

static void clear_settings(void)
{
    for (size_t i = 0; furrow_settings(i); i++) unsetenv(furrow_settings(i)->name);
}

static void settings_have_defaults(void **state)
{
    (void)state;
    fb_config config;
    clear_settings();
    assert_int_equal(fb_config_read(&config), FURROW_OK);
    assert_int_equal(config.timeout_ms, 30000);
    assert_true(config.heap_nbytes > 1 << 20);
    assert_int_equal(config.progress, 0);
    assert_int_equal(config.eval, 1);
    assert_true(config.spin == FB_COUNT_AUTO);
    assert_true(config.max_steps == 10000000000u);
    assert_int_equal(config.max_time_ms, 3600000);
    assert_string_equal(furrow_settings(0)->name, "FURROW_TIMEOUT");
    assert_null(furrow_settings(1000));
}

static int64_t timeout_of(const char *text)
{
    fb_config config;
    setenv("FURROW_TIMEOUT", text, 1);
    return fb_config_read(&config) ? -1 : config.timeout_ms;
}

static uint64_t heap_of(const char *text)
{
    fb_config config;
    setenv("FURROW_HEAP", text, 1);
    return fb_config_read(&config) ? 0 : config.heap_nbytes;
}

static void settings_are_read(void **state)
{
    (void)state;
    clear_settings();
    assert_int_equal(timeout_of("500ms"), 500);
    assert_int_equal(timeout_of("10s"), 10000);
    assert_int_equal(timeout_of("10"), 10000);
    assert_int_equal(timeout_of("1.5"), 1500);
    assert_int_equal(timeout_of("2m"), 120000);
    clear_settings();
    assert_int_equal(heap_of("64k"), 65536);
    assert_int_equal(heap_of("2G"), (uint64_t)2 << 30);
    assert_int_equal(heap_of("100"), 100);
    clear_settings();
    setenv("FURROW_EVAL", "off", 1);
    setenv("FURROW_SPIN", "4k", 1);
    fb_config config;
    assert_int_equal(fb_config_read(&config), FURROW_OK);
    assert_int_equal(config.eval, 0);
    assert_int_equal(config.spin, 4000);
    clear_settings();
}

static void unusable_settings_are_named(void **state)
{
    (void)state;
    static const char *const bad[] = {"soon", "-1s", "0", "10 parsecs", "1e3", "99999999999999999999", " "};
    clear_settings();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_int_equal(timeout_of(bad[i]), -1);
    furrow_error_info info = last();
    assert_int_equal(info.code, FURROW_ERR_ARG);
    assert_string_equal(info.symbol, "FURROW_TIMEOUT");
    assert_non_null(strstr(info.message, "500ms"));
    clear_settings();
    assert_int_equal(heap_of("200%"), 0);
    assert_int_equal(heap_of("64q"), 0);
    clear_settings();
    setenv("FURROW_EVAL", "maybe", 1);
    fb_config config;
    assert_int_equal(fb_config_read(&config), FURROW_ERR_ARG);
    assert_non_null(strstr(last().message, "off|on"));
    clear_settings();
}

static void deadlines_saturate(void **state)
{
    (void)state;
    assert_true(fb_deadline_passed(fb_deadline_in(-1)));
    assert_true(fb_deadline_passed(fb_deadline_in(0)));
    assert_false(fb_deadline_passed(fb_deadline_in(60000)));
    assert_true(fb_deadline_in(INT64_MAX) == FB_NEVER);
    assert_false(fb_deadline_passed(FB_NEVER));
}

static void hashes_tell_apart(void **state)
{
    (void)state;
    uint8_t a[16], b[16];
    fb_hash128("abc", 3, a);
    fb_hash128("abd", 3, b);
    assert_memory_not_equal(a, b, 16);
    assert_true(fb_hash64("abc", 3) != fb_hash64("abd", 3));
    assert_true(fb_hash64("", 0) == fb_hash64("x", 0));
}

static void utf8_is_checked(void **state)
{
    (void)state;
    assert_true(fb_utf8_valid("plain text of more than eight bytes \u00e4\u20ac\U0001F600", 47 - 2));
    static const char *const bad[] = {"\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                                      "\x80",     "\xe2\x82",     "\xe0\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(fb_utf8_valid(bad[i], strlen(bad[i])));
    for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
        char bytes[4];
        uint32_t back;
        size_t n = fb_utf8_encode(c, bytes);
        if (n == 0) continue;
        assert_int_equal(fb_utf8_decode(bytes, n, &back), n);
        assert_int_equal(back, c);
    }
    assert_int_equal(fb_utf8_columns("a\u6f22\u0301", 6), 3);
}

static void write_file(const char *root, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static uint64_t limit_for(const char *root, const char *groups)
{
    char path[512];
    write_file(root, "groups", groups);
    snprintf(path, sizeof path, "%s/groups", root);
    return fb_memory_of_groups(path, root);
}

/* The memory of control groups, of both versions: the least of a group and those above it. */
static void memory_of_control_groups(void **state)
{
    (void)state;
    char root[] = "/tmp/test_base.XXXXXX", path[512];
    static const char *const dirs[] = {"", "/a", "/a/b", "/memory", "/memory/job"};
    static const char *const files[] = {"memory.max",
                                        "a/memory.max",
                                        "a/b/memory.max",
                                        "memory/memory.limit_in_bytes",
                                        "memory/job/memory.limit_in_bytes",
                                        "groups"};
    assert_non_null(mkdtemp(root));
    for (size_t i = 1; i < sizeof dirs / sizeof *dirs; i++) {
        snprintf(path, sizeof path, "%s%s", root, dirs[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    assert_true(fb_memory_of_groups("/no/such/file", root) == UINT64_MAX);
    assert_true(limit_for(root, "0::/a/b\n") == UINT64_MAX);
    write_file(root, "a/memory.max", "5000000\n");
    write_file(root, "a/b/memory.max", "max\n");
    assert_true(limit_for(root, "0::/a/b\n") == 5000000);
    assert_true(limit_for(root, "0::/\n") == UINT64_MAX);
    write_file(root, "a/b/memory.max", "4000000\n");
    assert_true(limit_for(root, "0::/a/b\n") == 4000000);
    write_file(root, "memory.max", "3000000\n"); /* a container's own, whose path is the host's */
    assert_true(limit_for(root, "0::/docker/0123\n") == 3000000);
    write_file(root, "memory/job/memory.limit_in_bytes", "2000000\n");
    write_file(root, "memory/memory.limit_in_bytes", "9223372036854771712\n");
    assert_true(limit_for(root, "5:cpu,memory:/job\n2:cpu:/a/b\n") == 2000000);
    assert_true(limit_for(root, "5:memory:/gone\n") == 9223372036854771712u);
    assert_true(limit_for(root, "nothing\n:\n::\n") <= 3000000);
    assert_true(fb_memory_nbytes() > 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", root, files[i]);
        unlink(path);
    }
    for (size_t i = sizeof dirs / sizeof *dirs; i-- > 0;) {
        snprintf(path, sizeof path, "%s%s", root, dirs[i]);
        rmdir(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_carry_details),
        cmocka_unit_test(errors_of_the_system),
        cmocka_unit_test(errors_are_cut_between_characters),
        cmocka_unit_test(errors_are_named),
        cmocka_unit_test(errors_travel),
        cmocka_unit_test(places_have_a_caret),
        cmocka_unit_test(long_lines_are_windowed),
        cmocka_unit_test(buffers_grow_to_their_limit),
        cmocka_unit_test(cursors_read_what_buffers_wrote),
        cmocka_unit_test(damaged_numbers_are_refused),
        cmocka_unit_test(settings_have_defaults),
        cmocka_unit_test(settings_are_read),
        cmocka_unit_test(unusable_settings_are_named),
        cmocka_unit_test(deadlines_saturate),
        cmocka_unit_test(memory_of_control_groups),
        cmocka_unit_test(hashes_tell_apart),
        cmocka_unit_test(utf8_is_checked),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
