// SPDX-License-Identifier: GPL-2.0
/* The table of what two tasks have in common beside memory. */
#include <stdio.h>

#include "surveyed.h"

/* struct resource_row - a row; @view is of the library */
struct resource_row {
	const struct ipcshow_resource_view *view;
};

static void get_resource(struct row *row, struct value *value)
{
	set_word(value, ipcshow_resource_name(row->resource->view->resource));
}

static void get_verdict(struct row *row, struct value *value)
{
	set_word(value, ipcshow_finding_name(row->resource->view->finding));
}

static void get_proof(struct row *row, struct value *value)
{
	if (row->resource->view->proof_size)
		set_text(value, row->resource->view->proof, row->resource->view->proof_size);
}

static void get_id_a(struct row *row, struct value *value)
{
	if (row->resource->view->a)
		set_number(value, VALUE_ADDRESS, row->resource->view->a);
}

static void get_id_b(struct row *row, struct value *value)
{
	if (row->resource->view->b)
		set_number(value, VALUE_ADDRESS, row->resource->view->b);
}

static void get_what(struct row *row, struct value *value)
{
	const char *help = ipcshow_resource_help(row->resource->view->resource);

	set_text(value, help, strlen(help));
}

static const struct column columns[] = {
	{ N_("RESOURCE"), "resource", 0, get_resource, N_("its name") },
	{ N_("VERDICT"), "verdict", 0, get_verdict, N_("same, independent and so on: see below") },
	{ N_("PROOF"), "proof", COLUMN_LAST, get_proof,
	  N_("what it rests on; or what A has, and behind / what B has") },
	{ N_("ID-A"), "id_a", COLUMN_RIGHT, get_id_a,
	  N_("identity of the kernel's object, of this run only") },
	{ N_("ID-B"), "id_b", COLUMN_RIGHT, get_id_b, N_("the same of B") },
	{ N_("WHAT"), "what", COLUMN_LAST, get_what, N_("what the resource holds") },
};

static const struct sheet sheet = {
	.title = N_("Resources (--resources)"),
	.key = "resources",
	.line = "resource",
	.columns = columns,
	.nr = ARRAY_SIZE(columns),
	.defaults = "RESOURCE,VERDICT,PROOF",
	.raw_defaults = "RESOURCE,VERDICT,PROOF",
	.json_defaults = "RESOURCE,VERDICT,PROOF,ID-A,ID-B,WHAT",
};

void resources_list(struct out *out)
{
	static const char *const helps[IPCSHOW_NR_FINDINGS] = {
		[IPCSHOW_FINDING_SAME] = N_("one object of the kernel"),
		[IPCSHOW_FINDING_EQUAL] = N_("two objects that say the same at present"),
		[IPCSHOW_FINDING_INDEPENDENT] = N_("two objects, or only one of them has one"),
		[IPCSHOW_FINDING_NONE] = N_("neither has one"),
		[IPCSHOW_FINDING_RELATED] = N_("parent, sibling, or tracer of the other"),
		[IPCSHOW_FINDING_REFUSED] = N_("not permitted to see it"),
		[IPCSHOW_FINDING_CHANGED] = N_("it changed while it was looked at"),
		[IPCSHOW_FINDING_EXITED] = N_("one of the threads has ended"),
	};
	int i;

	out_text(out, _("\nResources:\n"));
	for (i = 0; i < IPCSHOW_NR_RESOURCES; i++)
		help_line(out, ipcshow_resource_name((enum ipcshow_resource)i),
			  ipcshow_resource_help((enum ipcshow_resource)i));
	out_text(out, _("\nVerdicts on resources:\n"));
	for (i = 0; i < IPCSHOW_NR_FINDINGS; i++)
		help_line(out, ipcshow_finding_name((enum ipcshow_finding)i), _(helps[i]));
}

/* struct tally - how many resources there are of each finding, and the names of some */
struct tally {
	unsigned int nr[IPCSHOW_NR_FINDINGS];
	char names[IPCSHOW_NR_FINDINGS][512];
};

static int count_one(const struct ipcshow_resource_view *view, void *arg)
{
	struct tally *tally = arg;
	char *names = tally->names[view->finding];
	const size_t room = sizeof(tally->names[0]), used = strnlen(names, room);

	tally->nr[view->finding]++;
	snprintf(names + used, room - used, "%s%s", used ? ", " : "",
		 ipcshow_resource_name(view->resource));
	return 0;
}

/* Names where the findings are few or matter; else how many. */
static void verdict(const struct diff *diff, size_t a, size_t b, char *to, size_t room)
{
	static const enum ipcshow_finding order[] = {
		IPCSHOW_FINDING_REFUSED, IPCSHOW_FINDING_EXITED, IPCSHOW_FINDING_CHANGED,
		IPCSHOW_FINDING_INDEPENDENT, IPCSHOW_FINDING_EQUAL,
	};
	struct tally tally = { 0 };
	size_t i, used;

	ipcshow_resources_compare(diff->survey, a, b, count_one, &tally);
	used = (size_t)snprintf(to, room, _("%u same"), tally.nr[IPCSHOW_FINDING_SAME]);
	if (tally.nr[IPCSHOW_FINDING_NONE])
		used += (size_t)snprintf(to + used, room - used, _(", %u that neither has"),
					 tally.nr[IPCSHOW_FINDING_NONE]);
	for (i = 0; i < ARRAY_SIZE(order) && used < room; i++)
		if (tally.nr[order[i]])
			used += (size_t)snprintf(to + used, room - used, "; %s: %s",
						 ipcshow_finding_name(order[i]),
						 tally.names[order[i]]);
}

static int show_one(const struct ipcshow_resource_view *view, void *arg)
{
	const struct resource_row resource = { view };
	struct diff *diff = arg;
	int ret;

	diff->row.resource = &resource;
	ret = diff_row(diff);
	diff->row.resource = NULL;
	return ret;
}

static int rows(struct diff *diff, size_t a, size_t b)
{
	return ipcshow_resources_compare(diff->survey, a, b, show_one, diff);
}

const struct part resources_part = {
	.bit = SHOW_RESOURCES,
	.title = N_("Resources"),
	.sheet = &sheet,
	.read = survey_get,
	.verdict = verdict,
	.rows = rows,
	.free = survey_put,
};
