// SPDX-License-Identifier: GPL-2.0
/* Where there is no memory to load the module, it is not there, nor anything of it. */
#include "fail_nth.h"
#include "module.h"
#include "pieces.h"

/*
 * Allocations, counted from the last one. Those of the kernel's loader come first, some of which it warns
 * of when they fail (jump labels); the last are of sysfs, and of our own beginning.
 */
#define LAST	50

/* So often that nothing has failed: there were fewer allocations, and all of them had their turn. */
#define BEYOND	5

FIXTURE(load) {
	char parameters[512];
	int module;
	int fd;
};

FIXTURE_SETUP(load)
{
	if (!can_fail())
		SKIP_FIXTURE("this kernel has no fault injection");
	self->module = open_module();
	if (self->module < 0)
		SKIP_FIXTURE("no ipcshow.ko is there: name it in IPCSHOW_KO");
	self->fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	read_parameters(self->parameters, sizeof(self->parameters));
	ASSERT_EQ(0, remove_idle_module());
}

FIXTURE_TEARDOWN(load)
{
	struct reader reader;

	EXPECT_EQ(0, insert_module(self->module, self->parameters));
	ASSERT_READER(&reader, RING_SMALL);
	reader_close(&reader);
	close(self->module);
	close(self->fd);
}

static bool is_there(void)
{
	return !access(DEVICE, F_OK) || !access("/sys/module/ipcshow", F_OK) ||
	       !access("/sys/class/misc/ipcshow", F_OK);
}

/* Allocations that loading makes: the fewest of some times, since slabs are at times full. */
static unsigned int count_allocations(struct __test_metadata *_metadata, FIXTURE_DATA(load) *self)
{
	const unsigned int most = 1 << 30;
	unsigned int i, made, fewest = most;
	int error;

	for (i = 0; i < 5; i++) {
		fail_nth(self->fd, most);
		error = insert_module(self->module, self->parameters);
		made = most - fail_left(self->fd);
		fail_nth(self->fd, 0);
		ASSERT_EQ(0, error);
		ASSERT_EQ(0, remove_idle_module());
		if (made < fewest)
			fewest = made;
	}
	return fewest;
}

TEST_F(load, each_of_the_last_allocations)
{
	const unsigned int made = count_allocations(_metadata, self);
	unsigned int nr, failed = 0, beyond = 0;
	int error;

	ASSERT_LT(LAST, made);
	for (nr = made - LAST; beyond < BEYOND; nr++) {
		fail_nth(self->fd, nr);
		error = insert_module(self->module, self->parameters);
		beyond = has_failed(self->fd) ? 0 : beyond + 1;
		fail_nth(self->fd, 0);
		if (!error) {
			EXPECT_TRUE(is_there());
			ASSERT_EQ(0, remove_idle_module()) TH_LOG("allocation %u of %u", nr, made);
			continue;
		}
		failed++;
		EXPECT_EQ(-ENOMEM, error) TH_LOG("allocation %u of %u", nr, made);
		EXPECT_FALSE(is_there()) TH_LOG("allocation %u of %u", nr, made);
	}
	/* Of sysfs' and ours; which ones slab takes is not always the same. */
	EXPECT_LT(5, failed);
	TH_LOG("%u allocations; loading fails with %u of the last %u", made, failed,
	       nr - BEYOND - (made - LAST));
}

TEST_MAIN
