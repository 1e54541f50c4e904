// SPDX-License-Identifier: GPL-2.0
/* Users: root, the owner, others; processes and threads that are not the user's own any more. */
#include <linux/capability.h>
#include <pthread.h>
#include <sys/stat.h>

#include "access.h"

TEST_F(access, device_is_for_all)
{
	struct stat stat_;

	ASSERT_EQ(0, stat(DEVICE, &stat_));
	EXPECT_EQ(S_IFCHR | 0666, stat_.st_mode);
}

TEST_F(access, root)
{
	start(self, 0, true);
	EXPECT_ACCESS(0, 0, &self->look);
	EXPECT_ATTACH(true, 0, &self->look);
	EXPECT_ACCESS(-EACCES, USER, &self->look);
	/* That it is the caller's own makes no difference: it runs as another. */
	self->look.pid = getpid();
	EXPECT_ACCESS(-EACCES, USER, &self->look);
}

TEST_F(access, owner)
{
	start(self, USER, true);
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ATTACH(true, USER, &self->look);
	EXPECT_ACCESS(0, 0, &self->look);
	EXPECT_ATTACH(true, 0, &self->look);
}

TEST_F(access, other_user)
{
	start(self, USER, true);
	EXPECT_ACCESS(-EACCES, OTHER, &self->look);
}

/* Another user with this one capability, by which all may read maps from 6.15 on. */
static bool become_perfmon(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
	struct __user_cap_data_struct *perfmon = &data[CAP_TO_INDEX(CAP_PERFMON)];

	perfmon->effective = CAP_TO_MASK(CAP_PERFMON);
	perfmon->permitted = perfmon->effective;
	return !prctl(PR_SET_KEEPCAPS, 1) && !setresgid(OTHER, OTHER, OTHER) &&
	       !setresuid(OTHER, OTHER, OTHER) && !syscall(SYS_capset, &header, data);
}

static int perfmon_kernel_ns(void *argument)
{
	const struct look *look = argument;

	return become_perfmon() ? open_proc(look->pid, "ns/mnt") : 1;
}

static int perfmon_allows(void *look)
{
	return become_perfmon() ? allows(look) : 1;
}

TEST_F(access, perfmon)
{
	start(self, USER, true);
	EXPECT_EQ(-EACCES, as_user(0, perfmon_kernel_ns, &self->look));
	EXPECT_EQ(-EACCES, as_user(0, perfmon_allows, &self->look));
}

TEST_F(access, other_group)
{
	/* The user's, but in a group that it is not in. */
	struct owner owner = { .uid = USER, .gid = OTHER, .dumpable = true };

	child_start(&self->child, is_owned, &owner);
	self->look.pid = self->child.pid;
	EXPECT_ACCESS(-EACCES, USER, &self->look);
	EXPECT_ACCESS(0, 0, &self->look);
}

TEST_F(access, not_dumpable)
{
	start(self, USER, false);
	EXPECT_ACCESS(-EACCES, USER, &self->look);
	EXPECT_ACCESS(0, 0, &self->look);
	EXPECT_ATTACH(true, 0, &self->look);
}

static int copy_program(const char *to, mode_t mode)
{
	char buffer[65536];
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	ssize_t size;

	while ((size = read(from, buffer, sizeof(buffer))) > 0) {
		if (write(fd, buffer, size) != size)
			return -1;
	}
	close(from);
	return size || fchmod(fd, mode) || close(fd) ? -1 : 0;
}

static char *const stay_arguments[] = { "stay", NULL };
static char *const leave_arguments[] = { "leave", NULL };

static int runs_program(struct child *self, void *argument)
{
	become(USER);
	child_ready(self);
	execv(argument, stay_arguments);
	return 1;
}

static bool runs(pid_t pid, const char *path)
{
	char link[64], target[256] = "";

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	return readlink(link, target, sizeof(target) - 1) > 0 && !strcmp(target, path);
}

TEST_F(access, setuid_program)
{
	static const char path[] = "/var/tmp/ipcshow-test-setuid";

	unlink(path);
	ASSERT_EQ(0, copy_program(path, 04755));
	child_start(&self->child, runs_program, (void *)path);
	while (!runs(self->child.pid, path))
		usleep(1000);
	self->look.pid = self->child.pid;
	EXPECT_ACCESS(-EACCES, USER, &self->look);
	EXPECT_ACCESS(0, 0, &self->look);
	unlink(path);
}

/* Becomes a program that the user may not look at, again and again. */
static int becomes_setuid(struct child *self, void *argument)
{
	become(USER);
	child_ready(self);
	child_wait(self);
	usleep(rand() % 3000);
	execv(argument, leave_arguments);
	return 1;
}

static bool names_program(const struct snapshot *snapshot, const char *path)
{
	const struct ipcshow_file *file;

	for_each_of(file, snapshot, IPCSHOW_REC_FILE) {
		if (file->path_size == strlen(path) &&
		    !memcmp(file->path, path, file->path_size))
			return true;
	}
	return false;
}

struct race {
	struct child child;
	const char *path;
};

/* How often it saw what it may see; or -1: it saw the other program. */
static int looks_during_exec(void *argument)
{
	struct race *race = argument;
	struct reader reader;
	int looks, seen = 0;

	if (reader_open(&reader, 256 << 10))
		return -2;
	for (looks = 0;; looks++) {
		struct snapshot snapshot = {};
		int error = reader_target(&reader, race->child.pid) ?:
			    reader_snapshot(&reader, WHAT_ALL, &snapshot);
		bool leaked = names_program(&snapshot, race->path);

		snapshot_free(&snapshot);
		if (leaked)
			return -1;
		if (error == -ESRCH || error == -ENODATA)
			return seen;
		seen += !error;
		if (!looks)
			child_go(&race->child);
	}
}

static int race_once(uid_t uid, const char *path)
{
	struct race race = { .path = path };
	int seen;

	child_start(&race.child, becomes_setuid, (void *)path);
	seen = as_user(uid, looks_during_exec, &race);
	child_kill(&race.child);
	return seen;
}

TEST_F(access, setuid_race)
{
	static const char path[] = "/var/tmp/ipcshow-test-race";
	int i, seen, total = 0, by_root = 0;

	unlink(path);
	ASSERT_EQ(0, copy_program(path, 04755));
	for (i = 0; i < 60; i++) {
		srand(i);
		seen = race_once(USER, path);
		ASSERT_LE(0, seen) TH_LOG("a user saw a setuid program");
		total += seen;
	}
	EXPECT_LT(30, total);
	/* There is something to be seen, for who may. */
	for (i = 0; i < 200 && !by_root; i++)
		by_root += race_once(0, path) == -1;
	EXPECT_LT(0, by_root);
	unlink(path);
}

/* Two threads of one process, of two users: the system call alone changes one. */
static void *is_other(void *argument)
{
	if (syscall(SYS_setresgid, OTHER, OTHER, OTHER) ||
	    syscall(SYS_setresuid, OTHER, OTHER, OTHER))
		abort();
	__atomic_store_n((pid_t *)argument, gettid(), __ATOMIC_SEQ_CST);
	while (pause())
		;
	return NULL;
}

static int has_two_users(struct child *self, void *argument)
{
	pid_t *tid = argument;
	pthread_t thread;

	if (pthread_create(&thread, NULL, is_other, tid))
		return 1;
	while (!__atomic_load_n(tid, __ATOMIC_SEQ_CST))
		usleep(1000);
	if (syscall(SYS_setgroups, 0, NULL) || syscall(SYS_setresgid, USER, USER, USER) ||
	    syscall(SYS_setresuid, USER, USER, USER) || prctl(PR_SET_DUMPABLE, 1))
		return 1;
	return child_stay(self, argument);
}

TEST_F(access, credentials_are_a_threads_own)
{
	pid_t *tid = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct look other;

	child_start(&self->child, has_two_users, tid);
	self->look.pid = self->child.pid;
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ATTACH(true, USER, &self->look);

	other = (struct look){ .pid = self->child.pid, .tid = *tid };
	EXPECT_ATTACH(false, USER, &other);
	EXPECT_ATTACH(true, 0, &other);
	/* Through its own TID, the other user is let in, and sees its thread only. */
	other.pid = *tid;
	EXPECT_ACCESS(-EACCES, USER, &other);
	EXPECT_ACCESS(0, OTHER, &other);
	EXPECT_ATTACH(true, OTHER, &other);
	other.tid = self->child.pid;
	EXPECT_EQ((int)IPCSHOW_THREAD_F_REFUSED, as_user(OTHER, thread_flags, &other));
}

static struct reader passed;

/* With a file that another opened, and its target. */
static int goes_on_reading(void *argument)
{
	const struct look *look = argument;
	struct snapshot snapshot = {};
	const struct ipcshow_end *end;

	/* The mappings stay behind at a fork. */
	if (reader_map(&passed) || reader_target(&passed, look->pid) != -EACCES)
		return 1;
	if (reader_snapshot(&passed, WHAT_ALL, &snapshot))
		return 2;
	end = snapshot_end(&snapshot);
	if (!end->regions || end->flags & IPCSHOW_END_F_GONE)
		return 3;
	if (!end->threads || end->threads_refused != end->threads)
		return 4;
	if (snapshot_count(&snapshot, IPCSHOW_REC_REGS))
		return 5;
	return 0;
}

TEST_F(access, passed_file)
{
	start(self, 0, true);
	ASSERT_READER(&passed, RING_USUAL);
	ASSERT_EQ(0, reader_target(&passed, self->child.pid));
	EXPECT_EQ(0, as_user(USER, goes_on_reading, &self->look));
	reader_close(&passed);
}

/* A parent of the user's, and what it sees of its child. */
static int looks_at_own_child(void *argument)
{
	struct child child;
	struct look look = {};
	int flags;

	(void)argument;
	child_start(&child, child_stay, NULL);
	look.pid = child.pid;
	flags = thread_flags(&look);
	if (kernel_allows_mem(&look) != (flags ? -EACCES : 0))
		flags = -1;
	child_kill(&child);
	return flags;
}

TEST_F(access, yama)
{
	if (self->scope < 0)
		SKIP(return, "this kernel has no Yama");
	start(self, USER, true);

	/* Only who began it may attach: the map is open all the same. */
	ASSERT_TRUE(proc_write(YAMA, "1"));
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ATTACH(false, USER, &self->look);
	EXPECT_EQ(0, as_user(USER, looks_at_own_child, NULL));
	EXPECT_ATTACH(true, 0, &self->look);

	/* Only root may. */
	ASSERT_TRUE(proc_write(YAMA, "2"));
	EXPECT_ACCESS(0, USER, &self->look);
	EXPECT_ATTACH(false, USER, &self->look);
	EXPECT_EQ((int)IPCSHOW_THREAD_F_REFUSED, as_user(USER, looks_at_own_child, NULL));
	EXPECT_ATTACH(true, 0, &self->look);
}

int main(int argc, char **argv)
{
	/* Run as a program to look at. */
	if (argc && !strcmp(argv[0], "stay")) {
		pause();
		return 0;
	}
	if (argc && !strcmp(argv[0], "leave")) {
		usleep(3000);
		return 0;
	}
	return main_of_tests(argc, argv);
}
