// SPDX-License-Identifier: GPL-2.0
/* The table of areas: what of the memory of two tasks is the same. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libraries.h"

static struct ipcshow_process **list_processes(const struct diff *diff)
{
	struct ipcshow_process **processes = calloc(diff->nr_tasks, sizeof(*processes));
	size_t i;

	for (i = 0; processes && i < diff->nr_tasks; i++)
		processes[i] = diff->tasks[i].process;
	return processes;
}

static int read_areas(struct diff *diff)
{
	struct ipcshow_process **processes = list_processes(diff);
	unsigned int flags = 0;
	int err;

	if (!processes)
		return -ENOMEM;
	if (diff->tables && (diff->show & SHOW_AREAS))
		flags |= IPCSHOW_COMPARISON_F_AREAS;
	if (flags && diff->ranges)
		flags |= IPCSHOW_COMPARISON_F_RANGES;
	err = ipcshow_comparison_run(processes, diff->nr_tasks, flags, &diff->comparison,
				     &diff->failed);
	free(processes);
	return err;
}

static void free_areas(struct diff *diff)
{
	ipcshow_comparison_free(diff->comparison);
	diff->comparison = NULL;
}

/* ---- verdict ---- */

#define SUMS_MAX	16

/**
 * struct tally - what the rows say in all
 * @sums: shared bytes by the mechanisms of a row; @nr of them, most first
 * @untouched: shared memory that both have and nobody has touched
 * @of: the area of the first task that the last rows were of
 * @left: what of it was not in @untouched yet: it may be in several rows
 * @changed: some rows claim nothing
 */
struct tally {
	struct sum {
		unsigned int mechanisms;
		__u64 bytes;
	} sums[SUMS_MAX];
	size_t nr;
	__u64 untouched;
	const struct ipcshow_side *of;
	__u64 left;
	bool changed;
};

static void tally_untouched(struct tally *tally, const struct ipcshow_match *match)
{
	__u64 bytes = match->untouched;

	if (tally->of != match->a) {
		tally->of = match->a;
		tally->left = match->a->page_end - match->a->page_start;
	}
	if (bytes > tally->left)
		bytes = tally->left;
	tally->left -= bytes;
	tally->untouched += bytes;
}

static int tally_match(const struct ipcshow_match *match, void *arg)
{
	struct tally *tally = arg;
	size_t i = 0;

	if (match->verdict == IPCSHOW_VERDICT_NONE)
		tally->changed = true;
	if (match->verdict == IPCSHOW_VERDICT_SHARED && match->a && match->b &&
	    (match->a->vma_flags & match->b->vma_flags & IPCSHOW_VMA_MAYSHARE))
		tally_untouched(tally, match);
	if (!match->same || !match->mechanisms)
		return 0;
	while (i < tally->nr && tally->sums[i].mechanisms != match->mechanisms)
		i++;
	if (i == SUMS_MAX)
		return 0;
	if (i == tally->nr)
		tally->sums[tally->nr++].mechanisms = match->mechanisms;
	tally->sums[i].bytes += match->same;
	return 0;
}

static int by_bytes(const void *left, const void *right)
{
	const struct sum *l = left, *r = right;

	return l->bytes > r->bytes ? -1 : l->bytes < r->bytes;
}

struct line {
	char *to;
	size_t room;
	size_t used;
};

__attribute__((format(printf, 2, 3)))
static void add_text(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	if (line->used >= line->room)
		return;
	va_start(args, format);
	n = vsnprintf(line->to + line->used, line->room - line->used, format, args);
	va_end(args);
	line->used += n > 0 ? (size_t)n : 0;
}

/* Return: @to, which has room for NUMBER_MAX. */
static const char *size_text(const struct diff *diff, __u64 bytes, char *to)
{
	if (diff->bytes)
		format_decimal(to, bytes);
	else
		format_size(to, bytes);
	return to;
}

static void add_mechanisms(struct line *line, unsigned int mechanisms)
{
	const char *between = " ";
	unsigned int i;

	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++) {
		if (!(mechanisms & 1U << i))
			continue;
		add_text(line, "%s%s", between,
			 ipcshow_mechanism_name((enum ipcshow_mechanism)i));
		between = "+";
	}
}

static void add_sums(struct line *line, const struct diff *diff, struct tally *tally)
{
	char size[NUMBER_MAX];
	size_t i;

	qsort(tally->sums, tally->nr, sizeof(tally->sums[0]), by_bytes);
	for (i = 0; i < tally->nr; i++) {
		add_text(line, i ? ", %s" : ": %s", size_text(diff, tally->sums[i].bytes, size));
		add_mechanisms(line, tally->sums[i].mechanisms);
	}
	if (tally->untouched)
		add_text(line, _("; attached by both and untouched: %s"),
			 size_text(diff, tally->untouched, size));
	if (tally->changed)
		add_text(line, _("; some areas changed meanwhile"));
}

static void areas_verdict(const struct diff *diff, size_t a, size_t b, char *to, size_t room)
{
	struct line line = { .to = to, .room = room };
	struct ipcshow_shared shared;
	const pid_t pid_a = diff->tasks[a].pid, pid_b = diff->tasks[b].pid;
	struct tally tally = { 0 };
	char size[NUMBER_MAX];

	ipcshow_comparison_shared(diff->comparison, a, b, &shared);
	ipcshow_comparison_rows(diff->comparison, a, b, tally_match, &tally);
	size_text(diff, shared.bytes, size);
	if (shared.one_space) {
		add_text(&line, _("%d and %d have one address space; %s resident, all the same"),
			 pid_a, pid_b, size);
		return;
	}
	if (shared.bytes)
		add_text(&line, _("%d and %d share %s of memory"), pid_a, pid_b, size);
	else
		add_text(&line, _("%d and %d share no resident memory"), pid_a, pid_b);
	add_sums(&line, diff, &tally);
}

/* ---- rows ---- */

static bool is_of_thread(const struct ipcshow_side *side)
{
	return side->tid && (side->kind == IPCSHOW_KIND_STACK || side->kind == IPCSHOW_KIND_TLS ||
			     side->kind == IPCSHOW_KIND_ALTSTACK);
}

static unsigned int notes_of_two(const struct ipcshow_side *a, const struct ipcshow_side *b)
{
	unsigned int notes = 0;

	if (!(a->vma_flags & IPCSHOW_VMA_WRITE) && (b->vma_flags & IPCSHOW_VMA_WRITE))
		notes |= 1U << NOTE_READ_ONLY_A;
	if (!(b->vma_flags & IPCSHOW_VMA_WRITE) && (a->vma_flags & IPCSHOW_VMA_WRITE))
		notes |= 1U << NOTE_READ_ONLY_B;
	return notes;
}

static unsigned int notes_of(const struct ipcshow_match *match)
{
	const struct ipcshow_side *a = match->a, *b = match->b;
	unsigned int notes = 0;

	if (match->unsettled)
		notes |= 1U << NOTE_UNSETTLED;
	if ((a && a->changed) || (b && b->changed))
		notes |= 1U << NOTE_CHANGED;
	if ((a && a->swap) || (b && b->swap))
		notes |= 1U << NOTE_SWAPPED;
	if ((a && a->flags & IPCSHOW_AREA_F_DELETED) || (b && b->flags & IPCSHOW_AREA_F_DELETED))
		notes |= 1U << NOTE_DELETED;
	if (a && b && match->common)
		notes |= notes_of_two(a, b);
	if (match->one_space && is_of_thread(a))
		notes |= 1U << NOTE_PRIVATE_BY_CONVENTION;
	return notes;
}

/* A range as a row of its own, below that of its area. */
static int show_range(struct diff *diff, const struct ipcshow_match *whole,
		      const struct ipcshow_range *range)
{
	const struct ipcshow_side a = { .start = range->a, .end = range->a + range->bytes };
	const struct ipcshow_side b = { .start = range->b, .end = range->b + range->bytes };
	struct ipcshow_match match = {
		.a = range->a ? &a : NULL,
		.b = range->b ? &b : NULL,
		.one_space = whole->one_space,
	};
	const struct area_row row = { .match = &match, .range = range };

	switch (range->what) {
	case IPCSHOW_RANGE_SAME:
		match.same = range->bytes;
		break;
	case IPCSHOW_RANGE_ONLY_A:
		match.only_a = range->bytes;
		break;
	case IPCSHOW_RANGE_ONLY_B:
		match.only_b = range->bytes;
		break;
	case IPCSHOW_RANGE_DIFFERENT:
		match.different = range->bytes;
		break;
	case IPCSHOW_RANGE_UNTOUCHED:
		match.untouched = range->bytes;
		break;
	case IPCSHOW_RANGE_SWAP_SAME:
		match.swap_same = range->bytes;
		break;
	case IPCSHOW_RANGE_UNSETTLED:
		match.unsettled = range->bytes;
		break;
	default:
		break;
	}
	diff->row.area = &row;
	return diff_row(diff);
}

/**
 * struct showing - the rows of two tasks
 * @diff: the run
 * @libraries: what comes behind the others
 */
struct showing {
	struct diff *diff;
	struct libraries libraries;
};

static int show_match(const struct ipcshow_match *match, void *arg)
{
	struct showing *showing = arg;
	struct diff *diff = showing->diff;
	struct area_row row = { .match = match, .notes = notes_of(match) };
	struct ipcshow_range *ranges = NULL;
	size_t i, nr = 0;
	int ret;

	if (!diff->libraries && is_library(match))
		return libraries_add(&showing->libraries, match, row.notes);
	if (diff->ranges && !(row.notes & 1U << NOTE_CHANGED))
		ranges = ipcshow_comparison_ranges(diff->comparison, match, &nr);
	row.ranges = ranges;
	row.nr_ranges = nr;
	diff->row.area = &row;
	ret = diff_row(diff);
	for (i = 0; i < nr && !ret && !diff->ranges_inside; i++)
		ret = show_range(diff, match, &ranges[i]);
	free(ranges);
	return ret;
}

/* The same for any two: they are in no memory that another could reach. */
static int show_registers(struct diff *diff)
{
	const struct area_row row = { .notes = 1U << NOTE_PRIVATE_BY_CONSTRUCTION };

	diff->row.area = &row;
	return diff_row(diff);
}

static int area_rows(struct diff *diff, size_t a, size_t b)
{
	struct showing showing = { .diff = diff };
	int ret = ipcshow_comparison_rows(diff->comparison, a, b, show_match, &showing);

	if (!ret)
		ret = show_registers(diff);
	if (!ret)
		ret = libraries_show(&showing.libraries, diff);
	libraries_free(&showing.libraries);
	diff->row.area = NULL;
	return ret;
}

const struct part areas_part = {
	.bit = SHOW_AREAS,
	.title = N_("Areas"),
	.sheet = &area_sheet,
	.read = read_areas,
	.verdict = areas_verdict,
	.rows = area_rows,
	.free = free_areas,
};
