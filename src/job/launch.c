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

/* Words of FURROW_BIND, in the table's order. */
static const furrow_bind_policy settings[] = {FURROW_BIND_NONE, FURROW_BIND_CORE, FURROW_BIND_NUMA};

static furrow_err read_policy(furrow_bind_policy *bind)
{
    fb_config config;
    if (*bind == FURROW_BIND_DEFAULT) {
        furrow_err err = fb_config_read(&config);
        if (err) return err;
        *bind = settings[config.bind];
    }
    if (*bind >= FURROW_BIND_NONE && *bind <= FURROW_BIND_NUMA) return FURROW_OK;
    return fb_fail(FURROW_ERR_ARG, "binding %d is not known", (int)*bind);
}

furrow_err furrow_launch(const furrow_launch_opts *opts, int *status)
{
    furrow_launch_opts all = {0};
    cpu_set_t *places = NULL;
    if (!opts || !status || opts->size < sizeof opts->size || opts->size > sizeof all)
        return fb_fail(FURROW_ERR_ARG, "furrow_launch needs options that begin with their size, and a status");
    memcpy(&all, opts, opts->size);
    furrow_err err = read_policy(&all.bind);
    if (err) return err;
    if (all.bind != FURROW_BIND_NONE && all.nprocs > 0 && all.nprocs <= FURROW_MAX_PROCS) {
        places = calloc((size_t)all.nprocs, sizeof *places);
        if (!places) return fb_fail(FURROW_ERR_NOMEM, "no memory for the places of %d pids", all.nprocs);
        err = ftopo_bind(all.nprocs, all.bind == FURROW_BIND_NUMA, places);
    }
    if (!err) err = fboot_launch(&all, places, status);
    free(places);
    return err;
}
