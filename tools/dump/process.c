// SPDX-License-Identifier: GPL-2.0
/* One process, from the module to the format. */
#include <errno.h>
#include <string.h>

#include "sharing.h"

/* struct count - what the summary says of a kind */
struct count {
	__u64 areas;
	__u64 size;
	struct ipcshow_pages pages;
};

/* struct collector - what is gathered while the areas come by */
struct collector {
	struct dump *dump;
	struct count kinds[IPCSHOW_NR_KINDS];
	struct sharing sharing;
};

static void add_to_totals(struct facts *facts, struct count *kind,
			  const struct ipcshow_area *area)
{
	__u64 size = area->end - area->start;

	facts->nr_areas++;
	facts->total_size += size;
	facts->flags |= area->flags;
	kind->areas++;
	kind->size += size;
	if (area->pages) {
		ipcshow_pages_add(&facts->total, area->pages);
		ipcshow_pages_add(&kind->pages, area->pages);
	}
}

/* Of a single thread there is nothing to tell people, unless they ask. */
static bool shows_sharing(const struct dump *dump)
{
	if (dump->format == &table_format && dump->facts->task->nr_threads < 2)
		return dump->show == SHOW_SHARING;
	return dump->show == SHOW_SHARING ||
	       (dump->show == SHOW_ALL && dump->format != &raw_format);
}

static int see_area(const struct ipcshow_area *area, void *arg)
{
	struct collector *collector = arg;
	struct dump *dump = collector->dump;
	struct row *row = &dump->row;

	add_to_totals(dump->facts, &collector->kinds[area->kind], area);
	if (shows_sharing(dump) && sharing_add(&collector->sharing, area))
		return -ENOMEM;
	if (dump->show != SHOW_ALL)
		return 0;
	row->area = area;
	row->kind = ipcshow_kind_name(area->kind);
	row->size = area->end - area->start;
	row->pages = area->pages;
	dump->nr_rows++;
	return dump->format->row(dump);
}

static int pass_area(const struct ipcshow_area *area, void *arg)
{
	(void)area;
	(void)arg;
	return 0;
}

/* Stacks and TLS were told from the mappings: a second walk tells whether these have changed. */
static int look_again(const struct dump *dump, struct ipcshow_process *process)
{
	return dump->format == &raw_format ? 0 :
		ipcshow_process_areas(process, false, pass_area, NULL);
}

static void begin_rows(struct dump *dump, const struct selection *sheet)
{
	dump->sheet = sheet;
	dump->nr_rows = 0;
	dump->format->rows(dump);
}

static int show_areas(struct dump *dump, struct ipcshow_process *process,
		      struct collector *collector)
{
	int err;

	if (dump->show == SHOW_ALL)
		begin_rows(dump, &dump->areas);
	err = ipcshow_process_areas(process, dump->pages, see_area, collector);
	dump->facts->counted = dump->pages && !err;
	if (dump->show == SHOW_ALL)
		dump->format->rows_end(dump);
	return err;
}

static int show_summary(struct dump *dump, const struct collector *collector)
{
	struct row *row = &dump->row;
	int kind, err = 0;

	begin_rows(dump, &dump->summary);
	for (kind = 0; kind < IPCSHOW_NR_KINDS && !err; kind++) {
		const struct count *count = &collector->kinds[kind];

		if (!count->areas)
			continue;
		row->kind = ipcshow_kind_name((enum ipcshow_kind)kind);
		row->count = count->areas;
		row->size = count->size;
		row->pages = dump->pages ? &count->pages : NULL;
		dump->nr_rows++;
		err = dump->format->row(dump);
	}
	dump->format->rows_end(dump);
	return err;
}

static int show_threads(struct dump *dump, const struct ipcshow_process *process)
{
	struct ipcshow_thread_view view;
	size_t i, nr = ipcshow_process_threads(process);
	int err = 0;

	begin_rows(dump, &dump->threads);
	dump->row.thread = &view;
	for (i = 0; i < nr && !err; i++) {
		ipcshow_process_thread(process, i, &view);
		dump->row.stack_flags = ipcshow_process_stack_flags(process, i);
		dump->nr_rows++;
		err = dump->format->row(dump);
	}
	dump->format->rows_end(dump);
	dump->row.thread = NULL;
	return err;
}

static int show_sharing(struct dump *dump, struct ipcshow_device *device,
			const struct ipcshow_process *process, struct sharing *sharing)
{
	int err;

	begin_rows(dump, &dump->sharing);
	err = sharing_show(dump, device, process, sharing);
	if (err == -ESRCH) {
		dump->ended = true;
		err = 0;
	}
	dump->format->rows_end(dump);
	return err;
}

static int show_tables(struct dump *dump, struct ipcshow_device *device,
		       struct ipcshow_process *process)
{
	struct collector collector = { .dump = dump };
	bool threads_too = dump->format != &raw_format;
	int err = 0;

	if (dump->show == SHOW_THREADS)
		err = look_again(dump, process);
	else
		err = show_areas(dump, process, &collector);
	if (!err && dump->show == SHOW_SUMMARY)
		err = show_summary(dump, &collector);
	if (!err && (dump->show == SHOW_THREADS || (dump->show == SHOW_ALL && threads_too)))
		err = show_threads(dump, process);
	if (!err && shows_sharing(dump))
		err = show_sharing(dump, device, process, &collector.sharing);
	sharing_free(&collector.sharing);
	return err;
}

/**
 * dump_process() - show a process
 * @dump: how
 * @device: the module
 * @pid: which
 *
 * Return: 0 also for one that ended meanwhile (counted in @nr_incomplete), or a
 * negative errno.
 */
int dump_process(struct dump *dump, struct ipcshow_device *device, pid_t pid)
{
	unsigned int machine = ipcshow_device_info(device)->machine;
	unsigned int flags = selection_has(&dump->threads, "REGISTERS") ?
		IPCSHOW_PROCESS_F_REGS : 0;
	struct ipcshow_process *process;
	struct facts facts;
	int err;

	err = ipcshow_process_open(device, pid, flags, &process);
	if (err)
		return err;
	facts_read(&facts, process, machine);
	dump->facts = &facts;
	dump->row.process = process;
	dump->row.pid = (pid_t)facts.task->tgid;
	dump->row.machine = machine;
	dump->row.people = dump->format == &table_format;

	dump->nr_processes++;
	dump->format->process(dump);
	dump->ended = false;
	err = show_tables(dump, device, process);
	dump->failed_midway = err;
	dump->format->process_end(dump);
	if (!facts_complete(&facts) || dump->ended)
		dump->nr_incomplete++;

	dump->facts = NULL;
	facts_free(&facts);
	ipcshow_process_close(process);
	return err;
}
