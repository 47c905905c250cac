/* What texts mean once compiled: scopes, functions, loops, assignment, quotes; and that bytes depend on text alone. */
#include "machine_host.h"

static void operators(void **state)
{
    gives(*state, "2 + 3 * 4 ^ 2", "50");
    gives(*state, "7 % 3 - 2 / 4", "0.5");
    gives(*state, "1 < 2 <= 2 != 3", "true");
    gives(*state, "3 > 2 > 2", "false");
    gives(*state, "a = 4; a += 2; a *= 3; a", "18");
    gives(*state, "x = [1, 2, 3]; x[end - 1] += 40; x", "[1,42,3]");
    gives(*state, "i = 0; f() = (global i; i += 1; i); x = [1, 2, 3]; x[f()] += 10; (x, i)", "([11,2,3],1)");
    gives(*state, "true || nothere", "true");
    gives(*state, "$1 + $2", "13.5");
}

static void scopes(void **state)
{
    gives(*state, "s = 0; for i = 1:10; s += i; end; s", "55");
    gives(*state, "f() = (t = 1; for k = 1:3; t = k; end; t); f()", "3");
    fails_with(*state, "g() = (for k = 1:3; inner = k; end; inner); g()", FURROW_ERR_NAME, "inner");
    fails_with(*state, "for q1 = 1:2; q2 = q1; end; q2", FURROW_ERR_NAME, "q2");
    gives(*state, "x = 5; [x for x in 1:3]; x", "5");
    fails_with(*state, "h(c) = (c && (y = 1); y); h(false)", FURROW_ERR_NAME, "`y` has no value yet");
    gives(*state, "w = 1; function setw(); global w; w = 9; end; setw(); w", "9");
    gives(*state, "Mod.v = 3; v = 1; Mod.v + v", "4");
    gives(*state, "n = 0; while true; n += 1; n % 2 == 0 && continue; n > 6 && break; end; n", "7");
}

static void functions(void **state)
{
    gives(*state, "f(a, b = a + 1; k = b * 2) = (a, b, k); (f(1), f(1, 5), f(1; k = 0))", "((1,2,4),(1,5,10),(1,2,0))");
    gives(*state, "g(a, rest...) = (a, rest); g(1, 2, 3)", "(1,(2,3))");
    gives(*state, "t = (1, 2); h(x, y, z) = x + 10y + 100z; h(t..., 3)", "321");
    gives(*state, "fact(n) = n <= 1 ? 1 : n * fact(n - 1); fact(10)", "3628800");
    gives(*state, "o(n) = (p(k) = k == 0 ? 0 : k + p(k - 1); p(n)); o(10)", "55");
    gives(*state, "make() = (n = 0; () -> (n += 1)); c = make(); c(); c()", "2");
    gives(*state, "k() = (x = 1; f = () -> x; x = 2; f()); k()", "2");
    gives(*state, "[f() for f in [() -> i for i in 1:3]]", "[1,2,3]");
    gives(*state, "seven() + 1", "8");
    gives(*state, "5 |> (x -> x + 1)", "6");
    gives(*state, "map(sqrt, [1.0, 4.0])", "[1.0,2.0]");
    fails_with(*state, "f1(x) = x; f1()", FURROW_ERR_ARG, "f1 takes 1 argument, 0 given");
    fails_with(*state, "f2(; a = 1) = a; f2(b = 2)", FURROW_ERR_ARG, "`b`");
}

static void collections(void **state)
{
    gives(*state, "[i * j for i in 1:2, j in 1:3]", "[1 2 3; 2 4 6]");
    gives(*state, "[(i, j) for i in 1:3 for j in 1:i if j % 2 == 1]", "Any[(1,1),(2,1),(3,1),(3,3)]");
    gives(*state, "Float64[1, 2]", "[1.0,2.0]");
    gives(*state, "a, (b, c) = 1, (2, 3); a, b = b, a; (a, b, c)", "(2,1,3)");
    gives(*state, "v = [4, 5, 6]; v[1], v[3] = v[3], v[1]; v", "[6,5,4]");
    gives(*state, "A = [1 2; 3 4]; A[2, :] = [7, 8]; A", "[1 2; 7 8]");
    gives(*state, "x = [1, 2]; x .= 9; x", "[9,9]");
}

static void quotes(void **state)
{
    gives(*state, "k = 4; :(x + $k)", "x + 4");
    gives(*state, "e = :(y + 1); :(2 * $e)", "2 * (y + 1)");
    gives(*state, ":name", "name");
    fails_with(*state, "@nothere 1", FURROW_ERR_NAME, "@nothere");
}

static void errors_show_places(void **state)
{
    furrow_error_info info;
    fails_with(*state, "a = 1\nb = a + squrt(4)", FURROW_ERR_NAME, "did you mean `sqrt`?");
    furrow_last_error(&info);
    assert_int_equal(info.line, 2);
    assert_int_equal(info.column, 9);
    assert_non_null(strstr(info.place, "b = a + squrt(4)"));
}

static void bytes_depend_on_text_alone(void **state)
{
    (void)state;
    furrow_program *a, *b;
    size_t na, nb;
    uint8_t ha[16], hb[16];
    const char *text = "f(x) = sum((x .- $m) .^ 2) / $n; f([1.0, 2.0])";
    assert_int_equal(furrow_compile(text, SIZE_MAX, &a), 0);
    assert_int_equal(furrow_compile(text, SIZE_MAX, &b), 0);
    const void *pa = furrow_program_bytes(a, &na), *pb = furrow_program_bytes(b, &nb);
    assert_int_equal(na, nb);
    assert_memory_equal(pa, pb, na);
    furrow_program_hash(a, ha);
    furrow_program_hash(b, hb);
    assert_memory_equal(ha, hb, 16);
    assert_int_equal(furrow_program_nparams(a), 2);
    assert_string_equal(furrow_program_param(a, 0), "m");
    assert_null(furrow_program_param(a, 2));
    furrow_program_drop(b);
    assert_int_equal(furrow_program_load(pa, na, &b), 0);
    furrow_program_drop(a);
    furrow_program_drop(b);
}

static void disassembly(void **state)
{
    (void)state;
    furrow_program *p;
    char *text;
    assert_int_equal(furrow_compile("a = 2; a + 1", SIZE_MAX, &p), 0);
    assert_int_equal(furrow_program_disassemble(p, &text), 0);
    assert_string_equal(text,
                        "   0  LOADI     r1 2\n   1  SETG      r1 a\n   2  GETG      r1 a\n   3  ADDRK     r0 r1 1\n"
                        "   4  RETURN    r0\n");
    free(text);
    furrow_program_drop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(operators, host_open, host_close),
        cmocka_unit_test_setup_teardown(scopes, host_open, host_close),
        cmocka_unit_test_setup_teardown(functions, host_open, host_close),
        cmocka_unit_test_setup_teardown(collections, host_open, host_close),
        cmocka_unit_test_setup_teardown(quotes, host_open, host_close),
        cmocka_unit_test_setup_teardown(errors_show_places, host_open, host_close),
        cmocka_unit_test(bytes_depend_on_text_alone),
        cmocka_unit_test(disassembly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
