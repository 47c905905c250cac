/* empty.c - a job that joins and leaves; launch.cc measures it. */
#include <furrow/furrow.h>

int main(void)
{
    furrow_job *job;
    if (furrow_join(NULL, &job)) return 1;
    return furrow_leave(job) != FURROW_OK;
}
