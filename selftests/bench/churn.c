// SPDX-License-Identifier: GPL-2.0
/*
 * What being looked at costs the target: it maps, faults and unmaps in a loop
 * on one CPU, while another looks at it without a pause. Phases of each kind of
 * look, and of none, take turns.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PIECE		(16 * PAGE)
#define SAMPLES		(1U << 18)

/* What the two processes share: the samples of the present phase, ns. */
struct phase {
	_Atomic u32 nr;
	/* Non-zero: when it ends. */
	_Atomic u64 end;
	u32 sample[SAMPLES];
};

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("CPU %d", cpu);
}

static void work(void)
{
	char *p = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	for (size_t i = 0; i < PIECE; i += PAGE)
		*(volatile char *)(p + i) = 1;
	munmap(p, PIECE);
}

static void work_until(struct phase *phase, u64 end)
{
	u64 before = clock_ns();
	u64 after;

	while (before < end && phase->nr < SAMPLES) {
		work();
		after = clock_ns();
		phase->sample[phase->nr++] = (u32)(after - before);
		before = after;
	}
}

static void be_target(struct phase *phase, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(1);
	shape_make(SHAPE_CHURN);
	work();
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;) {
		u64 end = atomic_load(&phase->end);

		if (!end) {
			usleep(1000);
			continue;
		}
		work_until(phase, end);
		atomic_store(&phase->end, 0);
	}
}

static pid_t start(struct phase *phase)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		die("pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		be_target(phase, ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("the churning target");
	close(ready[0]);
	return pid;
}

static void observe(struct phase *phase, enum method method, pid_t pid)
{
	const struct target target = { .pid = pid };
	const struct target self = { .pid = getpid() };
	struct facts facts;
	u64 ns;

	while (atomic_load(&phase->end)) {
		if (method == METHOD_NONE)
			usleep(10000);
		else if (method == METHOD_ELSEWHERE)
			method_run(METHOD_PAGES, &self, false, &facts, &ns);
		else
			method_run(method, &target, false, &facts, &ns);
	}
}

static void run_phase(struct phase *phase, enum method method, pid_t pid, unsigned int seconds)
{
	struct result *result = &results[SHAPE_CHURN][method];
	struct series series = { 0 };

	phase->nr = 0;
	atomic_store(&phase->end, clock_ns() + seconds * (u64)NS_PER_S);
	observe(phase, method, pid);
	for (u32 i = 0; i < phase->nr; i++)
		series_add(&series, phase->sample[i]);
	series_add(&result->series[QUANTITY_P50], series_quantile(&series, 0.5));
	series_add(&result->series[QUANTITY_P99], series_quantile(&series, 0.99));
	series_add(&result->series[QUANTITY_WORST], series_quantile(&series, 1));
	series_free(&series);
}

static bool have_two_cpus(cpu_set_t *set)
{
	return !sched_getaffinity(0, sizeof(*set), set) && CPU_ISSET(0, set) &&
	       CPU_ISSET(1, set);
}

/* @experiment->seconds is the length of one phase here. */
void churn_run(const struct experiment *experiment)
{
	struct phase *phase;
	cpu_set_t all;
	pid_t pid;

	if (!have_two_cpus(&all)) {
		results[SHAPE_CHURN][METHOD_NONE].missing = "takes two CPUs";
		return;
	}
	phase = mmap(NULL, sizeof(*phase), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (phase == MAP_FAILED)
		die("mmap");
	pid = start(phase);
	pin(0);
	for (unsigned int round = 0; round < experiment->rounds; round++) {
		for (size_t i = 0; i < CELLS_MAX && experiment->cell[i].method; i++)
			run_phase(phase, experiment->cell[i].method, pid, experiment->seconds);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	munmap(phase, sizeof(*phase));
	sched_setaffinity(0, sizeof(all), &all);
}
