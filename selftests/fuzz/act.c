// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act.h"
#include "arena.h"
#include "act_files.h"

#define SIZE		(ARENA_PAGES * PAGE)
#define VMAS		100
#define OTHER_USER	1001

/* ---- to memory ---- */

static void touch(volatile char *start)
{
	size_t i;

	/* What is not there, or not to be written to, is left alone. */
	for (i = 0; i < ARENA_PAGES; i += 2)
		madvise((void *)(start + i * PAGE), PAGE, MADV_POPULATE_WRITE);
}

static void look(volatile char *start)
{
	madvise((void *)start, SIZE, MADV_POPULATE_READ);
}

static void unmap_half(volatile char *start)
{
	munmap((void *)(start + SIZE / 2), SIZE / 2);
}

static void unmap(volatile char *start)
{
	munmap((void *)start, SIZE);
}

static void map(volatile char *start)
{
	mmap((void *)start, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	     -1, 0);
}

static void map_huge_page(volatile char *start)
{
	mmap((void *)(start + 0x400000), 0x200000, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE | MAP_FIXED, -1, 0);
}

static void move(volatile char *start)
{
	if (mremap((void *)start, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   (void *)arena_at(ARENA_FREE)) == MAP_FAILED)
		mremap((void *)arena_at(ARENA_FREE), SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       (void *)start);
}

static void split(volatile char *start)
{
	size_t i;

	for (i = 0; i < ARENA_PAGES; i += 2)
		mprotect((void *)(start + i * PAGE), PAGE, i % 4 ? PROT_NONE : PROT_READ);
}

static void join(volatile char *start)
{
	mprotect((void *)start, SIZE, PROT_READ | PROT_WRITE);
}

static void map_many(volatile char *start)
{
	size_t i;

	for (i = 0; i < VMAS; i++)
		mmap((void *)(start + SIZE + 2 * i * PAGE), PAGE, PROT_READ,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void lock(volatile char *start)
{
	mlock((void *)start, SIZE);
}

static void name(volatile char *start)
{
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, SIZE, "fuzz [x]");
}

#define ADVISE(function, advice)					\
	static void function(volatile char *start)			\
	{								\
		madvise((void *)start, SIZE, (advice));			\
	}

ADVISE(drop, MADV_DONTNEED)
ADVISE(let_go, MADV_FREE)
ADVISE(merge, MADV_MERGEABLE)
ADVISE(wipe_on_fork, MADV_WIPEONFORK)
ADVISE(not_for_child, MADV_DONTFORK)
ADVISE(punch, MADV_REMOVE)

/* Only pages that nobody else has go, and only those that have come to the kernel's lists by now. */
static void page_out(volatile char *start)
{
	int i;

	touch(start);
	for (i = 0; i < 3; i++) {
		madvise((void *)start, SIZE, MADV_PAGEOUT);
		usleep(2000);
	}
}

static void map_shared(volatile char *start)
{
	mmap((void *)start, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED,
	     -1, 0);
}

static void attach_sysv(volatile char *start)
{
	int id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);

	(void)start;
	if (id < 0)
		return;
	shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
}

/* ---- to itself ---- */

static void *stay(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *run(void *unused)
{
	for (;;)
		__asm__ volatile("" ::: "memory");
	return unused;
}

static void *tell_and(void *(*what)(void *))
{
	__atomic_store_n(&target_self->thread, (pid_t)syscall(SYS_gettid), __ATOMIC_RELAXED);
	return what(NULL);
}

static void *tell_and_stay(void *unused)
{
	(void)unused;
	return tell_and(stay);
}

static void *tell_and_run(void *unused)
{
	(void)unused;
	return tell_and(run);
}

static void start_thread(volatile char *start)
{
	pthread_t thread;

	(void)start;
	pthread_create(&thread, NULL, tell_and_stay, NULL);
}

static void start_running_thread(volatile char *start)
{
	pthread_t thread;

	(void)start;
	pthread_create(&thread, NULL, tell_and_run, NULL);
}

static void child(pid_t parent)
{
	target_end_with(parent);
	stay(NULL);
}

static void fork_child(volatile char *start)
{
	pid_t parent = getpid(), pid = fork();

	(void)start;
	if (!pid)
		child(parent);
	target_self->child = pid;
}

static int clone_child(void *parent)
{
	child((pid_t)(intptr_t)parent);
	return 0;
}

/* As vfork() does, but who made it goes on. */
static void clone_in_same_memory(volatile char *start)
{
	static unsigned char stack[16384] __attribute__((aligned(16)));

	(void)start;
	target_self->child = clone(clone_child, stack + sizeof(stack), CLONE_VM | SIGCHLD,
				   (void *)(intptr_t)getpid());
}

static void leave_zombie(volatile char *start)
{
	pid_t pid = fork();

	(void)start;
	if (!pid)
		_exit(0);
	target_self->child = pid;
}

static void change_thread(volatile char *start)
{
	(void)start;
	target_change_thread();
}

static void execute(volatile char *start)
{
	(void)start;
	target_exec();
}

static void leave(volatile char *start)
{
	(void)start;
	_exit(0);
}

static void become_other(volatile char *start)
{
	(void)start;
	if (!setresgid(OTHER_USER, OTHER_USER, OTHER_USER) &&
	    !setresuid(OTHER_USER, OTHER_USER, OTHER_USER))
		prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void hide(volatile char *start)
{
	(void)start;
	prctl(PR_SET_DUMPABLE, 0);
}

static void take_own_files(volatile char *start)
{
	(void)start;
	unshare(CLONE_FILES | CLONE_FS);
}

static void take_own_namespaces(volatile char *start)
{
	(void)start;
	unshare(CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS | CLONE_SYSVSEM);
}

static void take_altstack(volatile char *start)
{
	const stack_t stack = { .ss_sp = (void *)start, .ss_size = SIZE };

	sigaltstack(&stack, NULL);
}

static void take_undo(volatile char *start)
{
	struct sembuf up = { .sem_op = 1, .sem_flg = SEM_UNDO };
	int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);

	(void)start;
	if (id < 0)
		return;
	semop(id, &up, 1);
	semctl(id, 0, IPC_RMID);
}

static void (*const acts[])(volatile char *start) = {
	touch, look, unmap_half, unmap, map, map_huge_page, move, split, join, map_many, lock, name,
	drop, let_go, page_out, merge, wipe_on_fork, not_for_child, punch, attach_sysv,
	start_thread, start_running_thread, fork_child, clone_in_same_memory, leave_zombie,
	change_thread, execute, leave, become_other, hide, take_own_files, take_own_namespaces,
	take_altstack, take_undo, act_open_pipes, act_open_sockets, act_open_inet, act_open_others,
	act_open_device, act_close, map_shared,
};

_Static_assert(sizeof(acts) / sizeof(acts[0]) == ACTS, "programs choose among ACTS");

void act(const struct order *order)
{
	acts[order->act % ACTS]((volatile char *)arena_at(order->area % ARENA_AREAS));
}
