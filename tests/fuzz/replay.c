/*
 * replay.c - stands in for libFuzzer: gives every file of the target's corpus to it, prints TAP. The corpus is
 * $top_srcdir/tests/fuzz/corpus/NAME, NAME from the program's own name (replay_NAME).
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t nbytes);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return -1;
    size_t nbytes = 0, capacity = 1 << 20;
    uint8_t *bytes = malloc(capacity);
    if (bytes) nbytes = fread(bytes, 1, capacity, file);
    fclose(file);
    if (!bytes) return -1;
    /* A block of exactly this size, so that a sanitizer sees the first byte read past the end. */
    uint8_t *exact = malloc(nbytes ? nbytes : 1);
    if (exact) memcpy(exact, bytes, nbytes);
    free(bytes);
    if (!exact) return -1;
    LLVMFuzzerTestOneInput(exact, nbytes);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    const char *root = getenv("top_srcdir"), *name = strstr(argv[0], "replay_");
    const char *last = name;
    while (name && (name = strstr(name + 1, "replay_"))) last = name;
    char folder[PATH_MAX], path[PATH_MAX + 300];
    snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s", root ? root : ".", last ? last + 7 : "?");
    DIR *dir = opendir(folder);
    if (!dir) {
        printf("Bail out! no corpus %s\n", folder);
        return 1;
    }
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        printf("# %s\n", entry->d_name);
        fflush(stdout);
        printf("%s %d - %s\n", replay_file(path) ? "not ok" : "ok", ++count, entry->d_name);
    }
    closedir(dir);
    printf("1..%d\n", count);
    return 0;
}
