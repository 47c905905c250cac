/*
 * arena.c - measures, lengthens and maps the shared arena (layout in arena.h). Called when the transport opens and
 * closes. It knows offsets and nothing of what is kept there.
 */
#include "net/shm/arena.h"
#include "base/error.h"
#include "base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAPS_MOST    ((uint64_t)16 << 40) /* of address space, all heaps together */
#define STRIDE_LEAST  ((uint64_t)16 << 20)
#define STRIDE_ENOUGH ((uint64_t)256 << 20)

static size_t up(size_t n, size_t to)
{
    return (n + to - 1) & ~(to - 1);
}

static void measure(fshm_arena *a)
{
    size_t n = (size_t)a->nprocs;
    a->block_stride = up(sizeof(fshm_block), FSHM_PAGE);
    a->common_nbytes = FNET_COMMON_NBYTES(n);
    a->at_head = FBOOT_HEAD_NBYTES(n);
    a->at_blocks = a->at_head + FSHM_PAGE;
    a->at_rings = a->at_blocks + n * a->block_stride;
    a->at_common = a->at_rings + n * n * FSHM_RING_STRIDE;
    a->at_heaps = up(a->at_common + a->common_nbytes, FSHM_HUGE);
}

/* A power of two that holds what this pid wants, within the bound for all. The first pid decides for everybody, and a
 * pid that was given less than the others shall not leave them with next to nothing. */
static uint64_t stride_wanted(int nprocs, uint64_t heap_nbytes)
{
    uint64_t want = heap_nbytes, memory = fb_memory_nbytes(), stride = STRIDE_LEAST;
    uint64_t enough = memory < STRIDE_ENOUGH ? memory : STRIDE_ENOUGH;
    if (want < enough) want = enough;
    while (stride < want && stride * 2 * (uint64_t)nprocs <= HEAPS_MOST) stride *= 2;
    return stride;
}

static void *map(int fd, size_t nbytes)
{
    return mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
}

/* At a multiple of the size of a huge page, as the heaps are in the file: only then can huge pages be mapped. */
static void *map_aligned(int fd, size_t nbytes)
{
    char *trial = mmap(NULL, nbytes + FSHM_HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (trial == MAP_FAILED) return map(fd, nbytes);
    size_t before = up((size_t)(uintptr_t)trial, FSHM_HUGE) - (size_t)(uintptr_t)trial;
    void *at = mmap(trial + before, nbytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd, 0);
    int native = errno;
    size_t end = before + up(nbytes, FSHM_PAGE);
    if (at == MAP_FAILED) {
        munmap(trial, nbytes + FSHM_HUGE);
    } else {
        if (before) munmap(trial, before);
        munmap(trial + end, nbytes + FSHM_HUGE - end);
    }
    errno = native;
    return at;
}

static furrow_err fail_map(size_t nbytes, int native)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        furrow_err e =
            fb_fail(FURROW_ERR_NOMEM, "cannot map the job's %zu MiB of address space: ulimit -v is %" PRIu64 " KiB",
                    nbytes >> 20, (uint64_t)limit.rlim_cur >> 10);
        fb_fail_advice("Raise ulimit -v, or give all pids a smaller FURROW_HEAP.");
        return e;
    }
    return fb_fail_errno(native, "cannot map the job's %zu MiB of address space", nbytes >> 20);
}

static bool long_enough(int fd, size_t nbytes)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size >= 0 && (size_t)st.st_size >= nbytes;
}

/* ftruncate past RLIMIT_FSIZE would raise SIGXFSZ in a process that is not ours to kill: look first. Another pid may lengthen
 * it further between our look and our ftruncate, which the seal against shrinking then refuses: look again. */
static furrow_err lengthen(int fd, size_t nbytes)
{
    struct rlimit limit;
    if (long_enough(fd, nbytes)) return FURROW_OK;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < nbytes) {
        furrow_err e = fb_fail(FURROW_ERR_NOMEM,
                               "the job's shared memory needs files of %zu MiB, and ulimit -f is %" PRIu64 " KiB",
                               nbytes >> 20, (uint64_t)limit.rlim_cur >> 10);
        fb_fail_advice("Raise ulimit -f.");
        return e;
    }
    if (ftruncate(fd, (off_t)nbytes) == 0) return FURROW_OK;
    int native = errno;
    if (!long_enough(fd, nbytes))
        return fb_fail_errno(native, "cannot lengthen the job's shared memory to %zu MiB", nbytes >> 20);
    return FURROW_OK;
}

/* Reads the stride in force, or decides it: what can be mapped here, at most what is wanted. Only the head of the arena
 * is needed for that, so it is mapped alone first. */
static furrow_err agree(fshm_arena *a, uint64_t heap_nbytes)
{
    furrow_err e = lengthen(a->fd, a->at_head + FSHM_PAGE);
    if (e) return e;
    size_t nbytes = a->at_head + FSHM_PAGE;
    char *base = map(a->fd, nbytes);
    if (base == MAP_FAILED) return fail_map(nbytes, errno);
    fshm_head *head = (fshm_head *)(void *)(base + a->at_head);
    uint64_t stride = atomic_load(&head->heap_stride);
    if (!stride) {
        uint64_t want = stride_wanted(a->nprocs, heap_nbytes);
        for (; want > STRIDE_LEAST; want /= 2) {
            size_t all = a->at_heaps + (size_t)want * (size_t)a->nprocs;
            void *trial = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (trial == MAP_FAILED) continue;
            munmap(trial, all);
            break;
        }
        if (atomic_compare_exchange_strong(&head->heap_stride, &stride, want)) stride = want;
    }
    munmap(base, nbytes);
    if (stride < STRIDE_LEAST || (stride & (stride - 1)) || stride * (uint64_t)a->nprocs > HEAPS_MOST)
        return fb_fail(FURROW_ERR_FORMAT, "the job's shared memory is damaged: a heap stride of %" PRIu64, stride);
    a->heap_stride = (size_t)stride;
    return FURROW_OK;
}

furrow_err fshm_arena_open(fshm_arena *a, int fd, int nprocs, uint64_t heap_nbytes)
{
    *a = (fshm_arena){.fd = fd, .nprocs = nprocs};
    if (nprocs < 1 || nprocs > FSHM_MAX_NPROCS)
        return fb_fail(FURROW_ERR_LIMIT, "%d pids on one host, at most %d are possible", nprocs, FSHM_MAX_NPROCS);
    measure(a);
    furrow_err e = agree(a, heap_nbytes);
    if (e) return e;
    size_t nbytes = a->at_heaps + a->heap_stride * (size_t)nprocs;
    e = lengthen(fd, nbytes);
    if (e) return e;
    void *base = map_aligned(fd, nbytes);
    if (base == MAP_FAILED) return fail_map(nbytes, errno);
    madvise(base, nbytes, MADV_DONTDUMP); /* a core file of terabytes helps nobody; own heaps are put back in */
    a->base = base;
    a->nbytes = nbytes;
    return FURROW_OK;
}

void fshm_arena_close(fshm_arena *a)
{
    if (a->base) munmap(a->base, a->nbytes);
    a->base = NULL;
}

void fshm_arena_punch(const fshm_arena *a, void *at, size_t nbytes)
{
    size_t begin = (size_t)((char *)at - a->base), end = begin + nbytes;
    size_t first = up(begin, FSHM_PAGE), last = end & ~(FSHM_PAGE - 1);
    if (last <= first ||
        fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)first, (off_t)(last - first))) {
        memset(at, 0, nbytes);
        return;
    }
    memset(at, 0, first - begin);
    memset(a->base + last, 0, end - last);
}
