/*
 * knock.c - whether the process of a silent peer, or its whole host, is gone: a host refuses connections to the port of a
 * process that has ended, and a host that is cut off answers nothing. libfabric says only "try again" of both. Only for
 * providers whose addresses are tcp ports; called once a pulse (progress.c), never waits.
 */
#include "net/ofi/ofi.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ATTEMPT_PULSES  3u    /* for one connection to be made: longer than any way there and back */
#define LATE_MS         1500u /* since the last sign from a host that is asked for one every second */
#define DOUBTFUL_PULSES 4u

typedef union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    struct sockaddr_storage room;
} address;

/* An internet address alone does not mean it: verbs has them, too, and listens elsewhere. */
static bool listens_on_tcp(const struct fi_info *info)
{
    static const char *const providers[] = {"tcp", "net", "sockets"};
    bool internet = info->addr_format == FI_SOCKADDR_IN || info->addr_format == FI_SOCKADDR_IN6;
    for (size_t i = 0; internet && i < sizeof providers / sizeof *providers; i++)
        if (fofi_provider_is(info->fabric_attr->prov_name, providers[i])) return true;
    return false;
}

static bool address_of(const fnet *net, int pid, address *to, size_t *nbytes)
{
    *nbytes = sizeof *to;
    return net->peers[pid - 1].known && !fi_av_lookup(net->av, net->peers[pid - 1].addr, to, nbytes);
}

static bool same_host(const address *a, const address *b)
{
    if (a->any.sa_family != b->any.sa_family) return false;
    if (a->any.sa_family == AF_INET) return a->four.sin_addr.s_addr == b->four.sin_addr.s_addr;
    return memcmp(&a->six.sin6_addr, &b->six.sin6_addr, sizeof a->six.sin6_addr) == 0;
}

/* Has another pid of its host been heard lately? Then the host is there, and this pid's port must be too busy. */
static bool host_heard(const fnet *net, int pid)
{
    address to, other;
    size_t nbytes;
    if (!address_of(net, pid, &to, &nbytes)) return false;
    for (int p = 1; p <= net->nprocs; p++) {
        const fofi_peer *peer = &net->peers[p - 1];
        bool lately = p != pid && !peer->gone && peer->received && peer->silent < FOFI_SILENT;
        if (lately && address_of(net, p, &other, &nbytes) && same_host(&to, &other)) return true;
    }
    return false;
}

/* The peer's address in words; whether it is one of this host's own. */
static const char *words_of(const fnet *net, int pid, char text[64], bool *loopback)
{
    char to[128];
    size_t nbytes = 64, n = sizeof to;
    text[0] = '\0';
    if (!fi_av_lookup(net->av, net->peers[pid - 1].addr, to, &n)) fi_av_straddr(net->av, to, text, &nbytes);
    const char *at = strstr(text, "//") ? strstr(text, "//") + 2 : text;
    *loopback = strncmp(at, "127.", 4) == 0 || strncmp(at, "[::1]", 5) == 0;
    return at;
}

static void refused(fnet *net, int pid)
{
    char text[64], why[160];
    bool loopback;
    const char *at = words_of(net, pid, text, &loopback);
    if (loopback)
        snprintf(why, sizeof why, "its process has ended, or %s is an address of another host", at);
    else
        snprintf(why, sizeof why, "its process has ended: nobody is at %s", at);
    fofi_peer_fail(net, pid, why);
}

/*
 * A pulse without a sign from the host. Pulses are counted, not time: while this process is stopped nothing is asked, and
 * so nothing can be missed. Before that is enough, it is what a deadline that passes is explained with.
 */
static void unanswered(fnet *net, int pid, int error)
{
    fofi_peer *peer = &net->peers[pid - 1];
    char text[64], why[sizeof peer->why];
    bool loopback, nowhere = error == EHOSTUNREACH || error == ENETUNREACH;
    if (++peer->unanswered < DOUBTFUL_PULSES) return;
    const char *at = words_of(net, pid, text, &loopback);
    snprintf(why, sizeof why,
             nowhere ? "there is no way to its address %.40s, for %u s" : "its host (%.40s) has not answered for %u s",
             at, peer->unanswered / FOFI_PULSE_HZ);
    if (peer->unanswered < net->lost_pulses)
        memcpy(peer->why, why, sizeof peer->why);
    else if (host_heard(net, pid))
        fofi_answered(net, pid);
    else
        fofi_peer_fail(net, pid, why);
}

void fofi_answered(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    peer->unanswered = 0;
    if (!peer->gone) peer->why[0] = '\0';
}

void fofi_knock_end(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    if (peer->door) close(peer->door - 1);
    peer->door = 0;
}

static bool says_nothing(int error)
{
    return error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN ||
           error == ENETDOWN;
}

/* An attempt that ended with an error: refused, or no answer. Others, of this host's own making, say nothing. */
static void ended(fnet *net, int pid, int error)
{
    fofi_knock_end(net, pid);
    if (error == ECONNREFUSED)
        refused(net, pid);
    else if (says_nothing(error))
        unanswered(net, pid, error);
}

/*
 * A connection that stands is kept while its peer is silent: its host's system answers for it, though the process is stopped
 * and its queue of connections full. It is asked every second, and gives up after four questions; then we begin anew.
 */
static void begin(fnet *net, int pid)
{
    static const int one = 1, four = 4;
    fofi_peer *peer = &net->peers[pid - 1];
    address to;
    size_t nbytes;
    if (!address_of(net, pid, &to, &nbytes)) return;
    int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &four, sizeof four);
    peer->door = fd + 1;
    peer->attempt = 0;
    if (connect(fd, &to.any, (socklen_t)nbytes) && errno != EINPROGRESS) ended(net, pid, errno);
}

static void look(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    struct tcp_info state;
    int error = 0, fd = peer->door - 1;
    socklen_t nbytes = sizeof error, room = sizeof state;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &nbytes) || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &room))
        error = errno;
    if (error) {
        ended(net, pid, error);
    } else if (state.tcpi_state == TCP_SYN_SENT) {
        if (++peer->attempt >= ATTEMPT_PULSES) fofi_knock_end(net, pid);
        unanswered(net, pid, 0);
    } else if (state.tcpi_state == TCP_ESTABLISHED && state.tcpi_last_ack_recv > LATE_MS) {
        unanswered(net, pid, 0);
    } else {
        if (state.tcpi_state != TCP_ESTABLISHED) fofi_knock_end(net, pid); /* closed by the other side */
        fofi_answered(net, pid);
    }
}

void fofi_knock(fnet *net, int pid)
{
    const fofi_peer *peer = &net->peers[pid - 1];
    if (!listens_on_tcp(net->info)) return;
    if (peer->door) look(net, pid);
    if (!peer->door && !peer->gone) begin(net, pid);
}
