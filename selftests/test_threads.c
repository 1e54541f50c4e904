// SPDX-License-Identifier: GPL-2.0
/* Threads: which there are, what they do, and what is in their registers. */
#include <elf.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "test.h"

#define ALL_THREADS	(IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS)

static int take(pid_t pid, uint32_t flags, size_t ring_size, struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg),
		.flags = flags,
		.what = ALL_THREADS,
	};
	struct reader reader;
	int error = reader_open(&reader, ring_size);

	if (!error)
		error = reader_target(&reader, pid) ?: reader_run(&reader, &arg, snapshot);
	reader_close(&reader);
	return error;
}

/* Of the threads of the zoo, all asleep. */
FIXTURE(zoo) {
	struct zoo zoo;
	struct snapshot snapshot;
};

FIXTURE_SETUP(zoo)
{
	zoo_start(&self->zoo, "stacks");
	ASSERT_TRUE(proc_wait_state(self->zoo.pid, "S"));
	ASSERT_EQ(0, take(self->zoo.pid, 0, RING_USUAL, &self->snapshot));
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
		ASSERT_TRUE(fgets(comm, sizeof(comm), file));
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

#ifdef __x86_64__

/* The order of ipcshow_regs is that of struct user_regs_struct, without its last four. */
enum { R15, R14, R13, R12, RBP, RBX, R11, R10, R9, R8, RAX, RCX, RDX, RSI, RDI, ORIG_RAX, RIP,
       CS, EFLAGS, RSP, SS, FS_BASE, GS_BASE, NR_REGS };

#define KNOWN(n)	(0x0123456789abcd00UL + (n))
#define LOAD(n, reg)	"	movabs	$0x0123456789abcd00 + " #n ", %" #reg "\n"

/*
 * With known values in the registers: read one byte from a pipe, or loop for
 * ever. The stack pointer goes to *@sp first.
 */
void known_read(int fd, char *byte, unsigned long *sp);
void known_spin(int fd, char *byte, unsigned long *sp);
extern const char known_read_after[], known_spin_begin[], known_spin_end[];

__asm__ (
".macro enter\n"
"	push	%rbx\n	push	%rbp\n	push	%r12\n	push	%r13\n"
"	push	%r14\n	push	%r15\n"
"	mov	%rsp, (%rdx)\n"
	LOAD(1, rbx) LOAD(2, rbp) LOAD(3, r12) LOAD(4, r13) LOAD(5, r14) LOAD(6, r15)
	LOAD(7, r8) LOAD(8, r9) LOAD(9, r10)
"	mov	$1, %edx\n"
".endm\n"
".text\n"
".type known_read, @function\n"
"known_read:\n"
"	enter\n"
"	xor	%eax, %eax\n"
"	syscall\n"
"known_read_after:\n"
"	pop	%r15\n	pop	%r14\n	pop	%r13\n	pop	%r12\n"
"	pop	%rbp\n	pop	%rbx\n	ret\n"
".size known_read, . - known_read\n"
".type known_spin, @function\n"
"known_spin:\n"
"	enter\n"
"known_spin_begin:\n"
"	pause\n"
"	jmp	known_spin_begin\n"
"known_spin_end:\n"
".size known_spin, . - known_spin\n"
);

struct known {
	unsigned long sp;
	unsigned long tls;
	char byte;
	int fd;
	int cpu;
	pid_t tid;
};

static struct known *known_page(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static int reads_known(struct child *self, void *argument)
{
	struct known *known = argument;

	known->tls = (unsigned long)__builtin_thread_pointer();
	known->fd = self->from;
	child_ready(self);
	known_read(self->from, &known->byte, &known->sp);
	return 0;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		abort();
}

static int spins_known(struct child *self, void *argument)
{
	struct known *known = argument;

	pin(known->cpu);
	known->tls = (unsigned long)__builtin_thread_pointer();
	child_ready(self);
	known_spin(0, NULL, &known->sp);
	return 0;
}

static bool has_known(const __u64 *reg)
{
	return reg[RBX] == KNOWN(1) && reg[RBP] == KNOWN(2) && reg[R12] == KNOWN(3) &&
	       reg[R13] == KNOWN(4) && reg[R14] == KNOWN(5) && reg[R15] == KNOWN(6) &&
	       reg[R8] == KNOWN(7) && reg[R9] == KNOWN(8) && reg[R10] == KNOWN(9);
}

static void print_regs(const struct ipcshow_regs *regs)
{
	unsigned int i;

	for (i = 0; i < regs->nr; i++)
		fprintf(stderr, "# reg[%u] = %llx\n", i, regs->reg[i]);
}

TEST(registers_in_a_system_call)
{
	struct known *known = known_page();
	const struct ipcshow_thread *thread;
	const struct ipcshow_regs *regs;
	struct snapshot snapshot = {};
	struct child child;

	child_start(&child, reads_known, known);
	ASSERT_TRUE(proc_wait_state(child.pid, "S"));
	ASSERT_EQ(0, take(child.pid, 0, RING_SMALL, &snapshot));
	thread = snapshot_thread(&snapshot, child.pid);
	regs = snapshot_regs(&snapshot, child.pid);
	ASSERT_NE(NULL, regs);
	ASSERT_EQ(NR_REGS, regs->nr);
	EXPECT_EQ(IPCSHOW_THREAD_F_LEADER, thread->flags);
	EXPECT_TRUE(has_known(regs->reg)) print_regs(regs);
	EXPECT_EQ((uintptr_t)known_read_after, regs->reg[RIP]);
	EXPECT_EQ((uintptr_t)known_read_after, regs->reg[RCX]);
	EXPECT_EQ((uintptr_t)known_read_after, thread->ip);
	EXPECT_EQ(known->sp, regs->reg[RSP]);
	EXPECT_EQ(known->sp, thread->sp);
	EXPECT_EQ(known->fd, (int)regs->reg[RDI]);
	EXPECT_EQ((uintptr_t)&known->byte, regs->reg[RSI]);
	EXPECT_EQ(1, regs->reg[RDX]);
	EXPECT_EQ(0, regs->reg[ORIG_RAX]);
	EXPECT_EQ(regs->reg[EFLAGS], regs->reg[R11]);
	EXPECT_EQ(0x33, regs->reg[CS]);
	EXPECT_EQ(0x2b, regs->reg[SS]);
	EXPECT_EQ(known->tls, regs->reg[FS_BASE]);
	EXPECT_EQ(known->tls, thread->tls);
	EXPECT_EQ(0, regs->reg[GS_BASE]);
	snapshot_free(&snapshot);
	child_kill(&child);
}

/* A thread calls itself stopped, and then leaves its CPU. */
static void take_when_off_cpu(struct __test_metadata *_metadata, pid_t pid,
			      struct snapshot *snapshot)
{
	int i;

	for (i = 0; i < 1000; i++) {
		ASSERT_EQ(0, take(pid, 0, RING_SMALL, snapshot));
		if (!(snapshot_thread(snapshot, pid)->flags & IPCSHOW_THREAD_F_STALE))
			return;
		snapshot_free(snapshot);
		usleep(1000);
	}
	ASSERT_GT(1000, i) TH_LOG("a stopped thread stays stale");
}

/* A stopped thread goes on with exactly these. */
TEST(registers_of_a_stopped_thread)
{
	struct known *known = known_page();
	const struct ipcshow_regs *regs;
	struct snapshot snapshot = {};
	struct child child;
	int i;

	child_start(&child, spins_known, known);
	for (i = 0; i < 20; i++) {
		while (!*(volatile unsigned long *)&known->sp)
			usleep(1000);
		child_stop(child.pid);
		take_when_off_cpu(_metadata, child.pid, &snapshot);
		EXPECT_EQ('T', snapshot_thread(&snapshot, child.pid)->state);
		EXPECT_EQ(IPCSHOW_THREAD_F_LEADER, snapshot_thread(&snapshot, child.pid)->flags);
		regs = snapshot_regs(&snapshot, child.pid);
		ASSERT_NE(NULL, regs);
		EXPECT_TRUE(has_known(regs->reg)) print_regs(regs);
		EXPECT_LE((uintptr_t)known_spin_begin, regs->reg[RIP]);
		EXPECT_LT(regs->reg[RIP], (uintptr_t)known_spin_end);
		EXPECT_EQ(known->sp, regs->reg[RSP]);
		snapshot_free(&snapshot);
		child_continue(child.pid);
	}
	child_kill(&child);
}

FIXTURE(spinning) {
	struct known *known;
	struct child child;
	unsigned int stale;
	unsigned int interrupted;
	unsigned int wrong;
};

FIXTURE_SETUP(spinning)
{
	self->known = known_page();
	self->known->cpu = 1;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		self->known->cpu = 0;
	pin(0);
	child_start(&self->child, spins_known, self->known);
	while (!*(volatile unsigned long *)&self->known->sp)
		usleep(1000);
}

FIXTURE_TEARDOWN(spinning)
{
	child_kill(&self->child);
}

/* What is not marked stale must be exact. */
static void look_at_it(struct __test_metadata *_metadata, FIXTURE_DATA(spinning) *self,
		       uint32_t flags)
{
	int i;

	for (i = 0; i < 200; i++) {
		const struct ipcshow_thread *thread;
		const struct ipcshow_regs *regs;
		struct snapshot snapshot = {};

		ASSERT_EQ(0, take(self->child.pid, flags, RING_SMALL, &snapshot));
		thread = snapshot_thread(&snapshot, self->child.pid);
		regs = snapshot_regs(&snapshot, self->child.pid);
		ASSERT_NE(NULL, regs);
		EXPECT_EQ('R', thread->state);
		EXPECT_EQ(self->known->cpu, (int)thread->cpu);
		EXPECT_EQ(thread->ip, regs->reg[RIP]);
		EXPECT_EQ(thread->sp, regs->reg[RSP]);
		if (thread->flags & IPCSHOW_THREAD_F_STALE) {
			self->stale++;
		} else if (!has_known(regs->reg) || regs->reg[RSP] != self->known->sp ||
			   regs->reg[RIP] < (uintptr_t)known_spin_begin ||
			   regs->reg[RIP] >= (uintptr_t)known_spin_end ||
			   thread->tls != self->known->tls) {
			print_regs(regs);
			self->wrong++;
		}
		if (thread->flags & IPCSHOW_THREAD_F_INTERRUPTED) {
			EXPECT_EQ(0, thread->flags & IPCSHOW_THREAD_F_STALE);
			self->interrupted++;
		}
		snapshot_free(&snapshot);
	}
}

TEST_F(spinning, is_stale)
{
	if (!self->known->cpu)
		SKIP(return, "one CPU: whoever is looked at does not run");
	look_at_it(_metadata, self, 0);
	EXPECT_LT(100, self->stale);
	EXPECT_EQ(0, self->interrupted);
	EXPECT_EQ(0, self->wrong);
}

TEST_F(spinning, is_interrupted)
{
	if (!self->known->cpu)
		SKIP(return, "one CPU: whoever is looked at does not run");
	look_at_it(_metadata, self, IPCSHOW_SNAPSHOT_F_INTERRUPT);
	EXPECT_LT(100, self->interrupted);
	EXPECT_GT(20, self->stale);
	EXPECT_EQ(0, self->wrong);
}

/* On the CPU of who looks, it does not run. */
TEST_F(spinning, on_this_cpu)
{
	pin(self->known->cpu);
	look_at_it(_metadata, self, IPCSHOW_SNAPSHOT_F_INTERRUPT);
	EXPECT_EQ(0, self->stale);
	EXPECT_EQ(0, self->interrupted);
	EXPECT_EQ(0, self->wrong);
}

static void *keeps_spinning(void *argument)
{
	struct known *known = argument;

	__atomic_store_n(&known->tid, gettid(), __ATOMIC_SEQ_CST);
	known_spin(0, NULL, &known->sp);
	return NULL;
}

static void *sleeps(void *argument)
{
	struct known *known = argument;

	known_read(known->fd, &known->byte, &known->sp);
	return NULL;
}

static int some_threads(struct child *self, void *argument)
{
	struct known *known = argument;
	pthread_t thread;
	int fds[2];

	if (pipe(fds))
		return 1;
	known[1].fd = fds[0];
	if (pthread_create(&thread, NULL, keeps_spinning, &known[0]) ||
	    pthread_create(&thread, NULL, sleeps, &known[1]))
		return 1;
	return child_stay(self, argument);
}

/* The second method: what the kernel tells a debugger. */
TEST(registers_are_those_of_ptrace)
{
	const struct ipcshow_thread *thread;
	struct known *known = known_page();
	struct snapshot snapshot = {};
	struct child child;
	unsigned int compared = 0;
	int status;

	child_start(&child, some_threads, known);
	while (!*(volatile unsigned long *)&known[0].sp || !*(volatile unsigned long *)&known[1].sp)
		usleep(1000);
	ASSERT_EQ(0, take(child.pid, 0, RING_SMALL, &snapshot));
	for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
		ASSERT_EQ(0, ptrace(PTRACE_SEIZE, thread->tid, NULL, NULL));
		ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, thread->tid, NULL, NULL));
		ASSERT_EQ((pid_t)thread->tid, waitpid(thread->tid, &status, __WALL));
	}
	snapshot_free(&snapshot);
	ASSERT_EQ(0, take(child.pid, 0, RING_SMALL, &snapshot));
	for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
		__u64 theirs[27];
		struct iovec iov = { theirs, sizeof(theirs) };
		const struct ipcshow_regs *regs = snapshot_regs(&snapshot, thread->tid);

		ASSERT_NE(NULL, regs);
		EXPECT_EQ('t', thread->state);
		ASSERT_EQ(0, ptrace(PTRACE_GETREGSET, thread->tid, NT_PRSTATUS, &iov));
		EXPECT_EQ(0, memcmp(theirs, regs->reg, NR_REGS * sizeof(theirs[0])))
			print_regs(regs);
		EXPECT_EQ(theirs[RIP], thread->ip);
		EXPECT_EQ(theirs[RSP], thread->sp);
		EXPECT_EQ(theirs[FS_BASE], thread->tls);
		compared++;
	}
	EXPECT_EQ(3, compared);
	snapshot_free(&snapshot);
	/* It ends with us: until then, its threads wait for their tracer. */
}

#endif /* __x86_64__ */

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
	ASSERT_EQ(0, take(child.pid, 0, RING_SMALL, &snapshot));
	for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
		if (!(thread->flags & IPCSHOW_THREAD_F_LEADER))
			tid = thread->tid;
	}
	ASSERT_LT(0, tid);
	snapshot_free(&snapshot);

	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, tid, NULL, NULL));
	child_go(&child);
	ASSERT_EQ(0, waitid(P_PID, tid, &info, WEXITED | WNOWAIT | __WALL));
	ASSERT_EQ(0, take(child.pid, 0, RING_SMALL, &snapshot));
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
	ASSERT_EQ(0, take(zoo.pid, 0, RING_SMALL, &snapshot));
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

	ASSERT_EQ(0, take(getpid(), IPCSHOW_SNAPSHOT_F_INTERRUPT, RING_SMALL, &snapshot));
	thread = snapshot_thread(&snapshot, getpid());
	ASSERT_NE(NULL, thread);
	EXPECT_EQ('R', thread->state);
	EXPECT_EQ(IPCSHOW_THREAD_F_LEADER, thread->flags & ~IPCSHOW_THREAD_F_STALE);
	EXPECT_EQ((unsigned long)__builtin_thread_pointer(), thread->tls);
	EXPECT_LT((uintptr_t)__builtin_frame_address(0) - (64 << 10), thread->sp);
	EXPECT_GT((uintptr_t)__builtin_frame_address(0), thread->sp);
	snapshot_free(&snapshot);
}

struct crowd {
	unsigned int stay;
	unsigned int churners;
	/* TIDs of those who stay. */
	pid_t tids[];
};

static struct crowd *crowd_page(unsigned int stay, unsigned int churners)
{
	struct crowd *crowd = mmap(NULL, sizeof(*crowd) + stay * sizeof(pid_t),
				   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (crowd == MAP_FAILED)
		abort();
	crowd->stay = stay;
	crowd->churners = churners;
	return crowd;
}

static void *stays(void *argument)
{
	pid_t *tid = argument;

	__atomic_store_n(tid, gettid(), __ATOMIC_SEQ_CST);
	while (pause())
		;
	return NULL;
}

static void *comes_and_goes(void *unused)
{
	return unused;
}

static void *churns(void *unused)
{
	pthread_t thread;

	while (!pthread_create(&thread, NULL, comes_and_goes, NULL))
		pthread_join(thread, NULL);
	return unused;
}

static int gathers(struct child *self, void *argument)
{
	struct crowd *crowd = argument;
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 << 10);
	for (i = 0; i < crowd->stay; i++) {
		if (pthread_create(&thread, &attr, stays, &crowd->tids[i]))
			return 1;
	}
	for (i = 0; i < crowd->stay; i++) {
		while (!__atomic_load_n(&crowd->tids[i], __ATOMIC_SEQ_CST))
			usleep(1000);
	}
	for (i = 0; i < crowd->churners; i++) {
		if (pthread_create(&thread, &attr, churns, NULL))
			return 1;
	}
	return child_stay(self, argument);
}

static int by_number(const void *one, const void *other)
{
	return *(const pid_t *)one - *(const pid_t *)other;
}

static size_t sorted_tids(const struct snapshot *snapshot, pid_t **tids)
{
	const struct ipcshow_thread *thread;
	size_t nr = 0;

	*tids = calloc(snapshot_count(snapshot, IPCSHOW_REC_THREAD), sizeof(pid_t));
	if (!*tids)
		abort();
	for_each_of(thread, snapshot, IPCSHOW_REC_THREAD)
		(*tids)[nr++] = thread->tid;
	qsort(*tids, nr, sizeof(pid_t), by_number);
	return nr;
}

static void crowd_is_there(struct __test_metadata *_metadata, const struct crowd *crowd,
			   const struct snapshot *snapshot)
{
	const bool lost = snapshot_end(snapshot)->flags & IPCSHOW_END_F_THREADS_LOST;
	size_t i, nr, missing = 0, twice = 0;
	pid_t *tids, last_twice = 0;

	nr = sorted_tids(snapshot, &tids);
	EXPECT_EQ(nr, snapshot_end(snapshot)->threads);
	for (i = 0; i < crowd->stay; i++)
		missing += !bsearch(&crowd->tids[i], tids, nr, sizeof(pid_t), by_number);
	for (i = 1; i < nr; i++) {
		if (tids[i] == tids[i - 1]) {
			twice++;
			last_twice = tids[i];
		}
	}
	EXPECT_EQ(0, missing);
	EXPECT_LT(0, tids[0]);
	EXPECT_TRUE(!twice || lost) TH_LOG("%zu came twice, thread %d too", twice, last_twice);
	free(tids);
}

TEST(thousand_threads)
{
	struct crowd *crowd = crowd_page(1000 / scale(), 0);
	struct child child;
	unsigned int i;
	size_t size;

	child_start(&child, gathers, crowd);
	for (i = 0; i < crowd->stay; i++)
		ASSERT_TRUE(proc_wait_state(crowd->tids[i], "S"));
	for (size = RING_SMALL; size <= RING_USUAL; size *= 8) {
		const struct ipcshow_thread *thread;
		struct snapshot snapshot = {};

		ASSERT_EQ(0, take(child.pid, 0, size, &snapshot));
		EXPECT_EQ(crowd->stay + 1, snapshot_end(&snapshot)->threads);
		EXPECT_EQ(crowd->stay + 1, snapshot_count(&snapshot, IPCSHOW_REC_REGS));
		EXPECT_EQ(0, snapshot_end(&snapshot)->flags & IPCSHOW_END_F_THREADS_LOST);
		crowd_is_there(_metadata, crowd, &snapshot);
		for_each_of(thread, &snapshot, IPCSHOW_REC_THREAD) {
			ASSERT_EQ('S', thread->state);
			ASSERT_EQ(0, thread->flags & ~IPCSHOW_THREAD_F_LEADER);
			ASSERT_NE(0, thread->sp);
		}
		snapshot_free(&snapshot);
	}
	child_kill(&child);
}

TEST(threads_that_come_and_go)
{
	struct crowd *crowd = crowd_page(300 / scale() + 20, 4);
	struct child child;
	size_t others = 0;
	int i;

	child_start(&child, gathers, crowd);
	for (i = 0; i < 60; i++) {
		struct snapshot snapshot = {};

		ASSERT_EQ(0, take(child.pid, i & 1 ? IPCSHOW_SNAPSHOT_F_INTERRUPT : 0,
				  i & 2 ? RING_SMALL : RING_USUAL, &snapshot));
		crowd_is_there(_metadata, crowd, &snapshot);
		others += snapshot_end(&snapshot)->threads - crowd->stay - 1 - crowd->churners;
		snapshot_free(&snapshot);
	}
	EXPECT_LT(0, others) TH_LOG("none was caught");
	child_kill(&child);
}

TEST_MAIN
