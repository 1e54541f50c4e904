// SPDX-License-Identifier: GPL-2.0
/* The figures, for programs: nanoseconds. */
#include "ringbench.h"

void json_write_about(FILE *to)
{
	json_text(to, "backing", library_in_module || kernel_produces ? "module" : "memfd");
	fputc(',', to);
	json_text(to, "producer", kernel_produces ? "kernel" : "process");
	fprintf(to, ",\"counted\":%s,\"wrong\":%u", clock_counts ? "true" : "false",
		wrong_rounds());
}

static void write_trial(FILE *to, const struct group *group, const struct trial *trial)
{
	struct summary time = series_summary(&trial->time);
	struct summary cpu = series_summary(&trial->cpu);
	struct summary times = series_summary(&trial->times);

	fprintf(to, "\n  {\"mode\":\"%s\",\"bytes\":%zu,\"ring\":%zu,\"method\":\"%s\",",
		group->turns ? "kernel to user" :
		group->trips ? "round trip" : "throughput", group->size, group->ring,
		trial->way->name);
	fprintf(to, "\"processes\":%d,\"n\":%zu,\"median\":%.2f,\"q1\":%.2f,\"q3\":%.2f,",
		trial->way->flags & WAY_THREADS ? 1 : 2, time.nr, time.median, time.q1, time.q3);
	fprintf(to, "\"min\":%.2f,\"max\":%.2f,\"cpu\":%.2f,", time.min, time.max, cpu.median);
	if (group->turns)
		fprintf(to, "\"made\":%.2f,", series_quantile(&trial->made, 0.5));
	fprintf(to, "\"to_ours\":%.3f,\"to_ours_min\":%.3f,\"to_ours_max\":%.3f}", times.median,
		times.min, times.max);
}

void json_write_results(FILE *to)
{
	bool first = true;

	for (size_t i = 0; i < GROUPS; i++) {
		for (size_t j = 0; j < groups[i].nr; j++) {
			if (!groups[i].trial[j].time.nr)
				continue;
			fputs(json_separator(&first), to);
			write_trial(to, &groups[i], &groups[i].trial[j]);
		}
	}
}
