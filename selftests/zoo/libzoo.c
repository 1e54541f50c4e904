// SPDX-License-Identifier: GPL-2.0
/*
 * A shared library with something in each of its segments, of several pages:
 * the page where .data ends and .bss begins belongs to both.
 */
#include "libzoo.h"

#define PAGE 4096

static const char rodata[2 * PAGE] = "rodata";
static volatile char data[3 * PAGE] = "data";
static volatile char bss[5 * PAGE];
static __thread volatile char tls[PAGE];

void libzoo_parts(struct part *parts)
{
	data[PAGE] = 1;
	bss[PAGE] = 1;
	tls[0] = 1;

	*parts++ = (struct part){ "lib-code", (void *)libzoo_parts, 1 };
	*parts++ = (struct part){ "lib-rodata", rodata, sizeof(rodata) };
	*parts++ = (struct part){ "lib-data", data, sizeof(data) };
	*parts++ = (struct part){ "lib-bss", bss, sizeof(bss) };
	*parts++ = (struct part){ "lib-tls", tls, sizeof(tls) };
	*parts = (struct part){};
}
