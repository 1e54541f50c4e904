// SPDX-License-Identifier: GPL-2.0
/* The ioctls of the header, from the table that is made of it. */
#include <linux/ipcshow.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"
#include "machine.h"

/* Where the argument lies. */
enum place {
	PLACE_USUAL,
	PLACE_CUT,	/* its second half is not mapped */
	PLACE_CONST,	/* it cannot be written to */
	PLACE_RING,	/* in the mapping of the slot of the same number as the descriptor */
	PLACE_NOWHERE,
	PLACES
};

/* Commands of ends have numbers of their own. */
#define FIRST_OF_ENDS	0x40

#define IOCTL_ON(nr)								\
	{ .name = "fd", .kind = _IOC_NR(nr) < FIRST_OF_ENDS ? FIELD_DEVICE : FIELD_END }
#define IOCTL_AT	{ .name = "at", .kind = FIELD_CHOICE, .mask = PLACES }
#define IOCTL_TO	{ .name = "to", .kind = FIELD_NEW, .usual = 1 }
#define NO_STRUCT	{ .name = "argument", .kind = FIELD_NUMBER }
#define ELEMENT_INDEX	{ .name = "index", .kind = FIELD_CHOICE, .mask = 8 }

/* What the names of the header's members mean is the same wherever they stand. */
#define KIND(name)								\
	(IS(name, "size") ? FIELD_SIZE :					\
	 IS(name, "flags") || IS(name, "what") ? FIELD_FLAGS :			\
	 IS(name, "pid") ? FIELD_PID :						\
	 IS(name, "start") || IS(name, "end") ? FIELD_ADDRESS :			\
	 IS(name, "cuts") || IS(name, "sites") ? FIELD_POINTER :		\
	 IS(name, "ring_size") || IS(name, "bytes") ? FIELD_BYTES :		\
	 IS(name, "timeout_ns") ? FIELD_TIME : FIELD_NUMBER)
#define IS(name, other)	(!__builtin_strcmp(name, other))

/* With these most calls do something. */
#define USUAL(type, name)							\
	(IS(name, "size") ? sizeof(struct type) :				\
	 IS(name, "what") ? IPCSHOW_WHAT_TASK :					\
	 IS(name, "ring_size") ? 0x10000 :					\
	 IS(name, "bytes") ? ARENA_PAGES * PAGE :				\
	 IS(#type, "ipcshow_site") && IS(name, "start") ? ARENA_START :		\
	 IS(name, "nr_sites") ? 2 : 0)

#define MEMBER(type, member, bits)						\
	{									\
		.name = #member,						\
		.kind = KIND(#member),						\
		.usual = USUAL(type, #member),					\
		.mask = (bits),							\
		.offset = offsetof(struct type, member),			\
		.bytes = sizeof(((struct type *)0)->member),			\
	}

static call_fn run_ioctl;
static call_fn run_element;

#define IOCTL_PLAIN(call, nr, ...)	CALL(call, run_ioctl, .command = (nr), ##__VA_ARGS__)
#define IOCTL(call, nr, type, ...)						\
	IOCTL_PLAIN(call, nr, .size = sizeof(struct type), ##__VA_ARGS__)
#define IOCTL_MAKES(call, nr, type)						\
	IOCTL(call, nr, type, .makes = FIELD_END,				\
	      .made = call##_made, .nr_made = ARRAY_SIZE(call##_made))
#define ELEMENT(element)							\
	CALL(element, run_element, .size = sizeof(struct ipcshow_##element))

#include "ioctls.h"

const struct call_table ioctl_calls = { header_types, ARRAY_SIZE(header_types) };

static bool is_pointer(const struct field *field)
{
	return field->kind == FIELD_POINTER;
}

static void fill(const struct machine *machine, const struct call_type *type,
		 const uint64_t *arg, unsigned char *to)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < type->nr_fields; i++) {
		const struct field *field = &type->fields[i];

		value = arg[i];
		if (is_pointer(field))
			value = (uintptr_t)machine_pointer(machine, value);
		else if (field->kind == FIELD_PID)
			value = (uint64_t)target_pid((struct targets *)&machine->targets, value);
		memcpy(to + field->offset, &value, field->bytes);
	}
}

static uint64_t argument(const struct call_type *type, const uint64_t *arg, const char *name)
{
	int field = call_field(type, name);

	return field < 0 ? 0 : arg[field];
}

/* Two pages for the thread, the second of which comes and goes. */
static unsigned char *two_pages(void)
{
	static __thread unsigned char *pages;

	if (!pages) {
		pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
		if (pages == MAP_FAILED)
			_exit(1);
	}
	return pages;
}

/* Returns where the argument is, which says @from; or would be. */
static void *put(struct machine *machine, const struct call_type *type, const uint64_t *arg,
		 const unsigned char *from)
{
	const struct mapping *mapping = machine_mapping(machine, argument(type, arg, "fd"));
	unsigned char *pages = two_pages(), *at = pages;

	mprotect(pages, 2 * PAGE, PROT_READ | PROT_WRITE);
	switch (argument(type, arg, "at")) {
	case PLACE_CUT:
		at = pages + PAGE - type->size / 2;
		memcpy(at, from, type->size);
		mprotect(pages + PAGE, PAGE, PROT_NONE);
		break;
	case PLACE_CONST:
		memcpy(at, from, type->size);
		mprotect(pages, PAGE, PROT_READ);
		break;
	case PLACE_RING:
		at = (unsigned char *)mapping->start;
		machine_poke(at, from, type->size);
		break;
	case PLACE_NOWHERE:
		return (void *)(uintptr_t)8;
	default:
		/* What is longer than is known is zero. */
		memset(pages, 0, 2 * PAGE);
		memcpy(at, from, type->size);
	}
	return at;
}

static void take_made(struct machine *machine, const struct call_type *type, const uint64_t *arg,
		      const void *at)
{
	uint64_t to = argument(type, arg, "to");
	int fd;
	size_t i;

	for (i = 0; i < type->nr_made; i++) {
		memcpy(&fd, (const char *)at + type->made[i], sizeof(fd));
		if (fd >= 0)
			machine_put_fd(machine, to + i, fd);
	}
}

static long run_ioctl(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	int fd = machine_fd(machine, argument(type, arg, "fd"));
	unsigned char from[256] = {};
	long ret;
	void *at;

	if (!type->size)
		return ioctl(fd, type->command, argument(type, arg, "argument"));
	fill(machine, type, arg, from);
	at = put(machine, type, arg, from);
	ret = ioctl(fd, type->command, at);
	/* Where it is in a ring, another thread may write to it at any time. */
	if (!ret && type->nr_made && argument(type, arg, "at") == PLACE_USUAL)
		take_made(machine, type, arg, at);
	return ret;
}

static long run_element(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	unsigned char from[256] = {};

	fill(machine, type, arg, from);
	memcpy(machine->memory + argument(type, arg, "index") % 256 * type->size, from, type->size);
	return 0;
}
