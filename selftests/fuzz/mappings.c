// SPDX-License-Identifier: GPL-2.0
/* Mappings of rings, and what is scribbled into them. */
#include <linux/ipcshow.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"
#include "machine.h"

#define PAGES_MAX	0x1000

static const int map_flags[] = {
	MAP_SHARED, MAP_PRIVATE, MAP_SHARED | MAP_POPULATE, MAP_SHARED | MAP_LOCKED,
	MAP_SHARED_VALIDATE, MAP_SHARED | MAP_FIXED,
};

/* A field that says which mapping. */
#define MAPPING	{ .name = "map", .kind = FIELD_CHOICE, .mask = MAPPINGS }
#define PROT	{ .name = "prot", .kind = FIELD_FLAGS, .usual = PROT_READ,	\
		  .mask = PROT_READ | PROT_WRITE | PROT_EXEC }

static const struct field mmap_fields[] = {
	{ .name = "fd", .kind = FIELD_ANY },
	MAPPING,
	{ .name = "page", .kind = FIELD_CHOICE, .mask = 24 },
	{ .name = "pages", .kind = FIELD_CHOICE, .mask = 40, .usual = 1 },
	PROT,
	{ .name = "flags", .kind = FIELD_CHOICE, .mask = ARRAY_SIZE(map_flags) },
};

/* What a slot has, it has alone: it is unmapped when the program is over. */
static void put_mapping(struct mapping *mapping, char *start, size_t size)
{
	if (mapping->size && mapping->start != start)
		munmap(mapping->start, mapping->size);
	*mapping = (struct mapping){ start, size };
}

/* What is fixed comes where something was mapped: over it. */
static long do_mmap(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	struct mapping *mapping = machine_mapping(machine, arg[1]);
	size_t size = arg[3] % PAGES_MAX * PAGE;
	const int flags = map_flags[arg[5] % ARRAY_SIZE(map_flags)];
	char *start;

	(void)type;
	if (flags & MAP_FIXED && size > mapping->size)
		size = mapping->size;
	start = mmap(flags & MAP_FIXED ? mapping->start : NULL, size, (int)(arg[4] & 7), flags,
		     machine_fd(machine, arg[0]), (off_t)(arg[2] * PAGE));
	if (start == MAP_FAILED)
		return -1;
	/* Where there was more, that stays. */
	if (start != mapping->start)
		put_mapping(mapping, start, size);
	return 0;
}

static const struct field munmap_fields[] = {
	MAPPING,
	{ .name = "page", .kind = FIELD_CHOICE, .mask = 16 },
	{ .name = "pages", .kind = FIELD_CHOICE, .mask = 16 },
};

/* From @page on; or, if that is 0, so many pages of the beginning. */
static long do_munmap(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	struct mapping *mapping = machine_mapping(machine, arg[0]);
	const size_t first = arg[1] % PAGES_MAX * PAGE, size = arg[2] % PAGES_MAX * PAGE;
	long ret;

	(void)type;
	if (first && first < mapping->size) {
		ret = munmap(mapping->start + first, mapping->size - first);
		mapping->size = first;
	} else if (size && size < mapping->size) {
		ret = munmap(mapping->start, size);
		mapping->start += size;
		mapping->size -= size;
	} else {
		ret = munmap(mapping->start, mapping->size);
		mapping->size = 0;
	}
	return ret;
}

static const struct field mremap_fields[] = {
	MAPPING,
	{ .name = "pages", .kind = FIELD_CHOICE, .mask = 40, .usual = 1 },
	{ .name = "from", .kind = FIELD_CHOICE, .mask = 40 },
};

/* From 0 pages: a second mapping of the same. */
static long do_mremap(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	struct mapping *mapping = machine_mapping(machine, arg[0]);
	const size_t size = arg[1] % PAGES_MAX * PAGE, from = arg[2] % PAGES_MAX * PAGE;
	char *start;

	(void)type;
	start = mremap(mapping->start, from > mapping->size ? mapping->size : from, size,
		       MREMAP_MAYMOVE);
	if (start == MAP_FAILED)
		return -1;
	/* What was left of it nobody knows any more. */
	machine->spoilt |= from < mapping->size;
	*mapping = (struct mapping){ start, size };
	return 0;
}

static const struct field mprotect_fields[] = { MAPPING, PROT };

static long do_mprotect(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	const struct mapping *mapping = machine_mapping(machine, arg[0]);

	(void)type;
	return mprotect(mapping->start, mapping->size, (int)(arg[1] & 7));
}

static const int advice[] = {
	MADV_DONTNEED, MADV_REMOVE, MADV_FREE, MADV_DOFORK, MADV_MERGEABLE, MADV_HUGEPAGE, MADV_PAGEOUT,
	MADV_COLD, MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_WILLNEED, MADV_DODUMP,
};

static const struct field madvise_fields[] = {
	MAPPING,
	{ .name = "advice", .kind = FIELD_CHOICE, .mask = ARRAY_SIZE(advice) },
};

static long do_madvise(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	const struct mapping *mapping = machine_mapping(machine, arg[0]);

	(void)type;
	return madvise(mapping->start, mapping->size, advice[arg[1] % ARRAY_SIZE(advice)]);
}

static const struct field scribble_fields[] = {
	MAPPING,
	{ .name = "offset", .kind = FIELD_BYTES },
	{ .name = "value", .kind = FIELD_NUMBER },
};

static long do_scribble(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	const struct mapping *mapping = machine_mapping(machine, arg[0]);

	(void)type;
	return machine_poke(mapping->start + arg[1] % (mapping->size + 1) / 8 * 8, &arg[2],
			    sizeof(arg[2])) ? 0 : -1;
}

/*
 * What a consumer says of itself in its page, by a mapping that is there only for that: as it
 * is with nothing added, all that there is was read.
 */
static const struct field consume_fields[] = {
	{ .name = "fd", .kind = FIELD_ANY },
	{ .name = "plus", .kind = FIELD_NUMBER },
	{ .name = "attention", .kind = FIELD_NUMBER },
};

static long do_consume(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	int fd = machine_fd(machine, arg[0]);
	struct ipcshow_ring_side *own, *other;
	long ret = -1;

	(void)type;
	own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	other = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	if (own != MAP_FAILED && other != MAP_FAILED) {
		__atomic_store_n(&own->pos, other->pos + arg[1], __ATOMIC_RELEASE);
		own->attention = arg[2];
		ret = 0;
	}
	if (own != MAP_FAILED)
		munmap(own, PAGE);
	if (other != MAP_FAILED)
		munmap(other, PAGE);
	return ret;
}

/* Where pointers of arguments lead to, of which one is an array of numbers: a row of them. */
static const struct field row_fields[] = {
	{ .name = "at", .kind = FIELD_POINTER },
	{ .name = "count", .kind = FIELD_CHOICE, .mask = 64, .usual = 8 },
	{ .name = "from", .kind = FIELD_ADDRESS, .usual = ARENA_START },
	{ .name = "step", .kind = FIELD_BYTES, .usual = PAGE },
};

static long do_row(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	uint64_t value = arg[2], i;

	(void)type;
	for (i = 0; i < arg[1] % (MEMORY_BYTES / sizeof(value)); i++) {
		if (!machine_poke((char *)machine_pointer(machine, arg[0]) + i * sizeof(value),
				  &value, sizeof(value)))
			return -1;
		value += arg[3];
	}
	return 0;
}

static const struct call_type types[] = {
	CALL(mmap, do_mmap),
	CALL(munmap, do_munmap),
	CALL(mremap, do_mremap),
	CALL(mprotect, do_mprotect),
	CALL(madvise, do_madvise),
	CALL(scribble, do_scribble),
	CALL(consume, do_consume),
	CALL(row, do_row),
};

const struct call_table mapping_calls = { types, ARRAY_SIZE(types) };
