// SPDX-License-Identifier: GPL-2.0
/* The figures, for a person. */
#include <sys/utsname.h>

#include "ringbench.h"

static void print_trial(FILE *to, const struct trial *trial, bool turns)
{
	struct summary time = series_summary(&trial->time);
	struct summary cpu = series_summary(&trial->cpu);
	struct summary times = series_summary(&trial->times);

	if (!time.nr)
		return;
	fprintf(to, "  %-32s %4zu %10.1f %10.1f %10.1f %10.1f %8.2f x %8.2f %8.2f",
		trial->way->name, time.nr, time.median, time.min, time.max, cpu.median,
		times.median, times.min, times.max);
	if (turns)
		fprintf(to, " %10.1f", series_quantile(&trial->made, 0.5));
	fputc('\n', to);
}

static void print_group(FILE *to, const struct group *group)
{
	char name[64];

	group_name(group, name, sizeof(name));
	fprintf(to, "\n%-34s %4s %10s %10s %10s %10s %10s %8s %8s%s\n", name, "n", "ns", "min",
		"max", "CPU ns", "to ours", "min", "max", group->turns ? "    made ns" : "");
	for (size_t i = 0; i < group->nr; i++)
		print_trial(to, &group->trial[i], group->turns);
}

/* No ring hands dirty lines over faster than the machine does: how much of that is reached? */
static void print_shares(FILE *to)
{
	char name[64];

	fprintf(to, "\nShares of the hand-over limit\n\n");
	for (size_t i = 0; i < GROUPS; i++) {
		const struct trial *limit = group_best(&groups[i], KIND_LIMIT);
		const struct trial *ours = group_best(&groups[i], KIND_OURS);
		const struct trial *peer = group_best(&groups[i], KIND_ANY);

		if (groups[i].trips || !limit || !ours || !peer)
			continue;
		group_name(&groups[i], name, sizeof(name));
		fprintf(to, "  %-36s limit %6.1f ns; %s %.1f (%.2f); %s %.1f (%.2f)\n", name,
			trial_median(limit), ours->way->name, trial_median(ours),
			trial_median(limit) / trial_median(ours), peer->way->name,
			trial_median(peer), trial_median(limit) / trial_median(peer));
	}
}

void report_print(FILE *to, bool whole)
{
	struct utsname system;

	uname(&system);
	fprintf(to, "Linux %s %s%s, rings on %s\n"
		"Nanoseconds a message, or a round trip: medians; CPU time is both sides' together.\n"
		"To ours: a round's time through that of ipcshow, which nobody has set, in the same round.\n",
		system.release, system.machine, is_emulated() ? ", emulated CPU" : "",
		kernel_produces ? "the module, the kernel produces" :
		library_in_module ? "the module" : "memfds");
	if (clock_counts)
		fprintf(to, "Each nanosecond is an instruction.\n");
	for (size_t i = 0; i < GROUPS; i++) {
		if (groups[i].trial[0].time.nr)
			print_group(to, &groups[i]);
	}
	print_shares(to);
	if (whole)
		verdicts_print(to, true);
	if (wrong_rounds())
		fprintf(to, "%u rounds WRONG\n", wrong_rounds());
}
