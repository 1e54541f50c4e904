// SPDX-License-Identifier: GPL-2.0
/* Whether goals were met, and what to say of that. */
#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <string.h>

#include "bench.h"

/* The emulator of QEMU says so itself. */
bool is_emulated(void)
{
#ifdef __x86_64__
	u32 eax, text[3];

	__cpuid(0x40000000, eax, text[0], text[1], text[2]);
	return !memcmp(text, "TCGTCGTCGTCG", sizeof(text));
#else
	return false;
#endif
}

void verdict_decide(struct verdict *verdict)
{
	verdict->met = !verdict->unjudged &&
		       (verdict->at_most ? verdict->figure <= verdict->bound :
					   verdict->figure >= verdict->bound);
}

static void print_verdict(FILE *to, const struct verdict *v)
{
	fprintf(to, "  %-58s", v->text);
	if (v->has_figure)
		fprintf(to, " %8.2f %-2s", v->figure, v->unit);
	else
		fprintf(to, " %8s   ", "-");
	fprintf(to, "  %-8s %5.4g   %s", v->at_most ? "at most" : "at least", v->bound,
		v->unjudged ? v->unjudged : v->met ? "met" : "NOT MET");
	if (!v->met && !v->unjudged && v->allowed > 0 && v->allowed < v->bound)
		fprintf(to, ", and the limit allows %.2f %s", v->allowed, v->unit);
	fputc('\n', to);
}

void verdicts_print(FILE *to, bool whole)
{
	unsigned int met = 0, missed = 0, unjudged = 0;
	struct verdict v;

	fprintf(to, "\nGoals (ratios of medians)\n\n");
	for (size_t i = 0; goal_judge(i, &v); i++) {
		if (!whole && !v.has_figure)
			continue;
		print_verdict(to, &v);
		met += v.met;
		unjudged += !!v.unjudged;
		missed += !v.met && !v.unjudged;
	}
	fprintf(to, "\n%u goals met, %u not met, %u not judged\n", met, missed, unjudged);
}
