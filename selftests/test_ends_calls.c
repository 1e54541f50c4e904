// SPDX-License-Identifier: GPL-2.0
/* Shared rings: arguments of the calls that make them, and of those of their ends. */
#include <dirent.h>
#include <sys/resource.h>

#include "ends.h"

FIXTURE(each_end) {
	struct ends ends;
};

FIXTURE_VARIANT(each_end) {
	int role;
};

FIXTURE_VARIANT_ADD(each_end, producer) { PRODUCER };
FIXTURE_VARIANT_ADD(each_end, consumer) { CONSUMER };
FIXTURE_VARIANT_ADD(each_end, observer) { OBSERVER };

FIXTURE_SETUP(each_end)
{
	ASSERT_EQ(0, ends_make(&self->ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER));
}

FIXTURE_TEARDOWN(each_end)
{
	ends_close(&self->ends);
}

static unsigned int open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned int nr = 0;

	while (directory && readdir(directory))
		nr++;
	closedir(directory);
	return nr;
}

TEST_F(each_end, commands)
{
	const int fd = self->ends.fd[variant->role];
	const bool observes = variant->role == OBSERVER;
	struct ipcshow_wait wait = { .size = sizeof(wait) };
	char zero[256] = {};
	int number;

	for (number = 0; number < 256; number++) {
		if (number < 0x40 || number > 0x42) {
			EXPECT_EQ(-1, ioctl(fd, _IO(IPCSHOW_IOC_TYPE, number), zero));
			EXPECT_EQ(ENOTTY, errno);
		}
	}
	EXPECT_EQ(observes ? -ENOTTY : -ETIMEDOUT, end_wait(fd, 0));
	EXPECT_EQ(observes ? -ENOTTY : 0, end_wake(fd));
	EXPECT_EQ(-1, ioctl(fd, IPCSHOW_IOC_WAKE, zero));
	EXPECT_EQ(observes ? ENOTTY : EINVAL, errno);
	EXPECT_EQ(-1, ioctl(fd, _IOC(_IOC_WRITE, IPCSHOW_IOC_TYPE, 0x40, sizeof(wait)), &wait));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, read(fd, zero, 1));
	EXPECT_EQ(-1, write(fd, zero, 1));
	EXPECT_EQ(-1, lseek(fd, 0, SEEK_END));
	EXPECT_EQ(-1, ftruncate(fd, PAGE));
	snprintf(zero, sizeof(zero), "/proc/self/fd/%d", fd);
	EXPECT_EQ(-1, open(zero, O_RDWR | O_CLOEXEC));
}

/* Both have an argument, by the rules that all have. */
TEST_F(each_end, arguments)
{
	static const struct {
		unsigned long number;
		uint32_t size;
		int result;
	} commands[] = {
		{ IPCSHOW_IOC_END_INFO, sizeof(struct ipcshow_end_info), 0 },
		{ IPCSHOW_IOC_WAIT, sizeof(struct ipcshow_wait), ETIMEDOUT },
	};
	const int fd = self->ends.fd[variant->role];
	uint32_t words[64], size;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].number == IPCSHOW_IOC_WAIT && variant->role == OBSERVER)
			break;
		memset(words, 0, sizeof(words));
		for (size = 0; size < commands[i].size; size++) {
			words[0] = size;
			EXPECT_EQ(-1, ioctl(fd, commands[i].number, words));
			EXPECT_EQ(EINVAL, errno);
		}
		words[0] = sizeof(words);
		errno = 0;
		EXPECT_EQ(commands[i].result ? -1 : 0, ioctl(fd, commands[i].number, words));
		EXPECT_EQ(commands[i].result, errno);
		words[63] = 1;
		EXPECT_EQ(-1, ioctl(fd, commands[i].number, words));
		EXPECT_EQ(E2BIG, errno);
		words[0] = UINT32_MAX;
		EXPECT_EQ(-1, ioctl(fd, commands[i].number, words));
		EXPECT_EQ(E2BIG, errno);
		EXPECT_EQ(-1, ioctl(fd, commands[i].number, NULL));
		EXPECT_EQ(EFAULT, errno);
		EXPECT_EQ(-1, ioctl(fd, commands[i].number, (void *)-PAGE));
		EXPECT_EQ(EFAULT, errno);
	}
}

TEST(flags_of_wait)
{
	struct ipcshow_wait wait = { .size = sizeof(wait) };
	struct ends ends;
	int bit;

	ASSERT_EQ(0, ends_make(&ends, RING_SMALL, 0));
	for (bit = 0; bit < 32; bit++) {
		wait.flags = 1U << bit;
		EXPECT_EQ(-1, ioctl(ends.fd[CONSUMER], IPCSHOW_IOC_WAIT, &wait));
		EXPECT_EQ(EINVAL, errno);
	}
	ends_close(&ends);
}

TEST(sizes)
{
	static const uint64_t bad[] = {
		0, 1, 4096, RING_SMALL / 2, RING_SMALL - 1, RING_SMALL + 4096, 3 * RING_SMALL,
		1ULL << 63, ~0ULL, ~0ULL << 12, 1ULL << 44,
	};
	const unsigned int files = open_files();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, try_shared(bad[i]))
			TH_LOG("with %#llx", (unsigned long long)bad[i]);
	}
	EXPECT_EQ(-EDQUOT, try_shared(1ULL << 30));
	EXPECT_EQ(0, try_shared(1 << 20));
	EXPECT_EQ(files, open_files());
}

/* A caller that cannot be told of its descriptors has none, and pays nothing. */
TEST(cannot_be_told)
{
	struct ipcshow_shared_ring *arg = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int files, i;
	struct reader reader;

	if (geteuid())
		SKIP(return, "only root may set the limits");
	ASSERT_NE(MAP_FAILED, arg);
	ASSERT_READER(&reader, 0);
	files = open_files();
	ASSERT_TRUE(room_for(RING_SMALL));
	*arg = (struct ipcshow_shared_ring){
		.size = sizeof(*arg), .ring_size = RING_SMALL,
		.flags = IPCSHOW_SHARED_RING_F_OBSERVER,
	};
	ASSERT_EQ(0, mprotect(arg, PAGE, PROT_READ));
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(-1, ioctl(reader.fd, IPCSHOW_IOC_SHARED_RING, arg));
		EXPECT_EQ(EFAULT, errno);
	}
	EXPECT_EQ(files, open_files());
	EXPECT_EQ(0, try_shared(RING_SMALL));
	EXPECT_TRUE(room_for(0));
	reader_close(&reader);
}

TEST(no_descriptors)
{
	struct rlimit limit, few;
	unsigned int files = open_files(), i;
	struct reader reader;
	int first;

	if (geteuid())
		SKIP(return, "only root may set the limits");
	ASSERT_READER(&reader, 0);
	ASSERT_TRUE(room_for(RING_SMALL));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	first = dup(reader.fd);
	close(first);
	for (i = 0; i < 3; i++) {
		struct ipcshow_shared_ring arg = {
			.size = sizeof(arg), .ring_size = RING_SMALL,
			.flags = IPCSHOW_SHARED_RING_F_OBSERVER,
		};

		few = (struct rlimit){ first + i, limit.rlim_max };
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &few));
		EXPECT_EQ(-1, ioctl(reader.fd, IPCSHOW_IOC_SHARED_RING, &arg));
		EXPECT_EQ(EMFILE, errno);
		EXPECT_EQ(0, arg.producer);
	}
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	reader_close(&reader);
	EXPECT_EQ(files, open_files());
	EXPECT_EQ(0, try_shared(RING_SMALL));
	EXPECT_TRUE(room_for(0));
}

TEST_MAIN
