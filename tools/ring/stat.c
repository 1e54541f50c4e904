// SPDX-License-Identifier: GPL-2.0
/* ipcshow-ring stat: who is at a rendezvous, and how much has passed. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cell.h"
#include "complaint.h"
#include "grid.h"
#include "json.h"
#include "now.h"
#include "options.h"
#include "ring.h"
#include "stat.h"

#define JSON_VERSION	1

/* How long the broker may take. */
#define ANSWER_MS	5000

/* More than a broker can have: it must end. */
#define ROWS_MAX	4096

static const char help[] = N_(
	"Usage: ipcshow-ring stat [options] PATH\n"
	"\n"
	"Show who is at PATH, a row for each stream or for who waits for one.\n"
	"\n"
	" -w, --watch SECONDS  again and again, with rates\n"
	"\n"
	" -J, --json           JSON, one document; with --watch, one a line\n"
	" -r, --raw            one word a field\n"
	" -o, --output LIST    columns to show; +LIST: besides those shown anyway\n"
	" -n, --noheadings     no names above the columns\n"
	" -b, --bytes          sizes and rates as plain numbers (JSON: always)\n"
	"\n"
	" -H, --list-columns   columns, and exit\n"
	" -h, --help           this text, and exit\n");

static const struct option long_options[] = {
	{ "bytes", no_argument, NULL, 'b' },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'J' },
	{ "list-columns", no_argument, NULL, 'H' },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "raw", no_argument, NULL, 'r' },
	{ "watch", required_argument, NULL, 'w' },
	{ 0 }
};

/**
 * struct picture - all that the broker told
 * @time_ns: when
 * @end: its last message
 * @rows: what there is
 * @nr: how many
 */
struct picture {
	__s64 time_ns;
	struct rendezvous_message end;
	struct rendezvous_row *rows;
	size_t nr;
};

/**
 * struct watch - what to show, and how
 * @path: the rendezvous
 * @selection: columns
 * @out: for JSON and raw
 * @json: @raw: @headings: @bytes: as the user wants it
 * @period_ns: of --watch; 0: once
 */
struct watch {
	const char *path;
	struct selection selection;
	struct out out;
	bool json;
	bool raw;
	bool headings;
	bool bytes;
	__s64 period_ns;
};

static void list_columns(struct watch *watch)
{
	sheet_list(&watch->out, &streams_sheet);
	finish(&watch->out, EXIT_OK);
}

static void parse_option(struct watch *watch, int option, const char **columns)
{
	switch (option) {
	case 'b':
		watch->bytes = true;
		break;
	case 'h':
		show_text(_(help), "");
	case 'H':
		list_columns(watch);
		break;
	case 'J':
		watch->json = true;
		break;
	case 'n':
		watch->headings = false;
		break;
	case 'o':
		*columns = optarg;
		break;
	case 'r':
		watch->raw = true;
		break;
	case 'w':
		watch->period_ns = parse_period(optarg);
		break;
	}
}

static void parse(struct watch *watch, int argc, char **argv)
{
	const struct sheet *sheet = &streams_sheet;
	const char *columns = NULL;
	int option;

	while ((option = next_option(argc, argv, ":bhHJno:rw:", long_options)) != -1)
		parse_option(watch, option, &columns);
	if (watch->json && watch->raw)
		bad_usage("--json and --raw exclude one another");
	if (watch->json || watch->raw)
		language_for_programs();
	selection_parse(&watch->selection, sheet, watch->json ? sheet->json_defaults :
			watch->raw ? sheet->raw_defaults : sheet->defaults, columns);
	watch->path = paths_left(argc, argv, 1, 1, "a path is needed")[0];
}

/* ---- asking ---- */

/* Return: 1: a row; 0: there are no more; or a negative errno. */
static int ask(int sock, __u64 after, struct rendezvous_row *row)
{
	struct pollfd answer = { .fd = sock, .events = POLLIN };
	ssize_t n = rendezvous_say(sock, RENDEZVOUS_ASK, after);

	/* Before it hung up, it may have said why. */
	if (n && n != -EPIPE)
		return (int)n;
	if (poll(&answer, 1, ANSWER_MS) != 1)
		return -ETIMEDOUT;
	n = rendezvous_receive(sock, row, sizeof(*row), NULL);
	if (n < 0)
		return (int)n;
	if (!n)
		return -EPIPE;
	if (!rendezvous_valid(&row->message, n))
		return -EPROTO;
	if (row->message.what == RENDEZVOUS_REFUSED)
		return row->message.error == EUSERS ? -EUSERS : -EPROTO;
	if (row->message.what == RENDEZVOUS_END)
		return 0;
	return row->message.what == RENDEZVOUS_ROW && n == sizeof(*row) &&
	       row->message.id > after ? 1 : -EPROTO;
}

static int ask_all(struct picture *picture, int sock)
{
	struct rendezvous_row row, *more;
	__u64 after = 0;
	int ret;

	while ((ret = ask(sock, after, &row)) == 1) {
		more = reallocarray(picture->rows, picture->nr + 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		picture->rows = more;
		if (picture->nr == ROWS_MAX)
			return -EPROTO;
		more[picture->nr++] = row;
		after = row.message.id;
	}
	picture->end = row.message;
	picture->time_ns = now_ns();
	return ret;
}

static int look(const struct watch *watch, struct picture *picture)
{
	int sock = rendezvous_connect(watch->path);
	int err = sock < 0 ? sock : ask_all(picture, sock);

	if (sock >= 0)
		close(sock);
	return err;
}

/* ---- showing ---- */

static struct row row_of(const struct picture *now, const struct picture *then, size_t i)
{
	struct row row = { .now = &now->rows[i] };
	size_t j;

	for (j = 0; j < then->nr; j++)
		if (then->rows[j].message.id == now->rows[i].message.id)
			row.then = &then->rows[j];
	row.seconds = (double)(now->time_ns - then->time_ns) / 1e9;
	return row;
}

static void show_table(struct watch *watch, const struct picture *now,
		       const struct picture *then)
{
	struct grid grid = {
		.selection = &watch->selection, .headings = watch->headings, .bytes = watch->bytes,
	};
	struct row row;
	size_t i;
	int err = grid_begin(&grid);

	for (i = 0; i < now->nr && !err; i++) {
		row = row_of(now, then, i);
		err = grid_row(&grid, &row, NULL);
	}
	if (err)
		watch->out.err = err;
	else if (now->nr)
		grid_print(&grid, &watch->out);
	else
		out_text(&watch->out, _("nobody is there\n"));
	grid_end(&grid);
}

static void show_raw(struct watch *watch, const struct picture *now, const struct picture *then)
{
	struct row row;
	size_t i;

	if (watch->headings)
		raw_heading(&watch->out, &watch->selection);
	for (i = 0; i < now->nr; i++) {
		row = row_of(now, then, i);
		raw_line(&watch->out, &watch->selection, &row, watch->bytes);
	}
}

static void json_row(struct watch *watch, struct row *row)
{
	struct value value;
	size_t i;

	out_char(&watch->out, '{');
	for (i = 0; i < watch->selection.nr; i++) {
		column_get(watch->selection.columns[i], row, &value);
		json_key(&watch->out, !i, watch->selection.columns[i]->key);
		json_cell(&watch->out, row, &value);
	}
	out_char(&watch->out, '}');
}

static void show_json(struct watch *watch, const struct picture *now, const struct picture *then)
{
	const struct rendezvous_row end = { .message = now->end };
	struct row row = { .now = &end };
	struct value value;
	static const char *const keys[] = { "backing", "mode", "size" };
	size_t i, j;

	json_key(&watch->out, true, "version");
	out_decimal(&watch->out, JSON_VERSION);
	for (i = 0; i < streams_sheet.nr; i++)
		for (j = 0; j < ARRAY_SIZE(keys); j++) {
			const struct column *column = &streams_sheet.columns[i];

			if (strcmp(column->key, keys[j]))
				continue;
			column_get(column, &row, &value);
			json_key(&watch->out, false, keys[j]);
			json_value(&watch->out, &value);
		}
	json_key(&watch->out, false, streams_sheet.key);
	out_char(&watch->out, '[');
	for (i = 0; i < now->nr; i++) {
		row = row_of(now, then, i);
		if (i)
			out_char(&watch->out, ',');
		json_row(watch, &row);
	}
	out_text(&watch->out, "]}\n");
}

static void show(struct watch *watch, const struct picture *now, const struct picture *then)
{
	bool again = then->time_ns;

	if (watch->json) {
		out_char(&watch->out, '{');
		show_json(watch, now, then);
	} else if (watch->raw) {
		show_raw(watch, now, then);
	} else {
		if (again && isatty(STDOUT_FILENO))
			out_text(&watch->out, "\033[H\033[J");
		else if (again)
			out_char(&watch->out, '\n');
		show_table(watch, now, then);
	}
	out_flush(&watch->out);
}

static void pause_until(__s64 then)
{
	struct timespec until = { .tv_sec = then / 1000000000, .tv_nsec = then % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* Once it was there, its end is the end. */
static enum exit_status conclude(const struct watch *watch, const struct picture *then, int err)
{
	if (then->time_ns && (err == -ENOENT || err == -ECONNREFUSED || err == -EPIPE))
		return EXIT_OK;
	complain_of_path(watch->path, reason_of_broker(err));
	return EXIT_FAILED;
}

static enum exit_status watch_it(struct watch *watch)
{
	struct picture now, then = { 0 };
	int err;

	for (;;) {
		now = (struct picture){ 0 };
		err = look(watch, &now);
		if (err)
			break;
		show(watch, &now, &then);
		free(then.rows);
		then = now;
		if (!watch->period_ns || watch->out.err)
			break;
		pause_until(now.time_ns + watch->period_ns);
	}
	if (err) {
		free(now.rows);
		err = (int)conclude(watch, &then, err);
	}
	free(then.rows);
	return (enum exit_status)err;
}

enum exit_status stat_main(int argc, char **argv)
{
	static struct watch watch = { .out = { .fd = STDOUT_FILENO }, .headings = true };

	parse(&watch, argc, argv);
	finish(&watch.out, watch_it(&watch));
}
