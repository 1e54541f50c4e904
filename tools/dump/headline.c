// SPDX-License-Identifier: GPL-2.0
/* What people read above and below the tables. */
#include "describe.h"
#include "headline.h"

static void size(struct dump *dump, const char *before, uint64_t n)
{
	out_text(&dump->out, before);
	if (dump->bytes)
		out_decimal(&dump->out, n);
	else
		out_advance(&dump->out, format_size(out_room(&dump->out, NUMBER_MAX), n));
}

/* Counted, or else what the kernel kept count of. */
static void write_sizes(struct dump *dump)
{
	const struct ipcshow_mm *mm = dump->facts->mm;
	const struct ipcshow_pages *p = &dump->facts->total;

	size(dump, _("  virtual "), mm->total_vm);
	if (dump->facts->counted) {
		size(dump, _(", resident "), p->rss);
		size(dump, _(", PSS "), p->pss >> 12);
		size(dump, _(", shared "), p->shared_clean + p->shared_dirty);
		size(dump, _(", private "), p->private_clean + p->private_dirty);
		size(dump, _(", swap "), p->swap);
		if (p->shared_hugetlb + p->private_hugetlb)
			size(dump, _(", hugetlb "), p->shared_hugetlb + p->private_hugetlb);
	} else {
		size(dump, _(", resident "), mm->rss_anon + mm->rss_file + mm->rss_shmem);
		size(dump, _(", swap "), mm->swap);
	}
	out_char(&dump->out, '\n');
}

/**
 * write_headline() - say what process this is
 * @dump: with the process at hand
 * @width: columns to fill
 */
void write_headline(struct dump *dump, size_t width)
{
	if (dump->nr_processes > 1)
		out_char(&dump->out, '\n');
	describe_process(&dump->out, dump->facts, width);
	describe_task(&dump->out, dump->facts);
	write_sizes(dump);
	if (!facts_complete(dump->facts))
		out_text(&dump->out, _("  INCOMPLETE: it exited or called execve() meanwhile\n"));
}

static bool has_stale_threads(const struct dump *dump)
{
	struct ipcshow_thread_view view;
	size_t i, nr = ipcshow_process_threads(dump->facts->process);

	for (i = 0; i < nr; i++) {
		ipcshow_process_thread(dump->facts->process, i, &view);
		if (view.thread->flags & IPCSHOW_THREAD_F_STALE)
			return true;
	}
	return false;
}

/* What the tables cannot say. */
void write_footnotes(struct dump *dump)
{
	const struct facts *facts = dump->facts;
	const struct ipcshow_end *end = ipcshow_process_end(facts->process);
	size_t refused = ipcshow_process_threads_refused(facts->process);

	if (refused)
		out_format(&dump->out, ngettext(
			"Not permitted to attach to %zu thread: no registers, stack or TLS of it are known.\n",
			"Not permitted to attach to %zu threads: no registers, stack or TLS of it are known.\n",
			refused), refused);
	if (dump->show != SHOW_SUMMARY && has_stale_threads(dump))
		out_text(&dump->out, _("Stale: the thread ran; this is where it last entered the kernel.\n"));
	if (facts->flags & IPCSHOW_AREA_F_NO_ELF)
		out_text(&dump->out, _("Some programs could not be read: their areas are told by access alone.\n"));
	if (facts->flags & IPCSHOW_AREA_F_COARSE)
		out_text(&dump->out, _("Too many areas: some are counted with the lowest of their mapping.\n"));
	if (end->flags & IPCSHOW_END_F_THREADS_LOST)
		out_text(&dump->out, _("Threads came and went: the list may lack some.\n"));
	if (ipcshow_process_changed(facts->process))
		out_text(&dump->out, _("The mappings changed while they were read.\n"));
}
