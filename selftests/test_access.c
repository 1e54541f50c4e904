// SPDX-License-Identifier: GPL-2.0
/*
 * Who may look at whom. What is expected stands in the test; that the kernel
 * says the same of /proc/PID/maps and /proc/TID/mem is checked besides.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "test.h"

#define YAMA	"/proc/sys/kernel/yama/ptrace_scope"

/* What a caller is to look at, and what it found. */
struct look {
	pid_t pid;
	/* The thread in question; 0: the leader. */
	pid_t tid;
	/* In a user namespace of the caller's own. */
	bool in_user_ns;
};

static int open_proc(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void enter_user_ns(const struct look *look)
{
	if (look->in_user_ns && unshare(CLONE_NEWUSER))
		_exit(1);
}

static int kernel_allows_maps(void *argument)
{
	const struct look *look = argument;

	enter_user_ns(look);
	return open_proc(look->pid, "maps");
}

static int kernel_allows_mem(void *argument)
{
	const struct look *look = argument;

	return open_proc(look->tid ?: look->pid, "mem");
}

static int allows(void *argument)
{
	const struct look *look = argument;
	struct reader reader;
	int result;

	enter_user_ns(look);
	result = reader_open(&reader, RING_SMALL) ?: reader_target(&reader, look->pid);
	reader_close(&reader);
	return result;
}

/* The flags of that thread; also, that they fit what is in the record. */
static int thread_flags(void *argument)
{
	const uint64_t unread = IPCSHOW_THREAD_F_REFUSED | IPCSHOW_THREAD_F_NO_REGS;
	const struct look *look = argument;
	const struct ipcshow_thread *thread;
	struct snapshot snapshot = {};
	int error = snapshot_of(look->pid, IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS, &snapshot);
	bool told;

	if (error)
		return error;
	thread = snapshot_thread(&snapshot, look->tid ?: look->pid);
	if (!thread)
		return -1000;
	told = thread->ip || thread->sp || thread->tls || thread->altstack ||
	       snapshot_regs(&snapshot, thread->tid);
	if (told == !!(thread->flags & unread))
		return -1001;
	return thread->flags & unread;
}

/* Both say @expected, when a caller of @uid asks. */
#define EXPECT_ACCESS(expected, uid, look)						\
	do {										\
		EXPECT_EQ(expected, as_user(uid, kernel_allows_maps, look));		\
		EXPECT_EQ(expected, as_user(uid, allows, look));			\
	} while (0)

#define EXPECT_ATTACH(allowed, uid, look)						\
	do {										\
		EXPECT_EQ((allowed) ? 0 : -EACCES, as_user(uid, kernel_allows_mem, look)); \
		EXPECT_EQ((allowed) ? 0 : (int)IPCSHOW_THREAD_F_REFUSED,		\
			  as_user(uid, thread_flags, look));				\
	} while (0)

/* A process of a user, made a little special. */
struct owner {
	uid_t uid;
	gid_t gid;
	bool dumpable;
	bool in_user_ns;
};

static int is_owned(struct child *self, void *argument)
{
	const struct owner *owner = argument;

	if (owner->gid) {
		if (setresgid(owner->gid, owner->gid, owner->gid) ||
		    setresuid(owner->uid, owner->uid, owner->uid) ||
		    prctl(PR_SET_PDEATHSIG, SIGKILL))
			return 1;
	} else {
		become(owner->uid);
	}
	if (owner->in_user_ns && unshare(CLONE_NEWUSER))
		return 1;
	if (prctl(PR_SET_DUMPABLE, owner->dumpable))
		return 1;
	return child_stay(self, argument);
}

FIXTURE(access) {
	struct child child;
	struct look look;
	long long scope;
};

FIXTURE_SETUP(access)
{
	ASSERT_EQ(0, geteuid()) TH_LOG("these tests are for root");
	/* What it was when the test began. */
	self->scope = proc_number(YAMA);
	if (self->scope >= 0) {
		ASSERT_TRUE(proc_write(YAMA, "0"));
	}
}

FIXTURE_TEARDOWN(access)
{
	char number[16];

	snprintf(number, sizeof(number), "%lld", self->scope);
	if (self->scope >= 0) {
		EXPECT_TRUE(proc_write(YAMA, number));
	}
	child_kill(&self->child);
}

static void start(FIXTURE_DATA(access) *self, uid_t uid, bool dumpable)
{
	struct owner owner = { .uid = uid, .dumpable = dumpable };

	child_start(&self->child, is_owned, &owner);
	self->look = (struct look){ .pid = self->child.pid };
}

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
	pid_t pid;
	const char *path;
};

/* How often it saw what it may see; or -1: it saw the other program. */
static int looks_during_exec(void *argument)
{
	const struct race *race = argument;
	struct reader reader;
	int seen = 0;

	if (reader_open(&reader, 256 << 10))
		return -2;
	for (;;) {
		struct snapshot snapshot = {};
		int error = reader_target(&reader, race->pid) ?:
			    reader_snapshot(&reader, WHAT_ALL, &snapshot);
		bool leaked = names_program(&snapshot, race->path);

		snapshot_free(&snapshot);
		if (leaked)
			return -1;
		if (error == -ESRCH || error == -ENODATA)
			return seen;
		seen += !error;
	}
}

static int race_once(uid_t uid, const char *path)
{
	struct race race = { .path = path };
	struct child child;
	int seen;

	child_start(&child, becomes_setuid, (void *)path);
	race.pid = child.pid;
	seen = as_user(uid, looks_during_exec, &race);
	child_kill(&child);
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
	for (i = 0; i < 10; i++)
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
	const char *given = getenv("IPCSHOW_MODULE");

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
