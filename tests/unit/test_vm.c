/* The machine: limits by name, function values that travel, calls from C, fused blocks that give what single operations
 * give, and the cost of a cached scalar program. */
#include "machine_host.h"
#include "expr/vm.h"
#include "value/wire.h"

static void limits_are_named(void **state)
{
    furrow_error_info info;
    fails_with(*state, "while true; end", FURROW_ERR_LIMIT, "steps");
    furrow_last_error(&info);
    assert_string_equal(info.symbol, "FURROW_MAX_STEPS");
    fails_with(*state, "f(n) = f(n + 1); f(0)", FURROW_ERR_LIMIT, "deep");
    fails_with(*state, "f(x...) = f(x...); f(0)", FURROW_ERR_LIMIT, "deep");
    fails_with(*state, "f(x) = map(f, [x]); f(0)", FURROW_ERR_LIMIT, "deep");
    fails_with(*state, "zeros(10^10)", FURROW_ERR_LIMIT, "");
    fails_with(*state, "x = []; while true; push!(x, zeros(1000)); end", FURROW_ERR_LIMIT, "");
    gives(*state, "1 + 1", "2"); /* and the machine goes on */
}

static void time_is_limited(void **state)
{
    test_host *h = *state;
    const furrow_limits limits = {.time_ms = 20};
    fx_vm_limits(h->vm, &limits);
    fails_with(h, "while true; end", FURROW_ERR_LIMIT, "20 ms");
}

static furrow_err stop(void *self)
{
    (void)self;
    return fb_fail(FURROW_ERR_CLOSED, "the job is going");
}

static void the_host_can_stop_a_run(void **state)
{
    test_host *h = *state;
    h->host.tick = stop;
    fails_with(h, "while true; end", FURROW_ERR_CLOSED, "going");
}

/* As bytes to another place and back, where its code has to be made again. */
static void functions_travel(void **state)
{
    test_host *h = *state;
    static const char *const texts[] = {"k = 10; f(x, y = 2) = x + y; f", "(n -> (x -> x + n))(5)", "sqrt",
                                        "mk() = (a = 3; g(n) = n == 0 ? a : g(n - 1); g); mk()"};
    static const double results[] = {6, 9, 2, 3};
    for (size_t i = 0; i < 4; i++) {
        fv_cell function, there, out, four = {.tag = FURROW_INT64, .i = 4};
        fb_buffer bytes;
        double number;
        furrow_value *value;
        assert_int_equal(host_eval(h, texts[i], &function), 0);
        fb_buffer_init(&bytes, 0);
        assert_int_equal(fv_wire_put(&bytes, &function), 0);
        fv_cell_drop(&function);
        fb_cursor cursor = {bytes.bytes, bytes.bytes + bytes.nbytes};
        assert_int_equal(fv_wire_get(&cursor, &there), 0);
        fb_buffer_free(&bytes);
        assert_int_equal(fx_apply(h->vm, &there, &four, 1, &out), 0);
        assert_int_equal(fv_cell_to_value(&out, &value), 0);
        assert_int_equal(furrow_value_as_float64(value, &number), 0);
        assert_true(number == results[i]);
        furrow_value_drop(value);
        fv_cell_drop(&out);
        fv_cell_drop(&there);
    }
}

static void scalars_are_stored_in_place(void **state)
{
    test_host *h = *state;
    fv_cell out;
    fx_slot *slot;
    assert_int_equal(host_eval(h, "a = 1.5", &out), 0);
    assert_int_equal(host_slot(h, "Main", "a", false, &slot), 0);
    void *mem = slot->mem;
    assert_int_equal(host_eval(h, "a = a * 2; a += 1", &out), 0);
    assert_ptr_equal(slot->mem, mem);
    assert_true(*(double *)mem == 4.0);
}

/* --- fused blocks --- */

static furrow_err eval_plain(test_host *h, const char *text, bool fused, fv_cell *out)
{
    furrow_program *p;
    furrow_err err = furrow_compile(text, SIZE_MAX, &p);
    if (err) return err;
    for (uint32_t i = 0; i < p->image.nfunctions && !fused; i++)
        for (uint32_t k = 0; k < p->image.functions[i].ncode; k++)
            if (p->image.functions[i].code[k].op == FX_DO_FUSE)
                p->image.functions[i].code[k] = (fx_ins){.op = FX_DO_NOP};
    err = host_run(h, p, out);
    furrow_program_drop(p);
    return err;
}

static void blocks_give_the_same(void **state)
{
    test_host *h = *state;
    static const char *const with[] = {"2x + 3y",
                                       "x .* y .- u ./ 2",
                                       "(x .- 1) .^ 2",
                                       "sum(x .* y)",
                                       "sum((x - y) .^ 2)",
                                       "mean(x .> y)",
                                       "count(i .% 3 .== 0)",
                                       "sum(i .* i)",
                                       "sum(u .* u)",
                                       "maximum(abs(x - y))",
                                       "minimum(-x)",
                                       "any(x .> 2.9)",
                                       "all(x .< 4)",
                                       "sum(x[1:2:n] .* y[1:2:n])",
                                       "x[n:-1:1] .+ y",
                                       "z .* 2 .+ x",
                                       "-(x + 1.5) / 3",
                                       "sqrt(abs(x)) .+ floor(y)",
                                       "min.(x, y) .+ max.(x, y)",
                                       "i .* x .+ u",
                                       "(1:n) .* x",
                                       "sum((1:n) .* 2)",
                                       "x .* [1.0]",
                                       "b .& (x .> 0)",
                                       "sqrt(x)",
                                       "w = copy(x); w[:] = 2w .+ y; w",
                                       "w = copy(x); w[2:n] = w[1:n-1] .* 2; w",
                                       "w = copy(x); w[1:2:n] = x[1:2:n] .* y[1:2:n]; w",
                                       "w = zeros(n); w .= x .+ i; w",
                                       "A = reshape(copy(x)[1:6], 2, 3); A[1, :] .* A[2, :] .+ A[1, :]"};
    static const char *const sizes[] = {"n = 6", "n = 511", "n = 512", "n = 1537"};
    for (size_t s = 0; s < 4; s++) {
        fv_cell out;
        assert_int_equal(host_eval(h, sizes[s], &out), 0);
        assert_int_equal(host_eval(h,
                                   "x = [3 * ((k * 7 % 31) / 31 - 0.3) for k = 1:n]; y = [k / n for k = 1:n];"
                                   "u = [Float32(1 / k) for k = 1:n]; i = [k * 7 % 13 - 4 for k = 1:n];"
                                   "b = [k % 3 == 0 for k = 1:n]; z = [k + 2im for k = 1:n]; 0",
                                   &out),
                         0);
        for (size_t k = 0; k < sizeof with / sizeof *with; k++) {
            fv_cell a, p;
            furrow_err fused = eval_plain(h, with[k], true, &a), plain = eval_plain(h, with[k], false, &p);
            if (fused != plain) fail_msg("%s: %d fused, %d not", with[k], fused, plain);
            if (fused) continue;
            if (!fv_cell_equal(&a, &p)) fail_msg("%s is not the same fused, for %s", with[k], sizes[s]);
            fv_cell_drop(&a);
            fv_cell_drop(&p);
        }
    }
}

static void blocks_are_used(void **state)
{
    test_host *h = *state;
    fv_cell out;
    /* 8 MB would not fit into 1 MB if the products were stored */
    assert_int_equal(host_eval(h, "x = ones(10^6); 0", &out), 0);
    const furrow_limits limits = {.steps = 100000000, .nbytes = 1 << 20, .depth = 10, .time_ms = 5000};
    fx_vm_limits(h->vm, &limits);
    gives(h, "sum(x .* x)", "1.0e6");
    gives(h, "x[:] = 2x .+ 1; x[10^6]", "3.0");
    fails_with(h, "2x .+ 1", FURROW_ERR_LIMIT, "");
}

static void special_values(void **state)
{
    gives(*state, "exp.([-Inf, Inf, NaN, 0.0])", "[0.0,Inf,NaN,1.0]");
    gives(*state, "sin.([-0.0, NaN])", "[-0.0,NaN]");
    gives(*state, "log.([0.0, Inf])", "[-Inf,Inf]");
    gives(*state, "maximum([1.0, NaN] .+ 1)", "NaN");
    fails_with(*state, "log.([1.0, -1.0])", FURROW_ERR_ARG, "DomainError");
    fails_with(*state, "sqrt([4.0, -1.0] .* 2)", FURROW_ERR_ARG, "DomainError");
    fails_with(*state, "[1, 2] .+ [1, 2, 3]", FURROW_ERR_SHAPE, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(limits_are_named, host_open, host_close),
        cmocka_unit_test_setup_teardown(time_is_limited, host_open, host_close),
        cmocka_unit_test_setup_teardown(the_host_can_stop_a_run, host_open, host_close),
        cmocka_unit_test_setup_teardown(functions_travel, host_open, host_close),
        cmocka_unit_test_setup_teardown(scalars_are_stored_in_place, host_open, host_close),
        cmocka_unit_test_setup_teardown(blocks_give_the_same, host_open, host_close),
        cmocka_unit_test_setup_teardown(blocks_are_used, host_open, host_close),
        cmocka_unit_test_setup_teardown(special_values, host_open, host_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
