// SPDX-License-Identifier: GPL-2.0
/* Columns of the table of areas. */
#include <stdio.h>
#include <string.h>

#include "areas.h"
#include "json.h"

#define REGISTERS	"registers"

static const struct ipcshow_side *side_a(const struct row *row)
{
	return row->area->match ? row->area->match->a : NULL;
}

static const struct ipcshow_side *side_b(const struct row *row)
{
	return row->area->match ? row->area->match->b : NULL;
}

static void get_pid_a(struct row *row, struct value *value)
{
	if (!row->area->match || side_a(row))
		set_number(value, VALUE_NUMBER, (uint64_t)row->a->pid);
}

static void get_pid_b(struct row *row, struct value *value)
{
	if (!row->area->match || side_b(row))
		set_number(value, VALUE_NUMBER, (uint64_t)row->b->pid);
}

static void get_kind(struct row *row, struct value *value)
{
	const struct ipcshow_side *side = either_side(row);

	if (row->area->range) {
		snprintf(row->scratch, SCRATCH_MAX, ".%s", ipcshow_range_name(row->area->range->what));
		set_word(value, row->scratch);
		return;
	}
	set_word(value, side ? ipcshow_kind_name(side->kind) : REGISTERS);
}

static void get_kind_b(struct row *row, struct value *value)
{
	const struct ipcshow_side *side = side_b(row);

	if (row->area->range)
		return;
	if (side)
		set_word(value, ipcshow_kind_name(side->kind));
	else if (!row->area->match)
		set_word(value, REGISTERS);
}

/* ---- names ---- */

static size_t put_text(struct row *row, size_t used, const void *text, size_t size)
{
	if (size > SCRATCH_MAX - used)
		size = SCRATCH_MAX - used;
	memcpy(row->scratch + used, text, size);
	return used + size;
}

static size_t put_thread(struct row *row, const struct ipcshow_side *side)
{
	size_t used = (size_t)snprintf(row->scratch, SCRATCH_MAX, _("thread %u "), side->tid);

	return put_text(row, used, side->comm, strnlen((const char *)side->comm,
						       sizeof(side->comm)));
}

static void set_name(struct row *row, struct value *value, const struct ipcshow_side *side)
{
	size_t used;

	if (row->area->files > 1) {
		used = (size_t)snprintf(row->scratch, SCRATCH_MAX, _("%zu files"), row->area->files);
		set_text(value, row->scratch, used);
	} else if (side->tid) {
		used = put_thread(row, side);
		set_text(value, row->scratch, used);
	} else if (side->kind == IPCSHOW_KIND_SYSV_SHM) {
		used = (size_t)snprintf(row->scratch, SCRATCH_MAX, _("key 0x%08x id %llu"),
					side->sysv_key, (unsigned long long)side->ino);
		set_text(value, row->scratch, used);
	} else if (side->flags & IPCSHOW_AREA_F_RELRO) {
		used = put_text(row, 0, side->name, side->name_size);
		used = put_text(row, used, " (relro)", 8);
		set_text(value, row->scratch, used);
	} else if (side->name_size) {
		set_text(value, side->name, side->name_size);
	}
}

static void get_name_b(struct row *row, struct value *value)
{
	if (side_b(row))
		set_name(row, value, side_b(row));
}

static void get_name_a(struct row *row, struct value *value)
{
	if (side_a(row))
		set_name(row, value, side_a(row));
}

static void get_name(struct row *row, struct value *value)
{
	if (side_a(row))
		get_name_a(row, value);
	else
		get_name_b(row, value);
}

/* ---- each side ---- */

static void get_tid_a(struct row *row, struct value *value)
{
	if (side_a(row) && side_a(row)->tid)
		set_number(value, VALUE_NUMBER, side_a(row)->tid);
}

static void get_tid_b(struct row *row, struct value *value)
{
	if (side_b(row) && side_b(row)->tid)
		set_number(value, VALUE_NUMBER, side_b(row)->tid);
}

static void set_perm(struct row *row, struct value *value, const struct ipcshow_side *side)
{
	char *p = row->scratch;

	p[0] = side->vma_flags & IPCSHOW_VMA_READ ? 'r' : '-';
	p[1] = side->vma_flags & IPCSHOW_VMA_WRITE ? 'w' : '-';
	p[2] = side->vma_flags & IPCSHOW_VMA_EXEC ? 'x' : '-';
	p[3] = side->vma_flags & IPCSHOW_VMA_MAYSHARE ? 's' : 'p';
	p[4] = '\0';
	set_word(value, p);
}

static void get_perm_a(struct row *row, struct value *value)
{
	if (side_a(row) && !row->area->merged)
		set_perm(row, value, side_a(row));
}

static void get_perm_b(struct row *row, struct value *value)
{
	if (side_b(row) && !row->area->merged)
		set_perm(row, value, side_b(row));
}

#define SIDE_GETTER(name, side, type, expression)			\
static void get_##name(struct row *row, struct value *value)		\
{									\
	const struct ipcshow_side *s = side(row);			\
									\
	if (s)								\
		set_number(value, type, (expression));			\
}

#define PLACE_GETTER(name, side, expression)				\
static void get_##name(struct row *row, struct value *value)		\
{									\
	const struct ipcshow_side *s = side(row);			\
									\
	if (s && !row->area->merged)					\
		set_number(value, VALUE_ADDRESS, (expression));		\
}

PLACE_GETTER(start_a, side_a, s->start)
PLACE_GETTER(start_b, side_b, s->start)
PLACE_GETTER(end_a, side_a, s->end)
PLACE_GETTER(end_b, side_b, s->end)
SIDE_GETTER(size_a, side_a, VALUE_SIZE, s->end - s->start)
SIDE_GETTER(size_b, side_b, VALUE_SIZE, s->end - s->start)
SIDE_GETTER(rss_a, side_a, VALUE_SIZE, s->rss)
SIDE_GETTER(rss_b, side_b, VALUE_SIZE, s->rss)
SIDE_GETTER(swap_a, side_a, VALUE_SIZE, s->swap)
SIDE_GETTER(swap_b, side_b, VALUE_SIZE, s->swap)

/* ---- both ---- */

/* Of what changed meanwhile no number is to be trusted. */
#define MATCH_GETTER(name, expression)					\
static void get_##name(struct row *row, struct value *value)		\
{									\
	const struct ipcshow_match *m = row->area->match;		\
									\
	if (m && !(row->area->notes & 1U << NOTE_CHANGED))		\
		set_number(value, VALUE_SIZE, (expression));		\
}

MATCH_GETTER(common, m->common)
MATCH_GETTER(same, m->same)
MATCH_GETTER(only_a, m->only_a)
MATCH_GETTER(only_b, m->only_b)
MATCH_GETTER(different, m->different)
MATCH_GETTER(untouched, m->untouched)
MATCH_GETTER(swap_same, m->swap_same)
MATCH_GETTER(unsettled, m->unsettled)

static void get_space(struct row *row, struct value *value)
{
	set_word(value, row->area->match && row->area->match->one_space ? "same" : "independent");
}

static void get_verdict(struct row *row, struct value *value)
{
	const struct ipcshow_match *match = row->area->match;
	const char *name = ipcshow_verdict_name(match ? match->verdict :
						IPCSHOW_VERDICT_INDEPENDENT);

	if (name)
		set_word(value, name);
}

static void get_mechanism(struct row *row, struct value *value)
{
	unsigned int i, bits = row->area->match ? row->area->match->mechanisms : 0;

	_Static_assert(IPCSHOW_NR_MECHANISMS <= WORDS_MAX, "words");
	set_number(value, VALUE_WORDS, 0);
	for (i = 0; i < IPCSHOW_NR_MECHANISMS; i++)
		if (bits & 1U << i)
			value->words[value->number++] =
				ipcshow_mechanism_name((enum ipcshow_mechanism)i);
}

static void get_note(struct row *row, struct value *value)
{
	static const char *const words[NR_NOTES] = {
		[NOTE_CHANGED] = "changed",
		[NOTE_UNSETTLED] = "unsettled",
		[NOTE_SWAPPED] = "swapped",
		[NOTE_DELETED] = "deleted",
		[NOTE_READ_ONLY_A] = "read-only-a",
		[NOTE_READ_ONLY_B] = "read-only-b",
		[NOTE_PRIVATE_BY_CONVENTION] = "private-by-convention",
		[NOTE_PRIVATE_BY_CONSTRUCTION] = "private-by-construction",
	};
	unsigned int i;

	_Static_assert(NR_NOTES <= WORDS_MAX, "words");
	set_number(value, VALUE_WORDS, 0);
	for (i = 0; i < NR_NOTES; i++)
		if (row->area->notes & 1U << i)
			value->words[value->number++] = words[i];
}

/* ---- ranges ---- */

static void json_place(struct out *out, const char *key, bool first, __u64 address)
{
	json_key(out, first, key);
	if (address)
		json_address(out, address);
	else
		out_text(out, "null");
}

static void json_ranges(const struct row *row, struct out *out)
{
	size_t i;

	out_char(out, '[');
	for (i = 0; i < row->area->nr_ranges; i++) {
		const struct ipcshow_range *range = &row->area->ranges[i];

		out_text(out, i ? ",{" : "{");
		json_place(out, "start_a", true, range->a);
		json_place(out, "start_b", false, range->b);
		json_number_member(out, "bytes", range->bytes);
		json_key(out, false, "what");
		json_word(out, ipcshow_range_name(range->what));
		out_char(out, '}');
	}
	out_char(out, ']');
}

/* The table for people has them below the row. */
static void get_ranges(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->area->nr_ranges);
	value->json = json_ranges;
}

static const struct column columns[] = {
	{ N_("PID-A"), "pid_a", COLUMN_RIGHT, get_pid_a, N_("task A, as on the command line") },
	{ N_("PID-B"), "pid_b", COLUMN_RIGHT, get_pid_b, N_("task B") },
	{ N_("KIND"), "kind", 0, get_kind, N_("what the area is for (see Kinds)") },
	{ N_("KIND-B"), "kind_b", 0, get_kind_b, N_("what it is for in B") },
	{ N_("NAME"), "name", COLUMN_LAST, get_name,
	  N_("file, object or thread, in A if it is there; of libraries, how many files") },
	{ N_("NAME-A"), "name_a", COLUMN_LAST, get_name_a, N_("the same, in A") },
	{ N_("NAME-B"), "name_b", COLUMN_LAST, get_name_b, N_("the same, in B") },
	{ N_("START-A"), "start_a", COLUMN_RIGHT, get_start_a, N_("first address in A") },
	{ N_("END-A"), "end_a", COLUMN_RIGHT, get_end_a, N_("end in A (exclusive)") },
	{ N_("START-B"), "start_b", COLUMN_RIGHT, get_start_b, N_("first address in B") },
	{ N_("END-B"), "end_b", COLUMN_RIGHT, get_end_b, N_("end in B (exclusive)") },
	{ N_("PERM-A"), "perm_a", 0, get_perm_a, N_("access in A; private or shared") },
	{ N_("PERM-B"), "perm_b", 0, get_perm_b, N_("access in B; private or shared") },
	{ N_("TID-A"), "tid_a", COLUMN_RIGHT, get_tid_a,
	  N_("thread whose stack or TLS it is in A") },
	{ N_("TID-B"), "tid_b", COLUMN_RIGHT, get_tid_b,
	  N_("thread whose stack or TLS it is in B") },
	{ N_("SIZE-A"), "size_a", COLUMN_RIGHT, get_size_a, N_("address space in A") },
	{ N_("SIZE-B"), "size_b", COLUMN_RIGHT, get_size_b, N_("address space in B") },
	{ N_("RSS-A"), "rss_a", COLUMN_RIGHT, get_rss_a,
	  N_("resident in A, device memory included") },
	{ N_("RSS-B"), "rss_b", COLUMN_RIGHT, get_rss_b,
	  N_("resident in B, device memory included") },
	{ N_("COMMON"), "common", COLUMN_RIGHT, get_common,
	  N_("attached by both: of one object, or from before a fork()") },
	{ N_("SAME"), "same", COLUMN_RIGHT, get_same, N_("resident in both, and the same pages") },
	{ N_("ONLY-A"), "only_a", COLUMN_RIGHT, get_only_a,
	  N_("resident in A only; each page in one row of its area") },
	{ N_("ONLY-B"), "only_b", COLUMN_RIGHT, get_only_b,
	  N_("resident in B only; each page in one row of its area") },
	{ N_("DIFFERENT"), "different", COLUMN_RIGHT, get_different,
	  N_("resident in both at one place of COMMON, but other pages") },
	{ N_("UNTOUCHED"), "untouched", COLUMN_RIGHT, get_untouched,
	  N_("part of COMMON that neither has resident or in swap") },
	{ N_("SWAP-A"), "swap_a", COLUMN_RIGHT, get_swap_a, N_("anonymous memory of A in swap") },
	{ N_("SWAP-B"), "swap_b", COLUMN_RIGHT, get_swap_b, N_("anonymous memory of B in swap") },
	{ N_("SWAP-SAME"), "swap_same", COLUMN_RIGHT, get_swap_same,
	  N_("in swap for both, the same") },
	{ N_("UNSETTLED"), "unsettled", COLUMN_RIGHT, get_unsettled,
	  N_("what changed all the time, in A or in B; nothing is said of it") },
	{ N_("SPACE"), "space", 0, get_space, N_("address space: same, independent") },
	{ N_("VERDICT"), "verdict", 0, get_verdict,
	  N_("memory: same, shared, copy-on-write, independent; none: it changed") },
	{ N_("MECHANISM"), "mechanism", 0, get_mechanism,
	  N_("through what they have it (see Mechanisms)") },
	{ N_("NOTE"), "note", 0, get_note,
	  N_("changed, unsettled, swapped, private-by-convention and so on") },
	{ N_("RANGES"), "ranges", COLUMN_RIGHT, get_ranges,
	  N_("with --pages: how many; in JSON: which") },
};

const struct sheet area_sheet = {
	.title = N_("Areas (--areas)"),
	.key = "areas",
	.line = "area",
	.columns = columns,
	.nr = ARRAY_SIZE(columns),
	.defaults = "KIND,SIZE-A,SIZE-B,SAME,ONLY-A,ONLY-B,DIFFERENT,UNTOUCHED,SPACE,VERDICT,"
		    "MECHANISM,NOTE,NAME",
	.raw_defaults = "PID-A,PID-B,KIND,START-A,START-B,SIZE-A,SIZE-B,SAME,ONLY-A,ONLY-B,"
			"DIFFERENT,UNTOUCHED,SWAP-SAME,UNSETTLED,SPACE,VERDICT,MECHANISM,NOTE,NAME",
	.json_defaults = "KIND,KIND-B,NAME,NAME-B,START-A,END-A,START-B,END-B,PERM-A,PERM-B,TID-A,"
			 "TID-B,SIZE-A,SIZE-B,RSS-A,RSS-B,COMMON,SAME,ONLY-A,ONLY-B,DIFFERENT,"
			 "UNTOUCHED,SWAP-A,SWAP-B,SWAP-SAME,UNSETTLED,SPACE,VERDICT,MECHANISM,NOTE",
};
