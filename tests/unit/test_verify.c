/* The verifier and the loader: valid bytes with one byte changed are refused, or run safely within their limits. */
#include "machine_host.h"

static const char *const texts[] = {
    "2a + 3 * $1",
    "s = 0; for i = 1:5; s += i; end; s",
    "f(x, y = 2; k = 3) = x + y * k; f(1, k = 4)",
    "make() = (n = 0; () -> (n += 1)); c = make(); c()",
    "x = [1.0, 2.0, 3.0]; sum((x .- 1) .^ 2) + maximum(x[1:2:3] .* 2)",
    "x = zeros(4); x[2:3] = x[1:2] .+ 1; x",
    "k = 3; [i * k for i in 1:3, j in 1:2 if i != j]",
    "e = :(a + $(1 + 1)); \"text $(e) and $e\"",
    "A = [1 2; 3 4]; A[end, :]', (A', 1), Dict(:a => 1)",
    "t = (1, 2); max(t..., 3); a, b = t; a < b <= 3 && true",
};

static void unchanged_bytes_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        furrow_program *p;
        size_t n;
        assert_int_equal(furrow_compile(texts[i], SIZE_MAX, &p), 0);
        const void *bytes = furrow_program_bytes(p, &n);
        assert_int_equal(fx_verify(bytes, n), 0);
        furrow_program_drop(p);
    }
}

static void attempt(test_host *h, const unsigned char *bytes, size_t nbytes)
{
    furrow_program *p;
    fv_cell out;
    furrow_err verified = fx_verify(bytes, nbytes);
    furrow_err err = furrow_program_load(bytes, nbytes, &p);
    assert_int_equal(err, verified);
    if (err) return;
    if (!host_run(h, p, &out)) fv_cell_drop(&out);
    furrow_program_drop(p);
    if (h->count > HOST_SLOTS / 2) host_forget(h);
}

/* A changed program may put a box into itself, and counted values that hold themselves are not given back. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static void each_byte_changed(void **state)
{
    test_host *h = *state;
    if (__lsan_disable) __lsan_disable();
    const furrow_limits limits = {.steps = 5000, .nbytes = 16 << 20, .depth = 40, .time_ms = 1000};
    fx_vm_limits(h->vm, &limits);
    static const unsigned char with[] = {0x00, 0x01, 0x80, 0xff};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        furrow_program *p;
        size_t n;
        assert_int_equal(furrow_compile(texts[i], SIZE_MAX, &p), 0);
        unsigned char *bytes = malloc(furrow_program_bytes(p, &n) ? n : 1);
        assert_non_null(bytes);
        memcpy(bytes, furrow_program_bytes(p, &n), n);
        for (size_t k = 0; k < n; k++) {
            unsigned char was = bytes[k];
            for (size_t w = 0; w < sizeof with; w++) {
                bytes[k] = with[w];
                attempt(h, bytes, n);
            }
            bytes[k] = (unsigned char)(was + 1);
            attempt(h, bytes, n);
            bytes[k] = was;
        }
        free(bytes);
        furrow_program_drop(p);
    }
    if (__lsan_enable) __lsan_enable();
}

static void every_length_is_refused(void **state)
{
    (void)state;
    furrow_program *p;
    size_t n;
    assert_int_equal(furrow_compile(texts[4], SIZE_MAX, &p), 0);
    const unsigned char *bytes = furrow_program_bytes(p, &n);
    for (size_t k = 0; k < n; k++) assert_int_equal(fx_verify(bytes, k), FURROW_ERR_BYTECODE);
    furrow_program_drop(p);
}

/* Refusals say where. */
static void refusals(void **state)
{
    (void)state;
    furrow_program *p, *bad;
    furrow_error_info info;
    fb_buffer out;
    assert_int_equal(furrow_compile("1 + $1", SIZE_MAX, &p), 0);
    fx_ins *code = p->image.functions[0].code;
    uint32_t last = p->image.functions[0].ncode - 1;
    static const fx_ins wrong[] = {
        {.op = FX_NOPCODES}, {.op = FX_DO_RETURN, .a = 4000}, {.op = FX_DO_LOADK, .b = 999}, {.op = FX_DO_JUMP, .j = 0},
        {.op = FX_DO_SELF},  {.op = FX_DO_MOVE, .c = 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fx_ins was = code[0];
        code[0] = wrong[i];
        fb_buffer_init(&out, 0);
        assert_int_equal(fx_image_write(&p->image, &out), 0);
        assert_int_equal(furrow_program_load(out.bytes, out.nbytes, &bad), FURROW_ERR_BYTECODE);
        furrow_last_error(&info);
        assert_non_null(strstr(info.message, "function 0, instruction 0"));
        fb_buffer_free(&out);
        code[0] = was;
    }
    assert_int_equal(code[last].op, FX_DO_RETURN);
    code[last] = (fx_ins){.op = FX_DO_NOP};
    fb_buffer_init(&out, 0);
    assert_int_equal(fx_image_write(&p->image, &out), 0);
    assert_int_equal(fx_verify(out.bytes, out.nbytes), FURROW_ERR_BYTECODE);
    fb_buffer_free(&out);
    furrow_program_drop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unchanged_bytes_pass),
        cmocka_unit_test_setup_teardown(each_byte_changed, host_open, host_close),
        cmocka_unit_test(every_length_is_refused),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
