// SPDX-License-Identifier: GPL-2.0
/*
 * Targets without an address space, with a shared one, and those that end or
 * become something else; and the module's own end.
 */
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "test.h"

/* More than fit in the smallest ring, so that there is a middle. */
#define REGIONS		600

static int snapshot_pid(pid_t pid, struct snapshot *snapshot)
{
	return snapshot_of(pid, WHAT_ALL, snapshot);
}

static const struct ipcshow_task *task_of(const struct snapshot *snapshot)
{
	return snapshot_next_of(snapshot, NULL, IPCSHOW_REC_TASK);
}

static const struct ipcshow_mm *mm_of(const struct snapshot *snapshot)
{
	return snapshot_next_of(snapshot, NULL, IPCSHOW_REC_MM);
}

static int leaves(struct child *self, void *unused)
{
	(void)unused;
	child_ready(self);
	return 0;
}

TEST(zombie)
{
	struct reader reader;
	struct child child;
	siginfo_t info;

	child_start(&child, leaves, NULL);
	ASSERT_EQ(0, waitid(P_PID, child.pid, &info, WEXITED | WNOWAIT));
	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-ENODATA, reader_target(&reader, child.pid));
	child_join(&child);
	EXPECT_EQ(-ESRCH, reader_target(&reader, child.pid));
	reader_close(&reader);
}

static int asks_for_kthreadd(void *unused)
{
	struct reader reader;

	(void)unused;
	return reader_open(&reader, 0) ?: reader_target(&reader, 2);
}

TEST(kernel_thread)
{
	/* kthreadd is always that. It is told from what one may not see. */
	EXPECT_EQ(-ENXIO, as_user(-1, asks_for_kthreadd, NULL));
	EXPECT_EQ(-ENXIO, as_user(USER, asks_for_kthreadd, NULL));
}

/* Ranges only: what is in them may change with whoever shares it. */
static bool same_regions(const struct snapshot *snapshot, pid_t pid)
{
	const struct ipcshow_region *region = NULL;
	struct maps maps;
	bool same = true;
	size_t i;

	proc_maps(pid, &maps);
	for (i = 0; i < maps.nr && same; i++) {
		region = snapshot_next_of(snapshot, region, IPCSHOW_REC_REGION);
		same = region && region->start == maps.vma[i].start &&
		       region->end == maps.vma[i].end;
	}
	same = same && maps.nr && !snapshot_next_of(snapshot, region, IPCSHOW_REC_REGION);
	proc_free(&maps);
	return same;
}

TEST(leader_exited)
{
	const struct ipcshow_thread *leader, *thread;
	struct snapshot snapshot = {};
	struct zoo zoo;
	pid_t tid;

	zoo_start(&zoo, "leader-exits");
	tid = zoo_number(zoo_find(&zoo, "stack-thread", 0), "tid", 10);
	ASSERT_TRUE(proc_wait_state(zoo.pid, "Z"));
	ASSERT_EQ(0, snapshot_pid(zoo.pid, &snapshot));
	EXPECT_EQ(IPCSHOW_TASK_F_LEADER_EXITED, task_of(&snapshot)->flags);
	EXPECT_EQ(zoo.pid, (pid_t)task_of(&snapshot)->tgid);
	EXPECT_EQ('Z', task_of(&snapshot)->state);
	EXPECT_EQ(getpid(), (pid_t)task_of(&snapshot)->ppid);
	EXPECT_EQ(geteuid(), task_of(&snapshot)->euid);
	EXPECT_TRUE(same_regions(&snapshot, tid));
	EXPECT_EQ(0, snapshot_end(&snapshot)->flags);

	EXPECT_EQ(2, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));
	leader = snapshot_thread(&snapshot, zoo.pid);
	thread = snapshot_thread(&snapshot, tid);
	ASSERT_NE(NULL, leader);
	ASSERT_NE(NULL, thread);
	EXPECT_EQ('Z', leader->state);
	EXPECT_EQ(IPCSHOW_THREAD_F_LEADER | IPCSHOW_THREAD_F_NO_REGS, leader->flags);
	EXPECT_EQ(0, leader->sp);
	EXPECT_EQ('S', thread->state);
	EXPECT_EQ(0, thread->flags);
	EXPECT_NE(0, thread->sp);
	snapshot_free(&snapshot);
	ASSERT_EQ(0, snapshot_pid(tid, &snapshot));
	EXPECT_TRUE(same_regions(&snapshot, tid));
	snapshot_free(&snapshot);
	zoo_end(&zoo);
}

/* Both see one address space, and each its own threads. */
TEST(vfork_relatives)
{
	struct snapshot parent = {}, child = {};
	char path[64];
	struct zoo zoo;
	pid_t tid, pid;

	zoo_start(&zoo, "vfork");
	tid = zoo_number(zoo_find(&zoo, "state-uninterruptible", 0), "tid", 10);
	ASSERT_TRUE(proc_wait_state(tid, "D"));
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", zoo.pid, tid);
	pid = proc_number(path);
	ASSERT_LT(0, pid);

	ASSERT_EQ(0, snapshot_pid(zoo.pid, &parent));
	ASSERT_EQ(0, snapshot_pid(pid, &child));
	EXPECT_EQ(zoo.pid, (pid_t)task_of(&parent)->tgid);
	EXPECT_EQ(pid, (pid_t)task_of(&child)->tgid);
	EXPECT_EQ(zoo.pid, (pid_t)task_of(&child)->ppid);
	EXPECT_EQ(2, snapshot_count(&parent, IPCSHOW_REC_THREAD));
	EXPECT_EQ(1, snapshot_count(&child, IPCSHOW_REC_THREAD));
	EXPECT_TRUE(same_regions(&parent, zoo.pid));
	EXPECT_TRUE(same_regions(&child, zoo.pid));
	EXPECT_LE(3, mm_of(&parent)->users);
	EXPECT_LE(3, mm_of(&child)->users);
	snapshot_free(&parent);
	snapshot_free(&child);
	kill(pid, SIGKILL);
	zoo_end(&zoo);
}

static int relative(void *unused)
{
	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

/* A process that is no thread, and has the memory all the same. */
static int has_relative(struct child *self, void *argument)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t *pid = argument;

	*pid = clone(relative, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	return *pid > 0 ? child_stay(self, NULL) : 1;
}

TEST(clone_vm_relatives)
{
	pid_t *pid = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct snapshot snapshot = {};
	struct child child;

	child_start(&child, has_relative, pid);
	ASSERT_TRUE(proc_wait_state(*pid, "S"));
	ASSERT_EQ(0, snapshot_pid(*pid, &snapshot));
	EXPECT_EQ(*pid, (pid_t)task_of(&snapshot)->tgid);
	EXPECT_EQ(1, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));
	EXPECT_TRUE(same_regions(&snapshot, child.pid));
	EXPECT_LE(2, mm_of(&snapshot)->users);
	snapshot_free(&snapshot);

	/* The one with whom the memory began may go; it stays for the other. */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	ASSERT_EQ(0, snapshot_pid(child.pid, &snapshot));
	EXPECT_EQ(1, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));
	snapshot_free(&snapshot);
	kill(*pid, SIGKILL);
	child_kill(&child);
}

static void make_regions(void)
{
	int i;

	for (i = 0; i < REGIONS; i++) {
		char *page = mmap(NULL, PAGE, i & 1 ? PROT_READ : PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			_exit(1);
		(void)*(volatile char *)page;
	}
}

static char *const stay_arguments[] = { "stay", NULL };

static int becomes_another(struct child *self, void *unused)
{
	(void)unused;
	make_regions();
	child_ready(self);
	child_wait(self);
	execv("/proc/self/exe", stay_arguments);
	return 1;
}

static void *executes(void *unused)
{
	execv("/proc/self/exe", stay_arguments);
	return unused;
}

/* The new program gets the leader's ID, and the leader is gone. */
static int becomes_another_by_thread(struct child *self, void *unused)
{
	pthread_t thread;

	(void)unused;
	make_regions();
	child_ready(self);
	child_wait(self);
	pthread_create(&thread, NULL, executes, NULL);
	for (;;)
		pause();
}

static int regions_until_told(struct child *self, void *unused)
{
	(void)unused;
	make_regions();
	child_ready(self);
	child_wait(self);
	return 0;
}

static bool runs_anew(pid_t pid)
{
	char path[64], line[16] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fread(line, 1, sizeof(line) - 1, file))
		line[0] = '\0';
	fclose(file);
	return !strcmp(line, "stay");
}

/* Three moments: before the first piece, between two pieces, before the last. */
FIXTURE(end) {
	struct child child;
	struct reader reader;
	struct snapshot before;
	struct snapshot after;
};

FIXTURE_VARIANT(end) {
	child_function *function;
	bool becomes_another;
	int pieces;
};

FIXTURE_VARIANT_ADD(end, exec_at_once) { becomes_another, true, 0 };
FIXTURE_VARIANT_ADD(end, exec_in_the_middle) { becomes_another, true, 2 };
FIXTURE_VARIANT_ADD(end, exec_after_one) { becomes_another, true, 1 };
FIXTURE_VARIANT_ADD(end, exec_by_thread) { becomes_another_by_thread, true, 2 };
FIXTURE_VARIANT_ADD(end, exec_by_thread_at_once) { becomes_another_by_thread, true, 0 };
FIXTURE_VARIANT_ADD(end, exit_at_once) { regions_until_told, false, 0 };
FIXTURE_VARIANT_ADD(end, exit_in_the_middle) { regions_until_told, false, 2 };

FIXTURE_SETUP(end)
{
	child_start(&self->child, variant->function, NULL);
	ASSERT_READER(&self->reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&self->reader, self->child.pid));
}

FIXTURE_TEARDOWN(end)
{
	snapshot_free(&self->before);
	snapshot_free(&self->after);
	reader_close(&self->reader);
	child_kill(&self->child);
}

/* What was read stays; of what came in its place, no record is ever seen. */
TEST_F(end, is_told)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
	const struct ipcshow_record *rec = NULL;
	const struct ipcshow_end *end;
	int i, status = IPCSHOW_SNAPSHOT_MORE;

	for (i = 0; i < variant->pieces; i++) {
		status = i ? reader_continue(&self->reader) : reader_call(&self->reader, &arg);
		ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, status);
		reader_drain(&self->reader, &self->before);
	}
	child_go(&self->child);
	if (variant->becomes_another) {
		while (!runs_anew(self->child.pid))
			usleep(1000);
	} else {
		child_join(&self->child);
	}

	status = i ? reader_continue(&self->reader) : reader_call(&self->reader, &arg);
	ASSERT_EQ(IPCSHOW_SNAPSHOT_DONE, status);
	reader_drain(&self->reader, &self->after);
	end = snapshot_end(&self->after);
	EXPECT_EQ(IPCSHOW_END_F_GONE, end->flags & IPCSHOW_END_F_GONE);
	EXPECT_EQ(snapshot_count(&self->before, IPCSHOW_REC_REGION), end->regions);
	while ((rec = snapshot_next(&self->after, rec))) {
		EXPECT_EQ(IPCSHOW_REC_END, rec->type);
	}
	EXPECT_EQ(-EBADFD, reader_continue(&self->reader));

	/* It does not come back, either. */
	snapshot_free(&self->after);
	ASSERT_EQ(0, reader_run(&self->reader, &arg, &self->after));
	EXPECT_NE(0, snapshot_end(&self->after)->flags & IPCSHOW_END_F_GONE);
	EXPECT_EQ(0, snapshot_count(&self->after, IPCSHOW_REC_REGION));
	EXPECT_EQ(0, snapshot_count(&self->after, IPCSHOW_REC_THREAD));
}

/* Killed at any moment: a snapshot that ends well, or one that says GONE. */
TEST(killed_at_any_moment)
{
	const int rounds = 40;
	int i, whole = 0, gone = 0;

	for (i = 0; i < rounds; i++) {
		struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
		struct snapshot snapshot = {};
		const struct ipcshow_end *end;
		struct reader reader;
		struct child child;
		pid_t killer;

		child_start(&child, regions_until_told, NULL);
		ASSERT_READER(&reader, RING_SMALL);
		ASSERT_EQ(0, reader_target(&reader, child.pid));
		killer = fork();
		if (!killer) {
			usleep(i * 200);
			kill(child.pid, SIGKILL);
			_exit(0);
		}
		do {
			snapshot_free(&snapshot);
			ASSERT_EQ(0, reader_run(&reader, &arg, &snapshot));
			end = snapshot_end(&snapshot);
			whole += !(end->flags & IPCSHOW_END_F_GONE);
		} while (!(end->flags & IPCSHOW_END_F_GONE));
		gone++;
		snapshot_free(&snapshot);
		reader_close(&reader);
		waitpid(killer, NULL, 0);
		child_join(&child);
	}
	EXPECT_EQ(rounds, gone);
	EXPECT_LT(0, whole);
}

/* Maps and unmaps as fast as it can, in all the sizes there are. */
static int never_rests(struct child *self, void *unused)
{
	char *pages[64] = {};
	unsigned int random = 1;

	(void)unused;
	make_regions();
	child_ready(self);
	for (;;) {
		unsigned int i = (random = random * 1103515245 + 12345) >> 16 & 63;
		size_t size = (random >> 22 & 15) + 1;

		if (pages[i])
			munmap(pages[i], 16 * PAGE);
		pages[i] = mmap(pages[i], 16 * PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | (pages[i] ? MAP_FIXED : 0), -1, 0);
		if (pages[i] == MAP_FAILED)
			return 1;
		memset(pages[i], 1, size * PAGE);
		mprotect(pages[i] + PAGE, size * PAGE, PROT_READ);
		madvise(pages[i], size * PAGE, MADV_DONTNEED);
	}
}

TEST(changing_address_space)
{
	const int rounds = 100 / scale() + 5;
	int i, changed = 0;
	struct child child;

	child_start(&child, never_rests, NULL);
	for (i = 0; i < rounds; i++) {
		struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
		const struct ipcshow_region *region = NULL, *former = NULL;
		const struct ipcshow_record *rec = NULL;
		struct snapshot snapshot = {};
		uint64_t reached = 0;
		struct reader reader;

		ASSERT_READER(&reader, i & 1 ? RING_SMALL : RING_USUAL);
		ASSERT_EQ(0, reader_target(&reader, child.pid));
		ASSERT_EQ(0, reader_run(&reader, &arg, &snapshot));
		changed += !!(snapshot_end(&snapshot)->flags & IPCSHOW_END_F_CHANGED);
		EXPECT_EQ(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE);
		EXPECT_EQ(snapshot_count(&snapshot, IPCSHOW_REC_REGION),
			  snapshot_end(&snapshot)->regions);
		while ((rec = snapshot_next(&snapshot, rec))) {
			const struct ipcshow_pages *pages = (const void *)rec;

			if (rec->type == IPCSHOW_REC_REGION) {
				former = region;
				region = (const void *)rec;
				ASSERT_LT(region->start, region->end);
				if (former) {
					ASSERT_LT(former->start, region->start);
				}
				reached = region->start;
			} else if (rec->type == IPCSHOW_REC_PAGES) {
				ASSERT_NE(NULL, region);
				ASSERT_EQ(reached, pages->start);
				ASSERT_LE(pages->end, region->end);
				ASSERT_LE(pages->rss, pages->end - pages->start);
				reached = pages->end;
			}
		}
		snapshot_free(&snapshot);
		reader_close(&reader);
	}
	EXPECT_LT(rounds / 4, changed);
	child_kill(&child);
}

/* A process whose ID is chosen. */
static pid_t fork_with_pid(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

TEST(reused_pid)
{
	struct snapshot snapshot = {};
	struct reader reader;
	struct child child;
	pid_t pid, again;

	child_start(&child, regions_until_told, NULL);
	pid = child.pid;
	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, pid));
	child_kill(&child);
	again = fork_with_pid(pid);
	if (!again)
		relative(NULL);
	ASSERT_EQ(pid, again);

	ASSERT_EQ(0, reader_snapshot(&reader, WHAT_ALL, &snapshot));
	EXPECT_NE(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE);
	EXPECT_EQ(0, snapshot_count(&snapshot, IPCSHOW_REC_REGION));
	EXPECT_EQ(0, snapshot_count(&snapshot, IPCSHOW_REC_THREAD));
	snapshot_free(&snapshot);
	/* Asked for again, it is the new one. */
	ASSERT_EQ(0, reader_target(&reader, pid));
	ASSERT_EQ(0, reader_snapshot(&reader, WHAT_ALL, &snapshot));
	EXPECT_EQ(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE);
	EXPECT_EQ(pid, (pid_t)task_of(&snapshot)->tgid);
	snapshot_free(&snapshot);
	reader_close(&reader);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int attaches(struct child *self, void *argument)
{
	if (shmat(*(int *)argument, NULL, 0) == (void *)-1)
		return 1;
	return regions_until_told(self, NULL);
}

/* An open file keeps no memory of a target that has ended. */
TEST(target_is_not_kept)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
	struct shmid_ds state;
	struct reader reader;
	struct child child;

	ASSERT_LE(0, id);
	child_start(&child, attaches, &id);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_MORE, reader_call(&reader, &arg));
	ASSERT_EQ(0, shmctl(id, IPC_STAT, &state));
	EXPECT_EQ(1, state.shm_nattch);
	child_kill(&child);
	ASSERT_EQ(0, shmctl(id, IPC_STAT, &state));
	EXPECT_EQ(0, state.shm_nattch);
	reader_close(&reader);
	shmctl(id, IPC_RMID, NULL);
}

static int unload(void)
{
	return syscall(SYS_delete_module, "ipcshow", O_NONBLOCK) ? -errno : 0;
}

static int load(void)
{
	const char *given = getenv("IPCSHOW_MODULE");
	struct utsname name;
	char path[512];
	int fd, error;

	uname(&name);
	snprintf(path, sizeof(path), "../%s/ipcshow.ko", name.release);
	fd = open(given ?: beside(path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return error;
}

TEST(module_in_use)
{
	struct reader reader;

	/* By an open file, by a ring, and by what is left of it: a mapping. */
	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-EWOULDBLOCK, unload());
	ASSERT_EQ(0, reader_make_ring(&reader, RING_SMALL));
	ASSERT_EQ(0, reader_map(&reader));
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	EXPECT_EQ(-EWOULDBLOCK, unload());
	close(reader.fd);
	EXPECT_EQ(-EWOULDBLOCK, unload());
	reader.fd = -1;
	reader_close(&reader);

	ASSERT_EQ(0, unload());
	EXPECT_EQ(-ENOENT, reader_open(&reader, 0));
	EXPECT_EQ(0, load());
	ASSERT_READER(&reader, RING_SMALL);
	EXPECT_EQ(0, reader_target(&reader, getpid()));
	reader_close(&reader);
}

static int looks_all_the_time(struct child *self, void *unused)
{
	(void)unused;
	child_ready(self);
	for (;;) {
		struct snapshot snapshot = {};

		snapshot_pid(getpid(), &snapshot);
		snapshot_free(&snapshot);
	}
}

/* It comes and goes while it is asked for. */
TEST(module_comes_and_goes)
{
	int i, unloaded = 0, refused = 0;
	struct child child;

	child_start(&child, looks_all_the_time, NULL);
	for (i = 0; i < 400 && unloaded < 15; i++) {
		int error = unload();

		if (error) {
			ASSERT_EQ(-EWOULDBLOCK, error);
			refused++;
			usleep(100 * (i % 10));
			continue;
		}
		unloaded++;
		ASSERT_EQ(0, load());
	}
	EXPECT_EQ(0, waitpid(child.pid, NULL, WNOHANG));
	child_kill(&child);
	EXPECT_LT(0, unloaded);
	EXPECT_LT(0, refused);
}

int main(int argc, char **argv)
{
	/* Run as a program to look at. */
	if (argc && !strcmp(argv[0], "stay")) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		return 0;
	}
	return main_of_tests(argc, argv);
}
