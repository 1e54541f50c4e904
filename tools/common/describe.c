// SPDX-License-Identifier: GPL-2.0
/* What people read of a process above its tables. */
#include <string.h>

#include "describe.h"
#include "language.h"

static void number(struct out *out, const char *before, uint64_t n, const char *after)
{
	out_text(out, before);
	out_decimal(out, n);
	out_text(out, after);
}

/*
 * Arguments with blanks between, cut at @width. Escapes and wide characters
 * may take a few more places, which matters to nobody.
 */
static void write_command(struct out *out, const struct facts *facts, size_t width)
{
	size_t n = facts->command_size ? facts->command_size - 1 : 0;
	bool cut = facts->command_cut || n > width;
	char *p;

	if (n > width)
		n = width;
	if (cut)
		n = text_cut(facts->command, n);
	/* Programs that write over their arguments leave blanks. */
	while (!cut && n && (!facts->command[n - 1] || facts->command[n - 1] == ' '))
		n--;
	out_text(out, ": ");
	while (n && (p = memchr(facts->command, '\0', n)))
		*p = ' ';
	out_escaped(out, facts->command, n, false);
	if (cut)
		out_text(out, "...");
}

static void write_user(struct out *out, const struct facts *facts)
{
	const struct ipcshow_task *task = facts->task;

	out_text(out, _("user "));
	if (facts->user) {
		out_escaped(out, facts->user, strlen(facts->user), false);
		number(out, " (", task->euid, ")");
	} else {
		number(out, "", task->euid, "");
	}
	if (task->uid != task->euid)
		out_format(out, _(", real user %u"), task->uid);
}

/**
 * describe_process() - a line with PID, name and arguments
 * @out: where to
 * @facts: of the process
 * @width: columns to fill
 */
void describe_process(struct out *out, const struct facts *facts, size_t width)
{
	const struct ipcshow_task *task = facts->task;
	size_t used;

	number(out, "", task->tgid, " ");
	used = 8 + out_escaped(out, task->comm,
			       strnlen((const char *)task->comm, sizeof(task->comm)), false);
	if (facts->command_size)
		write_command(out, facts, width > used + 24 ? width - used : 24);
	out_char(out, '\n');
}

/**
 * describe_task() - a line on parent, user and state of a process
 * @out: where to
 * @facts: of the process
 */
void describe_task(struct out *out, const struct facts *facts)
{
	const struct ipcshow_task *task = facts->task;

	out_format(out, _("  parent %u, "), task->ppid);
	write_user(out, facts);
	out_text(out, ", ");
	out_format(out, ngettext("%u thread", "%u threads", task->nr_threads), task->nr_threads);
	out_text(out, ", ");
	if (task->flags & IPCSHOW_TASK_F_LEADER_EXITED)
		out_text(out, _("leader exited"));
	else
		out_text(out, state_word(task->state));
	if (task->flags & IPCSHOW_TASK_F_COMPAT)
		out_text(out, _(", 32-bit"));
	out_char(out, '\n');
}
