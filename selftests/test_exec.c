// SPDX-License-Identifier: GPL-2.0
/* An address space and a process part: execve(), vfork(), clone(CLONE_VM). */
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "pieces.h"

/* The program that comes: it reads from the pipe, on which nothing is said any more. */
#define NEW_PROGRAM	"cat"

static void exec_new(int input)
{
	if (dup2(input, STDIN_FILENO) == STDIN_FILENO)
		execl("/bin/" NEW_PROGRAM, NEW_PROGRAM, NULL);
	_exit(1);
}

static void read_comm(pid_t pid, char *comm)
{
	char path[64];
	FILE *file;

	memset(comm, 0, IPCSHOW_COMM_LEN + 1);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(comm, IPCSHOW_COMM_LEN + 1, file))
		comm[strcspn(comm, "\n")] = '\0';
	fclose(file);
}

static bool wait_comm(pid_t pid, const char *wanted)
{
	char comm[IPCSHOW_COMM_LEN + 1];
	int i;

	for (i = 0; i < 3000; i++) {
		read_comm(pid, comm);
		if (!strcmp(comm, wanted))
			return true;
		usleep(10000);
	}
	return false;
}

static bool has_comm(const struct snapshot *snapshot, const char *comm)
{
	return !strncmp((const char *)task_in(snapshot)->comm, comm, IPCSHOW_COMM_LEN);
}

/* The new program can be looked at as any other. */
static void is_new(struct __test_metadata *_metadata, struct reader *reader, pid_t pid)
{
	struct snapshot snapshot = {};

	ASSERT_EQ(0, reader_target(reader, pid));
	ASSERT_EQ(0, reader_snapshot(reader, WHAT_ALL, &snapshot));
	EXPECT_TRUE(has_comm(&snapshot, NEW_PROGRAM));
	EXPECT_EQ(pid, (pid_t)task_in(&snapshot)->tgid);
	EXPECT_EQ(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE);
	EXPECT_EQ(1, snapshot_end(&snapshot)->threads);
	EXPECT_LT(0, snapshot_end(&snapshot)->regions);
	snapshot_free(&snapshot);
}

/* A group of which one thread calls execve(). */

struct crowd {
	bool by_thread;
	bool fails;
	int go;
	struct child self;
};

static void *waits(void *argument)
{
	struct crowd *crowd = argument;

	while (!__atomic_load_n(&crowd->go, __ATOMIC_SEQ_CST))
		usleep(1000);
	if (crowd->by_thread)
		exec_new(crowd->self.from);
	for (;;)
		pause();
	return NULL;
}

static void *sleeps(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static int gathers(struct child *self, void *argument)
{
	struct crowd *crowd = argument;
	pthread_attr_t attr;
	pthread_t thread;
	int i;

	make_regions();
	crowd->self = *self;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 << 10);
	for (i = 0; i < THREADS; i++) {
		if (pthread_create(&thread, &attr, i ? sleeps : waits, crowd))
			return 1;
	}
	child_ready(self);
	child_wait(self);
	if (crowd->fails) {
		execl("/", "/", NULL);
		return child_stay(self, NULL);
	}
	if (!crowd->by_thread)
		exec_new(self->from);
	__atomic_store_n(&crowd->go, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return 1;
}

FIXTURE(exec) {
	struct crowd *crowd;
	struct child child;
};

FIXTURE_VARIANT(exec) {
	bool by_thread;
};

FIXTURE_VARIANT_ADD(exec, leader) { .by_thread = false };
FIXTURE_VARIANT_ADD(exec, thread) { .by_thread = true };

FIXTURE_SETUP(exec)
{
	self->crowd = shape_shared_memory();
	self->crowd->by_thread = variant->by_thread;
	child_start(&self->child, gathers, self->crowd);
}

FIXTURE_TEARDOWN(exec)
{
	child_kill(&self->child);
}

/* No room for the first record: the snapshot has begun, and that is all. */
static void begin_with_nothing(struct __test_metadata *_metadata, struct reader *reader)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = IPCSHOW_WHAT_TASK };
	int i, status = 0;

	for (i = 0; i < 1000 && status != -ENOSPC; i++)
		status = reader_call(reader, &arg);
	ASSERT_EQ(-ENOSPC, status);
	reader_drain(reader, NULL);
}

TEST_F(exec, at_each_stage)
{
	/* In the threads; in the regions; in the pages. */
	const uint64_t whats[] = {
		WHAT_ALL & ~(IPCSHOW_WHAT_REGIONS | WHAT_OF_REGION),
		IPCSHOW_WHAT_REGIONS,
		WHAT_ALL & ~(IPCSHOW_WHAT_THREADS | WHAT_BEHIND_THREAD),
	};
	struct reader early, nothing, reader[ARRAY_SIZE(whats)];
	const pid_t pid = self->child.pid;
	size_t i;

	ASSERT_READER(&early, RING_SMALL);
	ASSERT_EQ(0, reader_target(&early, pid));
	ASSERT_READER(&nothing, RING_SMALL);
	ASSERT_EQ(0, reader_target(&nothing, pid));
	begin_with_nothing(_metadata, &nothing);
	for (i = 0; i < ARRAY_SIZE(whats); i++) {
		ASSERT_READER(&reader[i], RING_SMALL);
		ASSERT_EQ(0, reader_target(&reader[i], pid));
		begin(_metadata, &reader[i], whats[i], NULL);
	}

	child_go(&self->child);
	ASSERT_TRUE(wait_comm(pid, NEW_PROGRAM));

	for (i = 0; i < ARRAY_SIZE(whats); i++) {
		rest_is_gone(_metadata, &reader[i]);
		all_is_gone(_metadata, &reader[i]);
		is_new(_metadata, &reader[i], pid);
		reader_close(&reader[i]);
	}
	all_is_gone(_metadata, &early);
	rest_is_gone(_metadata, &nothing);
	reader_close(&early);
	reader_close(&nothing);
}

TEST_F(exec, that_fails)
{
	struct snapshot snapshot = {};
	struct reader reader;

	self->crowd->fails = true;
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, self->child.pid));
	begin(_metadata, &reader, WHAT_ALL, &snapshot);
	child_go(&self->child);
	child_await(&self->child);
	ASSERT_EQ(0, finish(&reader, &snapshot));
	complete(_metadata, &snapshot, self->child.pid);
	snapshot_free(&snapshot);
	reader_close(&reader);
}

/* It is dead, and somebody may have reaped it. */
static bool wait_dead(pid_t pid)
{
	int i;

	for (i = 0; i < 3000; i++) {
		char state = proc_state(pid);

		if (!state || strchr("ZX", state))
			return true;
		usleep(10000);
	}
	return false;
}

/* Two processes in one address space. */

struct relative {
	int flags;
	pid_t pid;
	/* Whom to call execve(). */
	pid_t exec;
	struct child self;
};

static bool shall_exec(struct relative *relative, pid_t pid)
{
	return __atomic_load_n(&relative->exec, __ATOMIC_SEQ_CST) == pid;
}

/* It outlives its parent, until the parent's parent lets go of the pipe. */
static int waits_for_the_end(void *argument)
{
	struct relative *relative = argument;

	child_ready(&relative->self);
	child_wait(&relative->self);
	if (shall_exec(relative, relative->pid))
		exec_new(relative->self.from);
	return 0;
}

static int has_relative(struct child *self, void *argument)
{
	static char stack[64 << 10] __attribute__((aligned(16)));
	struct relative *relative = argument;

	make_regions();
	relative->self = *self;
	if (clone(waits_for_the_end, stack + sizeof(stack),
		  relative->flags | CLONE_VM | CLONE_PARENT_SETTID | SIGCHLD, relative,
		  &relative->pid) < 0)
		return 1;
	while (!shall_exec(relative, self->pid))
		usleep(1000);
	exec_new(self->from);
	return 1;
}

FIXTURE(relative) {
	struct relative *relative;
	struct child child;
	struct reader parent;
	struct reader other;
};

FIXTURE_VARIANT(relative) {
	int flags;
	const char *state;
};

FIXTURE_VARIANT_ADD(relative, vfork) { .flags = CLONE_VFORK, .state = "D" };
FIXTURE_VARIANT_ADD(relative, clone_vm) { .flags = 0, .state = "SR" };

FIXTURE_SETUP(relative)
{
	self->relative = shape_shared_memory();
	self->relative->flags = variant->flags;
	child_start(&self->child, has_relative, self->relative);
	ASSERT_TRUE(proc_wait_state(self->child.pid, variant->state));
	ASSERT_TRUE(proc_wait_state(self->relative->pid, "S"));
	ASSERT_READER(&self->parent, RING_SMALL);
	ASSERT_EQ(0, reader_target(&self->parent, self->child.pid));
	ASSERT_READER(&self->other, RING_SMALL);
	ASSERT_EQ(0, reader_target(&self->other, self->relative->pid));
}

FIXTURE_TEARDOWN(relative)
{
	child_kill(&self->child);
}

TEST_F(relative, each_is_itself)
{
	const pid_t pid = self->child.pid;
	struct snapshot parent = {}, other = {};

	ASSERT_EQ(0, reader_snapshot(&self->parent, WHAT_ALL, &parent));
	ASSERT_EQ(0, reader_snapshot(&self->other, WHAT_ALL, &other));
	/* Each against the maps of the other. */
	complete(_metadata, &parent, self->relative->pid);
	complete(_metadata, &other, pid);
	EXPECT_EQ(pid, (pid_t)task_in(&parent)->tgid);
	EXPECT_EQ(self->relative->pid, (pid_t)task_in(&other)->tgid);
	EXPECT_EQ(pid, (pid_t)task_in(&other)->ppid);
	EXPECT_EQ(1, snapshot_end(&parent)->threads);
	EXPECT_EQ(1, snapshot_end(&other)->threads);
	EXPECT_NE(NULL, snapshot_thread(&parent, pid));
	EXPECT_NE(NULL, snapshot_thread(&other, self->relative->pid));
	EXPECT_EQ(2, mm_in(&parent)->users);
	EXPECT_EQ(2, mm_in(&other)->users);
	snapshot_free(&parent);
	snapshot_free(&other);
}

TEST_F(relative, one_exits)
{
	struct snapshot snapshot = {};

	begin(_metadata, &self->parent, WHAT_ALL, NULL);
	begin(_metadata, &self->other, WHAT_ALL, &snapshot);
	kill(self->child.pid, SIGKILL);
	ASSERT_EQ(self->child.pid, waitpid(self->child.pid, NULL, 0));
	rest_is_gone(_metadata, &self->parent);
	all_is_gone(_metadata, &self->parent);
	ASSERT_EQ(0, finish(&self->other, &snapshot));
	complete(_metadata, &snapshot, self->relative->pid);
	EXPECT_EQ(2, mm_in(&snapshot)->users);
	snapshot_free(&snapshot);

	ASSERT_EQ(0, reader_snapshot(&self->other, WHAT_ALL, &snapshot));
	complete(_metadata, &snapshot, self->relative->pid);
	EXPECT_EQ(1, mm_in(&snapshot)->users);
	snapshot_free(&snapshot);

	begin(_metadata, &self->other, WHAT_ALL, NULL);
	close(self->child.to);
	close(self->child.from);
	self->child.pid = 0;
	ASSERT_TRUE(wait_dead(self->relative->pid));
	rest_is_gone(_metadata, &self->other);
}

/* The relative still has what the parent had: no name of the new program for it. */
TEST_F(relative, parent_execs)
{
	const pid_t pid = self->child.pid;
	char comm[IPCSHOW_COMM_LEN + 1];
	struct snapshot snapshot = {};
	struct reader early;

	if (variant->flags & CLONE_VFORK)
		SKIP(return, "it waits for its child");
	read_comm(self->relative->pid, comm);
	ASSERT_READER(&early, RING_SMALL);
	ASSERT_EQ(0, reader_target(&early, pid));
	begin(_metadata, &self->parent, WHAT_ALL, NULL);
	begin(_metadata, &self->other, WHAT_ALL, &snapshot);
	__atomic_store_n(&self->relative->exec, pid, __ATOMIC_SEQ_CST);
	ASSERT_TRUE(wait_comm(pid, NEW_PROGRAM));

	rest_is_gone(_metadata, &self->parent);
	all_is_gone(_metadata, &early);
	ASSERT_EQ(0, finish(&self->other, &snapshot));
	complete(_metadata, &snapshot, self->relative->pid);
	snapshot_free(&snapshot);
	ASSERT_EQ(0, reader_snapshot(&self->other, WHAT_ALL, &snapshot));
	complete(_metadata, &snapshot, self->relative->pid);
	EXPECT_TRUE(has_comm(&snapshot, comm));
	EXPECT_EQ(1, mm_in(&snapshot)->users);
	snapshot_free(&snapshot);
	is_new(_metadata, &self->parent, pid);
	/* That is what ends it. */
	close(self->child.to);
	EXPECT_TRUE(wait_dead(self->relative->pid));
	all_is_gone(_metadata, &self->other);
}

/* As after posix_spawn(). */
TEST_F(relative, child_execs)
{
	const pid_t pid = self->relative->pid;
	struct snapshot snapshot = {};
	struct reader early;

	ASSERT_READER(&early, RING_SMALL);
	ASSERT_EQ(0, reader_target(&early, pid));
	begin(_metadata, &self->parent, WHAT_ALL, &snapshot);
	begin(_metadata, &self->other, WHAT_ALL, NULL);
	__atomic_store_n(&self->relative->exec, pid, __ATOMIC_SEQ_CST);
	child_go(&self->child);
	ASSERT_TRUE(wait_comm(pid, NEW_PROGRAM));

	rest_is_gone(_metadata, &self->other);
	all_is_gone(_metadata, &early);
	is_new(_metadata, &self->other, pid);
	ASSERT_EQ(0, finish(&self->parent, &snapshot));
	complete(_metadata, &snapshot, self->child.pid);
	snapshot_free(&snapshot);
	ASSERT_EQ(0, reader_snapshot(&self->parent, WHAT_ALL, &snapshot));
	complete(_metadata, &snapshot, self->child.pid);
	EXPECT_EQ(self->child.pid, (pid_t)task_in(&snapshot)->tgid);
	EXPECT_EQ(1, mm_in(&snapshot)->users);
	snapshot_free(&snapshot);
}

/*
 * This program again and again, by two names in turn, and at an address that tells them apart: no
 * snapshot may show something of both.
 */
static const uintptr_t marks[2] = { 1UL << 40, 2UL << 40 };
static const char *const names[2] = { "even", "odd" };

static void __attribute__((constructor)) exec_again(int argc, char **argv)
{
	char path[128], *name;
	int me;

	if (argc != 2 || strcmp(argv[1], "again"))
		return;
	name = strrchr(argv[0], '/') + 1;
	me = !strcmp(name, names[1]);
	if (mmap((void *)marks[me], PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
		 MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
		_exit(1);
	snprintf(path, sizeof(path), "%.*s%s", (int)(name - argv[0]), argv[0], names[!me]);
	execl(path, path, "again", NULL);
	_exit(1);
}

static int begins_again(struct child *self, void *argument)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", (const char *)argument, names[0]);
	child_ready(self);
	execl(path, path, "again", NULL);
	return 1;
}

/* Which of the two this is of: bits. */
static unsigned int whose(const struct snapshot *snapshot)
{
	const struct ipcshow_thread *thread;
	const struct ipcshow_task *task;
	unsigned int i, seen = 0;

	for (i = 0; i < 2; i++) {
		for_each_of(task, snapshot, IPCSHOW_REC_TASK)
			seen |= !strcmp((const char *)task->comm, names[i]) << i;
		for_each_of(thread, snapshot, IPCSHOW_REC_THREAD)
			seen |= !strcmp((const char *)thread->comm, names[i]) << i;
		seen |= !!snapshot_region(snapshot, marks[i]) << i;
	}
	return seen;
}

static void show(struct __test_metadata *_metadata, const struct snapshot *snapshot)
{
	const struct ipcshow_thread *thread;
	const struct ipcshow_task *task;
	unsigned int i;

	for_each_of(task, snapshot, IPCSHOW_REC_TASK)
		TH_LOG("TASK %.16s", task->comm);
	for_each_of(thread, snapshot, IPCSHOW_REC_THREAD)
		TH_LOG("THREAD %.16s, flags %#llx", thread->comm, thread->flags);
	for (i = 0; i < 2; i++) {
		if (snapshot_region(snapshot, marks[i]))
			TH_LOG("REGION of %s", names[i]);
	}
	TH_LOG("END, flags %#llx", snapshot_end(snapshot)->flags);
}

TEST(again_and_again)
{
	const uint64_t whats[] = { WHAT_ALL, WHAT_ALL & ~IPCSHOW_WHAT_TASK };
	char dir[] = "/tmp/ipcshow-exec-XXXXXX", path[128], comm[IPCSHOW_COMM_LEN + 1];
	unsigned int i, gone = 0, whole = 0;
	struct reader reader;
	struct child child;

	ASSERT_NE(NULL, mkdtemp(dir));
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		ASSERT_EQ(0, symlink(beside("test_exec"), path));
	}
	child_start(&child, begins_again, dir);
	do
		read_comm(child.pid, comm);
	while (strcmp(comm, names[0]) && strcmp(comm, names[1]));

	ASSERT_READER(&reader, RING_SMALL);
	for (i = 0; gone < 100 / scale() || whole < 100 / scale(); i++) {
		struct snapshot snapshot = {};
		int error = reader_target(&reader, child.pid);

		ASSERT_TRUE(!error || error == -EAGAIN) TH_LOG("error %d", error);
		if (error)
			continue;
		usleep(i % 8 * 300);
		ASSERT_EQ(0, reader_snapshot(&reader, whats[i % 2], &snapshot));
		if (snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE)
			gone++;
		else
			whole++;
		EXPECT_NE(3, whose(&snapshot)) show(_metadata, &snapshot);
		snapshot_free(&snapshot);
	}
	child_kill(&child);
	reader_close(&reader);
}

TEST_MAIN
