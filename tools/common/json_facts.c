// SPDX-License-Identifier: GPL-2.0
/* What JSON says of a process beside its tables. */
#include <string.h>

#include "json_facts.h"

/* Each argument is a string; one may be empty. */
static void command_member(struct out *out, const struct facts *facts)
{
	const char *p = facts->command;
	const char *end = p + facts->command_size;
	bool first = true;

	json_key(out, false, "command");
	if (!facts->command_size) {
		out_text(out, "null");
		return;
	}
	out_char(out, '[');
	while (p < end) {
		size_t size = strlen(p);

		if (!first)
			out_char(out, ',');
		first = false;
		json_string(out, p, size);
		p += size + 1;
	}
	out_char(out, ']');
}

void json_task_members(struct out *out, const struct facts *facts)
{
	const struct ipcshow_task *task = facts->task;
	const char state[] = { (char)task->state, '\0' };

	out_decimal(out, task->tgid);
	json_number_member(out, "ppid", task->ppid);
	json_key(out, false, "comm");
	json_string(out, task->comm, strnlen((const char *)task->comm, sizeof(task->comm)));
	command_member(out, facts);
	json_bool_member(out, "command_cut", facts->command_cut);
	json_number_member(out, "uid", task->uid);
	json_number_member(out, "euid", task->euid);
	json_number_member(out, "gid", task->gid);
	json_number_member(out, "egid", task->egid);
	json_key(out, false, "user");
	if (facts->user)
		json_string(out, facts->user, strlen(facts->user));
	else
		out_text(out, "null");
	json_key(out, false, "state");
	json_string(out, state, strlen(state));
	json_number_member(out, "nr_threads", task->nr_threads);
	json_number_member(out, "start_time_ns", task->start_time);
	json_bool_member(out, "leader_exited", task->flags & IPCSHOW_TASK_F_LEADER_EXITED);
	json_bool_member(out, "compat", task->flags & IPCSHOW_TASK_F_COMPAT);
}

/* As the kernel keeps count; the totals at the end are counted. */
void json_mm_members(struct out *out, const struct ipcshow_mm *mm)
{
	json_key(out, false, "mm");
	out_text(out, "{\"users\":");
	out_decimal(out, mm->users);
	json_number_member(out, "nr_vmas", mm->nr_vmas);
	json_number_member(out, "virtual", mm->total_vm);
	json_number_member(out, "virtual_peak", mm->hiwater_vm);
	json_number_member(out, "rss_anon", mm->rss_anon);
	json_number_member(out, "rss_file", mm->rss_file);
	json_number_member(out, "rss_shmem", mm->rss_shmem);
	json_number_member(out, "rss_peak", mm->hiwater_rss);
	json_number_member(out, "swap", mm->swap);
	json_number_member(out, "page_tables", mm->page_tables);
	json_number_member(out, "locked", mm->locked_vm);
	json_number_member(out, "pinned", mm->pinned_vm);
	json_address_member(out, "start_code", mm->start_code);
	json_address_member(out, "end_code", mm->end_code);
	json_address_member(out, "start_data", mm->start_data);
	json_address_member(out, "end_data", mm->end_data);
	json_address_member(out, "start_brk", mm->start_brk);
	json_address_member(out, "brk", mm->brk);
	json_address_member(out, "start_stack", mm->start_stack);
	json_address_member(out, "arg_start", mm->arg_start);
	json_address_member(out, "arg_end", mm->arg_end);
	json_address_member(out, "env_start", mm->env_start);
	json_address_member(out, "env_end", mm->env_end);
	json_address_member(out, "vdso", mm->vdso);
	out_char(out, '}');
}
