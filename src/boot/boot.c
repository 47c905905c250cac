/*
 * boot.c - joins the job this process was started in: the first way of being started that recognises itself.
 */
#include "boot/boot.h"

furrow_err fboot_join(fboot *boot)
{
    return fboot_local.probe() ? fboot_local.join(boot) : fboot_self.join(boot);
}
