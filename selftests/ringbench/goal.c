// SPDX-License-Identifier: GPL-2.0
/* What is to be reached, and whether it was. */
#include "ringbench.h"

/* Of several, the fastest: by its name, or by what it is. */
enum pick {
	BEST_PEER,
	BEST_FIXED,
	/* Of those that never sleep. */
	BEST_SPINNING,
	BEST_LIMIT,
	BEST_MODE,
	PIPE_BATCHES,
	PIPE,
	/* In any form, as the peers. */
	BEST_OURS,
	OURS,
	OURS_STREAM,
	OURS_LATENCY,
	/* As the peers that spin: look again and again. */
	OURS_POLLED,
	OURS_NO_SPIN,
	LIMIT_LINE,
};

static const char *const names[] = {
	[PIPE_BATCHES] = "pipe, 64 KiB batches",
	[PIPE] = "pipe",
	[OURS] = "ipcshow",
	[OURS_STREAM] = "ipcshow, STREAM",
	[OURS_LATENCY] = "ipcshow, LATENCY",
	[OURS_POLLED] = "ipcshow, LATENCY, polled",
	[OURS_NO_SPIN] = "ipcshow, NO_SPIN",
	[LIMIT_LINE] = "one line of cache",
};

struct goal {
	const char *text;
	bool at_most;
	double bound;
	bool trips;
	size_t size;
	size_t ring;
	enum pick over;
	enum pick under;
};

#define R256	(256UL << 10)
#define R4M	(4UL << 20)

#define FASTER(text, bound, size, ring, peer)					\
	{ text, false, bound, false, size, ring, peer, BEST_OURS }
#define ADAPTS(text, size, ring)						\
	{ text, true, 1.3, false, size, ring, OURS, BEST_MODE }
#define TRIP(text, bound, ours, other)						\
	{ text, true, bound, true, SMALL, R256, ours, other }

static const struct goal goals[] = {
	FASTER("8 B, 256 KiB: best peer of one size through ours", 1, SMALL, R256, BEST_FIXED),
	FASTER("8 B, 4 MiB: best peer of one size through ours", 1, SMALL, R4M, BEST_FIXED),
	FASTER("64 B, 256 KiB: best peer through ours", 2, MEDIUM, R256, BEST_PEER),
	FASTER("64 B, 4 MiB: best peer through ours", 2, MEDIUM, R4M, BEST_PEER),
	FASTER("1 KiB, 256 KiB: best peer through ours", 1.2, LARGE, R256, BEST_PEER),
	FASTER("1 KiB, 4 MiB: best peer through ours", 1.2, LARGE, R4M, BEST_PEER),
	{ "1 KiB, 256 KiB: ours through dirty hand-over", true, 1.3, false, LARGE, R256,
	  OURS_STREAM, BEST_LIMIT },
	{ "1 KiB, 4 MiB: ours through dirty hand-over", true, 1.3, false, LARGE, R4M,
	  OURS_STREAM, BEST_LIMIT },

	FASTER("8 B, 256 KiB: pipe with batches through ours", 2, SMALL, R256, PIPE_BATCHES),
	FASTER("8 B, 4 MiB: pipe with batches through ours", 2, SMALL, R4M, PIPE_BATCHES),
	FASTER("64 B, 256 KiB: pipe with batches through ours", 2, MEDIUM, R256, PIPE_BATCHES),
	FASTER("64 B, 4 MiB: pipe with batches through ours", 2, MEDIUM, R4M, PIPE_BATCHES),
	FASTER("1 KiB, 256 KiB: pipe with batches through ours", 2, LARGE, R256, PIPE_BATCHES),
	FASTER("1 KiB, 4 MiB: pipe with batches through ours", 2, LARGE, R4M, PIPE_BATCHES),

	TRIP("round trip, both spin: ours through best peer", 0.75, OURS_POLLED, BEST_SPINNING),
	TRIP("round trip, both spin: ours through one line", 2.2, OURS_POLLED, LIMIT_LINE),
	TRIP("round trip, spin, then sleep: ours through pipe", 0.1, OURS, PIPE),
	TRIP("round trip, asleep at once: ours through pipe", 1.25, OURS_NO_SPIN, PIPE),

	ADAPTS("8 B, 256 KiB: default through better mode", SMALL, R256),
	ADAPTS("8 B, 4 MiB: default through better mode", SMALL, R4M),
	ADAPTS("64 B, 256 KiB: default through better mode", MEDIUM, R256),
	ADAPTS("64 B, 4 MiB: default through better mode", MEDIUM, R4M),
	ADAPTS("1 KiB, 256 KiB: default through better mode", LARGE, R256),
	ADAPTS("1 KiB, 4 MiB: default through better mode", LARGE, R4M),
	TRIP("round trip: default through better mode", 1.3, OURS, BEST_MODE),
};

static bool is_picked(enum pick pick, const struct way *way)
{
	bool peer = way->kind == KIND_FIXED || way->kind == KIND_ANY;

	switch (pick) {
	case BEST_PEER:
		return peer;
	case BEST_FIXED:
		return way->kind == KIND_FIXED;
	case BEST_SPINNING:
		return peer && way->flags & WAY_SPINS;
	case BEST_LIMIT:
		return way->kind == KIND_LIMIT;
	case BEST_OURS:
		return way->kind == KIND_OURS;
	case BEST_MODE:
		return !strcmp(way->name, names[OURS_STREAM]) ||
		       !strcmp(way->name, names[OURS_LATENCY]);
	default:
		return !strcmp(way->name, names[pick]);
	}
}

/* The one of those with the least median; NULL: none was measured. */
static const struct trial *best(const struct group *group, enum pick pick)
{
	const struct trial *least = NULL;

	for (size_t i = 0; i < group->nr; i++) {
		const struct trial *trial = &group->trial[i];

		if (!is_picked(pick, trial->way) || trial_median(trial) <= 0)
			continue;
		if (!least || trial_median(trial) < trial_median(least))
			least = trial;
	}
	return least;
}

double trial_median(const struct trial *trial)
{
	return trial ? series_quantile(&trial->time, 0.5) : 0;
}

const struct trial *group_best(const struct group *group, enum kind kind)
{
	if (kind == KIND_OURS)
		return best(group, BEST_OURS);
	return best(group, kind == KIND_LIMIT ? BEST_LIMIT : BEST_PEER);
}

/*
 * How much faster than that peer a ring could be which hands messages over as fast as the
 * limit of the same run; 0: it is not that kind of goal.
 */
static double allowed(const struct goal *goal, const struct group *group)
{
	double limit = trial_median(best(group, BEST_LIMIT));

	if (goal->under != BEST_OURS || !limit)
		return 0;
	return trial_median(best(group, goal->over)) / limit;
}

bool goal_judge(size_t index, struct verdict *verdict)
{
	const struct goal *goal = &goals[index];
	const struct group *group;
	double over, under;

	if (kernel_produces)
		return kernel_goal_judge(index, verdict);
	if (index >= ARRAY_SIZE(goals))
		return false;
	group = group_find(goal->trips, goal->size, goal->ring);
	over = trial_median(best(group, goal->over));
	under = trial_median(best(group, goal->under));
	*verdict = (struct verdict){
		.text = goal->text,
		.unit = "x",
		.bound = goal->bound,
		.at_most = goal->at_most,
		.has_figure = over > 0 && under > 0,
		.allowed = allowed(goal, group),
	};
	if (verdict->has_figure)
		verdict->figure = over / under;
	else
		verdict->unjudged = "not measured";
	if (is_emulated())
		verdict->unjudged = "emulated CPU";
	verdict_decide(verdict);
	return true;
}
