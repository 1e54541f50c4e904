// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is known of ranges of addresses before the VMAs are walked. Spans come
 * in any order and may overlap (a TLS block in the heap); the more particular
 * one wins.
 */
#include <errno.h>

#include "span.h"

/* Overlaps deeper than this are of no honest making; the least one is forgotten. */
#define ACTIVE_MAX	8

static int rank(const struct span *span)
{
	switch (span->kind) {
	case IPCSHOW_KIND_TLS:
		return 4;
	case IPCSHOW_KIND_ALTSTACK:
		return 3;
	case IPCSHOW_KIND_STACK:
		return 2;
	case IPCSHOW_KIND_HEAP:
		return 1;
	default:
		return 0;
	}
}

int spans_add(struct spans *spans, const struct span *span)
{
	struct span *grown;

	if (span->start >= span->end)
		return 0;
	grown = array_grow(spans->spans, spans->nr, &spans->room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	spans->spans = grown;
	spans->spans[spans->nr++] = *span;
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* struct sweep - spans that lie across the present address */
struct sweep {
	const struct span *active[ACTIVE_MAX];
	size_t nr;
};

static void sweep_drop_ended(struct sweep *sweep, u64 pos)
{
	size_t i, kept = 0;

	for (i = 0; i < sweep->nr; i++)
		if (sweep->active[i]->end > pos)
			sweep->active[kept++] = sweep->active[i];
	sweep->nr = kept;
}

/* Where two rank the same, the one that began later is the more particular. */
static bool outranks(const struct span *a, const struct span *b)
{
	return rank(a) != rank(b) ? rank(a) > rank(b) : a->start > b->start;
}

static void sweep_add(struct sweep *sweep, const struct span *span)
{
	size_t i, least = 0;

	if (sweep->nr < ACTIVE_MAX) {
		sweep->active[sweep->nr++] = span;
		return;
	}
	for (i = 1; i < sweep->nr; i++)
		if (outranks(sweep->active[least], sweep->active[i]))
			least = i;
	if (outranks(span, sweep->active[least]))
		sweep->active[least] = span;
}

static const struct span *sweep_best(const struct sweep *sweep, u64 *next)
{
	const struct span *best = NULL;
	size_t i;

	for (i = 0; i < sweep->nr; i++) {
		*next = min_u64(*next, sweep->active[i]->end);
		if (!best || outranks(sweep->active[i], best))
			best = sweep->active[i];
	}
	return best;
}

static int add_piece(struct spans *to, const struct span *from, u64 start, u64 end)
{
	struct span *last = to->nr ? &to->spans[to->nr - 1] : NULL;
	struct span piece = *from;

	if (last && last->end == start && last->kind == from->kind &&
	    last->thread == from->thread && last->load == from->load &&
	    last->file_delta == from->file_delta) {
		last->end = end;
		return 0;
	}
	piece.start = start;
	piece.end = end;
	piece.guarded = from->guarded && start == from->start;
	return spans_add(to, &piece);
}

static int flatten(const struct spans *from, struct spans *to)
{
	struct sweep sweep = { .nr = 0 };
	size_t i = 0;
	u64 pos = 0;
	int err = 0;

	while (!err && (i < from->nr || sweep.nr)) {
		const struct span *best;
		u64 next;

		if (!sweep.nr)
			pos = max_u64(pos, from->spans[i].start);
		for (; i < from->nr && from->spans[i].start <= pos; i++)
			if (from->spans[i].end > pos)
				sweep_add(&sweep, &from->spans[i]);
		next = i < from->nr ? from->spans[i].start : UINT64_MAX;
		best = sweep_best(&sweep, &next);
		if (best)
			err = add_piece(to, best, pos, next);
		pos = next;
		sweep_drop_ended(&sweep, pos);
	}
	return err;
}

/* The page that two neighbours share goes with TLS, else with the lower one. */
static u64 page_border(u64 border, bool tls_above, bool tls_below, u64 page_size)
{
	return tls_above && !tls_below ? round_down(border, page_size) :
					 round_up(border, page_size);
}

static void set_page_borders(struct spans *spans, u64 page_size)
{
	u64 border = 0;
	size_t i;

	for (i = 0; i < spans->nr; i++) {
		struct span *s = &spans->spans[i];
		const struct span *prev = i && s[-1].end == s->start ? &s[-1] : NULL;
		const struct span *next = i + 1 < spans->nr && s[1].start == s->end ? &s[1] : NULL;
		bool tls = s->kind == IPCSHOW_KIND_TLS;

		s->page_start = page_border(s->start, tls,
					    prev && prev->kind == IPCSHOW_KIND_TLS, page_size);
		s->page_start = max_u64(s->page_start, border);
		s->page_end = page_border(s->end, next && next->kind == IPCSHOW_KIND_TLS,
					  tls, page_size);
		s->page_end = max_u64(s->page_end, s->page_start);
		border = s->page_end;
	}
}

static void add_cut(struct spans *spans, u64 cut, u32 cuts_max)
{
	if (!cut || (spans->nr_cuts && spans->cuts[spans->nr_cuts - 1] >= cut))
		return;
	if (spans->nr_cuts < cuts_max)
		spans->cuts[spans->nr_cuts++] = cut;
	else
		spans->coarse = true;
}

/*
 * Borders inside a program mostly lie on those of VMAs, where no cut is
 * needed: where there is no room for all, they are left out first.
 */
static int make_cuts(struct spans *spans, u32 cuts_max)
{
	bool all = spans->nr <= cuts_max / 2;
	size_t i;

	spans->cuts = malloc((spans->nr * 2 + 1) * sizeof(*spans->cuts));
	if (!spans->cuts)
		return -ENOMEM;
	for (i = 0; i < spans->nr; i++) {
		const struct span *s = &spans->spans[i];

		if (!all && s->load) {
			spans->coarse = true;
			continue;
		}
		add_cut(spans, s->page_start, cuts_max);
		add_cut(spans, s->page_end, cuts_max);
	}
	return 0;
}

/**
 * spans_resolve() - sort spans, settle overlaps, find the cuts
 * @spans: the spans; none may be added afterwards
 * @page_size: bytes
 * @cuts_max: most cuts that may be made
 *
 * Return: 0 or -ENOMEM.
 */
int spans_resolve(struct spans *spans, u64 page_size, u32 cuts_max)
{
	struct spans flat = { 0 };
	int err;

	if (spans->nr)
		qsort(spans->spans, spans->nr, sizeof(*spans->spans), by_start);
	err = flatten(spans, &flat);
	free(spans->spans);
	*spans = flat;
	if (err)
		return err;
	set_page_borders(spans, page_size);
	return make_cuts(spans, cuts_max);
}

/* The span that @address lies in, or NULL. */
const struct span *spans_find(const struct spans *spans, u64 address)
{
	size_t low = 0, high = spans->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (spans->spans[mid].end <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low < spans->nr && spans->spans[low].start <= address ?
		&spans->spans[low] : NULL;
}

void spans_free(struct spans *spans)
{
	free(spans->spans);
	free(spans->cuts);
	*spans = (struct spans){ 0 };
}
