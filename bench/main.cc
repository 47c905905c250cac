/*
 * main.cc - furrow-bench [--json] [options of Google Benchmark]: launches itself as a job of two pids, then of eight,
 * has each measure, and prints one table. As a member of such a job it measures or responds.
 */
#include "bench.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <furrow/launch.h>
#include <sys/mman.h>
#include <unistd.h>

namespace
{
area *map_area(int fd)
{
    void *at = mmap(nullptr, sizeof(area), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
        perror("furrow-bench: mmap");
        exit(1);
    }
    return static_cast<area *>(at);
}

/* A pid's life; path names the common memory in its maker's /proc. */
int member(const char *path, bool crowd, int argc, char **argv)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        perror("furrow-bench: common memory");
        return 1;
    }
    context c = {};
    c.shared = map_area(fd);
    must(furrow_join(nullptr, &c.job));
    c.pid = furrow_myid(c.job);
    c.nprocs = furrow_nprocs(c.job);
    furrow_side_open(c);
    measure(c, crowd ? crowd_measurements() : pair_measurements(), argc, argv);
    furrow_side_close(c);
    return 0;
}

/* The job's pids find the common memory anew for each job: its counters begin at zero, its rows stay. */
void launch(area &shared, int fd, bool crowd, int argc, char **argv)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", getpid(), fd);
    std::vector<const char *> args = {"/proc/self/exe", crowd ? "--crowd" : "--pair", path};
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n > 0) {
        self[n] = 0;
        args[0] = self;
    }
    for (int i = 1; i < argc; i++) args.push_back(argv[i]);
    args.push_back(nullptr);
    memset(static_cast<void *>(&shared), 0, offsetof(area, nrows));
    furrow_launch_opts opts = FURROW_OPTS_INIT(furrow_launch_opts);
    opts.nprocs = crowd ? 8 : 2;
    opts.bind = crowd ? FURROW_BIND_NONE : FURROW_BIND_CORE;
    opts.argv = args.data();
    int status = 0;
    must(furrow_launch(&opts, &status));
    if (status != 0) exit(status);
}
} // namespace

int main(int argc, char **argv)
{
    if (argc > 2 && (!strcmp(argv[1], "--pair") || !strcmp(argv[1], "--crowd")))
        return member(argv[2], !strcmp(argv[1], "--crowd"), argc - 2, argv + 2);
    bool json = argc > 1 && !strcmp(argv[1], "--json");
    if (json) {
        argv[1] = argv[0];
        argc--;
        argv++;
    }
    int fd = memfd_create("furrow-bench", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, sizeof(area))) {
        perror("furrow-bench: common memory");
        return 1;
    }
    area *shared = map_area(fd);
    std::string empty = std::string(argv[0]);
    empty = empty.substr(0, empty.rfind('/') + 1) + "empty";
    launch(*shared, fd, false, argc, argv);
    launch(*shared, fd, true, argc, argv);
    measure_launch(*shared, empty, argc, argv);
    json ? print_json(*shared) : print_table(*shared);
    return 0;
}
