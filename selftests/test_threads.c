// SPDX-License-Identifier: GPL-2.0
/* Threads: which there are, and what they do. */
#include <linux/io_uring.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "test.h"

/* Of the threads of the zoo, all asleep. */
FIXTURE(zoo) {
	struct zoo zoo;
	struct snapshot snapshot;
};

FIXTURE_SETUP(zoo)
{
	size_t i;

	zoo_start(&self->zoo, "stacks");
	ASSERT_TRUE(proc_wait_state(self->zoo.pid, "S"));
	for (i = 0; i < self->zoo.nr; i++) {
		if (!strstr(self->zoo.animals[i].rest, "tid="))
			continue;
		ASSERT_TRUE(proc_wait_state(zoo_number(&self->zoo.animals[i], "tid", 10), "S"));
	}
	ASSERT_EQ(0, snapshot_of_threads(self->zoo.pid, 0, RING_USUAL, &self->snapshot));
}

FIXTURE_TEARDOWN(zoo)
{
	snapshot_free(&self->snapshot);
	zoo_end(&self->zoo);
}

TEST_F(zoo, stacks_and_tls)
{
	const struct animal *animal;
	unsigned int i, found = 0;

	for (i = 0; i < self->zoo.nr; i++) {
		const struct ipcshow_thread *thread;

		animal = &self->zoo.animals[i];
		if (!strstr(animal->rest, "tid="))
			continue;
		thread = snapshot_thread(&self->snapshot, zoo_number(animal, "tid", 10));
		ASSERT_NE(NULL, thread) TH_LOG("%s %s", animal->name, animal->rest);
		EXPECT_EQ(0, thread->flags & ~IPCSHOW_THREAD_F_LEADER);
		if (!strcmp(animal->name, "stack-thread") || !strcmp(animal->name, "stack-own")) {
			EXPECT_LT(animal->start, thread->sp);
			EXPECT_LT(thread->sp, animal->end);
			found++;
		} else if (!strcmp(animal->name, "thread-tls")) {
			EXPECT_EQ(zoo_number(animal, "base", 16), thread->tls);
			found++;
		} else if (!strcmp(animal->name, "signal-stack")) {
			EXPECT_EQ(animal->start, thread->altstack);
			EXPECT_EQ(animal->end - animal->start, thread->altstack_size);
			found++;
		} else if (!strcmp(animal->name, "state-sleeping")) {
			EXPECT_EQ('S', thread->state);
			found++;
		}
	}
	EXPECT_EQ(3 + 3 + 3 + 2, found);
}

TEST_F(zoo, facts)
{
	const struct ipcshow_thread *thread;
	const long long ns_a_tick = 1000000000 / sysconf(_SC_CLK_TCK);
	unsigned int leaders = 0;

	EXPECT_EQ(proc_status(self->zoo.pid, "Threads"),
		  snapshot_count(&self->snapshot, IPCSHOW_REC_THREAD));
	EXPECT_EQ(proc_status(self->zoo.pid, "Threads"), snapshot_end(&self->snapshot)->threads);
	EXPECT_EQ(0, snapshot_end(&self->snapshot)->threads_refused);
	EXPECT_EQ(0, snapshot_end(&self->snapshot)->flags);
	for_each_of(thread, &self->snapshot, IPCSHOW_REC_THREAD) {
		char path[64], comm[IPCSHOW_COMM_LEN + 1] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/task/%u/comm", self->zoo.pid, thread->tid);
		file = fopen(path, "re");
		ASSERT_NE(NULL, file);
		ASSERT_NE(NULL, fgets(comm, sizeof(comm), file));
		fclose(file);
		comm[strcspn(comm, "\n")] = '\0';
		EXPECT_EQ(0, strncmp(comm, (const char *)thread->comm, IPCSHOW_COMM_LEN))
			TH_LOG("%s and %.16s", comm, thread->comm);

		EXPECT_EQ(proc_state(thread->tid), (char)thread->state);
		EXPECT_EQ(proc_stat(thread->tid, 39), thread->cpu);
		EXPECT_EQ(proc_stat(thread->tid, 22), thread->start_time / ns_a_tick);
		EXPECT_EQ(proc_status(thread->tid, "voluntary_ctxt_switches"),
			  thread->voluntary_switches);
		EXPECT_EQ(proc_status(thread->tid, "nonvoluntary_ctxt_switches"),
			  thread->involuntary_switches);
		if (thread->flags & IPCSHOW_THREAD_F_LEADER) {
			leaders++;
			EXPECT_EQ(self->zoo.pid, (pid_t)thread->tid);
		}
	}
	EXPECT_EQ(1, leaders);
}

TEST_F(zoo, any_tid_stands_for_the_group)
{
	const struct ipcshow_thread *thread;

	for_each_of(thread, &self->snapshot, IPCSHOW_REC_THREAD) {
		struct snapshot snapshot = {};

		ASSERT_EQ(0, snapshot_of(thread->tid, WHAT_ALL, &snapshot));
		EXPECT_EQ(self->zoo.pid,
			  (pid_t)((const struct ipcshow_task *)
				  snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_TASK))->tgid);
		EXPECT_EQ(snapshot_end(&self->snapshot)->threads,
			  snapshot_end(&snapshot)->threads);
		snapshot_free(&snapshot);
	}
}

/* A thread that has exited and whom its tracer has not waited for. */
static void *exits_when_told(void *argument)
{
	struct child *self = argument;

	child_wait(self);
	return NULL;
}

static int one_thread_exits(struct child *self, void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exits_when_told, self))
		return 1;
	child_ready(self);
	(void)argument;
	for (;;)
		pause();
}

TEST(exited_thread)
{
	const struct ipcshow_thread *thread;
	struct snapshot snapshot = {};
	struct child child;
	siginfo_t info;
	pid_t tid = 0;

	child_start(&child, one_thread_exits, NULL);
	ASSERT_EQ(0, snapshot_of_threads(child.pid, 0, RING_SMALL, &snapshot));
	for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
		if (!(thread->flags & IPCSHOW_THREAD_F_LEADER))
			tid = thread->tid;
	}
	ASSERT_LT(0, tid);
	snapshot_free(&snapshot);

	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, tid, NULL, NULL));
	child_go(&child);
	ASSERT_EQ(0, waitid(P_PID, tid, &info, WEXITED | WNOWAIT | __WALL));
	ASSERT_EQ(0, snapshot_of_threads(child.pid, 0, RING_SMALL, &snapshot));
	EXPECT_EQ(2, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));
	thread = snapshot_thread(&snapshot, tid);
	ASSERT_NE(NULL, thread);
	EXPECT_EQ('Z', thread->state);
	EXPECT_EQ(0, thread->ip);
	EXPECT_EQ(0, thread->sp);
	EXPECT_EQ(0, thread->tls);
	EXPECT_NE(0, thread->flags & (IPCSHOW_THREAD_F_NO_REGS | IPCSHOW_THREAD_F_REFUSED));
	EXPECT_EQ(NULL, snapshot_regs(&snapshot, tid));
	snapshot_free(&snapshot);
}

TEST(uninterruptible_thread)
{
	const struct animal *animal;
	struct snapshot snapshot = {};
	struct zoo zoo;
	pid_t tid;

	zoo_start(&zoo, "vfork");
	animal = zoo_find(&zoo, "state-uninterruptible", 0);
	ASSERT_NE(NULL, animal);
	tid = zoo_number(animal, "tid", 10);
	ASSERT_TRUE(proc_wait_state(tid, "D"));
	ASSERT_EQ(0, snapshot_of_threads(zoo.pid, 0, RING_SMALL, &snapshot));
	EXPECT_EQ('D', snapshot_thread(&snapshot, tid)->state);
	EXPECT_EQ(0, snapshot_thread(&snapshot, tid)->flags);
	snapshot_free(&snapshot);
	zoo_end(&zoo);
}

/* The caller itself is one that runs; what it entered this call with is exact. */
TEST(caller_looks_at_itself)
{
	struct snapshot snapshot = {};
	const struct ipcshow_thread *thread;

	ASSERT_EQ(0, snapshot_of_threads(getpid(), IPCSHOW_SNAPSHOT_F_INTERRUPT, RING_SMALL, &snapshot));
	thread = snapshot_thread(&snapshot, getpid());
	ASSERT_NE(NULL, thread);
	EXPECT_EQ('R', thread->state);
	EXPECT_EQ(IPCSHOW_THREAD_F_LEADER, thread->flags & ~IPCSHOW_THREAD_F_STALE);
	EXPECT_EQ((unsigned long)__builtin_thread_pointer(), thread->tls);
	EXPECT_LT((uintptr_t)__builtin_frame_address(0) - (64 << 10), thread->sp);
	EXPECT_GT((uintptr_t)__builtin_frame_address(0), thread->sp);
	snapshot_free(&snapshot);
}

/* More than a call looks into, and fewer than fit in a ring. */
#define NR_DIFFERENT	150

static unsigned int nr_different;

static void *is_different(void *number)
{
	/* The C library would do it in all threads. */
	if (syscall(SYS_setresgid, -1, -1, 1 + (uintptr_t)number))
		_exit(1);
	__atomic_add_fetch(&nr_different, 1, __ATOMIC_SEQ_CST);
	while (pause())
		;
	return NULL;
}

static int are_different(struct child *self, void *argument)
{
	pthread_t thread;
	uintptr_t i;

	for (i = 0; i < NR_DIFFERENT; i++) {
		if (pthread_create(&thread, NULL, is_different, (void *)i))
			return 1;
	}
	while (__atomic_load_n(&nr_different, __ATOMIC_SEQ_CST) < NR_DIFFERENT)
		usleep(1000);
	return child_stay(self, argument);
}

/* Each has credentials of its own, so each is asked for; but not all of them in one call. */
TEST(many_credentials)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS,
	};
	struct snapshot snapshot = {};
	struct reader reader;
	struct child child;

	if (geteuid())
		SKIP(return, "only root has credentials to give");
	child_start(&child, are_different, NULL);
	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &arg));
	ASSERT_EQ(0, reader_finish(&reader, IPCSHOW_SNAPSHOT_MORE, reader_continue, &snapshot));
	EXPECT_EQ(NR_DIFFERENT + 1, snapshot_count(&snapshot, IPCSHOW_REC_REGS));
	EXPECT_EQ(NR_DIFFERENT + 1, snapshot_end(&snapshot)->threads);
	EXPECT_EQ(0, snapshot_end(&snapshot)->threads_refused);
	snapshot_free(&snapshot);
	reader_close(&reader);
	child_kill(&child);
}

/* One that the kernel has made, to read from a pipe in which nothing comes. */
static int has_worker(struct child *self, void *argument)
{
	struct io_uring_params params = {};
	struct io_uring_sqe *sqes;
	unsigned int *queue;
	static char byte;
	int fd, fds[2];

	fd = syscall(SYS_io_uring_setup, 1, &params);
	if (fd < 0 || pipe(fds))
		return child_stay(self, argument);
	queue = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	sqes = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
	if (queue == MAP_FAILED || sqes == MAP_FAILED)
		return 1;
	sqes[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_READ, .flags = IOSQE_ASYNC, .fd = fds[0],
		.addr = (uintptr_t)&byte, .len = 1,
	};
	queue[params.sq_off.array / 4] = 0;
	__atomic_store_n(&queue[params.sq_off.tail / 4], 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 0, 0, NULL, 0) != 1)
		return 1;
	*(bool *)argument = true;
	return child_stay(self, argument);
}

TEST(worker)
{
	bool *made = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct ipcshow_thread *thread;
	struct snapshot snapshot = {};
	struct child child;
	unsigned int nr = 0;
	int i;

	child_start(&child, has_worker, made);
	if (!*made)
		SKIP(goto end, "this kernel has no io_uring");
	for (i = 0; i < 1000 && proc_status(child.pid, "Threads") < 2; i++)
		usleep(1000);
	ASSERT_EQ(0, snapshot_of_threads(child.pid, 0, RING_SMALL, &snapshot));
	for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
		if (!(thread->flags & IPCSHOW_THREAD_F_KERNEL_WORKER))
			continue;
		nr++;
		EXPECT_EQ(IPCSHOW_THREAD_F_NO_REGS, thread->flags & IPCSHOW_THREAD_F_NO_REGS);
		EXPECT_EQ(0, thread->ip);
		EXPECT_EQ(NULL, snapshot_regs(&snapshot, thread->tid));
	}
	EXPECT_LT(0, nr);
	EXPECT_NE(NULL, snapshot_regs(&snapshot, child.pid));
	snapshot_free(&snapshot);
end:
	child_kill(&child);
}

TEST_MAIN
