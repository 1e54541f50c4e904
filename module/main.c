// SPDX-License-Identifier: GPL-2.0
/* Load and unload. */
#include <linux/module.h>

#include "access.h"
#include "device.h"

static int __init ipcshow_init(void)
{
	int ret;

	ret = ipcshow_access_init();
	if (ret)
		return ret;
	ret = ipcshow_device_register();
	if (ret)
		ipcshow_access_exit();
	return ret;
}

/* Every open file holds the module, so nothing is in use any more. */
static void __exit ipcshow_exit(void)
{
	ipcshow_device_unregister();
	ipcshow_access_exit();
}

module_init(ipcshow_init);
module_exit(ipcshow_exit);

MODULE_DESCRIPTION("Shows what processes and threads share, and what they do not");
MODULE_AUTHOR("The ipcshow authors");
MODULE_LICENSE("GPL");
