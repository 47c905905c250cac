/*
 * known.c - this pid's numbers for the programs it sends: one number a program and module, the same for all targets,
 * with a bit a pid that was sent its bytes. The least recently used number is given to the next program; a target
 * learns that because the next message with this number carries bytes again.
 */
#include "job/eval.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

#define BUCKETS (2 * FJ_KNOWN_MAX)
#define NONE    UINT16_MAX

typedef struct fj_number {
    furrow_program *program; /* held, so that its address names it */
    char *module;
    uint8_t hash[16];
    uint64_t used;  /* the clock's reading when it was last asked for */
    uint64_t *sent; /* a bit a pid */
    uint16_t next;  /* in its bucket */
    uint16_t bucket;
} fj_number;

struct fj_known {
    uint64_t clock;
    size_t n;
    size_t words;              /* in sent */
    uint16_t buckets[BUCKETS]; /* by hash and module */
    uint16_t recent[64];       /* by address: the program of the last call is the likeliest of the next */
    fj_number numbers[FJ_KNOWN_MAX];
};

furrow_err fj_known_open(furrow_job *job)
{
    struct fj_known *k = calloc(1, sizeof *k);
    if (!k) return fb_fail(FURROW_ERR_NOMEM, "no memory for the numbers of programs");
    k->words = ((size_t)job->nprocs + 64) / 64;
    memset(k->buckets, 0xff, sizeof k->buckets);
    memset(k->recent, 0xff, sizeof k->recent);
    job->service->known = k;
    return FURROW_OK;
}

static void clear(fj_number *number)
{
    furrow_program_drop(number->program);
    free(number->module);
    free(number->sent);
    memset(number, 0, sizeof *number);
}

void fj_known_close(furrow_job *job)
{
    struct fj_known *k = job->service->known;
    for (size_t i = 0; k && i < k->n; i++) clear(&k->numbers[i]);
    free(k);
    job->service->known = NULL;
}

static uint16_t *recent_of(struct fj_known *k, const furrow_program *program)
{
    return &k->recent[((uintptr_t)program >> 5) % (sizeof k->recent / sizeof *k->recent)];
}

static uint16_t bucket_of(const uint8_t hash[16], const char *module)
{
    uint64_t h;
    memcpy(&h, hash, sizeof h);
    return (uint16_t)((h ^ fb_hash64(module, strlen(module))) % BUCKETS);
}

static bool is(const fj_number *number, const uint8_t hash[16], const char *module)
{
    return memcmp(number->hash, hash, 16) == 0 && strcmp(number->module, module) == 0;
}

static uint16_t least_used(const struct fj_known *k)
{
    size_t oldest = 0;
    for (size_t i = 1; i < k->n; i++)
        if (k->numbers[i].used < k->numbers[oldest].used) oldest = i;
    return (uint16_t)oldest;
}

static void unlink_number(struct fj_known *k, uint16_t index)
{
    uint16_t *at = &k->buckets[k->numbers[index].bucket];
    while (*at != index) at = &k->numbers[*at].next;
    *at = k->numbers[index].next;
}

static furrow_err add(struct fj_known *k, furrow_program *program, const uint8_t hash[16], const char *module,
                      uint16_t *index)
{
    char *name = strdup(module);
    uint64_t *sent = calloc(k->words, sizeof *sent);
    if (!name || !sent) {
        free(name);
        free(sent);
        return fb_fail(FURROW_ERR_NOMEM, "no memory for the number of a program");
    }
    uint16_t i = k->n < FJ_KNOWN_MAX ? (uint16_t)k->n++ : least_used(k);
    fj_number *number = &k->numbers[i];
    if (number->program) {
        unlink_number(k, i);
        clear(number);
    }
    *number = (fj_number){.program = furrow_program_hold(program), .module = name, .sent = sent};
    memcpy(number->hash, hash, 16);
    number->bucket = bucket_of(hash, module);
    number->next = k->buckets[number->bucket];
    k->buckets[number->bucket] = i;
    *index = i;
    return FURROW_OK;
}

furrow_err fj_known_index(furrow_job *job, furrow_program *program, const char *module, unsigned *index)
{
    struct fj_known *k = job->service->known;
    uint16_t *recent = recent_of(k, program), i = *recent;
    if (i == NONE || k->numbers[i].program != program || strcmp(k->numbers[i].module, module) != 0) {
        uint8_t hash[16];
        furrow_program_hash(program, hash);
        i = k->buckets[bucket_of(hash, module)];
        while (i != NONE && !is(&k->numbers[i], hash, module)) i = k->numbers[i].next;
        furrow_err err = i == NONE ? add(k, program, hash, module, &i) : FURROW_OK;
        if (err) return err;
        *recent = i;
    }
    k->numbers[i].used = ++k->clock;
    *index = i;
    return FURROW_OK;
}

bool fj_known_sent(const furrow_job *job, unsigned index, int pid)
{
    return job->service->known->numbers[index].sent[pid / 64] >> (pid % 64) & 1;
}

void fj_known_mark(furrow_job *job, unsigned index, int pid, bool sent)
{
    uint64_t *word = &job->service->known->numbers[index].sent[pid / 64];
    uint64_t bit = (uint64_t)1 << (pid % 64);
    *word = sent ? *word | bit : *word & ~bit;
}
