/* hello.c - the smallest Furrow program: sow, reap, print. Run it with: furrow run -n 4 ./hello */
#include <furrow/furrow.h>
#include <stdio.h>

static int fail(void)
{
    furrow_error_info info;
    furrow_last_error(&info);
    fprintf(stderr, "hello: %s. %s\n", info.message, info.advice);
    return 1;
}

int main(void)
{
    furrow_job *job;
    furrow_results *results;
    if (furrow_join(NULL, &job)) return fail();
    if (furrow_myid(job) > 1) { /* the workers serve until pid 1 leaves */
        if (furrow_serve(job, 0)) return fail();
        return furrow_leave(job) ? fail() : 0;
    }
    if (furrow_sow_expr(job, NULL, 0, "x", "100 * myid()", NULL)) return fail(); /* on every worker */
    if (furrow_reap(job, NULL, 0, "sqrt(x)", NULL, &results)) return fail();     /* from every worker */
    for (int pid = 0; (pid = furrow_results_next(results, pid));) {
        double root;
        if (furrow_value_as_float64(furrow_results_get(results, pid), &root)) return fail();
        printf("pid %d says %g\n", pid, root);
    }
    furrow_results_free(results);
    return furrow_leave(job) ? fail() : 0;
}
