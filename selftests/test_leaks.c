// SPDX-License-Identifier: GPL-2.0
/* What must not leave the kernel: its addresses. */
#include <elf.h>

#include "leaks.h"

#define RANGES_MAX	128

/* The memory of the kernel: all that its own core file has. */
struct ranges {
	struct {
		uint64_t start;
		uint64_t end;
	} range[RANGES_MAX];
	size_t nr;
};

static bool kernel_ranges(struct ranges *ranges)
{
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	Elf64_Phdr headers[RANGES_MAX];
	Elf64_Ehdr header;
	ssize_t size;
	size_t i;

	ranges->nr = 0;
	if (fd < 0)
		return false;
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		header.e_phnum = 0;
	size = pread(fd, headers, sizeof(headers), header.e_phoff);
	close(fd);
	for (i = 0; i < header.e_phnum && (ssize_t)((i + 1) * sizeof(headers[0])) <= size; i++) {
		if (headers[i].p_type != PT_LOAD || !headers[i].p_memsz)
			continue;
		ranges->range[ranges->nr].start = headers[i].p_vaddr;
		ranges->range[ranges->nr++].end = headers[i].p_vaddr + headers[i].p_memsz;
	}
	return ranges->nr;
}

static bool is_kernel_memory(const struct ranges *ranges, uint64_t word)
{
	size_t i;

#ifdef __aarch64__
	/* Ones, then noughts: a mask, which programs have in registers, and where a range begins. */
	if (!(~word & (~word + 1)))
		return false;
#endif
	for (i = 0; i < ranges->nr; i++) {
		if (ranges->range[i].start <= word && word < ranges->range[i].end)
			return true;
	}
	return false;
}

/* Of a register, whatever is no address may be there: -1, an error. So with sets of signals. */
static bool may_be_high(const struct ipcshow_record *rec, size_t word)
{
	return rec->type == IPCSHOW_REC_REGS ||
	       (rec->type == IPCSHOW_REC_RESOURCES &&
		word >= offsetof(struct ipcshow_resources, sig_blocked) / 8);
}

static bool leaks(const struct ranges *ranges, const struct ipcshow_record *rec)
{
	const uint64_t *word = (const void *)rec;
	size_t i, nr = words_of(rec);

	for (i = 0; i < nr; i++) {
		if (may_be_high(rec, i) ? is_kernel_memory(ranges, word[i]) :
					  word[i] >= KERNEL_FIRST) {
			fprintf(stderr, "# word %zu of a record of type %u is %#llx\n", i,
				rec->type, (unsigned long long)word[i]);
			return true;
		}
	}
	return false;
}

struct identities {
	size_t nr;
	/* With the top bit set. */
	size_t high;
	/* Like an address of the kernel's but for that bit. */
	size_t addresses;
};

static void count_identity(struct identities *identities, uint64_t identity)
{
	const uint64_t like = (KERNEL_FIRST | 1ULL << 47) & ~(1ULL << 63);

	if (!identity)
		return;
	identities->nr++;
	identities->high += identity >> 63;
	identities->addresses += (identity & like) == like;
}

static void count_identities(struct identities *identities, const struct ipcshow_record *rec)
{
	const struct ipcshow_resources *resources;
	const __u64 *id;

	switch (rec->type) {
	case IPCSHOW_REC_MM:
		count_identity(identities, ((const struct ipcshow_mm *)rec)->id);
		count_identity(identities, ((const struct ipcshow_mm *)rec)->exe_inode);
		break;
	case IPCSHOW_REC_FILE:
		count_identity(identities, ((const struct ipcshow_file *)rec)->id);
		count_identity(identities, ((const struct ipcshow_file *)rec)->inode);
		break;
	case IPCSHOW_REC_FD:
		count_identity(identities, ((const struct ipcshow_fd *)rec)->file);
		count_identity(identities, ((const struct ipcshow_fd *)rec)->inode);
		count_identity(identities, ((const struct ipcshow_fd *)rec)->files);
		count_identity(identities, ((const struct ipcshow_fd *)rec)->peer);
		count_identity(identities, ((const struct ipcshow_fd *)rec)->self);
		count_identity(identities, ((const struct ipcshow_fd *)rec)->netns);
		break;
	case IPCSHOW_REC_RESOURCES:
		/* From the first to the last they stand together. */
		resources = (const void *)rec;
		for (id = &resources->mm; id < resources->ns + IPCSHOW_NR_NS; id++)
			count_identity(identities, *id);
		break;
	case IPCSHOW_REC_REGION:
		count_identity(identities, ((const struct ipcshow_region *)rec)->object);
		count_identity(identities, ((const struct ipcshow_region *)rec)->file);
		count_identity(identities, ((const struct ipcshow_region *)rec)->family);
		break;
	}
}

/* All that can be said of @pid, by a ring of @size. Leaks, or a negative errno. */
static int leaks_of(const struct ranges *ranges, pid_t pid, size_t size, uint32_t flags,
		    struct identities *identities)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = WHAT_ALL, .flags = flags,
	};
	const struct ipcshow_record *rec = NULL;
	struct snapshot snapshot = {};
	struct reader reader;
	int error, found = 0;

	error = reader_open(&reader, size);
	if (!error)
		error = reader_target(&reader, pid) ?: reader_run(&reader, &arg, &snapshot);
	reader_close(&reader);
	if (error)
		return error;
	while ((rec = snapshot_next(&snapshot, rec))) {
		found += leaks(ranges, rec);
		count_identities(identities, rec);
	}
	snapshot_free(&snapshot);
	return found;
}

FIXTURE(leak) {
	struct ranges ranges;
	struct zoo zoo;
};

FIXTURE_VARIANT(leak) {
	const char *shapes;
};

FIXTURE_VARIANT_ADD(leak, everything) { "" };
FIXTURE_VARIANT_ADD(leak, running) { "spin" };
FIXTURE_VARIANT_ADD(leak, vfork) { "vfork" };
FIXTURE_VARIANT_ADD(leak, leaderless) { "leader-exits" };
FIXTURE_VARIANT_ADD(leak, hostile) { "hostile" };

FIXTURE_SETUP(leak)
{
	if (!kernel_ranges(&self->ranges))
		SKIP_FIXTURE("/proc/kcore does not say where the kernel's memory is");
	zoo_start(&self->zoo, variant->shapes);
}

FIXTURE_TEARDOWN(leak)
{
	if (self->zoo.pid)
		zoo_end(&self->zoo);
}

TEST_F(leak, addresses)
{
	static const size_t sizes[] = { RING_SMALL, RING_USUAL };
	const pid_t pids[] = { self->zoo.pid, getpid(), 1 };
	struct identities identities = {};
	size_t i, j;

	/* The test itself works: the kernel is somewhere. */
	ASSERT_LT(0, self->ranges.nr);
	EXPECT_TRUE(is_kernel_memory(&self->ranges, self->ranges.range[0].start));
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			EXPECT_EQ(0, leaks_of(&self->ranges, pids[i], sizes[j], 0, &identities))
				TH_LOG("process %d", pids[i]);
		}
		EXPECT_EQ(0, leaks_of(&self->ranges, pids[i], RING_USUAL,
				      IPCSHOW_SNAPSHOT_F_INTERRUPT, &identities))
			TH_LOG("process %d", pids[i]);
	}
	EXPECT_LT(50, identities.nr);
	EXPECT_EQ(0, identities.high);
	/* By chance, one of 65536. */
	EXPECT_GT(identities.nr / 10, identities.addresses);
}

/* Also behind what is committed: a record that did not fit was begun there. */
TEST_F(leak, ring_memory)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg),
		.what = WHAT_ALL & ~IPCSHOW_WHAT_REGS,
	};
	struct reader reader;
	const uint64_t *word;
	size_t i, found = 0;
	int status;

	if (!strcmp(variant->shapes, "hostile"))
		SKIP(return, "its texts may look like anything");
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, self->zoo.pid));
	for (i = 1; i < PAGE / 8; i++)
		EXPECT_EQ(0, ((const uint64_t *)reader.producer)[i] |
			     ((const uint64_t *)reader.consumer)[i]);
	status = reader_call(&reader, &arg);
	while (status == IPCSHOW_SNAPSHOT_MORE) {
		word = (const void *)reader.data;
		for (i = 0; i < RING_SMALL / 8; i++)
			found += word[i] >= KERNEL_FIRST;
		reader_drain(&reader, NULL);
		status = reader_continue(&reader);
	}
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, status);
	word = (const void *)reader.data;
	for (i = 0; i < RING_SMALL / 8; i++)
		found += word[i] >= KERNEL_FIRST;
	EXPECT_EQ(0, found);
	for (i = 1; i < PAGE / 8; i++)
		EXPECT_EQ(0, ((const uint64_t *)reader.producer)[i] |
			     ((const uint64_t *)reader.consumer)[i]);
	reader_close(&reader);
}

TEST_MAIN
