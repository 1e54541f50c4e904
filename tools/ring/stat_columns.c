// SPDX-License-Identifier: GPL-2.0
/* What is said of a stream. */
#include "stat.h"

static const struct rendezvous_party *party(const struct row *row, int side)
{
	return &row->now->parties[side];
}

static const struct ipcshow_ring_stats *stats(const struct row *row, int side)
{
	return &party(row, side)->report.stats;
}

static bool begun(const struct row *row)
{
	return party(row, PRODUCER)->report.time_ns || party(row, CONSUMER)->report.time_ns;
}

static void get_id(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->now->message.id);
}

static void get_state(struct row *row, struct value *value)
{
	const struct rendezvous_party *producer = party(row, PRODUCER);
	const struct rendezvous_party *consumer = party(row, CONSUMER);

	if (!producer->here && !consumer->here)
		set_word(value, "ended");
	else if (!producer->pid && !producer->here)
		set_word(value, "waiting");
	else if (!consumer->pid && !consumer->here)
		set_word(value, "waiting");
	else if (!producer->here || !consumer->here)
		set_word(value, "ending");
	else
		set_word(value, producer->met && consumer->met ? "running" : "opening");
}

static void get_pid(const struct row *row, int side, struct value *value)
{
	if (party(row, side)->pid)
		set_number(value, VALUE_NUMBER, party(row, side)->pid);
}

static void get_producer(struct row *row, struct value *value)
{
	get_pid(row, PRODUCER, value);
}

static void get_consumer(struct row *row, struct value *value)
{
	get_pid(row, CONSUMER, value);
}

static void get_command(const struct row *row, int side, struct value *value)
{
	const struct rendezvous_party *who = party(row, side);

	if (who->command_size)
		set_text(value, who->command, who->command_size < RENDEZVOUS_COMMAND_MAX ?
			 who->command_size : RENDEZVOUS_COMMAND_MAX);
}

static void get_producer_command(struct row *row, struct value *value)
{
	get_command(row, PRODUCER, value);
}

static void get_consumer_command(struct row *row, struct value *value)
{
	get_command(row, CONSUMER, value);
}

static void get_backing(struct row *row, struct value *value)
{
	__u32 flags = row->now->message.flags;

	set_word(value, flags & IPCSHOW_RING_MODULE ? "module" :
		 flags & IPCSHOW_RING_HUGE ? "huge" : "memfd");
}

static void get_mode(struct row *row, struct value *value)
{
	__u32 flags = row->now->message.flags;

	set_word(value, flags & IPCSHOW_RING_OVERWRITE ? "overwrite" :
		 flags & RENDEZVOUS_F_MANY ? "many" : "single");
}

static void get_size(struct row *row, struct value *value)
{
	set_number(value, VALUE_SIZE, row->now->message.ring_size);
}

/* Who looked last knows best; but the consumer of many does not tell. */
static __u64 used(const struct row *row)
{
	const struct report *producer = &party(row, PRODUCER)->report;
	const struct report *consumer = &party(row, CONSUMER)->report;

	if (consumer->stats.records + consumer->stats.lost == producer->stats.records)
		return 0;
	return consumer->stats.ring_size && consumer->time_ns > producer->time_ns ?
	       consumer->stats.used : producer->stats.used;
}

static void get_used(struct row *row, struct value *value)
{
	if (begun(row))
		set_number(value, VALUE_SIZE, used(row));
}

static void get_records(struct row *row, struct value *value)
{
	if (begun(row))
		set_number(value, VALUE_NUMBER, stats(row, PRODUCER)->records);
}

static void get_bytes(struct row *row, struct value *value)
{
	if (begun(row))
		set_number(value, VALUE_SIZE, stats(row, PRODUCER)->bytes);
}

static void get_taken(struct row *row, struct value *value)
{
	if (begun(row))
		set_number(value, VALUE_NUMBER, stats(row, CONSUMER)->records);
}

/* A second, whole. False: it is not known. */
static bool rate_of(const struct row *row, __u64 now, __u64 then, uint64_t *rate)
{
	if (!row->then || row->seconds <= 0 || now < then)
		return false;
	*rate = (uint64_t)((double)(now - then) / row->seconds);
	return true;
}

static const struct ipcshow_ring_stats *then(const struct row *row)
{
	const struct rendezvous_row *before = row->then ? row->then : row->now;

	return &before->parties[PRODUCER].report.stats;
}

static void get_rate(struct row *row, struct value *value)
{
	uint64_t rate;

	if (rate_of(row, stats(row, PRODUCER)->records, then(row)->records, &rate))
		set_real(value, VALUE_RATE, (double)rate);
}

static void get_byte_rate(struct row *row, struct value *value)
{
	uint64_t rate;

	if (rate_of(row, stats(row, PRODUCER)->bytes, then(row)->bytes, &rate))
		set_number(value, VALUE_SIZE, rate);
}

static void get_full_waits(struct row *row, struct value *value)
{
	if (begun(row))
		set_number(value, VALUE_NUMBER, stats(row, PRODUCER)->waits);
}

static void get_empty_waits(struct row *row, struct value *value)
{
	if (begun(row))
		set_number(value, VALUE_NUMBER, stats(row, CONSUMER)->waits);
}

static void get_wakeups(struct row *row, struct value *value)
{
	if (begun(row))
		set_number(value, VALUE_NUMBER,
			   stats(row, PRODUCER)->wakes + stats(row, CONSUMER)->wakes);
}

static void get_lost(struct row *row, struct value *value)
{
	if (begun(row))
		set_number(value, VALUE_NUMBER, stats(row, CONSUMER)->lost);
}

static void get_seconds(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->now->age_ns / 1000000000);
}

#define RIGHT COLUMN_RIGHT

static const struct column columns[] = {
	{ N_("ID"), "id", RIGHT, get_id, N_("its number at this rendezvous") },
	{ N_("STATE"), "state", 0, get_state,
	  N_("waiting: for the other end; opening; running; ending: one end has left") },
	{ N_("PRODUCER"), "producer", RIGHT, get_producer, N_("PID of the producer") },
	{ N_("CONSUMER"), "consumer", RIGHT, get_consumer, N_("PID of the consumer") },
	{ N_("BACKING"), "backing", 0, get_backing, N_("memfd, huge or module") },
	{ N_("MODE"), "mode", 0, get_mode, N_("single, many (producers) or overwrite") },
	{ N_("SIZE"), "size", RIGHT, get_size, N_("bytes of the ring") },
	{ N_("USED"), "used", RIGHT, get_used, N_("bytes of it that are in use") },
	{ N_("RECORDS"), "records", RIGHT, get_records, N_("that were produced") },
	{ N_("BYTES"), "bytes", RIGHT, get_bytes, N_("of their content") },
	{ N_("TAKEN"), "taken", RIGHT, get_taken, N_("records that were consumed") },
	{ N_("RATE"), "rate", RIGHT, get_rate, N_("records a second, with --watch") },
	{ N_("BYTE-RATE"), "byte_rate", RIGHT, get_byte_rate, N_("bytes a second, with --watch") },
	{ N_("FULL-WAITS"), "full_waits", RIGHT, get_full_waits,
	  N_("times that the producer slept since it was full") },
	{ N_("EMPTY-WAITS"), "empty_waits", RIGHT, get_empty_waits,
	  N_("times that the consumer slept since it was empty") },
	{ N_("WAKEUPS"), "wakeups", RIGHT, get_wakeups, N_("times that one end woke the other") },
	{ N_("LOST"), "lost", RIGHT, get_lost,
	  N_("records that were overwritten before they were taken") },
	{ N_("SECONDS"), "seconds", RIGHT, get_seconds, N_("since it began, or who waits came") },
	{ N_("PRODUCER-COMMAND"), "producer_command", 0, get_producer_command,
	  N_("command line of the producer, cut") },
	{ N_("CONSUMER-COMMAND"), "consumer_command", COLUMN_LAST, get_consumer_command,
	  N_("command line of the consumer, cut") },
};

#define ALL "ID,STATE,PRODUCER,CONSUMER,BACKING,MODE,SIZE,USED,RECORDS,BYTES,TAKEN,RATE,BYTE-RATE," \
	    "FULL-WAITS,EMPTY-WAITS,WAKEUPS,LOST,SECONDS,PRODUCER-COMMAND,CONSUMER-COMMAND"

const struct sheet streams_sheet = {
	.title = N_("Streams"),
	.key = "streams",
	.columns = columns,
	.nr = ARRAY_SIZE(columns),
	.defaults = "STATE,PRODUCER,CONSUMER,BACKING,MODE,SIZE,USED,RECORDS,BYTES,RATE,FULL-WAITS,"
		    "EMPTY-WAITS,WAKEUPS,LOST,PRODUCER-COMMAND,CONSUMER-COMMAND",
	.raw_defaults = ALL,
	.json_defaults = ALL,
};
