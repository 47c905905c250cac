/*
 * trial.h - a first reading of a file that nothing vouches for, in a process of its own: HDF5 itself may crash, or never
 * end, on damaged bytes, and the caller's process must not. Used by module.c.
 */
#ifndef FFILE_TRIAL_H
#define FFILE_TRIAL_H

#include <furrow/err.h>

/* Runs read(arg, alive) in a forked process; read calls ffile_trial_alive(alive) whenever it gets on. What it returned,
 * with its last error; FORMAT, naming path, when it crashed or stood still. */
FURROW_MUST_CHECK furrow_err ffile_trial(const char *path, furrow_err (*read)(void *arg, int alive), void *arg);
void ffile_trial_alive(int alive);

#endif
