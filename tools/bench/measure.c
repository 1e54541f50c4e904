// SPDX-License-Identifier: GPL-2.0
/* A mechanism's figures, size by size. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "progress.h"
#include "tool.h"

/* Whose calls are counted: enough that one more makes no difference that shows. */
#define CALLS_MESSAGES	32
#define CALLS_BYTES	(4UL << 20)

/* Fewer round trips than so many have no such quantile. */
#define P99_TRIPS	100
#define P999_TRIPS	1000

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The nearest rank. */
static double quantile(uint64_t nr, double part)
{
	uint64_t rank = (uint64_t)ceil(part * (double)nr);

	return (double)board->samples[rank ? rank - 1 : 0];
}

static void complain_of_result(const struct result *result, const char *what)
{
	char name[160];

	progress_clear();
	snprintf(name, sizeof(name), result->threads ? P_("%s, %zu bytes, between threads") :
		 P_("%s, %zu bytes, between processes"), result->mechanism->name, result->payload);
	complain(name, what);
}

/* What was sent must have come, whole, but where nothing is to see to that. */
static bool is_right(const struct result *result, const struct outcome *outcome)
{
	const struct tally *tally = &outcome->tally;

	if (result->mechanism->flags & MECHANISM_UNSAFE)
		return tally->received + tally->lost == outcome->sent;
	return tally->received == outcome->sent && !tally->lost && !tally->torn;
}

static void check(struct bench *bench, struct result *result, const struct outcome *outcome)
{
	char text[256];

	if (!is_right(result, outcome)) {
		snprintf(text, sizeof(text), P_("%llu messages sent, %llu received, %llu lost, %llu torn"),
			 (unsigned long long)outcome->sent,
			 (unsigned long long)outcome->tally.received,
			 (unsigned long long)outcome->tally.lost,
			 (unsigned long long)outcome->tally.torn);
		complain_of_result(result, text);
		bench->wrong = true;
	}
	result->sent += outcome->sent;
	result->tally.received += outcome->tally.received;
	result->tally.lost += outcome->tally.lost;
	result->tally.torn += outcome->tally.torn;
}

/* False: it failed; either the system has no such thing, or this should not be. */
static bool measure(struct bench *bench, struct result *result, enum trial_kind kind,
		    uint64_t count, struct outcome *outcome)
{
	struct trial trial = {
		.mechanism = result->mechanism, .kind = kind, .size = result->payload,
		.threads = result->threads, .budget_ns = bench->budget_ns, .count = count,
		.count_max = SAMPLES_MAX,
	};

	if (kind == TRIAL_STREAM)
		trial.count_max = UINT32_MAX;
	if (kind == TRIAL_TRIPS && trial.count > SAMPLES_MAX)
		trial.count = SAMPLES_MAX;
	trial_run(&trial, outcome);
	if (!outcome->failed) {
		check(bench, result, outcome);
		return true;
	}
	if (outcome->missing) {
		snprintf(result->missing, sizeof(result->missing), "%s", outcome->why);
	} else if (kind != TRIAL_CALLS && !interrupted) {
		complain_of_result(result, outcome->why);
		bench->wrong = true;
	}
	return false;
}

static bool measure_stream(struct bench *bench, struct result *result)
{
	struct outcome outcome;

	if (!measure(bench, result, TRIAL_STREAM, bench->messages, &outcome))
		return false;
	result->messages = outcome.messages;
	result->each_ns = outcome.elapsed_ns / (double)outcome.messages;
	result->cpu_ns = outcome.cpu_ns / (double)outcome.messages;
	return true;
}

static bool measure_trips(struct bench *bench, struct result *result)
{
	struct outcome outcome;

	if (!measure(bench, result, TRIAL_TRIPS, bench->messages, &outcome))
		return false;
	result->trips = outcome.messages;
	qsort(board->samples, result->trips, sizeof(board->samples[0]), ascending);
	result->p50_ns = quantile(result->trips, 0.5);
	if (result->trips >= P99_TRIPS)
		result->p99_ns = quantile(result->trips, 0.99);
	if (result->trips >= P999_TRIPS)
		result->p999_ns = quantile(result->trips, 0.999);
	return true;
}

static void count_calls(struct bench *bench, struct result *result)
{
	uint64_t count = CALLS_BYTES / result->payload;
	struct outcome outcome;

	count = count < 2 ? 2 : count > CALLS_MESSAGES ? CALLS_MESSAGES : count;
	if (measure(bench, result, TRIAL_CALLS, count, &outcome))
		result->syscalls = (double)outcome.syscalls / (double)count;
	else
		snprintf(result->uncounted, sizeof(result->uncounted), "%s", outcome.why);
}

static void result_measure(struct bench *bench, struct result *result)
{
	const struct mechanism *mechanism = result->mechanism;
	size_t max = mechanism->max ? mechanism->max() : SIZE_MAX;

	if (result->payload > max) {
		snprintf(result->missing, sizeof(result->missing), _("longer than %zu bytes: %s"), max,
			 _(mechanism->max_reason));
		return;
	}
	if (measure_stream(bench, result) && measure_trips(bench, result))
		count_calls(bench, result);
}

static void add_result(struct bench *bench, struct subject *subject, size_t payload, bool threads)
{
	struct result *result = &bench->results[bench->nr_results++];

	*result = (struct result){
		.mechanism = subject->mechanism, .threads = threads, .payload = payload,
		.syscalls = UNKNOWN, .each_ns = UNKNOWN, .p50_ns = UNKNOWN, .p99_ns = UNKNOWN,
		.p999_ns = UNKNOWN, .cpu_ns = UNKNOWN,
	};
	subject->nr++;
	if (*subject->missing)
		snprintf(result->missing, sizeof(result->missing), "%s", subject->missing);
	else if (!interrupted)
		result_measure(bench, result);
	progress_step(subject->mechanism->name);
}

static void measure_between(struct bench *bench, struct subject *subject, bool threads)
{
	size_t i;

	for (i = 0; i < bench->nr_payloads; i++)
		add_result(bench, subject, bench->payloads[i], threads);
}

/* Where not one size could be measured, it is the mechanism that is missing. */
static void find_missing(struct bench *bench, struct subject *subject)
{
	const struct result *first = &bench->results[subject->first];
	size_t i;

	for (i = 0; i < subject->nr; i++)
		if (!*first[i].missing)
			return;
	if (subject->nr)
		snprintf(subject->missing, sizeof(subject->missing), "%s", first->missing);
}

/**
 * subject_measure() - all that is to be found of a mechanism
 * @bench: its results go there
 * @subject: the mechanism
 */
void subject_measure(struct bench *bench, struct subject *subject)
{
	const struct mechanism *mechanism = subject->mechanism;
	const char *missing = mechanism->probe ? mechanism->probe() : NULL;
	bool threads_only = mechanism->flags & MECHANISM_THREADS_ONLY;
	bool processes_only = mechanism->flags & MECHANISM_PROCESSES_ONLY;

	subject->first = bench->nr_results;
	if (missing)
		snprintf(subject->missing, sizeof(subject->missing), "%s", _(missing));
	if ((bench->between & BETWEEN_PROCESSES && !threads_only) || processes_only)
		measure_between(bench, subject, false);
	if ((bench->between & BETWEEN_THREADS && !processes_only) || threads_only)
		measure_between(bench, subject, true);
	find_missing(bench, subject);
	if (*subject->missing || interrupted)
		return;
	if (mechanism->run) {
		subject->crash.replaced = -1;
		snprintf(subject->unproven, sizeof(subject->unproven), "%s", _("its buffers are Python's"));
		return;
	}
	crash_measure(subject);
	proof_find(subject);
}

/* ---- what follows from results ---- */

double result_gb_per_s(const struct result *result)
{
	return result->each_ns > 0 ? (double)result->payload / result->each_ns : UNKNOWN;
}

/* The first that was measured: processes come first, and payloads ascend. */
const struct result *subject_smallest(const struct bench *bench, const struct subject *subject)
{
	size_t i;

	for (i = 0; i < subject->nr; i++)
		if (!*bench->results[subject->first + i].missing)
			return &bench->results[subject->first + i];
	return NULL;
}

const struct result *subject_best(const struct bench *bench, const struct subject *subject)
{
	const struct result *best = subject_smallest(bench, subject);
	size_t i;

	for (i = 0; i < subject->nr && best; i++) {
		const struct result *other = &bench->results[subject->first + i];

		if (other->threads == best->threads &&
		    result_gb_per_s(other) > result_gb_per_s(best))
			best = other;
	}
	return best;
}

double memcpy_of(const struct bench *bench, size_t payload)
{
	size_t i;

	for (i = 0; i < bench->nr_payloads; i++)
		if (bench->payloads[i] == payload)
			return bench->limits.memcpy_gb_per_s[i];
	return UNKNOWN;
}
