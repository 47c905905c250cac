/*
 * choose.c - which of the offers of fi_getinfo carries the job. Asks for what Furrow needs, names what is missing where nothing
 * fits, and understands FURROW_NET strings: a provider ("verbs", "tcp"), or provider:domain ("tcp:eth0").
 */
#include "net/ofi/ofi.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEEDED_ORDER FI_ORDER_SAS

furrow_err fofi_refused(int ret, const char *doing)
{
    const char *words = ret == -FI_ENODATA ? "the provider does not offer it" : fi_strerror(-ret);
    return furrow_fail(FURROW_ERR_SYSTEM, "%s: %s", doing, words);
}

static struct fi_info *hints_new(void)
{
    struct fi_info *hints = fi_allocinfo();
    if (!hints) return NULL;
    hints->caps = FI_MSG | FI_RMA;
    hints->mode = FI_CONTEXT | FI_CONTEXT2;
    hints->ep_attr->type = FI_EP_RDM;
    hints->domain_attr->mr_mode = FI_MR_LOCAL | FI_MR_VIRT_ADDR | FI_MR_ALLOCATED | FI_MR_PROV_KEY | FI_MR_ENDPOINT;
    hints->domain_attr->threading = FI_THREAD_DOMAIN;
    hints->domain_attr->resource_mgmt = FI_RM_ENABLED;
    hints->tx_attr->msg_order = hints->rx_attr->msg_order = NEEDED_ORDER;
    return hints;
}

/* Why this offer cannot carry Furrow; NULL when it can. */
static const char *missing(const struct fi_info *info)
{
    if (info->ep_attr->type != FI_EP_RDM) return "reliable datagrams (FI_EP_RDM)";
    if (!(info->caps & FI_RMA)) return "one-sided access (FI_RMA)";
    if (!(info->caps & FI_MSG)) return "messages (FI_MSG)";
    if ((info->tx_attr->msg_order & NEEDED_ORDER) != NEEDED_ORDER) return "messages in order (FI_ORDER_SAS)";
    if (info->domain_attr->mr_key_size > 8) return "memory keys of at most 8 bytes";
    if (info->ep_attr->max_msg_size < FOFI_MESSAGE_NBYTES + sizeof(fofi_head)) return "messages of 8 KiB";
    return NULL;
}

/* Furrow moves the bytes between hosts; libfabric's own shared memory would do so only within one. */
static bool host_only(const char *provider)
{
    return strcmp(provider, "shm") == 0;
}

/* The core provider of a layered name: "tcp" of "tcp;ofi_rxm". */
static bool provider_is(const char *name, const char *wanted)
{
    size_t n = strcspn(name, ";");
    return strcmp(name, wanted) == 0 || (strlen(wanted) == n && strncmp(name, wanted, n) == 0);
}

/* Addresses of one link (fe80::) mean nothing without the link's number, which other hosts count differently. */
static bool reaches_all(const struct fi_info *info)
{
    return strncmp(info->fabric_attr->name, "fe80", 4) != 0;
}

static bool usable(const struct fi_info *info, const char *provider, const char *domain)
{
    const char *name = info->fabric_attr->prov_name;
    if (host_only(name) || missing(info) || !reaches_all(info)) return false;
    if (provider && !provider_is(name, provider)) return false;
    return !domain || strcmp(info->domain_attr->name, domain) == 0;
}

/* Smaller is better: native fabrics, then verbs, then tcp, then the rest; loopback last of its kind. */
static int rank_of(const struct fi_info *info)
{
    static const char *const known[] = {"cxi", "efa", "psm3", "psm2", "opx", "verbs", "tcp", "net", "sockets", "udp"};
    int rank = 5; /* one that is not known yet is taken for a fabric */
    for (int i = 0; i < (int)(sizeof known / sizeof *known); i++)
        if (provider_is(info->fabric_attr->prov_name, known[i])) rank = 2 * i;
    bool loopback = strcmp(info->domain_attr->name, "lo") == 0;
    bool ipv6 = info->addr_format == FI_SOCKADDR_IN6;
    return 4 * rank + 2 * loopback + ipv6;
}

static void split(const char *wanted, char provider[64], const char **domain)
{
    const char *colon = strchr(wanted, ':');
    size_t n = colon ? (size_t)(colon - wanted) : strlen(wanted);
    snprintf(provider, 64, "%.*s", n < 63 ? (int)n : 63, wanted);
    *domain = colon && colon[1] ? colon + 1 : NULL;
}

/* "tcp:eth0, net:lo, ..." for the message that lists the choices. */
static void list_offers(const struct fi_info *offers, char *list, size_t nbytes)
{
    size_t used = 0;
    list[0] = '\0';
    for (const struct fi_info *i = offers; i && used + 1 < nbytes; i = i->next) {
        const char *name = i->fabric_attr->prov_name;
        if (!usable(i, NULL, NULL)) continue;
        char one[128];
        snprintf(one, sizeof one, "%.*s:%s", (int)strcspn(name, ";"), name, i->domain_attr->name);
        const char *before = strstr(list, one);
        if (before && (before[strlen(one)] == ',' || !before[strlen(one)])) continue;
        int n = snprintf(list + used, nbytes - used, "%s%s", used ? ", " : "", one);
        if (n > 0) used += (size_t)n;
    }
    if (!list[0]) snprintf(list, nbytes, "none");
}

/* "" and "ofi" leave the choice to us. */
furrow_err fofi_choose(const char *wanted, struct fi_info **info)
{
    char provider[64] = "";
    const char *domain = NULL;
    split(wanted, provider, &domain);
    if (strcmp(provider, "ofi") == 0) provider[0] = '\0';
    struct fi_info *hints = hints_new(), *offers = NULL;
    if (!hints) return furrow_fail(FURROW_ERR_NOMEM, "no memory to ask for a fabric");
    int ret = fi_getinfo(FOFI_VERSION, NULL, NULL, 0, hints, &offers);
    fi_freeinfo(hints);
    const struct fi_info *best = NULL;
    for (const struct fi_info *i = ret ? NULL : offers; i; i = i->next)
        if (usable(i, provider[0] ? provider : NULL, domain) && (!best || rank_of(i) < rank_of(best))) best = i;
    furrow_err err = FURROW_OK;
    if (best) {
        *info = fi_dupinfo(best);
        if (!*info) err = furrow_fail(FURROW_ERR_NOMEM, "no memory for the description of a fabric");
    } else {
        char list[300];
        list_offers(ret ? NULL : offers, list, sizeof list);
        err = furrow_fail(FURROW_ERR_ARG, "no fabric here is FURROW_NET=%.60s; the choices are: auto, shm, ofi, %s",
                          wanted, list);
    }
    if (offers) fi_freeinfo(offers);
    return err;
}

/* --- for furrow info -----------------------------------------------------------------------------------------------*/

static const char *bar_to(const struct fi_info *info)
{
    const char *why = missing(info);
    if (why) return why;
    if (host_only(info->fabric_attr->prov_name)) return "a way to other hosts: Furrow has its own shared memory";
    if (!reaches_all(info)) return "an address that other hosts understand: this one is of one link (fe80)";
    return NULL;
}

static void describe(const struct fi_info *info, furrow_net_info *out)
{
    const char *bar = bar_to(info);
    snprintf(out->provider, sizeof out->provider, "%s", info->fabric_attr->prov_name);
    snprintf(out->domain, sizeof out->domain, "%s", info->domain_attr->name);
    snprintf(out->network, sizeof out->network, "%s", info->fabric_attr->name);
    snprintf(out->missing, sizeof out->missing, "%s", bar ? bar : "");
    out->usable = !bar;
    out->one_sided = info->domain_attr->data_progress == FI_PROGRESS_AUTO;
}

static bool same(const struct fi_info *a, const struct fi_info *b)
{
    return strcmp(a->fabric_attr->prov_name, b->fabric_attr->prov_name) == 0 &&
           strcmp(a->domain_attr->name, b->domain_attr->name) == 0 &&
           strcmp(a->fabric_attr->name, b->fabric_attr->name) == 0 && a->ep_attr->type == b->ep_attr->type;
}

static bool repeats(const struct fi_info *offers, const struct fi_info *info)
{
    for (; offers != info; offers = offers->next)
        if (same(offers, info)) return true;
    return false;
}

/* What fi_info lists: what we can use first, then everything else, with what it lacks. */
bool fofi_offer(size_t index, furrow_net_info *out)
{
    struct fi_info *hints = hints_new(), *lists[2] = {NULL, NULL};
    bool found = false;
    if (!hints) return false;
    if (fi_getinfo(FOFI_VERSION, NULL, NULL, 0, hints, &lists[0])) lists[0] = NULL;
    fi_freeinfo(hints);
    if (fi_getinfo(FOFI_VERSION, NULL, NULL, 0, NULL, &lists[1])) lists[1] = NULL;
    for (int k = 0; k < 2 && !found; k++) {
        for (const struct fi_info *i = lists[k]; i && !found; i = i->next) {
            bool known = repeats(lists[k], i);
            for (const struct fi_info *j = k ? lists[0] : NULL; j && !known; j = j->next) known = same(i, j);
            found = !known && index-- == 0;
            if (found) describe(i, out);
        }
    }
    if (lists[0]) fi_freeinfo(lists[0]);
    if (lists[1]) fi_freeinfo(lists[1]);
    return found;
}
