/*
 * config.c - reads the settings of config.h's table from the environment. Called once, when a process joins or a tool
 * starts.
 */
#include "base/config.h"
#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <furrow/furrow.h>
#include <stdlib.h>
#include <string.h>

static const furrow_setting settings[] = {
#define X(field, ctype, name, kind, fallback, meaning) {name, fallback, meaning},
    FB_SETTINGS(X)
#undef X
};

const furrow_setting *furrow_settings(size_t index)
{
    return index < sizeof settings / sizeof settings[0] ? &settings[index] : NULL;
}

typedef struct unit {
    const char *name;
    uint64_t factor;
} unit;

/* A decimal number, perhaps with a fraction ("1.5"), as whole thousandths, and where it ends. */
static bool parse_number(const char *text, uint64_t *thousandths, const char **end)
{
    uint64_t v = 0, scale = 1000;
    const char *at = text;
    if (!isdigit((unsigned char)*at)) return false;
    for (; isdigit((unsigned char)*at); at++) {
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, (uint64_t)(*at - '0'), &v)) return false;
    }
    if (__builtin_mul_overflow(v, 1000, &v)) return false;
    if (*at == '.') {
        for (at++; isdigit((unsigned char)*at); at++) {
            scale /= 10;
            if (__builtin_add_overflow(v, (uint64_t)(*at - '0') * scale, &v)) return false;
        }
    }
    *thousandths = v;
    *end = at;
    return true;
}

static bool parse_with_unit(const char *text, const unit *units, size_t nunits, uint64_t *value)
{
    uint64_t thousandths;
    const char *end;
    if (!parse_number(text, &thousandths, &end)) return false;
    while (*end == ' ') end++;
    for (size_t i = 0; i < nunits; i++) {
        if (strcmp(end, units[i].name) != 0) continue;
        __extension__ typedef unsigned __int128 wide;
        wide product = (wide)thousandths * units[i].factor / 1000;
        if (product > INT64_MAX) return false;
        *value = (uint64_t)product;
        return true;
    }
    return false;
}

/* Each kind's reader: false for a text it does not accept. */

static bool read_duration(const char *text, const char *meaning, int64_t *value)
{
    static const unit units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60000}, {"min", 60000}, {"h", 3600000}};
    uint64_t ms;
    (void)meaning;
    if (!parse_with_unit(text, units, sizeof units / sizeof units[0], &ms) || ms == 0) return false;
    *value = (int64_t)ms;
    return true;
}

static bool read_bytes(const char *text, const char *meaning, uint64_t *value)
{
    static const unit units[] = {{"", 1},          {"B", 1},         {"k", 1 << 10},     {"K", 1 << 10},
                                 {"M", 1 << 20},   {"G", 1 << 30},   {"T", 1ull << 40},  {"KiB", 1 << 10},
                                 {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1ull << 40}};
    uint64_t thousandths, nbytes;
    const char *end;
    (void)meaning;
    if (parse_number(text, &thousandths, &end) && strcmp(end, "%") == 0) {
        uint64_t memory = fb_memory_nbytes();
        if (thousandths == 0 || thousandths > 100000 || memory == 0) return false;
        *value = memory / 1000 * thousandths / 100;
        return true;
    }
    if (!parse_with_unit(text, units, sizeof units / sizeof units[0], &nbytes) || nbytes == 0) return false;
    *value = nbytes;
    return true;
}

static bool read_count(const char *text, const char *meaning, uint64_t *value)
{
    static const unit units[] = {{"", 1}, {"k", 1000}, {"M", 1000000}, {"G", 1000000000}};
    (void)meaning;
    if (strcmp(text, "auto") == 0) {
        *value = FB_COUNT_AUTO;
        return true;
    }
    return !strchr(text, '.') && parse_with_unit(text, units, sizeof units / sizeof units[0], value);
}

/* meaning starts with the words: "off|on: ...". */
static bool read_word(const char *text, const char *meaning, uint64_t *value)
{
    size_t nbytes = strlen(text);
    const char *at = meaning;
    for (uint64_t index = 0; *at != '\0'; index++) {
        size_t n = strcspn(at, "|:");
        if (n == nbytes && memcmp(at, text, n) == 0) {
            *value = index;
            return true;
        }
        if (at[n] != '|') return false;
        at += n + 1;
    }
    return false;
}

static bool read_text(const char *text, const char *meaning, const char **value)
{
    (void)meaning;
    *value = text;
    return strlen(text) < 128;
}

static const char forms_text[] = "a text of less than 128 characters";
static const char forms_duration[] = "a duration such as 500ms, 10s, 2m or 1h";
static const char forms_bytes[] = "a size such as 64k, 512M, 2G or 50%";
static const char forms_count[] = "a whole number, with k, M or G for thousands, or auto";
static const char forms_word[] = "one of the words that its meaning starts with";

static furrow_err unusable(const char *name, const char *text, const char *forms, const char *meaning)
{
    fb_fail(FURROW_ERR_ARG, "%s is \"%.80s\", but it must be %s (%s)", name, text, forms, meaning);
    fb_fail_symbol(name);
    fb_fail_advice("Unset %s for the default, or give it %s.", name, forms);
    return FURROW_ERR_ARG;
}

furrow_err fb_config_read(fb_config *config)
{
    fb_config read;
    const char *text;
#define X(field, ctype, name, kind, fallback, meaning) \
    text = getenv(name);                               \
    if (!text || text[0] == '\0') text = fallback;     \
    if (!read_##kind(text, meaning, &read.field)) return unusable(name, text, forms_##kind, meaning);
    FB_SETTINGS(X)
#undef X
    *config = read;
    return FURROW_OK;
}

furrow_err fb_config_check(const char *name, const char *text)
{
    fb_config ignored;
#define X(field, ctype, known, kind, fallback, meaning) \
    if (strcmp(name, known) == 0)                       \
        return read_##kind(text, meaning, &ignored.field) ? FURROW_OK : unusable(known, text, forms_##kind, meaning);
    FB_SETTINGS(X)
#undef X
    fb_fail(FURROW_ERR_NAME, "%.80s is no setting", name);
    fb_fail_symbol(name);
    return FURROW_ERR_NAME;
}
