// SPDX-License-Identifier: GPL-2.0
/* Arguments of the ioctls: each error that the header promises, and no other. */
#include "test.h"

static int call(int fd, unsigned long command, void *arg)
{
	return ioctl(fd, command, arg) ? -errno : 0;
}

/* Each command with an argument that is right, after setup(). */
static const struct command {
	const char *name;
	unsigned long number;
	uint32_t size;
	/* Members that must be zero, or are flags: 4 bytes each. */
	uint32_t zero[4];
	bool writes;
} commands[] = {
	{ "INFO", IPCSHOW_IOC_INFO, sizeof(struct ipcshow_info), {}, true },
	{ "RING", IPCSHOW_IOC_RING, sizeof(struct ipcshow_ring),
	  { offsetof(struct ipcshow_ring, flags) }, true },
	{ "TARGET", IPCSHOW_IOC_TARGET, sizeof(struct ipcshow_target),
	  { offsetof(struct ipcshow_target, flags), offsetof(struct ipcshow_target, reserved) },
	  true },
	{ "SNAPSHOT", IPCSHOW_IOC_SNAPSHOT, sizeof(struct ipcshow_snapshot),
	  { offsetof(struct ipcshow_snapshot, flags) }, true },
};

union argument {
	struct ipcshow_info info;
	struct ipcshow_ring ring;
	struct ipcshow_target target;
	struct ipcshow_snapshot snapshot;
	char bytes[256];
	uint32_t size;
};

/* A file on which that command succeeds. */
static int setup(const struct command *command, union argument *arg)
{
	struct reader reader;

	memset(arg, 0, sizeof(*arg));
	arg->size = command->size;
	if (reader_open(&reader, 0))
		return -1;
	switch (command->number) {
	case IPCSHOW_IOC_RING:
		arg->ring.ring_size = RING_SMALL;
		break;
	case IPCSHOW_IOC_TARGET:
		arg->target.pid = getpid();
		break;
	case IPCSHOW_IOC_SNAPSHOT:
		arg->snapshot.what = IPCSHOW_WHAT_TASK;
		if (reader_make_ring(&reader, RING_SMALL) || reader_target(&reader, getpid()))
			return -1;
	}
	return reader.fd;
}

FIXTURE(command) {
	union argument arg;
	int fd;
};

FIXTURE_VARIANT(command) {
	size_t index;
};

FIXTURE_VARIANT_ADD(command, info) { 0 };
FIXTURE_VARIANT_ADD(command, ring) { 1 };
FIXTURE_VARIANT_ADD(command, target) { 2 };
FIXTURE_VARIANT_ADD(command, snapshot) { 3 };

FIXTURE_SETUP(command)
{
	self->fd = setup(&commands[variant->index], &self->arg);
	ASSERT_LE(0, self->fd) TH_LOG("%s cannot be set up", DEVICE);
}

FIXTURE_TEARDOWN(command)
{
	close(self->fd);
}

TEST_F(command, succeeds)
{
	EXPECT_EQ(0, call(self->fd, commands[variant->index].number, &self->arg));
}

TEST_F(command, size)
{
	const struct command *command = &commands[variant->index];
	uint32_t size;

	for (size = 0; size < command->size; size++) {
		self->arg.size = size;
		EXPECT_EQ(-EINVAL, call(self->fd, command->number, &self->arg))
			TH_LOG("with size %u", size);
	}

	/* Longer than the module knows, what it does not know being zero. */
	self->arg.size = sizeof(self->arg) - 1;
	self->arg.bytes[sizeof(self->arg) - 1] = 'x';
	EXPECT_EQ(0, call(self->fd, command->number, &self->arg));
	EXPECT_EQ('x', self->arg.bytes[sizeof(self->arg) - 1]);
	for (size = command->size; size < sizeof(self->arg) - 1; size++) {
		EXPECT_EQ(0, self->arg.bytes[size]);
	}
	EXPECT_EQ(sizeof(self->arg) - 1, self->arg.size);
}

TEST_F(command, longer)
{
	const struct command *command = &commands[variant->index];
	uint32_t at;

	for (at = command->size; at < sizeof(self->arg); at++) {
		self->arg.size = sizeof(self->arg);
		self->arg.bytes[at] = 1;
		EXPECT_EQ(-E2BIG, call(self->fd, command->number, &self->arg))
			TH_LOG("with byte %u", at);
		self->arg.bytes[at] = 0;
	}
	/* None of these had an effect: a ring, for one, is made once. */
	self->arg.size = command->size;
	EXPECT_EQ(0, call(self->fd, command->number, &self->arg));
}

TEST_F(command, memory)
{
	const struct command *command = &commands[variant->index];
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	char *last = pages + PAGE - command->size;

	ASSERT_NE(MAP_FAILED, pages);
	ASSERT_EQ(0, mprotect(pages + PAGE, PAGE, PROT_NONE));

	/* Longer than any structure may be. */
	memcpy(pages, &self->arg, command->size);
	*(uint32_t *)pages = UINT32_MAX;
	EXPECT_EQ(-E2BIG, call(self->fd, command->number, pages));
	/* The bytes that are not there cannot be read. */
	memcpy(last, &self->arg, command->size);
	*(uint32_t *)last = PAGE;
	EXPECT_EQ(-EFAULT, call(self->fd, command->number, last));

	EXPECT_EQ(-EFAULT, call(self->fd, command->number, NULL));
	EXPECT_EQ(-EFAULT, call(self->fd, command->number, pages + PAGE));
	EXPECT_EQ(-EFAULT, call(self->fd, command->number, (void *)-PAGE));
	/* The size can be read, and less than it says. */
	memcpy(last + 8, &self->arg, command->size - 8);
	EXPECT_EQ(-EFAULT, call(self->fd, command->number, last + 8));
	/* Up to the last byte, and not one more. */
	memcpy(last, &self->arg, command->size);
	EXPECT_EQ(0, call(self->fd, command->number, last));
}

TEST_F(command, cannot_be_written)
{
	const struct command *command = &commands[variant->index];
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	memcpy(page, &self->arg, command->size);
	ASSERT_EQ(0, mprotect(page, PAGE, PROT_READ));
	EXPECT_EQ(-EFAULT, call(self->fd, command->number, page));
}

TEST_F(command, flags_and_reserved)
{
	const struct command *command = &commands[variant->index];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(command->zero) && command->zero[i]; i++) {
		uint32_t *member = (uint32_t *)(self->arg.bytes + command->zero[i]);
		int bit;

		for (bit = 0; bit < 32; bit++) {
			/* Those of SNAPSHOT that are known. */
			if (command->number == IPCSHOW_IOC_SNAPSHOT && bit < 2)
				continue;
			*member = 1U << bit;
			EXPECT_EQ(-EINVAL, call(self->fd, command->number, &self->arg))
				TH_LOG("with bit %d of the member at %u", bit, command->zero[i]);
		}
		*member = 0;
	}
	EXPECT_EQ(0, call(self->fd, command->number, &self->arg));
}

TEST_F(command, other_numbers)
{
	const unsigned int number = commands[variant->index].number;

	/* The same with a direction or a size, and of another type. */
	EXPECT_EQ(-ENOTTY, call(self->fd, _IOC(_IOC_READ, IPCSHOW_IOC_TYPE, _IOC_NR(number), 0),
				&self->arg));
	EXPECT_EQ(-ENOTTY, call(self->fd, _IOC(_IOC_WRITE, IPCSHOW_IOC_TYPE, _IOC_NR(number),
					       commands[variant->index].size), &self->arg));
	EXPECT_EQ(-ENOTTY, call(self->fd, _IO(IPCSHOW_IOC_TYPE + 1, _IOC_NR(number)),
				&self->arg));
	EXPECT_EQ(0, call(self->fd, number, &self->arg));
}

TEST(unknown_commands)
{
	struct reader reader;
	char zero[256] = {};
	int number;

	ASSERT_READER(&reader, 0);
	for (number = 4; number < 256; number++) {
		EXPECT_EQ(-ENOTTY, call(reader.fd, _IO(IPCSHOW_IOC_TYPE, number), zero));
	}
	reader_close(&reader);
}

TEST(info)
{
	struct ipcshow_info info = { .size = sizeof(info) };
	struct reader reader;

	ASSERT_READER(&reader, 0);
	ASSERT_EQ(0, call(reader.fd, IPCSHOW_IOC_INFO, &info));
#ifdef __x86_64__
	EXPECT_EQ(62, info.machine);
#endif
	EXPECT_EQ(WHAT_ALL, info.what);
	EXPECT_EQ(RING_SMALL, info.ring_min);
	EXPECT_LE(info.ring_min, info.ring_max);
	EXPECT_EQ(sysconf(_SC_PAGESIZE), info.page_size);
	EXPECT_LE(1024, info.cuts_max);
	reader_close(&reader);
}

TEST(ring_sizes)
{
	static const uint64_t bad[] = {
		0, 1, 4096, RING_SMALL / 2, RING_SMALL - 1, RING_SMALL + 1, RING_SMALL + 4096,
		3 * RING_SMALL, 1ULL << 63, ~0ULL, ~0ULL << 12, 1ULL << 44,
	};
	struct ipcshow_ring arg;
	struct reader reader;
	size_t i;

	ASSERT_READER(&reader, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		arg = (struct ipcshow_ring){ .size = sizeof(arg), .ring_size = bad[i] };
		EXPECT_EQ(-EINVAL, call(reader.fd, IPCSHOW_IOC_RING, &arg))
			TH_LOG("with %#llx", (unsigned long long)bad[i]);
	}
	EXPECT_EQ(0, reader_make_ring(&reader, RING_SMALL));
	EXPECT_EQ(-EBUSY, reader_make_ring(&reader, RING_SMALL));
	EXPECT_EQ(-EBUSY, reader_make_ring(&reader, 2 * RING_SMALL));
	reader_close(&reader);
}

TEST(largest_ring)
{
	struct ipcshow_info info = { .size = sizeof(info) };
	struct reader reader;

	ASSERT_READER(&reader, 0);
	ASSERT_EQ(0, call(reader.fd, IPCSHOW_IOC_INFO, &info));
	/* A ring's positions have a page each: "largest" counts the data. */
	EXPECT_EQ(0, reader_make_ring(&reader, info.ring_max))
		TH_LOG("ring_max is %llu", info.ring_max);
	reader_close(&reader);
}

TEST(target_pids)
{
	static const uint32_t none[] = { 0, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xffffffff };
	struct ipcshow_target arg = { .size = sizeof(arg) };
	struct reader reader;
	size_t i;

	ASSERT_READER(&reader, 0);
	for (i = 0; i < ARRAY_SIZE(none); i++) {
		arg.pid = none[i];
		EXPECT_EQ(-ESRCH, call(reader.fd, IPCSHOW_IOC_TARGET, &arg))
			TH_LOG("with %#x", none[i]);
	}
	EXPECT_EQ(0, reader_target(&reader, getpid()));
	reader_close(&reader);
}

TEST(snapshot_comes_last)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = IPCSHOW_WHAT_TASK };
	struct reader reader;

	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-ENXIO, reader_call(&reader, &arg));
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-ENXIO, reader_call(&reader, &arg));
	ASSERT_EQ(0, reader_make_ring(&reader, RING_SMALL));
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&reader, &arg));
	reader_close(&reader);

	ASSERT_READER(&reader, RING_SMALL);
	EXPECT_EQ(-ENXIO, reader_call(&reader, &arg));
	EXPECT_EQ(-ENXIO, reader_continue(&reader));
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&reader, &arg));
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	reader_close(&reader);
}

FIXTURE(snapshot) {
	struct reader reader;
	struct ipcshow_snapshot arg;
};

FIXTURE_SETUP(snapshot)
{
	ASSERT_READER(&self->reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	self->arg = (struct ipcshow_snapshot){ .size = sizeof(self->arg), .what = WHAT_ALL };
}

FIXTURE_TEARDOWN(snapshot)
{
	reader_close(&self->reader);
}

TEST_F(snapshot, what)
{
	uint64_t what;

	self->arg.what = 0;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, &self->arg));
	for (what = IPCSHOW_WHAT_PAGES << 1; what; what <<= 1) {
		self->arg.what = what | IPCSHOW_WHAT_TASK;
		EXPECT_EQ(-EINVAL, reader_call(&self->reader, &self->arg));
	}
	/* Each set that is possible, with what may not be alone. */
	for (what = 1; what <= WHAT_ALL; what++) {
		bool alone = ((what & IPCSHOW_WHAT_REGS) && !(what & IPCSHOW_WHAT_THREADS)) ||
			     ((what & IPCSHOW_WHAT_PAGES) && !(what & IPCSHOW_WHAT_REGIONS));

		self->arg.what = what;
		EXPECT_EQ(alone ? -EINVAL : IPCSHOW_SNAPSHOT_DONE,
			  reader_call(&self->reader, &self->arg))
			TH_LOG("with what = %#llx", (unsigned long long)what);
		reader_drain(&self->reader, NULL);
	}
}

/* What was asked for comes, in the order promised, and nothing else. */
TEST_F(snapshot, order)
{
	static const uint64_t bits[] = {
		[IPCSHOW_REC_TASK] = IPCSHOW_WHAT_TASK, [IPCSHOW_REC_MM] = IPCSHOW_WHAT_MM,
		[IPCSHOW_REC_THREAD] = IPCSHOW_WHAT_THREADS, [IPCSHOW_REC_REGS] = IPCSHOW_WHAT_REGS,
		[IPCSHOW_REC_FILE] = IPCSHOW_WHAT_REGIONS,
		[IPCSHOW_REC_REGION] = IPCSHOW_WHAT_REGIONS,
		[IPCSHOW_REC_PAGES] = IPCSHOW_WHAT_PAGES, [IPCSHOW_REC_END] = WHAT_ALL,
	};
	const uint64_t behind = IPCSHOW_WHAT_REGS | IPCSHOW_WHAT_PAGES;
	uint64_t what;

	for (what = 1; what <= WHAT_ALL; what++) {
		const struct ipcshow_record *rec = NULL;
		struct snapshot snapshot = {};
		uint64_t seen = 0, former = 0;

		if (reader_snapshot(&self->reader, what, &snapshot))
			continue;
		snapshot_end(&snapshot);
		while ((rec = snapshot_next(&snapshot, rec))) {
			uint64_t bit = bits[rec->type];

			ASSERT_NE(0, what & bit)
				TH_LOG("type %u with what = %#llx", rec->type,
				       (unsigned long long)what);
			switch (bit) {
			case IPCSHOW_WHAT_REGS:
				ASSERT_EQ(IPCSHOW_WHAT_THREADS, former);
				break;
			case IPCSHOW_WHAT_PAGES:
				ASSERT_EQ(IPCSHOW_WHAT_REGIONS, former);
				break;
			default:
				/* Nothing that belongs behind it came before. */
				ASSERT_EQ(0, seen & ~behind & ~(bit | (bit - 1)));
			}
			seen |= bit;
			former = bit;
		}
		EXPECT_EQ(what, seen & what);
		snapshot_free(&snapshot);
	}
}

TEST_F(snapshot, range)
{
	struct ipcshow_snapshot *arg = &self->arg;

	arg->start = 0x2000;
	arg->end = 0x2000;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	arg->end = 0x1000;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	arg->end = 0x3000;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	arg->start = ~0ULL;
	arg->end = 0;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	arg->start = 0;
	arg->end = ~0ULL;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
}

TEST_F(snapshot, cuts)
{
	struct ipcshow_info info = { .size = sizeof(info) };
	struct ipcshow_snapshot *arg = &self->arg;
	__u64 *cuts;
	size_t i;

	ASSERT_EQ(0, call(self->reader.fd, IPCSHOW_IOC_INFO, &info));
	cuts = calloc(info.cuts_max + 1, sizeof(*cuts));
	ASSERT_NE(NULL, cuts);
	for (i = 0; i <= info.cuts_max; i++)
		cuts[i] = (i + 1) * PAGE;
	arg->cuts = (uintptr_t)cuts;

	/* As many as may be, and one more. */
	arg->nr_cuts = info.cuts_max;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	reader_drain(&self->reader, NULL);
	arg->nr_cuts = info.cuts_max + 1;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	arg->nr_cuts = UINT32_MAX;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));

	/* Not ascending, and not of whole pages; the last is looked at as well. */
	arg->nr_cuts = 8;
	cuts[7] = cuts[6];
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	cuts[7] = cuts[5];
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	cuts[7] = cuts[6] + 1;
	EXPECT_EQ(-EINVAL, reader_call(&self->reader, arg));
	cuts[7] = ~0ULL << 12;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	reader_drain(&self->reader, NULL);
	cuts[0] = 0;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&self->reader, arg));
	reader_drain(&self->reader, NULL);

	arg->cuts = PAGE;
	EXPECT_EQ(-EFAULT, reader_call(&self->reader, arg));
	arg->cuts = ~0ULL - PAGE + 1;
	EXPECT_EQ(-EFAULT, reader_call(&self->reader, arg));
	free(cuts);
}

TEST_F(snapshot, continued)
{
	static const size_t members[] = {
		offsetof(struct ipcshow_snapshot, what), offsetof(struct ipcshow_snapshot, start),
		offsetof(struct ipcshow_snapshot, end), offsetof(struct ipcshow_snapshot, cuts),
	};
	struct ipcshow_snapshot arg;
	struct reader reader;
	size_t i;

	/* One that is unfinished: the records of this process do not fit. */
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	for (i = 0; i < 400; i++) {
		ASSERT_NE(MAP_FAILED, mmap(NULL, PAGE, i & 1 ? PROT_READ : PROT_NONE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	}
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &self->arg));

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		arg = (struct ipcshow_snapshot){ .size = sizeof(arg) };
		arg.flags = IPCSHOW_SNAPSHOT_F_CONTINUE;
		*(__u64 *)((char *)&arg + members[i]) = 1;
		EXPECT_EQ(-EINVAL, reader_call(&reader, &arg))
			TH_LOG("with the member at %zu", members[i]);
	}
	arg = (struct ipcshow_snapshot){ .size = sizeof(arg), .nr_cuts = 1 };
	arg.flags = IPCSHOW_SNAPSHOT_F_CONTINUE;
	EXPECT_EQ(-EINVAL, reader_call(&reader, &arg));
	arg = (struct ipcshow_snapshot){ .size = sizeof(arg) };
	arg.flags = IPCSHOW_SNAPSHOT_F_CONTINUE | 1U << 31;
	EXPECT_EQ(-EINVAL, reader_call(&reader, &arg));

	/* The errors did no harm to it; neither does a target that is refused. */
	EXPECT_EQ(-ESRCH, reader_target(&reader, 0x7ffffffe));
	reader_drain(&reader, NULL);
	EXPECT_LT(0, reader_continue(&reader));

	/* A target that is not ends it. */
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &self->arg));
	EXPECT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	reader_close(&reader);
}

TEST(other_calls)
{
	struct reader reader;
	char byte;

	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-1, read(reader.fd, &byte, 1));
	EXPECT_EQ(-1, write(reader.fd, "x", 1));
	EXPECT_EQ(-1, lseek(reader.fd, 0, SEEK_END));
	reader_close(&reader);

	/* The form of the ioctl tells what it may do, not how the file was opened. */
	reader.fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, reader.fd);
	EXPECT_EQ(0, reader_make_ring(&reader, RING_SMALL));
	EXPECT_EQ(0, reader_target(&reader, getpid()));
	close(reader.fd);
}

TEST_MAIN
