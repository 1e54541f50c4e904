// SPDX-License-Identifier: GPL-2.0
/* A module that misbehaves as it is told: vm-test proves with it that the VM notices. */
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *what = "nothing";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "warn, bug, busy, hang; with a debug kernel: leak, use-after-free");

static void use_after_free(void)
{
	char *bytes = kmalloc(64, GFP_KERNEL);

	kfree(bytes);
	if (bytes)
		WRITE_ONCE(bytes[8], 1);
}

static int __init fault_init(void)
{
	if (!strcmp(what, "warn")) {
		WARN(1, "fault: as told");
	} else if (!strcmp(what, "bug")) {
		BUG();
	} else if (!strcmp(what, "busy")) {
		__module_get(THIS_MODULE);
	} else if (!strcmp(what, "hang")) {
		local_irq_disable();
		for (;;)
			cpu_relax();
	} else if (!strcmp(what, "leak")) {
		if (!kmalloc(64, GFP_KERNEL))
			return -ENOMEM;
	} else if (!strcmp(what, "use-after-free")) {
		use_after_free();
	} else if (strcmp(what, "nothing")) {
		return -EINVAL;
	}
	return 0;
}

static void __exit fault_exit(void)
{
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_DESCRIPTION("Faults on demand, for the tests of the tests");
MODULE_LICENSE("GPL");
