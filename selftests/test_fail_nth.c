// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation of each call fails, one at a time: the call says so, or has all it should
 * have; nothing stays behind; and the next one is well.
 */
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "compare.h"
#include "ends.h"
#include "fail_nth.h"
#include "group.h"
#include "pieces.h"
#include "same.h"

#define COMPARED	(256 * PAGE)

/* What the calls are made with. Both children stand still. */
struct stage {
	struct child child;
	struct child other;
	char *memory;
	struct ipcshow_site sites[2];
	struct reader reader;
	struct ends ends;
	struct snapshot said;
	uint64_t cuts[4];
	void *mapping;
	int fd;
};

/**
 * struct call - a call whose allocations are to fail
 * @prepare: may be NULL; makes all that the call needs
 * @call: is made to fail; 0 or a negative errno
 * @again: may be NULL: @call; made when @call has failed, on what that left behind
 * @right: may be NULL; is what @call did right?
 * @clean: may be NULL
 * @least: allocations that it is known to make
 * @pages: it makes pages, whose loss nobody else would see
 */
struct call {
	int (*prepare)(struct stage *s);
	int (*call)(struct stage *s);
	int (*again)(struct stage *s);
	bool (*right)(struct stage *s);
	void (*clean)(struct stage *s);
	unsigned int least;
	bool pages;
};

static int open_file(struct stage *s)
{
	return reader_open(&s->reader, 0);
}

static int open_ring(struct stage *s)
{
	return reader_open(&s->reader, RING_SMALL);
}

static void close_file(struct stage *s)
{
	reader_close(&s->reader);
}

static const struct call open_call = {
	.call = open_file, .clean = close_file, .least = 2,
};

static int call_info(struct stage *s)
{
	struct ipcshow_info info = { .size = sizeof(info) };

	return ioctl(s->reader.fd, IPCSHOW_IOC_INFO, &info) ? -errno : 0;
}

static const struct call info_call = {
	.prepare = open_file, .call = call_info, .clean = close_file,
};

static int make_ring(struct stage *s)
{
	return reader_make_ring(&s->reader, RING_SMALL);
}

/* All of it can be had, and is empty. */
static bool is_ring(struct stage *s)
{
	return !reader_map(&s->reader) && !s->reader.producer->pos && !reader_drain(&s->reader, NULL);
}

static const struct call ring_call = {
	.prepare = open_file, .call = make_ring, .right = is_ring, .clean = close_file,
	.least = 8, .pages = true,
};

static int open_unmapped(struct stage *s)
{
	return open_file(s) ?: make_ring(s);
}

static int map_data(struct stage *s)
{
	s->mapping = mmap(NULL, PAGE + 2 * RING_SMALL, PROT_READ, MAP_SHARED, s->reader.fd,
			  s->reader.ring.producer_offset);
	return s->mapping == MAP_FAILED ? -errno : 0;
}

/* A page that were missing would be SIGBUS. */
static bool is_mapped(struct stage *s)
{
	const uint64_t *word = s->mapping;
	size_t i;

	for (i = 0; i < (PAGE + 2 * RING_SMALL) / sizeof(*word); i++) {
		if (word[i])
			return false;
	}
	return !munmap(s->mapping, PAGE + 2 * RING_SMALL);
}

static const struct call mmap_call = {
	.prepare = open_unmapped, .call = map_data, .right = is_mapped, .clean = close_file,
	.least = 1,
};

static pid_t target_of(struct stage *s)
{
	struct snapshot snapshot = {};
	pid_t pid = -1;

	if (!reader_snapshot(&s->reader, IPCSHOW_WHAT_TASK, &snapshot))
		pid = task_in(&snapshot)->tgid;
	snapshot_free(&snapshot);
	return pid;
}

/* The former target stays where the new one cannot be had. */
static int open_with_target(struct stage *s)
{
	return open_ring(s) ?: reader_target(&s->reader, getpid());
}

static int set_target(struct stage *s)
{
	return reader_target(&s->reader, s->child.pid);
}

static int set_target_again(struct stage *s)
{
	return target_of(s) == getpid() ? set_target(s) : -EBADE;
}

static bool has_target(struct stage *s)
{
	return target_of(s) == s->child.pid;
}

static const struct call target_call = {
	.prepare = open_with_target, .call = set_target, .again = set_target_again,
	.right = has_target, .clean = close_file, .least = 3,
};

/* So many that there must be more room for them. */
static int open_with_targets(struct stage *s)
{
	int error = open_ring(s), i;

	for (i = 0; !error && i < 4; i++) {
		error = compare_add_target(&s->reader, s->child.pid);
		error = error < 0 ? error : 0;
	}
	return error;
}

static int add_target(struct stage *s)
{
	int number = compare_add_target(&s->reader, s->other.pid);

	return number < 0 ? number : number == 4 ? 0 : -EBADE;
}

static bool has_five(struct stage *s)
{
	return compare_add_target(&s->reader, s->other.pid) == 5;
}

static const struct call add_call = {
	.prepare = open_with_targets, .call = add_target, .right = has_five, .clean = close_file,
	.least = 3,
};

/* Snapshots: what a call has written is right, and the rest comes in the next. */

static const struct snapshot *reference;

static int open_for_snapshot(struct stage *s)
{
	snapshot_free(&s->said);
	return open_ring(s) ?: reader_target(&s->reader, s->child.pid);
}

static int begin_snapshot(struct stage *s)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = WHAT_ALL,
		.cuts = (uintptr_t)s->cuts, .nr_cuts = ARRAY_SIZE(s->cuts),
	};
	int status = reader_call(&s->reader, &arg);

	return status < 0 ? status : 0;
}

static int continue_snapshot(struct stage *s)
{
	int status = reader_continue(&s->reader);

	return status < 0 ? status : 0;
}

/* It may have begun, and then goes on; or must begin anew. */
static int begin_snapshot_again(struct stage *s)
{
	int status = continue_snapshot(s);

	return status == -EBADFD ? begin_snapshot(s) : status;
}

static bool is_complete(struct stage *s)
{
	int error;

	reader_drain(&s->reader, &s->said);
	error = finish(&s->reader, &s->said);
	/* All was in the first piece, or the last. */
	return (!error || error == -EBADFD) && !snapshot_difference(reference, &s->said);
}

static const struct call snapshot_call = {
	.prepare = open_for_snapshot, .call = begin_snapshot, .again = begin_snapshot_again,
	.right = is_complete, .clean = close_file, .least = 2,
};

static int open_begun(struct stage *s)
{
	int error = open_for_snapshot(s) ?: begin_snapshot(s);

	reader_drain(&s->reader, &s->said);
	return error;
}

static const struct call continue_call = {
	.prepare = open_begun, .call = continue_snapshot, .right = is_complete,
	.clean = close_file, .least = 1,
};

static int open_for_comparison(struct stage *s)
{
	int error = open_for_snapshot(s);

	if (!error)
		error = compare_add_target(&s->reader, s->other.pid);
	return error < 0 ? error : 0;
}

static int begin_comparison(struct stage *s)
{
	int status = compare_call(&s->reader, s->sites, ARRAY_SIZE(s->sites));

	return status < 0 ? status : 0;
}

static bool is_as_pagemap(struct stage *s)
{
	const pid_t pids[] = { s->child.pid, s->other.pid };
	struct comparison comparison;
	bool right;
	int error;

	reader_drain(&s->reader, &s->said);
	error = compare_finish(&s->reader, compare_continue(&s->reader), &s->said);
	if (error && error != -EBADFD)
		return false;
	compare_decode(&s->said, s->sites, ARRAY_SIZE(s->sites), &comparison);
	right = !compare_with_pagemap(&comparison, s->sites, pids) && comparison.bytes;
	compare_free(&comparison);
	return right;
}

static const struct call compare_call_ = {
	.prepare = open_for_comparison, .call = begin_comparison, .right = is_as_pagemap,
	.clean = close_file, .least = 3,
};

static int open_compared(struct stage *s)
{
	int error = open_for_comparison(s) ?: begin_comparison(s);

	reader_drain(&s->reader, &s->said);
	return error;
}

static int continue_comparison(struct stage *s)
{
	int status = compare_continue(&s->reader);

	return status < 0 && status != -EBADFD ? status : 0;
}

static const struct call compare_continue_call = {
	.prepare = open_compared, .call = continue_comparison, .right = is_as_pagemap,
	.clean = close_file,
};

/* Shared rings: all of the ends, or none. */

static int make_ends(struct stage *s)
{
	s->ends = (struct ends){
		.ring = { .size = sizeof(s->ends.ring), .ring_size = RING_SMALL,
			  .flags = IPCSHOW_SHARED_RING_F_OBSERVER },
		.fd = { -1, -1, -1 },
	};
	if (ioctl(s->reader.fd, IPCSHOW_IOC_SHARED_RING, &s->ends.ring))
		return -errno;
	s->ends.fd[PRODUCER] = s->ends.ring.producer;
	s->ends.fd[CONSUMER] = s->ends.ring.consumer;
	s->ends.fd[OBSERVER] = s->ends.ring.observer;
	return 0;
}

static bool are_ends(struct stage *s)
{
	struct map map[NR_ROLES];
	int role;

	for (role = 0; role < NR_ROLES; role++) {
		if (end_map(&s->ends, role, &map[role]) || map[role].producer->pos)
			return false;
	}
	map[PRODUCER].producer->pos = 1;
	for (role = 0; role < NR_ROLES; role++) {
		if (map[role].producer->pos != 1)
			return false;
		end_unmap(&map[role]);
	}
	return true;
}

static void close_ends(struct stage *s)
{
	ends_close(&s->ends);
	close_file(s);
}

static const struct call shared_ring_call = {
	.prepare = open_file, .call = make_ends, .right = are_ends, .clean = close_ends,
	.least = 7 + NR_ROLES, .pages = true,
};

static int open_ends(struct stage *s)
{
	s->mapping = MAP_FAILED;
	return open_file(s) ?: make_ends(s);
}

static int map_end(struct stage *s)
{
	s->mapping = mmap(NULL, 2 * RING_SMALL, PROT_READ | PROT_WRITE, MAP_SHARED,
			  s->ends.fd[PRODUCER], s->ends.ring.data_offset);
	return s->mapping == MAP_FAILED ? -errno : 0;
}

static bool is_end(struct stage *s)
{
	memset(s->mapping, 0, 2 * RING_SMALL);
	return !munmap(s->mapping, 2 * RING_SMALL);
}

static const struct call end_mmap_call = {
	.prepare = open_ends, .call = map_end, .right = is_end, .clean = close_ends, .least = 1,
};

static int use_end(struct stage *s)
{
	struct ipcshow_end_info info;
	int error = end_wait(s->ends.fd[CONSUMER], 1 * MS);

	if (error != -ETIMEDOUT)
		return error ?: -EBADE;
	return end_wake(s->ends.fd[PRODUCER]) ?: end_info(s->ends.fd[OBSERVER], &info);
}

static bool is_woken(struct stage *s)
{
	return end_poll(s->ends.fd[CONSUMER], 0) == EPOLLIN && !end_wait(s->ends.fd[CONSUMER], 0);
}

static const struct call end_use_call = {
	.prepare = open_ends, .call = use_end, .right = is_woken, .clean = close_ends,
};

static int open_watched(struct stage *s)
{
	s->fd = epoll_create1(EPOLL_CLOEXEC);
	return s->fd < 0 ? -errno : open_ends(s);
}

static int watch_end(struct stage *s)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(s->fd, EPOLL_CTL_ADD, s->ends.fd[CONSUMER], &event) ? -errno : 0;
}

static bool is_watched(struct stage *s)
{
	struct epoll_event event;

	return !epoll_wait(s->fd, &event, 1, 0) && !end_wake(s->ends.fd[PRODUCER]) &&
	       epoll_wait(s->fd, &event, 1, 0) == 1 && event.events == EPOLLIN;
}

static void close_watched(struct stage *s)
{
	close(s->fd);
	close_ends(s);
}

static const struct call poll_call = {
	.prepare = open_watched, .call = watch_end, .right = is_watched, .clean = close_watched,
	.least = 2,
};

static int read_fdinfo(struct stage *s)
{
	char path[64], text[1024];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", s->ends.fd[CONSUMER]);
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return -errno;
	size = read(s->fd, text, sizeof(text) - 1);
	if (size < 0)
		size = -errno;
	close(s->fd);
	if (size < 0)
		return size;
	text[size] = '\0';
	return strstr(text, "ipcshow-role:\tconsumer\n") ? 0 : -EBADE;
}

static const struct call fdinfo_call = {
	.prepare = open_ends, .call = read_fdinfo, .clean = close_ends, .least = 2,
};

/* More than fit in one piece: who goes on there, asks procfs once more. */
#define DESCRIPTORS	150

/* Another user's thread: it is asked about apart. */
static void *is_other(void *unused)
{
	if (syscall(SYS_setresgid, OTHER, OTHER, OTHER) ||
	    syscall(SYS_setresuid, OTHER, OTHER, OTHER))
		abort();
	while (pause())
		;
	return unused;
}

static int stays_with_threads(struct child *self, void *unused)
{
	pthread_t thread;
	int i;

	for (i = 0; i < DESCRIPTORS; i++) {
		if (dup(self->to) < 0)
			return 1;
	}
	if (pthread_create(&thread, NULL, is_other, NULL))
		return 1;
	while (proc_status(getpid(), "Threads") != 2)
		usleep(1000);
	return stays_with_regions(self, unused);
}

FIXTURE(failing) {
	struct stage stage;
	struct snapshot reference;
	int fd;
};

FIXTURE_VARIANT(failing) {
	const struct call *call;
};

FIXTURE_VARIANT_ADD(failing, open) { &open_call };
FIXTURE_VARIANT_ADD(failing, info) { &info_call };
FIXTURE_VARIANT_ADD(failing, ring) { &ring_call };
FIXTURE_VARIANT_ADD(failing, mmap) { &mmap_call };
FIXTURE_VARIANT_ADD(failing, target) { &target_call };
FIXTURE_VARIANT_ADD(failing, target_add) { &add_call };
FIXTURE_VARIANT_ADD(failing, snapshot) { &snapshot_call };
FIXTURE_VARIANT_ADD(failing, snapshot_continue) { &continue_call };
FIXTURE_VARIANT_ADD(failing, compare) { &compare_call_ };
FIXTURE_VARIANT_ADD(failing, compare_continue) { &compare_continue_call };
FIXTURE_VARIANT_ADD(failing, shared_ring) { &shared_ring_call };
FIXTURE_VARIANT_ADD(failing, end_mmap) { &end_mmap_call };
FIXTURE_VARIANT_ADD(failing, end_use) { &end_use_call };
FIXTURE_VARIANT_ADD(failing, end_poll) { &poll_call };
FIXTURE_VARIANT_ADD(failing, end_fdinfo) { &fdinfo_call };

static void start_children(struct stage *s)
{
	size_t i;

	/* Half of the pages they have from us, half will be their own. */
	s->memory = mmap(NULL, COMPARED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	for (i = 0; i < COMPARED; i += 2 * PAGE)
		s->memory[i] = 1;
	child_start(&s->child, stays_with_threads, NULL);
	child_start(&s->other, stays_with_regions, NULL);
	child_stop(s->child.pid);
	child_stop(s->other.pid);
	s->sites[0] = compare_site(0, 0, s->memory, COMPARED);
	s->sites[1] = compare_site(0, 1, s->memory, COMPARED);
	for (i = 0; i < ARRAY_SIZE(s->cuts); i++)
		s->cuts[i] = (uintptr_t)s->memory + (i + 1) * PAGE;
}

FIXTURE_SETUP(failing)
{
	if (!can_fail())
		SKIP_FIXTURE("this kernel has no fault injection");
	self->fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	start_children(&self->stage);
	ASSERT_EQ(0, open_for_snapshot(&self->stage));
	ASSERT_EQ(0, begin_snapshot(&self->stage));
	reader_drain(&self->stage.reader, &self->reference);
	ASSERT_EQ(0, finish(&self->stage.reader, &self->reference));
	EXPECT_EQ(2, snapshot_count(&self->reference, IPCSHOW_REC_THREAD));
	reader_close(&self->stage.reader);
	reference = &self->reference;
}

FIXTURE_TEARDOWN(failing)
{
	child_kill(&self->stage.child);
	child_kill(&self->stage.other);
	close(self->fd);
}

/* So often that a page each time is more than what is charged may be wrong by. */
#define TIMES	(3 * GROUP_SLACK / 2 / (long long)PAGE)

/* Bytes that stay behind a call whose allocation @nr fails, all together. */
static long long bytes_left_behind(FIXTURE_DATA(failing) *self, const struct call *call,
				   unsigned int nr)
{
	struct stage *s = &self->stage;
	const long long before = group_bytes();
	int i;

	for (i = 0; i < TIMES; i++) {
		if (call->prepare(s))
			abort();
		fail_nth(self->fd, nr);
		call->call(s);
		fail_nth(self->fd, 0);
		call->clean(s);
	}
	return group_bytes() - before;
}

/* In a group of its own only now: who is in one makes allocations that can fail at random places. */
static void loses_no_page(struct __test_metadata *_metadata, FIXTURE_DATA(failing) *self,
			  const struct call *call, unsigned int most)
{
	unsigned int nr;

	ASSERT_TRUE(group_make() && group_enter());
	for (nr = 1; nr <= most; nr++)
		EXPECT_GT(GROUP_SLACK, bytes_left_behind(self, call, nr)) TH_LOG("allocation %u", nr);
	EXPECT_TRUE(group_leave() && group_end());
}

static bool is_about_memory(int error)
{
	return error == -ENOMEM || error == -ENFILE;
}

TEST_F(failing, each_allocation)
{
	const struct call *call = variant->call;
	unsigned int nr, failed = 0;
	struct stage *s = &self->stage;
	bool injected = true;
	int error;

	for (nr = 1; injected && nr < 2000; nr++) {
		if (call->prepare)
			ASSERT_EQ(0, call->prepare(s));
		fail_nth(self->fd, nr);
		error = call->call(s);
		injected = has_failed(self->fd);
		fail_nth(self->fd, 0);
		if (error) {
			failed++;
			EXPECT_TRUE(injected && is_about_memory(error))
				TH_LOG("allocation %u: %s", nr, strerror(-error));
			ASSERT_EQ(0, (call->again ?: call->call)(s))
				TH_LOG("after allocation %u", nr);
		}
		EXPECT_TRUE(!call->right || call->right(s)) TH_LOG("allocation %u", nr);
		if (call->clean)
			call->clean(s);
	}
	EXPECT_FALSE(injected);
	EXPECT_LE(call->least, failed);
	TH_LOG("%u allocations; the call fails with %u of them", nr - 2, failed);
	if (call->pages)
		loses_no_page(_metadata, self, call, nr);
	/* Nobody else is charged: this is all that there is. */
	ASSERT_TRUE(room_for(RING_SMALL));
	EXPECT_EQ(0, try_shared(RING_SMALL));
	EXPECT_TRUE(room_for(0));
}

TEST_MAIN
