/*
 * unkind.c - put before libfabric (LD_PRELOAD), it lets any provider behave as badly as its contract allows, below the
 * transport as it is used. UNKIND="again=3 late=4 swap=1 fail=500 kill=900": every third operation is refused, one look in
 * four at completions finds none, those of sends and writes come in another order, with swap those of receptions too; the
 * 500th operation fails; the process is killed at the 900th.
 */
#include <dlfcn.h>
#include <rdma/fabric.h>
#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_eq.h>
#include <rdma/fi_errno.h>
#include <rdma/fi_rma.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

/* One fabric, domain, endpoint and queue a process, used by one thread at a time: the transport promises that. */
static struct fi_ops_fabric fabric_ops, fabric_real;
static struct fi_ops_domain domain_ops, domain_real;
static struct fi_ops_msg msg_ops, msg_real;
static struct fi_ops_rma rma_ops, rma_real;
static struct fi_ops_cq cq_ops, cq_real;
static long nposted, nlooks, ntries;
static void *doomed; /* context of the operation that fails */
static struct fi_cq_data_entry held[MOST];
static size_t nheld;

static long wish(const char *name)
{
    const char *text = getenv("UNKIND"), *at = text ? strstr(text, name) : NULL;
    return at ? atol(at + strlen(name) + 1) : 0;
}

/* Whether the operation is kept from being posted; *ret is its result then. */
static bool kept(void *context, ssize_t *ret)
{
    long again = wish("again");
    *ret = -FI_EAGAIN;
    if (again && ++ntries % again == 0) return true;
    if (++nposted == wish("kill")) raise(SIGKILL);
    if (nposted != wish("fail")) return false;
    doomed = context;
    *ret = 0;
    return true;
}

static ssize_t unkind_send(struct fid_ep *ep, const void *buf, size_t len, void *desc, fi_addr_t to, void *context)
{
    ssize_t ret;
    return kept(context, &ret) ? ret : msg_real.send(ep, buf, len, desc, to, context);
}

static ssize_t unkind_writemsg(struct fid_ep *ep, const struct fi_msg_rma *msg, uint64_t flags)
{
    ssize_t ret;
    return kept(msg->context, &ret) ? ret : rma_real.writemsg(ep, msg, flags);
}

static ssize_t unkind_readmsg(struct fid_ep *ep, const struct fi_msg_rma *msg, uint64_t flags)
{
    ssize_t ret;
    return kept(msg->context, &ret) ? ret : rma_real.readmsg(ep, msg, flags);
}

/* The last comes first; receptions stay in their order, unless they are to be swapped. */
static size_t next_out(void)
{
    size_t best = 0;
    for (size_t i = 0; i < nheld; i++)
        if (!(held[i].flags & FI_RECV) || wish("swap")) best = i;
    return nlooks % 2 ? best : 0;
}

static ssize_t unkind_read(struct fid_cq *cq, void *buf, size_t count)
{
    struct fi_cq_data_entry *out = buf;
    long late = wish("late");
    size_t n = 0;
    if (doomed) return -FI_EAVAIL;
    if (late && ++nlooks % late == 0) return -FI_EAGAIN;
    ssize_t ret = nheld < MOST ? cq_real.read(cq, held + nheld, MOST - nheld) : 0;
    if (ret > 0) nheld += (size_t)ret;
    if (!nheld) return ret;
    while (n < count && nheld && !(late && n == 2)) {
        size_t i = next_out();
        out[n++] = held[i];
        memmove(held + i, held + i + 1, (--nheld - i) * sizeof *held);
    }
    return (ssize_t)n;
}

static ssize_t unkind_readerr(struct fid_cq *cq, struct fi_cq_err_entry *entry, uint64_t flags)
{
    if (!doomed) return cq_real.readerr(cq, entry, flags);
    *entry = (struct fi_cq_err_entry){.op_context = doomed, .err = FI_EIO};
    doomed = NULL;
    return 1;
}

static int unkind_trywait(struct fid_fabric *fabric, struct fid **fids, int count)
{
    return nheld || doomed ? -FI_EAGAIN : fabric_real.trywait(fabric, fids, count);
}

static int unkind_endpoint(struct fid_domain *domain, struct fi_info *info, struct fid_ep **ep, void *context)
{
    bool theirs = msg_real.send != NULL; /* providers open more for themselves */
    int ret = domain_real.endpoint(domain, info, ep, context);
    if (ret || theirs) return ret;
    msg_ops = msg_real = *(*ep)->msg;
    rma_ops = rma_real = *(*ep)->rma;
    msg_ops.send = unkind_send;
    rma_ops.writemsg = unkind_writemsg;
    rma_ops.readmsg = unkind_readmsg;
    (*ep)->msg = &msg_ops;
    (*ep)->rma = &rma_ops;
    return 0;
}

static int unkind_cq_open(struct fid_domain *domain, struct fi_cq_attr *attr, struct fid_cq **cq, void *context)
{
    bool theirs = cq_real.read != NULL;
    int ret = domain_real.cq_open(domain, attr, cq, context);
    if (ret || theirs) return ret;
    cq_ops = cq_real = *(*cq)->ops;
    cq_ops.read = unkind_read;
    cq_ops.readerr = unkind_readerr;
    (*cq)->ops = &cq_ops;
    return 0;
}

static int unkind_domain(struct fid_fabric *fabric, struct fi_info *info, struct fid_domain **domain, void *context)
{
    int ret = fabric_real.domain(fabric, info, domain, context);
    if (ret) return ret;
    domain_ops = domain_real = *(*domain)->ops;
    domain_ops.endpoint = unkind_endpoint;
    domain_ops.cq_open = unkind_cq_open;
    (*domain)->ops = &domain_ops;
    return 0;
}

/* What libfabric opens for itself is left alone. */
__attribute__((visibility("default"))) int fi_fabric(struct fi_fabric_attr *attr, struct fid_fabric **fabric,
                                                     void *context)
{
    Dl_info caller = {0};
    void *library = dlopen("libfabric.so.1", RTLD_NOW);
    int (*real)(struct fi_fabric_attr *, struct fid_fabric **, void *) = NULL;
    if (library) *(void **)&real = dlsym(library, "fi_fabric");
    if (!real) return -FI_ENOSYS;
    int ret = real(attr, fabric, context);
    bool ours = dladdr(__builtin_return_address(0), &caller) && strstr(caller.dli_fname, "furrow-ofi");
    if (ret || !ours || !getenv("UNKIND")) return ret;
    fabric_ops = fabric_real = *(*fabric)->ops;
    fabric_ops.domain = unkind_domain;
    fabric_ops.trywait = unkind_trywait;
    (*fabric)->ops = &fabric_ops;
    return 0;
}
