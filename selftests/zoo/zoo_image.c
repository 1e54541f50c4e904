// SPDX-License-Identifier: GPL-2.0
/* What execve() and the loader make: the program, a library, heap, stack, vDSO. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "libzoo.h"
#include "zoo.h"

static const char rodata[2 * PAGE] = "rodata";
static volatile char data[3 * PAGE] = "data";
static volatile char bss[5 * PAGE];
static __thread volatile char tls[PAGE];

static void say_parts(void)
{
	struct part parts[8], *part;
	pid_t tid = gettid();

	libzoo_parts(parts);
	for (part = parts; part->name; part++) {
		if (strcmp(part->name, "lib-tls"))
			say(part->name, part->start, part->size, "%s", "");
		else
			say(part->name, part->start, part->size, "tid=%d", tid);
	}

	data[PAGE] = 1;
	bss[PAGE] = 1;
	tls[0] = 1;
	say("code", (void *)say_parts, 1, "%s", "");
	say("rodata", rodata, sizeof(rodata), "%s", "");
	say("data", data, sizeof(data), "%s", "");
	say("bss", bss, sizeof(bss), "%s", "");
	say("tls", tls, sizeof(tls), "tid=%d", tid);
}

/* The first and the last page where the kernel says it is, in [vdso] and beside it. */
static void say_vdso(void)
{
	const char *vdso = (const char *)getauxval(AT_SYSINFO_EHDR);

	if (vdso)
		say("vdso", vdso, 1, "%s", "");
	else
		skip("vdso", "this kernel has none");
}

/* They have no other names than those in /proc: [vvar], and from 6.13 on [vvar_vclock]. */
static void say_vvar(void)
{
	char line[512], name[64];
	unsigned long start, end;
	bool found = false;
	FILE *maps = fopen("/proc/self/maps", "re");

	if (!maps)
		err(1, "/proc/self/maps");
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %63s", &start, &end, name) == 3 &&
		    !strncmp(name, "[vvar", 5)) {
			say("vvar", (void *)start, end - start, "name=%s", name);
			found = true;
		}
	}
	fclose(maps);
	if (!found)
		skip("vvar", "this kernel has none");
}

void zoo_image(void)
{
	char *small = malloc(1000), *large = malloc(4 << 20);
	volatile char local[100];

	if (!small || !large)
		err(1, "malloc");
	touch(large, 1 << 20);
	memset(small, 1, 1000);
	local[0] = 1;

	say_parts();
	say("heap", small, 1000, "%s", "");
	say("malloc-mmap", large, 4 << 20, "%s", "");
	say("stack", local, sizeof(local), "tid=%d", getpid());
	say_vdso();
	say_vvar();
}
