// SPDX-License-Identifier: GPL-2.0
/* What is to be reached, and whether it was. */
#include "bench.h"

/* What one number is taken from. */
struct term {
	enum shape shape;
	enum method method;
	enum quantity quantity;
};

enum form {
	/* Median of one series through that of the other. */
	AT_LEAST_TIMES,
	AT_MOST_TIMES,
	/* Greatest value, in the unit of the quantity. Not under emulation. */
	AT_MOST_EVER,
};

struct goal {
	const char *text;
	enum form form;
	double bound;
	struct term over;
	struct term under;
};

#define TIME(shape, method)	{ SHAPE_##shape, METHOD_##method, QUANTITY_TIME }
#define MEMORY(shape, method)	{ SHAPE_##shape, METHOD_##method, QUANTITY_MEMORY }
#define HOLD(shape, method)	{ SHAPE_##shape, METHOD_##method, QUANTITY_HOLD_SAID }
#define P99(method)		{ SHAPE_CHURN, METHOD_##method, QUANTITY_P99 }

static const struct goal goals[] = {
	{ "regions of 10,000 VMAs: faster than maps", AT_LEAST_TIMES, 8,
	  TIME(VMAS_10K, MAPS), TIME(VMAS_10K, REGIONS) },
	{ "regions of 10,000 file VMAs: faster than maps", AT_LEAST_TIMES, 8,
	  TIME(FILES_10K, MAPS), TIME(FILES_10K, REGIONS) },
	{ "all counters of 10,000 VMAs: faster than smaps", AT_LEAST_TIMES, 25,
	  TIME(VMAS_10K, SMAPS), TIME(VMAS_10K, PAGES) },
	{ "all counters of 10,000 file VMAs: faster than smaps", AT_LEAST_TIMES, 25,
	  TIME(FILES_10K, SMAPS), TIME(FILES_10K, PAGES) },
	{ "1 GiB in small pages: faster than smaps", AT_LEAST_TIMES, 2,
	  TIME(SMALL, SMAPS), TIME(SMALL, PAGES) },
	{ "1 GiB in huge pages: faster than smaps", AT_LEAST_TIMES, 4,
	  TIME(HUGE, SMAPS), TIME(HUGE, PAGES) },
	{ "sparse 1 TiB: faster than smaps", AT_LEAST_TIMES, 4,
	  TIME(SPARSE, SMAPS), TIME(SPARSE, PAGES) },

	{ "ipcshow-dump, 10,000 VMAs: faster than pmap -X", AT_LEAST_TIMES, 2,
	  TIME(VMAS_10K, PMAP), TIME(VMAS_10K, DUMP) },
	{ "ipcshow-dump --raw, 10,000 VMAs: faster than pmap -X", AT_LEAST_TIMES, 10,
	  TIME(VMAS_10K, PMAP), TIME(VMAS_10K, DUMP_RAW) },
	{ "ipcshow-dump --lines, 10,000 VMAs: faster than pmap -X", AT_LEAST_TIMES, 10,
	  TIME(VMAS_10K, PMAP), TIME(VMAS_10K, DUMP_LINES) },

	{ "regions: 100,000 VMAs through 10,000", AT_MOST_TIMES, 12,
	  TIME(VMAS_100K, REGIONS), TIME(VMAS_10K, REGIONS) },
	{ "all counters: 100,000 VMAs through 10,000", AT_MOST_TIMES, 12,
	  TIME(VMAS_100K, PAGES), TIME(VMAS_10K, PAGES) },
	{ "threads: 10,000 through 1,000", AT_MOST_TIMES, 12,
	  TIME(THREADS_10K, THREADS), TIME(THREADS_1K, THREADS) },
	{ "threads, registers: 10,000 through 1,000", AT_MOST_TIMES, 12,
	  TIME(THREADS_10K, REGS), TIME(THREADS_1K, REGS) },

	/* A program's pages are not the same ones each time: some percent. */
	{ "memory of --raw: 10,000 VMAs through 1,000", AT_MOST_TIMES, 1.05,
	  MEMORY(VMAS_10K, DUMP_RAW), MEMORY(VMAS_1K, DUMP_RAW) },
	{ "memory of --raw: 100,000 VMAs through 1,000", AT_MOST_TIMES, 1.05,
	  MEMORY(VMAS_100K, DUMP_RAW), MEMORY(VMAS_1K, DUMP_RAW) },
	{ "memory of --lines: 10,000 VMAs through 1,000", AT_MOST_TIMES, 1.05,
	  MEMORY(VMAS_10K, DUMP_LINES), MEMORY(VMAS_1K, DUMP_LINES) },
	{ "memory of --lines: 100,000 VMAs through 1,000", AT_MOST_TIMES, 1.05,
	  MEMORY(VMAS_100K, DUMP_LINES), MEMORY(VMAS_1K, DUMP_LINES) },

	{ "longest hold of the mmap lock, 10,000 VMAs", AT_MOST_EVER, 1,
	  HOLD(VMAS_10K, PAGES), { 0 } },
	{ "longest hold of the mmap lock, 1 GiB in small pages", AT_MOST_EVER, 1,
	  HOLD(SMALL, PAGES), { 0 } },
	{ "longest hold of the mmap lock, sparse 1 TiB", AT_MOST_EVER, 1,
	  HOLD(SPARSE, PAGES), { 0 } },
	{ "p99 of a target that maps: observed through unobserved", AT_MOST_TIMES, 2,
	  P99(PAGES), P99(NONE) },
	/* The other CPU is as busy, so what is left is the lock. */
	{ "p99 of a target that maps: observed through another observed", AT_MOST_TIMES, 2,
	  P99(PAGES), P99(ELSEWHERE) },

	{ "1 GiB of shared memory in common: faster than pagemap", AT_LEAST_TIMES, 3,
	  TIME(PAIR_SHARED, PAGEMAP), TIME(PAIR_SHARED, SHARED) },
	{ "1 GiB in common since fork(): faster than pagemap", AT_LEAST_TIMES, 3,
	  TIME(PAIR_FORK, PAGEMAP), TIME(PAIR_FORK, SHARED) },
	{ "200 processes, all pairs: faster than pagemap", AT_LEAST_TIMES, 5,
	  TIME(CROWD_200, PAGEMAP), TIME(CROWD_200, SHARED) },
	{ "as many pages in all: 200 processes through 50", AT_MOST_TIMES, 1.5,
	  TIME(CROWD_200, SHARED), TIME(CROWD_50, SHARED) },
	{ "ipcshow-map, 100 processes: faster than lsfd and smaps", AT_LEAST_TIMES, 10,
	  TIME(SYSTEM, LSFD_SMAPS), TIME(SYSTEM, MAP) },
	{ "longest hold of an mmap lock, 1 GiB in common", AT_MOST_EVER, 1,
	  HOLD(PAIR_SHARED, SHARED), { 0 } },
	{ "longest hold of an mmap lock, sparse 1 TiB in common", AT_MOST_EVER, 1,
	  HOLD(PAIR_SPARSE, SHARED), { 0 } },
	{ "longest hold of an mmap lock, 200 processes", AT_MOST_EVER, 1,
	  HOLD(CROWD_200, SHARED), { 0 } },
};

static struct summary summary_of(const struct term *term)
{
	return series_summary(&results[term->shape][term->method].series[term->quantity]);
}

static void judge_times(const struct goal *goal, struct verdict *verdict)
{
	struct summary over = summary_of(&goal->over);
	struct summary under = summary_of(&goal->under);

	verdict->unit = "x";
	verdict->has_figure = over.nr && under.nr && under.median > 0;
	if (verdict->has_figure)
		verdict->figure = over.median / under.median;
}

static void judge_ever(const struct goal *goal, struct verdict *verdict)
{
	struct summary over = summary_of(&goal->over);
	double divisor;

	verdict->unit = quantity_unit(goal->over.quantity, &divisor);
	verdict->figure = over.max / divisor;
	verdict->has_figure = over.nr;
	if (is_emulated())
		verdict->unjudged = "emulated CPU";
}

bool goal_judge(size_t index, struct verdict *verdict)
{
	const struct goal *goal = &goals[index];

	if (index >= ARRAY_SIZE(goals))
		return false;
	*verdict = (struct verdict){
		.text = goal->text,
		.bound = goal->bound,
		.at_most = goal->form != AT_LEAST_TIMES,
	};
	if (goal->form == AT_MOST_EVER)
		judge_ever(goal, verdict);
	else
		judge_times(goal, verdict);
	if (!verdict->has_figure)
		verdict->unjudged = "not measured";
	verdict_decide(verdict);
	return true;
}
