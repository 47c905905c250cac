/*
 * test_arena.c - the shared arena opened by many processes at the same moment: each finds it whole, whoever lengthens it.
 */
#include "boot/arena.h"
#include "net/shm/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define OPENERS 8
#define ROUNDS  400

/* A process that waits for the pipe to close, opens, writes the arena's last byte and says whether that went well. */
static pid_t start_opener(int fd, const int gate[2])
{
    pid_t child = fork();
    if (child) return child;
    char byte;
    fshm_arena arena;
    close(gate[1]);
    if (read(gate[0], &byte, 1) != 0 || fshm_arena_open(&arena, fd, OPENERS, (uint64_t)16 << 20)) _exit(1);
    arena.base[arena.nbytes - 1] = 1;
    fshm_arena_close(&arena);
    _exit(0);
}

static void opened_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int fd, gate[2], status;
        fboot_head *head;
        pid_t openers[OPENERS];
        assert_int_equal(fboot_arena_make(OPENERS, &fd, &head), 0);
        assert_int_equal(pipe(gate), 0);
        for (int i = 0; i < OPENERS; i++) openers[i] = start_opener(fd, gate);
        close(gate[0]);
        close(gate[1]);
        for (int i = 0; i < OPENERS; i++) {
            assert_int_equal(waitpid(openers[i], &status, 0), openers[i]);
            assert_int_equal(status, 0);
        }
        fboot_arena_unmap(head);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(opened_at_once)};
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
