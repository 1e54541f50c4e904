// SPDX-License-Identifier: GPL-2.0
/* What must not leave the kernel: numbers of page frames; and all that is said beside records. */
#include "compare.h"
#include "ends.h"
#include "frames.h"
#include "leaks.h"

/* What may be any number, and so that of a frame. */
static const struct members any[] = {
	/* How long something took, and when it began. */
	MEMBERS(TASK, task, start_time, start_time),
	MEMBERS(THREAD, thread, start_time, start_time),
	MEMBERS(END, end, lock_max_ns, lock_total_ns),
	MEMBERS(COMPARE_END, compare_end, lock_max_ns, lock_total_ns),
	/* Eight letters of a name. */
	MEMBERS(TASK, task, comm, comm),
	MEMBERS(THREAD, thread, comm, comm),
	/* Sets, of which each may be there or not. */
	MEMBERS(REGION, region, vma_flags, vma_flags),
	MEMBERS(FD, fd, flags, flags),
	MEMBERS(RESOURCES, resources, cap_inheritable, sig_caught),
	/* What programs, file systems and administrators choose. */
	{ IPCSHOW_REC_REGS, offsetof(struct ipcshow_regs, reg), SIZE_MAX },
	MEMBERS(FILE, file, ino, ino),
	MEMBERS(FILE, file, fs_magic, mode),
	MEMBERS(FILE, file, sysv_key, sysv_key),
	MEMBERS(FILE, file, bytes, bytes),
	MEMBERS(FD, fd, open_flags, open_flags),
	MEMBERS(FD, fd, ino, ino),
	MEMBERS(FD, fd, fs_magic, pos),
	MEMBERS(FD, fd, mode, mode),
	MEMBERS(FD, fd, local_port, remote_port),
	/* Pages divided by how many have them. */
	MEMBERS(PAGES, pages, pss, pss),
	MEMBERS(PAGES, pages, pss_dirty, pss_dirty),
	MEMBERS(PAGES, pages, locked, locked),
};

/* Those of 32 bits. All other words are one number, which has no halves to look at. */
static const struct members narrow[] = {
	MEMBERS(TASK, task, tgid, state),
	MEMBERS(MM, mm, users, nr_vmas),
	MEMBERS(THREAD, thread, tid, reserved),
	MEMBERS(REGS, regs, tid, nr),
	MEMBERS(FILE, file, dev_major, dev_minor),
	MEMBERS(FILE, file, mode, path_size),
	MEMBERS(REGION, region, flags, name_size),
	MEMBERS(RESOURCES, resources, tid, tracer),
	MEMBERS(RESOURCES, resources, ns_ino, fsgid),
	MEMBERS(FD, fd, fd, open_flags),
	MEMBERS(FD, fd, dev_major, rdev_minor),
	MEMBERS(FD, fd, mode, path_size),
	MEMBERS(SET, set, site, reserved),
	MEMBERS(SHARE, share, group, flags),
	MEMBERS(PAGE, page, site, flags),
	MEMBERS(COMPARE_END, compare_end, target, reserved),
};

/* A process, what is open to look at it with, and the page frames that all of these have. */
FIXTURE(frames) {
	struct frames_memory *memory;
	struct child child;
	struct reader reader;
	struct ends ends;
	struct map map;
	struct frames frames;
};

FIXTURE_SETUP(frames)
{
	const size_t ring = RING_USUAL / PAGE;
	struct frames *frames = &self->frames;

	if (geteuid())
		SKIP_FIXTURE("only root is told the numbers of page frames");
	self->memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child_start(&self->child, frames_touch, self->memory);
	child_stop(self->child.pid);
	frames->pid = self->child.pid;
	ASSERT_READER(&self->reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&self->reader, self->child.pid));
	ASSERT_EQ(0, ends_make(&self->ends, RING_USUAL, IPCSHOW_SHARED_RING_F_OBSERVER));
	ASSERT_EQ(0, end_map(&self->ends, CONSUMER, &self->map));
	/* The test itself works: of all memory, many frames can be told from other numbers. */
	ASSERT_LT(FRAMES / 16, frames_add(frames, self->child.pid, self->memory->own, FRAMES));
	ASSERT_LT(FRAMES / 16, frames_add(frames, self->child.pid, self->memory->ring, FRAMES));
	ASSERT_LT(ring / 16, frames_add(frames, getpid(), self->reader.data, ring));
	ASSERT_LT(ring / 16, frames_add(frames, getpid(), self->map.data, ring));
	frames_add(frames, getpid(), self->reader.consumer, 1);
	frames_add(frames, getpid(), self->reader.producer, 1);
	frames_add(frames, getpid(), self->map.consumer, 1);
	frames_add(frames, getpid(), self->map.producer, 1);
	frames_sort(frames);
}

FIXTURE_TEARDOWN(frames)
{
	end_unmap(&self->map);
	ends_close(&self->ends);
	reader_close(&self->reader);
	child_kill(&self->child);
}

/* Also half of a physical address is none, so of 32 bits there are only numbers. */
static size_t frames_at(const struct frames *frames, const struct ipcshow_record *rec, size_t at)
{
	const unsigned char *bytes = (const void *)rec;
	size_t found = 0, end = at + 8;
	uint64_t word;
	uint32_t half;

	if (!is_among(narrow, ARRAY_SIZE(narrow), rec->type, at)) {
		memcpy(&word, bytes + at, sizeof(word));
		return !is_among(any, ARRAY_SIZE(any), rec->type, at) && is_frame(frames, word);
	}
	for (; at < end; at += sizeof(half)) {
		memcpy(&half, bytes + at, sizeof(half));
		found += !is_among(any, ARRAY_SIZE(any), rec->type, at) && is_frame(frames, half);
	}
	return found;
}

static size_t frames_in(const struct frames *frames, const struct snapshot *snapshot)
{
	const struct ipcshow_record *rec;
	size_t at, found = 0;

	for (rec = snapshot_next(snapshot, NULL); rec; rec = snapshot_next(snapshot, rec)) {
		for (at = sizeof(*rec); at < 8 * words_of(rec); at += 8) {
			if (!frames_at(frames, rec, at))
				continue;
			fprintf(stderr, "# byte %zu of a record of type %u\n", at, rec->type);
			found++;
		}
	}
	return found;
}

TEST_F(frames, snapshot)
{
	struct snapshot snapshot = {};

	ASSERT_EQ(0, reader_snapshot(&self->reader, WHAT_ALL, &snapshot));
	EXPECT_EQ(0, frames_in(&self->frames, &snapshot));
	snapshot_free(&snapshot);
}

/* Words that are addresses of the kernel's, or that nobody has set. */
static size_t leaks_in_comparison(const struct snapshot *snapshot)
{
	const struct ipcshow_record *rec;
	size_t i, found = 0;

	for (rec = snapshot_next(snapshot, NULL); rec; rec = snapshot_next(snapshot, rec)) {
		const uint64_t *word = (const void *)rec;

		for (i = 0; i < rec->size / 8; i++) {
			if (word[i] < KERNEL_FIRST && !is_unset(word[i]))
				continue;
			fprintf(stderr, "# word %zu of a record of type %u is %#llx\n", i,
				rec->type, (unsigned long long)word[i]);
			found++;
		}
	}
	return found;
}

/*
 * The identity of a page is no more than that; no address of the kernel's is in it, and nothing
 * of its stack. Who does not know runs is told of sets by shorter records.
 */
TEST_F(frames, comparison)
{
	const struct ipcshow_site sites[] = {
		compare_site(0, 0, self->memory->own, FRAMES * PAGE),
		compare_site(1, 0, self->memory->ring, FRAMES * PAGE),
	};
	const struct ipcshow_page *page;
	struct snapshot snapshot = {};
	int i;

	for (i = 0; i < 2; i++) {
		compare_without_runs = i;
		ASSERT_EQ(0, compare_run(&self->reader, sites, ARRAY_SIZE(sites), &snapshot));
		EXPECT_EQ(0, frames_in(&self->frames, &snapshot));
		EXPECT_EQ(0, leaks_in_comparison(&snapshot));
		EXPECT_LE(2, snapshot_count(&snapshot, IPCSHOW_REC_SET));
		/* Those of the ring, twice each. */
		EXPECT_EQ(FRAMES, snapshot_count(&snapshot, IPCSHOW_REC_PAGE));
		for_each_of(page, &snapshot, IPCSHOW_REC_PAGE)
			EXPECT_EQ(0, page->id >> 63);
		snapshot_free(&snapshot);
	}
}

#define GROUPS	256

/* All that a comparison said, but for how often it looked and how long that took. */
static bool is_as_said(const struct snapshot *one, const struct snapshot *other)
{
	const struct ipcshow_compare_end *end;
	size_t said;

	end = snapshot_next_of(one, NULL, IPCSHOW_REC_COMPARE_END);
	if (!end || one->size != other->size)
		return false;
	said = (const unsigned char *)&end->retries - one->bytes;
	return !memcmp(one->bytes, other->bytes, said);
}

/*
 * SET, SHARE and PAGE records are made in the ring, so that what is not set there is what the ring
 * has had: zeros at first, and then members of other records. Not all of these are zero.
 */
TEST_F(frames, comparison_over_old_records)
{
	struct snapshot first = {}, again = {};
	const struct frames_memory *memory = self->memory;
	struct ipcshow_site sites[2 * GROUPS];
	unsigned int unlike = 0;
	size_t i, size;

	for (i = 0; i < GROUPS; i++) {
		sites[i] = compare_site(i, 0, memory->own + i * PAGE, PAGE);
		sites[GROUPS + i] = compare_site(GROUPS + i, 0, memory->ring + i * PAGE, PAGE);
	}
	ASSERT_EQ(0, compare_run(&self->reader, sites, ARRAY_SIZE(sites), &first));
	EXPECT_EQ(2 * GROUPS, snapshot_count(&first, IPCSHOW_REC_SET));
	EXPECT_EQ(2 * GROUPS, snapshot_count(&first, IPCSHOW_REC_SHARE));
	EXPECT_EQ(GROUPS, snapshot_count(&first, IPCSHOW_REC_PAGE));
	for (size = first.size; size < 2 * RING_USUAL; size += first.size) {
		ASSERT_EQ(0, compare_run(&self->reader, sites, ARRAY_SIZE(sites), &again));
		unlike += !is_as_said(&first, &again);
		snapshot_free(&again);
	}
	/* Now and then the kernel may move a page. */
	EXPECT_GT(4, unlike);
	snapshot_free(&first);
}

/* What calls write back, and what stands in fdinfo. */

static size_t high_words(const void *argument, size_t size)
{
	const uint64_t *word = argument;
	size_t i, high = 0;

	for (i = 0; i < size / sizeof(*word); i++)
		high += word[i] >> 63;
	return high;
}

static size_t unset_words(const void *argument, size_t size)
{
	const uint64_t *word = argument;
	size_t i, unset = 0;

	for (i = 0; i < size / sizeof(*word); i++)
		unset += is_unset(word[i]);
	return unset;
}

/* Of an argument, what the call has changed: the rest is what the caller himself has put there. */
static size_t frames_written(const struct frames *frames, const void *before, const void *after,
			     size_t size)
{
	const uint64_t *const words[] = { before, after };
	const uint32_t *const halves[] = { before, after };
	size_t i, found = 0;

	for (i = 0; i < size / sizeof(uint64_t); i++)
		found += words[0][i] != words[1][i] && is_frame(frames, words[1][i]);
	for (i = 0; i < size / sizeof(uint32_t); i++)
		found += halves[0][i] != halves[1][i] && is_number(frames, halves[1][i]);
	return found;
}

/* An argument has no address, none of the frames, and nothing of the kernel's stack. */
#define HAS_NOTHING(what, before, argument)						\
	do {										\
		EXPECT_EQ(0, high_words(&(argument), sizeof(argument))) TH_LOG(what);	\
		EXPECT_EQ(0, unset_words(&(argument), sizeof(argument))) TH_LOG(what);	\
		EXPECT_EQ(0, frames_written(&self->frames, before, &(argument),		\
					    sizeof(argument))) TH_LOG(what);		\
	} while (0)

/* The call succeeds, and leaves nothing of these in its argument. */
#define TELLS_NOTHING(fd, command, argument)						\
	do {										\
		const typeof(argument) before = argument;				\
											\
		ASSERT_EQ(0, ioctl(fd, command, &(argument))) TH_LOG(#command);		\
		HAS_NOTHING(#command, &before, argument);				\
	} while (0)

TEST_F(frames, arguments)
{
	struct ipcshow_target target = { .size = sizeof(target), .pid = self->child.pid };
	struct ipcshow_site site = compare_site(0, 0, self->memory->own, FRAMES * PAGE);
	const uint64_t cut = site.start + PAGE;
	struct ipcshow_snapshot snapshot = {
		.size = sizeof(snapshot), .what = WHAT_ALL,
		.start = site.start, .end = site.start + site.bytes,
		.cuts = (uintptr_t)&cut, .nr_cuts = 1,
	};
	struct ipcshow_compare compare = {
		.size = sizeof(compare), .sites = (uintptr_t)&site, .nr_sites = 1,
	};
	struct ipcshow_info info = { .size = sizeof(info) };
	struct ipcshow_end_info end;
	const int fd = self->reader.fd;
	int role;

	TELLS_NOTHING(fd, IPCSHOW_IOC_INFO, info);
	TELLS_NOTHING(fd, IPCSHOW_IOC_TARGET, target);
	TELLS_NOTHING(fd, IPCSHOW_IOC_SNAPSHOT, snapshot);
	reader_drain(&self->reader, NULL);
	TELLS_NOTHING(fd, IPCSHOW_IOC_COMPARE, compare);
	/* Of which the frames are known only now. */
	HAS_NOTHING("IPCSHOW_IOC_RING", &(struct ipcshow_ring){}, self->reader.ring);
	HAS_NOTHING("IPCSHOW_IOC_SHARED_RING", &(struct ipcshow_shared_ring){}, self->ends.ring);
	for (role = 0; role < NR_ROLES; role++) {
		/* But for its number, which is how many rings there were: that may be any. */
		ASSERT_EQ(0, end_info(self->ends.fd[role], &end));
		end = (struct ipcshow_end_info){ .size = sizeof(end), .id = end.id };
		TELLS_NOTHING(self->ends.fd[role], IPCSHOW_IOC_END_INFO, end);
	}
}

/*
 * Lines of fdinfo that may be any number: those of every file, and, of a shared ring, how many
 * there were before it, and how large it is.
 */
static bool may_be_any(const char *key)
{
	static const char *const keys[] = {
		"pos:", "flags:", "mnt_id:", "ino:", "ipcshow-ring:", "ipcshow-size:",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!strcmp(key, keys[i]))
			return true;
	}
	return false;
}

/* How many words of a line are addresses of the kernel's or, unless it may be any, frames. */
static size_t leaks_in(const struct frames *frames, char *line)
{
	char *word = strtok(line, " \t\n");
	const bool any_number = !word || may_be_any(word);
	size_t found = 0;

	for (; word; word = strtok(NULL, " \t\n")) {
		found += strtoull(word, NULL, 10) >= KERNEL_FIRST ||
			 strtoull(word, NULL, 16) >= KERNEL_FIRST ||
			 (!any_number && is_frame_text(frames, word));
	}
	return found;
}

static size_t leaks_in_fdinfo(const struct frames *frames, int fd)
{
	char path[64], line[256];
	size_t found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return SIZE_MAX;
	while (fgets(line, sizeof(line), file))
		found += leaks_in(frames, line);
	fclose(file);
	return found;
}

TEST_F(frames, fdinfo)
{
	int role;

	EXPECT_EQ(0, leaks_in_fdinfo(&self->frames, self->reader.fd));
	for (role = 0; role < NR_ROLES; role++)
		EXPECT_EQ(0, leaks_in_fdinfo(&self->frames, self->ends.fd[role]));
}

TEST_MAIN
