// SPDX-License-Identifier: GPL-2.0
/* User and PID namespaces, and a module that was loaded in a container. */
#include <sys/mount.h>
#include <sys/utsname.h>

#include "access.h"

TEST_F(access, user_namespace_of_the_caller)
{
	start(self, USER, true);
	/* Root there, nobody here. */
	self->look.in_user_ns = true;
	EXPECT_ACCESS(-EACCES, USER, &self->look);
	EXPECT_ACCESS(-EACCES, OTHER, &self->look);
}

TEST_F(access, user_namespace_of_the_target)
{
	struct owner owner = { .uid = USER, .dumpable = true, .in_user_ns = true };

	child_start(&self->child, is_owned, &owner);
	self->look.pid = self->child.pid;
	/* Whoever made the namespace may do anything in it. */
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ACCESS(0, 0, &self->look);
	EXPECT_ACCESS(-EACCES, OTHER, &self->look);
}

static bool map_ids(const char *path, uid_t uid)
{
	char map[32];

	snprintf(map, sizeof(map), "0 %d 1", uid);
	return proc_write(path, map);
}

/* UIDs and GIDs are those of the caller's namespace: its own is 0 there. */
static int sees_itself_as_root(void *argument)
{
	struct snapshot snapshot = {};
	const struct ipcshow_task *task;

	(void)argument;
	if (unshare(CLONE_NEWUSER) || !proc_write("/proc/self/setgroups", "deny") ||
	    !map_ids("/proc/self/uid_map", USER) || !map_ids("/proc/self/gid_map", USER))
		return 1;
	if (prctl(PR_SET_DUMPABLE, 1) || snapshot_of(getpid(), WHAT_ALL, &snapshot))
		return 2;
	task = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK);
	if (!task || task->uid || task->euid || task->gid || task->egid)
		return 3;
	return 0;
}

/* Nothing is mapped: every ID is the overflow ID. */
static int sees_itself_as_nobody(void *argument)
{
	const uint32_t nobody = proc_number("/proc/sys/kernel/overflowuid");
	struct snapshot snapshot = {};
	const struct ipcshow_task *task;

	(void)argument;
	if (unshare(CLONE_NEWUSER) || prctl(PR_SET_DUMPABLE, 1) ||
	    snapshot_of(getpid(), WHAT_ALL, &snapshot))
		return 1;
	task = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK);
	return !task || task->uid != nobody || task->egid != nobody;
}

TEST_F(access, user_ids_are_translated)
{
	EXPECT_EQ(0, as_user(USER, sees_itself_as_root, NULL));
	EXPECT_EQ(0, as_user(USER, sees_itself_as_nobody, NULL));
}

/* The first process of a PID namespace. */
static int first_of_its_namespace(const struct look *outside)
{
	const struct ipcshow_task *task;
	const struct ipcshow_thread *thread;
	struct snapshot snapshot = {};
	struct child child;
	struct reader reader;

	if (getpid() != 1 || snapshot_of(1, WHAT_ALL, &snapshot))
		return 1;
	task = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK);
	thread = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_THREAD);
	if (task->tgid != 1 || task->ppid || thread->tid != 1)
		return 2;
	snapshot_free(&snapshot);

	child_start(&child, child_stay, NULL);
	if (snapshot_of(child.pid, WHAT_ALL, &snapshot))
		return 3;
	task = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK);
	thread = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_THREAD);
	if (task->tgid != (uint32_t)child.pid || task->ppid != 1 ||
	    thread->tid != (uint32_t)child.pid)
		return 4;
	snapshot_free(&snapshot);

	/* A number that means somebody outside means nobody here. */
	if (reader_open(&reader, RING_SMALL) || reader_target(&reader, outside->pid) != -ESRCH)
		return 5;
	if (reader_target(&reader, 2) && child.pid == 2)
		return 6;
	return 0;
}

static int in_pid_namespace(void *argument)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID))
		return -1;
	pid = fork();
	if (!pid)
		_exit(first_of_its_namespace(argument));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -3;
}

static int stays_in_pid_namespace(struct child *self, void *argument)
{
	(void)argument;
	if (unshare(CLONE_NEWPID))
		return 1;
	if (fork())
		pause();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child_stay(self, NULL);
}

TEST_F(access, pid_namespace_of_the_caller)
{
	start(self, 0, true);
	/* Far from the few numbers that a new namespace has given out. */
	ASSERT_LT(10, self->look.pid);
	EXPECT_EQ(0, as_user(-1, in_pid_namespace, &self->look));
}

TEST_F(access, pid_namespace_of_the_target)
{
	const struct ipcshow_task *task;
	struct snapshot snapshot = {};
	char path[64];
	pid_t inner;

	child_start(&self->child, stays_in_pid_namespace, NULL);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", self->child.pid,
		 self->child.pid);
	inner = proc_number(path);
	ASSERT_LT(0, inner);
	ASSERT_EQ(0, snapshot_of(inner, WHAT_ALL, &snapshot));
	task = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK);
	EXPECT_EQ(inner, (pid_t)task->tgid);
	EXPECT_EQ(self->child.pid, (pid_t)task->ppid);
	EXPECT_NE(NULL, snapshot_thread(&snapshot, inner));
	snapshot_free(&snapshot);
}

/* All that was said above, in short, after the module was loaded elsewhere. */
static void rules_hold(struct __test_metadata *_metadata, FIXTURE_DATA(access) *self)
{
	const struct ipcshow_task *task;
	struct snapshot snapshot = {};

	start(self, USER, true);
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ATTACH(true, USER, &self->look);
	EXPECT_ACCESS(-EACCES, OTHER, &self->look);
	EXPECT_ACCESS(0, 0, &self->look);
	ASSERT_EQ(0, snapshot_of(self->child.pid, WHAT_ALL, &snapshot));
	task = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK);
	EXPECT_EQ(self->child.pid, (pid_t)task->tgid);
	EXPECT_EQ(USER, task->uid);
	snapshot_free(&snapshot);
	child_kill(&self->child);

	start(self, 0, true);
	EXPECT_ACCESS(-EACCES, USER, &self->look);
	EXPECT_EQ(0, as_user(-1, in_pid_namespace, &self->look));
	child_kill(&self->child);
}

/* As a container would: a PID and a mount namespace, and another /proc, or none. */
static int load_in_container(const char *path, bool with_proc)
{
	int fd;

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || umount2("/proc", MNT_DETACH))
		return 1;
	if (with_proc && mount("proc", "/proc", "proc", 0, NULL))
		return 2;
	if (getpid() != 1)
		return 3;
	if (syscall(SYS_delete_module, "ipcshow", O_NONBLOCK))
		return 4;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 5;
	return syscall(SYS_finit_module, fd, "", 0) ? 6 : 0;
}

static const char *module_path(void)
{
	struct utsname name;
	static char path[512];
	const char *given = getenv("IPCSHOW_KO");

	uname(&name);
	snprintf(path, sizeof(path), "../%s/ipcshow.ko", name.release);
	return given ?: beside(path);
}

static int container(void *argument)
{
	const char *path = module_path();
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		return -1;
	pid = fork();
	if (!pid)
		_exit(load_in_container(path, *(bool *)argument));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -3;
}

TEST_F(access, module_of_a_container)
{
	bool with_proc = true;

	ASSERT_EQ(0, access(module_path(), R_OK)) TH_LOG("there is no %s", module_path());
	ASSERT_EQ(0, as_user(-1, container, &with_proc));
	rules_hold(_metadata, self);
	with_proc = false;
	ASSERT_EQ(0, as_user(-1, container, &with_proc));
	rules_hold(_metadata, self);
}

TEST_MAIN
