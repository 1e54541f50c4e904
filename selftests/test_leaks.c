// SPDX-License-Identifier: GPL-2.0
/* What must not leave the kernel: its addresses. */
#include <elf.h>
#include <sys/mman.h>
#include <sys/ptrace.h>

#include "leaks.h"
#include "registers.h"

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

	for (i = 0; i < ranges->nr; i++) {
		if (ranges->range[i].start <= word && word < ranges->range[i].end)
			return true;
	}
	return false;
}

/* Of a set of signals, whatever is no address may be there. */
static bool is_signals(const struct ipcshow_record *rec, size_t word)
{
	return rec->type == IPCSHOW_REC_RESOURCES &&
	       word >= offsetof(struct ipcshow_resources, sig_blocked) / 8 &&
	       word <= offsetof(struct ipcshow_resources, sig_caught) / 8;
}

/* Which register of the thread a word is; -1: none. */
static ssize_t nth_register(const struct ipcshow_record *rec, size_t word)
{
	const size_t first = offsetof(struct ipcshow_regs, reg) / 8;

	return rec->type == IPCSHOW_REC_REGS && word >= first ? (ssize_t)(word - first) : -1;
}

/* What a register of a thread is said to be, and is like an address of the kernel's. */
struct suspect {
	pid_t tid;
	size_t nth;
	uint64_t word;
};

#define SUSPECTS_MAX	1024

struct suspects {
	size_t nr;
	struct suspect suspect[SUSPECTS_MAX];
};

/*
 * Is it one, since the program has it there? -1, an error, is no address; but masks are, and
 * arm64 has memory where they point to.
 */
static bool is_told_by_ptrace(const struct suspect *suspect)
{
	struct registers registers;

	return registers_read(&registers, suspect->tid) &&
	       registers.reg[suspect->nth] == suspect->word;
}

static size_t count_untold(const struct suspects *suspects)
{
	const struct suspect *suspect = suspects->suspect;
	size_t i, untold = 0;

	for (i = 0; i < suspects->nr; i++, suspect++) {
		if (is_told_by_ptrace(suspect))
			continue;
		fprintf(stderr, "# register %zu of thread %d is said to be %#llx\n", suspect->nth,
			suspect->tid, (unsigned long long)suspect->word);
		untold++;
	}
	return untold;
}

static void add_suspect(struct suspects *suspects, const struct ipcshow_record *rec, size_t nth)
{
	const struct ipcshow_regs *regs = (const void *)rec;
	const struct suspect fresh = { regs->tid, nth, regs->reg[nth] };
	const struct suspect *suspect = suspects->suspect;

	for (; suspect < suspects->suspect + suspects->nr; suspect++) {
		if (suspect->tid == fresh.tid && suspect->nth == nth && suspect->word == fresh.word)
			return;
	}
	if (suspects->nr == SUSPECTS_MAX)
		abort();
	suspects->suspect[suspects->nr++] = fresh;
}

static bool leaks(const struct ranges *ranges, const struct ipcshow_record *rec,
		  struct suspects *suspects)
{
	const uint64_t *word = (const void *)rec;
	size_t i, nr = words_of(rec);
	ssize_t nth;

	for (i = 0; i < nr; i++) {
		if (is_unset(word[i])) {
			fprintf(stderr, "# word %zu of a record of type %u was never set\n", i, rec->type);
			return true;
		}
		nth = nth_register(rec, i);
		if (nth >= 0 || is_signals(rec, i) ? !is_kernel_memory(ranges, word[i]) :
						     word[i] < KERNEL_FIRST)
			continue;
		if (nth < 0) {
			fprintf(stderr, "# word %zu of a record of type %u is %#llx\n", i,
				rec->type, (unsigned long long)word[i]);
			return true;
		}
		add_suspect(suspects, rec, nth);
	}
	return false;
}

struct identities {
	size_t nr;
	/* With the top bit set. */
	size_t high;
	/* Like an address of the kernel's but for that bit. */
	size_t addresses;
	/* How many of @nr are those of tracers. */
	size_t tracers;
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
	const uint64_t *word = (const void *)rec;
	size_t i;

	for (i = 0; i < words_of(rec); i++) {
		if (is_identity(rec, 8 * i))
			count_identity(identities, word[i]);
	}
	if (rec->type == IPCSHOW_REC_RESOURCES)
		identities->tracers += !!((const struct ipcshow_resources *)rec)->tracer_group;
}

/* All that can be said of @pid, by a ring of @size. 0 or a negative errno. */
static int look_at(pid_t pid, size_t size, uint32_t flags, struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = WHAT_ALL, .flags = flags,
	};

	return snapshot_with(pid, size, &arg, snapshot);
}

/* Leaks, or a negative errno. */
static int leaks_of(const struct ranges *ranges, pid_t pid, size_t size, uint32_t flags,
		    struct identities *identities, struct suspects *suspects)
{
	const struct ipcshow_record *rec = NULL;
	struct snapshot snapshot = {};
	int error, found = 0;

	error = look_at(pid, size, flags, &snapshot);
	if (error)
		return error;
	while ((rec = snapshot_next(&snapshot, rec))) {
		found += leaks(ranges, rec, suspects);
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

static const struct ipcshow_regs *regs_of(const struct snapshot *snapshot, char state)
{
	const struct ipcshow_thread *thread;

	for_each_of(thread, snapshot, IPCSHOW_REC_THREAD) {
		if (thread->state == (__u32)state && !(thread->flags & ~IPCSHOW_THREAD_F_LEADER))
			return snapshot_regs(snapshot, thread->tid);
	}
	return NULL;
}

/* Of a thread that waits, ptrace tells all but what its call will give back. */
static size_t registers_unlike(pid_t pid, char state)
{
	const struct ipcshow_regs *regs = NULL;
	struct snapshot snapshot = {};
	struct registers registers;
	size_t i, unlike = 0;

	for (i = 0; i < 3000 && !regs; i++) {
		snapshot_free(&snapshot);
		if (look_at(pid, RING_USUAL, 0, &snapshot))
			return SIZE_MAX;
		regs = regs_of(&snapshot, state);
		usleep(1000);
	}
	if (!regs || !registers_read(&registers, regs->tid))
		return SIZE_MAX;
	for (i = 0; i < regs->nr; i++)
		unlike += registers.reg[i] != regs->reg[i];
	snapshot_free(&snapshot);
	return unlike;
}

TEST_F(leak, addresses)
{
	static const size_t sizes[] = { RING_SMALL, RING_USUAL };
	const pid_t pids[] = { self->zoo.pid, 1 };
	struct identities identities = {};
	struct suspects suspects = {};
	size_t i, j;

	/* The test itself works: the kernel is somewhere, and so are the registers. */
	ASSERT_LT(0, self->ranges.nr);
	EXPECT_TRUE(is_kernel_memory(&self->ranges, self->ranges.range[0].start));
	EXPECT_GE(1, registers_unlike(self->zoo.pid, 'S'));
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			EXPECT_EQ(0, leaks_of(&self->ranges, pids[i], sizes[j], 0, &identities,
					      &suspects))
				TH_LOG("process %d", pids[i]);
		}
		EXPECT_EQ(0, leaks_of(&self->ranges, pids[i], RING_USUAL,
				      IPCSHOW_SNAPSHOT_F_INTERRUPT, &identities, &suspects))
			TH_LOG("process %d", pids[i]);
	}
	EXPECT_EQ(0, count_untold(&suspects));
	EXPECT_LT(50, identities.nr);
	EXPECT_EQ(0, identities.high);
	/* By chance, one of 65536. */
	EXPECT_GT(identities.nr / 10, identities.addresses);
	if (!strcmp(variant->shapes, "vfork"))
		EXPECT_GE(1, registers_unlike(self->zoo.pid, 'D'));
}

/* An identity that few have: each look has a key of its own, so that they are as good as many. */
TEST(tracers)
{
	struct identities identities = {};
	struct suspects suspects = {};
	struct ranges ranges;
	struct child child;
	int i;

	if (!kernel_ranges(&ranges))
		SKIP(return, "/proc/kcore does not say where the kernel's memory is");
	child_start(&child, child_stay, NULL);
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, child.pid, NULL, NULL));
	for (i = 0; i < 32; i++)
		EXPECT_EQ(0, leaks_of(&ranges, child.pid, RING_SMALL, 0, &identities, &suspects));
	EXPECT_EQ(32, identities.tracers);
	EXPECT_EQ(0, identities.high);
	EXPECT_GT(identities.tracers / 2, identities.addresses);
	child_kill(&child);
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

/* What a process reads of itself. */
struct own {
	struct ranges ranges;
	struct calls calls;
	int leaks;
	size_t registers;
	size_t told;
};

static bool are_of_a_call(const struct calls *calls, const struct ipcshow_regs *regs)
{
	size_t i;

	for (i = 0; i < calls->nr; i++) {
		if (!memcmp(calls->at[i].reg, regs->reg, regs->nr * sizeof(regs->reg[0])))
			return true;
	}
	return false;
}

static int looks_at_itself(struct child *self, void *argument)
{
	static const size_t sizes[] = { RING_SMALL, RING_USUAL };
	struct suspects none = {};
	struct own *own = argument;
	size_t i;

	child_ready(self);
	child_wait(self);
	calls_begin();
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct ipcshow_record *rec = NULL;
		struct snapshot snapshot = {};

		if (look_at(self->pid, sizes[i], 0, &snapshot))
			return 1;
		while ((rec = snapshot_next(&snapshot, rec))) {
			if (rec->type != IPCSHOW_REC_REGS) {
				own->leaks += leaks(&own->ranges, rec, &none);
				continue;
			}
			own->registers++;
			own->told += are_of_a_call(&own->calls, (const void *)rec);
		}
		snapshot_free(&snapshot);
	}
	return 0;
}

/* Its registers are what it entered the call with, to the last bit. */
TEST(own_addresses)
{
	struct own *own = mmap(NULL, sizeof(*own), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct child child;

	if (!kernel_ranges(&own->ranges))
		SKIP(return, "/proc/kcore does not say where the kernel's memory is");
	child_start(&child, looks_at_itself, own);
	calls_trace(&own->calls, &child);
	EXPECT_EQ(0, child_join(&child));
	EXPECT_EQ(0, own->leaks);
	EXPECT_EQ(2, own->registers);
	EXPECT_EQ(own->registers, own->told);
}

TEST_MAIN
