// SPDX-License-Identifier: GPL-2.0
/* What callers may make the module hold: the share of each, and who pays. */
#include <sched.h>
#include <sys/stat.h>

#include "limits.h"

static int try_ring_as(void *size)
{
	return try_ring(*(uint64_t *)size);
}

/* What a ring of @size does for that user; -1: this one. */
static int ring_as_user(uid_t uid, uint64_t size)
{
	return as_user(uid, try_ring_as, &size);
}

static uint64_t round_down(uint64_t number)
{
	return number ? 1ULL << (63 - __builtin_clzll(number)) : 0;
}

static int get_info(struct ipcshow_info *info)
{
	struct reader reader;
	int error = reader_open(&reader, 0);

	*info = (struct ipcshow_info){ .size = sizeof(*info) };
	if (!error && ioctl(reader.fd, IPCSHOW_IOC_INFO, info))
		error = -errno;
	reader_close(&reader);
	return error;
}

FIXTURE(limits) {
	struct limits before;
	/* Shared with children. */
	struct greed *greed;
};

FIXTURE_SETUP(limits)
{
	if (geteuid())
		SKIP_FIXTURE("only root may set the limits");
	ASSERT_TRUE(save_limits(&self->before));
	self->greed = greed_shared();
	ASSERT_NE(NULL, self->greed);
}

FIXTURE_TEARDOWN(limits)
{
	restore_limits(&self->before);
}

TEST_F(limits, parameters)
{
	const char *const paths[] = { USER_KIB, TOTAL_KIB };
	struct stat status;
	size_t i;

	EXPECT_EQ(16 << 10, self->before.user_kib);
	EXPECT_EQ(0, self->before.total_kib);
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		ASSERT_EQ(0, stat(paths[i], &status));
		EXPECT_EQ(0644, status.st_mode & 07777);
		EXPECT_EQ(0, status.st_uid);
		EXPECT_FALSE(proc_write(paths[i], "-1"));
		EXPECT_FALSE(proc_write(paths[i], "many"));
	}
}

TEST_F(limits, share_of_a_user)
{
	struct child child;

	ASSERT_TRUE(set_limits(1024, 8192));
	self->greed->uid = USER;
	child_start(&child, be_greedy, self->greed);
	EXPECT_EQ(-EDQUOT, self->greed->error);
	EXPECT_GE(1024 * KIB, self->greed->taken);
	EXPECT_LT(1024 * KIB - RING_SMALL - POSITIONS, self->greed->taken);

	EXPECT_EQ(-EDQUOT, ring_as_user(USER, RING_SMALL));
	EXPECT_EQ(0, ring_as_user(OTHER, 512 * KIB));
	EXPECT_EQ(0, ring_as_user(-1, 512 * KIB));
	child_kill(&child);
	EXPECT_EQ(0, ring_as_user(USER, 512 * KIB));
}

TEST_F(limits, share_of_all)
{
	struct child child, other;

	ASSERT_TRUE(set_limits(1024, 1400));
	self->greed[0].uid = USER;
	self->greed[1].uid = OTHER;
	child_start(&child, be_greedy, &self->greed[0]);
	EXPECT_EQ(-EDQUOT, self->greed[0].error);
	EXPECT_EQ(-ENOSPC, ring_as_user(OTHER, 512 * KIB));
	EXPECT_EQ(0, ring_as_user(OTHER, 256 * KIB));

	child_start(&other, be_greedy, &self->greed[1]);
	EXPECT_EQ(-ENOSPC, self->greed[1].error);
	EXPECT_GE(1400 * KIB, self->greed[0].taken + self->greed[1].taken);
	EXPECT_EQ(-ENOSPC, ring_as_user(-1, RING_SMALL));
	EXPECT_EQ(-EDQUOT, ring_as_user(USER, RING_SMALL));

	child_kill(&child);
	EXPECT_EQ(0, ring_as_user(-1, 512 * KIB));
	child_kill(&other);
}

/* Nobody's share is more than what all may have. */
TEST_F(limits, share_within_that_of_all)
{
	struct ipcshow_info info;

	ASSERT_TRUE(set_limits(8192, 1024));
	EXPECT_EQ(-EDQUOT, try_ring(1024 * KIB));
	EXPECT_EQ(0, try_ring(512 * KIB));
	ASSERT_EQ(0, get_info(&info));
	EXPECT_EQ(512 * KIB, info.ring_max);
}

/* A limit that was made smaller than what is held is no debt, and no wrap either. */
TEST_F(limits, lowered)
{
	int fd;

	ASSERT_TRUE(set_limits(1024, 0));
	fd = ring_of(512 * KIB);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(set_limits(256, 0));
	EXPECT_EQ(-EDQUOT, try_ring(RING_SMALL));
	EXPECT_EQ(0, ring_as_user(OTHER, 128 * KIB));
	ASSERT_TRUE(set_limits(256, 256));
	EXPECT_EQ(-EDQUOT, try_ring(RING_SMALL));
	EXPECT_EQ(-ENOSPC, ring_as_user(OTHER, RING_SMALL));
	ASSERT_TRUE(set_limits(0, 1));
	EXPECT_EQ(-EDQUOT, ring_as_user(OTHER, RING_SMALL));
	ASSERT_TRUE(set_limits(1024, 0));
	EXPECT_EQ(0, try_ring(256 * KIB));
	EXPECT_EQ(-EDQUOT, try_ring(512 * KIB));
	close(fd);
	EXPECT_EQ(0, try_ring(512 * KIB));
}

/* What INFO says can be had is to be had, and nothing larger. */
TEST_F(limits, largest)
{
	static const unsigned int limits[] = {
		0, 1, 16, 23, 24, 39, 40, 41, 1023, 1024, 1031, 1032, 1033, 16384,
	};
	struct ipcshow_info info;
	struct reader reader;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		ASSERT_TRUE(set_limits(limits[i], 0));
		ASSERT_EQ(0, get_info(&info));
		if (limits[i] * KIB < RING_SMALL + POSITIONS) {
			EXPECT_EQ(0, info.ring_max);
			EXPECT_EQ(-EDQUOT, try_ring(RING_SMALL));
			continue;
		}
		EXPECT_EQ(round_down(limits[i] * KIB - POSITIONS), info.ring_max)
			TH_LOG("with %u KiB", limits[i]);
		ASSERT_EQ(0, reader_open(&reader, info.ring_max));
		reader_close(&reader);
		EXPECT_EQ(-EDQUOT, try_ring(2 * info.ring_max));
	}
}

TEST_F(limits, part_of_the_machine)
{
	unsigned long long memory = 0;
	struct ipcshow_info info;
	struct reader reader;
	FILE *file = fopen("/proc/meminfo", "re");

	ASSERT_NE(NULL, file);
	ASSERT_EQ(1, fscanf(file, "MemTotal: %llu kB", &memory));
	fclose(file);
	ASSERT_TRUE(set_limits(UINT32_MAX, 0));
	ASSERT_EQ(0, get_info(&info));
	EXPECT_EQ(round_down(memory * KIB / 16 - POSITIONS), info.ring_max);
	ASSERT_EQ(0, reader_open(&reader, info.ring_max));
	EXPECT_EQ(0, reader_target(&reader, getpid()));
	reader_close(&reader);
	EXPECT_EQ(-EDQUOT, try_ring(2 * info.ring_max));
	EXPECT_EQ(-EDQUOT, try_ring(1ULL << 40));
}

TEST_F(limits, a_mapping_holds)
{
	const uint64_t size = 512 * KIB;
	struct reader reader;

	ASSERT_TRUE(set_limits(1024, 0));
	ASSERT_READER(&reader, size);
	EXPECT_EQ(-EDQUOT, try_ring(size));
	close(reader.fd);
	EXPECT_EQ(-EDQUOT, try_ring(size));
	munmap(reader.consumer, PAGE);
	munmap((void *)reader.producer, PAGE);
	munmap((void *)reader.data + PAGE, 2 * size - PAGE);
	EXPECT_EQ(-EDQUOT, try_ring(size));
	munmap((void *)reader.data, PAGE);
	EXPECT_EQ(0, try_ring(size));
}

static int hold_file(struct child *self, void *fd)
{
	int result = child_stay(self, NULL);

	close(*(int *)fd);
	return result;
}

static int hold_mapping(struct child *self, void *size)
{
	struct reader reader;

	if (reader_open(&reader, *(uint64_t *)size))
		return 1;
	close(reader.fd);
	return child_stay(self, NULL);
}

TEST_F(limits, given_back_at_the_end)
{
	uint64_t size = 512 * KIB;
	struct child child;
	int fd;

	/* The file goes on in another process; who made the ring pays. */
	ASSERT_TRUE(set_limits(1024, 0));
	fd = ring_of(size);
	ASSERT_LE(0, fd);
	child_start(&child, hold_file, &fd);
	close(fd);
	EXPECT_EQ(-EDQUOT, try_ring(size));
	child_go(&child);
	EXPECT_EQ(0, child_join(&child));
	EXPECT_EQ(0, try_ring(size));

	/* Killed, with nothing but a mapping. */
	child_start(&child, hold_mapping, &size);
	EXPECT_EQ(-EDQUOT, try_ring(size));
	child_kill(&child);
	EXPECT_EQ(0, try_ring(size));
}

TEST_F(limits, given_back_each_time)
{
	struct reader reader;
	int i;

	/* The larger of the two just fits, so not a byte may be missing. */
	ASSERT_TRUE(set_limits(40, 40));
	for (i = 0; i < 500; i++) {
		ASSERT_EQ(0, reader_open(&reader, RING_SMALL));
		ASSERT_EQ(-EBUSY, reader_make_ring(&reader, RING_SMALL));
		reader_close(&reader);
		ASSERT_EQ(-EDQUOT, try_ring(64 * KIB));
		ASSERT_EQ(-EINVAL, try_ring(48 * KIB));
		ASSERT_EQ(0, try_ring(32 * KIB));
	}
}

/* As many cuts as there may be, half a MiB, through a mapping of as many pages. */
static struct ipcshow_snapshot cut_up(unsigned int nr)
{
	char *start = mmap(NULL, nr * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	__u64 *cuts = calloc(nr, sizeof(*cuts));
	unsigned int i;

	for (i = 0; i < nr; i++)
		cuts[i] = (uintptr_t)start + i * PAGE;
	return (struct ipcshow_snapshot){
		.size = sizeof(struct ipcshow_snapshot),
		.what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
		.cuts = (uintptr_t)cuts,
		.nr_cuts = nr,
	};
}

TEST_F(limits, cuts)
{
	const uint64_t size = 512 * KIB;
	struct ipcshow_snapshot arg, plain;
	struct snapshot snapshot = {};
	struct ipcshow_info info;
	struct reader reader;
	int fd;

	ASSERT_EQ(0, get_info(&info));
	arg = cut_up(info.cuts_max);
	ASSERT_EQ(size, arg.nr_cuts * sizeof(__u64));
	plain = (struct ipcshow_snapshot){ .size = sizeof(plain), .what = IPCSHOW_WHAT_TASK };
	ASSERT_TRUE(set_limits(1024, 0));
	fd = ring_of(256 * KIB);
	ASSERT_LE(0, fd);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, getpid()));

	/* They are held as long as the snapshot is unfinished. */
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &arg));
	EXPECT_EQ(-EDQUOT, try_ring(256 * KIB));
	reader_drain(&reader, NULL);
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_continue(&reader));
	EXPECT_EQ(-EDQUOT, try_ring(256 * KIB));
	reader_drain(&reader, NULL);

	/* Another takes its place. */
	EXPECT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&reader, &plain));
	EXPECT_EQ(0, try_ring(size));
	reader_drain(&reader, NULL);
	ASSERT_EQ(0, reader_run(&reader, &arg, &snapshot));
	EXPECT_LT(info.cuts_max, snapshot_count(&snapshot, IPCSHOW_REC_PAGES));
	snapshot_free(&snapshot);
	EXPECT_EQ(0, try_ring(size));

	/* So does another target, and the end of the file. */
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &arg));
	EXPECT_EQ(-EDQUOT, try_ring(size));
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(0, try_ring(size));
	reader_drain(&reader, NULL);
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &arg));
	EXPECT_EQ(-EDQUOT, try_ring(size));
	reader_close(&reader);
	EXPECT_EQ(0, try_ring(size));
	close(fd);
}

TEST_F(limits, too_many_cuts)
{
	struct ipcshow_snapshot arg = cut_up(65536);
	struct reader reader;
	__u64 *cuts = (void *)(uintptr_t)arg.cuts;
	__u64 last = cuts[65535];
	struct child child;
	int fd, i;

	ASSERT_TRUE(set_limits(1024, 0));
	fd = ring_of(512 * KIB);
	ASSERT_LE(0, fd);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-EDQUOT, reader_call(&reader, &arg));
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	EXPECT_EQ(0, reader.producer->pos);

	ASSERT_TRUE(set_limits(8192, 1024));
	EXPECT_EQ(-EDQUOT, reader_call(&reader, &arg));
	self->greed->uid = OTHER;
	ASSERT_TRUE(set_limits(1024, 1024 + 256));
	close(fd);
	child_start(&child, be_greedy, self->greed);
	EXPECT_EQ(-ENOSPC, reader_call(&reader, &arg));
	EXPECT_EQ(-EBADFD, reader_continue(&reader));
	child_kill(&child);

	/* What fails after they were charged gives them back. */
	for (i = 0; i < 50; i++) {
		cuts[65535] = last + 1;
		ASSERT_EQ(-EINVAL, reader_call(&reader, &arg));
		cuts[65535] = cuts[65534];
		ASSERT_EQ(-EINVAL, reader_call(&reader, &arg));
		arg.cuts = PAGE;
		ASSERT_EQ(-EFAULT, reader_call(&reader, &arg));
		arg.cuts = (uintptr_t)cuts;
	}
	cuts[65535] = last;
	EXPECT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &arg));
	reader_close(&reader);
}

/* Users of a user namespace have together what its owner has. */

#define FIRST_UID	100000

static bool write_map(pid_t pid, const char *name, const char *map)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return proc_write(path, map);
}

/* User 5 of a namespace that USER owns takes all. */
static int be_greedy_there(struct child *self, void *argument)
{
	struct greed *greed = argument;

	become(USER);
	if (unshare(CLONE_NEWUSER))
		return 1;
	child_ready(self);
	child_wait(self);
	become(5);
	take_all(greed);
	return child_stay(self, NULL);
}

struct another {
	pid_t namespace;
	int there;
	int deeper;
};

/* User 6 of the same namespace, then of a namespace in it. */
static int be_another_there(struct child *self, void *argument)
{
	struct another *another = argument;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", another->namespace);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWUSER))
		return 1;
	become(6);
	another->there = ring_of(RING_SMALL);
	if (unshare(CLONE_NEWUSER))
		return 1;
	another->deeper = ring_of(RING_SMALL);
	return child_stay(self, NULL);
}

TEST_F(limits, user_namespace)
{
	struct another *another = (void *)(self->greed + 1);
	struct child child, other;

	ASSERT_TRUE(set_limits(1024, 0));
	proc_write("/proc/sys/kernel/unprivileged_userns_clone", "1");
	child_start(&child, be_greedy_there, self->greed);
	ASSERT_TRUE(write_map(child.pid, "uid_map", "0 100000 1000"));
	ASSERT_TRUE(write_map(child.pid, "gid_map", "0 100000 1000"));
	child_go(&child);
	child_await(&child);
	EXPECT_EQ(FIRST_UID + 5, proc_status(child.pid, "Uid"));
	EXPECT_EQ(-EDQUOT, self->greed->error);
	EXPECT_LT(1024 * KIB - RING_SMALL - POSITIONS, self->greed->taken);

	another->namespace = child.pid;
	child_start(&other, be_another_there, another);
	EXPECT_EQ(FIRST_UID + 6, proc_status(other.pid, "Uid"));
	EXPECT_EQ(-EDQUOT, another->there);
	EXPECT_EQ(-EDQUOT, another->deeper);
	EXPECT_EQ(-EDQUOT, ring_as_user(USER, RING_SMALL));
	EXPECT_EQ(0, ring_as_user(OTHER, 512 * KIB));
	/* Outside of the namespace, the same number is a user with a share. */
	EXPECT_EQ(0, ring_as_user(FIRST_UID + 5, 512 * KIB));

	child_kill(&other);
	child_kill(&child);
	EXPECT_EQ(0, ring_as_user(USER, 512 * KIB));
}

TEST_MAIN
