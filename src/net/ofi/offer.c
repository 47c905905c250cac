/*
 * offer.c - what libfabric offers on this machine, for furrow info: each offer once, with what Furrow can do on it, or what
 * it lacks. Called without a job, by one thread at a time.
 */
#include "net/ofi/ofi.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One number of a file of sysfs; fallback when there is none. */
static long long read_number(const char *folder, const char *domain, const char *file, long long fallback)
{
    char path[256];
    long long number;
    snprintf(path, sizeof path, "%s/%.64s/%s", folder, domain, file);
    FILE *f = fopen(path, "re");
    if (!f) return fallback;
    if (fscanf(f, "%lld", &number) != 1) number = fallback;
    fclose(f);
    return number;
}

/* Where the device is and how fast its link: by libfabric, else by the kernel, which knows network devices by the domain's
 * name (Mbit/s) and verbs devices too ("100 Gb/sec"). */
static void describe_device(const struct fi_info *info, furrow_net_info *out)
{
    static const char net[] = "/sys/class/net", verbs[] = "/sys/class/infiniband";
    const char *domain = info->domain_attr->name;
    const struct fi_link_attr *link = info->nic ? info->nic->link_attr : NULL;
    long long mbits = read_number(net, domain, "speed", -1), gbits = read_number(verbs, domain, "ports/1/rate", -1);
    out->numa_node =
        (int)read_number(verbs, domain, "device/numa_node", read_number(net, domain, "device/numa_node", -1));
    if (link && link->speed)
        out->bits_per_second = link->speed;
    else if (gbits > 0)
        out->bits_per_second = (uint64_t)gbits * 1000000000;
    else if (mbits > 0)
        out->bits_per_second = (uint64_t)mbits * 1000000;
}

void fofi_describe(const struct fi_info *info, furrow_net_info *out)
{
    const char *bar = fofi_bar(info);
    *out = (furrow_net_info){.usable = !bar, .numa_node = -1};
    snprintf(out->provider, sizeof out->provider, "%s", info->fabric_attr->prov_name);
    snprintf(out->domain, sizeof out->domain, "%s", info->domain_attr->name);
    snprintf(out->network, sizeof out->network, "%s", info->fabric_attr->name);
    snprintf(out->missing, sizeof out->missing, "%s", bar ? bar : "");
    out->one_sided = fofi_one_sided(info);
    out->atomics = false; /* only its owner's processors are atomic with those who map a symbol */
    out->ordered = fofi_keeps_order(info);
    out->pins = fofi_pins(info);
    out->most_nbytes = info->ep_attr->max_msg_size;
    describe_device(info, out);
}

/* Would furrow info say the same of both? */
static bool same(const struct fi_info *a, const struct fi_info *b)
{
    const char *bar_a = fofi_bar(a), *bar_b = fofi_bar(b);
    return strcmp(a->fabric_attr->prov_name, b->fabric_attr->prov_name) == 0 &&
           strcmp(a->domain_attr->name, b->domain_attr->name) == 0 &&
           strcmp(a->fabric_attr->name, b->fabric_attr->name) == 0 &&
           (bar_a && bar_b ? strcmp(bar_a, bar_b) == 0 : bar_a == bar_b);
}

static bool listed(const struct fi_info *const *list, size_t n, const struct fi_info *info)
{
    for (size_t i = 0; i < n; i++)
        if (same(list[i], info)) return true;
    return false;
}

/* Usable ones first, the best of them first; the others as libfabric has them. */
static int by_preference(const void *a, const void *b)
{
    const struct fi_info *x = *(const struct fi_info *const *)a, *y = *(const struct fi_info *const *)b;
    bool bars = fofi_bar(x) != NULL, bar_y = fofi_bar(y) != NULL;
    if (bars != bar_y) return bars - bar_y;
    int order = fofi_rank(x) - fofi_rank(y);
    return order ? order : strcmp(x->domain_attr->name, y->domain_attr->name);
}

#define OFFERS_MOST 512

/* As they were when the first was asked for. */
static struct {
    struct fi_info *lists[2];
    const struct fi_info *all[OFFERS_MOST];
    size_t n;
} offers;

static void forget_offers(void)
{
    for (int k = 0; k < 2; k++)
        if (offers.lists[k]) fi_freeinfo(offers.lists[k]);
    memset(&offers, 0, sizeof offers);
}

/* What fits our hints, and everything there is. */
static void ask_offers(void)
{
    struct fi_info *hints = fofi_hints();
    forget_offers();
    if (!hints) return;
    if (fi_getinfo(FOFI_VERSION, NULL, NULL, 0, hints, &offers.lists[0])) offers.lists[0] = NULL;
    fi_freeinfo(hints);
    if (fi_getinfo(FOFI_VERSION, NULL, NULL, 0, NULL, &offers.lists[1])) offers.lists[1] = NULL;
    for (int k = 0; k < 2; k++)
        for (const struct fi_info *i = offers.lists[k]; i && offers.n < OFFERS_MOST; i = i->next)
            if (!listed(offers.all, offers.n, i)) offers.all[offers.n++] = i;
    qsort(offers.all, offers.n, sizeof *offers.all, by_preference);
}

bool fofi_offer(size_t index, furrow_net_info *out)
{
    if (index == 0) ask_offers();
    if (index >= offers.n) {
        forget_offers();
        return false;
    }
    fofi_describe(offers.all[index], out);
    return true;
}

void fofi_version(char *text, size_t nbytes)
{
    uint32_t version = fi_version();
    snprintf(text, nbytes, "%u.%u", FI_MAJOR(version), FI_MINOR(version));
}
