// SPDX-License-Identifier: GPL-2.0
/* All that is measured: what is compared is measured in turns. */
#include <stdlib.h>

#include "ringbench.h"

#define KIB	1024UL

/* To find out how many messages make a round. */
#define FIRST_COUNT	50
#define SECOND_NS	(2 * NS_PER_MS)
#define COUNT_MIN	20
#define COUNT_MAX	(8UL << 20)

#define TURNS(size_, kib)	{ .turns = true, .size = size_, .ring = (kib) * KIB }

struct group groups[GROUPS] = {
	{ .size = SMALL, .ring = 256 * KIB },
	{ .size = MEDIUM, .ring = 256 * KIB },
	{ .size = LARGE, .ring = 256 * KIB },
	{ .size = SMALL, .ring = 4096 * KIB },
	{ .size = MEDIUM, .ring = 4096 * KIB },
	{ .size = LARGE, .ring = 4096 * KIB },
	{ .trips = true, .size = SMALL, .ring = 256 * KIB },
	TURNS(SMALL, 256), TURNS(MEDIUM, 256), TURNS(LARGE, 256),
	TURNS(SMALL, 4096), TURNS(MEDIUM, 4096), TURNS(LARGE, 4096),
	TURNS(SMALL, 64 * KIB), TURNS(MEDIUM, 64 * KIB), TURNS(LARGE, 64 * KIB),
	TURNS(SMALL, KIB * KIB), TURNS(MEDIUM, KIB * KIB), TURNS(LARGE, KIB * KIB),
};

bool kernel_produces;
bool clock_counts;

static unsigned int wrong;

static bool belongs(const struct group *group, const struct way *way)
{
	if (way->max_ring && way->max_ring < group->ring)
		return false;
	return group->trips ? way->flags & WAY_TRIPS : !(way->flags & WAY_TRIPS_ONLY);
}

static void add(struct group *group, const struct way *way)
{
	for (; way->name; way++) {
		if (!belongs(group, way))
			continue;
		if (group->nr == TRIALS_MAX)
			abort();
		group->trial[group->nr++].way = way;
	}
}

bool group_is_asked(const struct group *group)
{
	return group->turns == kernel_produces;
}

static void add_turns(struct group *group)
{
	add(group, kernel_ways);
	add(group, bpf_ways);
	add(group, memory_ways);
}

void groups_make(void)
{
	for (size_t i = 0; i < GROUPS; i++) {
		if (groups[i].turns) {
			add_turns(&groups[i]);
			continue;
		}
		add(&groups[i], library_ways);
		add(&groups[i], cxx_ways);
		add(&groups[i], ck_ways);
		add(&groups[i], dpdk_ways);
		add(&groups[i], system_ways);
		add(&groups[i], limit_ways);
	}
}

struct group *group_find(bool trips, size_t size, size_t ring)
{
	for (size_t i = 0; i < GROUPS; i++) {
		if (group_is_asked(&groups[i]) && groups[i].trips == trips &&
		    groups[i].size == size && groups[i].ring == ring)
			return &groups[i];
	}
	return NULL;
}

const struct trial *group_trial(const struct group *group, const char *name)
{
	for (size_t i = 0; i < group->nr; i++) {
		if (!strcmp(group->trial[i].way->name, name))
			return &group->trial[i];
	}
	return NULL;
}

void group_name(const struct group *group, char *buf, size_t size)
{
	if (group->trips)
		snprintf(buf, size, "Round trip, %zu B", group->size);
	else
		snprintf(buf, size, "%s, %zu B, ring of %zu KiB",
			 group->turns ? "Kernel to user" : "Throughput", group->size,
			 group->ring / KIB);
}

static double measure(struct group *group, struct trial *trial, u64 count, bool keep)
{
	struct outcome outcome;
	char name[64];

	if (group->turns) {
		count = turns_count(&trial->turns, count);
		turns_run(&trial->turns, count, &outcome);
	} else {
		round_run(trial->way, group->size, group->ring, group->trips, count, &outcome);
	}
	if (!outcome.right) {
		group_name(group, name, sizeof(name));
		fprintf(stderr, "WRONG: %s, %s: not what was sent\n", name, trial->way->name);
		wrong++;
	}
	if (keep) {
		series_add(&trial->time, outcome.elapsed_ns / (double)count);
		series_add(&trial->cpu, outcome.cpu_ns / (double)count);
		series_add(&trial->made, outcome.made_ns / (double)count);
	}
	return outcome.elapsed_ns / (double)count;
}

static u64 count_for(double ns, double each)
{
	double count = ns / (each > 0.1 ? each : 0.1);

	return count < COUNT_MIN ? COUNT_MIN : count > COUNT_MAX ? COUNT_MAX : (u64)count;
}

/* How many messages take so long? */
static void scale(struct group *group, struct trial *trial, double ns)
{
	double each = measure(group, trial, FIRST_COUNT, false);

	each = measure(group, trial, count_for(SECOND_NS, each), false);
	trial->count = count_for(ns, each);
}

static void run_rounds(struct group *group, unsigned int rounds, double ns)
{
	for (size_t i = 0; i < group->nr; i++)
		scale(group, &group->trial[i], ns);
	for (unsigned int round = 0; round < rounds; round++) {
		double first = 0;

		for (size_t i = 0; i < group->nr; i++) {
			struct trial *trial = &group->trial[i];
			double each = measure(group, trial, trial->count, true);

			if (!i)
				first = each;
			series_add(&trial->times, each / first);
		}
	}
}

void group_run(struct group *group, unsigned int rounds, double ns)
{
	if (!group->turns) {
		run_rounds(group, rounds, ns);
		return;
	}
	for (size_t i = 0; i < group->nr; i++)
		turns_begin(&group->trial[i].turns, group->trial[i].way, group->size, group->ring);
	run_rounds(group, rounds, ns);
	for (size_t i = 0; i < group->nr; i++)
		turns_end(&group->trial[i].turns);
}

unsigned int wrong_rounds(void)
{
	return wrong;
}
