// SPDX-License-Identifier: GPL-2.0
/* Measures the rings of libipcshow beside their peers, and beside what the machine can do. */
#include <getopt.h>
#include <stdlib.h>

#include "ringbench.h"

#define ROUNDS		9
#define ROUND_NS	(40 * NS_PER_MS)
#define QUICK_NS	(3 * NS_PER_MS)

static int usage(FILE *to, int status)
{
	fputs("Usage: ringbench [--quick] [--module|--kernel] [--counted] [--only GROUP]... [--json FILE]\n"
	      "\n"
	      "Measure how messages get from one process to another, each on a processor of its\n"
	      "own: through the rings of libipcshow, their peers, and none at all. Other work on\n"
	      "the machine shows in the figures; where there is any, run it under chrt -f 50.\n"
	      "\n"
	      "  --quick         shorter rounds\n"
	      "  --module        our rings are the module's; else they are memfds\n"
	      "  --kernel        the kernel produces: ringbench-producer.ko, and BPF\n"
	      "  --counted       the clock is known to tick once an instruction (vm --icount)\n"
	      "  --only GROUP    only what is numbered so:", to);
	for (size_t i = 0; i < GROUPS; i++) {
		char name[64];

		group_name(&groups[i], name, sizeof(name));
		fprintf(to, "\n                    %zu: %s", i, name);
	}
	fputs("\n  --json FILE     the figures, for programs\n"
	      "\n"
	      "Exit status: 0: measured, whether goals were met or not; 1: something could not\n"
	      "be measured, or messages were wrong; 2: called wrongly.\n", to);
	return status;
}

static bool add_only(const char *arg, unsigned int *only)
{
	char *rest;
	unsigned long nr = strtoul(arg, &rest, 10);

	if (rest == arg || *rest || nr >= GROUPS)
		return false;
	*only |= 1U << nr;
	return true;
}

static void run(unsigned int only, double ns)
{
	round_prepare();
	groups_make();
	for (size_t i = 0; i < GROUPS; i++) {
		char name[64];
		u64 before = clock_ns();

		if (!group_is_asked(&groups[i]) || (only && !(only & 1U << i)))
			continue;
		group_run(&groups[i], ROUNDS, ns);
		group_name(&groups[i], name, sizeof(name));
		fprintf(stderr, "%s: %.0f s\n", name, (double)(clock_ns() - before) / NS_PER_S);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "quick", no_argument, NULL, 'q' },
		{ "module", no_argument, NULL, 'm' },
		{ "kernel", no_argument, NULL, 'k' },
		{ "counted", no_argument, NULL, 'c' },
		{ "only", required_argument, NULL, 'o' },
		{ "json", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *json = NULL;
	unsigned int only = 0;
	double ns = ROUND_NS;
	bool saved;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'q':
			ns = QUICK_NS;
			break;
		case 'm':
			library_in_module = true;
			break;
		case 'k':
			kernel_produces = true;
			break;
		case 'c':
			clock_counts = true;
			break;
		case 'o':
			if (!add_only(optarg, &only))
				return usage(stderr, 2);
			break;
		case 'j':
			json = optarg;
			break;
		case 'h':
			return usage(stdout, 0);
		default:
			return usage(stderr, 2);
		}
	}
	if (optind < argc)
		return usage(stderr, 2);
	run(only, ns);
	report_print(stdout, !only);
	saved = !json || json_write(json);
	return saved && !wrong_rounds() ? 0 : 1;
}
