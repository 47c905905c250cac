/*
 * settings.c - every setting that Furrow reads from the environment: value, default, meaning, and who set it; and variables
 * that begin with FURROW_ and are none, with the setting they resemble.
 */
#include "info.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must change to make one name the other; long names count as far away. */
static size_t distance(const char *a, const char *b)
{
    size_t row[SETTING_NBYTES + 1], na = strlen(a), nb = strlen(b);
    if (na > SETTING_NBYTES || nb > SETTING_NBYTES) return SETTING_NBYTES;
    for (size_t j = 0; j <= nb; j++) row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t changed = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            row[j] = least(changed, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[nb];
}

const char *settings_nearest(const char *name)
{
    const furrow_setting *setting;
    const char *best = NULL;
    size_t best_distance = SETTING_NBYTES + 1;
    for (size_t i = 0; (setting = furrow_settings(i)); i++) {
        size_t d = distance(name, setting->name);
        if (d >= best_distance) continue;
        best = setting->name;
        best_distance = d;
    }
    return best;
}

static bool is_setting(const char *name)
{
    const furrow_setting *setting;
    for (size_t i = 0; (setting = furrow_settings(i)); i++)
        if (!strcmp(name, setting->name)) return true;
    return !strcmp(name, "FURROW_BOOT"); /* the launcher's */
}

void settings_unknown(size_t index, char name[SETTING_NBYTES])
{
    for (char **at = environ; *at; at++) {
        size_t n = strcspn(*at, "=");
        if (strncmp(*at, "FURROW_", 7)) continue;
        snprintf(name, SETTING_NBYTES, "%.*s", n < SETTING_NBYTES ? (int)n : SETTING_NBYTES - 1, *at);
        if (!is_setting(name) && index-- == 0) return;
    }
    name[0] = '\0';
}

void settings_report_unknown(report *r)
{
    static const column columns[] = {{"name"}, {"nearest"}};
    char name[SETTING_NBYTES];
    settings_unknown(0, name);
    if (!*name) return;
    report_table(r, "not_settings", "not a setting", columns, 2);
    for (size_t i = 1; *name; i++) {
        const char *cells[] = {name, settings_nearest(name)};
        report_row(r, cells);
        settings_unknown(i, name);
    }
}

/* --- where it was set ----------------------------------------------------------------------------------------------*/

/* The whole of a file of /proc that has no size; NULL when it cannot be read. The caller frees it. */
static char *read_whole(const char *path, size_t *nbytes)
{
    FILE *f = fopen(path, "re");
    char *text = NULL;
    size_t room = 0, n = 0, got;
    if (!f) return NULL;
    do {
        room += 65536;
        char *more = realloc(text, room + 1);
        if (!more) break;
        text = more;
        got = fread(text + n, 1, room - n, f);
        n += got;
    } while (n == room && room < (1u << 22));
    fclose(f);
    if (text) text[n] = '\0';
    *nbytes = n;
    return text;
}

/* Did the process start with name=value? */
static bool started_with(int process, const char *name, const char *value)
{
    char path[64], wanted[512];
    size_t nbytes = 0;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/environ", process);
    int n = snprintf(wanted, sizeof wanted, "%s=%s", name, value);
    char *text = n > 0 && n < (int)sizeof wanted ? read_whole(path, &nbytes) : NULL;
    for (const char *at = text; at && at < text + nbytes && !found; at += strlen(at) + 1) found = !strcmp(at, wanted);
    free(text);
    return found;
}

static int parent_of(int process, char name[32])
{
    char path[64], line[256], state;
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    FILE *f = fopen(path, "re");
    bool got = f && fgets(line, sizeof line, f);
    if (f) fclose(f);
    char *open = got ? strchr(line, '(') : NULL, *close = got ? strrchr(line, ')') : NULL;
    if (!open || !close) return 0;
    snprintf(name, 32, "%.*s", (int)(close - open - 1), open + 1);
    return sscanf(close + 1, " %c %d", &state, &parent) == 2 ? parent : 0;
}

/* The ancestor that gave it to its children without having been given it itself: "bash (1234)". */
static void find_origin(const char *name, const char *value, char *origin, size_t nbytes)
{
    char program[32] = "";
    int process = (int)getpid();
    for (int depth = 0; process > 0 && depth < 64; depth++) {
        bool inherited = started_with(process, name, value);
        int parent = parent_of(process, program);
        if (!inherited && process == (int)getpid()) break; /* not from outside */
        if (!inherited) {
            snprintf(origin, nbytes, "%s (process %d)", program, process);
            return;
        }
        if (parent <= 1) break;
        process = parent;
    }
    snprintf(origin, nbytes, "environment");
}

void settings_report(report *r)
{
    static const column columns[] = {{"name", "setting"}, {"value"}, {"default"}, {"set_by", "set by"}, {"meaning"}};
    const furrow_setting *setting;
    report_table(r, "settings", "settings", columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; (setting = furrow_settings(i)); i++) {
        const char *value = getenv(setting->name);
        char origin[64] = "";
        if (value && *value) find_origin(setting->name, value, origin, sizeof origin);
        const char *cells[] = {setting->name, value ? value : "", setting->fallback, origin, setting->meaning};
        report_row(r, cells);
    }
}
