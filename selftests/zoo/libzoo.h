/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIBZOO_H
#define LIBZOO_H

#include <stddef.h>

/* One part of a loaded program or library. */
struct part {
	const char *name;
	const volatile void *start;
	size_t size;
};

/* Those of the library; ends with a name that is NULL. @parts has room for 8. */
void libzoo_parts(struct part *parts);

#endif
