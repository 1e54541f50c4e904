// SPDX-License-Identifier: GPL-2.0
/* The ends of a shared ring: how they go, what that leaves, and who pays until then. */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "ends.h"

FIXTURE(ends) {
	struct ends ends;
	struct map map;
	/* The page of the end that goes, and who is left. */
	volatile struct ipcshow_ring_side *page;
	int role;
	int left;
};

FIXTURE_VARIANT(ends) {
	int role;
};

FIXTURE_VARIANT_ADD(ends, producer) { PRODUCER };
FIXTURE_VARIANT_ADD(ends, consumer) { CONSUMER };

FIXTURE_SETUP(ends)
{
	ASSERT_EQ(0, ends_make(&self->ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER));
	self->role = variant->role;
	self->left = self->ends.fd[other_end(self->role)];
	ASSERT_EQ(0, end_map(&self->ends, other_end(self->role), &self->map));
	self->page = self->role == PRODUCER ? self->map.producer : self->map.consumer;
}

FIXTURE_TEARDOWN(ends)
{
	end_unmap(&self->map);
	ends_close(&self->ends);
}

static bool is_there(const struct _test_data_ends *self)
{
	return end_poll(self->left, 0) == 0 && !self->page->attention &&
	       end_wait(self->left, 0) == -ETIMEDOUT;
}

/* At once, or within some time. */
static bool is_gone(const struct _test_data_ends *self, int ms)
{
	return end_poll(self->left, ms) == (POLLIN | POLLHUP) &&
	       self->page->attention & IPCSHOW_RING_SIDE_F_GONE &&
	       !end_wait(self->left, FOR_EVER);
}

TEST_F(ends, closed)
{
	int copy = dup(self->ends.fd[self->role]);

	end_close(&self->ends, self->role);
	EXPECT_TRUE(is_there(self));
	close(copy);
	EXPECT_TRUE(is_gone(self, 0));
	EXPECT_EQ(IPCSHOW_RING_SIDE_F_GONE, self->page->attention);
}

TEST_F(ends, unmapped)
{
	struct map map;

	ASSERT_EQ(0, end_map(&self->ends, self->role, &map));
	end_close(&self->ends, self->role);
	munmap(map.data + PAGE, map.size - PAGE);
	munmap(map.consumer, PAGE);
	munmap(map.producer, PAGE);
	EXPECT_TRUE(is_there(self));
	munmap(map.data, PAGE);
	EXPECT_TRUE(is_gone(self, 0));
}

/* What its owner left in the page stays, whatever it is. */
TEST_F(ends, scribbled)
{
	struct map map;

	ASSERT_EQ(0, end_map(&self->ends, self->role, &map));
	memset(self->role == PRODUCER ? map.producer : map.consumer, 0x5a, PAGE);
	if (self->role == PRODUCER)
		memset(map.data, 0x5a, map.size);
	end_close(&self->ends, self->role);
	end_unmap(&map);
	EXPECT_TRUE(is_gone(self, 0));
	EXPECT_EQ(0x5a5a5a5a5a5a5a5aULL | IPCSHOW_RING_SIDE_F_GONE, self->page->attention);
	EXPECT_EQ(0x5a5a5a5a5a5a5a5aULL, self->page->pos);
}

static int has_the_end(struct child *self, void *argument)
{
	struct _test_data_ends *data = argument;
	struct map map;

	if (end_map(&data->ends, data->role, &map))
		return 1;
	/* By the mapping and a descriptor, the parent's other end not being among them. */
	close(data->left);
	return child_stay(self, NULL);
}

TEST_F(ends, killed)
{
	struct child child;

	child_start(&child, has_the_end, self);
	end_close(&self->ends, self->role);
	EXPECT_TRUE(is_there(self));
	kill(child.pid, SIGKILL);
	EXPECT_TRUE(is_gone(self, 20000 * scale()));
	child_join(&child);
}

TEST_F(ends, exits)
{
	struct child child;

	child_start(&child, has_the_end, self);
	end_close(&self->ends, self->role);
	EXPECT_TRUE(is_there(self));
	child_go(&child);
	EXPECT_TRUE(is_gone(self, 20000 * scale()));
	child_join(&child);
}

static int becomes_another(struct child *self, void *argument)
{
	struct _test_data_ends *data = argument;
	struct map map;

	if (end_map(&data->ends, data->role, &map))
		return 1;
	child_ready(self);
	child_wait(self);
	execl("/bin/sleep", "sleep", "1000", NULL);
	return 1;
}

TEST_F(ends, exec)
{
	struct child child;

	child_start(&child, becomes_another, self);
	end_close(&self->ends, self->role);
	EXPECT_TRUE(is_there(self));
	child_go(&child);
	EXPECT_TRUE(is_gone(self, 20000 * scale()));
	EXPECT_EQ(0, waitpid(child.pid, NULL, WNOHANG)) TH_LOG("the process itself ended");
	child_kill(&child);
}

static bool send_fds(int socket, const int *fds, size_t nr)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control = {};
	struct iovec iovec = { .iov_base = "x", .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iovec,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(nr * sizeof(int)),
	};

	control.header = (struct cmsghdr){
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
		.cmsg_len = CMSG_LEN(nr * sizeof(int)),
	};
	memcpy(CMSG_DATA(&control.header), fds, nr * sizeof(int));
	return sendmsg(socket, &message, 0) == 1;
}

TEST_F(ends, in_flight)
{
	int sockets[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
	ASSERT_TRUE(send_fds(sockets[0], &self->ends.fd[self->role], 1));
	end_close(&self->ends, self->role);
	close(sockets[0]);
	EXPECT_TRUE(is_there(self));
	/* Nobody takes it out. */
	close(sockets[1]);
	EXPECT_TRUE(is_gone(self, 20000 * scale()));
}

/* A socket on its way through itself: only the kernel's collector of these finds it. */
TEST_F(ends, in_a_circle)
{
	int sockets[2], more[2], fds[2], i;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
	fds[0] = self->ends.fd[self->role];
	fds[1] = sockets[1];
	ASSERT_TRUE(send_fds(sockets[0], fds, 2));
	end_close(&self->ends, self->role);
	close(sockets[0]);
	EXPECT_TRUE(is_there(self));
	close(sockets[1]);
	for (i = 0; i < 200 && !is_gone(self, 100); i++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, more));
		close(more[0]);
		close(more[1]);
	}
	EXPECT_TRUE(is_gone(self, 0));
}

TEST_F(ends, observer_is_nobody)
{
	end_close(&self->ends, OBSERVER);
	EXPECT_TRUE(is_there(self));
	EXPECT_EQ(0, end_poll(self->ends.fd[self->role], 0));
	end_close(&self->ends, self->role);
	EXPECT_TRUE(is_gone(self, 0));
}

/* What the module itself says, whatever the page does. */
TEST_F(ends, told_in_other_ways)
{
	struct ipcshow_end_info info;

	end_close(&self->ends, self->role);
	ASSERT_EQ(0, end_info(self->left, &info));
	EXPECT_EQ(1U << self->role, info.gone);
	ASSERT_EQ(0, end_info(self->ends.fd[OBSERVER], &info));
	EXPECT_EQ(1U << self->role, info.gone);
}

/* Who made the ring pays until the last end is gone, in any order. */
TEST(charge)
{
	static const int orders[][NR_ROLES] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	const uint64_t size = 256 << 10;
	struct ends ends;
	struct map map;
	size_t i;
	int j;

	if (geteuid())
		SKIP(return, "only root may set the limits");
	ASSERT_TRUE(room_for(size));
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		ASSERT_EQ(0, ends_make(&ends, size, IPCSHOW_SHARED_RING_F_OBSERVER));
		for (j = 0; j < NR_ROLES; j++) {
			EXPECT_EQ(-EDQUOT, try_shared(RING_SMALL));
			end_close(&ends, orders[i][j]);
		}
		EXPECT_EQ(0, try_shared(size));
	}

	/* By a mapping, and by that of an observer, too. */
	for (j = 0; j < NR_ROLES; j++) {
		ASSERT_EQ(0, ends_make(&ends, size, IPCSHOW_SHARED_RING_F_OBSERVER));
		ASSERT_EQ(0, end_map(&ends, j, &map));
		ends_close(&ends);
		EXPECT_EQ(-EDQUOT, try_shared(RING_SMALL));
		end_unmap(&map);
		EXPECT_EQ(0, try_shared(size));
	}
	EXPECT_TRUE(room_for(0));
}

static int takes_over(struct child *self, void *argument)
{
	struct ends *ends = argument;

	become(USER);
	if (end_wake(ends->fd[PRODUCER]) || end_wait(ends->fd[CONSUMER], 0))
		return 1;
	return child_stay(self, NULL);
}

TEST(charge_of_who_made_it)
{
	const uint64_t size = 256 << 10;
	struct child child;
	struct ends ends;

	if (geteuid())
		SKIP(return, "only root may set the limits");
	ASSERT_TRUE(room_for(size));
	ASSERT_EQ(0, ends_make(&ends, size, 0));
	child_start(&child, takes_over, &ends);
	ends_close(&ends);
	EXPECT_EQ(-EDQUOT, try_shared(RING_SMALL));
	child_kill(&child);
	EXPECT_EQ(0, try_shared(size));
	EXPECT_TRUE(room_for(0));
}

/* Threads that do what they like with the ends of some rings, and with each other's. */

#define RINGS	4

struct chaos {
	int fds[RINGS * NR_ROLES];
	int sockets[2];
	volatile bool stop;
	volatile unsigned int did[8];
};

static uint64_t roll(uint64_t *random)
{
	*random = *random * 6364136223846793005ULL + 1442695040888963407ULL;
	return *random >> 33;
}

/* Over whatever was there: descriptors are replaced, not closed, so that no other's is hit. */
static void replace(struct chaos *chaos, uint64_t *random)
{
	const size_t first = roll(random) % RINGS * NR_ROLES;
	struct ends ends;
	int role;

	if (ends_make(&ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER))
		return;
	for (role = 0; role < NR_ROLES; role++)
		dup3(ends.fd[role], chaos->fds[first + role], O_CLOEXEC);
	ends_close(&ends);
}

static void map_and_scribble(int fd, uint64_t *random)
{
	const uint64_t offset = roll(random) % 4 * PAGE;
	size_t size = (1 + roll(random) % 8) * PAGE;
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	uint64_t *word = (uint64_t *)start;

	if (start == MAP_FAILED)
		return;
	word[roll(random) % (PAGE / 8)] = roll(random);
	if (roll(random) % 2)
		madvise(start, PAGE, MADV_DOFORK);
	/* In the gap another thread may map something at once: it is not for us to unmap again. */
	if (size > PAGE && roll(random) % 2) {
		munmap(start + PAGE, PAGE);
		if (size > 2 * PAGE)
			munmap(start + 2 * PAGE, size - 2 * PAGE);
		size = PAGE;
	}
	munmap(start, size);
}

static void pass(struct chaos *chaos, int fd)
{
	char byte;

	send_fds(chaos->sockets[0], &fd, 1);
	/* Without control data: the descriptor is dropped. */
	recv(chaos->sockets[1], &byte, 1, MSG_DONTWAIT);
}

static void fork_briefly(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void *does_anything(void *argument)
{
	struct chaos *chaos = argument;
	static uint64_t seed;
	uint64_t random = __atomic_add_fetch(&seed, 0x9e3779b97f4a7c15ULL, __ATOMIC_RELAXED);
	struct ipcshow_end_info info;
	unsigned int what;

	while (!chaos->stop) {
		const int fd = chaos->fds[roll(&random) % ARRAY_SIZE(chaos->fds)];

		what = roll(&random) % 64;
		if (what == 0)
			fork_briefly(), what = 7;
		else if (what < 4)
			replace(chaos, &random), what = 0;
		else if (what < 24)
			end_wait(fd, roll(&random) % (2 * MS)), what = 1;
		else if (what < 40)
			end_wake(fd), what = 2;
		else if (what < 48)
			map_and_scribble(fd, &random), what = 3;
		else if (what < 54)
			end_poll(fd, roll(&random) % 3), what = 4;
		else if (what < 60)
			end_info(fd, &info), what = 5;
		else
			pass(chaos, fd), what = 6;
		chaos->did[what]++;
	}
	return NULL;
}

TEST(chaos)
{
	struct chaos chaos = {};
	pthread_t threads[8];
	struct ends ends;
	size_t i;

	if (!geteuid())
		ASSERT_TRUE(room_for((RINGS + ARRAY_SIZE(threads) + 20) * 2 * RING_SMALL));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, chaos.sockets));
	for (i = 0; i < RINGS; i++) {
		ASSERT_EQ(0, ends_make(&ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER));
		memcpy(&chaos.fds[i * NR_ROLES], ends.fd, sizeof(ends.fd));
	}
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, does_anything, &chaos));
	sleep(5);
	chaos.stop = true;
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < ARRAY_SIZE(chaos.did); i++) {
		EXPECT_LT(0, chaos.did[i]) TH_LOG("%zu was never done", i);
	}
	for (i = 0; i < ARRAY_SIZE(chaos.fds); i++)
		close(chaos.fds[i]);
	close(chaos.sockets[0]);
	close(chaos.sockets[1]);
	/* Nothing is left of all these. */
	if (!geteuid()) {
		ASSERT_TRUE(room_for(RING_SMALL));
		EXPECT_EQ(0, try_shared(RING_SMALL));
		EXPECT_TRUE(room_for(0));
	}
}

TEST_MAIN
