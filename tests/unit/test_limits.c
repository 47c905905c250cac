/* Time: whatever goes through many elements asks, piece by piece, whether it may go on: each builtin with each of many
 * kinds of arguments, and what is no builtin by hand. What counts is how often the host was asked, not the clock. */
#include "machine_host.h"
#include "expr/builtin.h"
#include "expr/vm.h"

#include <malloc.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW 10 /* times */
#else
#define SLOW 1
#endif

#define LENGTH     "2^18"
#define LONG_NS    (2000000ll * SLOW)   /* who computes for longer must have asked */
#define LEAST_ASKS 4                    /* of about 16 pieces */
#define MOST_ASKS  (SLOW > 1 ? 12 : 60) /* then it is told to stop */

static int asked, patience;
static int64_t last_ns, longest_ns; /* between two questions */

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void note_gap(void)
{
    int64_t now = cpu_ns();
    if (now - last_ns > longest_ns) longest_ns = now - last_ns;
    last_ns = now;
}

static furrow_err ask(void *self)
{
    (void)self;
    note_gap();
    return ++asked > patience ? fb_fail(FURROW_ERR_INTERRUPTED, "enough") : FURROW_OK;
}

static void begin(int most)
{
    asked = 0;
    patience = most;
    longest_ns = 0;
    last_ns = cpu_ns();
}

static void prepare(test_host *h, const char *const *texts, size_t n, fv_cell *cells)
{
    const furrow_limits limits = {.nbytes = 1u << 28, .time_ms = 3600000};
    h->host.tick = ask;
    fx_vm_limits(h->vm, &limits);
    begin(INT32_MAX);
    for (size_t i = 0; i < n; i++)
        if (host_eval(h, texts[i], &cells[i])) fail_msg("%s", texts[i]);
}

/* --- every builtin --- */

/* What builtins are called with: letters of the patterns below. */
static const char letters[] = "xicbmMsrdtvwgGfhpTBnkKoqyazS:";
static const char *const values[] = {
    "rand(" LENGTH ")",            /* x */
    "collect(1:" LENGTH ")",       /* i */
    "rand(" LENGTH ") .* im",      /* c */
    "rand(" LENGTH ") .> 2",       /* b */
    "rand(2^9, 2^9)",              /* m */
    "Any[i for i in 1:2^17]",      /* M */
    "\"ab \"^(" LENGTH ")",        /* s */
    "1:" LENGTH,                   /* r */
    "Dict(i=>i for i in 1:2^17)",  /* d */
    "((1:2^17)...)",               /* t */
    "rand(Float32, " LENGTH ")",   /* v */
    "[string(i) for i in 1:2^17]", /* w */
    "-",                           /* g */
    "+",                           /* G */
    "a -> false",                  /* f */
    "(a, b) -> b",                 /* h */
    "r\"(b )(x)*\"",               /* p */
    "Float32",                     /* T */
    "Array{Float64}",              /* B */
    LENGTH,                        /* n */
    "3",                           /* k */
    "1",                           /* K */
    "-1.0",                        /* o */
    "'a'",                         /* q */
    "\"b \"",                      /* y */
    "[2, 1]",                      /* a */
    "Float64[]",                   /* z */
    ":"
    "x",    /* S */
    ":(:)", /* : */
};
enum { NVALUES = sizeof values / sizeof values[0] };
static const char *const patterns[] = {
    "x",   "i",  "c",  "b",   "m",   "M",   "s",   "r",   "d",   "t",   "v",   "w",  "n",   "xx",  "ii",  "cc",
    "bb",  "mm", "MM", "ss",  "rr",  "dd",  "tt",  "vv",  "ww",  "xi",  "ic",  "iM", "xM",  "xk",  "ik",  "mk",
    "mK",  "MK", "sk", "rk",  "tk",  "wk",  "kx",  "Kx",  "Ki",  "ox",  "xo",  "xK", "gx",  "gi",  "gm",  "gr",
    "gM",  "fx", "fi", "fs",  "fr",  "fM",  "fd",  "hx",  "hi",  "Gx",  "GM",  "Tx", "Ti",  "Bx",  "Tn",  "Bn",
    "nk",  "kn", "sy", "sq",  "ps",  "sp",  "ys",  "qs",  "qn",  "yn",  "sn",  "nq", "ny",  "ma",  "wy",  "xb",
    "bxx", "zi", "ir", "mKK", "xnK", "xkk", "syq", "spy", "snq", "Gox", "xax", "x:", "mrr", "snK", "kkn", "Knn"};
enum { NPATTERNS = sizeof patterns / sizeof patterns[0] };

static furrow_err call(test_host *h, const char *name, const fv_cell *cells, const char *pattern, int most)
{
    fv_cell args[3], out;
    furrow_value *symbol;
    size_t n = strlen(pattern);
    bool changes = name[strlen(name) - 1] == '!';
    for (size_t i = 0; i < n; i++) {
        const char *letter = strchr(letters, pattern[i]);
        args[i] = cells[letter - letters];
        if (changes && i == 0 && args[i].tag == FURROW_ARRAY) {
            fv_array *copy;
            assert_int_equal(fv_array_copy((const fv_array *)args[i].p, &copy), 0);
            args[i].p = &copy->head;
        } else {
            fv_cell_hold(&args[i]);
        }
    }
    assert_int_equal(fv_text_new(FURROW_SYMBOL, name, strlen(name), &symbol), 0);
    const fv_cell f = {.tag = FURROW_SYMBOL, .p = symbol};
    begin(most);
    furrow_err err = fx_apply(h->vm, &f, args, n, &out);
    if (!err) note_gap(); /* what was made until then goes: that time is not asked for */
    if (!err) fv_cell_drop(&out);
    fv_drop(symbol);
    for (size_t i = 0; i < n; i++) fv_cell_drop(&args[i]);
    return err;
}

/* Whether the host was asked often enough, and, being told so, it stopped. */
static bool bounded(test_host *h, const char *name, const fv_cell *cells, const char *pattern)
{
    furrow_err err = call(h, name, cells, pattern, MOST_ASKS);
    if (longest_ns > LONG_NS && (asked < LEAST_ASKS || longest_ns > 20 * LONG_NS)) return false;
    if (err || asked < LEAST_ASKS) return true;
    err = call(h, name, cells, pattern, LEAST_ASKS / 2);
    if (err == FURROW_ERR_INTERRUPTED) return true;
    print_message("%s(%s) went on (%d) after it was told to stop\n", name, pattern, err);
    return false;
}

static bool may_be_called(const char *name)
{
    static const char *const not [] = {"error", "throw", "rethrow", "sleep", "eval",     "exit",
                                       "quit",  "print", "println", "srand", "isdefined"};
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        if (!strcmp(name, not [i])) return false;
    return true;
}

static void every_builtin_asks(void **state)
{
#ifdef __SANITIZE_THREAD__
    print_message("# skipped: nothing for the thread sanitizer to see in one thread, in minutes\n");
    skip();
#endif
    test_host *h = *state;
    fv_cell cells[NVALUES];
    const char *name, *only = getenv("BUILTIN");
    int bad = 0;
    assert_int_equal(strlen(letters), NVALUES);
    prepare(h, values, NVALUES, cells);
    for (size_t b = 0; (name = fx_builtin_name(b)); b++) {
        if (!may_be_called(name) || (only && strcmp(only, name))) continue;
        for (size_t p = 0; p < NPATTERNS; p++) {
            int tries = 0;
            while (tries < 4 && !bounded(h, name, cells, patterns[p])) tries++;
            if (tries < 4) continue;
            print_message("%s(%s) computed for %lld us without asking, %d questions in all\n", name, patterns[p],
                          (long long)longest_ns / 1000, asked);
            bad++;
        }
    }
    for (size_t i = 0; i < NVALUES; i++) fv_cell_drop(&cells[i]);
    assert_int_equal(bad, 0);
}

/* --- what is no call of a builtin --- */

static const char *const prelude[] = {"x = rand(" LENGTH "); 0",
                                      "y = rand(" LENGTH "); 0",
                                      "i = collect(1:" LENGTH "); 0",
                                      "m = rand(2^9, 2^9); 0",
                                      "s = \"ab \"^(" LENGTH "); 0",
                                      "z = Any[k for k in 1:2^17]; 0",
                                      "d = Dict(k=>k for k in 1:2^17); 0",
                                      "b = rand(" LENGTH ") .> 0.5; 0",
                                      "c = x .* im; 0"};
static const char *const texts[] = {"x + y",
                                    "x .^ 2.5",
                                    "sin(x) .+ exp(y) .* 3",
                                    "x[:] = x .* 2 .+ y .^ 0.3; 0",
                                    "sum(x .^ 1.5 .+ y .^ 0.7)",
                                    "m * m",
                                    "m'",
                                    "c'",
                                    "x'",
                                    "m .+ m'",
                                    "x[i]",
                                    "x[end:-1:1]",
                                    "x[1:3:end]",
                                    "x[b]",
                                    "m[1:2:end, :]",
                                    "m[:, end:-1:1]",
                                    "x[b] = 0; 0",
                                    "x[i] = y; 0",
                                    "m[:, 1:2:end] = 1; 0",
                                    "x == y",
                                    "x == copy(x)",
                                    "i == copy(i)",
                                    "z == copy(z)",
                                    "isequal(i, copy(i))",
                                    "i .== i'[1:1]",
                                    "[k for k in x]",
                                    "[2k for k in 1:" LENGTH "]",
                                    "[x; y]",
                                    "[x y]",
                                    "[m; m]",
                                    "for k in x; end",
                                    "while true; end",
                                    "s * s",
                                    "\"$s $s\"",
                                    "s == s * \"\"",
                                    "uppercase(s)",
                                    "string(x)",
                                    "string(z)",
                                    "\"abc\"^(2^24)",
                                    "d == copy(d)",
                                    "f(k) = k + 1; map(f, x); 0",
                                    "f(k) = k + 1; f.(x); 0",
                                    "sum(k for k in x)",
                                    "Dict(k => 1 for k in 1:2^18)",
                                    "'a':'z'; collect(0.0:0.1:" LENGTH "); 0",
                                    "x[:] = y; 0",
                                    "zeros(2^24)",
                                    "(x...)",
                                    "m ^ 3",
                                    "x .* y'[1:1]",
                                    "c .* c ./ (c .+ 1)",
                                    "x .< y",
                                    "!b",
                                    "-i",
                                    "i .% 7",
                                    "i .÷ 3",
                                    "collect(d)",
                                    "hash(z)",
                                    "c == c .* 1",
                                    "z in z",
                                    "x[2:end] - x[1:end-1]"};

static void expressions_ask(void **state)
{
    test_host *h = *state;
    enum { NPRELUDE = sizeof prelude / sizeof prelude[0] };
    fv_cell cells[NPRELUDE], out;
    int bad = 0;
    prepare(h, prelude, NPRELUDE, cells);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int tries = 0;
        for (bool good = false; tries < 4 && !good; tries += !good) {
            begin(MOST_ASKS);
            furrow_err err = host_eval(h, texts[i], &out);
            if (!err) note_gap();
            if (!err) fv_cell_drop(&out);
            if (err && err != FURROW_ERR_INTERRUPTED) {
                furrow_error_info info;
                furrow_last_error(&info);
                fail_msg("%s: %s", texts[i], info.message);
            }
            good = longest_ns <= LONG_NS || (asked > 1 && longest_ns <= 20 * LONG_NS);
        }
        if (tries == 4)
            print_message("%s computed for %lld us without asking, %d questions in all\n", texts[i],
                          (long long)longest_ns / 1000, asked);
        bad += tries == 4;
    }
    assert_int_equal(bad, 0);
}

/* By the clock, and far from close: seconds of work under a limit of a few milliseconds. */
static void the_clock_ends_them(void **state)
{
    test_host *h = *state;
    static const char *const works[] = {"rand(3 * 10^7)",    "randn(3 * 10^7)",     "sort(rand(10^7))",
                                        "cumsum(1:3*10^7)",  "collect(1:3*10^7)",   "unique(1:10^7)",
                                        "join(1:10^7)",      "findmax(0.5:3*10^7)", "a = rand(1000, 1000); a * a * a",
                                        "string(rand(10^6))"};
    const furrow_limits limits = {.nbytes = 1u << 30, .time_ms = 5};
    fx_vm_limits(h->vm, &limits);
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        int64_t start = cpu_ns();
        fails_with(h, works[i], FURROW_ERR_LIMIT, "longer than 5 ms");
        furrow_error_info info;
        furrow_last_error(&info);
        assert_string_equal(info.symbol, "FURROW_MAX_TIME");
        if (cpu_ns() - start > 200000000ll * SLOW) fail_msg("%s: %lld ns", works[i], (long long)(cpu_ns() - start));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_builtin_asks, host_open, host_close),
        cmocka_unit_test_setup_teardown(expressions_ask, host_open, host_close),
        cmocka_unit_test_setup_teardown(the_clock_ends_them, host_open, host_close),
    };
    mallopt(M_MMAP_THRESHOLD, 1 << 30); /* memory that is used again: pages are not what is measured */
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
