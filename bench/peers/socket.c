/*
 * socket.c - what a plain TCP socket does between two hosts: the limit that bench/hosts.sh holds Furrow against. Polls
 * without sleeping, as Furrow does while it waits briefly. `socket PORT` serves one client; `socket ADDRESS PORT BYTES
 * ROUNDS` prints the median of half a ping-pong in us, and MB/s of a stream of as many messages.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct plan {
    uint32_t nbytes, rounds;
} plan;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void move(int fd, char *bytes, size_t nbytes, bool out)
{
    while (nbytes) {
        ssize_t n = out ? send(fd, bytes, nbytes, MSG_DONTWAIT | MSG_NOSIGNAL) : recv(fd, bytes, nbytes, MSG_DONTWAIT);
        if (n == 0) die("the other side ended");
        if (n < 0 && errno != EAGAIN && errno != EINTR) die("moving bytes");
        if (n < 0) continue;
        bytes += n;
        nbytes -= (size_t)n;
    }
}

static int serve(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1, door = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (door < 0 || bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, 1)) die("listening");
    int fd = accept(door, NULL, NULL);
    if (fd < 0) die("accepting");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    plan p;
    move(fd, (char *)&p, sizeof p, false);
    char *bytes = malloc(p.nbytes + 1u);
    if (!bytes) die("memory");
    for (uint32_t i = 0; i < p.rounds; i++) {
        move(fd, bytes, p.nbytes, false);
        move(fd, bytes, p.nbytes, true);
    }
    for (uint32_t i = 0; i < p.rounds; i++) move(fd, bytes, p.nbytes, false);
    move(fd, bytes, 1, true);
    free(bytes);
    return 0;
}

static int connect_to(const char *address, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1;
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) die(address);
    for (int tries = 0; tries < 100; tries++) { /* the server may still be starting */
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof to)) {
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            return fd;
        }
        close(fd);
        usleep(50000);
    }
    die("connecting");
    return -1;
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int ask(const char *address, int port, plan p)
{
    int fd = connect_to(address, port);
    char *bytes = calloc(1, p.nbytes + 1u);
    int64_t *times = calloc(p.rounds, sizeof *times);
    if (!bytes || !times) die("memory");
    move(fd, (char *)&p, sizeof p, true);
    for (uint32_t i = 0; i < p.rounds; i++) {
        int64_t begin = now_ns();
        move(fd, bytes, p.nbytes, true);
        move(fd, bytes, p.nbytes, false);
        times[i] = now_ns() - begin;
    }
    int64_t begin = now_ns();
    for (uint32_t i = 0; i < p.rounds; i++) move(fd, bytes, p.nbytes, true);
    move(fd, bytes, 1, false);
    double seconds = (double)(now_ns() - begin) / 1e9;
    qsort(times, p.rounds, sizeof *times, by_time);
    printf("%.2f %.1f\n", (double)times[p.rounds / 2] / 2000, (double)p.nbytes * p.rounds / 1e6 / seconds);
    free(times);
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2) return serve(atoi(argv[1]));
    if (argc != 5 || atoi(argv[3]) < 1 || atoi(argv[4]) < 1) {
        fprintf(stderr, "usage: socket PORT | socket ADDRESS PORT BYTES ROUNDS\n");
        return 2;
    }
    return ask(argv[1], atoi(argv[2]), (plan){(uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[4])});
}
