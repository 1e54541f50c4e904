// SPDX-License-Identifier: GPL-2.0
/* ipcshow-ring: records from one process to another, through memory that both map. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "column.h"
#include "options.h"
#include "ring.h"
#include "stat.h"

const struct tool tool = {
	.name = PROGRAM,
	.arguments = N_("create|produce|consume|stat|tee [options] PATH..."),
};

static const char help[] = N_(
	"Usage: ipcshow-ring COMMAND [options] PATH...\n"
	"\n"
	"Pass records from one process to another through a ring of shared memory. The\n"
	"two meet at PATH, a socket: who may write to it may attach.\n"
	"\n"
	"  create PATH       bring producers and consumers together, until interrupted\n"
	"  produce PATH      records from standard input\n"
	"  consume PATH      records to standard output\n"
	"  stat PATH         who is there, and how much has passed\n"
	"  tee IN OUT...     records from one to several\n"
	"\n"
	" -H, --list-columns columns of stat, and exit\n"
	" -V, --version      version, and exit\n"
	" -h, --help         this text, or that of COMMAND, and exit\n");

static const struct {
	const char *name;
	enum exit_status (*main)(int argc, char **argv);
} commands[] = {
	{ "create", create_main },
	{ "produce", produce_main },
	{ "consume", consume_main },
	{ "stat", stat_main },
	{ "tee", tee_main },
};

/* As all programs that have columns have it, though only one command does. */
__attribute__((noreturn))
static void list_columns(void)
{
	static struct out out = { .fd = STDOUT_FILENO };

	sheet_list(&out, &streams_sheet);
	finish(&out, EXIT_OK);
}

int main(int argc, char **argv)
{
	size_t i;

	tool_begin();
	if (argc < 2)
		bad_usage("a command is needed");
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		show_text(_(help), "");
	if (!strcmp(argv[1], "-V") || !strcmp(argv[1], "--version"))
		show_text(PROGRAM " " IPCSHOW_VERSION, "\n");
	if (!strcmp(argv[1], "-H") || !strcmp(argv[1], "--list-columns"))
		list_columns();
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].main(argc - 1, argv + 1);
	bad_argument(*argv[1] == '-' ? N_("unknown option") : N_("unknown command"), argv[1],
		     strlen(argv[1]));
}
