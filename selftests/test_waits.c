// SPDX-License-Identifier: GPL-2.0
/*
 * Signals to who waits for a lock: of the file, that another thread's call holds, and of the
 * target, that it holds itself: of its address space, and of its execve().
 */
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>

#include "compare.h"
#include "pieces.h"

/*
 * The target holds its lock for as long as it is not let on its CPU: it runs at leisure, and then
 * comes one who never stops.
 */

#define RT_RUNTIME	"/proc/sys/kernel/sched_rt_runtime_us"
#define MANY		2048

static void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		abort();
}

static char *has_pages(size_t nr)
{
	char *pages = mmap(NULL, nr * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		abort();
	madvise(pages, nr * PAGE, MADV_NOHUGEPAGE);
	memset(pages, 1, nr * PAGE);
	on_cpu(1);
	return pages;
}

/* Nearly all that it does is done under the lock of its address space. */
static int maps_and_unmaps(struct child *self, void *unused)
{
	char *pages = has_pages(MANY);
	int prot = PROT_READ;

	(void)unused;
	child_ready(self);
	for (;; prot ^= PROT_WRITE)
		mprotect(pages, MANY * PAGE, prot);
	return 0;
}

/* Most of it is to give up the former address space, under the lock of execve(). */
static int calls_execve(struct child *self, void *unused)
{
	(void)unused;
	has_pages(8 * MANY);
	child_ready(self);
	child_wait(self);
	dup2(self->from, STDIN_FILENO);
	execl("/bin/cat", "cat", NULL);
	return 1;
}

static int never_stops(struct child *self, void *unused)
{
	const struct sched_param param = { .sched_priority = 1 };

	(void)unused;
	on_cpu(1);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	child_ready(self);
	for (;;)
		;
	return 0;
}

enum call { SNAPSHOT, COMPARE, TARGET };

struct look {
	pid_t pid;
	enum call call;
};

/* It has a file of its own that is ready for a call about the target. */
static int looks(struct child *self, void *argument)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES,
	};
	const struct ipcshow_site site = { .start = PAGE, .bytes = 16 * PAGE };
	const struct look *look = argument;
	struct snapshot snapshot = {};
	struct reader reader;

	on_cpu(0);
	if (reader_open(&reader, RING_USUAL) || reader_target(&reader, look->pid))
		return 1;
	child_ready(self);
	child_wait(self);
	switch (look->call) {
	case SNAPSHOT:
		reader_run(&reader, &arg, &snapshot);
		break;
	case COMPARE:
		compare_run(&reader, &site, 1, &snapshot);
		break;
	case TARGET:
		reader_target(&reader, look->pid);
		break;
	}
	child_ready(self);
	child_wait(self);
	return 0;
}

FIXTURE(locked) {
	long long runtime;
	struct child target;
	struct child hog;
	struct child reader;
};

FIXTURE_VARIANT(locked) {
	enum call call;
	child_function *target;
};

FIXTURE_VARIANT_ADD(locked, snapshot) { SNAPSHOT, maps_and_unmaps };
FIXTURE_VARIANT_ADD(locked, compare) { COMPARE, maps_and_unmaps };
FIXTURE_VARIANT_ADD(locked, target) { TARGET, calls_execve };

FIXTURE_SETUP(locked)
{
	self->runtime = proc_number(RT_RUNTIME);
	if (geteuid() || sysconf(_SC_NPROCESSORS_ONLN) < 2 || !proc_write(RT_RUNTIME, "-1"))
		SKIP_FIXTURE("this needs root and two CPUs");
	on_cpu(0);
}

FIXTURE_TEARDOWN(locked)
{
	char text[24];

	child_kill(&self->hog);
	child_kill(&self->reader);
	child_kill(&self->target);
	snprintf(text, sizeof(text), "%lld", self->runtime);
	EXPECT_TRUE(proc_write(RT_RUNTIME, text));
}

/* Does it stay in the uninterruptible sleep that waits for the lock? */
static bool waits(pid_t pid)
{
	int i;

	for (i = 0; i < 50; i++) {
		if (proc_state(pid) != 'D')
			return false;
		usleep(2000);
	}
	return true;
}

#define TIMEOUT		120

/* Whoever waits for the target's lock can be killed there, while it is still held. */
TEST_F_TIMEOUT(locked, killed, TIMEOUT)
{
	const time_t end = time(NULL) + TIMEOUT * scale() * 3 / 4;
	struct look look = { .call = variant->call };
	bool found = false;
	int status;

	/* It is a matter of chance whether the target is stopped where it holds the lock. */
	while (!found && time(NULL) < end) {
		child_kill(&self->hog);
		child_kill(&self->reader);
		child_kill(&self->target);
		child_start(&self->target, variant->target, NULL);
		look.pid = self->target.pid;
		child_start(&self->reader, looks, &look);
		if (look.call == TARGET)
			child_go(&self->target);
		usleep(random() % 20000);
		child_start(&self->hog, never_stops, NULL);
		child_go(&self->reader);
		usleep(20000);
		found = waits(self->reader.pid);
	}
	ASSERT_TRUE(found) TH_LOG("nobody was stopped where he holds the lock");
	kill(self->reader.pid, SIGKILL);
	ASSERT_EQ(self->reader.pid, waitpid(self->reader.pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	self->reader.pid = 0;
	/* The hog has not let go meanwhile. In execve(), not even the target's state is told. */
	EXPECT_EQ('R', proc_state(self->hog.pid));
	if (look.call != TARGET) {
		EXPECT_EQ('R', proc_state(self->target.pid));
	}
}

/* The file's own lock. */

static void noted(int signal)
{
	(void)signal;
}

struct waiter {
	struct reader *reader;
	pthread_t thread;
	pid_t tid;
	int calls;
	int interrupted;
	bool stop;
};

static void *waits_for_file(void *argument)
{
	struct ipcshow_info info = { .size = sizeof(info) };
	struct waiter *waiter = argument;

	__atomic_store_n(&waiter->tid, gettid(), __ATOMIC_RELEASE);
	while (!__atomic_load_n(&waiter->stop, __ATOMIC_ACQUIRE)) {
		waiter->calls++;
		if (ioctl(waiter->reader->fd, IPCSHOW_IOC_INFO, &info)) {
			if (errno != EINTR)
				abort();
			__atomic_fetch_add(&waiter->interrupted, 1, __ATOMIC_RELEASE);
		}
	}
	return NULL;
}

static void *signals_it(void *argument)
{
	struct waiter *waiter = argument;

	while (!__atomic_load_n(&waiter->stop, __ATOMIC_ACQUIRE)) {
		pthread_kill(waiter->thread, SIGUSR1);
		usleep(500);
	}
	return NULL;
}

/* EINTR, and nothing done; not a wait until the other's call is over, which may be long. */
TEST(file_is_busy)
{
	struct sigaction action = { .sa_handler = noted };
	struct snapshot snapshot = {};
	struct waiter waiter = {};
	struct reader reader;
	struct child child;
	pthread_t signaller;
	sigset_t usr1;
	int i;

	child_start(&child, stays_with_regions, NULL);
	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	waiter.reader = &reader;
	ASSERT_EQ(0, pthread_create(&waiter.thread, NULL, waits_for_file, &waiter));
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
	ASSERT_EQ(0, pthread_create(&signaller, NULL, signals_it, &waiter));
	for (i = 0; i < 20 || (i < 5000 && __atomic_load_n(&waiter.interrupted,
							    __ATOMIC_ACQUIRE) < 10); i++) {
		ASSERT_EQ(0, reader_snapshot(&reader, WHAT_ALL, &snapshot));
		complete(_metadata, &snapshot, child.pid);
		snapshot_free(&snapshot);
	}
	__atomic_store_n(&waiter.stop, true, __ATOMIC_RELEASE);
	pthread_join(signaller, NULL);
	pthread_join(waiter.thread, NULL);
	EXPECT_LE(10, waiter.interrupted) TH_LOG("of %d calls", waiter.calls);
	reader_close(&reader);
	child_kill(&child);
}

TEST_MAIN
