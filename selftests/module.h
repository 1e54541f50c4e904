/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MODULE_H
#define MODULE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "child.h"
#include "proc.h"

/* Tests that remove the module and insert it again, with what it was loaded with. */

/* 0 or a negative errno. */
static inline int remove_module(void)
{
	return syscall(SYS_delete_module, "ipcshow", O_NONBLOCK) ? -errno : 0;
}

/* What a process held is put some time after its end. */
static inline int remove_idle_module(void)
{
	int i, error = remove_module();

	for (i = 0; i < 3000 && error == -EWOULDBLOCK; i++) {
		usleep(10000);
		error = remove_module();
	}
	return error;
}

/* As it was loaded: "name=value ..." */
static inline void read_parameters(char *text, size_t size)
{
	const char *dir = "/sys/module/ipcshow/parameters";
	DIR *parameters = opendir(dir);
	struct dirent *entry;
	size_t used = 0;

	text[0] = '\0';
	while (parameters && (entry = readdir(parameters))) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.')
			used += snprintf(text + used, size - used, "%s=%lld ", entry->d_name,
					 proc_number(path));
	}
	if (parameters)
		closedir(parameters);
}

/* The file that it was loaded from: IPCSHOW_KO, or where it is built. */
static inline int open_module(void)
{
	const char *path = getenv("IPCSHOW_KO");
	char relative[256];
	struct utsname name;

	if (!path) {
		uname(&name);
		snprintf(relative, sizeof(relative), "../%s/ipcshow.ko", name.release);
		path = beside(relative);
	}
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* 0 or a negative errno. */
static inline int insert_module(int module, const char *parameters)
{
	return syscall(SYS_finit_module, module, parameters, 0) ? -errno : 0;
}

#endif
