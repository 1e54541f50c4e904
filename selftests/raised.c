// SPDX-License-Identifier: GPL-2.0
/*
 * What a machine may be forbidden until its next boot, while the module is there. Not one of the
 * tests that run together: those after it would be in another machine.
 */
#include <sys/mount.h>
#include <sys/utsname.h>

#include "access.h"

#define LOCKDOWN	"/sys/kernel/security/lockdown"

/* Also for who mounted no securityfs. */
static bool has_lockdown(void)
{
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	return !access(LOCKDOWN, W_OK);
}

static int insert_again(void)
{
	char path[256];
	struct utsname name;
	int fd, error;

	uname(&name);
	snprintf(path, sizeof(path), "../%s/ipcshow.ko", name.release);
	fd = open(beside(path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return error;
}

static void all_is_allowed(struct __test_metadata *_metadata, FIXTURE_DATA(access) *self)
{
	EXPECT_ACCESS(0, 0, &self->look);
	EXPECT_ATTACH(true, 0, &self->look);
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ACCESS(-EACCES, OTHER, &self->look);
}

/*
 * What is there goes on as before: it hands out nothing that lockdown keeps from root. What is
 * not signed cannot be inserted again.
 */
TEST_F(access, lockdown)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
	struct snapshot snapshot = {};
	struct reader before;
	int status;

	if (!has_lockdown())
		SKIP(return, "this kernel has no lockdown");
	start(self, USER, true);
	ASSERT_READER(&before, RING_SMALL);
	ASSERT_EQ(0, reader_target(&before, self->child.pid));
	status = reader_call(&before, &arg);
	ASSERT_LT(0, status);
	EXPECT_EQ(-EEXIST, insert_again());

	ASSERT_TRUE(proc_write(LOCKDOWN, "confidentiality"));
	EXPECT_EQ(-1, open("/proc/kcore", O_RDONLY)) TH_LOG("lockdown is not in force");
	EXPECT_EQ(-EPERM, insert_again());
	EXPECT_EQ(0, reader_finish(&before, status, reader_continue, &snapshot));
	EXPECT_EQ(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE);
	snapshot_free(&snapshot);
	reader_close(&before);
	EXPECT_ACCESS(0, 0, &self->look);
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ACCESS(-EACCES, OTHER, &self->look);
	ASSERT_EQ(0, snapshot_of(self->child.pid, WHAT_ALL, &snapshot));
	EXPECT_LT(0, snapshot_end(&snapshot)->regions);
	snapshot_free(&snapshot);
	self->scope = -1;
}

/* Nobody may attach any more, root neither; maps can be read as ever. */
TEST_F(access, yama_forbids_to_attach)
{
	if (self->scope < 0)
		SKIP(return, "this kernel has no Yama");
	start(self, USER, true);
	all_is_allowed(_metadata, self);
	ASSERT_TRUE(proc_write(YAMA, "3"));
	EXPECT_FALSE(proc_write(YAMA, "0"));
	EXPECT_ACCESS(0, 0, &self->look);
	EXPECT_ATTACH(false, 0, &self->look);
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ATTACH(false, USER, &self->look);
	self->scope = -1;
}

TEST_MAIN
