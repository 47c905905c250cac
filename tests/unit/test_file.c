/*
 * test_file.c - save and load through the public calls: every kind of value comes back equal, damage is refused and
 * placed, nothing is left beside the file, files written elsewhere load.
 */
#include <furrow/file.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/furrow file XXXXXX");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/a b.h5", folder);
    return 0;
}

static int files_in_folder(void)
{
    DIR *d = opendir(folder);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void round_trip(furrow_value *value)
{
    furrow_value *back = NULL;
    assert_int_equal(furrow_save(path, value, NULL), FURROW_OK);
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(furrow_load(path, NULL, &back), FURROW_OK);
    if (!furrow_value_equal(value, back)) {
        char *a, *b;
        assert_int_equal(furrow_value_display(value, 0, 0, &a), FURROW_OK);
        assert_int_equal(furrow_value_display(back, 0, 0, &b), FURROW_OK);
        fail_msg("saved %s loaded %s", a, b);
    }
    furrow_value_drop(back);
}

static void round_trip_drop(furrow_value *value)
{
    round_trip(value);
    furrow_value_drop(value);
}

static furrow_value *number(double d)
{
    furrow_value *v;
    assert_int_equal(furrow_value_float64(d, &v), FURROW_OK);
    return v;
}

static furrow_value *text(const char *t, size_t n)
{
    furrow_value *v;
    assert_int_equal(furrow_value_string(t, n, &v), FURROW_OK);
    return v;
}

static furrow_value *symbol(const char *t)
{
    furrow_value *v;
    assert_int_equal(furrow_value_symbol(t, &v), FURROW_OK);
    return v;
}

static void flat_scalars_and_arrays(void **state)
{
    (void)state;
    for (int type = FURROW_BOOL; type <= FURROW_COMPLEX_INT64; type++) {
        if (type > FURROW_COMPLEX128) type = FURROW_COMPLEX_INT64;
        unsigned char bytes[16 * 24];
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(type == FURROW_BOOL ? i & 1 : 17 * i + 3);
        furrow_value *v;
        assert_int_equal(furrow_value_scalar((furrow_type)type, bytes, &v), FURROW_OK);
        round_trip_drop(v);
        static const size_t shapes[][3] = {{24, 1, 1}, {2, 3, 4}, {0, 5, 1}, {1, 1, 24}};
        for (int ndims = 1; ndims <= 3; ndims++)
            for (size_t s = 0; s < 4; s++) {
                assert_int_equal(furrow_value_array((furrow_type)type, ndims, shapes[s], bytes, &v), FURROW_OK);
                round_trip_drop(v);
            }
    }
}

static void texts(void **state)
{
    (void)state;
    round_trip_drop(text("", 0));
    round_trip_drop(text("h\xc3\xa9llo \xe2\x88\x80", SIZE_MAX));
    round_trip_drop(text("a\0b", 3));
    round_trip_drop(symbol("x"));
    furrow_value *items[4] = {text("a", 1), text("", 0), text("ccc", 3), text("\xc3\xa9", 2)}, *v;
    size_t dims[2] = {2, 2};
    assert_int_equal(furrow_value_boxes(FURROW_STRING, 2, dims, items, &v), FURROW_OK);
    round_trip_drop(v);
    size_t none = 0;
    assert_int_equal(furrow_value_boxes(FURROW_STRING, 1, &none, items, &v), FURROW_OK);
    round_trip_drop(v);
    for (int i = 0; i < 4; i++) furrow_value_drop(items[i]);
}

static void nothing_tuples_and_boxes(void **state)
{
    (void)state;
    furrow_value *v, *items[4] = {number(1.5), text("x", 1), symbol("s"), NULL};
    assert_int_equal(furrow_value_nothing(&items[3]), FURROW_OK);
    round_trip(items[3]);
    assert_int_equal(furrow_value_tuple(4, items, &v), FURROW_OK);
    round_trip_drop(v);
    size_t dims[2] = {4, 1};
    assert_int_equal(furrow_value_boxes(FURROW_ANY, 2, dims, items, &v), FURROW_OK);
    round_trip_drop(v);
    for (int i = 0; i < 4; i++) furrow_value_drop(items[i]);
}

static furrow_value *dict_of(furrow_value *const *keys, furrow_value *const *items, int n)
{
    furrow_value *d;
    assert_int_equal(furrow_value_dict(&d), FURROW_OK);
    for (int i = 0; i < n; i++) assert_int_equal(furrow_dict_set(d, keys[i], items[i]), FURROW_OK);
    return d;
}

static void dictionaries(void **state)
{
    (void)state;
    furrow_value *items[2] = {number(2.5), text("Fnordic", 7)};
    furrow_value *symbols[2] = {symbol("zeta"), symbol("alpha")};
    furrow_value *strings[2] = {text("zeta", 4), text("a b", 3)};
    furrow_value *odd[2] = {text("with/slash", 10), number(7)};
    furrow_value *a = dict_of(symbols, items, 2), *b = dict_of(strings, items, 2), *c = dict_of(odd, items, 2);
    round_trip(a);
    round_trip(b);
    round_trip(c);
    furrow_value *nested[2] = {a, c}, *d = dict_of(strings, nested, 2), *first, *item;
    round_trip(d);
    furrow_value *back;
    assert_int_equal(furrow_save(path, a, NULL), FURROW_OK);
    assert_int_equal(furrow_load(path, NULL, &back), FURROW_OK);
    assert_int_equal(furrow_dict_pair(back, 0, &first, &item), FURROW_OK); /* order is kept */
    assert_true(furrow_value_equal(first, symbols[0]));
    furrow_value *typed, *again;
    assert_int_equal(furrow_value_dict_of(FURROW_SYMBOL, FURROW_FLOAT64, &typed), FURROW_OK);
    assert_int_equal(furrow_dict_set(typed, symbols[0], items[0]), FURROW_OK);
    assert_int_equal(furrow_save(path, typed, NULL), FURROW_OK);
    assert_int_equal(furrow_load(path, NULL, &again), FURROW_OK);
    assert_int_equal(furrow_dict_key_type(again), FURROW_SYMBOL);
    assert_int_equal(furrow_dict_item_type(again), FURROW_FLOAT64);
    assert_int_equal(furrow_dict_key_type(back), FURROW_ANY);
    furrow_value_drop(typed);
    furrow_value_drop(again);
    furrow_value *all[] = {back,     first,      item,       d,          a,          b,      c,     items[0],
                           items[1], symbols[0], symbols[1], strings[0], strings[1], odd[0], odd[1]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) furrow_value_drop(all[i]);
}

/* Whatever byte is changed, wherever the file is cut: refused, with the place. */
static void damage(void **state)
{
    (void)state;
    furrow_value *v, *back;
    size_t n = 70000;
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 1, &n, NULL, &v), FURROW_OK);
    assert_int_equal(furrow_save(path, v, NULL), FURROW_OK);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    int fd = open(path, O_RDWR);
    unsigned seed = 4711;
    for (int i = 0; i < 200; i++) {
        off_t at = i < 64 ? i * 8 : rand_r(&seed) % st.st_size;
        unsigned char byte, flipped;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        flipped = (unsigned char)(byte ^ (1u << (i % 8)));
        assert_int_equal(pwrite(fd, &flipped, 1, at), 1);
        assert_int_equal(furrow_load(path, NULL, &back), FURROW_ERR_FORMAT);
        furrow_error_info info;
        assert_int_equal(furrow_last_error(&info), FURROW_ERR_FORMAT);
        assert_non_null(strstr(info.message, "damaged"));
        long long from = -1, to = -1;
        const char *range = strstr(info.message, "bytes ");
        assert_int_equal(sscanf(range, "bytes %lld..%lld", &from, &to), 2);
        assert_true(from <= at && at <= to);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    assert_int_equal(furrow_load(path, NULL, &back), FURROW_OK);
    furrow_value_drop(back);
    for (int i = 0; i < 50; i++) {
        off_t length = i < 8 ? i * 64 : rand_r(&seed) % st.st_size;
        assert_int_equal(ftruncate(fd, length), 0);
        assert_int_equal(furrow_load(path, NULL, &back), FURROW_ERR_FORMAT);
    }
    close(fd);
    furrow_value_drop(v);
}

/* Reads the saved file behind its checksums: without them it is as any file from elsewhere. */
static unsigned char *without_guard(size_t *nbytes)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    assert_int_equal(fstat(fd, &st), 0);
    *nbytes = (size_t)st.st_size - 512;
    unsigned char *bytes = malloc(*nbytes);
    assert_int_equal(pread(fd, bytes, *nbytes, 512), *nbytes);
    close(fd);
    return bytes;
}

/* Flipped bytes in files that carry no checksums: HDF5 may crash on them, this process may not (P6). */
static void damage_elsewhere(void **state)
{
    (void)state;
    furrow_value *dict, *key, *item, *back;
    size_t n = 300, nbytes, loaded = 0;
    assert_int_equal(furrow_value_dict(&dict), FURROW_OK);
    for (int i = 0; i < 6; i++) {
        char name[16];
        snprintf(name, sizeof name, "k%d", i);
        assert_int_equal(furrow_value_string(name, SIZE_MAX, &key), FURROW_OK);
        if (i % 2)
            assert_int_equal(furrow_value_array(FURROW_FLOAT64, 1, &n, NULL, &item), FURROW_OK);
        else
            assert_int_equal(furrow_value_string("some text", SIZE_MAX, &item), FURROW_OK);
        assert_int_equal(furrow_dict_set(dict, key, item), FURROW_OK);
        furrow_value_drop(key);
        furrow_value_drop(item);
    }
    assert_int_equal(furrow_save(path, dict, NULL), FURROW_OK);
    furrow_value_drop(dict);
    unsigned char *bytes = without_guard(&nbytes), *changed = malloc(nbytes);
    unsigned seed = 12;
    for (int i = 0; i < 400; i++) {
        memcpy(changed, bytes, nbytes);
        for (int k = rand_r(&seed) % 4; k >= 0; k--) changed[(size_t)rand_r(&seed) % nbytes] ^= (unsigned char)(1 << k);
        FILE *f = fopen(path, "w");
        assert_int_equal(fwrite(changed, 1, nbytes, f), nbytes);
        fclose(f);
        if (furrow_load(path, NULL, &back)) continue;
        furrow_value_drop(back);
        loaded++;
    }
    assert_in_range(loaded, 1, 399);
    free(changed);
    free(bytes);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SPACE_CAN_BE_LIMITED 0
#else
#define SPACE_CAN_BE_LIMITED 1
#endif

/* From now on this process may have nbytes more address space. */
static void may_have(size_t nbytes, struct rlimit *before)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_int_equal(fscanf(f, "%lu", &pages), 1);
    fclose(f);
    getrlimit(RLIMIT_AS, before);
    struct rlimit limit = {pages * (unsigned long)getpagesize() + nbytes, before->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
}

/* Arrays go in pieces, both ways: beside the array itself there is never a second one. */
static void in_pieces(void **state)
{
    (void)state;
    if (!SPACE_CAN_BE_LIMITED) {
        print_message("# skipped: a sanitizer takes address space of its own\n");
        skip();
    }
    size_t n = (size_t)320 << 17, nbytes = n * 8, extra = (size_t)96 << 20;
    furrow_value *v, *back = NULL;
    double *data = malloc(nbytes);
    for (size_t i = 0; i < n; i++) data[i] = (double)i;
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 1, &n, data, &v), FURROW_OK);
    free(data);
    struct rlimit before;
    may_have(extra, &before);
    assert_int_equal(furrow_save(path, v, NULL), FURROW_OK);
    assert_int_equal(furrow_load(path, NULL, &back), FURROW_ERR_NOMEM);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    may_have(nbytes + extra, &before);
    assert_int_equal(furrow_load(path, NULL, &back), FURROW_OK);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_true(furrow_value_equal(v, back));
    furrow_value_drop(v);
    furrow_value_drop(back);
}

static void not_files(void **state)
{
    (void)state;
    furrow_value *back = NULL, *v = number(1);
    char other[128];
    assert_int_equal(furrow_load("/nonexistent/x.h5", NULL, &back), FURROW_ERR_SYSTEM);
    assert_int_equal(furrow_load(folder, NULL, &back), FURROW_ERR_FORMAT);
    assert_int_equal(furrow_load("/dev/null", NULL, &back), FURROW_ERR_FORMAT);
    assert_int_equal(furrow_load("", NULL, &back), FURROW_ERR_ARG);
    assert_int_equal(furrow_save(folder, v, NULL), FURROW_ERR_SYSTEM);
    snprintf(other, sizeof other, "%s/none/x.h5", folder);
    assert_int_equal(furrow_save(other, v, NULL), FURROW_ERR_SYSTEM);
    assert_int_equal(furrow_save("/dev/null", v, NULL), FURROW_ERR_SYSTEM);
    FILE *f = fopen(path, "w");
    fputs("just some text, longer than nothing\n", f);
    fclose(f);
    assert_int_equal(furrow_load(path, NULL, &back), FURROW_ERR_FORMAT);
    assert_null(back);
    unlink(path);
    furrow_value_drop(v);
}

/* A reader sees the old or the new contents, and a writer killed at any moment leaves nothing beside them. */
static void replaced_whole(void **state)
{
    (void)state;
    size_t n = 20000;
    for (int round = 0; round < 20; round++) {
        pid_t child = fork();
        if (child == 0) {
            for (int k = 0;; k++) {
                furrow_value *v;
                double *data = malloc(n * sizeof *data);
                for (size_t i = 0; i < n; i++) data[i] = k;
                if (furrow_value_array(FURROW_FLOAT64, 1, &n, data, &v) || furrow_save(path, v, NULL)) _exit(1);
                furrow_value_drop(v);
                free(data);
            }
        }
        for (int k = 0; k < 10; k++) {
            furrow_value *back;
            if (access(path, R_OK) != 0) continue;
            assert_int_equal(furrow_load(path, NULL, &back), FURROW_OK);
            const double *data = furrow_value_data(back);
            for (size_t i = 1; i < n; i++) assert_true(data[i] == data[0]);
            furrow_value_drop(back);
        }
        usleep(1000 * (unsigned)(round + 1));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    /* A link caught between its two names goes with the next save. */
    assert_true(files_in_folder() <= 2);
    round_trip_drop(number(1));
}

static void reports_progress(void *user, uint64_t done, uint64_t total)
{
    uint64_t *last = user; /* done, and the steps in which it came there */
    assert_true(done >= last[0] && done <= total);
    last[0] = done;
    last[1]++;
}

static void progress(void **state)
{
    (void)state;
    furrow_value *v, *back;
    size_t dims[2] = {1000, 9000};
    uint64_t saved[2] = {0}, loaded[2] = {0};
    furrow_file_opts opts = {.size = sizeof opts, .progress = reports_progress, .user = saved};
    assert_int_equal(furrow_value_array(FURROW_FLOAT64, 2, dims, NULL, &v), FURROW_OK);
    assert_int_equal(furrow_save(path, v, &opts), FURROW_OK);
    /* Written or read, and once more for the checksums, with HDF5's own few bytes; in steps the eye can follow. */
    assert_in_range(saved[0], 2 * 72000000, 2 * 72000000 + 100000);
    assert_in_range(saved[1], 20, 1000);
    opts.user = loaded;
    assert_int_equal(furrow_load(path, &opts, &back), FURROW_OK);
    assert_in_range(loaded[0], 2 * 72000000, 2 * 72000000 + 100000);
    assert_in_range(loaded[1], 20, 1000);
    assert_true(furrow_value_equal(v, back));
    furrow_value_drop(back);
    furrow_value_drop(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_scalars_and_arrays),
        cmocka_unit_test(texts),
        cmocka_unit_test(nothing_tuples_and_boxes),
        cmocka_unit_test(dictionaries),
        cmocka_unit_test(damage),
        cmocka_unit_test(damage_elsewhere),
        cmocka_unit_test(in_pieces),
        cmocka_unit_test(not_files),
        cmocka_unit_test(replaced_whole),
        cmocka_unit_test(progress),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
