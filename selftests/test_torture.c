// SPDX-License-Identifier: GPL-2.0
/*
 * Targets that do all that a process can do to its address space and to itself, at random, and
 * are killed at random, while others dump and compare them and are killed as well. The machine
 * bears it; each record is whole; and what always holds of the targets is never said otherwise.
 *
 * IPCSHOW_TORTURE_SECONDS: go on for so long (default: until each thing was seen often enough).
 */
#include <err.h>
#include <sched.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "compare.h"
#include "memory.h"
#include "pieces.h"
#include "truth.h"
#include "victim.h"

#define OBSERVERS	3

/* What observers have seen, in all. Shared. */
struct tally {
	unsigned long snapshots;	/* whole */
	unsigned long gone;		/* the target went meanwhile */
	unsigned long comparisons;	/* whole */
	unsigned long interrupted;	/* calls that a signal ended before anything was done */
	unsigned long signals;		/* to who looks */
	unsigned long refused;		/* the target was gone before */
	unsigned long unsettled;	/* bytes */
	struct truth_tally moving[VICTIM_KINDS];
};

struct torture {
	struct victims *victims;
	struct tally *tally;
	bool signals;
	/* It merges what it may. */
	bool ksm;
};

static void count(unsigned long *what, unsigned long nr)
{
	__atomic_fetch_add(what, nr, __ATOMIC_RELAXED);
}

/* What may become of a target that is chosen while it comes and goes. */
static bool may_be_refused(int error)
{
	switch (error) {
	case -ESRCH:	/* gone */
	case -ENODATA:	/* a zombie */
	case -ENXIO:	/* its number has come to a kernel thread */
	case -EAGAIN:	/* kept calling execve() */
	case -EINTR:	/* a signal: before anything was done */
		return true;
	}
	return false;
}

static bool choose(const struct torture *torture, struct reader *reader, pid_t pid, bool add)
{
	int error = add ? compare_add_target(reader, pid) : reader_target(reader, pid);

	if (error >= 0)
		return true;
	if (!may_be_refused(error))
		errx(1, "target %d: %s", pid, strerror(-error));
	count(error == -EINTR ? &torture->tally->interrupted : &torture->tally->refused, 1);
	return false;
}

/* Of these any part may be asked for; each with what it needs. */
static uint64_t random_what(void)
{
	uint64_t what = (random() & WHAT_ALL) | IPCSHOW_WHAT_TASK;

	if (what & WHAT_BEHIND_THREAD)
		what |= IPCSHOW_WHAT_THREADS;
	if (what & WHAT_OF_REGION)
		what |= IPCSHOW_WHAT_REGIONS;
	return random() % 2 ? WHAT_ALL : what;
}

/* Is what is said of a target that is there possible? */
static void check_snapshot(const struct snapshot *snapshot, uint64_t what)
{
	const struct ipcshow_end *end = snapshot_end(snapshot);
	const struct ipcshow_region *region;
	uint64_t last = 0;

	if (end->regions != snapshot_count(snapshot, IPCSHOW_REC_REGION) ||
	    end->threads != snapshot_count(snapshot, IPCSHOW_REC_THREAD))
		errx(1, "END counts %llu regions and %llu threads",
		     (unsigned long long)end->regions, (unsigned long long)end->threads);
	if (end->threads_refused)
		errx(1, "threads were refused to root");
	for_each_of(region, snapshot, IPCSHOW_REC_REGION) {
		if (region->start >= region->end || region->start < last)
			errx(1, "a region from %#llx to %#llx behind %#llx",
			     (unsigned long long)region->start, (unsigned long long)region->end,
			     (unsigned long long)last);
		last = region->start;
	}
	if (!(end->flags & IPCSHOW_END_F_GONE) && what & IPCSHOW_WHAT_REGIONS && !end->regions)
		errx(1, "an address space without a region");
}

static void dump(const struct torture *torture, struct reader *reader)
{
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = random_what(),
		.flags = random() % 2 ? IPCSHOW_SNAPSHOT_F_INTERRUPT : 0,
	};
	struct snapshot snapshot = {};
	int error;

	if (!choose(torture, reader, victims_any(torture->victims), false))
		return;
	error = reader_run(reader, &arg, &snapshot);
	if (error == -EINTR) {
		count(&torture->tally->interrupted, 1);
		reader_drain(reader, NULL);
	} else if (error) {
		errx(1, "a snapshot: %s", strerror(-error));
	} else {
		check_snapshot(&snapshot, arg.what);
		count(snapshot_end(&snapshot)->flags & IPCSHOW_END_F_GONE ?
		      &torture->tally->gone : &torture->tally->snapshots, 1);
	}
	snapshot_free(&snapshot);
}

/* The first two are victims that are ready; a reused number would be somebody else. */
static bool choose_targets(const struct torture *torture, struct reader *reader, bool *child)
{
	const struct victim *one = victims_ready(torture->victims, NULL);
	const struct victim *other = victims_ready(torture->victims, one);

	if (!one || !other || !choose(torture, reader, one->pid, false) ||
	    !choose(torture, reader, other->pid, true))
		return false;
	*child = one->offspring && random() % 2 && choose(torture, reader, one->offspring, true) &&
		 victim_is_parent(one);
	return victim_is_ready(one) && victim_is_ready(other);
}

static void compare(const struct torture *torture, struct reader *reader)
{
	struct snapshot snapshot = {};
	struct comparison comparison;
	struct truth truth;
	bool child;
	int error;

	if (!choose_targets(torture, reader, &child))
		return;
	truth_choose(&truth, child);
	compare_without_runs = random() % 2;
	error = compare_run(reader, truth.sites, truth.nr, &snapshot);
	if (error == -EINTR) {
		count(&torture->tally->interrupted, 1);
		reader_drain(reader, NULL);
	} else if (error) {
		errx(1, "a comparison: %s", strerror(-error));
	} else {
		compare_decode(&snapshot, truth.sites, truth.nr, &comparison);
		if (comparison.end.flags & IPCSHOW_COMPARE_END_F_GONE) {
			count(&torture->tally->gone, 1);
		} else {
			truth_check(&truth, &comparison, torture->tally->moving);
			count(&torture->tally->comparisons, 1);
			count(&torture->tally->unsettled, comparison.end.unsettled);
		}
		compare_free(&comparison);
	}
	snapshot_free(&snapshot);
}

static struct tally *ticks;

static void tick(int signal)
{
	(void)signal;
	count(&ticks->signals, 1);
}

static int observe(struct child *self, void *argument)
{
	static const size_t sizes[] = { RING_SMALL, RING_SMALL, 64 << 10, RING_USUAL };
	const struct itimerval often = { { 0, 20000 }, { 0, 20000 } };
	const struct torture *torture = argument;
	struct sigaction action = { .sa_handler = tick };
	struct reader reader;
	int i, error;

	srandom(getpid());
	child_ready(self);
	ticks = torture->tally;
	sigaction(SIGALRM, &action, NULL);
	if (torture->signals)
		setitimer(ITIMER_REAL, &often, NULL);
	for (;;) {
		error = reader_open(&reader, sizes[random() % ARRAY_SIZE(sizes)]);
		if (error == -EINTR)
			continue;
		if (error)
			errx(1, "a ring: %s", strerror(-error));
		for (i = random() % 20; i >= 0; i--) {
			if (random() % 2)
				dump(torture, &reader);
			else
				compare(torture, &reader);
		}
		reader_close(&reader);
	}
	return 0;
}

FIXTURE(torture) {
	struct torture torture;
	struct child observers[OBSERVERS];
	cpu_set_t cpus;
};

FIXTURE_VARIANT(torture) {
	bool one_cpu;
	bool signals;
};

FIXTURE_VARIANT_ADD(torture, one_cpu) { true, false };
FIXTURE_VARIANT_ADD(torture, all_cpus) { false, false };
FIXTURE_VARIANT_ADD(torture, signals) { false, true };

#define KSM_RUN	"/sys/kernel/mm/ksm/run"

FIXTURE_SETUP(torture)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(self->cpus), &self->cpus));
	if (variant->one_cpu)
		ASSERT_EQ(0, sched_setaffinity(0, sizeof(first), &first));
	self->torture.tally = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->torture.tally);
	self->torture.signals = variant->signals;
	/* What is paged out has somewhere to go; where there is nothing, it stays. */
	swap_on_zram();
	self->torture.ksm = may_change_system() && set(KSM_RUN, "1");
	self->torture.victims = victims_start();
	ASSERT_NE(NULL, self->torture.victims);
}

FIXTURE_TEARDOWN(torture)
{
	int i;

	for (i = 0; i < OBSERVERS; i++)
		child_kill(&self->observers[i]);
	victims_end(self->torture.victims);
	if (self->torture.ksm)
		EXPECT_TRUE(set(KSM_RUN, "0"));
	EXPECT_EQ(0, sched_setaffinity(0, sizeof(self->cpus), &self->cpus));
}

static int torture_seconds(void)
{
	const char *text = getenv("IPCSHOW_TORTURE_SECONDS");

	return text ? atoi(text) : 0;
}

static bool seen_enough_moving(const struct torture *torture)
{
	const struct truth_tally *moving = torture->tally->moving;
	int i;

	for (i = 0; i < VICTIM_KINDS; i++) {
		if (moving[i].settled < 200 / scale())
			return false;
	}
	return moving[VICTIM_ANON].shared >= 5 / scale() &&
	       moving[VICTIM_FILE].shared >= 50 / scale() &&
	       (!torture->ksm || moving[VICTIM_TWIN].ksm >= 5 / scale());
}

static bool seen_enough(const struct torture *torture)
{
	const struct tally *tally = torture->tally;

	return tally->snapshots >= 200 / scale() && tally->gone >= 10 &&
	       tally->comparisons >= 100 / scale() && seen_enough_moving(torture) &&
	       (!torture->signals || tally->signals >= 200);
}

static void log_moving(struct __test_metadata *_metadata, const struct truth_tally *moving)
{
	static const char *const kinds[VICTIM_KINDS] = {
		[VICTIM_ANON] = "anonymous", [VICTIM_FILE] = "a file's",
		[VICTIM_SHMEM] = "shared anonymous", [VICTIM_TWIN] = "mergeable",
	};
	int i;

	for (i = 0; i < VICTIM_KINDS; i++)
		TH_LOG("%lu moving pages, %s: %lu settled, %lu of them shared, %lu merged by KSM",
		       moving[i].pages, kinds[i], moving[i].settled, moving[i].shared,
		       moving[i].ksm);
}

TEST_F_TIMEOUT(torture, goes_on, 3600)
{
	const time_t end = time(NULL) + torture_seconds();
	const struct tally *tally = self->torture.tally;
	const struct torture *torture = &self->torture;
	unsigned int killed = 0;
	int i, status;

	for (i = 0; i < OBSERVERS; i++)
		child_start(&self->observers[i], observe, &self->torture);
	while (time(NULL) < end || !seen_enough(torture)) {
		usleep(100000);
		/* One that ended by itself has found something, and has said what. */
		for (i = 0; i < OBSERVERS; i++) {
			ASSERT_EQ(0, waitpid(self->observers[i].pid, &status, WNOHANG))
				TH_LOG("an observer ended: %#x", status);
		}
		ASSERT_TRUE(victims_are_well(torture->victims));
		/* They get on where all is slow, too. */
		if (random() % (4 * scale()))
			continue;
		i = random() % OBSERVERS;
		child_kill(&self->observers[i]);
		child_start(&self->observers[i], observe, &self->torture);
		killed++;
	}
	TH_LOG("%lu snapshots and %lu comparisons were whole, %lu ended with a target, %lu began too late; %lu signals, for which %lu calls did nothing; %lu KiB unsettled; %u observers killed, %lu targets ended",
	       tally->snapshots, tally->comparisons, tally->gone, tally->refused,
	       tally->signals, tally->interrupted, tally->unsettled >> 10, killed,
	       victims_ended(torture->victims));
	log_moving(_metadata, tally->moving);
}

int main(int argc, char **argv)
{
	/* Run by a victim that has become another program. */
	if (argc && !strcmp(argv[0], VICTIM_NAME))
		return victim_goes_on();
	return main_of_tests(argc, argv);
}
