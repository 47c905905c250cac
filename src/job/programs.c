/*
 * programs.c - the programs this pid keeps for those that send them: loaded, bound to their modules, found by hash, and
 * by the sender's number. At most FURROW_PROGRAMS of them; the least recently used goes first, and with it every number
 * that stood for it. Called by the service alone.
 */
#include "job/eval.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

typedef struct fj_kept {
    furrow_program *program;
    fx_bound *bound;
    char *module;
    uint8_t hash[16];
    uint32_t generation; /* moves when the place is given to another program */
    uint32_t chain;      /* next in the bucket */
    uint32_t newer, older;
} fj_kept;

/* What a sender's number stands for, while the generation is still that of the place. */
typedef struct fj_numbered {
    uint32_t place;
    uint32_t generation;
} fj_numbered;

struct fj_programs {
    size_t n, capacity;
    uint32_t newest, oldest;
    uint32_t spare;  /* places that a flush emptied, linked by chain */
    size_t nbuckets; /* a power of two */
    uint32_t *buckets;
    fj_kept *places;
    fj_numbered **numbers; /* by pid: FJ_KNOWN_MAX of them, made when the pid first sends one */
};

furrow_err fj_programs_open(furrow_job *job)
{
    struct fj_programs *p = calloc(1, sizeof *p);
    if (!p) goto nomem;
    job->service->programs = p;
    uint64_t wanted = job->config.program_cache;
    p->capacity = wanted < 1 ? 1 : wanted > (1u << 20) ? 1u << 20 : (size_t)wanted;
    p->nbuckets = 16;
    while (p->nbuckets < p->capacity) p->nbuckets *= 2;
    p->newest = p->oldest = p->spare = NONE;
    p->buckets = malloc(p->nbuckets * sizeof *p->buckets);
    p->places = calloc(p->capacity, sizeof *p->places);
    p->numbers = calloc((size_t)job->nprocs + 1, sizeof *p->numbers);
    if (!p->buckets || !p->places || !p->numbers) goto nomem;
    memset(p->buckets, 0xff, p->nbuckets * sizeof *p->buckets);
    return FURROW_OK;
nomem:
    fj_programs_close(job);
    return fb_fail(FURROW_ERR_NOMEM, "no memory for the cache of programs");
}

static void clear(fj_kept *kept)
{
    fx_unbind(kept->bound);
    furrow_program_drop(kept->program);
    free(kept->module);
    kept->bound = NULL;
    kept->program = NULL;
    kept->module = NULL;
}

void fj_programs_close(furrow_job *job)
{
    struct fj_programs *p = job->service->programs;
    if (!p) return;
    for (size_t i = 0; i < p->n; i++) clear(&p->places[i]);
    for (int pid = 0; p->numbers && pid <= job->nprocs; pid++) free(p->numbers[pid]);
    free(p->numbers);
    free(p->places);
    free(p->buckets);
    free(p);
    job->service->programs = NULL;
}

static void detach(struct fj_programs *p, uint32_t i)
{
    fj_kept *kept = &p->places[i];
    *(kept->newer == NONE ? &p->newest : &p->places[kept->newer].older) = kept->older;
    *(kept->older == NONE ? &p->oldest : &p->places[kept->older].newer) = kept->newer;
}

static void attach(struct fj_programs *p, uint32_t i)
{
    fj_kept *kept = &p->places[i];
    kept->newer = NONE;
    kept->older = p->newest;
    *(p->newest == NONE ? &p->oldest : &p->places[p->newest].newer) = i;
    p->newest = i;
}

static void touch(struct fj_programs *p, uint32_t i)
{
    if (p->newest == i) return;
    detach(p, i);
    attach(p, i);
}

static size_t bucket_of(const struct fj_programs *p, const uint8_t hash[16], const char *module)
{
    uint64_t h;
    memcpy(&h, hash, sizeof h);
    return (h ^ fb_hash64(module, strlen(module))) & (p->nbuckets - 1);
}

static uint32_t find(const struct fj_programs *p, const uint8_t hash[16], const char *module)
{
    uint32_t i = p->buckets[bucket_of(p, hash, module)];
    while (i != NONE && (memcmp(p->places[i].hash, hash, 16) != 0 || strcmp(p->places[i].module, module) != 0))
        i = p->places[i].chain;
    return i;
}

static uint32_t evict(struct fj_programs *p)
{
    uint32_t i = p->oldest;
    fj_kept *kept = &p->places[i];
    uint32_t *at = &p->buckets[bucket_of(p, kept->hash, kept->module)];
    while (*at != i) at = &p->places[*at].chain;
    *at = kept->chain;
    detach(p, i);
    clear(kept);
    kept->generation++;
    return i;
}

static uint32_t take_place(struct fj_programs *p)
{
    uint32_t i = p->spare;
    if (i != NONE) {
        p->spare = p->places[i].chain;
        return i;
    }
    return p->n < p->capacity ? (uint32_t)p->n++ : evict(p);
}

static furrow_err add(furrow_job *job, furrow_program *program, const uint8_t hash[16], const char *module,
                      uint32_t *out)
{
    struct fj_programs *p = job->service->programs;
    fx_bound *bound;
    job->evaluating++; /* as when it runs: names that only a session knows stay unknown */
    furrow_err err = fx_bind(program, fj_host(job), module, &bound);
    job->evaluating--;
    if (err) return err;
    char *name = strdup(module);
    if (!name) {
        fx_unbind(bound);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for another program");
    }
    uint32_t i = take_place(p);
    fj_kept *kept = &p->places[i];
    kept->program = furrow_program_hold(program);
    kept->bound = bound;
    kept->module = name;
    memcpy(kept->hash, hash, 16);
    uint32_t *bucket = &p->buckets[bucket_of(p, hash, module)];
    kept->chain = *bucket;
    *bucket = i;
    attach(p, i);
    *out = i;
    return FURROW_OK;
}

void fj_programs_flush(furrow_job *job)
{
    struct fj_programs *p = job->service->programs;
    while (p->newest != NONE) {
        uint32_t i = evict(p);
        p->places[i].chain = p->spare;
        p->spare = i;
    }
}

static furrow_err number(furrow_job *job, int from, unsigned index, uint32_t place)
{
    struct fj_programs *p = job->service->programs;
    if (!p->numbers[from]) {
        fj_numbered *table = malloc(FJ_KNOWN_MAX * sizeof *table);
        if (!table) return fb_fail(FURROW_ERR_NOMEM, "no memory for the programs of pid %d", from);
        for (size_t i = 0; i < FJ_KNOWN_MAX; i++) table[i].place = NONE;
        p->numbers[from] = table;
    }
    p->numbers[from][index] = (fj_numbered){place, p->places[place].generation};
    return FURROW_OK;
}

furrow_err fj_programs_add(furrow_job *job, furrow_program *program, const char *module, int from, unsigned index,
                           fx_bound **bound)
{
    struct fj_programs *p = job->service->programs;
    uint8_t hash[16];
    furrow_program_hash(program, hash);
    uint32_t i = find(p, hash, module);
    furrow_err err = i == NONE ? add(job, program, hash, module, &i) : FURROW_OK;
    if (!err && from) err = number(job, from, index, i);
    if (err) return err;
    touch(p, i);
    *bound = p->places[i].bound;
    return FURROW_OK;
}

void fj_programs_forget(furrow_job *job, int from, unsigned index)
{
    fj_numbered *table = job->service->programs->numbers[from];
    if (table) table[index].place = NONE;
}

fx_bound *fj_programs_find(furrow_job *job, int from, unsigned index)
{
    struct fj_programs *p = job->service->programs;
    const fj_numbered *table = p->numbers[from];
    if (!table || table[index].place == NONE) return NULL;
    fj_kept *kept = &p->places[table[index].place];
    if (kept->generation != table[index].generation || !kept->bound) return NULL;
    touch(p, table[index].place);
    return kept->bound;
}
