// SPDX-License-Identifier: GPL-2.0
/*
 * Ends that meet somebody who is no end: what comes over the socket is garbage, or memory that
 * is not safe to map. Built with the sanitizers. Nothing of it may stay open or mapped.
 */
#include <dirent.h>
#include <linux/memfd.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hello.h"
#include "ring_pair.h"
#include "test.h"

#define OPTIONS(...)	((struct ipcshow_ring_options){				\
				.size = sizeof(struct ipcshow_ring_options), __VA_ARGS__ })
#define SEALS		(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)
#define DATA		(64UL << 10)
#define HUGE_PAGES	"/proc/sys/vm/nr_hugepages"

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:exitcode=99";
}

/* ---- what may be handed over ---- */

enum kind {
	GOOD,
	/* As they should be, but for one thing. */
	UNSEALED, NO_SHRINK, NO_GROW, NO_FUTURE_WRITE, NO_SEAL, SHORT, LONG, EMPTY, SPARSE, HOLE,
	BEYOND_END, HUGE_HOLE,
	/* Nothing like it. */
	PIPE, SOCKET, EPOLL, EVENTFD, DEV_ZERO, DIRECTORY, FILE_ON_DISK, PATH_ONLY, MEM,
	DEVICE_FILE, SNAPSHOT_RING, NOTHING,
	NR_KINDS
};

static int memfd(enum kind kind, size_t size)
{
	const unsigned int huge = kind == HUGE_HOLE ? MFD_HUGETLB | MFD_HUGE_2MB : 0;
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING | huge);
	unsigned int seals = SEALS;
	void *map;

	if (kind == SHORT)
		size -= PAGE;
	if (kind == LONG)
		size += PAGE;
	if (kind == EMPTY)
		size = 0;
	if (kind == UNSEALED)
		seals = 0;
	if (kind >= NO_SHRINK && kind <= NO_SEAL)
		seals &= ~(kind == NO_SHRINK ? F_SEAL_SHRINK : kind == NO_GROW ? F_SEAL_GROW :
			   kind == NO_SEAL ? F_SEAL_SEAL : F_SEAL_FUTURE_WRITE);
	if (ftruncate(fd, size) && kind != HUGE_HOLE)
		_exit(1);
	if (size && kind != SPARSE && kind != HUGE_HOLE) {
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		memset(map, 1, kind == HOLE || kind == BEYOND_END ? size - PAGE : size);
		munmap(map, size);
	}
	/* As many blocks as there should be, and one of them where it is of no use. */
	if (kind == BEYOND_END && fallocate(fd, FALLOC_FL_KEEP_SIZE, size, 4 * PAGE))
		_exit(1);
	fcntl(fd, F_ADD_SEALS, seals);
	return fd;
}

static int first_of_two(int *fds)
{
	close(fds[1]);
	return fds[0];
}

/* -1: none, or there can be none here. */
static int make(enum kind kind, size_t size)
{
	struct reader reader;
	int fds[2];

	switch (kind) {
	case PIPE:
		return pipe(fds) ? -1 : first_of_two(fds);
	case SOCKET:
		ring_sockets(fds);
		return first_of_two(fds);
	case EPOLL:
		return epoll_create1(0);
	case EVENTFD:
		return eventfd(0, 0);
	case DEV_ZERO:
		return open("/dev/zero", O_RDWR);
	case DIRECTORY:
		return open("/", O_RDONLY);
	case FILE_ON_DISK:
		return open("/proc/self/exe", O_RDONLY);
	case PATH_ONLY:
		return open("/proc/self/exe", O_PATH);
	case MEM:
		return open("/proc/self/mem", O_RDWR);
	case DEVICE_FILE:
		return open(DEVICE, O_RDWR);
	case SNAPSHOT_RING:
		if (reader_open(&reader, RING_SMALL))
			return -1;
		reader_unmap(&reader);
		return reader.fd;
	case NOTHING:
		return -1;
	default:
		return memfd(kind, size);
	}
}

/* ---- who hands it over ---- */

static const struct ring_hello good_producer = {
	.role = RING_HELLO_PRODUCER, .ring_size = DATA, .page_size = PAGE,
};

static const struct ring_hello good_consumer = { .role = RING_HELLO_CONSUMER };

/* Some bytes and descriptors. */
static void say(int sock, const void *bytes, size_t size, const int *fds, size_t nr)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(253 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)bytes, size };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nr) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(nr * sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(nr * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, nr * sizeof(int));
	}
	sendmsg(sock, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* What the library says to who is at the other end of @sock; it closes this one. */
static int meet(bool as_consumer, int sock, __s64 timeout_ns)
{
	struct ipcshow_ring_options options = OPTIONS(.timeout_ns = timeout_ns);
	struct ipcshow_producer *producer = NULL;
	struct ipcshow_consumer *consumer = NULL;
	int ret;

	if (as_consumer) {
		ret = ipcshow_consumer_open(&consumer, sock, &options);
		ipcshow_consumer_close(consumer);
	} else {
		options.ring_size = DATA;
		ret = ipcshow_producer_open(&producer, sock, &options);
		ipcshow_producer_close(producer);
	}
	return ret;
}

/* As meet(), of somebody who says this, and then keeps quiet. */
static int meet_who_says(bool as_consumer, const void *bytes, size_t size, const int *fds,
			 size_t nr)
{
	int socks[2], ret;

	ring_sockets(socks);
	/* sendmsg() takes no descriptor that is none. */
	while (nr && fds[nr - 1] < 0)
		nr--;
	if (nr && fds[0] < 0)
		nr = 0;
	say(socks[0], bytes, size, fds, nr);
	ret = meet(as_consumer, socks[1], 30 * MS);
	close(socks[0]);
	return ret;
}

static int offer(bool as_consumer, enum kind side, enum kind data)
{
	int fds[2] = { make(side, PAGE), make(data, DATA) };
	const void *hello = as_consumer ? (void *)&good_producer : (void *)&good_consumer;
	int ret;

	ret = meet_who_says(as_consumer, hello, sizeof(struct ring_hello), fds,
			    as_consumer ? 2 : 1);
	close(fds[0]);
	close(fds[1]);
	return ret;
}

/* ---- nothing stays ---- */

FIXTURE(hello) {
	size_t fds;
	size_t maps;
};

static size_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

/* What is mapped from files of rings, and ours. */
static size_t mapped(void)
{
	struct maps maps;
	size_t i, nr = 0;

	proc_maps(getpid(), &maps);
	for (i = 0; i < maps.nr; i++)
		nr += strstr(maps.vma[i].path, "memfd:") || strstr(maps.vma[i].path, "ipcshow");
	proc_free(&maps);
	return nr;
}

FIXTURE_SETUP(hello)
{
	self->fds = open_fds();
	self->maps = mapped();
}

FIXTURE_TEARDOWN(hello)
{
	EXPECT_EQ(self->fds, open_fds());
	EXPECT_EQ(self->maps, mapped());
}

TEST_F(hello, offers)
{
	const long long had = proc_number(HUGE_PAGES);
	bool huge;
	int kind;

	if (!had)
		proc_write(HUGE_PAGES, "4");
	huge = proc_number(HUGE_PAGES) > 0;

	EXPECT_EQ(0, offer(true, GOOD, GOOD));
	EXPECT_EQ(0, offer(false, GOOD, GOOD));
	for (kind = GOOD + 1; kind < NR_KINDS; kind++) {
		if (kind == HUGE_HOLE && !huge)
			continue;
		EXPECT_EQ(-EPROTO, offer(true, kind, GOOD)) TH_LOG("kind %d as page", kind);
		EXPECT_EQ(-EPROTO, offer(true, GOOD, kind)) TH_LOG("kind %d as data", kind);
		EXPECT_EQ(-EPROTO, offer(false, kind, GOOD)) TH_LOG("kind %d as page", kind);
	}
	if (!had)
		proc_write(HUGE_PAGES, "0");
}

/* Says that it is the module's, and is not. */
TEST_F(hello, not_the_modules)
{
	struct ring_hello hello = good_producer;
	int kind, fds[2];

	hello.flags = RING_HELLO_F_MODULE;
	for (kind = GOOD; kind < NR_KINDS; kind++) {
		fds[0] = make(kind, DATA * 2 + 2 * PAGE);
		fds[1] = fds[0];
		/* What is the module's is told by its own mmap(). */
		EXPECT_GT(0, meet_who_says(true, &hello, sizeof(hello), fds, 1))
			TH_LOG("kind %d", kind);
		EXPECT_GT(0, meet_who_says(true, &hello, sizeof(hello), fds, 2))
			TH_LOG("kind %d", kind);
		close(fds[0]);
	}
}

static int lie(size_t offset, uint64_t value, size_t size)
{
	int fds[2] = { make(GOOD, PAGE), make(GOOD, DATA) }, ret;
	struct ring_hello hello = good_producer;

	memcpy((char *)&hello + offset, &value, size);
	ret = meet_who_says(true, &hello, sizeof(hello), fds, 2);
	close(fds[0]);
	close(fds[1]);
	return ret;
}

TEST_F(hello, lies)
{
	static const uint64_t sizes[] = {
		0, 1, 8, PAGE - 1, PAGE + 8, DATA - 1, DATA + 1, 3 * DATA, DATA / 2, 2 * DATA,
		1ULL << 31, 1ULL << 62, 1ULL << 63, UINT64_MAX,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT_EQ(-EPROTO, lie(offsetof(struct ring_hello, ring_size), sizes[i], 8))
			TH_LOG("%#llx bytes", (unsigned long long)sizes[i]);
	for (i = 33; i < 62; i++)
		EXPECT_EQ(-EFBIG, lie(offsetof(struct ring_hello, ring_size), 1ULL << i, 8));
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT_EQ(-EPROTO, lie(offsetof(struct ring_hello, page_size), sizes[i], 8));
	EXPECT_EQ(-EPROTO, lie(offsetof(struct ring_hello, role), 0, 4));
	EXPECT_EQ(-EPROTO, lie(offsetof(struct ring_hello, role), RING_HELLO_CONSUMER, 4));
	EXPECT_EQ(-EPROTO, lie(offsetof(struct ring_hello, role), RING_HELLO_PRODUCER ^ 1, 4));
}

/* One memfd for all: strange, but its own loss. */
TEST_F(hello, all_in_one)
{
	struct ring_hello hello = good_producer;
	int fds[2] = { make(GOOD, PAGE), make(GOOD, PAGE) };

	hello.ring_size = PAGE;
	EXPECT_EQ(0, meet_who_says(true, &hello, sizeof(hello), fds, 2));
	close(fds[1]);
	fds[1] = fds[0];
	EXPECT_EQ(0, meet_who_says(true, &hello, sizeof(hello), fds, 2));
	close(fds[0]);
}

TEST_F(hello, cut_off)
{
	int socks[2], fds[2] = { make(GOOD, PAGE), make(GOOD, DATA) };
	size_t size;
	bool as_consumer;
	int end;

	for (end = 0; end < 2; end++) {
		as_consumer = end;
		for (size = 0; size < sizeof(good_producer); size += 7) {
			const void *hello = end ? (void *)&good_producer : (void *)&good_consumer;

			if (size % 21 == 0)
				EXPECT_EQ(-ETIMEDOUT, meet_who_says(as_consumer, hello, size, fds, 2));
			ring_sockets(socks);
			say(socks[0], hello, size, fds, 2);
			shutdown(socks[0], SHUT_WR);
			EXPECT_EQ(-EPIPE, meet(as_consumer, socks[1], SECOND));
			close(socks[0]);
		}
	}
	close(fds[0]);
	close(fds[1]);
}

TEST_F(hello, many_descriptors)
{
	int socks[2], fds[300], i, end;

	for (i = 0; i < 300; i++)
		fds[i] = make(GOOD, i % 2 ? DATA : PAGE);
	for (end = 0; end < 2; end++) {
		const char *hello = end ? (void *)&good_producer : (void *)&good_consumer;

		/* In one message, and with each byte of the hello. */
		EXPECT_EQ(0, meet_who_says(end, hello, sizeof(struct ring_hello), fds, 250));
		ring_sockets(socks);
		for (i = 0; i < (int)sizeof(struct ring_hello); i++)
			say(socks[0], hello + i, 1, fds + 2 * i, 2 + (i % 4) * 50);
		meet(end, socks[1], 30 * MS);
		close(socks[0]);
	}
	for (i = 0; i < 300; i++)
		close(fds[i]);
}

struct drip {
	int sock;
	bool producer;
	unsigned int us;
	int fds[2];
};

/* A byte now and then; the descriptors with the first. */
static void *drips(void *argument)
{
	const struct drip *drip = argument;
	const char *hello = drip->producer ? (void *)&good_producer : (void *)&good_consumer;
	size_t i;

	for (i = 0; i < sizeof(struct ring_hello); i++) {
		say(drip->sock, hello + i, 1, drip->fds, i ? 0 : 2);
		usleep(drip->us);
	}
	return NULL;
}

TEST_F(hello, byte_by_byte)
{
	struct drip drip = { .fds = { make(GOOD, PAGE), make(GOOD, DATA) } };
	int64_t before;
	pthread_t thread;
	int socks[2], end, slow;

	for (end = 0; end < 2; end++) {
		for (slow = 0; slow < 2; slow++) {
			ring_sockets(socks);
			drip.sock = socks[0];
			drip.producer = end;
			drip.us = slow ? 20000 : 100;
			pthread_create(&thread, NULL, drips, &drip);
			before = ring_clock();
			/* The limit is that of all together. */
			EXPECT_EQ(slow ? -ETIMEDOUT : 0,
				  meet(end, socks[1], slow ? 100 * MS : 60 * SECOND));
			if (slow)
				EXPECT_GT(20 * SECOND * scale(), ring_clock() - before);
			pthread_join(thread, NULL);
			close(socks[0]);
		}
	}
	close(drip.fds[0]);
	close(drip.fds[1]);
}

TEST_F(hello, garbage)
{
	int fds[NR_KINDS], socks[2], i, nr, end, opened = 0;
	const int rounds = 300 * ring_work();
	uint64_t state = 99, x;
	char hello[128];

	for (i = 0; i < NR_KINDS; i++)
		fds[i] = make(i % 3 ? GOOD : i, i % 2 ? DATA : PAGE);
	for (i = 0; i < rounds; i++) {
		x = ring_random(&state);
		end = x & 1;
		ring_record_fill(hello, sizeof(hello), 1, x);
		memcpy(hello, end ? &good_producer : &good_consumer, sizeof(struct ring_hello));
		/* Random all of it, a byte, a bit, or none. */
		if (x % 8 == 2)
			ring_record_fill(hello, sizeof(hello), 1, x);
		else if (x & 8)
			hello[(x >> 8) % sizeof(struct ring_hello)] ^= x & 16 ? x >> 24 :
										1 << (x >> 24) % 8;
		nr = (x >> 40) % 4;
		if (x >> 60 < 8)
			nr = 2;
		ring_sockets(socks);
		say(socks[0], hello, x & 32 ? sizeof(struct ring_hello) : (x >> 48) % sizeof(hello),
		    fds + (x >> 32) % (NOTHING - 4) / 2 * 2, nr);
		if (x & 64)
			shutdown(socks[0], SHUT_RD);
		if (x & 128)
			shutdown(socks[0], SHUT_WR);
		opened += !meet(end, socks[1], MS / 2);
		close(socks[0]);
	}
	TH_LOG("%d of %d were taken for ends", opened, rounds);
	EXPECT_LT(0, opened);
	for (i = 0; i < NR_KINDS; i++)
		close(fds[i]);
}

TEST_MAIN
