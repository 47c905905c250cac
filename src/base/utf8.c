/*
 * utf8.c - UTF-8 without a locale, for messages, values and display. Host programs may have set any locale, so that
 * the C library's own functions are of no use here.
 */
#include "base/utf8.h"

#include <string.h>

size_t fb_utf8_decode(const char *bytes, size_t nbytes, uint32_t *code)
{
    const unsigned char *s = (const unsigned char *)bytes;
    *code = s[0];
    if (s[0] < 0x80) return 1;
    size_t n = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    uint32_t c = s[0] & (0xFFu >> (n + 1));
    bool good = s[0] >= 0xC2 && s[0] <= 0xF4 && n <= nbytes;
    for (size_t i = 1; good && i < n; i++) {
        good = (s[i] & 0xC0) == 0x80;
        c = c << 6 | (s[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (!good || c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        *code = FB_UTF8_INVALID;
        return 1;
    }
    *code = c;
    return n;
}

size_t fb_utf8_encode(uint32_t code, char bytes[4])
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return 0;
    if (code < 0x80) {
        bytes[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    bytes[0] = (char)((0xF00u >> n & 0xFFu) | code);
    return n;
}

bool fb_utf8_valid(const char *bytes, size_t nbytes)
{
    const uint64_t high = 0x8080808080808080u;
    for (size_t i = 0; i < nbytes;) {
        uint64_t word;
        if (nbytes - i >= sizeof word && (memcpy(&word, bytes + i, sizeof word), !(word & high))) {
            i += sizeof word;
            continue;
        }
        uint32_t code;
        i += fb_utf8_decode(bytes + i, nbytes - i, &code);
        if (code == FB_UTF8_INVALID) return false;
    }
    return true;
}

typedef struct code_span {
    uint32_t first;
    uint32_t last;
} code_span;

/* The common blocks of combining and of wide characters; a terminal knows more, but these are what people write. */
static const code_span combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0900, 0x0902}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
};
static const code_span wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool in_spans(uint32_t code, const code_span *spans, size_t n)
{
    for (size_t i = 0; i < n && spans[i].first <= code; i++) {
        if (code <= spans[i].last) return true;
    }
    return false;
}

int fb_utf8_width(uint32_t code)
{
    if (code < 0x300 || code == FB_UTF8_INVALID) return 1;
    if (in_spans(code, combining, sizeof combining / sizeof combining[0])) return 0;
    return in_spans(code, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

size_t fb_utf8_columns(const char *bytes, size_t nbytes)
{
    size_t columns = 0;
    for (size_t i = 0; i < nbytes;) {
        uint32_t code;
        i += fb_utf8_decode(bytes + i, nbytes - i, &code);
        columns += (size_t)fb_utf8_width(code);
    }
    return columns;
}
