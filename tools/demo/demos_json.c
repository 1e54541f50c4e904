// SPDX-License-Identifier: GPL-2.0
/* What came of the demos, in JSON. */
#include <string.h>

#include "demo.h"
#include "results.h"
#include "show.h"

static const char *status_of(const struct demo_result *result)
{
	if (result->counts[ENTRY_FAILURE])
		return "failed";
	if (result->counts[ENTRY_CONTRADICTION])
		return "contradicted";
	if (result->counts[ENTRY_MISSING])
		return "incomplete";
	return "proven";
}

static void write_text(struct out *out, const char *text)
{
	json_string(out, text, strlen(text));
}

static void write_entries(struct out *out, const struct demo_result *result)
{
	static const char *const types[] = {
		[ENTRY_TEXTBOOK] = "textbook", [ENTRY_ACTION] = "action", [ENTRY_PROOF] = "proof",
		[ENTRY_CONTRADICTION] = "contradiction", [ENTRY_MISSING] = "missing",
		[ENTRY_FAILURE] = "failure",
	};
	unsigned int i;

	json_key(out, false, "said");
	out_char(out, '[');
	for (i = 0; i < result->nr_entries; i++) {
		out_text(out, i ? ",\n {" : "\n {");
		json_key(out, true, "type");
		json_word(out, types[result->entries[i].type]);
		json_key(out, false, "text");
		write_text(out, results->text + result->entries[i].text);
		out_char(out, '}');
	}
	out_text(out, "\n]");
}

void demos_json(struct out *out)
{
	bool first = true;
	size_t i;

	out_char(out, '[');
	for (i = 0; i < nr_demos; i++) {
		if (!show.chosen[i])
			continue;
		out_text(out, first ? "\n{" : ",\n{");
		first = false;
		json_key(out, true, "name");
		json_word(out, demos[i]->name);
		json_key(out, false, "title");
		write_text(out, _(demos[i]->title));
		json_key(out, false, "status");
		json_word(out, status_of(&results->demos[i]));
		write_entries(out, &results->demos[i]);
		out_char(out, '}');
	}
	out_text(out, "\n]");
}
