/*
 * boot.c - joins the job this process was started in: the first way of being started that recognises itself.
 */
#include "boot/boot.h"

furrow_err fboot_join(fboot *boot)
{
    if (fboot_local.probe()) return fboot_local.join(boot);
    if (fboot_cluster.probe()) return fboot_cluster.join(boot);
    furrow_err e = fboot_stray_check();
    return e ? e : fboot_self.join(boot);
}
