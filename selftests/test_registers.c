// SPDX-License-Identifier: GPL-2.0
/* Registers: exact where they are said to be, and marked where they are not. */
#include <elf.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "test.h"

#ifdef __x86_64__

static int take(pid_t pid, uint32_t flags, size_t ring_size, struct snapshot *snapshot)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg),
		.flags = flags,
		.what = IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGS,
	};

	return snapshot_with(pid, ring_size, &arg, snapshot);
}

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

#else

TEST(registers)
{
	SKIP(return, "the program that loads known values is for x86-64");
}

#endif

TEST_MAIN
