/*
 * info.c - what is asked without a job: the libraries Furrow stands on, the machine, whether a setting is usable. Called by
 * users (furrow info); asks the rooms below and keeps nothing.
 */
#include <config.h>
#include "base/config.h"
#include "base/error.h"
#include "base/module.h"
#include "boot/client.h"
#include "file/module.h"
#include "net/offer.h"
#include "topo/bind.h"
#include <furrow/info.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static furrow_err hwloc_version(char *text, size_t nbytes)
{
    ftopo_version(text, nbytes);
    return FURROW_OK;
}

static furrow_err pmix_version(char *text, size_t nbytes)
{
    const void *table;
    furrow_err e = fb_module_table("furrow-pmix", FBOOT_CLIENT_SYMBOL, FBOOT_CLIENT_ABI, &table);
    if (e) return e;
    const fboot_client *client = table;
    const char *version = client->version(); /* "OpenPMIx 4.2.2 (PMIx Standard: ...)" */
    snprintf(text, nbytes, "%.*s", (int)strcspn(version, "("), version);
    return FURROW_OK;
}

static furrow_err hdf5_version(char *text, size_t nbytes)
{
    const void *table;
    furrow_err e = fb_module_table("furrow-file", FFILE_MODULE_SYMBOL, FFILE_MODULE_ABI, &table);
    if (e) return e;
    const ffile_module *module = table;
    module->version(text, nbytes);
    return FURROW_OK;
}

static furrow_err xxhash_version(char *text, size_t nbytes)
{
    unsigned v = XXH_versionNumber();
    snprintf(text, nbytes, "%u.%u.%u", v / 10000, v / 100 % 100, v % 100);
    return FURROW_OK;
}

static furrow_err pcre2_version(char *text, size_t nbytes)
{
    char version[64] = "";
    int n = pcre2_config(PCRE2_CONFIG_VERSION, NULL);
    if (n > 0 && n < (int)sizeof version) pcre2_config(PCRE2_CONFIG_VERSION, version);
    snprintf(text, nbytes, "%s", version);
    return FURROW_OK;
}

/* built is what configure found; package is Debian's for building it, runtime the one to run it with. */
static const struct part {
    const char *name, *purpose, *option, *built, *package, *runtime;
    furrow_err (*version)(char *text, size_t nbytes);
} parts[] = {
    {"libfabric", "pids on other hosts", "--without-ofi", PART_LIBFABRIC, "libfabric-dev", "libfabric1",
     fnet_fabric_version},
    {"PMIx", "being started by srun and mpirun", "--without-pmix", PART_PMIX, "libpmix-dev", "libpmix2", pmix_version},
    {"HDF5", "save and load", "--without-file", PART_HDF5, "libhdf5-dev", "libhdf5-103-1", hdf5_version},
    {"hwloc", "placement", "", "works", "", "", hwloc_version},
    {"xxHash", "names of programs, checksums, tags", "", "works", "", "", xxhash_version},
    {"PCRE2", "regular expressions", "", "works", "", "", pcre2_version},
};
#define NPARTS (sizeof parts / sizeof parts[0])

/* Built and not to be loaded: its library is missing, or its module was not installed. */
static void describe_broken(const struct part *p, furrow_err e, furrow_part_info *info)
{
    furrow_error_info why;
    furrow_last_error(&why);
    info->state = FURROW_PART_BROKEN;
    snprintf(info->why, sizeof info->why, "%.255s", why.message);
    /* dlopen names the file that is at fault: the module, which is ours, or a library that it needs. */
    const char *fault = strstr(why.message, "cannot be loaded: ");
    bool library = e != FURROW_ERR_NOT_BUILT && fault && !strstr(fault, "/furrow-");
    if (!library)
        snprintf(info->mend, sizeof info->mend, "make install");
    else
        snprintf(info->mend, sizeof info->mend, "apt-get install %s", p->runtime);
}

static void describe_absent(const struct part *p, furrow_part_info *info)
{
    bool chosen = strcmp(p->built, "left-out") == 0;
    info->state = chosen ? FURROW_PART_LEFT_OUT : FURROW_PART_NOT_FOUND;
    snprintf(info->why, sizeof info->why,
             chosen ? "configured with %s" : "configure did not find it; %s says that it is not wanted", p->option);
    snprintf(info->mend, sizeof info->mend, "apt-get install %s && ../configure && make install", p->package);
}

furrow_err furrow_info_part(size_t index, furrow_part_info *info)
{
    if (!info) return fb_fail(FURROW_ERR_ARG, "furrow_info_part needs a place for what it finds");
    if (index >= NPARTS) return fb_fail(FURROW_ERR_NO_SYMBOL, "there are %zu parts", NPARTS);
    const struct part *p = &parts[index];
    furrow_part_info part = {.state = FURROW_PART_WORKS};
    snprintf(part.name, sizeof part.name, "%s", p->name);
    snprintf(part.purpose, sizeof part.purpose, "%s", p->purpose);
    snprintf(part.option, sizeof part.option, "%s", p->option);
    if (strcmp(p->built, "works") == 0) {
        furrow_err e = p->version(part.version, sizeof part.version);
        if (e) describe_broken(p, e, &part);
    } else {
        describe_absent(p, &part);
    }
    *info = part;
    return FURROW_OK;
}

furrow_err furrow_info_topology(furrow_topology_info *info)
{
    return info ? ftopo_look(info) : fb_fail(FURROW_ERR_ARG, "furrow_info_topology needs a place for what it finds");
}

furrow_err furrow_setting_check(const char *name, const char *text)
{
    if (!name || !text) return fb_fail(FURROW_ERR_ARG, "furrow_setting_check needs a name and a text");
    return fb_config_check(name, text);
}
