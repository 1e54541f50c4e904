// SPDX-License-Identifier: GPL-2.0
/* Private memory that both had before the fork, and what became of it. */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pair.h"

static char *fresh(size_t touched)
{
	char *start = map(8 * PAGE, RW, MAP_PRIVATE, -1);

	touch(start, touched * PAGE);
	return start;
}

/* What one of them writes to from page @first on, of the pages that it had. */
static void written(const char *name, enum phase phase, char **start, size_t by_a, size_t by_b,
		    const char *pages)
{
	switch (phase) {
	case BEFORE:
		*start = fresh(8);
		break;
	case IN_B:
		touch(*start, by_b * PAGE);
		area(name, *start, 8 * PAGE);
		break;
	case IN_A:
		touch(*start, by_a * PAGE);
		area(name, *start, 8 * PAGE);
		truth(name, "copy-on-write", "fork", pages);
	}
}

static void untouched(enum phase phase)
{
	static char *start;

	written("cow-untouched", phase, &start, 0, 0, "8S");
}

static void b_wrote(enum phase phase)
{
	static char *start;

	written("cow-b-wrote", phase, &start, 0, 3, "3D 5S");
}

static void a_wrote(enum phase phase)
{
	static char *start;

	written("cow-a-wrote", phase, &start, 4, 0, "4D 4S");
}

static void both_wrote(enum phase phase)
{
	static char *start;

	written("cow-both-wrote", phase, &start, 2, 4, "4D 4S");
}

/* Pages that were not there at the time of the fork. */
static void added(enum phase phase)
{
	static char *start;

	switch (phase) {
	case BEFORE:
		start = fresh(4);
		break;
	case IN_B:
		touch(start + 4 * PAGE, PAGE);
		touch(start + 6 * PAGE, PAGE);
		area("cow-added", start, 8 * PAGE);
		break;
	case IN_A:
		touch(start + 5 * PAGE, 2 * PAGE);
		area("cow-added", start, 8 * PAGE);
		truth("cow-added", "copy-on-write", "fork", "4S 1b 1a 1D 1n");
	}
}

/* The same pages at another address. */
static void moved(enum phase phase)
{
	static char *start;

	switch (phase) {
	case BEFORE:
		start = fresh(8);
		break;
	case IN_B:
		start = mremap(start, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			       map(8 * PAGE, PROT_NONE, MAP_PRIVATE, -1));
		if (start == MAP_FAILED)
			err(1, "mremap");
		touch(start, PAGE);
		area("cow-moved", start, 8 * PAGE);
		break;
	case IN_A:
		area("cow-moved", start, 8 * PAGE);
		truth("cow-moved", "copy-on-write", "fork", "1D 7S");
	}
}

static void read_only(enum phase phase)
{
	static char *start;

	switch (phase) {
	case BEFORE:
		start = fresh(8);
		break;
	case IN_B:
		if (mprotect(start, 8 * PAGE, PROT_READ))
			err(1, "mprotect");
		area("cow-read-only", start, 8 * PAGE);
		break;
	case IN_A:
		area("cow-read-only", start, 8 * PAGE);
		truth("cow-read-only", "copy-on-write", "fork", "8S");
	}
}

void pair_anon(enum phase phase)
{
	untouched(phase);
	b_wrote(phase);
	a_wrote(phase);
	both_wrote(phase);
	added(phase);
	moved(phase);
	read_only(phase);
}

/* ---- what is not shared, though it looks much like it ---- */

/* Everything that was shared was written to, by both. */
static void broken(enum phase phase)
{
	static char *start;

	switch (phase) {
	case BEFORE:
		start = fresh(8);
		break;
	case IN_B:
	case IN_A:
		touch(start, 8 * PAGE);
		area("cow-broken", start, 8 * PAGE);
		if (phase == IN_A)
			truth("cow-broken", "independent", "none", "8D");
	}
}

/* The page of zeros is nobody's. */
static void zeros(enum phase phase)
{
	static char *start;

	switch (phase) {
	case BEFORE:
		start = fresh(0);
		look(start, 6 * PAGE);
		break;
	case IN_B:
	case IN_A:
		look(start, 6 * PAGE);
		area("zeros", start, 8 * PAGE);
		if (phase == IN_A)
			truth("zeros", "independent", "none", "6Z 2n");
	}
}

/* B begins with none of it. */
static void wiped(enum phase phase)
{
	static char *start;

	switch (phase) {
	case BEFORE:
		start = fresh(8);
		if (madvise(start, 8 * PAGE, MADV_WIPEONFORK))
			err(1, "MADV_WIPEONFORK");
		break;
	case IN_B:
	case IN_A:
		if (phase == IN_B)
			touch(start, 2 * PAGE);
		area("wiped", start, 8 * PAGE);
		if (phase == IN_A)
			truth("wiped", "independent", "none", "2D 6a");
	}
}

/* The same bytes at the same address, each from its own hand. */
static void alike(enum phase phase)
{
	static char *start;

	switch (phase) {
	case BEFORE:
		start = fresh(0);
		break;
	case IN_B:
	case IN_A:
		memset(start, 'x', 8 * PAGE);
		area("alike", start, 8 * PAGE);
		if (phase == IN_A)
			truth("alike", "independent", "none", "8D");
	}
}

/* One process has its own page twice: smaps calls that shared. */
static void own_twice(enum phase phase)
{
	char *start;
	int fd;

	if (phase != IN_A)
		return;
	fd = memory_file("own twice", 0, 8 * PAGE);
	if (fd < 0)
		err(1, "memfd_create");
	start = map(8 * PAGE, RW, MAP_SHARED, fd);
	touch(start, 8 * PAGE);
	area("own-twice-one", start, 8 * PAGE);
	start = map(8 * PAGE, RW, MAP_SHARED, fd);
	touch(start, 8 * PAGE);
	close(fd);
	area("own-twice-other", start, 8 * PAGE);
	truth("own-twice-one", "independent", "none", "8a");
	truth("own-twice-other", "independent", "none", "8a");
}

void pair_anon_near(enum phase phase)
{
	broken(phase);
	zeros(phase);
	wiped(phase);
	alike(phase);
	own_twice(phase);
}
