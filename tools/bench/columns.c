// SPDX-License-Identifier: GPL-2.0
/* What is said of a mechanism, and of each of its sizes. */
#include <string.h>

#include "bench.h"
#include "json.h"

static void set_known(struct value *value, enum value_type type, double real)
{
	if (real >= 0)
		set_real(value, type, real);
}

static void set_string(struct value *value, const char *text)
{
	if (text && *text)
		set_text(value, text, strlen(text));
}

/* ---- a mechanism's facts ---- */

static const struct mechanism *mechanism_of(const struct row *row)
{
	return row->subject->mechanism;
}

static bool is_there(const struct row *row)
{
	return !*row->subject->missing;
}

static void get_name(struct row *row, struct value *value)
{
	set_word(value, mechanism_of(row)->name);
}

static void get_group(struct row *row, struct value *value)
{
	set_word(value, mechanism_of(row)->group);
}

static void get_help(struct row *row, struct value *value)
{
	set_string(value, _(mechanism_of(row)->help));
}

static void get_missing(struct row *row, struct value *value)
{
	set_string(value, row->subject->missing);
}

static void get_copies(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, mechanism_of(row)->copies);
}

static void get_copies_reason(struct row *row, struct value *value)
{
	set_string(value, _(mechanism_of(row)->copies_reason));
}

static void get_proof(struct row *row, struct value *value)
{
	if (row->subject->proof)
		set_word(value, row->subject->proof);
}

static void get_unproven(struct row *row, struct value *value)
{
	if (!row->subject->proof && is_there(row))
		set_string(value, row->subject->unproven);
}

static void set_flag(const struct row *row, struct value *value, unsigned int flag)
{
	set_number(value, VALUE_BOOL, !!(mechanism_of(row)->flags & flag));
}

static void get_needs_size(struct row *row, struct value *value)
{
	set_flag(row, value, MECHANISM_NEEDS_SIZE);
}

static void get_network(struct row *row, struct value *value)
{
	set_flag(row, value, MECHANISM_NETWORK);
}

static void get_safe(struct row *row, struct value *value)
{
	set_number(value, VALUE_BOOL, !(mechanism_of(row)->flags & MECHANISM_UNSAFE));
}

static void get_max_payload(struct row *row, struct value *value)
{
	if (mechanism_of(row)->max && mechanism_of(row)->max())
		set_number(value, VALUE_SIZE, mechanism_of(row)->max());
}

static void get_directions(struct row *row, struct value *value)
{
	set_word(value, mechanism_of(row)->directions);
}

/* ---- crashes ---- */

static void json_survivor(struct out *out, const char *name, const char *survivor)
{
	json_key(out, false, name);
	if (survivor)
		json_word(out, survivor);
	else
		out_text(out, "null");
}

static void json_crash(const struct row *row, struct out *out)
{
	const struct crash *crash = &row->subject->crash;

	out_char(out, '{');
	json_key(out, true, "sent");
	out_decimal(out, CRASH_SENT);
	json_number_member(out, "delivered", crash->delivered);
	json_survivor(out, "receiver", crash->receiver);
	json_survivor(out, "sender", crash->sender);
	if (crash->replaced < 0)
		json_survivor(out, "replaced", NULL);
	else
		json_bool_member(out, "replaced", crash->replaced);
	json_bool_member(out, "survives", crash_survives(crash));
	out_char(out, '}');
}

/* In words: what is kept, who is told, and whether another can take the place. */
static void get_crash(struct row *row, struct value *value)
{
	const struct crash *crash = &row->subject->crash;
	bool receiver = crash->receiver && !strcmp(crash->receiver, "told");
	bool sender = crash->sender && !strcmp(crash->sender, "told");
	size_t nr = 0;

	if (!crash->measured)
		return;
	value->type = VALUE_WORDS;
	value->json = json_crash;
	if (crash->delivered == CRASH_SENT)
		value->words[nr++] = "kept";
	if (receiver || sender)
		value->words[nr++] = receiver && sender ? "told" : receiver ? "receiver-told" :
				     "sender-told";
	if (crash->replaced == 1)
		value->words[nr++] = "replaced";
	if (!nr)
		value->words[nr++] = "lost";
	value->number = nr;
}

static void get_survives(struct row *row, struct value *value)
{
	if (row->subject->crash.measured)
		set_number(value, VALUE_BOOL, crash_survives(&row->subject->crash));
}

/* ---- figures: of a result, or of the smallest size of a mechanism ---- */

static void get_between(struct row *row, struct value *value)
{
	if (row->result)
		set_word(value, row->result->threads ? "threads" : "processes");
}

static void get_payload(struct row *row, struct value *value)
{
	if (row->result)
		set_number(value, VALUE_SIZE, row->result->payload);
}

static void get_syscalls(struct row *row, struct value *value)
{
	if (row->result)
		set_known(value, VALUE_REAL, row->result->syscalls);
}

static void get_messages_per_s(struct row *row, struct value *value)
{
	if (row->result && row->result->each_ns > 0)
		set_real(value, VALUE_RATE, 1e9 / row->result->each_ns);
}

static void get_p50(struct row *row, struct value *value)
{
	if (row->result)
		set_known(value, VALUE_TIME, row->result->p50_ns);
}

static void get_p99(struct row *row, struct value *value)
{
	if (row->result)
		set_known(value, VALUE_TIME, row->result->p99_ns);
}

static void get_p999(struct row *row, struct value *value)
{
	if (row->result)
		set_known(value, VALUE_TIME, row->result->p999_ns);
}

static void get_cpu(struct row *row, struct value *value)
{
	if (row->result)
		set_known(value, VALUE_TIME, row->result->cpu_ns);
}

static void get_line_ratio(struct row *row, struct value *value)
{
	double limit = row->bench->limits.line_ns;

	if (row->result && row->result->p50_ns >= 0 && limit > 0)
		set_real(value, VALUE_REAL, row->result->p50_ns / limit);
}

static void get_best_payload(struct row *row, struct value *value)
{
	if (row->best)
		set_number(value, VALUE_SIZE, row->best->payload);
}

static void get_gb_per_s(struct row *row, struct value *value)
{
	if (row->best)
		set_known(value, VALUE_REAL, result_gb_per_s(row->best));
}

static void get_memcpy_ratio(struct row *row, struct value *value)
{
	double limit = row->best ? memcpy_of(row->bench, row->best->payload) : UNKNOWN;

	if (limit > 0 && result_gb_per_s(row->best) >= 0)
		set_real(value, VALUE_REAL, result_gb_per_s(row->best) / limit);
}

/* ---- a result's own ---- */

static void get_result_missing(struct row *row, struct value *value)
{
	set_string(value, row->result->missing);
}

static void get_messages(struct row *row, struct value *value)
{
	if (row->result->messages)
		set_number(value, VALUE_NUMBER, row->result->messages);
}

static void get_trips(struct row *row, struct value *value)
{
	if (row->result->trips)
		set_number(value, VALUE_NUMBER, row->result->trips);
}

static void get_uncounted(struct row *row, struct value *value)
{
	set_string(value, row->result->uncounted);
}

static void get_sent(struct row *row, struct value *value)
{
	if (row->result->messages)
		set_number(value, VALUE_NUMBER, row->result->sent);
}

static void get_received(struct row *row, struct value *value)
{
	if (row->result->messages)
		set_number(value, VALUE_NUMBER, row->result->tally.received);
}

static void get_lost(struct row *row, struct value *value)
{
	if (row->result->messages)
		set_number(value, VALUE_NUMBER, row->result->tally.lost);
}

static void get_torn(struct row *row, struct value *value)
{
	if (row->result->messages)
		set_number(value, VALUE_NUMBER, row->result->tally.torn);
}

#define RIGHT	COLUMN_RIGHT

static const struct column subject_columns[] = {
	{ N_("MECHANISM"), "name", 0, get_name, N_("its name") },
	{ N_("GROUP"), "group", 0, get_group, N_("of what sort it is") },
	{ N_("COPIES"), "copies", RIGHT, get_copies, N_("of each message, on its way") },
	{ N_("PROOF"), "proof", 0, get_proof,
	  N_("what ipcshow found of both sides' buffers: same-page, different-pages, one-space") },
	{ N_("CALLS"), "syscalls", RIGHT, get_syscalls,
	  N_("system calls per message, of all that take part, at the smallest payload") },
	{ N_("MSG/S"), "messages_per_s", RIGHT, get_messages_per_s,
	  N_("messages per second, one way, at the smallest payload") },
	{ N_("GB/S"), "gb_per_s", RIGHT, get_gb_per_s,
	  N_("10^9 bytes per second, made and read, at the payload where it is best") },
	{ N_("BEST"), "best_payload", RIGHT, get_best_payload, N_("that payload") },
	{ N_("P50"), "p50_ns", RIGHT, get_p50,
	  N_("round trip, there and back, at the smallest payload: half take longer") },
	{ N_("P99"), "p99_ns", RIGHT, get_p99, N_("likewise: one in a hundred takes longer") },
	{ N_("P99.9"), "p999_ns", RIGHT, get_p999, N_("likewise: one in a thousand takes longer") },
	{ N_("CPU"), "cpu_ns", RIGHT, get_cpu,
	  N_("processor time per message, of all that take part, at the smallest payload") },
	{ N_("SIZE"), "needs_size", 0, get_needs_size,
	  N_("whether a size must be given before the first message") },
	{ N_("CRASH"), "crash", 0, get_crash,
	  N_("when a side is killed: kept: no complete message is lost; told: the other hears of it; "
	     "replaced: a new sender can go on") },
	{ N_("NET"), "network", 0, get_network, N_("whether it can cross a network") },
	{ N_("LINE"), "line_ratio", RIGHT, get_line_ratio,
	  N_("P50, in round trips of a line of cache between the two processors") },
	{ N_("MEMCPY"), "memcpy_ratio", RIGHT, get_memcpy_ratio,
	  N_("GB/S, in parts of what memcpy() does with that payload") },
	{ N_("DIRECTIONS"), "directions", 0, get_directions,
	  N_("one-way, two-way, or any: whoever has it may send and receive") },
	{ N_("SAFE"), "safe", 0, get_safe,
	  N_("no: nothing protects the data; messages may be lost or torn") },
	{ N_("MAX"), "max_payload", RIGHT, get_max_payload,
	  N_("longest message, if there is a limit") },
	{ N_("SURVIVES"), "survives_crash", 0, get_survives,
	  N_("kept, and told or replaced: see CRASH") },
	{ N_("BETWEEN"), "between", 0, get_between, N_("whom the figures are of") },
	{ N_("PAYLOAD"), "payload", RIGHT, get_payload, N_("the smallest that was measured") },
	{ N_("REASON"), "copies_reason", 0, get_copies_reason, N_("where the copies are made") },
	{ N_("UNPROVEN"), "unproven", 0, get_unproven, N_("why there is no PROOF") },
	{ N_("HELP"), "help", 0, get_help, N_("what it does") },
	{ N_("MISSING"), "missing", COLUMN_LAST, get_missing, N_("why it cannot be used here") },
};

#define SUBJECT_ALL								\
	"MECHANISM,GROUP,HELP,MISSING,COPIES,REASON,PROOF,UNPROVEN,SIZE,MAX,DIRECTIONS,NET,SAFE," \
	"CRASH,SURVIVES,BETWEEN,PAYLOAD,CALLS,MSG/S,P50,P99,P99.9,CPU,LINE,BEST,GB/S,MEMCPY"

const struct sheet subjects_sheet = {
	.title = N_("Mechanisms"),
	.key = "mechanisms",
	.columns = subject_columns,
	.nr = ARRAY_SIZE(subject_columns),
	.defaults = "MECHANISM,COPIES,CALLS,MSG/S,GB/S,P50,P99,P99.9,CPU,LINE,MEMCPY,SIZE,NET,CRASH,"
		    "MISSING",
	.raw_defaults = "MECHANISM,COPIES,PROOF,CALLS,MSG/S,GB/S,BEST,P50,P99,P99.9,CPU,LINE,MEMCPY,"
			"SIZE,NET,CRASH,MISSING",
	.json_defaults = SUBJECT_ALL,
};

static const struct column result_columns[] = {
	{ N_("MECHANISM"), "mechanism", 0, get_name, N_("its name") },
	{ N_("BETWEEN"), "between", 0, get_between, N_("processes or threads") },
	{ N_("PAYLOAD"), "payload", RIGHT, get_payload, N_("bytes of each message") },
	{ N_("MSG/S"), "messages_per_s", RIGHT, get_messages_per_s,
	  N_("messages per second, one way") },
	{ N_("GB/S"), "gb_per_s", RIGHT, get_gb_per_s, N_("10^9 bytes per second, made and read") },
	{ N_("P50"), "p50_ns", RIGHT, get_p50, N_("round trip, there and back: half take longer") },
	{ N_("P99"), "p99_ns", RIGHT, get_p99, N_("likewise: one in a hundred takes longer") },
	{ N_("P99.9"), "p999_ns", RIGHT, get_p999, N_("likewise: one in a thousand takes longer") },
	{ N_("CPU"), "cpu_ns", RIGHT, get_cpu,
	  N_("processor time per message, of all that take part") },
	{ N_("CALLS"), "syscalls", RIGHT, get_syscalls,
	  N_("system calls per message, of all that take part") },
	{ N_("LINE"), "line_ratio", RIGHT, get_line_ratio,
	  N_("P50, in round trips of a line of cache between the two processors") },
	{ N_("MEMCPY"), "memcpy_ratio", RIGHT, get_memcpy_ratio,
	  N_("GB/S, in parts of what memcpy() does with that payload") },
	{ N_("MESSAGES"), "messages", RIGHT, get_messages,
	  N_("that the figures of throughput are of") },
	{ N_("TRIPS"), "trips", RIGHT, get_trips, N_("that P50 and so on are of") },
	{ N_("SENT"), "sent", RIGHT, get_sent, N_("messages, in all runs") },
	{ N_("RECEIVED"), "received", RIGHT, get_received, N_("likewise") },
	{ N_("LOST"), "lost", RIGHT, get_lost, N_("likewise; only where nothing protects them") },
	{ N_("TORN"), "torn", RIGHT, get_torn, N_("likewise: came otherwise than they were sent") },
	{ N_("UNCOUNTED"), "syscalls_reason", 0, get_uncounted, N_("why CALLS were not counted") },
	{ N_("MISSING"), "missing", COLUMN_LAST, get_result_missing,
	  N_("why it was not measured") },
};

#define RESULT_ALL								\
	"MECHANISM,BETWEEN,PAYLOAD,MISSING,MESSAGES,CALLS,UNCOUNTED,MSG/S,GB/S,TRIPS,P50,P99,P99.9," \
	"CPU,LINE,MEMCPY,SENT,RECEIVED,LOST,TORN"

const struct sheet results_sheet = {
	.title = N_("Payloads (--sizes)"),
	.key = "results",
	.columns = result_columns,
	.nr = ARRAY_SIZE(result_columns),
	.defaults = "MECHANISM,BETWEEN,PAYLOAD,MSG/S,GB/S,P50,P99,P99.9,CPU,CALLS,LINE,MEMCPY,MISSING",
	.raw_defaults = "MECHANISM,BETWEEN,PAYLOAD,MSG/S,GB/S,P50,P99,P99.9,CPU,CALLS,LINE,MEMCPY,"
			"MESSAGES,TRIPS,MISSING",
	.json_defaults = RESULT_ALL,
};
