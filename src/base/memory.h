/*
 * memory.h - how much memory there is for this process: the machine's, or less where its control group allows less.
 */
#ifndef FB_MEMORY_H
#define FB_MEMORY_H

#include <stdint.h>

/* In bytes; looked up once. 0 when the system does not say. */
uint64_t fb_memory_nbytes(void);

/* The least that the control groups named in the file groups (as /proc/self/cgroup) and those above them allow, versions
 * 1 and 2, where the hierarchies are mounted below root; UINT64_MAX when none limits. */
uint64_t fb_memory_of_groups(const char *groups, const char *root);

#endif
