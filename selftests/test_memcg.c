// SPDX-License-Identifier: GPL-2.0
/* Memory that is charged to the memory cgroup of who asks for it. */
#include <sys/resource.h>

#include "ends.h"
#include "group.h"
#include "limits.h"

#define GROUP_MAX	(16LL << 20)

FIXTURE(group) {
	long long user_kib;
	bool made;
	/* Shared with the child. */
	int *error;
};

FIXTURE_SETUP(group)
{
	char text[24];

	self->user_kib = proc_number(USER_KIB);
	if (!group_make())
		SKIP_FIXTURE("there is no memory controller of cgroup v2 that we may use");
	self->made = true;
	snprintf(text, sizeof(text), "%lld", GROUP_MAX);
	ASSERT_TRUE(proc_write(GROUP "memory.max", text));
	proc_write(GROUP "memory.swap.max", "0");
	ASSERT_TRUE(write_number(USER_KIB, 1 << 20));
	self->error = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->error);
}

FIXTURE_TEARDOWN(group)
{
	write_number(USER_KIB, self->user_kib);
	EXPECT_TRUE(!self->made || group_end());
}

static long long group_event(const char *name)
{
	FILE *file = fopen(GROUP "memory.events", "re");
	long long value = -1, number;
	char word[64];

	while (file && fscanf(file, "%63s %lld", word, &number) == 2) {
		if (!strcmp(word, name))
			value = number;
	}
	if (file)
		fclose(file);
	return value;
}

static int make_rings_there(struct child *self, void *argument)
{
	struct reader reader;
	int *error = argument;

	if (!group_enter())
		return 1;
	child_ready(self);
	child_wait(self);
	error[0] = reader_open(&reader, 4 << 20);
	child_ready(self);
	child_wait(self);
	reader_close(&reader);
	child_ready(self);
	child_wait(self);
	error[0] = reader_open(&reader, 2 * GROUP_MAX);
	return child_stay(self, NULL);
}

static int stay_there(struct child *self, void *argument)
{
	char *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (!group_enter())
		return 1;
	memset(memory, 1, 1 << 20);
	return child_stay(self, argument);
}

TEST_F(group, pays)
{
	struct child child;
	long long before;

	child_start(&child, make_rings_there, self->error);
	before = group_bytes();
	ASSERT_LE(0, before);
	child_go(&child);
	child_await(&child);
	ASSERT_EQ(0, self->error[0]);
	EXPECT_LE(before + (4 << 20), group_bytes() + GROUP_SLACK / 4);
	EXPECT_GE(before + (4 << 20) + GROUP_SLACK, group_bytes());
	child_go(&child);
	child_await(&child);
	EXPECT_GE(before + GROUP_SLACK, group_bytes());
	child_kill(&child);
}

/* The caller gets an error; nobody in the group is killed for it. */
TEST_F(group, has_too_little)
{
	struct child child, bystander;
	char word;
	int i;

	child_start(&bystander, stay_there, NULL);
	child_start(&child, make_rings_there, self->error);
	for (i = 0; i < 3; i++) {
		child_go(&child);
		if (i < 2)
			child_await(&child);
	}
	/* It may have been killed: then this is the end of the pipe. */
	EXPECT_EQ(1, read(child.from, &word, 1));
	EXPECT_EQ(-ENOMEM, self->error[0]);
	EXPECT_EQ('S', proc_state(bystander.pid));
	EXPECT_EQ(0, group_event("oom_kill"));
	EXPECT_LT(0, group_event("max"));
	EXPECT_GT(GROUP_MAX / 2, group_bytes());
	child_kill(&child);
	child_kill(&bystander);
}

/* Files that hold no ring cost their group something as well, and not much. */

#define FILES		2000
#define FILE_LEAST	2048LL
#define FILE_MOST	8192LL

static int open_files_there(struct child *self, void *argument)
{
	const struct rlimit many = { FILES + 100, FILES + 100 };
	struct reader reader;
	int *error = argument, i;

	if (!group_enter() || setrlimit(RLIMIT_NOFILE, &many))
		return 1;
	child_ready(self);
	child_wait(self);
	for (i = 0; i < FILES && !*error; i++)
		*error = reader_open(&reader, 0);
	return child_stay(self, NULL);
}

TEST_F(group, pays_for_open_files)
{
	struct child child;
	long long before, cost;

	child_start(&child, open_files_there, self->error);
	before = group_bytes();
	child_go(&child);
	child_await(&child);
	ASSERT_EQ(0, self->error[0]);
	cost = (group_bytes() - before) / FILES;
	EXPECT_LT(FILE_LEAST, cost);
	EXPECT_GT(FILE_MOST, cost);
	TH_LOG("an open file costs %lld bytes", cost);
	child_kill(&child);
}

/* Rings that are given back, so many that a page of each would be seen. */

#define RINGS		2000

static int make_rings_again(struct child *self, void *argument)
{
	int *error = argument, round, i;
	struct reader reader;

	if (!group_enter())
		return 1;
	/* At first, what is kept for the next ones. */
	for (round = 0; round < 2; round++) {
		for (i = 0; i < RINGS && !*error; i++) {
			*error = reader_open(&reader, RING_SMALL) ?: try_shared(RING_SMALL);
			reader_close(&reader);
		}
		child_ready(self);
		child_wait(self);
	}
	return 0;
}

TEST_F(group, gets_it_all_back)
{
	struct child child;
	long long before;

	child_start(&child, make_rings_again, self->error);
	before = group_bytes();
	child_go(&child);
	child_await(&child);
	ASSERT_EQ(0, self->error[0]);
	EXPECT_GT(before + GROUP_SLACK, group_bytes());
	TH_LOG("%d rings of each kind leave %lld bytes", RINGS, group_bytes() - before);
	child_kill(&child);
}

TEST_MAIN
