/*
 * knock.c - whether a peer that takes nothing has ended: libfabric says only "try again" of a process that is gone, its
 * host refuses a connection to its port. Only for providers whose addresses are tcp ports; never waits.
 */
#include "net/ofi/ofi.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* An internet address alone does not mean it: verbs has them, too, and listens elsewhere. */
static bool listens_on_tcp(const struct fi_info *info)
{
    static const char *const providers[] = {"tcp", "net", "sockets"};
    bool internet = info->addr_format == FI_SOCKADDR_IN || info->addr_format == FI_SOCKADDR_IN6;
    for (size_t i = 0; internet && i < sizeof providers / sizeof *providers; i++)
        if (fofi_provider_is(info->fabric_attr->prov_name, providers[i])) return true;
    return false;
}

/* An address that is refused, or that there is no way to, is not reached by trying again. */
static void answered(fnet *net, int pid, int error)
{
    char text[64] = "", to[128], why[160];
    size_t nbytes = sizeof text, n = sizeof to;
    if (error != ECONNREFUSED && error != EHOSTUNREACH && error != ENETUNREACH) return;
    if (!fi_av_lookup(net->av, net->peers[pid - 1].addr, to, &n)) fi_av_straddr(net->av, to, text, &nbytes);
    const char *at = strstr(text, "//") ? strstr(text, "//") + 2 : text;
    bool loopback = strncmp(at, "127.", 4) == 0 || strncmp(at, "[::1]", 5) == 0;
    if (error != ECONNREFUSED)
        snprintf(why, sizeof why, "there is no way to its address %s", at);
    else if (loopback)
        snprintf(why, sizeof why, "its process has ended, or %s is an address of another host", at);
    else
        snprintf(why, sizeof why, "its process has ended: nobody is at %s", at);
    fofi_peer_fail(net, pid, why);
}

void fofi_knock(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    union {
        struct sockaddr any;
        struct sockaddr_storage room;
    } to;
    size_t nbytes = sizeof to;
    if (peer->door || !listens_on_tcp(net->info) || fi_av_lookup(net->av, peer->addr, &to, &nbytes)) return;
    int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    if (connect(fd, &to.any, (socklen_t)nbytes) && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        answered(net, pid, error);
        return;
    }
    peer->door = fd + 1;
}

void fofi_listen(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    int error = 0;
    socklen_t nbytes = sizeof error;
    if (!peer->door) return;
    int failed = getsockopt(peer->door - 1, SOL_SOCKET, SO_ERROR, &error, &nbytes);
    close(peer->door - 1);
    peer->door = 0;
    if (!failed) answered(net, pid, error);
}
