// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The second walk: VMAs and their counters become areas. Only the VMA at hand
 * is kept; what is known of ranges of addresses lies in the spans, along which
 * a cursor moves.
 */
#include <errno.h>

#include "area.h"

/*
 * Anonymous memory where a program has its .bss, or in place of what was
 * mapped there (code copied to huge pages). It takes more than a piece of a
 * file that was mapped executable to be a program.
 */
static bool load_has_anon(const struct load *load, enum ipcshow_kind kind, u64 flags)
{
	switch (kind) {
	case IPCSHOW_KIND_CODE:
	case IPCSHOW_KIND_LIB_CODE:
		return flags & IPCSHOW_VMA_EXEC;
	case IPCSHOW_KIND_RODATA:
	case IPCSHOW_KIND_LIB_RODATA:
		return (flags & ACCESS) == IPCSHOW_VMA_READ;
	default:
		return (flags & ACCESS) && !(flags & IPCSHOW_VMA_EXEC) &&
		       (load->is_main || load->has_data);
	}
}

/* @file is mapped where, and from where, the program headers say. */
static bool load_has_file(const struct walk *walk, const struct span *span)
{
	const struct ipcshow_region *region = walk->region;

	return walk->file->inode == span->load->program->inode &&
	       (span->load->program->err ||
		region->offset - region->start == span->file_delta) &&
	       !(region->vma_flags & IPCSHOW_VMA_MAYSHARE) && (region->vma_flags & ACCESS);
}

/*
 * Whether @span can speak of the VMA at hand. The target may have put other
 * memory there, and may do so between the walks.
 */
static bool span_applies(const struct walk *walk, const struct span *span)
{
	u64 flags = walk->region->vma_flags;

	/* It grows: see is_heap() in vma.c. */
	if (span->kind == IPCSHOW_KIND_HEAP)
		return false;
	if (!span->load)
		return walk->anon && flags & ACCESS;
	if (walk->anon)
		return load_has_anon(span->load, span->kind, flags);
	return walk->file && load_has_file(walk, span);
}

static void apply_span(const struct walk *walk, struct ipcshow_area *area,
		       const struct span *span)
{
	struct load *load = span->load;

	area->kind = span->kind;
	if (span->thread)
		area->thread = &span->thread->rec;
	if (span->kind == IPCSHOW_KIND_STACK)
		area->flags |= thread_stack_flags(span->thread);
	if (!load)
		return;
	if (span->kind == IPCSHOW_KIND_DATA || span->kind == IPCSHOW_KIND_LIB_DATA)
		load->has_data = true;
	name_area(area, load->program->path, load->program->path_size);
	if (load->program->err)
		area->flags |= IPCSHOW_AREA_F_NO_ELF;
	if (!(area->region->vma_flags & IPCSHOW_VMA_WRITE) &&
	    (span->kind == IPCSHOW_KIND_DATA || span->kind == IPCSHOW_KIND_LIB_DATA) &&
	    load_is_relro(load, area->start, area->end, walk->process->page_size))
		area->flags |= IPCSHOW_AREA_F_RELRO;
}

/* Stack pointers are worth telling where they are not expected. */
static void find_sp_threads(const struct walk *walk, struct ipcshow_area *area)
{
	const struct threads *threads = &walk->process->threads;
	size_t first, nr;

	nr = threads_sp_between(threads, area->start, area->end, &first);
	if (!nr || (nr == 1 && area->thread == &threads->by_sp[first]->rec))
		return;
	area->nr_sp_threads = nr;
	area->sp_threads = (const struct ipcshow_thread *const *)&threads->by_sp[first];
}

/* The first span at or above what was handed over that speaks of the VMA at hand. */
static const struct span *next_span(struct walk *walk)
{
	const struct spans *spans = &walk->process->spans;
	size_t i;

	while (walk->next < spans->nr && spans->spans[walk->next].end <= walk->pos)
		walk->next++;
	for (i = walk->next; i < spans->nr; i++) {
		if (spans->spans[i].start >= walk->region->end)
			break;
		if (span_applies(walk, &spans->spans[i]))
			return &spans->spans[i];
	}
	return NULL;
}

static void begin_area(struct walk *walk)
{
	walk->area = (struct ipcshow_area){
		.start = walk->pos,
		.end = walk->region->end,
		.page_start = walk->page_end,
		.region = walk->region,
		.file = walk->file,
		.pages = walk->count ? &walk->pages : NULL,
	};
	walk->page_end = walk->region->end;
	walk->pages = (struct ipcshow_pages){ 0 };
}

/* The next part of the VMA at hand, up to where a span begins or ends. */
static void next_area(struct walk *walk)
{
	const struct span *span = next_span(walk);
	struct ipcshow_area *area = &walk->area;

	begin_area(walk);
	vma_kind(walk, area);
	if (span && span->start > walk->pos) {
		area->end = span->start;
		walk->page_end = span->page_start;
	} else if (span) {
		if (span->end < area->end) {
			area->end = span->end;
			walk->page_end = span->page_end;
		}
		apply_span(walk, area, span);
	}
	area->page_end = walk->page_end;
	if (walk->process->spans.coarse &&
	    area->end - area->start < walk->region->end - walk->region->start)
		area->flags |= IPCSHOW_AREA_F_COARSE;
	find_sp_threads(walk, area);
	walk->pos = area->end;
}

static int emit_area(struct walk *walk)
{
	walk->pages.start = walk->area.start;
	walk->pages.end = walk->area.end;
	return walk->fn(&walk->area, walk->arg);
}

static int emit_rest(struct walk *walk)
{
	int ret = 0;

	while (!ret && walk->has_region) {
		ret = emit_area(walk);
		if (walk->pos >= walk->region->end)
			walk->has_region = false;
		else
			next_area(walk);
	}
	return ret;
}

/* Parts ascend, and were cut where areas meet. */
static int see_pages(struct walk *walk, const struct ipcshow_pages *pages)
{
	int ret = 0;

	if (!walk->has_region)
		return 0;
	while (!ret && pages->start >= walk->page_end && walk->pos < walk->region->end) {
		ret = emit_area(walk);
		next_area(walk);
	}
	ipcshow_pages_add(&walk->pages, pages);
	return ret;
}

static int copy_region(struct walk *walk, const struct ipcshow_region *region)
{
	if (walk->room < region->rec.size) {
		struct ipcshow_region *grown = realloc(walk->region, region->rec.size);

		if (!grown)
			return -ENOMEM;
		walk->region = grown;
		walk->room = region->rec.size;
	}
	memcpy(walk->region, region, region->rec.size);
	return 0;
}

/* Where a VMA begins inside the former, that one ends there (see the ABI). */
static int end_region(struct walk *walk, u64 next_start)
{
	if (walk->has_region && next_start > walk->area.start &&
	    next_start < walk->region->end) {
		walk->region->end = next_start;
		walk->area.end = min_u64(walk->area.end, next_start);
		walk->area.page_end = min_u64(walk->area.page_end, next_start);
		walk->pos = min_u64(walk->pos, next_start);
	}
	return emit_rest(walk);
}

static int see_region(struct walk *walk, const struct ipcshow_region *region)
{
	int ret = end_region(walk, region->start);

	if (ret)
		return ret;
	if (region->start >= region->end)
		return -EUCLEAN;
	walk->digest = region_digest(walk->digest, region);
	ret = copy_region(walk, region);
	if (ret)
		return ret;
	walk->has_region = true;
	walk->file = files_pin(&walk->process->files, region->file);
	walk->anon = region_is_anon(region, walk->file);
	walk->pos = region->start;
	walk->page_end = region->start;
	next_area(walk);
	return 0;
}

static void see_mm(struct walk *walk, const struct ipcshow_mm *mm)
{
	walk->start_brk = mm->start_brk;
	walk->brk = mm->brk;
}

static int see_end(struct walk *walk, const struct ipcshow_end *end)
{
	process_see_end(walk->process, end);
	process_see_vmas(walk->process, walk->digest);
	return emit_rest(walk);
}

static int see_record(const struct ipcshow_record *rec, void *arg)
{
	struct walk *walk = arg;

	switch (rec->type) {
	case IPCSHOW_REC_MM:
		see_mm(walk, (const struct ipcshow_mm *)rec);
		return 0;
	case IPCSHOW_REC_FILE:
		return files_put(&walk->process->files, (const struct ipcshow_file *)rec);
	case IPCSHOW_REC_REGION:
		return see_region(walk, (const struct ipcshow_region *)rec);
	case IPCSHOW_REC_PAGES:
		return see_pages(walk, (const struct ipcshow_pages *)rec);
	case IPCSHOW_REC_END:
		return see_end(walk, (const struct ipcshow_end *)rec);
	default:
		return 0;
	}
}

int ipcshow_process_areas(struct ipcshow_process *process, bool pages,
			  ipcshow_area_fn *fn, void *arg)
{
	struct walk walk = { .process = process, .fn = fn, .arg = arg, .count = pages };
	struct ipcshow_query query = {
		.what = IPCSHOW_WHAT_MM | IPCSHOW_WHAT_REGIONS, .target = process->target,
	};
	int ret;

	if (process->flags & IPCSHOW_PROCESS_F_FAMILY)
		query.what |= IPCSHOW_WHAT_FAMILY;
	if (pages) {
		query.what |= IPCSHOW_WHAT_PAGES;
		query.cuts = process->spans.cuts;
		query.nr_cuts = process->spans.nr_cuts;
	}
	see_mm(&walk, &process->mm);
	ret = ipcshow_snapshot_take(process->device, &query, see_record, &walk);
	free(walk.region);
	if (!ret)
		process_look_back(process);
	return ret;
}
