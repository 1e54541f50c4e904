// SPDX-License-Identifier: GPL-2.0
/* What JSON says of a process behind its tables. */
#include "json_end.h"

static void totals_members(struct out *out, const struct facts *facts)
{
	const struct ipcshow_pages *p = &facts->total;

	json_key(out, false, "totals");
	if (!facts->counted) {
		out_text(out, "null");
		return;
	}
	out_text(out, "{\"areas\":");
	out_decimal(out, facts->nr_areas);
	json_number_member(out, "size", facts->total_size);
	json_number_member(out, "rss", p->rss);
	json_number_member(out, "pss", p->pss >> 12);
	json_number_member(out, "shared", p->shared_clean + p->shared_dirty);
	json_number_member(out, "private", p->private_clean + p->private_dirty);
	json_number_member(out, "shared_clean", p->shared_clean);
	json_number_member(out, "shared_dirty", p->shared_dirty);
	json_number_member(out, "private_clean", p->private_clean);
	json_number_member(out, "private_dirty", p->private_dirty);
	json_number_member(out, "swap", p->swap);
	json_number_member(out, "locked", p->locked >> 12);
	json_number_member(out, "huge", p->anon_huge + p->shmem_huge + p->file_huge);
	json_number_member(out, "hugetlb", p->shared_hugetlb + p->private_hugetlb);
	out_char(out, '}');
}

void json_end_members(struct dump *dump)
{
	const struct facts *facts = dump->facts;
	const struct ipcshow_end *end = ipcshow_process_end(facts->process);
	struct out *out = &dump->out;

	totals_members(out, facts);
	json_number_member(out, "threads_refused", ipcshow_process_threads_refused(facts->process));
	json_bool_member(out, "threads_lost", end->flags & IPCSHOW_END_F_THREADS_LOST);
	json_bool_member(out, "elf_unread", facts->flags & IPCSHOW_AREA_F_NO_ELF);
	json_bool_member(out, "changed", ipcshow_process_changed(facts->process));
	json_bool_member(out, "complete", facts_complete(facts) &&
			 !dump->ended && !dump->failed_midway);
}
