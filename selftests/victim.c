// SPDX-License-Identifier: GPL-2.0
/*
 * A keeper for each victim starts it, kills it after some time if it is still there, and starts
 * the next. What a victim does to itself leaves out the memory of victim.h, so that what is said
 * of that can be checked at any time.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "victim.h"

/* What every victim finds open, also when it has become another program. */
#define STATE_FD	100
#define SHARED_FD	101

#define AREAS		16
#define AREA_PAGES	64
#define ACTS_MAX	400

struct victims {
	struct victim victim[VICTIMS];
	pid_t keeper[VICTIMS];
	/* Whatever they make: a child, for a moment. */
	pid_t offspring[VICTIMS];
	unsigned long ended;
	/* One could not do what it always can. */
	bool ill;
};

static struct victims *all;
static unsigned int own_slot;

/* Where a victim keeps what it has made of its address space. */
static struct {
	char *start;
	size_t pages;
} areas[AREAS];

static void ill(const char *what)
{
	warn("victim: %s", what);
	__atomic_store_n(&all->ill, true, __ATOMIC_RELEASE);
	_exit(1);
}

static void *fixed(unsigned long long start, int flags, int fd)
{
	void *memory = mmap((void *)(uintptr_t)start, VICTIM_BYTES, PROT_READ | PROT_WRITE,
			    flags | MAP_FIXED_NOREPLACE | MAP_POPULATE, fd, 0);

	if (memory != (void *)(uintptr_t)start)
		ill("mmap");
	return memory;
}

/* The pages that are checked: small ones, which nobody has reason to move or to merge. */
static void make_what_is_known(void)
{
	volatile char *own = fixed(VICTIM_OWN, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	volatile char *shared = fixed(VICTIM_SHARED, MAP_SHARED, SHARED_FD);
	size_t i;

	madvise((void *)own, VICTIM_BYTES, MADV_UNMERGEABLE);
	for (i = 0; i < VICTIM_BYTES; i += PAGE) {
		own[i] = getpid();
		shared[i] = 1;
	}
}

/* @pid: its own, or 0. */
static void say_ready(pid_t pid)
{
	struct victim *self = &all->victim[own_slot];

	__atomic_store_n(&self->pid, pid, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&self->generation, 1, __ATOMIC_SEQ_CST);
}

/* ---- what a victim does; any of it may fail, as long as it goes on ---- */

static void touch_some(unsigned int area)
{
	size_t i;

	for (i = 0; areas[area].start && i < areas[area].pages; i += 1 + random() % 8)
		areas[area].start[i * PAGE] = 1;
}

static void drop(unsigned int area)
{
	if (areas[area].start)
		munmap(areas[area].start, areas[area].pages * PAGE);
	areas[area].start = NULL;
}

static void act_map(unsigned int area)
{
	const size_t pages = 1 + random() % AREA_PAGES;
	const int kind = random() % 4;
	char *start;

	drop(area);
	start = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		     kind == 0 ? MAP_SHARED | MAP_ANONYMOUS : kind == 1 ? MAP_PRIVATE :
		     MAP_PRIVATE | MAP_ANONYMOUS, kind == 1 ? SHARED_FD : -1, 0);
	if (start == MAP_FAILED)
		return;
	areas[area].start = start;
	/* Of the file there is no more. */
	areas[area].pages = kind == 1 && pages * PAGE > VICTIM_BYTES ? VICTIM_BYTES / PAGE : pages;
	touch_some(area);
}

static void act_huge(unsigned int area)
{
	const size_t size = 4UL << 20;
	char *start;

	drop(area);
	start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return;
	madvise(start, size, MADV_HUGEPAGE);
	areas[area].start = start;
	areas[area].pages = size / PAGE;
	start[size / 2] = 1;
	madvise(start + size / 2 + PAGE, PAGE, MADV_DONTNEED);
}

static void act_remap(unsigned int area)
{
	const size_t pages = 1 + random() % AREA_PAGES;
	char *start;

	if (!areas[area].start)
		return;
	start = mremap(areas[area].start, areas[area].pages * PAGE, pages * PAGE, MREMAP_MAYMOVE);
	if (start == MAP_FAILED)
		return;
	areas[area].start = start;
	if (areas[area].pages > pages)
		areas[area].pages = pages;
}

static void act_protect(unsigned int area)
{
	const size_t at = areas[area].pages ? random() % areas[area].pages : 0;

	if (!areas[area].start)
		return;
	mprotect(areas[area].start + at * PAGE, PAGE, PROT_NONE);
	mprotect(areas[area].start + at * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

static void act_advise(unsigned int area)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_FREE, MADV_MERGEABLE, MADV_COLD, MADV_PAGEOUT, MADV_NOHUGEPAGE,
	};

	if (!areas[area].start)
		return;
	madvise(areas[area].start, areas[area].pages * PAGE,
		advice[random() % (sizeof(advice) / sizeof(*advice))]);
	touch_some(area);
}

static void act_unmap_part(unsigned int area)
{
	if (!areas[area].start || areas[area].pages < 4)
		return;
	munmap(areas[area].start + areas[area].pages / 2 * PAGE,
	       (areas[area].pages - areas[area].pages / 2) * PAGE);
	areas[area].pages /= 2;
}

static void act_fork(unsigned int area)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		all->offspring[own_slot] = getpid();
		touch_some(area);
		drop(area);
		_exit(0);
	}
	if (pid > 0 && random() % 2)
		kill(pid, SIGKILL);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void act_vfork(unsigned int area)
{
	pid_t pid = vfork();

	(void)area;
	if (!pid) {
		usleep(500);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void *short_thread(void *argument)
{
	touch_some((uintptr_t)argument);
	return NULL;
}

/* Only it touches this area meanwhile. */
static void act_threads(unsigned int area)
{
	pthread_t thread[3];
	unsigned int i, made = 0;

	for (i = 0; i < 3; i++)
		made += !pthread_create(&thread[made], NULL, short_thread,
					(void *)(uintptr_t)area);
	for (i = 0; i < made; i++)
		pthread_join(thread[i], NULL);
}

static void act_descriptors(unsigned int area)
{
	int fds[2];

	(void)area;
	if (pipe(fds))
		return;
	dup2(fds[0], 50 + random() % 20);
	close(fds[0]);
	close(fds[1]);
	if (random() % 4 == 0)
		unshare(CLONE_FILES);
}

static void act_become_other(unsigned int area)
{
	static char slot[16];
	char *const arguments[] = { (char *)VICTIM_NAME, NULL };
	char *const environment[] = { slot, NULL };

	(void)area;
	if (random() % 8)
		return;
	snprintf(slot, sizeof(slot), "SLOT=%u", own_slot);
	say_ready(0);
	execve("/proc/self/exe", arguments, environment);
	ill("execve");
}

static void act_exit(unsigned int area)
{
	(void)area;
	if (random() % 8)
		return;
	say_ready(0);
	_exit(0);
}

static void act_at_random(void)
{
	static void (*const acts[])(unsigned int) = {
		act_map, act_map, act_map, act_huge, act_remap, act_remap, act_protect, act_advise,
		act_unmap_part, act_fork, act_vfork, act_threads, act_descriptors,
		act_become_other, act_exit,
	};

	acts[random() % (sizeof(acts) / sizeof(*acts))](random() % AREAS);
}

static void *goes_on_alone(void *unused)
{
	int i;

	for (i = 0; i < ACTS_MAX; i++)
		act_at_random();
	say_ready(0);
	_exit(0);
	return unused;
}

static void be_victim(void)
{
	pthread_t thread;
	int i;

	srandom(getpid() ^ clock());
	make_what_is_known();
	say_ready(getpid());
	for (i = 0; i < ACTS_MAX / 2; i++)
		act_at_random();
	/* The leader goes; its thread is then all that there is. */
	if (!pthread_create(&thread, NULL, goes_on_alone, NULL))
		pthread_exit(NULL);
	_exit(0);
}

static bool take_state(void)
{
	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED, STATE_FD, 0);
	return all != MAP_FAILED;
}

int victim_goes_on(void)
{
	const char *slot = getenv("SLOT");

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!slot || !take_state())
		return 1;
	own_slot = atoi(slot);
	be_victim();
	return 0;
}

/* ---- keepers ---- */

static void keep(void)
{
	siginfo_t info;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	srandom(getpid());
	for (;;) {
		pid = fork();
		if (pid < 0)
			ill("fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			be_victim();
		}
		usleep(random() % (400000 * scale()));
		/* Its number is not given to another before all know that it has gone. */
		kill(pid, SIGKILL);
		waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
		say_ready(0);
		waitpid(pid, NULL, 0);
		__atomic_fetch_add(&all->ended, 1, __ATOMIC_RELAXED);
	}
}

static bool open_at(int to, const char *name, size_t size)
{
	int fd = memfd_create(name, 0);
	bool done = fd >= 0 && !ftruncate(fd, size) && dup2(fd, to) == to;

	if (fd >= 0)
		close(fd);
	return done;
}

struct victims *victims_start(void)
{
	pid_t pid;

	if (!open_at(STATE_FD, "victims", sizeof(*all)) ||
	    !open_at(SHARED_FD, "victims-share", VICTIM_BYTES) || !take_state())
		return NULL;
	for (own_slot = 0; own_slot < VICTIMS; own_slot++) {
		fflush(NULL);
		pid = fork();
		if (!pid)
			keep();
		all->keeper[own_slot] = pid;
	}
	return all;
}

/* Of a keeper that is killed, all that it keeps dies as well. */
void victims_end(struct victims *victims)
{
	int i;

	for (i = 0; i < VICTIMS; i++) {
		kill(victims->keeper[i], SIGKILL);
		waitpid(victims->keeper[i], NULL, 0);
	}
	munmap(victims, sizeof(*victims));
	close(STATE_FD);
	close(SHARED_FD);
}

bool victims_are_well(const struct victims *victims)
{
	int i;

	for (i = 0; i < VICTIMS; i++) {
		if (waitpid(victims->keeper[i], NULL, WNOHANG))
			return false;
	}
	return !__atomic_load_n(&victims->ill, __ATOMIC_ACQUIRE);
}

unsigned long victims_ended(const struct victims *victims)
{
	return victims->ended;
}

pid_t victims_any(const struct victims *victims)
{
	const unsigned int i = random() % VICTIMS;
	pid_t pid = victims->victim[i].pid;

	if (!pid || random() % 4 == 0)
		pid = victims->offspring[i];
	return pid ?: victims->keeper[i];
}

const struct victim *victims_ready(const struct victims *victims, const struct victim *but)
{
	static struct victim copies[2];
	struct victim *copy = &copies[!!but];
	unsigned int i, first = random();

	for (i = 0; i < VICTIMS; i++) {
		const struct victim *victim = &victims->victim[(first + i) % VICTIMS];

		*copy = (struct victim){
			.generation = __atomic_load_n(&victim->generation, __ATOMIC_SEQ_CST),
			.pid = __atomic_load_n(&victim->pid, __ATOMIC_SEQ_CST),
		};
		if (copy->pid && (!but || copy->pid != but->pid) &&
		    copy->generation == __atomic_load_n(&victim->generation, __ATOMIC_SEQ_CST))
			return copy;
	}
	return NULL;
}

bool victim_is_ready(const struct victim *victim)
{
	unsigned int i;

	for (i = 0; i < VICTIMS; i++) {
		if (__atomic_load_n(&all->victim[i].pid, __ATOMIC_SEQ_CST) == victim->pid &&
		    __atomic_load_n(&all->victim[i].generation, __ATOMIC_SEQ_CST) ==
		    victim->generation)
			return true;
	}
	return false;
}
