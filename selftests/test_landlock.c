// SPDX-License-Identifier: GPL-2.0
/*
 * A security module that says no: Landlock, which lets a process look at nobody outside of its
 * own domain. Like that of SELinux, its policy stands beside user IDs and capabilities; what is
 * tested is that the device asks.
 */
#include <linux/landlock.h>

#include "access.h"

/* Into a domain of its own, in which all else is allowed. False: this kernel has none. */
static bool confine(void)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_BLOCK };
	int fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	bool done = fd >= 0 && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
		    !syscall(SYS_landlock_restrict_self, fd, 0);

	if (fd >= 0)
		close(fd);
	return done;
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

static int confined_kernel_maps(void *look)
{
	return confine() ? kernel_allows_maps(look) : 1;
}

static int confined_kernel_mem(void *look)
{
	return confine() ? kernel_allows_mem(look) : 1;
}

static int confined_allows(void *look)
{
	return confine() ? allows(look) : 1;
}

/* Nobody is so mighty that the module asks for less. */
TEST_F(access, outside_of_the_domain)
{
	if (!has_landlock())
		SKIP(return, "this kernel has no Landlock");
	start(self, USER, true);
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_EQ(-EACCES, as_user(USER, confined_kernel_maps, &self->look));
	EXPECT_EQ(-EACCES, as_user(USER, confined_allows, &self->look));
	/* That from 6.15 on maps is open to root, by CAP_PERFMON, makes no difference. */
	EXPECT_EQ(-EACCES, as_user(0, confined_kernel_mem, &self->look));
	EXPECT_EQ(-EACCES, as_user(0, confined_allows, &self->look));
}

/* Nothing is told of who is refused, in a comparison either. */
static int confined_adds(void *argument)
{
	struct ipcshow_target arg = { .size = sizeof(arg), .flags = IPCSHOW_TARGET_F_ADD };
	const struct look *look = argument;
	struct reader reader;
	int error;

	if (!confine() || reader_open(&reader, RING_SMALL) || reader_target(&reader, getpid()))
		return 1;
	arg.pid = look->pid;
	error = ioctl(reader.fd, IPCSHOW_IOC_TARGET, &arg) ? -errno : 0;
	reader_close(&reader);
	return error;
}

TEST_F(access, beside_one_of_the_domain)
{
	if (!has_landlock())
		SKIP(return, "this kernel has no Landlock");
	start(self, USER, true);
	EXPECT_EQ(-EACCES, as_user(USER, confined_adds, &self->look));
	EXPECT_EQ(-EACCES, as_user(0, confined_adds, &self->look));
}

/* Its own children are in its domain, and it sees all of them. */
static int sees_its_child(void *argument)
{
	struct look look = {};
	struct child child;
	int result;

	if (!confine())
		return 1;
	child_start(&child, child_stay, argument);
	look.pid = child.pid;
	result = kernel_allows_mem(&look) ?: allows(&look) ?: thread_flags(&look);
	child_kill(&child);
	return result;
}

TEST_F(access, within_the_domain)
{
	if (!has_landlock())
		SKIP(return, "this kernel has no Landlock");
	EXPECT_EQ(0, as_user(USER, sees_its_child, NULL));
}

/* Who is handed the file in a domain reads on, but for what each thread is asked about. */
static struct reader passed;

static int confined_reads_on(void *unused)
{
	struct snapshot snapshot = {};
	const struct ipcshow_resources *resources;
	const struct ipcshow_end *end;

	(void)unused;
	if (!confine() || reader_map(&passed) || reader_snapshot(&passed, WHAT_ALL, &snapshot))
		return 1;
	end = snapshot_end(&snapshot);
	if (!end->regions || !end->threads || end->threads_refused != end->threads)
		return 2;
	for_each_of(resources, &snapshot, IPCSHOW_REC_RESOURCES) {
		if (resources->flags != IPCSHOW_RESOURCES_F_REFUSED)
			return 3;
	}
	return snapshot_count(&snapshot, IPCSHOW_REC_REGS) ||
	       snapshot_count(&snapshot, IPCSHOW_REC_FD) ? 4 : 0;
}

TEST_F(access, passed_into_a_domain)
{
	if (!has_landlock())
		SKIP(return, "this kernel has no Landlock");
	start(self, USER, true);
	ASSERT_READER(&passed, RING_USUAL);
	ASSERT_EQ(0, reader_target(&passed, self->child.pid));
	EXPECT_EQ(0, as_user(USER, confined_reads_on, NULL));
	reader_close(&passed);
}

TEST_MAIN
