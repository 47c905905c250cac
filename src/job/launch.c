/*
 * launch.c - furrow_launch: joins what boot does (starting processes) with what topo knows (cores). Has nothing to do
 * with an open job.
 */
#include <furrow/launch.h>
#include "base/config.h"
#include "base/error.h"
#include "boot/launch.h"
#include "topo/bind.h"
#include <stdlib.h>
#include <string.h>

enum { SETTING_NONE = 0, SETTING_CORE = 1 }; /* words of FURROW_BIND, in the table's order */

static furrow_err wants_cores(furrow_bind_policy bind, bool *cores)
{
    fb_config config;
    if (bind == FURROW_BIND_DEFAULT) {
        furrow_err err = fb_config_read(&config);
        if (err) return err;
        *cores = config.bind == SETTING_CORE;
        return FURROW_OK;
    }
    if (bind != FURROW_BIND_NONE && bind != FURROW_BIND_CORE)
        return fb_fail(FURROW_ERR_ARG, "binding %d is not known", (int)bind);
    *cores = bind == FURROW_BIND_CORE;
    return FURROW_OK;
}

furrow_err furrow_launch(const furrow_launch_opts *opts, int *status)
{
    furrow_launch_opts all = {0};
    cpu_set_t *places = NULL;
    bool cores = false;
    if (!opts || !status || opts->size < sizeof opts->size || opts->size > sizeof all)
        return fb_fail(FURROW_ERR_ARG, "furrow_launch needs options that begin with their size, and a status");
    memcpy(&all, opts, opts->size);
    furrow_err err = wants_cores(all.bind, &cores);
    if (err) return err;
    if (cores && all.nprocs > 0 && all.nprocs <= FURROW_MAX_PROCS) {
        places = calloc((size_t)all.nprocs, sizeof *places);
        if (!places) return fb_fail(FURROW_ERR_NOMEM, "no memory for the places of %d pids", all.nprocs);
        err = ftopo_bind_cores(all.nprocs, places);
    }
    if (!err) err = fboot_launch(&all, places, status);
    free(places);
    return err;
}
