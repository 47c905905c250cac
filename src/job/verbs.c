/*
 * verbs.c - the table of the session's verbs: one row each. Functions that only the session's own programs can call;
 * what is sent to other pids knows none of them, because an evaluation there never waits.
 */
#include "job/session.h"

static const fj_verb verbs[] = {
    {"sow", fj_verb_do_sow, 2, 3, " mod timeout "},
    {"reap", fj_verb_do_reap, 1, 2, " mod timeout "},
    {"at_fetchfrom", fj_verb_do_fetchfrom, 2, 2, NULL},
    {"at_spawnat", fj_verb_do_spawnat, 2, 2, NULL},
    {"at_spawn", fj_verb_do_spawn, 1, 1, NULL},
    {"at_everywhere", fj_verb_do_everywhere, 1, 1, NULL},
    {"fetch", fj_verb_do_fetch, 1, 1, " timeout "},
    {"wait", fj_verb_do_wait, 1, 1, " timeout "},
    {"remotecall", fj_verb_do_remotecall, 2, -1, NULL},
    {"remotecall_fetch", fj_verb_do_remotecall_fetch, 2, -1, NULL},
    {"print", fj_verb_do_print, 0, -1, NULL},
    {"println", fj_verb_do_println, 0, -1, NULL},
    {"display", fj_verb_do_display, 1, 2, " mod timeout "},
    {"at_now", fj_verb_do_now, 0, 0, NULL},
    {"at_timeit", fj_verb_do_timeit, 3, 3, NULL},
    {"at_time", fj_verb_do_time, 2, 2, NULL},
    {"stitch", fj_verb_do_stitch, 1, 3, " mod timeout "},
    {"collectmsgs", fj_verb_do_collectmsgs, 1, 2, " mod timeout "},
    {"swapmsgs", fj_verb_do_swapmsgs, 1, 2, " mod timeout "},
    {"checksame", fj_verb_do_checksame, 1, 2, " mod timeout "},
    {"reaprefs", fj_verb_do_reaprefs, 1, 2, " mod timeout "},
    {"broadcast_shared", fj_verb_do_broadcast_shared, 4, 4, " mod timeout placement node "},
    {"describepids", fj_verb_do_describepids, 0, 1, " remote filterfn "},
    {"localpids", fj_verb_do_localpids, 0, 0, NULL},
    {"invtopology", fj_verb_do_invtopology, 1, 1, NULL},
    {"preferredorder", fj_verb_do_preferredorder, 1, 1, NULL},
    {"chunkit", fj_verb_do_chunkit, 2, 2, NULL},
    {"lookup", fj_verb_do_lookup, 2, 2, NULL},
    {"filterpaths", fj_verb_do_filterpaths, 2, 2, NULL},
    {"dictify", fj_verb_do_dictify, 1, -1, " mod "},
    {"save", fj_verb_do_save, 2, -1, " mod "},
    {"load", fj_verb_do_load, 1, 1, NULL},
};

const fj_verb *fj_verb_at(size_t index)
{
    return index < sizeof verbs / sizeof *verbs ? &verbs[index] : NULL;
}
