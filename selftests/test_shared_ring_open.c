// SPDX-License-Identifier: GPL-2.0
/* The rings of libipcshow: opening them, and what that leaves. */
#include <dirent.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "shared_ring.h"

static size_t entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t nr = 0;

	while (dir && readdir(dir))
		nr++;
	if (dir)
		closedir(dir);
	return nr;
}

static size_t mappings(void)
{
	struct maps maps;
	size_t i, nr = 0;

	proc_maps(getpid(), &maps);
	for (i = 0; i < maps.nr; i++)
		nr += strstr(maps.vma[i].path, "ipcshow") != NULL;
	proc_free(&maps);
	return nr;
}

static void handler(int signal)
{
}

static int try_open(struct ipcshow_ring_options producer, struct ipcshow_ring_options consumer)
{
	struct ring_pair pair;
	int ret = ring_pair_open(&pair, &producer, &consumer);

	if (!ret)
		ring_pair_close(&pair);
	return ret;
}

TEST(options)
{
	const struct ipcshow_ring_options ok = OPTIONS(.timeout_ns = 10 * SECOND);
	const size_t fds = entries("/proc/self/fd"), maps = mappings();
	static const __u64 bad_sizes[] = {
		1, 4096, 8192, 16383, 16385, 3 << 14, 1ULL << 62, 1ULL << 63, UINT64_MAX,
	};
	__u64 size;
	size_t i;

	for (size = RING_SIZE_MIN; size <= 16 << 20; size *= 2)
		EXPECT_EQ(0, try_open(OPTIONS(.ring_size = size), ok));
	for (i = 0; i < ARRAY_SIZE(bad_sizes); i++)
		EXPECT_EQ(-EINVAL, try_open(OPTIONS(.ring_size = bad_sizes[i]), ok));
	EXPECT_EQ(-EINVAL, try_open((struct ipcshow_ring_options){ 0 }, ok));
	EXPECT_EQ(-EINVAL, try_open((struct ipcshow_ring_options){ .size = 25 }, ok));
	EXPECT_EQ(-EINVAL, try_open(OPTIONS(.flags = IPCSHOW_RING_LATENCY), ok));
	EXPECT_EQ(-EINVAL, try_open(OPTIONS(.flags = IPCSHOW_RING_STREAM), ok));
	EXPECT_EQ(-EINVAL, try_open(OPTIONS(.flags = 1U << 31), ok));
	EXPECT_EQ(-EINVAL, try_open(OPTIONS(.flags = IPCSHOW_RING_HUGE | IPCSHOW_RING_MODULE), ok));
	EXPECT_EQ(0, try_open(OPTIONS(.flags = IPCSHOW_RING_NO_SPIN), ok));

	/* Who gave an option that is none does not answer. */
	EXPECT_EQ(-EPIPE, try_open(ok, OPTIONS(.flags = IPCSHOW_RING_OVERWRITE)));
	EXPECT_EQ(-EPIPE, try_open(ok, OPTIONS(.flags = IPCSHOW_RING_LATENCY | IPCSHOW_RING_STREAM)));
	EXPECT_EQ(0, try_open(ok, OPTIONS(.flags = IPCSHOW_RING_LATENCY | IPCSHOW_RING_NO_SPIN)));
	EXPECT_EQ(0, try_open(ok, OPTIONS(.flags = IPCSHOW_RING_STREAM)));
	EXPECT_EQ(0, try_open(ok, OPTIONS(.ring_size = 256 << 10)));
	EXPECT_EQ(-EPIPE, try_open(ok, OPTIONS(.ring_size = (256 << 10) - 1)));

	EXPECT_EQ(fds, entries("/proc/self/fd"));
	EXPECT_EQ(maps, mappings());
}

TEST(huge_pages)
{
	struct ipcshow_ring_options options = OPTIONS(.flags = IPCSHOW_RING_HUGE,
						      .ring_size = 2 << 20);
	const size_t fds = entries("/proc/self/fd");
	const long long had = proc_number("/proc/sys/vm/nr_hugepages");
	struct ring_pair pair;
	size_t i;
	int ret;

	if (had < 4)
		proc_write("/proc/sys/vm/nr_hugepages", "4");
	ret = ring_pair_open(&pair, &options, NULL);
	if (!ret) {
		for (i = 0; i < 1000000; i++) {
			ASSERT_EQ(0, put_number(pair.producer, i));
			ASSERT_EQ(i, take_number(pair.consumer));
		}
		ring_pair_close(&pair);
	}
	if (had < 4)
		proc_write("/proc/sys/vm/nr_hugepages", "0");
	EXPECT_EQ(fds, entries("/proc/self/fd"));
	if (ret == -ENOMEM)
		SKIP(return, "no huge pages");
	EXPECT_EQ(0, ret);
	options.ring_size = 1 << 20;
	EXPECT_NE(0, ring_pair_open(&pair, &options, NULL));
}

/* The kernel kills who makes a file that is too large. */
TEST(larger_than_files_may_be)
{
	const struct ipcshow_ring_options ok = OPTIONS(.timeout_ns = 10 * SECOND);
	const size_t fds = entries("/proc/self/fd"), maps = mappings();
	struct rlimit limit, before;

	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &before));
	limit = before;
	limit.rlim_cur = 2 * RING_SIZE_MIN;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_EQ(0, try_open(OPTIONS(.ring_size = RING_SIZE_MIN), ok));
	EXPECT_EQ(-EFBIG, try_open(OPTIONS(.ring_size = 4 * RING_SIZE_MIN), ok));
	limit.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_EQ(-EFBIG, try_open(OPTIONS(.ring_size = RING_SIZE_MIN), ok));
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &before));
	EXPECT_EQ(fds, entries("/proc/self/fd"));
	EXPECT_EQ(maps, mappings());
}

TEST(nobody_answers)
{
	struct ipcshow_ring_options options = OPTIONS(.timeout_ns = 50 * MS);
	const size_t fds = entries("/proc/self/fd"), maps = mappings();
	struct ipcshow_producer *producer;
	struct ipcshow_consumer *consumer;
	int socks[2], pipes[2];

	ring_sockets(socks);
	EXPECT_EQ(-ETIMEDOUT, ipcshow_producer_open(&producer, socks[0], &options));
	EXPECT_EQ(-EPROTO, ipcshow_producer_open(&producer, dup(STDERR_FILENO), &options));
	close(socks[1]);
	ring_sockets(socks);
	EXPECT_EQ(-ETIMEDOUT, ipcshow_consumer_open(&consumer, socks[0], &options));
	close(socks[1]);
	ring_sockets(socks);
	close(socks[1]);
	EXPECT_EQ(-EPIPE, ipcshow_producer_open(&producer, socks[0], &options));
	ring_sockets(socks);
	close(socks[1]);
	EXPECT_EQ(-EPIPE, ipcshow_consumer_open(&consumer, socks[0], &options));
	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ(-EPROTO, ipcshow_producer_open(&producer, pipes[1], &options));
	EXPECT_NE(0, ipcshow_consumer_open(&consumer, pipes[0], &options));
	EXPECT_NE(0, ipcshow_producer_open(&producer, -1, &options));
	EXPECT_NE(0, ipcshow_consumer_open(&consumer, -1, &options));
	/* Two of a kind. */
	ring_sockets(socks);
	ASSERT_EQ(fds + 2, entries("/proc/self/fd"));
	EXPECT_EQ(-ETIMEDOUT, ipcshow_producer_open(&producer, socks[0], &options));
	EXPECT_NE(0, ipcshow_producer_open(&producer, socks[1], &options));
	EXPECT_EQ(fds, entries("/proc/self/fd"));
	EXPECT_EQ(maps, mappings());
}

TEST(no_module)
{
	struct ipcshow_ring_options options = OPTIONS(.flags = IPCSHOW_RING_MODULE);
	struct ring_pair pair;

	if (ring_has_module())
		SKIP(return, "the module is there");
	EXPECT_EQ(-ENOENT, ring_pair_open(&pair, &options, NULL));
}

/* Also with signals all the time, which allocation and hellos may be interrupted by. */
TEST_F(shared_ring, opens_many_times)
{
	const struct itimerval often = { .it_interval.tv_usec = 300, .it_value.tv_usec = 300 };
	const struct itimerval never = { 0 };
	const size_t fds = entries("/proc/self/fd"), maps = mappings();
	struct ipcshow_ring_options options = OPTIONS(.flags = variant->backing,
						      .ring_size = 1 << 20);
	struct ring_pair pair;
	int i;

	signal(SIGALRM, handler);
	setitimer(ITIMER_REAL, &often, NULL);
	for (i = 0; i < 100; i++) {
		if (ring_pair_open(&pair, &options, NULL))
			break;
		ring_pair_close(&pair);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	EXPECT_EQ(100, i);
	EXPECT_EQ(fds, entries("/proc/self/fd"));
	EXPECT_EQ(maps, mappings());
}

/* What an end has is nothing that a program that it executes should have. */
TEST_F(shared_ring, closes_on_exec)
{
	const int fds[] = { ipcshow_consumer_fd(self->consumer), ipcshow_producer_fd(self->producer) };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++)
		EXPECT_EQ(FD_CLOEXEC, fcntl(fds[i], F_GETFD));
}

/* Each side's memory is its own to write. */
TEST_F(shared_ring, writes_what_is_its_own)
{
	void *const foreign[] = {
		(void *)self->producer->theirs, (void *)self->consumer->theirs,
		(void *)self->consumer->data,
	};
	const int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(foreign); i++) {
		EXPECT_EQ(-1, mprotect(foreign[i], 4096, PROT_READ | PROT_WRITE));
		EXPECT_EQ(EACCES, errno);
		EXPECT_EQ(-1, pwrite(mem, "\1", 1, (uintptr_t)foreign[i]));
	}
	close(mem);
	/* Both laps are the same memory. */
	self->producer->data[RING_SIZE_MIN - 1] = 77;
	EXPECT_EQ(77, self->producer->data[2 * RING_SIZE_MIN - 1]);
	EXPECT_EQ(77, self->consumer->data[RING_SIZE_MIN - 1]);
	EXPECT_EQ(77, self->consumer->data[2 * RING_SIZE_MIN - 1]);
}

TEST_MAIN
