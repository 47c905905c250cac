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

struct fi_info *fofi_hints(void)
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

/* What the kind of endpoint lacks; NULL: nothing. */
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
bool fofi_provider_is(const char *name, const char *wanted)
{
    size_t n = strcspn(name, ";");
    return strcmp(name, wanted) == 0 || (strlen(wanted) == n && strncmp(name, wanted, n) == 0);
}

/* Addresses of one link (fe80::) mean nothing without the link's number, which other hosts count differently. */
static bool reaches_all(const struct fi_info *info)
{
    return strncmp(info->fabric_attr->name, "fe80", 4) != 0;
}

const char *fofi_bar(const struct fi_info *info)
{
    const char *why = missing(info);
    if (why) return why;
    if (host_only(info->fabric_attr->prov_name)) return "a way to other hosts: Furrow has its own shared memory";
    if (!reaches_all(info)) return "an address that other hosts understand: this one is of one link (fe80)";
    return NULL;
}

/* ofi_rxm hands one-sided operations straight to the device that verbs drives, and says of its messages that they need
 * their receiver; net 1.17 says that nothing does, and moves bytes only when it is called. The suite of promises tries it. */
bool fofi_one_sided(const struct fi_info *info)
{
    const char *provider = info->fabric_attr->prov_name;
    if (fofi_provider_is(provider, "verbs")) return true;
    return info->domain_attr->data_progress == FI_PROGRESS_AUTO && !fofi_provider_is(provider, "net");
}

static bool usable(const struct fi_info *info, const char *provider, const char *domain)
{
    const char *name = info->fabric_attr->prov_name;
    if (fofi_bar(info)) return false;
    if (provider && !fofi_provider_is(name, provider)) return false;
    return !domain || strcmp(info->domain_attr->name, domain) == 0;
}

/* Smaller is better: native fabrics, then verbs, then tcp, then the rest; loopback last of its kind. */
int fofi_rank(const struct fi_info *info)
{
    static const char *const known[] = {"cxi", "efa", "psm3", "psm2", "opx", "verbs", "tcp", "net", "sockets", "udp"};
    int rank = 5; /* one that is not known yet is taken for a fabric */
    for (int i = 0; i < (int)(sizeof known / sizeof *known); i++)
        if (fofi_provider_is(info->fabric_attr->prov_name, known[i])) rank = 2 * i;
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

/* The offer before which skip better ones stand; equal ones in libfabric's order. */
static const struct fi_info *candidate(const struct fi_info *offers, const char *provider, const char *domain,
                                       unsigned skip)
{
    for (const struct fi_info *i = offers; i; i = i->next) {
        unsigned nbetter = 0;
        bool before = true;
        if (!usable(i, provider, domain)) continue;
        for (const struct fi_info *j = offers; j; j = j->next) {
            if (j == i) before = false;
            bool better = fofi_rank(j) < fofi_rank(i) || (before && fofi_rank(j) == fofi_rank(i));
            nbetter += usable(j, provider, domain) && better;
        }
        if (nbetter == skip) return i;
    }
    return NULL;
}

/* Of all that libfabric offers the first of that provider and domain, of any domain (NULL); NULL: none. */
static const struct fi_info *named(const struct fi_info *offers, const char *provider, const char *domain)
{
    for (; offers; offers = offers->next)
        if (fofi_provider_is(offers->fabric_attr->prov_name, provider) &&
            (!domain || strcmp(offers->domain_attr->name, domain) == 0))
            return offers;
    return NULL;
}

static struct fi_info *ask(uint64_t flags)
{
    struct fi_info *found = NULL;
    return fi_getinfo(FOFI_VERSION, NULL, NULL, flags, NULL, &found) ? NULL : found;
}

/* Why a provider that libfabric has does not do; "" when it has none of that name. */
static void explain(const char *provider, const char *domain, char *why, size_t nbytes)
{
    struct fi_info *all = ask(0), *known = ask(FI_PROV_ATTR_ONLY);
    const struct fi_info *there = named(all, provider, domain);
    const char *bar = there ? fofi_bar(there) : NULL;
    why[0] = '\0';
    if (bar)
        snprintf(why, nbytes, ": %.40s on %.40s lacks %s", there->fabric_attr->prov_name, there->domain_attr->name,
                 bar);
    else if (domain && named(all, provider, NULL))
        snprintf(why, nbytes, ": %.40s is not on %.40s", provider, domain);
    else if (!named(all, provider, NULL) && named(known, provider, NULL))
        snprintf(why, nbytes, ": libfabric has %.40s, but finds no device for it", provider);
    if (all) fi_freeinfo(all);
    if (known) fi_freeinfo(known);
}

static furrow_err none_fits(const struct fi_info *offers, const char *wanted, const char *provider, const char *domain)
{
    char list[300], why[200] = "";
    list_offers(offers, list, sizeof list);
    if (strcmp(list, "none") == 0)
        return furrow_fail(FURROW_ERR_ARG,
                           "libfabric offers nothing here that could carry Furrow to other hosts (FURROW_NET=%.60s); "
                           "furrow info --net says what each offer lacks",
                           wanted[0] ? wanted : "auto");
    if (provider[0]) explain(provider, domain, why, sizeof why);
    return furrow_fail(FURROW_ERR_ARG, "no fabric here is FURROW_NET=%.60s%s; the choices are: auto, shm, ofi, %s",
                       wanted, why, list);
}

bool fofi_chooses(const char *wanted)
{
    return !wanted[0] || strcmp(wanted, "ofi") == 0;
}

furrow_err fofi_choose(const char *wanted, unsigned skip, struct fi_info **info)
{
    char provider[64] = "";
    const char *domain = NULL;
    if (!fofi_chooses(wanted)) split(wanted, provider, &domain);
    if (strcmp(provider, "ofi") == 0) provider[0] = '\0';
    struct fi_info *hints = fofi_hints(), *offers = NULL;
    if (!hints) return furrow_fail(FURROW_ERR_NOMEM, "no memory to ask for a fabric");
    if (fi_getinfo(FOFI_VERSION, NULL, NULL, 0, hints, &offers)) offers = NULL;
    fi_freeinfo(hints);
    const struct fi_info *best = candidate(offers, provider[0] ? provider : NULL, domain, skip);
    furrow_err err = best ? FURROW_OK : none_fits(offers, wanted, provider, domain);
    if (best) *info = fi_dupinfo(best);
    if (best && !*info) err = furrow_fail(FURROW_ERR_NOMEM, "no memory for the description of a fabric");
    if (offers) fi_freeinfo(offers);
    return err;
}
