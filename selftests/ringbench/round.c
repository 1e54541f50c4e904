// SPDX-License-Identifier: GPL-2.0
/* One measurement: two sides, each on a processor of its own. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ringbench.h"

/* Longer than any round takes. */
#define STUCK_SECONDS	60

/* Round trips before those that count, and messages where there is no ring to go around. */
#define WARM		50

#define MAPS_MAX	8

static int producer_cpu = -1, consumer_cpu = -1;

static struct {
	void *at;
	size_t size;
} maps[MAPS_MAX];

static size_t nr_maps;

/* What the consumer says. */
struct answer {
	/* Phases that it is through with. */
	u64 done __attribute__((aligned(128)));
	struct tally tally;
	u64 cpu_ns;
};

struct sides {
	struct answer *answer;
	/* There and, for round trips, back. */
	struct channel there;
	struct channel back;
	u64 warm;
	u64 count;
	bool trips;
};

static const struct way *current;

void *channel_map(size_t size)
{
	void *at;

	if (nr_maps == MAPS_MAX)
		abort();
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
		  -1, 0);
	if (at == MAP_FAILED)
		die("mmap of %zu bytes", size);
	maps[nr_maps].at = at;
	maps[nr_maps++].size = size;
	return at;
}

void channel_unmap_all(void)
{
	while (nr_maps) {
		nr_maps--;
		munmap(maps[nr_maps].at, maps[nr_maps].size);
	}
}

void channel_die(const struct channel *channel, const char *what, int error)
{
	errno = error;
	die("%s: %s", channel->way->name, what);
}

static void stuck(int signal)
{
	static const char text[] = ": no end of it\n";

	(void)signal;
	if (write(STDERR_FILENO, current->name, strlen(current->name)) >= 0 &&
	    write(STDERR_FILENO, text, sizeof(text) - 1) >= 0)
		_exit(1);
	_exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("processor %d", cpu);
}

void round_pin(void)
{
	pin(producer_cpu);
}

void round_prepare(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		die("sched_getaffinity");
	for (int i = 0; i < CPU_SETSIZE && consumer_cpu < 0; i++) {
		if (!CPU_ISSET(i, &set))
			continue;
		if (producer_cpu < 0)
			producer_cpu = i;
		else
			consumer_cpu = i;
	}
	errno = 0;
	if (consumer_cpu < 0 && !kernel_produces)
		die("two processors are needed, one for each side");
	signal(SIGALRM, stuck);
}

u64 round_cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (u64)used.tv_sec * 1000000000 + (u64)used.tv_nsec;
}

u64 round_sum(size_t size, u64 first, u64 count)
{
	u64 words = size / sizeof(u64) - 1, sum = 0;

	for (u64 i = first; i != first + count; i++)
		sum += i + words * (i & 0xff) * 0x0101010101010101;
	return sum;
}

static void begin(struct sides *sides, bool producer)
{
	const struct way *way = sides->there.way;

	if (!way->begin)
		return;
	/* Who opens which end first is the same on both sides: nobody waits in vain. */
	way->begin(&sides->there, producer);
	if (sides->trips)
		way->begin(&sides->back, !producer);
}

static void end(struct sides *sides)
{
	const struct way *way = sides->there.way;

	if (!way->end)
		return;
	way->end(&sides->there, true);
	if (sides->trips)
		way->end(&sides->back, false);
}

static struct tally ping(struct sides *sides, u64 first, u64 count)
{
	struct tally tally = { 0 };

	if (sides->there.way->ping) {
		sides->there.way->ping(&sides->there, first, count);
		return tally;
	}
	for (u64 i = first; i != first + count; i++) {
		sides->there.way->produce(&sides->there, i, 1);
		tally_add(&tally, sides->back.way->consume(&sides->back, i, 1));
	}
	return tally;
}

static struct tally echo(struct sides *sides, u64 first, u64 count)
{
	struct tally tally = { 0 };

	if (sides->there.way->echo) {
		sides->there.way->echo(&sides->there, first, count);
		return tally;
	}
	for (u64 i = first; i != first + count; i++) {
		tally_add(&tally, sides->there.way->consume(&sides->there, i, 1));
		sides->back.way->produce(&sides->back, i, 1);
	}
	return tally;
}

static struct tally take(struct sides *sides, u64 first, u64 count)
{
	if (sides->trips)
		return echo(sides, first, count);
	return sides->there.way->consume(&sides->there, first, count);
}

static void *consumer(void *arg)
{
	struct sides *sides = arg;
	struct answer *answer = sides->answer;
	struct tally tally;
	u64 before;

	pin(consumer_cpu);
	begin(sides, false);
	tally = take(sides, 0, sides->warm);
	before = round_cpu_ns();
	__atomic_store_n(&answer->done, 1, __ATOMIC_RELEASE);
	tally_add(&tally, take(sides, sides->warm, sides->count));
	answer->cpu_ns = round_cpu_ns() - before;
	answer->tally = tally;
	__atomic_store_n(&answer->done, 2, __ATOMIC_RELEASE);
	return NULL;
}

static struct tally give(struct sides *sides, u64 first, u64 count)
{
	if (sides->trips)
		return ping(sides, first, count);
	sides->there.way->produce(&sides->there, first, count);
	return (struct tally){ 0 };
}

static void wait_done(const struct answer *answer, u64 phase)
{
	while (__atomic_load_n(&answer->done, __ATOMIC_ACQUIRE) < phase)
		relax();
}

/* Not while the clock runs: to know the sum takes as long as to hand some messages over. */
static bool is_right(const struct sides *sides, const struct tally *back)
{
	const struct way *way = sides->there.way;
	const struct tally *there = &sides->answer->tally;
	size_t size = sides->there.size;

	if (there->wrong || back->wrong)
		return false;
	if (!way->echo && there->sum != round_sum(size, 0, sides->warm + sides->count))
		return false;
	return way->ping || !sides->trips ||
	       back->sum == round_sum(size, sides->warm, sides->count);
}

static void producer(struct sides *sides, struct outcome *outcome)
{
	struct answer *answer = sides->answer;
	struct tally tally;
	u64 began, cpu;

	pin(producer_cpu);
	begin(sides, true);
	give(sides, 0, sides->warm);
	wait_done(answer, 1);
	cpu = round_cpu_ns();
	began = clock_ns();
	tally = give(sides, sides->warm, sides->count);
	cpu = round_cpu_ns() - cpu;
	wait_done(answer, 2);

	outcome->elapsed_ns = (double)(clock_ns() - began);
	outcome->cpu_ns = (double)(cpu + answer->cpu_ns);
	outcome->right = is_right(sides, &tally);
}

/* Two processes, or threads of this one. */
static void run(struct sides *sides, struct outcome *outcome)
{
	bool threads = sides->there.way->flags & WAY_THREADS;
	pthread_t thread;
	pid_t pid = 0;

	/* So the consumer never runs where the producer will. */
	pin(consumer_cpu);
	if (threads) {
		errno = pthread_create(&thread, NULL, consumer, sides);
		if (errno)
			die("pthread_create");
	} else {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			alarm(STUCK_SECONDS);
			consumer(sides);
			_exit(0);
		}
	}
	producer(sides, outcome);
	if (threads)
		pthread_join(thread, NULL);
	else
		waitpid(pid, NULL, 0);
}

void round_run(const struct way *way, size_t size, size_t ring, bool trips, u64 count,
	       struct outcome *outcome)
{
	struct sides sides = {
		.there = { .way = way, .size = size, .ring = ring },
		.back = { .way = way, .size = size, .ring = ring },
		.warm = trips || way->flags & WAY_NO_RING ? WARM : ring / size,
		.count = count,
		.trips = trips,
	};

	current = way;
	alarm(STUCK_SECONDS);
	sides.answer = channel_map(sizeof(*sides.answer));
	way->make(&sides.there);
	if (trips)
		way->make(&sides.back);
	run(&sides, outcome);
	end(&sides);
	channel_unmap_all();
	alarm(0);
}
