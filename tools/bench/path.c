// SPDX-License-Identifier: GPL-2.0
/* Programs of the machine that are used if they are there. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"

/* On PATH, as execvp() would find it. */
bool program_is_there(const char *name)
{
	const char *path = getenv("PATH");
	char candidate[PATH_MAX];

	for (path = path ? path : "/usr/bin:/bin"; ; path++) {
		size_t size = strcspn(path, ":");
		int n = snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)size, path,
				 size ? "/" : "", name);

		if (n < (int)sizeof(candidate) && !access(candidate, X_OK))
			return true;
		path += size;
		if (!*path)
			return false;
	}
}
