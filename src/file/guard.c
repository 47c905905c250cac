/*
 * guard.c - writes and checks the block of checksums in front of a saved file. Little-endian; HDF5 is not asked.
 */
#include "file/guard.h"
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define MAX_PIECES  56u
#define READ_NBYTES ((size_t)1 << 20)

typedef struct guard_block {
    char magic[8];
    uint32_t version;
    uint32_t npieces;
    uint64_t nbytes;       /* behind the block */
    uint64_t piece_nbytes; /* of each but the last */
    uint64_t reserved;     /* 0 */
    uint64_t pieces[MAX_PIECES];
    uint64_t unused[2];
    uint64_t self; /* of all before it */
} guard_block;
_Static_assert(sizeof(guard_block) == FFILE_GUARD_NBYTES, "the block is as long as HDF5's user block");

static const char guard_magic[8] = {'F', 'u', 'r', 'r', 'o', 'w', '5', '\n'};

static furrow_err read_failed(const char *path)
{
    return errno ? furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be read: %s", path, strerror(errno))
                 : furrow_fail(FURROW_ERR_FORMAT, "%s became shorter while it was read", path);
}

/* Exactly nbytes at offset; errno 0 when the file ends before. */
static bool read_all(int fd, void *to, size_t nbytes, uint64_t offset)
{
    for (size_t done = 0; done < nbytes;) {
        ssize_t n = pread(fd, (char *)to + done, nbytes - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = 0;
        if (n <= 0) return false;
        done += (size_t)n;
    }
    return true;
}

static bool hash_piece(ffile_walk *walk, int fd, uint64_t offset, uint64_t nbytes, void *room, uint64_t *hash)
{
    XXH3_state_t *state = XXH3_createState();
    if (!state) {
        errno = ENOMEM;
        return false;
    }
    XXH3_64bits_reset(state);
    bool ok = true;
    for (uint64_t done = 0; done < nbytes && ok;) {
        size_t n = nbytes - done < READ_NBYTES ? (size_t)(nbytes - done) : READ_NBYTES;
        ok = read_all(fd, room, n, offset + done);
        if (ok) XXH3_64bits_update(state, room, n);
        if (ok) ffile_moved(walk, n);
        done += n;
    }
    *hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return ok;
}

static uint64_t piece_length(const guard_block *block, uint32_t piece)
{
    uint64_t begin = piece * le64toh(block->piece_nbytes), left = le64toh(block->nbytes) - begin;
    return left < le64toh(block->piece_nbytes) ? left : le64toh(block->piece_nbytes);
}

furrow_err ffile_guard_seal(ffile_walk *walk, int fd)
{
    const char *path = walk->path;
    struct stat st;
    if (fstat(fd, &st) != 0) return furrow_fail(FURROW_ERR_SYSTEM, "%s: %s", path, strerror(errno));
    guard_block block = {.version = htole32(1)};
    memcpy(block.magic, guard_magic, sizeof block.magic);
    uint64_t nbytes = (uint64_t)st.st_size - FFILE_GUARD_NBYTES;
    uint64_t piece = (nbytes / MAX_PIECES + 4096) & ~(uint64_t)4095;
    uint32_t npieces = (uint32_t)((nbytes + piece - 1) / piece);
    block.nbytes = htole64(nbytes);
    block.piece_nbytes = htole64(piece);
    block.npieces = htole32(npieces);
    void *room = malloc(READ_NBYTES);
    if (!room) return furrow_fail(FURROW_ERR_NOMEM, "no memory to check %s", path);
    furrow_err err = FURROW_OK;
    for (uint32_t i = 0; i < npieces && !err; i++) {
        uint64_t hash;
        if (hash_piece(walk, fd, FFILE_GUARD_NBYTES + i * piece, piece_length(&block, i), room, &hash))
            block.pieces[i] = htole64(hash);
        else
            err = read_failed(path);
    }
    free(room);
    if (err) return err;
    block.self = htole64(XXH3_64bits(&block, offsetof(guard_block, self)));
    if (pwrite(fd, &block, sizeof block, 0) != (ssize_t)sizeof block)
        return furrow_fail(FURROW_ERR_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
    return FURROW_OK;
}

/* The block itself: is what it says possible? */
static furrow_err check_block(const guard_block *block, const char *path, uint64_t file_nbytes)
{
    if (le64toh(block->self) != XXH3_64bits(block, offsetof(guard_block, self)))
        return furrow_fail(FURROW_ERR_FORMAT, "%s is damaged in bytes 0..511, its own checksums", path);
    if (le32toh(block->version) != 1)
        return furrow_fail(FURROW_ERR_FORMAT, "%s was written by a newer Furrow (form %u)", path,
                           le32toh(block->version));
    uint64_t nbytes = le64toh(block->nbytes), piece = le64toh(block->piece_nbytes);
    if (le32toh(block->npieces) > MAX_PIECES || piece == 0 || nbytes > (uint64_t)INT64_MAX - FFILE_GUARD_NBYTES ||
        (nbytes + piece - 1) / piece != le32toh(block->npieces))
        return furrow_fail(FURROW_ERR_FORMAT, "%s is damaged in bytes 0..511, its own checksums", path);
    if (file_nbytes != nbytes + FFILE_GUARD_NBYTES)
        return furrow_fail(FURROW_ERR_FORMAT, "%s has %llu bytes and should have %llu: it was cut or added to", path,
                           (unsigned long long)file_nbytes, (unsigned long long)(nbytes + FFILE_GUARD_NBYTES));
    return FURROW_OK;
}

static furrow_err check_pieces(ffile_walk *walk, int fd, const guard_block *block)
{
    const char *path = walk->path;
    void *room = malloc(READ_NBYTES);
    if (!room) return furrow_fail(FURROW_ERR_NOMEM, "no memory to check %s", path);
    furrow_err err = FURROW_OK;
    for (uint32_t i = 0; i < le32toh(block->npieces) && !err; i++) {
        uint64_t hash, begin = FFILE_GUARD_NBYTES + i * le64toh(block->piece_nbytes), n = piece_length(block, i);
        if (!hash_piece(walk, fd, begin, n, room, &hash))
            err = read_failed(path);
        else if (hash != le64toh(block->pieces[i]))
            err = furrow_fail(FURROW_ERR_FORMAT, "%s is damaged somewhere in bytes %llu..%llu", path,
                              (unsigned long long)begin, (unsigned long long)(begin + n - 1));
    }
    free(room);
    return err;
}

/* A damaged magic must not turn a guarded file into a foreign one: half of it decides, or the block's own checksum. */
static bool looks_ours(const guard_block *block)
{
    size_t alike = 0;
    for (size_t i = 0; i < sizeof guard_magic; i++) alike += block->magic[i] == guard_magic[i];
    return alike >= sizeof guard_magic / 2 || le64toh(block->self) == XXH3_64bits(block, offsetof(guard_block, self));
}

furrow_err ffile_guard_check(ffile_walk *walk, int fd, bool *guarded)
{
    const char *path = walk->path;
    struct stat st;
    if (fstat(fd, &st) != 0) return furrow_fail(FURROW_ERR_SYSTEM, "%s: %s", path, strerror(errno));
    *guarded = false;
    guard_block block;
    if ((size_t)st.st_size < sizeof block || !read_all(fd, &block, sizeof block, 0)) return FURROW_OK;
    if (!looks_ours(&block)) return FURROW_OK;
    furrow_err err = check_block(&block, path, (uint64_t)st.st_size);
    if (!err) err = check_pieces(walk, fd, &block);
    if (!err) *guarded = true;
    return err;
}
