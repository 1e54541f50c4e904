// SPDX-License-Identifier: GPL-2.0
/* ipcshow-diff: what tasks share, and through what they talk. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "options.h"
#include "page.h"

const struct tool tool = {
	.name = PROGRAM,
	.arguments = N_("[options] A B [C...]"),
};

static const struct part *const parts[] = { &areas_part, &resources_part, &channels_part };

int diff_row(struct diff *diff)
{
	diff->nr_rows++;
	return diff->format->row(diff);
}

__attribute__((noreturn))
static void give_up(struct diff *diff, const char *what, const char *reason)
{
	complain(what, reason);
	diff->out.used = 0;
	finish(&diff->out, EXIT_FAILED);
}

__attribute__((noreturn))
static void give_up_on(struct diff *diff, pid_t pid, const char *reason)
{
	complain_of(pid, reason);
	diff->out.used = 0;
	finish(&diff->out, EXIT_FAILED);
}

/* Nothing has been compared yet: opening comes before all else. */
__attribute__((noreturn))
static void give_up_opening(struct diff *diff, const struct task *task, int err)
{
	char text[400];

	if (err == -EMFILE)
		give_up_on(diff, task->pid, N_("too many tasks"));
	if (err != -EDQUOT && err != -ENOSPC)
		give_up_on(diff, task->pid, reason_of(err));
	snprintf(text, sizeof(text),
		 P_("%td of these %zu are all that a user may have open at a time; "
		    "see the module parameters ring_user_kib and ring_total_kib"),
		 task - diff->tasks, diff->nr_tasks);
	give_up(diff, P_("too many tasks"), text);
}

static void find_thread(struct task *task)
{
	size_t i, nr = ipcshow_process_threads(task->process);

	for (i = 0; i < nr; i++) {
		ipcshow_process_thread(task->process, i, &task->thread);
		if (task->thread.thread->tid == (__u32)task->pid)
			return;
	}
	if (nr)
		ipcshow_process_thread(task->process, 0, &task->thread);
}

static void open_task(struct diff *diff, struct task *task)
{
	unsigned int machine = ipcshow_device_info(diff->device)->machine;
	unsigned int flags = IPCSHOW_PROCESS_F_ADD | IPCSHOW_PROCESS_F_FAMILY;
	int err;

	if (!diff->tables || !(diff->show & SHOW_AREAS))
		flags |= IPCSHOW_PROCESS_F_BARE;
	err = ipcshow_process_open(diff->device, task->pid, flags, &task->process);
	if (err)
		give_up_opening(diff, task, err);
	if (ipcshow_process_gone(task->process))
		give_up_on(diff, task->pid, N_("it exited or called execve() meanwhile"));
	facts_read(&task->facts, task->process, machine);
	find_thread(task);
}

/* One thread is meant where a TID says so, or another thread of the process is there. */
static bool is_whole(const struct diff *diff, size_t index)
{
	const struct task *task = &diff->tasks[index];
	size_t i;

	if ((__u32)task->pid != task->facts.task->tgid)
		return false;
	for (i = 0; i < diff->nr_tasks; i++)
		if (i != index && diff->tasks[i].facts.task->tgid == task->facts.task->tgid)
			return false;
	return true;
}

static void open_tasks(struct diff *diff, const pid_t *pids)
{
	size_t i;

	diff->tasks = calloc(diff->nr_tasks, sizeof(*diff->tasks));
	if (!diff->tasks)
		give_up(diff, P_("no memory"), strerror(ENOMEM));
	for (i = 0; i < diff->nr_tasks; i++) {
		diff->tasks[i].pid = pids[i];
		open_task(diff, &diff->tasks[i]);
	}
	for (i = 0; i < diff->nr_tasks; i++)
		diff->tasks[i].whole = is_whole(diff, i);
}

/* What is not to be shown need not be read; channels are counted in the matrix, too. */
static bool is_needed(const struct diff *diff, const struct part *part)
{
	if (part == &areas_part)
		return true;
	if (!(diff->show & part->bit))
		return false;
	return diff->tables || part == &channels_part;
}

static void check(struct diff *diff, int err)
{
	switch (err) {
	case 0:
		return;
	case -ESRCH:
		give_up_on(diff, diff->tasks[diff->failed].pid,
			   N_("it exited or called execve() meanwhile, so nothing can be said"));
	case -EDQUOT:
	case -ENOSPC:
		give_up(diff, P_("too many tasks"),
			N_("comparing them takes more memory than a user may have in use; "
			   "see the module parameters ring_user_kib and ring_total_kib"));
	case -EOPNOTSUPP:
		give_up(diff, "/dev/ipcshow", N_("the module is older than this program"));
	default:
		give_up(diff, P_("cannot compare"), strerror(-err));
	}
}

static int see_end(const struct ipcshow_record *rec, void *arg)
{
	const struct ipcshow_task *task = (const struct ipcshow_task *)rec;
	const struct ipcshow_end *end = (const struct ipcshow_end *)rec;
	bool *gone = arg;

	if (rec->type == IPCSHOW_REC_TASK)
		*gone |= !!(task->flags & IPCSHOW_TASK_F_EXITING);
	else if (rec->type == IPCSHOW_REC_END)
		*gone |= !!(end->flags & IPCSHOW_END_F_GONE);
	return 0;
}

/* What was read of one first may have been of a task that was no more when the last was read. */
static int find_vanished(struct diff *diff)
{
	struct ipcshow_query query = { .what = IPCSHOW_WHAT_TASK };
	bool gone = false;
	int err = 0;

	for (diff->failed = 0; !err && diff->failed < diff->nr_tasks; diff->failed++) {
		query.target = ipcshow_process_target(diff->tasks[diff->failed].process);
		err = ipcshow_snapshot_take(diff->device, &query, see_end, &gone);
		if (!err && gone)
			return -ESRCH;
	}
	return err;
}

static int show_part(struct diff *diff, const struct part *part, size_t a, size_t b)
{
	static char verdict[8192];
	int err;

	part->verdict(diff, a, b, verdict, sizeof(verdict));
	diff->sheet = part == &areas_part ? &diff->areas :
		      part == &resources_part ? &diff->resources : &diff->channels;
	diff->nr_rows = 0;
	diff->format->rows(diff, part, verdict);
	err = part->rows(diff, a, b);
	diff->format->rows_end(diff);
	return err;
}

static int show_pair(struct diff *diff, size_t a, size_t b)
{
	size_t i;
	int err = 0;

	diff->row.diff = diff;
	diff->row.a = &diff->tasks[a];
	diff->row.b = &diff->tasks[b];
	diff->format->pair(diff, a, b);
	for (i = 0; i < ARRAY_SIZE(parts) && !err && !diff->out.err && diff->tables; i++)
		if (diff->show & parts[i]->bit)
			err = show_part(diff, parts[i], a, b);
	diff->format->pair_end(diff);
	return err;
}

static int show(struct diff *diff)
{
	bool pairs = diff->tables || diff->format == &json_format;
	size_t a, b;
	int err = 0;

	diff->format->begin(diff);
	for (a = 0; a < diff->nr_tasks && pairs; a++)
		for (b = a + 1; b < diff->nr_tasks && !err && !diff->out.err; b++)
			err = show_pair(diff, a, b);
	diff->format->end(diff);
	return err;
}

/* In a page, where that is asked for. */
static int show_page(struct diff *diff)
{
	struct whole_file page;
	int err;

	if (!diff->html)
		return show(diff);
	err = page_open(&page, diff->html, &diff->out);
	if (err)
		give_up(diff, diff->html, strerror(-err));
	page_begin(&diff->out, "diff");
	err = show(diff);
	if (err && !diff->out.err)
		diff->out.err = err;
	page_end(&diff->out);
	err = page_close(&page, &diff->out);
	diff->out = (struct out){ .fd = STDOUT_FILENO };
	if (err)
		give_up(diff, diff->html, strerror(-err));
	return 0;
}

static void close_all(struct diff *diff)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (is_needed(diff, parts[i]))
			parts[i]->free(diff);
	for (i = 0; i < diff->nr_tasks; i++) {
		facts_free(&diff->tasks[i].facts);
		ipcshow_process_close(diff->tasks[i].process);
	}
	free(diff->tasks);
	ipcshow_device_close(diff->device);
}

int main(int argc, char **argv)
{
	static struct diff diff = {
		.format = &text_format,
		.out = { .fd = STDOUT_FILENO },
		.headings = true,
	};
	pid_t *pids;
	size_t i;
	int err;

	tool_begin();
	pids = options_parse(&diff, argc, argv);
	diff.device = open_device();
	open_tasks(&diff, pids);
	free(pids);
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (is_needed(&diff, parts[i]))
			check(&diff, parts[i]->read(&diff));
	check(&diff, find_vanished(&diff));
	err = show_page(&diff);
	if (err && !diff.out.err)
		diff.out.err = err;
	close_all(&diff);
	finish(&diff.out, EXIT_OK);
}
