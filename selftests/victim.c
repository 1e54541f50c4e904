// SPDX-License-Identifier: GPL-2.0
/*
 * A keeper for each victim starts it, kills it after some time if it is still there, and starts
 * the next. What a victim does to itself leaves out what it has at VICTIM_OWN and VICTIM_SHARED,
 * and leaves each area of its kind, so that what is said of these can be checked at any time.
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

#define ACTS_MAX	400

struct victims {
	struct victim victim[VICTIMS];
	pid_t keeper[VICTIMS];
	unsigned long ended;
	/* One could not do what it always can. */
	bool ill;
};

static struct victims *all;
static unsigned int own_slot;

#define AREAS	(VICTIM_KINDS * VICTIM_AREAS)

/* How many pages each area has that can be touched. */
static size_t area_pages[AREAS];

/* The child of this victim, if it has not been waited for. */
static pid_t offspring;

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

static void say_offspring(pid_t pid)
{
	__atomic_store_n(&all->victim[own_slot].offspring, pid, __ATOMIC_SEQ_CST);
}

/* @pid: its own, or 0. */
static void say_ready(pid_t pid)
{
	struct victim *self = &all->victim[own_slot];

	__atomic_store_n(&self->pid, pid, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&self->generation, 1, __ATOMIC_SEQ_CST);
}

/* ---- what a victim does; any of it may fail, as long as it goes on ---- */

static enum victim_kind kind_of(unsigned int area)
{
	return area / VICTIM_AREAS;
}

static char *start_of(unsigned int area)
{
	return (char *)(uintptr_t)victim_area(kind_of(area), area % VICTIM_AREAS);
}

/* What is written makes it private, where it is not; what is read may be the zero page. */
static void touch_some(unsigned int area)
{
	const unsigned int gap = random() % 2 ? 1 : 8;
	const unsigned int looks = kind_of(area) == VICTIM_FILE ? 2 : 8;
	volatile char *page;
	size_t i;

	for (i = 0; i < area_pages[area]; i += 1 + random() % gap) {
		page = start_of(area) + i * PAGE;
		if (random() % looks)
			*page = 1;
		else
			(void)*page;
	}
}

static void drop(unsigned int area)
{
	munmap(start_of(area), VICTIM_AREA_BYTES);
	area_pages[area] = 0;
}

static bool make(unsigned int area, size_t size, int flags, int fd)
{
	drop(area);
	if (mmap(start_of(area), size, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, fd,
		 0) == MAP_FAILED)
		return false;
	area_pages[area] = size / PAGE;
	return true;
}

/* Mostly few: what one has given up another soon has at the same place. */
static size_t some_pages(void)
{
	return 1 + random() % (random() % 4 ? 8 : VICTIM_AREA_USUAL / PAGE);
}

static void act_map(unsigned int area)
{
	const size_t size = some_pages() * PAGE;
	bool made = false;

	switch (kind_of(area)) {
	case VICTIM_FILE:
		/* Of the file there is no more. */
		made = make(area, size < VICTIM_BYTES ? size : VICTIM_BYTES, MAP_PRIVATE,
			    SHARED_FD);
		break;
	case VICTIM_SHMEM:
		made = make(area, size, MAP_SHARED | MAP_ANONYMOUS, -1);
		break;
	default:
		made = make(area, size, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	}
	if (made && kind_of(area) == VICTIM_TWIN)
		madvise(start_of(area), size, MADV_MERGEABLE);
	touch_some(area);
}

static void act_huge(unsigned int area)
{
	const size_t size = VICTIM_AREA_BYTES;
	volatile char *start = start_of(area);

	if ((kind_of(area) != VICTIM_ANON && kind_of(area) != VICTIM_TWIN) ||
	    !make(area, size, MAP_PRIVATE | MAP_ANONYMOUS, -1))
		return;
	madvise((void *)start, size, MADV_HUGEPAGE);
	if (kind_of(area) == VICTIM_TWIN)
		madvise((void *)start, size, MADV_MERGEABLE);
	/* The huge zero page. */
	if (random() % 2)
		(void)start[0];
	start[size / 2 * (random() % 2)] = 1;
	if (random() % 2)
		madvise((void *)(start + size / 2 + PAGE), PAGE, MADV_DONTNEED);
}

/* What it has more of than before is touched if there is memory behind it. */
static void set_size(unsigned int area, size_t before, size_t pages)
{
	const bool grows = kind_of(area) == VICTIM_ANON || kind_of(area) == VICTIM_TWIN;

	area_pages[area] = grows || pages < before ? pages : before;
}

static void move(unsigned int from, unsigned int to, size_t pages)
{
	const size_t before = area_pages[from];
	int flags = MREMAP_MAYMOVE | MREMAP_FIXED;

	drop(to);
	/* Where it was is then empty; but what is shared would be in both places. */
	if (kind_of(from) != VICTIM_SHMEM && pages == before && random() % 4 == 0)
		flags |= MREMAP_DONTUNMAP;
	if (mremap(start_of(from), before * PAGE, pages * PAGE, flags, start_of(to)) ==
	    MAP_FAILED) {
		set_size(from, before, pages < before ? pages : before);
		return;
	}
	set_size(to, before, pages);
	if (!(flags & MREMAP_DONTUNMAP))
		area_pages[from] = 0;
}

static void act_remap(unsigned int area)
{
	const unsigned int to = kind_of(area) * VICTIM_AREAS + random() % VICTIM_AREAS;
	const size_t before = area_pages[area];
	const size_t pages = random() % 2 ? before : some_pages();

	if (!before)
		return;
	if (to != area)
		move(area, to, pages);
	else if (mremap(start_of(area), before * PAGE, pages * PAGE, 0) != MAP_FAILED)
		set_size(area, before, pages);
}

static void act_protect(unsigned int area)
{
	const size_t at = area_pages[area] ? random() % area_pages[area] : 0;

	if (!area_pages[area])
		return;
	mprotect(start_of(area) + at * PAGE, PAGE, PROT_NONE);
	mprotect(start_of(area) + at * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

static void act_advise(unsigned int area)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_NOHUGEPAGE,
		/* For twins only. */
		MADV_MERGEABLE, MADV_MERGEABLE, MADV_UNMERGEABLE,
	};
	const size_t nr = sizeof(advice) / sizeof(*advice) -
			  (kind_of(area) == VICTIM_TWIN ? 0 : 3);

	if (!area_pages[area])
		return;
	madvise(start_of(area), area_pages[area] * PAGE, advice[random() % nr]);
	if (random() % 2)
		touch_some(area);
}

static void act_unmap_part(unsigned int area)
{
	const size_t half = area_pages[area] / 2;

	if (area_pages[area] < 4)
		return;
	munmap(start_of(area) + half * PAGE, VICTIM_AREA_BYTES - half * PAGE);
	area_pages[area] = half;
}

/* Who looks takes nobody else for it: another gets its number only then. */
static void end_offspring(void)
{
	if (!offspring)
		return;
	say_offspring(0);
	kill(offspring, SIGKILL);
	waitpid(offspring, NULL, 0);
	offspring = 0;
}

static void be_offspring(unsigned int area)
{
	static void (*const acts[])(unsigned int) = {
		touch_some, drop, act_map, act_huge, act_remap, act_protect, act_advise,
		act_unmap_part,
	};
	int i;

	srandom(getpid());
	for (i = random() % 16; i > 0; i--) {
		acts[random() % (sizeof(acts) / sizeof(*acts))](area);
		usleep(random() % (10000 * scale()));
		area = random() % AREAS;
	}
	_exit(0);
}

/* It goes on beside its parent, or is killed at once. */
static void act_fork(unsigned int area)
{
	if (offspring && random() % 4)
		return;
	end_offspring();
	offspring = fork();
	if (!offspring) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be_offspring(area);
	}
	if (offspring < 0)
		offspring = 0;
	say_offspring(offspring);
	if (random() % 4 == 0)
		end_offspring();
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
	end_offspring();
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
		say_offspring(0);
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
		pid = victims->victim[i].offspring;
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
			.offspring = __atomic_load_n(&victim->offspring, __ATOMIC_SEQ_CST),
		};
		if (copy->pid && (!but || copy->pid != but->pid) &&
		    copy->generation == __atomic_load_n(&victim->generation, __ATOMIC_SEQ_CST))
			return copy;
	}
	return NULL;
}

static const struct victim *find(const struct victim *victim)
{
	unsigned int i;

	for (i = 0; i < VICTIMS; i++) {
		if (__atomic_load_n(&all->victim[i].pid, __ATOMIC_SEQ_CST) == victim->pid &&
		    __atomic_load_n(&all->victim[i].generation, __ATOMIC_SEQ_CST) ==
		    victim->generation)
			return &all->victim[i];
	}
	return NULL;
}

bool victim_is_ready(const struct victim *victim)
{
	return find(victim);
}

bool victim_is_parent(const struct victim *victim)
{
	const struct victim *now = find(victim);

	return now && victim->offspring && victim->offspring ==
	       __atomic_load_n(&now->offspring, __ATOMIC_SEQ_CST);
}
