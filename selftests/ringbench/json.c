// SPDX-License-Identifier: GPL-2.0
/* The figures, for programs: nanoseconds. Our own texts need no escapes. */
#include <errno.h>
#include <sys/utsname.h>

#include "ringbench.h"

static const char *separator(bool *first)
{
	const char *text = *first ? "" : ",";

	*first = false;
	return text;
}

static void write_goals(FILE *to)
{
	struct verdict v;
	bool first = true;

	for (size_t i = 0; goal_judge(i, &v); i++) {
		fprintf(to, "%s\n  {\"goal\":\"%s\",\"%s\":%g,\"unit\":\"%s\"", separator(&first),
			v.text, v.at_most ? "at_most" : "at_least", v.bound, v.unit);
		if (v.has_figure)
			fprintf(to, ",\"figure\":%.4f", v.figure);
		else
			fputs(",\"figure\":null", to);
		if (v.unjudged)
			fprintf(to, ",\"met\":null,\"why\":\"%s\"}", v.unjudged);
		else
			fprintf(to, ",\"met\":%s}", v.met ? "true" : "false");
	}
}

static void write_trial(FILE *to, const struct group *group, const struct trial *trial)
{
	struct summary time = series_summary(&trial->time);
	struct summary cpu = series_summary(&trial->cpu);
	struct summary times = series_summary(&trial->times);

	fprintf(to, "\n  {\"mode\":\"%s\",\"bytes\":%zu,\"ring\":%zu,\"method\":\"%s\",",
		group->trips ? "round trip" : "throughput", group->size, group->ring,
		trial->way->name);
	fprintf(to, "\"processes\":%d,\"n\":%zu,\"median\":%.2f,\"q1\":%.2f,\"q3\":%.2f,",
		trial->way->flags & WAY_THREADS ? 1 : 2, time.nr, time.median, time.q1, time.q3);
	fprintf(to, "\"min\":%.2f,\"max\":%.2f,\"cpu\":%.2f,", time.min, time.max, cpu.median);
	fprintf(to, "\"to_ours\":%.3f,\"to_ours_min\":%.3f,\"to_ours_max\":%.3f}", times.median,
		times.min, times.max);
}

static void write_results(FILE *to)
{
	bool first = true;

	for (size_t i = 0; i < GROUPS; i++) {
		for (size_t j = 0; j < groups[i].nr; j++) {
			if (!groups[i].trial[j].time.nr)
				continue;
			fputs(separator(&first), to);
			write_trial(to, &groups[i], &groups[i].trial[j]);
		}
	}
}

/* Returns 0 or a negative errno. */
int json_write(const char *path)
{
	FILE *to = fopen(path, "we");
	struct utsname system;
	bool failed;

	if (!to)
		return -errno;
	uname(&system);
	fprintf(to, "{\"kernel\":\"%s\",\"machine\":\"%s\",\"emulated\":%s,\"backing\":\"%s\",",
		system.release, system.machine, is_emulated() ? "true" : "false",
		library_in_module ? "module" : "memfd");
	fprintf(to, "\"wrong\":%u,\n \"goals\":[", wrong_rounds());
	write_goals(to);
	fputs("],\n \"results\":[", to);
	write_results(to);
	fputs("]}\n", to);
	failed = ferror(to);
	if (fclose(to) || failed)
		return -EIO;
	return 0;
}
