// SPDX-License-Identifier: GPL-2.0
/* --watch: again and again, what changes. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "interrupts.h"
#include "now.h"
#include "watch.h"

#define CLEAR	"\033[H\033[J"
#define BOLD	"\033[1m"

/* Lines that stand around the table. */
#define LINES_AROUND	5

/* ---- columns ---- */

static const struct spot *latest(const struct row *row)
{
	const struct watched *watched = row->watched;

	return watched->now ? watched->now : watched->last;
}

static void get_start(struct row *row, struct value *value)
{
	set_number(value, VALUE_ADDRESS, latest(row)->start);
}

static void get_watched_size(struct row *row, struct value *value)
{
	const struct spot *now = row->watched->now;

	if (now)
		set_number(value, VALUE_SIZE, now->end - now->start);
}

static void get_rss(struct row *row, struct value *value)
{
	if (row->watched->now)
		set_number(value, VALUE_SIZE, row->watched->now->rss);
}

static __u64 size_of(const struct spot *spot)
{
	return spot ? spot->end - spot->start : 0;
}

static __u64 rss_of(const struct spot *spot)
{
	return spot ? spot->rss : 0;
}

/* +1.2M, -4K, or nothing where nothing changed. */
static void set_change(struct row *row, struct value *value, __u64 then, __u64 now)
{
	if (then == now)
		return;
	row->scratch[0] = now > then ? '+' : '-';
	format_size(row->scratch + 1, now > then ? now - then : then - now);
	set_word(value, row->scratch);
}

static void get_size_change(struct row *row, struct value *value)
{
	set_change(row, value, size_of(row->watched->last), size_of(row->watched->now));
}

static void get_rss_change(struct row *row, struct value *value)
{
	set_change(row, value, rss_of(row->watched->last), rss_of(row->watched->now));
}

static void get_rss_in_all(struct row *row, struct value *value)
{
	set_change(row, value, rss_of(row->watched->first), rss_of(row->watched->now));
}

static void get_state(struct row *row, struct value *value)
{
	if (!row->watched->now)
		set_word(value, "gone");
	else if (!row->watched->last)
		set_word(value, "new");
}

static void get_watched_kind(struct row *row, struct value *value)
{
	set_word(value, ipcshow_kind_name(latest(row)->kind));
}

static void get_name(struct row *row, struct value *value)
{
	if (latest(row)->name)
		set_text(value, latest(row)->name, latest(row)->name_size);
}

static const struct column columns[] = {
	{ N_("START"), "start", COLUMN_RIGHT, get_start, N_("first address") },
	{ N_("SIZE"), "size", COLUMN_RIGHT, get_watched_size, N_("address space") },
	{ N_("SIZE-CHANGE"), "size_change", COLUMN_RIGHT, get_size_change,
	  N_("since the look before") },
	{ N_("RSS"), "rss", COLUMN_RIGHT, get_rss, N_("resident") },
	{ N_("RSS-CHANGE"), "rss_change", COLUMN_RIGHT, get_rss_change,
	  N_("since the look before") },
	{ N_("RSS-IN-ALL"), "rss_in_all", COLUMN_RIGHT, get_rss_in_all,
	  N_("since the first look") },
	{ N_("STATE"), "state", 0, get_state, N_("new or gone, since the look before") },
	{ N_("KIND"), "kind", 0, get_watched_kind, N_("what it is for (see Kinds)") },
	{ N_("NAME"), "name", COLUMN_LAST, get_name, N_("file, object or thread, with remarks") },
};

const struct sheet watch_sheet = {
	.title = N_("Changes (--watch)"),
	.columns = columns,
	.nr = ARRAY_SIZE(columns),
	.defaults = "START,SIZE,SIZE-CHANGE,RSS,RSS-CHANGE,RSS-IN-ALL,STATE,KIND,NAME",
};

/* ---- what to show ---- */

/**
 * struct watch - a process that is watched
 * @dump: the run
 * @pid: which
 * @first: @last: @now: looks at it
 * @looks: how many there were
 * @screen: on a terminal, where each picture takes the place of the one before
 * @began_ns: when the first was
 */
struct watch {
	struct dump *dump;
	pid_t pid;
	struct look first;
	struct look last;
	struct look now;
	unsigned long looks;
	bool screen;
	__s64 began_ns;
};

static bool differs(const struct spot *then, const struct spot *now)
{
	return !then || then->rss != now->rss || then->start != now->start || then->end != now->end;
}

static void write_change(struct out *out, __u64 then, __u64 now)
{
	if (then == now)
		return;
	out_text(out, now > then ? " (+" : " (-");
	out_advance(out, format_size(out_room(out, NUMBER_MAX), now > then ? now - then : then - now));
	out_char(out, ')');
}

static void write_total(struct out *out, const char *what, __u64 then, __u64 now)
{
	out_text(out, what);
	out_advance(out, format_size(out_room(out, NUMBER_MAX), now));
	write_change(out, then, now);
}

static void write_head(const struct watch *watch)
{
	struct out *out = &watch->dump->out;
	const struct look *then = watch->looks > 1 ? &watch->last : &watch->now;

	out_decimal(out, (uint64_t)watch->pid);
	out_format(out, _(" after %lld s: "), (long long)(now_ns() - watch->began_ns) / 1000000000);
	write_total(out, _("virtual "), then->size, watch->now.size);
	write_total(out, _(", resident "), then->rss, watch->now.rss);
	write_total(out, _(", swap "), then->swap, watch->now.swap);
	if (watch->looks > 2 && watch->first.rss != watch->now.rss) {
		out_text(out, _("; resident in all"));
		write_change(out, watch->first.rss, watch->now.rss);
	}
	out_char(out, '\n');
}

static size_t rows_that_fit(const struct watch *watch)
{
	struct winsize size;

	if (!watch->screen || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row <= LINES_AROUND)
		return SIZE_MAX;
	return size.ws_row - LINES_AROUND;
}

/* Counts all that are to be shown, and adds as many as fit. */
static int add_row(struct watch *watch, struct grid *grid, size_t *nr, const struct watched *watched)
{
	bool fresh = !watched->now || differs(watched->last, watched->now);

	if ((*nr)++ >= rows_that_fit(watch))
		return 0;
	watch->dump->row.watched = watched;
	return grid_row(grid, &watch->dump->row, fresh && watch->screen ? BOLD : NULL);
}

/* On a screen also what changed earlier stays. */
static int add_rows(struct watch *watch, struct grid *grid, size_t *nr)
{
	size_t i, j = 0;
	int err = 0;

	for (i = 0; i <= watch->now.nr && !err; i++) {
		const struct spot *now = i < watch->now.nr ? &watch->now.spots[i] : NULL;

		for (; j < watch->last.nr && !err &&
		     (!now || watch->last.spots[j].start < now->start); j++) {
			struct watched gone = { .last = &watch->last.spots[j] };

			if (!look_find(&watch->now, gone.last))
				err = add_row(watch, grid, nr, &gone);
		}
		if (now && !err) {
			struct watched watched = {
				.now = now,
				.last = look_find(&watch->last, now),
				.first = look_find(&watch->first, now),
			};

			if (differs(watched.last, now) ||
			    (watch->screen && differs(watched.first, now)))
				err = add_row(watch, grid, nr, &watched);
		}
	}
	return err;
}

static void show_rows(struct watch *watch)
{
	struct dump *dump = watch->dump;
	struct grid grid = {
		.selection = &dump->watched, .headings = dump->headings, .bytes = dump->bytes,
		.colors = watch->screen,
	};
	size_t nr = 0;
	int err = grid_begin(&grid);

	if (!err)
		err = add_rows(watch, &grid, &nr);
	if (err)
		dump->out.err = err;
	else if (nr)
		grid_print(&grid, &dump->out);
	grid_end(&grid);
	if (nr > grid.nr_rows)
		out_format(&dump->out, _("... and %zu more\n"), nr - grid.nr_rows);
}

static void show(struct watch *watch)
{
	struct dump *dump = watch->dump;

	if (watch->screen)
		out_text(&dump->out, CLEAR);
	write_head(watch);
	if (watch->looks > 1)
		show_rows(watch);
	out_flush(&dump->out);
}

/* ---- the loop ---- */

/* Before each call of the module. */
static int go_on(void *arg)
{
	(void)arg;
	return is_interrupted() ? -EINTR : 0;
}

/*
 * What was seen of a process that exited or called execve() meanwhile is a part that looks
 * whole: it is looked at again, and is no more, or is another program.
 */
static int look_whole(struct watch *watch, struct ipcshow_device *device)
{
	struct look look;
	int err;

	do {
		err = look_take(&look, &watch->dump->row, device, watch->pid);
		if (!err && look.complete) {
			watch->now = look;
			return 0;
		}
		look_free(&look);
	} while (!err);
	return err;
}

/* Whether it is still the process that it was. */
static bool look_again(struct watch *watch, struct ipcshow_device *device)
{
	int err = look_whole(watch, device);

	if (err == -EINTR && is_interrupted())
		return false;
	if (err && (!watch->looks || (err != -ESRCH && err != -ENODATA))) {
		complain_of(watch->pid, reason_of(err));
		finish(&watch->dump->out, EXIT_FAILED);
	}
	if (err || (watch->looks && watch->now.start_ns != watch->first.start_ns)) {
		out_format(&watch->dump->out, _("%d has exited\n"), watch->pid);
		return false;
	}
	return true;
}

/* The first look is kept to the end, each other until the one after the next. */
static void move_on(struct watch *watch)
{
	if (watch->looks == 1)
		watch->first = watch->now;
	else if (watch->looks > 2)
		look_free(&watch->last);
	watch->last = watch->now;
}

/**
 * watch_process() - show what changes in a process, until it ends or a signal comes
 * @dump: how
 * @device: the module
 * @pid: which
 */
void watch_process(struct dump *dump, struct ipcshow_device *device, pid_t pid)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, 0 };
	struct watch watch = { .dump = dump, .pid = pid, .screen = isatty(STDOUT_FILENO) };
	__s64 next;

	interrupts_catch(ends);
	ipcshow_device_on_call(device, go_on, NULL);
	watch.began_ns = now_ns();
	next = watch.began_ns;
	do {
		if (!look_again(&watch, device))
			break;
		watch.looks++;
		show(&watch);
		move_on(&watch);
		next += dump->watch_ns;
		if (next < now_ns())
			next = now_ns();
	} while (!dump->out.err && interrupts_wait(next));
	finish(&dump->out, EXIT_OK);
}
