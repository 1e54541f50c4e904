// SPDX-License-Identifier: GPL-2.0
/* What ipcshow says of processes and their memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"
#include "tool.h"
#include "view.h"

static bool told_why;

static void tell_why(int err)
{
	if (told_why)
		return;
	told_why = true;
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
	case -ENOTTY:
		if (module_is_loaded() || err == -ENOTTY)
			missing("/dev/ipcshow is missing, or is not the module's device, so ipcshow cannot look at these processes.");
		else
			missing("The module is not loaded, so ipcshow cannot look at these processes.");
		break;
	case -EACCES:
	case -EPERM:
		missing("You may not use /dev/ipcshow, so ipcshow cannot look at these processes.");
		break;
	default:
		missing("ipcshow cannot look at these processes: %s.", _(reason_of(err)));
	}
}

bool view_possible(void)
{
	struct ipcshow_device *device;

	if (ipcshow_device_open(&device, 0))
		return false;
	ipcshow_device_close(device);
	return true;
}

bool view_open(struct view *view, const pid_t *pids, size_t nr)
{
	int err;

	memset(view, 0, sizeof(*view));
	err = ipcshow_device_open(&view->device, 0);
	for (; !err && view->nr < nr; view->nr += !err)
		err = ipcshow_process_open(view->device, pids[view->nr],
					   IPCSHOW_PROCESS_F_ADD | IPCSHOW_PROCESS_F_FAMILY |
					   IPCSHOW_PROCESS_F_REGS, &view->processes[view->nr]);
	if (!err)
		return true;
	view_close(view);
	tell_why(err);
	return false;
}

void view_close(struct view *view)
{
	ipcshow_channels_free(view->channels);
	ipcshow_survey_free(view->survey);
	ipcshow_comparison_free(view->comparison);
	while (view->nr)
		ipcshow_process_close(view->processes[--view->nr]);
	ipcshow_device_close(view->device);
	memset(view, 0, sizeof(*view));
}

/* ---- places ---- */

/* struct search - an area that has @address, or all of @kind */
struct search {
	__u64 address;
	enum ipcshow_kind kind;
	struct place *place;
	bool found;
};

static void describe(const struct ipcshow_area *area, struct place *place)
{
	*place = (struct place){
		.kind = area->kind,
		.start = area->start,
		.end = area->end,
		.tid = area->thread ? area->thread->tid : 0,
		.rss = area->pages ? area->pages->rss : 0,
	};
}

static int find_address(const struct ipcshow_area *area, void *arg)
{
	struct search *search = arg;

	if (search->address < area->start || search->address >= area->end)
		return 0;
	describe(area, search->place);
	search->found = true;
	return 1;
}

bool view_place(struct view *view, size_t index, __u64 address, struct place *place)
{
	struct search search = { .address = address, .place = place };

	ipcshow_process_areas(view->processes[index], true, find_address, &search);
	return search.found;
}

static int add_kind(const struct ipcshow_area *area, void *arg)
{
	struct search *search = arg;
	struct place place;

	if (area->kind != search->kind)
		return 0;
	describe(area, &place);
	if (search->found) {
		place.start = search->place->start;
		place.rss += search->place->rss;
	}
	*search->place = place;
	search->found = true;
	return 0;
}

bool view_kind(struct view *view, size_t index, enum ipcshow_kind kind, struct place *place)
{
	struct search search = { .kind = kind, .place = place };

	ipcshow_process_areas(view->processes[index], true, add_kind, &search);
	return search.found;
}

bool view_thread(struct view *view, size_t index, pid_t tid, struct ipcshow_thread_view *thread)
{
	size_t i;

	for (i = 0; i < ipcshow_process_threads(view->processes[index]); i++) {
		ipcshow_process_thread(view->processes[index], i, thread);
		if (thread->thread->tid == (__u32)tid)
			return true;
	}
	return false;
}

/* ---- pages ---- */

static void compare(struct view *view)
{
	size_t who;
	int err;

	if (view->comparison)
		return;
	err = ipcshow_comparison_run(view->processes, view->nr,
				     IPCSHOW_COMPARISON_F_AREAS | IPCSHOW_COMPARISON_F_RANGES,
				     &view->comparison, &who);
	if (err)
		failed("The processes could not be compared: %s.", strerror(-err));
}

/**
 * struct pages_sought - what the ranges of rows are gone through for
 * @view: with a comparison
 * @start: @end: addresses in the first process
 * @counts: or NULL
 * @other: an address in the second process, of the page that @start is to be the same as
 * @found: it is
 */
struct pages_sought {
	const struct view *view;
	__u64 start;
	__u64 end;
	struct page_counts *counts;
	__u64 other;
	bool found;
};

static void take_range(struct pages_sought *sought, const struct ipcshow_range *range)
{
	__u64 start = range->a > sought->start ? range->a : sought->start;
	__u64 end = range->a + range->bytes < sought->end ? range->a + range->bytes : sought->end;

	if (!range->a || start >= end)
		return;
	if (sought->counts)
		sought->counts->bytes[range->what] += end - start;
	else if (range->what == IPCSHOW_RANGE_SAME &&
		 range->b + (start - range->a) == sought->other)
		sought->found = true;
}

static int take_match(const struct ipcshow_match *match, void *arg)
{
	struct pages_sought *sought = arg;
	struct ipcshow_range *ranges;
	size_t i, nr;

	if (!match->a || match->a->page_start >= sought->end ||
	    match->a->page_end <= sought->start || match->a->changed)
		return 0;
	ranges = ipcshow_comparison_ranges(sought->view->comparison, match, &nr);
	for (i = 0; i < nr; i++)
		take_range(sought, &ranges[i]);
	free(ranges);
	return 0;
}

void view_pages(struct view *view, size_t a, size_t b, __u64 address, __u64 bytes,
		struct page_counts *counts)
{
	struct pages_sought sought = {
		.view = view,
		.start = address,
		.end = address + bytes,
		.counts = counts,
	};

	memset(counts, 0, sizeof(*counts));
	compare(view);
	ipcshow_comparison_rows(view->comparison, a, b, take_match, &sought);
}

bool view_same_page(struct view *view, size_t a, __u64 address_a, size_t b, __u64 address_b)
{
	__u64 mask = ~((__u64)page_size() - 1);
	struct pages_sought sought = {
		.view = view,
		.start = address_a & mask,
		.end = (address_a & mask) + page_size(),
		.other = address_b & mask,
	};

	compare(view);
	ipcshow_comparison_rows(view->comparison, a, b, take_match, &sought);
	return sought.found;
}

struct pairing_sought {
	__u64 address;
	struct pairing *pairing;
	bool found;
};

static int take_pairing(const struct ipcshow_match *match, void *arg)
{
	struct pairing_sought *sought = arg;

	if (!match->a || sought->address < match->a->start || sought->address >= match->a->end)
		return 0;
	if (sought->found && match->same <= sought->pairing->same)
		return 0;
	sought->found = true;
	sought->pairing->verdict = match->verdict;
	sought->pairing->mechanisms = match->mechanisms;
	sought->pairing->one_space = match->one_space;
	sought->pairing->same = match->same;
	return 0;
}

bool view_pairing(struct view *view, size_t a, size_t b, __u64 address, struct pairing *pairing)
{
	struct pairing_sought sought = { .address = address, .pairing = pairing };

	compare(view);
	ipcshow_comparison_rows(view->comparison, a, b, take_pairing, &sought);
	return sought.found;
}
