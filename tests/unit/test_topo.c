/*
 * test_topo.c - machines this one is not: hwloc's synthetic ones stand in for large hosts, captured ones (machines/) come
 * with what hwloc's own tools say of them. What is dealt out, where processes are, and that a machine described to another
 * process is the same machine there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "topo/bind.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ftopo_machine *machine_of(const char *synthetic)
{
    ftopo_machine *m = NULL;
    setenv("HWLOC_SYNTHETIC", synthetic, 1);
    assert_int_equal(ftopo_machine_open(NULL, 0, &m), FURROW_OK);
    unsetenv("HWLOC_SYNTHETIC");
    return m;
}

/* Two sockets with four nodes each, of two cores with two threads: 8 nodes, 16 cores, 32 processors. */
#define LARGE "package:2 numa:4 l3:1 core:2 pu:2"

static void spot_of(const ftopo_machine *m, const cpu_set_t *set, int package, int node, int core)
{
    ftopo_spot spot;
    ftopo_machine_spot(m, set, &spot);
    assert_int_equal(spot.package, package);
    assert_int_equal(spot.numa_node, node);
    assert_int_equal(spot.core, core);
}

static void check_large(const ftopo_machine *m)
{
    cpu_set_t places[40];
    assert_int_equal(ftopo_machine_deal(m, 40, false, places), FURROW_OK);
    for (int i = 0; i < 40; i++) {
        int core = i % 16;
        assert_int_equal(CPU_COUNT(&places[i]), 2);
        assert_true(CPU_ISSET(2 * core, &places[i]) && CPU_ISSET(2 * core + 1, &places[i]));
        spot_of(m, &places[i], core / 8, core / 2, core);
    }
    assert_int_equal(ftopo_machine_deal(m, 10, true, places), FURROW_OK);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(CPU_COUNT(&places[i]), 4);
        spot_of(m, &places[i], i % 8 / 4, i % 8, -1);
    }
    cpu_set_t all, none, far;
    CPU_ZERO(&all);
    CPU_ZERO(&none);
    CPU_ZERO(&far);
    for (int cpu = 0; cpu < 16; cpu++) CPU_SET(cpu, &all);
    CPU_SET(1000, &far);
    spot_of(m, &all, 0, -1, -1); /* one socket, several nodes */
    spot_of(m, &none, -1, -1, -1);
    spot_of(m, &far, -1, -1, -1);
}

static void large_machine(void **state)
{
    (void)state;
    ftopo_machine *m = machine_of(LARGE);
    check_large(m);
    ftopo_machine_close(m);
}

static void described_machine(void **state)
{
    (void)state;
    char *xml;
    size_t nbytes;
    ftopo_machine *m = machine_of(LARGE), *again;
    assert_int_equal(ftopo_machine_xml(m, &xml, &nbytes), FURROW_OK);
    assert_int_equal(ftopo_machine_open(xml, nbytes, &again), FURROW_OK);
    check_large(again);
    ftopo_machine_close(again);
    memset(xml, 'x', nbytes - 1);
    assert_int_equal(ftopo_machine_open(xml, nbytes, &again), FURROW_ERR_FORMAT);
    free(xml);
    ftopo_machine_close(m);
}

static void small_machine(void **state)
{
    (void)state;
    cpu_set_t places[3];
    ftopo_machine *m = machine_of("core:2 pu:1");
    assert_int_equal(ftopo_machine_deal(m, 3, false, places), FURROW_OK);
    assert_true(CPU_EQUAL(&places[0], &places[2]) && !CPU_EQUAL(&places[0], &places[1]));
    assert_int_equal(ftopo_machine_deal(m, 3, true, places), FURROW_OK);
    assert_true(CPU_EQUAL(&places[0], &places[1]) && CPU_COUNT(&places[0]) == 2);
    ftopo_machine_close(m);
}

static FILE *open_captured(const char *name, const char *ending)
{
    char path[512];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/unit/machines/%s.%s", top ? top : ".", name, ending);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    return f;
}

static ftopo_machine *captured(const char *name)
{
    static char xml[65536];
    ftopo_machine *m = NULL;
    FILE *f = open_captured(name, "xml");
    size_t n = fread(xml, 1, sizeof xml - 1, f);
    assert_true(n > 0 && n < sizeof xml - 1);
    fclose(f);
    xml[n] = '\0';
    assert_int_equal(ftopo_machine_open(xml, n + 1, &m), FURROW_OK);
    return m;
}

/* A core as hwloc-calc tells it. */
typedef struct core_line {
    int package, node, l3;
    cpu_set_t processors;
} core_line;

static int read_cores(const char *name, core_line cores[64])
{
    char list[64];
    int n = 0, core;
    FILE *f = open_captured(name, "cores");
    for (; fscanf(f, "%d %d %d %d %63s", &core, &cores[n].package, &cores[n].node, &cores[n].l3, list) == 5; n++) {
        assert_true(core == n && n < 63);
        CPU_ZERO(&cores[n].processors);
        for (char *at = strtok(list, ","); at; at = strtok(NULL, ",")) CPU_SET(atoi(at), &cores[n].processors);
    }
    fclose(f);
    assert_true(n > 0);
    return n;
}

/* A process a core, and a process a NUMA node that has cores, where hwloc says they are. */
static void captured_machines(void **state)
{
    (void)state;
    static const char *const names[] = {"two-sockets", "chiplets", "one-node", "share"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        core_line cores[64];
        cpu_set_t places[64], node;
        ftopo_machine *m = captured(names[k]);
        int n = read_cores(names[k], cores), nnodes = 0;
        assert_int_equal(ftopo_machine_deal(m, n, false, places), FURROW_OK);
        for (int i = 0; i < n; i++) {
            ftopo_spot spot;
            assert_true(CPU_EQUAL(&places[i], &cores[i].processors));
            ftopo_machine_spot(m, &places[i], &spot);
            assert_true(spot.core == i && spot.package == cores[i].package && spot.l3 == cores[i].l3);
            assert_int_equal(spot.numa_node, cores[i].node);
        }
        assert_int_equal(ftopo_machine_deal(m, n, true, places), FURROW_OK);
        for (int i = 0; i < n; nnodes++) {
            CPU_ZERO(&node);
            int first = i;
            for (; i < n && cores[i].node == cores[first].node; i++) CPU_OR(&node, &node, &cores[i].processors);
            assert_true(CPU_EQUAL(&places[nnodes], &node));
        }
        assert_true(nnodes == n || CPU_EQUAL(&places[nnodes], &places[0])); /* then from the first again */
        ftopo_machine_close(m);
    }
}

static void this_machine(void **state)
{
    (void)state;
    cpu_set_t places[2];
    assert_int_equal(ftopo_bind(2, false, places), FURROW_OK);
    assert_true(CPU_COUNT(&places[0]) > 0);
    assert_int_equal(ftopo_bind(2, true, places), FURROW_OK);
    assert_true(CPU_COUNT(&places[1]) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_machine),     cmocka_unit_test(described_machine), cmocka_unit_test(small_machine),
        cmocka_unit_test(captured_machines), cmocka_unit_test(this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
