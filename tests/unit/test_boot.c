/*
 * test_boot.c - joining: a job of one, a pid from a ticket, and every damaged or second-hand ticket.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "boot/arena.h"
#include "boot/boot.h"
#include "base/clock.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct fixture {
    int arena_fd;
    fboot_head *head;
    int notice[2];
    fboot_ticket ticket;
} fixture;

static void start(fixture *f, int nprocs, int pid)
{
    struct stat st;
    assert_int_equal(fboot_arena_make(nprocs, &f->arena_fd, &f->head), FURROW_OK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, f->notice), 0);
    assert_int_equal(fstat(f->arena_fd, &st), 0);
    f->ticket = (fboot_ticket){f->arena_fd, f->notice[1], pid, st.st_dev, st.st_ino};
}

static void set_ticket(const fboot_ticket *ticket)
{
    char text[FBOOT_VARIABLE_CHARS];
    fboot_ticket_print(ticket, text);
    setenv(FBOOT_VARIABLE, text, 1);
}

static furrow_err join_code(void)
{
    fboot boot;
    return fboot_join(&boot);
}

static void end(fixture *f)
{
    unsetenv(FBOOT_VARIABLE);
    fboot_arena_unmap(f->head);
    close(f->arena_fd);
    close(f->notice[0]);
    close(f->notice[1]);
}

static void job_of_one(void **state)
{
    fboot boot;
    (void)state;
    unsetenv(FBOOT_VARIABLE);
    assert_int_equal(fboot_join(&boot), FURROW_OK);
    assert_string_equal(boot.ops->name, "self");
    assert_int_equal(boot.pid, 1);
    assert_int_equal(boot.nprocs, 1);
    assert_int_equal(fboot_peer(&boot, 1), FBOOT_JOINED);
    assert_int_equal(boot.head->lines[0].native, getpid());
    boot.ops->leave(&boot);
    assert_int_equal(boot.arena_fd, -1);
}

static void keys_differ(void **state)
{
    uint8_t none[16] = {0};
    fboot_head *a, *b;
    int fa, fb;
    (void)state;
    assert_int_equal(fboot_arena_make(2, &fa, &a), FURROW_OK);
    assert_int_equal(fboot_arena_make(2, &fb, &b), FURROW_OK);
    assert_memory_not_equal(a->key, b->key, 16);
    assert_memory_not_equal(a->key, none, 16);
    fboot_arena_unmap(a);
    fboot_arena_unmap(b);
    close(fa);
    close(fb);
}

static void ticket_joins(void **state)
{
    fixture f;
    fboot boot;
    int32_t told = 0;
    (void)state;
    start(&f, 3, 2);
    uint32_t epoch = f.head->epoch;
    f.ticket.arena_fd = dup(f.arena_fd); /* leave closes what join took */
    f.ticket.notice_fd = dup(f.notice[1]);
    set_ticket(&f.ticket);
    assert_int_equal(fboot_join(&boot), FURROW_OK);
    assert_string_equal(boot.ops->name, "local");
    assert_int_equal(boot.pid, 2);
    assert_int_equal(boot.nprocs, 3);
    assert_int_equal(fboot_peer(&boot, 2), FBOOT_JOINED);
    assert_int_equal(fboot_peer(&boot, 3), FBOOT_EXPECTED);
    assert_true(f.head->epoch != epoch);
    assert_int_equal(recv(f.notice[0], &told, sizeof told, MSG_DONTWAIT), sizeof told);
    assert_int_equal(told, 2);
    assert_int_equal(fcntl(boot.arena_fd, F_GETFD), FD_CLOEXEC);
    boot.ops->leave(&boot);
    assert_int_equal(f.head->lines[1].state, FBOOT_LEFT);
    assert_int_equal(fcntl(f.ticket.arena_fd, F_GETFD), -1);
    end(&f);
}

static void pid_is_taken_once(void **state)
{
    static const fboot_state states[] = {FBOOT_JOINED, FBOOT_LEFT, FBOOT_DEAD};
    fixture f;
    furrow_error_info info;
    (void)state;
    start(&f, 2, 1);
    set_ticket(&f.ticket);
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        fboot_state_set(f.head, 1, states[i], 0);
        assert_int_equal(join_code(), FURROW_ERR_BUSY);
        assert_int_equal(furrow_last_error(&info), FURROW_ERR_BUSY);
        assert_int_equal(info.pid, 1);
        assert_int_equal(f.head->lines[0].state, states[i]);
    }
    f.head->lines[0].state = 77;
    assert_int_equal(join_code(), FURROW_ERR_BUSY);
    end(&f);
}

static void many_take_one_pid(void **state)
{
    enum { RIVALS = 8 };
    fixture f;
    int winners = 0;
    pid_t rivals[RIVALS];
    (void)state;
    start(&f, 2, 2);
    set_ticket(&f.ticket);
    for (int i = 0; i < RIVALS; i++) {
        rivals[i] = fork();
        if (rivals[i] == 0) _exit(-join_code());
    }
    for (int i = 0; i < RIVALS; i++) {
        int status;
        assert_int_equal(waitpid(rivals[i], &status, 0), rivals[i]);
        assert_true(WIFEXITED(status));
        assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == -FURROW_ERR_BUSY);
        winners += WEXITSTATUS(status) == 0;
    }
    assert_int_equal(winners, 1);
    end(&f);
}

static void damaged_variables(void **state)
{
    static const char *const texts[] = {"x",
                                        "1",
                                        "1:3:4:1:5",
                                        "1:3:4:1:5:6:7",
                                        "2:3:4:1:5:6",
                                        "1:-3:4:1:5:6",
                                        "1:3:4:0:5:6",
                                        "1:3:4:1025:5:6",
                                        "1:3:4:1:5:6 ",
                                        " 1:3:4:1:5:6",
                                        "1:3:4:1:5:g",
                                        "1:99999999999:4:1:5:6",
                                        "1:3:4:1:fffffffffffffffff:6",
                                        "1:3:4:1:5:",
                                        ":::::",
                                        "1:0x3:4:1:5:6",
                                        "1:3:4:1:5:-6",
                                        "%s%n"};
    furrow_error_info info;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        setenv(FBOOT_VARIABLE, texts[i], 1);
        assert_int_equal(join_code(), FURROW_ERR_FORMAT);
        furrow_last_error(&info);
        assert_string_equal(info.symbol, FBOOT_VARIABLE);
    }
    setenv(FBOOT_VARIABLE, "", 1); /* as good as unset */
    assert_false(fboot_local.probe());
    unsetenv(FBOOT_VARIABLE);
}

/* The descriptor was closed, or is something else by now. */
static void second_hand_tickets(void **state)
{
    fixture f;
    fboot_ticket ticket;
    int other, null = open("/dev/null", O_RDWR);
    fboot_head *head;
    (void)state;
    start(&f, 2, 1);
    assert_int_equal(fboot_arena_make(2, &other, &head), FURROW_OK);
    int wrong[] = {null, other, f.notice[0], 1000, 0};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ticket = f.ticket;
        ticket.arena_fd = wrong[i];
        set_ticket(&ticket);
        assert_int_equal(join_code(), FURROW_ERR_FORMAT);
    }
    ticket = f.ticket;
    ticket.notice_fd = null;
    set_ticket(&ticket);
    assert_int_equal(join_code(), FURROW_ERR_FORMAT);
    ticket = f.ticket;
    ticket.pid = 3;
    set_ticket(&ticket);
    assert_int_equal(join_code(), FURROW_ERR_FORMAT);
    fboot_arena_unmap(head);
    close(other);
    close(null);
    end(&f);
}

static void launcher_gone(void **state)
{
    fixture f;
    (void)state;
    start(&f, 1, 1);
    close(f.notice[0]);
    set_ticket(&f.ticket);
    pid_t child = fork();
    if (child == 0) _exit(-join_code());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), -FURROW_ERR_CLOSED);
    f.notice[0] = -1;
    end(&f);
}

/* What is mapped as a head must be one, whole, and unable to shrink. */
static void unsound_arenas(void **state)
{
    fixture f;
    fboot_head *head, saved;
    (void)state;
    start(&f, 2, 1);
    int plain = memfd_create("plain", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_int_equal(ftruncate(plain, 8192), 0);
    assert_int_equal(fboot_arena_map(plain, &head), FURROW_ERR_FORMAT);
    assert_int_equal(fcntl(plain, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    assert_int_equal(fboot_arena_map(plain, &head), FURROW_ERR_FORMAT);
    close(plain);
    saved = *f.head;
    f.head->magic[6] = '2';
    assert_int_equal(fboot_arena_map(f.arena_fd, &head), FURROW_ERR_FORMAT);
    memcpy(f.head->magic, saved.magic, sizeof saved.magic);
    static const uint32_t counts[] = {0, 3000, 1025, UINT32_MAX, 1024};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        f.head->nprocs = counts[i];
        assert_int_equal(fboot_arena_map(f.arena_fd, &head), FURROW_ERR_FORMAT);
        f.head->head_nbytes =
            counts[i] > 1024 ? 4096 : (uint32_t)FBOOT_HEAD_NBYTES(counts[i]); /* longer than the file */
        assert_int_equal(fboot_arena_map(f.arena_fd, &head), FURROW_ERR_FORMAT);
        f.head->head_nbytes = saved.head_nbytes;
    }
    f.head->nprocs = saved.nprocs;
    assert_int_equal(fboot_arena_map(f.arena_fd, &head), FURROW_OK);
    fboot_arena_unmap(head);
    end(&f);
}

static void rouse_wakes_a_sleeper(void **state)
{
    fixture f;
    (void)state;
    start(&f, 2, 1);
    pid_t child = fork();
    if (child == 0) {
        fboot_line *line = &f.head->lines[1];
        while (atomic_load(&f.head->epoch) == 0) {
            atomic_store(&line->sleeping, 1);
            uint32_t seen = atomic_load(&line->wake);
            if (atomic_load(&f.head->epoch) == 0) syscall(SYS_futex, &line->wake, FUTEX_WAIT, seen, NULL, NULL, 0);
            atomic_store(&line->sleeping, 0);
        }
        _exit(f.head->lines[0].status == 9 ? 0 : 1);
    }
    int64_t deadline = fb_deadline_in(5000);
    while (!atomic_load(&f.head->lines[1].sleeping) && !fb_deadline_passed(deadline)) usleep(1000);
    usleep(20000);
    fboot_state_set(f.head, 1, FBOOT_DEAD, 9);
    int status;
    while (waitpid(child, &status, WNOHANG) == 0 && !fb_deadline_passed(deadline)) usleep(1000);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(job_of_one),          cmocka_unit_test(keys_differ),
                                       cmocka_unit_test(ticket_joins),        cmocka_unit_test(pid_is_taken_once),
                                       cmocka_unit_test(many_take_one_pid),   cmocka_unit_test(damaged_variables),
                                       cmocka_unit_test(second_hand_tickets), cmocka_unit_test(launcher_gone),
                                       cmocka_unit_test(unsound_arenas),      cmocka_unit_test(rouse_wakes_a_sleeper)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
