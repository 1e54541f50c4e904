// SPDX-License-Identifier: GPL-2.0
/* What is to be reached where the kernel produces. Both run in the same machine, emulated or not. */
#include "ringbench.h"

static const size_t rings[] = { 256UL << 10, 4UL << 20, 64UL << 20, 1UL << 30 };

enum form {
	/* The best peer's time through ours, in the ring where that is least. */
	PEER,
	/*
	 * Our time in the largest ring through that in the smallest, beside the same of memory: what
	 * is far away for the processor is so for all. From times of the same rounds, since nobody
	 * knows what else the machine did between the one ring and the other.
	 */
	GROWTH,
};

static const struct goal {
	const char *text;
	double bound;
	enum form form;
	size_t size;
	/* Only the making; else the taking as well. */
	bool made;
} goals[] = {
	{ "8 B, worst ring: BPF's through ours", 1, PEER, SMALL, false },
	{ "64 B, worst ring: BPF's through ours", 1, PEER, MEDIUM, false },
	{ "1 KiB, worst ring: BPF's through ours", 1, PEER, LARGE, false },
	{ "8 B, worst ring: BPF's through ours, only made", 1, PEER, SMALL, true },
	{ "64 B, worst ring: BPF's through ours, only made", 1, PEER, MEDIUM, true },
	{ "1 KiB, worst ring: BPF's through ours, only made", 1, PEER, LARGE, true },
	{ "8 B: 1 GiB through 256 KiB, beside memory's", 1.3, GROWTH, SMALL, false },
	{ "64 B: 1 GiB through 256 KiB, beside memory's", 1.3, GROWTH, MEDIUM, false },
	{ "1 KiB: 1 GiB through 256 KiB, beside memory's", 1.3, GROWTH, LARGE, false },
};

/* Least median of the ways of the kind; 0: nothing was measured. */
static double best(const struct goal *goal, size_t ring, enum kind kind)
{
	const struct group *group = group_find(false, goal->size, ring);
	double least = 0, median;

	for (size_t i = 0; i < group->nr; i++) {
		const struct trial *trial = &group->trial[i];

		if (trial->way->kind != kind)
			continue;
		median = series_quantile(goal->made ? &trial->made : &trial->time, 0.5);
		if (median > 0 && (!least || median < least))
			least = median;
	}
	return least;
}

static double times(double over, double under)
{
	return over > 0 && under > 0 ? over / under : 0;
}

/* Of memory, through ours. */
static double memory(const struct goal *goal, size_t ring)
{
	const struct group *group = group_find(false, goal->size, ring);

	return series_quantile(&group_trial(group, memory_ways[0].name)->times, 0.5);
}

static double figure(const struct goal *goal)
{
	double least = 0, here;

	if (goal->form == GROWTH)
		return times(memory(goal, rings[0]),
			     memory(goal, rings[ARRAY_SIZE(rings) - 1]));
	for (size_t i = 0; i < ARRAY_SIZE(rings); i++) {
		here = times(best(goal, rings[i], KIND_ANY), best(goal, rings[i], KIND_OURS));
		if (!here)
			return 0;
		if (!least || here < least)
			least = here;
	}
	return least;
}

bool kernel_goal_judge(size_t index, struct verdict *verdict)
{
	const struct goal *goal = &goals[index];

	if (index >= ARRAY_SIZE(goals))
		return false;
	*verdict = (struct verdict){
		.text = goal->text,
		.unit = "x",
		.bound = goal->bound,
		.at_most = goal->form == GROWTH,
		.figure = figure(goal),
	};
	verdict->has_figure = verdict->figure > 0;
	if (!verdict->has_figure)
		verdict->unjudged = "not measured";
	verdict_decide(verdict);
	return true;
}
