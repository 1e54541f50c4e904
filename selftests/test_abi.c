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
	/* Members that must be zero, or are flags: 4 bytes each, flags first. */
	uint32_t zero[4];
	uint32_t known_flags;
} commands[] = {
	{ "INFO", IPCSHOW_IOC_INFO, sizeof(struct ipcshow_info), {}, 0 },
	{ "RING", IPCSHOW_IOC_RING, sizeof(struct ipcshow_ring),
	  { offsetof(struct ipcshow_ring, flags) }, 0 },
	{ "TARGET", IPCSHOW_IOC_TARGET, sizeof(struct ipcshow_target),
	  { offsetof(struct ipcshow_target, flags), offsetof(struct ipcshow_target, index) },
	  IPCSHOW_TARGET_F_ADD },
	{ "SNAPSHOT", IPCSHOW_IOC_SNAPSHOT, sizeof(struct ipcshow_snapshot),
	  { offsetof(struct ipcshow_snapshot, flags),
	    offsetof(struct ipcshow_snapshot, reserved) },
	  IPCSHOW_SNAPSHOT_F_CONTINUE | IPCSHOW_SNAPSHOT_F_INTERRUPT |
	  IPCSHOW_SNAPSHOT_F_NO_FILES },
	{ "COMPARE", IPCSHOW_IOC_COMPARE, sizeof(struct ipcshow_compare),
	  { offsetof(struct ipcshow_compare, flags) },
	  IPCSHOW_COMPARE_F_CONTINUE | IPCSHOW_COMPARE_F_RUNS },
	{ "SHARED_RING", IPCSHOW_IOC_SHARED_RING, sizeof(struct ipcshow_shared_ring),
	  { offsetof(struct ipcshow_shared_ring, flags),
	    offsetof(struct ipcshow_shared_ring, reserved) },
	  IPCSHOW_SHARED_RING_F_OVERWRITE | IPCSHOW_SHARED_RING_F_OBSERVER },
};

static char own_page[4096] __attribute__((aligned(4096)));

union argument {
	struct ipcshow_info info;
	struct ipcshow_ring ring;
	struct ipcshow_target target;
	struct ipcshow_snapshot snapshot;
	struct ipcshow_compare compare;
	struct ipcshow_shared_ring shared_ring;
	char bytes[256];
	uint32_t size;
};

/* A file on which that command succeeds. */
static int setup(const struct command *command, union argument *arg)
{
	static struct ipcshow_site site;
	struct reader reader;

	memset(arg, 0, sizeof(*arg));
	arg->size = command->size;
	if (reader_open(&reader, 0))
		return -1;
	switch (command->number) {
	case IPCSHOW_IOC_RING:
		arg->ring.ring_size = RING_SMALL;
		break;
	case IPCSHOW_IOC_SHARED_RING:
		arg->shared_ring.ring_size = RING_SMALL;
		break;
	case IPCSHOW_IOC_TARGET:
		arg->target.pid = getpid();
		break;
	case IPCSHOW_IOC_SNAPSHOT:
		arg->snapshot.what = IPCSHOW_WHAT_TASK;
		if (reader_make_ring(&reader, RING_SMALL) || reader_target(&reader, getpid()))
			return -1;
		break;
	case IPCSHOW_IOC_COMPARE:
		site = (struct ipcshow_site){ .start = (uintptr_t)own_page, .bytes = sizeof(own_page) };
		arg->compare.sites = (uintptr_t)&site;
		arg->compare.nr_sites = 1;
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
FIXTURE_VARIANT_ADD(command, compare) { 4 };
FIXTURE_VARIANT_ADD(command, shared_ring) { 5 };

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

/* One of them has grown since. */
static uint32_t first_size(const struct command *command)
{
	return command->number == IPCSHOW_IOC_INFO ? offsetof(struct ipcshow_info, compare_flags) :
						     command->size;
}

TEST_F(command, size)
{
	const struct command *command = &commands[variant->index];
	const uint32_t least = first_size(command);
	uint32_t size;

	for (size = 0; size < least; size++) {
		self->arg.size = size;
		EXPECT_EQ(-EINVAL, call(self->fd, command->number, &self->arg))
			TH_LOG("with size %u", size);
	}

	/* As who was built for an older module calls: what is behind it is not written to. */
	for (size = least; size < command->size; size++) {
		self->arg.size = size;
		self->arg.bytes[size] = 'x';
		EXPECT_EQ(0, call(self->fd, command->number, &self->arg));
		EXPECT_EQ('x', self->arg.bytes[size]);
		memset(self->arg.bytes + least, 0, command->size - least);
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
			if (i == 0 && command->known_flags & 1U << bit)
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
	for (number = 6; number < 256; number++) {
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
	EXPECT_EQ(WHAT_ALL | IPCSHOW_WHAT_SHARED, info.what);
	EXPECT_EQ(RING_SMALL, info.ring_min);
	EXPECT_LE(info.ring_min, info.ring_max);
	EXPECT_EQ(sysconf(_SC_PAGESIZE), info.page_size);
	EXPECT_LE(1024, info.cuts_max);
	EXPECT_LE(1024, info.targets_max);
	EXPECT_LE(1024, info.sites_max);
	EXPECT_EQ(IPCSHOW_COMPARE_F_CONTINUE | IPCSHOW_COMPARE_F_RUNS, info.compare_flags);
	EXPECT_EQ(0, info.reserved);
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
