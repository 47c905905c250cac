/*
 * info.c - furrow info: what this build is, what this machine offers it, and what the environment tells it.
 */
#include "command.h"
#include <furrow/file.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

#define NAME_CHARS 64

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must change to make one name the other; long names count as far away. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_CHARS + 1], na = strlen(a), nb = strlen(b);
    if (na > NAME_CHARS || nb > NAME_CHARS) return NAME_CHARS;
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

static const char *nearest_setting(const char *name)
{
    const furrow_setting *setting;
    const char *best = NULL;
    size_t best_distance = NAME_CHARS;
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

static void print_unknown(void)
{
    char name[NAME_CHARS];
    for (char **at = environ; *at; at++) {
        size_t n = strcspn(*at, "=");
        if (strncmp(*at, "FURROW_", 7) || n >= sizeof name) continue;
        memcpy(name, *at, n);
        name[n] = 0;
        if (!is_setting(name)) printf("not a setting: %s (the nearest is %s)\n", name, nearest_setting(name));
    }
}

static void print_settings(void)
{
    const furrow_setting *setting;
    printf("\n%-18s %-12s %-12s %s\n", "setting", "value", "default", "meaning");
    for (size_t i = 0; (setting = furrow_settings(i)); i++) {
        const char *value = getenv(setting->name);
        printf("%-18s %-12s %-12s %s\n", setting->name, value && *value ? value : "-", setting->fallback,
               setting->meaning);
    }
}

static void print_left_out(const char *what, const char *why)
{
    printf("left out:     %s: %s\n", what, why);
}

/* A file that cannot be there: what is missing then is either the file, or the module that reads files. */
static void print_files(void)
{
    furrow_value *value = NULL;
    furrow_error_info info;
    furrow_err err = furrow_load("/dev/null/furrow", NULL, &value);
    furrow_last_error(&info);
    if (err == FURROW_ERR_NOT_BUILT)
        print_left_out("files", info.message);
    else
        printf("files:        HDF5\n");
    furrow_value_drop(value);
}

/* Is there anything to carry Furrow between hosts? */
static void print_fabrics(void)
{
    furrow_net_info net;
    furrow_error_info info;
    furrow_err err = furrow_net_offer(0, &net);
    furrow_last_error(&info);
    if (err == FURROW_ERR_NOT_BUILT)
        print_left_out("fabrics", info.message);
    else
        printf("fabrics:      %s\n", err ? "libfabric, which finds none here" : "libfabric; --net lists them");
}

/* Provider and domain are what FURROW_NET takes. */
static void print_offers(void)
{
    furrow_net_info net;
    printf("\n%-16s %-10s %-18s %s\n", "provider", "domain", "network", "between hosts");
    for (size_t i = 0; !furrow_net_offer(i, &net); i++)
        printf("%-16s %-10s %-18s %s%s\n", net.provider, net.domain, net.network, net.usable ? "" : "no, it lacks ",
               !net.usable     ? net.missing
               : net.one_sided ? "one-sided"
                               : "the target must make progress");
}

static void print_build(void)
{
    double gib = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / (1 << 30);
    printf("furrow %s\n", furrow_version());
    printf("transports:   shm (processes of this host)\n");
    print_fabrics();
#ifdef WITH_PMIX
    printf("boot:         self, local (furrow run), pmix (srun --mpi=pmix, mpirun)\n");
#else
    printf("boot:         self, local (furrow run)\n");
    print_left_out("pmix", "configured without it");
#endif
    print_files();
#ifdef WITH_EDIT
    printf("line editing: libedit\n");
#else
    print_left_out("line editing", "configured with --without-edit");
#endif
    print_left_out("verbs", "not in this version, but libfabric's provider of that name");
    printf("cores:        %d of %ld may be used\n", command_ncores(), sysconf(_SC_NPROCESSORS_ONLN));
    printf("memory:       %.1f GiB\n", gib);
}

static int run(int argc, char **argv)
{
    bool env = false, net = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) return command_help(&command_info);
        if (!strcmp(argv[i], "--env"))
            env = true;
        else if (!strcmp(argv[i], "--net"))
            net = true;
        else
            return command_misused(&command_info, "unknown argument %s", argv[i]);
    }
    print_build();
    if (net) print_offers();
    if (env) print_settings();
    print_unknown();
    return fflush(stdout) || ferror(stdout) ? STATUS_FAILED : 0;
}

const command command_info = {
    .name = "info",
    .usage = "info [--env] [--net]",
    .about = "show what this furrow is built with, the machine, and the settings",
    .help = "  --env  every setting read from the environment, with its value and default\n"
            "  --net  what libfabric offers here to carry Furrow between hosts\n"
            "\n"
            "Variables that begin with FURROW_ and are no setting are named, with the setting they resemble most.\n",
    .run = run,
};
