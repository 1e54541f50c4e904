/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_H
#define BENCH_H

#include "column.h"
#include "trial.h"

#define PROGRAM "ipcshow-bench"

#define PAYLOADS_MAX	32

/* Not measured. */
#define UNKNOWN		(-1.0)

/**
 * struct result - a mechanism, with messages of one size, between processes or threads
 * @mechanism: @threads: @payload: what
 * @missing: why it was not measured, terminated; empty: it was
 * @uncounted: why its system calls were not counted
 * @messages: @trips: that the figures are of
 * @syscalls: per message
 * @each_ns: of a message, one way
 * @p50_ns: @p99_ns: @p999_ns: of round trips
 * @cpu_ns: per message
 * @sent: @tally: in all runs
 */
struct result {
	const struct mechanism *mechanism;
	bool threads;
	size_t payload;
	char missing[256];
	char uncounted[256];
	uint64_t messages;
	uint64_t trips;
	double syscalls;
	double each_ns;
	double p50_ns;
	double p99_ns;
	double p999_ns;
	double cpu_ns;
	uint64_t sent;
	struct tally tally;
};

/**
 * struct crash - what a side's death did; see the schema
 * @measured: it was tried
 * @delivered: of CRASH_SENT messages
 * @receiver: @sender: what became of the survivor, a word; NULL: not tried
 * @replaced: 1: yes; 0: no; -1: not tried
 */
struct crash {
	bool measured;
	unsigned int delivered;
	const char *receiver;
	const char *sender;
	int replaced;
};

/**
 * struct subject - a mechanism, and what was found of it
 * @mechanism: it
 * @missing: why it cannot be used, terminated; empty: it can
 * @crash: trials in which a side was killed
 * @proof: a word, or NULL: see @unproven
 * @unproven: terminated
 * @first: @nr: its results, in &bench.results
 */
struct subject {
	const struct mechanism *mechanism;
	char missing[256];
	struct crash crash;
	const char *proof;
	char unproven[256];
	size_t first;
	size_t nr;
};

/**
 * struct limits - what the machine can do
 * @line_ns: a line of cache, there and back; the best of some rounds
 * @line_median_ns: half of them took longer
 * @memcpy_gb_per_s: by payload
 */
struct limits {
	double line_ns;
	double line_median_ns;
	double memcpy_gb_per_s[PAYLOADS_MAX];
};

/**
 * struct bench - all of it
 * @out: output
 * @show: how
 * @payloads: @nr_payloads: sizes of messages
 * @subjects: @nr_subjects: what is measured
 * @results: @nr_results: rows
 * @between: SHOW_PROCESSES, SHOW_THREADS
 * @budget_ns: for each figure
 * @messages: a fixed number of them; 0: what the time allows
 * @quick: --quick
 * @sizes: show a row for each size
 * @plot: file to draw in, or NULL
 * @wrong: what should have come did not
 */
struct bench {
	struct out out;
	bool json;
	bool raw;
	bool headings;
	bool bytes;
	bool quick;
	bool sizes;
	bool quiet;
	struct selection selection;
	size_t payloads[PAYLOADS_MAX];
	size_t nr_payloads;
	struct subject *subjects;
	size_t nr_subjects;
	struct result *results;
	size_t nr_results;
	unsigned int between;
	uint64_t budget_ns;
	uint64_t messages;
	const char *plot;
	struct limits limits;
	bool wrong;
};

#define BETWEEN_PROCESSES	(1U << 0)
#define BETWEEN_THREADS		(1U << 1)

/* struct row - a subject, or one of its results */
struct row {
	const struct bench *bench;
	const struct subject *subject;
	const struct result *result;
	const struct result *best;
	char text[64];
};

extern const struct sheet subjects_sheet, results_sheet;

void limits_measure(struct bench *bench);
void subject_measure(struct bench *bench, struct subject *subject);
void crash_measure(struct subject *subject);
void proof_find(struct subject *subject);
double result_gb_per_s(const struct result *result);
const struct result *subject_smallest(const struct bench *bench, const struct subject *subject);
const struct result *subject_best(const struct bench *bench, const struct subject *subject);
double memcpy_of(const struct bench *bench, size_t payload);
bool crash_survives(const struct crash *crash);
void show(struct bench *bench);
void options_parse(struct bench *bench, int argc, char **argv);

#endif
