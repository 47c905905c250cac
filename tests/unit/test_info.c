/*
 * test_info.c - what furrow info is made of: parts, topology, settings, offers, peers and counters of a job of one.
 */
#include <furrow/info.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka last: it needs the above */
#include <cmocka.h>

static void parts_say_what_they_are(void **state)
{
    furrow_part_info part;
    size_t n = 0;
    (void)state;
    for (; !furrow_info_part(n, &part); n++) {
        assert_true(part.name[0] && part.purpose[0]);
        assert_true((part.state == FURROW_PART_WORKS) == (part.version[0] != '\0'));
        assert_true((part.state == FURROW_PART_WORKS) == (part.why[0] == '\0'));
        assert_true((part.state == FURROW_PART_WORKS) == (part.mend[0] == '\0'));
    }
    assert_true(n >= 3);
    assert_int_equal(furrow_info_part(n, &part), FURROW_ERR_NO_SYMBOL);
    assert_int_equal(furrow_info_part(0, NULL), FURROW_ERR_ARG);
}

static void topology_adds_up(void **state)
{
    furrow_topology_info t;
    (void)state;
    assert_int_equal(furrow_info_topology(&t), 0);
    assert_true(t.processors >= 1 && t.processors >= t.cores && t.cores >= t.packages);
    assert_true(t.usable_processors >= 1 && t.usable_processors <= t.processors);
    assert_true(t.numa_nodes >= 1);
    assert_int_equal(furrow_info_topology(NULL), FURROW_ERR_ARG);
}

static void settings_are_checked(void **state)
{
    const furrow_setting *s;
    furrow_error_info why;
    (void)state;
    for (size_t i = 0; (s = furrow_settings(i)); i++) assert_int_equal(furrow_setting_check(s->name, s->fallback), 0);
    assert_int_equal(furrow_setting_check("FURROW_TIMEOUT", "soon"), FURROW_ERR_ARG);
    furrow_last_error(&why);
    assert_non_null(strstr(why.message, "soon"));
    assert_string_equal(why.symbol, "FURROW_TIMEOUT");
    assert_int_equal(furrow_setting_check("FURROW_EVAL", "perhaps"), FURROW_ERR_ARG);
    assert_int_equal(furrow_setting_check("FURROW_TIMOUT", "1s"), FURROW_ERR_NAME);
    assert_int_equal(furrow_setting_check(NULL, "1s"), FURROW_ERR_ARG);
}

/* Usable ones come first and say nothing of what they lack; the list ends, and can be had again. */
static void offers_are_in_order(void **state)
{
    furrow_net_info net;
    (void)state;
    for (int round = 0; round < 2; round++) {
        int usable = 1;
        size_t n = 0;
        furrow_err err;
        for (; !(err = furrow_net_offer(n, &net)); n++) {
            assert_true(usable || !net.usable);
            usable = net.usable;
            assert_true(net.provider[0] && (net.usable != 0) == (net.missing[0] == '\0'));
        }
        assert_true(err == FURROW_ERR_NO_SYMBOL || (err == FURROW_ERR_NOT_BUILT && n == 0));
    }
    assert_int_equal(furrow_net_offer(0, NULL), FURROW_ERR_ARG);
}

static void a_fabric_is_tried(void **state)
{
    furrow_net_info first, net;
    furrow_error_info why;
    (void)state;
    if (furrow_net_offer(0, &first) || !first.usable) {
        print_message("# skipped: no fabric here can carry a job\n");
        skip();
    }
    assert_int_equal(furrow_net_try("", &net), 0);
    assert_string_equal(net.provider, first.provider);
    assert_int_equal(furrow_net_try("carrier-pigeon", &net), FURROW_ERR_ARG);
    furrow_last_error(&why);
    assert_non_null(strstr(why.message, "carrier-pigeon"));
    assert_non_null(strstr(why.message, "the choices are: auto, shm, ofi"));
}

static void a_job_of_one(void **state)
{
    furrow_job *job;
    furrow_peer_info peer;
    furrow_refusals refusals;
    (void)state;
    assert_int_equal(furrow_join(NULL, &job), 0);
    assert_int_equal(furrow_info_peer(job, 1, &peer), 0);
    assert_true(peer.near && peer.pid == 1 && peer.native > 0 && peer.path == FURROW_PATH_DIRECT);
    assert_string_equal(peer.transport, "shm");
    assert_int_equal(furrow_info_peer(job, 2, &peer), FURROW_ERR_NO_PID);
    assert_int_equal(furrow_info_refusals(job, &refusals), 0);
    assert_int_equal(refusals.strangers + refusals.malformed + refusals.evaluations, 0);
    assert_int_equal(furrow_info_refusals(NULL, &refusals), FURROW_ERR_ARG);
    assert_int_equal(furrow_leave(job), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_say_what_they_are), cmocka_unit_test(topology_adds_up),
        cmocka_unit_test(settings_are_checked),    cmocka_unit_test(offers_are_in_order),
        cmocka_unit_test(a_fabric_is_tried),       cmocka_unit_test(a_job_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
