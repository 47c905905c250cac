/*
 * knock.c - whether a peer that takes nothing has ended: libfabric says only "try again" of a process that is gone, its
 * host refuses a connection to its port. Only for addresses that are internet sockets; never waits.
 */
#include "net/ofi/ofi.h"
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static bool internet(const struct fi_info *info)
{
    return info->addr_format == FI_SOCKADDR_IN || info->addr_format == FI_SOCKADDR_IN6;
}

void fofi_knock(fnet *net, int pid)
{
    fofi_peer *peer = &net->peers[pid - 1];
    union {
        struct sockaddr any;
        struct sockaddr_storage room;
    } to;
    size_t nbytes = sizeof to;
    if (peer->door || !internet(net->info) || fi_av_lookup(net->av, peer->addr, &to, &nbytes)) return;
    int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    if (connect(fd, &to.any, (socklen_t)nbytes) && errno != EINPROGRESS) {
        bool refused = errno == ECONNREFUSED;
        close(fd);
        if (refused) fofi_peer_fail(net, pid, "its process has ended");
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
    if (!failed && error == ECONNREFUSED) fofi_peer_fail(net, pid, "its process has ended");
}
