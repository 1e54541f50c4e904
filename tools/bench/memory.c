// SPDX-License-Identifier: GPL-2.0
/* Messages in memory that both sides have: slots, and a count of full and of empty ones. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "memory.h"

#define SLOTS_MAX	64
#define SLOTS_BYTES	(1UL << 20)

static const struct memory_kind *kind_of(const struct link *link)
{
	return link->mechanism->kind;
}

static size_t area_size(const struct link *link)
{
	return AREA_BYTES + link->slots * link->size;
}

static size_t slots_for(size_t size)
{
	size_t slots = SLOTS_BYTES / size;

	return slots < 2 ? 2 : slots > SLOTS_MAX ? SLOTS_MAX : slots;
}

/* What the two count with must be there before either maps it. */
static int begin(struct link *link)
{
	struct end end = { .link = link, .fd = -1 };
	void *at;
	int err;

	err = kind_of(link)->backing->map(&end, area_size(link), &at);
	if (err)
		return err;
	kind_of(link)->counting->begin(link, at);
	/* Only System V's is detached by shmdt(). */
	if (at != link->shared && shmdt(at))
		munmap(at, area_size(link));
	return 0;
}

static int make(struct link *link)
{
	const struct memory_kind *kind = kind_of(link);
	int err = 0;

	_Static_assert(sizeof(struct area) <= AREA_BYTES, "the messages come behind it");
	link->slots = slots_for(link->size);
	if (kind->backing->make)
		err = kind->backing->make(link, area_size(link));
	if (!err && kind->counting->make)
		err = kind->counting->make(link);
	if (!err && kind->counting->begin)
		err = begin(link);
	return err;
}

static void unmake(struct link *link)
{
	const struct memory_kind *kind = kind_of(link);

	if (kind->counting->unmake)
		kind->counting->unmake(link);
	if (kind->backing->unmake)
		kind->backing->unmake(link);
}

static int open_end(struct end *end)
{
	const struct memory_kind *kind = kind_of(end->link);
	size_t size = area_size(end->link);
	int err = kind->backing->map(end, size, &end->memory);

	if (err)
		return err;
	/* Page tables are filled in before the clock runs. */
	madvise(end->memory, size, MADV_POPULATE_WRITE);
	return kind->counting->open ? kind->counting->open(end) : 0;
}

static void *slot(const struct end *end)
{
	const struct link *link = end->link;

	return (char *)end->memory + AREA_BYTES + end->number % link->slots * link->size;
}

static void *reserve(struct end *end)
{
	int err = kind_of(end->link)->counting->down(end, SPACES);

	errno = -err;
	return err ? NULL : slot(end);
}

static int commit(struct end *end)
{
	const struct memory_kind *kind = kind_of(end->link);
	int err = 0;

	if (kind->backing->flush)
		err = kind->backing->flush(end, slot(end), end->link->size);
	return err ? err : kind->counting->up(end, ITEMS);
}

static const void *peek(struct end *end)
{
	int err = kind_of(end->link)->counting->down(end, ITEMS);

	errno = -err;
	return err ? NULL : slot(end);
}

static int release(struct end *end)
{
	return kind_of(end->link)->counting->up(end, SPACES);
}

const struct mechanism_ops memory_ops = {
	.make = make,
	.unmake = unmake,
	.open = open_end,
	.reserve = reserve,
	.commit = commit,
	.peek = peek,
	.release = release,
};

#define MEMORY(name_, backing_, help_)						\
	{ .name = name_, .group = "memory", .help = help_,			\
	  .flags = MECHANISM_NEEDS_SIZE | MECHANISM_IN_PLACE,			\
	  .copies = 0, .copies_reason = COPIES_NONE, .directions = ANY_WAY,	\
	  .ops = &memory_ops,							\
	  .kind = &(const struct memory_kind){ &(backing_), &counting_adaptive } }

const struct mechanism memory_mechanisms[] = {
	MEMORY("posix-shm", backing_posix, N_("shm_open() and mmap(); positions in it, waits spin, then sleep")),
	MEMORY("sysv-shm", backing_sysv, N_("shmget() and shmat(); likewise")),
	MEMORY("memfd", backing_memfd, N_("memfd_create() and mmap(); likewise")),
	MEMORY("shared-anon", backing_anon, N_("mmap(MAP_SHARED | MAP_ANONYMOUS) before fork(); likewise")),
	MEMORY("file-mmap", backing_file, N_("mmap() of a file: the page cache; likewise")),
	MEMORY("file-msync", backing_synced, N_("the same, with msync() after each message")),
	{ 0 }
};
