/*
 * test_op.c - operators: promotion, wrapping, division, powers, comparison, arrays, broadcasting, ranges.
 */
#include "expr_rows.h"

static const expr_row promotion_rows[] = {
    {"true + true", "2"},
    {"true - true", "0"},
    {"true * true", "true"},
    {"-true", "-1"},
    {"true / 2", "0.5"},
    {"true & false", "false"},
    {"Int8(1) + Int8(1)", "2"},
    {"typeof(Int8(1) + Int8(1))", "Int8"},
    {"typeof(Int8(1) + Int16(1))", "Int16"},
    {"typeof(Int8(1) + 1)", "Int64"},
    {"typeof(UInt8(1) + Int8(1))", "UInt8"},
    {"typeof(UInt8(1) + 1)", "Int64"},
    {"typeof(UInt64(1) + 1)", "UInt64"},
    {"typeof(1 + 1.0f0)", "Float32"},
    {"typeof(1.0f0 + 1.0)", "Float64"},
    {"typeof(true + 1.0f0)", "Float32"},
    {"typeof(1 + im)", "Complex{Int64}"},
    {"Int8(127) + Int8(1)", "-128"},
    {"typemax(Int64) + 1", "-9223372036854775808"},
    {"typemin(Int64) - 1", "9223372036854775807"},
    {"9223372036854775807 * 2", "-2"},
    {"UInt8(0) - UInt8(1)", "255"},
    {"-UInt8(1)", "255"},
    {"-typemin(Int64)", "-9223372036854775808"},
    {"abs(typemin(Int64))", "-9223372036854775808"},
};
static void test_promotion(void **state)
{
    (void)state;
    CHECK_ROWS(promotion_rows);
}

static const expr_row division_rows[] = {
    {"1 / 0", "Inf"},
    {"-1 / 0", "-Inf"},
    {"0 / 0", "NaN"},
    {"1 / -0.0", "-Inf"},
    {"-0.0 == 0.0", "true"},
    {"isequal(-0.0, 0.0)", "false"},
    {"NaN == NaN", "false"},
    {"isequal(NaN, NaN)", "true"},
    {"7 ÷ 2", "3"},
    {"-7 ÷ 2", "-3"},
    {"7.5 ÷ 2", "3.0"},
    {"-7.5 ÷ 2", "-3.0"},
    {"-7 % 3", "-1"},
    {"mod(-7, 3)", "2"},
    {"mod(7, -3)", "-2"},
    {"rem(7, -3)", "1"},
    {"mod(-1.5, 1)", "0.5"},
    {"rem(-1.5, 1)", "-0.5"},
    {"mod(5, 0.0)", "NaN"},
    {"fld(-7, 2)", "-4"},
    {"cld(7, 2)", "4"},
    {"1 ÷ 0", "!ARG"},
    {"1 % 0", "!ARG"},
    {"mod(1, 0)", "!ARG"},
    {"div(typemin(Int64), -1)", "!ARG"},
    {"div(Int8(-128), Int8(-1))", "!ARG"},
    {"rem(typemin(Int64), -1)", "0"},
};
static void test_division(void **state)
{
    (void)state;
    CHECK_ROWS(division_rows);
}

static const expr_row powers_rows[] = {
    {"2^10", "1024"},
    {"2^-1", "!ARG"},
    {"1^-5", "1"},
    {"(-1)^-3", "-1"},
    {"2^62 * 2", "-9223372036854775808"},
    {"2^64", "0"},
    {"3^40", "-6289078614652622815"},
    {"2.0^-1", "0.5"},
    {"2^0.5", "1.4142135623730951"},
    {"(-1.0)^0.5", "!ARG"},
    {"(-8.0)^3", "-512.0"},
    {"(-2)^2", "4"},
    {"-2^2", "-4"},
    {"0^0", "1"},
    {"0.0^0", "1.0"},
    {"pi^2", "9.869604401089358"},
    {"typeof(Int8(2)^3)", "Int8"},
    {"typeof(2.0f0^2)", "Float32"},
    {"typeof(2^2.0f0)", "Float32"},
    {"true^2", "true"},
    {"10^18", "1000000000000000000"},
    {"10^19", "-8446744073709551616"},
};
static void test_powers(void **state)
{
    (void)state;
    CHECK_ROWS(powers_rows);
}

static const expr_row comparison_rows[] = {
    {"1 < 2 < 3", "true"},
    {"1 < 2 > 3", "false"},
    {"9007199254740993 == 9007199254740992.0", "false"},
    {"9007199254740993 > 9007199254740992.0", "true"},
    {"typemax(Int64) == 9.223372036854775807e18", "false"},
    {"typemax(Int64) < 9.223372036854775807e18", "true"},
    {"typemax(UInt64) == 1.8446744073709552e19", "false"},
    {"UInt8(255) == -1", "false"},
    {"UInt64(1) > -1", "true"},
    {"typemax(UInt64) > typemax(Int64)", "true"},
    {"1 < NaN", "false"},
    {"1 != NaN", "true"},
    {"1 == true", "true"},
    {"\"a\" == :a", "false"},
    {"1 == \"1\"", "false"},
    {"\"abc\" < \"abd\"", "true"},
    {"\"b\" > \"a\"", "true"},
    {":a < :b", "true"},
    {"'a' < 'b'", "true"},
    {"'a' == \"a\"", "false"},
    {"\"a\" < 1", "!TYPE"},
    {"(1, 2) == (1.0, 2.0)", "true"},
    {"(1, 2) == (1, 3)", "false"},
    {"(1, \"a\") < (1, \"b\")", "true"},
    {"[1, 2] == [1.0, 2.0]", "true"},
    {"[1, 2] == [1 2]", "false"},
    {"[1, NaN] == [1, NaN]", "false"},
    {"1:3 == [1, 2, 3]", "true"},
    {"nothing == nothing", "true"},
    {"Dict(:a=>1) == Dict(:a=>1.0)", "true"},
};
static void test_comparison(void **state)
{
    (void)state;
    CHECK_ROWS(comparison_rows);
}

static const expr_row text_rows[] = {
    {"\"a\" * \"b\"", "ab"}, {"\"ab\" ^ 3", "ababab"}, {"\"a\" + \"b\"", "!TYPE"}, {"'a' + 1", "b"},
    {"'c' - 'a'", "2"},      {"'c' - 1", "b"},         {"\"x\" * 'y'", "xy"},
};
static void test_text(void **state)
{
    (void)state;
    CHECK_ROWS(text_rows);
}

static const expr_row bits_rows[] = {
    {"5 & 3", "1"},
    {"5 | 3", "7"},
    {"xor(5, 3)", "6"},
    {"~5", "-6"},
    {"~true", "false"},
    {"!true", "false"},
    {"!1", "!TYPE"},
    {"1 << 3", "8"},
    {"1 << 64", "0"},
    {"1 << -1", "0"},
    {"-8 >> 1", "-4"},
    {"-8 >>> 60", "15"},
    {"typeof(UInt8(1) << 3)", "UInt8"},
    {"Int8(-1) >>> 1", "127"},
    {"UInt8(200) >> 2", "50"},
};
static void test_bits(void **state)
{
    (void)state;
    CHECK_ROWS(bits_rows);
}

static const expr_row complex_rows[] = {
    {"(1 + 2im) * (3 - im)", "5 + 5im"},
    {"(1 + 2im) / (3 - im)", "0.1 + 0.7000000000000001im"},
    {"(1 + 2im)^2", "-3 + 4im"},
    {"im^2", "-1 + 0im"},
    {"im * im == -1", "true"},
    {"1 + 2im == 1 + 2im", "true"},
    {"1 + 0im == 1", "true"},
    {"1im < 2", "!TYPE"},
    {"abs(3 + 4im)", "5.0"},
};
static void test_complex(void **state)
{
    (void)state;
    CHECK_ROWS(complex_rows);
}

static const expr_row arrays_rows[] = {
    {"[1, 2] + 1", "[2,3]"},
    {"1 + [1, 2]", "[2,3]"},
    {"1 - [1, 2]", "[0,-1]"},
    {"2 * [1, 2]", "[2,4]"},
    {"[1, 2] * 2.5", "[2.5,5.0]"},
    {"[1, 2] / 2", "[0.5,1.0]"},
    {"1 / [1, 2]", "!TYPE"},
    {"[1, 2] ^ 2", "!SHAPE"},
    {"[1, 2] .^ 2", "[1,4]"},
    {"2 .^ [1, 2]", "[2,4]"},
    {"[1.0, 4.0] .^ 0.5", "[1.0,2.0]"},
    {"[1, 2] + [3, 4]", "[4,6]"},
    {"[1, 2] + [1, 2, 3]", "!SHAPE"},
    {"[1 2; 3 4] + [1, 2]", "!SHAPE"},
};
static void test_arrays(void **state)
{
    (void)state;
    CHECK_ROWS(arrays_rows);
}

static const expr_row broadcast_rows[] = {
    {"[1 2; 3 4] .+ [10, 20]", "[11 12; 23 24]"},
    {"[1 2; 3 4] .+ [10 20]", "[11 22; 13 24]"},
    {"[1, 2] .+ [10 20]", "[11 21; 12 22]"},
    {"[1, 2, 3] .+ [1, 2]", "!SHAPE"},
    {"[1, 2] .* [3, 4]", "[3,8]"},
    {"[1, 2] * [3, 4]", "!SHAPE"},
    {"[1, 2]' * [3, 4]", "[11]"},
    {"[1, 2] * [3 4]", "[3 4; 6 8]"},
    {"[1 2; 3 4] * [5, 6]", "[17,39]"},
    {"[1 2; 3 4] * [1 0; 0 1]", "[1 2; 3 4]"},
    {"[1 2; 3 4] ^ 2", "[7 10; 15 22]"},
    {"[1 2; 3 4] ^ 0", "[1 0; 0 1]"},
    {"[1 2 3] ^ 2", "!SHAPE"},
    {"[1.5 2] * [2, 1]", "[5.0]"},
    {"[1, 2]'", "[1 2]"},
    {"[1 2; 3 4]'", "[1 3; 2 4]"},
    {"[1+im, 2]'", "Complex{Int64}[1-1im 2+0im]"},
    {"[1+im, 2].'", "Complex{Int64}[1+1im 2+0im]"},
    {"-[1, 2]", "[-1,-2]"},
    {"![true, false]", "Bool[false,true]"},
    {"[1, 2] .== [1, 3]", "Bool[true,false]"},
    {"[1, 2] .< 2", "Bool[true,false]"},
    {"[\"a\", \"b\"] .== \"a\"", "Bool[true,false]"},
    {"[true, false] + [true, true]", "[2,1]"},
    {"[true, false] .* 2", "[2,0]"},
    {"[true, false] & [true, true]", "Bool[true,false]"},
    {"typeof([Int8(1)] + Int8(1))", "Array{Int8,1}"},
    {"typeof([1.0f0] * 2)", "Array{Float32,1}"},
    {"typeof([1.0f0] + 2.0)", "Array{Float64,1}"},
    {"typeof([1] + 2.5)", "Array{Float64,1}"},
    {"[1, 2] ÷ 2", "[0,1]"},
    {"[5, 6] % 4", "[1,2]"},
    {"Any[1, 2.5] + 1", "[2.0,3.5]"},
    {"Any[[1, 2], [3, 4]] + Any[[1, 1], [1, 1]]", "Any[[2,3],[4,5]]"},
};
static void test_broadcast(void **state)
{
    (void)state;
    CHECK_ROWS(broadcast_rows);
}

static const expr_row ranges_rows[] = {
    {"(1:3) + 1", "2:4"},
    {"1 + (1:3)", "2:4"},
    {"(1:3) - 1", "0:2"},
    {"5 - (1:3)", "4:-1:2"},
    {"(1:3) * 2", "2:2:6"},
    {"2(1:3)", "2:2:6"},
    {"(1:3) / 2", "0.5:0.5:1.5"},
    {"-(1:3)", "-1:-1:-3"},
    {"(1:3) .^ 2", "[1,4,9]"},
    {"(1:3) .+ 0.5", "1.5:1.0:3.5"},
    {"(1:3) + [1, 1, 1]", "[2,3,4]"},
    {"(1:3) .== 2", "Bool[false,true,false]"},
    {"(0.1:0.1:0.3)[3]", "0.3"},
    {"collect(0:0.1:0.3)", "[0.0,0.1,0.2,0.3]"},
    {"length(0:0.1:1)", "11"},
};
static void test_ranges(void **state)
{
    (void)state;
    CHECK_ROWS(ranges_rows);
}

static const expr_row empty_rows[] = {
    {"[] + 1", "Any[]"},
    {"Float64[] * 2", "Float64[]"},
    {"sum(Float64[])", "0.0"},
    {"zeros(0, 3) * zeros(3, 2)", "Array{Float64}(0,2)"},
    {"reduce(+, [1, 2, 3])", "6"},
    {"map(+, [1, 2], [3, 4])", "[4,6]"},
    {"reduce(*, [\"a\", \"b\"])", "ab"},
    {"+(1, 2, 3)", "6"},
    {"-(5)", "-5"},
    {"map(-, [1, 2])", "[-1,-2]"},
    {"map(Float32, pi)", "3.1415927"},
};
static void test_empty(void **state)
{
    (void)state;
    CHECK_ROWS(empty_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_promotion),  cmocka_unit_test(test_division), cmocka_unit_test(test_powers),
        cmocka_unit_test(test_comparison), cmocka_unit_test(test_text),     cmocka_unit_test(test_bits),
        cmocka_unit_test(test_complex),    cmocka_unit_test(test_arrays),   cmocka_unit_test(test_broadcast),
        cmocka_unit_test(test_ranges),     cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
