/*
 * random.h - random numbers from a state, for the builtins rand, randn and their kin.
 */
#ifndef FX_RANDOM_H
#define FX_RANDOM_H

#include "expr/builtin.h"

void fx_rng_seed(fx_rng *rng, uint64_t seed);
uint64_t fx_rng_next(fx_rng *rng);
double fx_rng_uniform(fx_rng *rng);             /* 0 <= x < 1 */
double fx_rng_normal(fx_rng *rng);              /* mean 0, deviation 1 */
uint64_t fx_rng_below(fx_rng *rng, uint64_t n); /* 0 <= x < n, each as likely; n > 0 */

#endif
