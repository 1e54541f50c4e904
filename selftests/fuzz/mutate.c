// SPDX-License-Identifier: GPL-2.0
/* Makes programs up, and others of those that there are. */
#include <string.h>

#include "mutate.h"
#include "value.h"

/* Of so many calls is a new program, at most. */
#define CALLS_NEW	12

/* Most programs need these first; see call_make() for what they are made with. */
static const char *const beginning[] = { "open", "ring", "target" };

static void call_make(struct call *call, size_t type, const struct program *program, size_t at,
		      struct rng *rng)
{
	const struct call_type *t = call_type(type);
	size_t i;

	call_init(call, type);
	call->aside = rng_one_in(rng, 12);
	for (i = 0; i < t->nr_fields; i++) {
		if (value_is_slot(&t->fields[i]) || rng_one_in(rng, 2))
			call->arg[i] = value_make(&t->fields[i], program, at, rng);
	}
}

/* Ioctls and what targets do are of the most interest. */
static size_t type_any(struct rng *rng)
{
	const size_t nr = call_types();
	size_t type = rng_below(rng, nr);

	if (rng_one_in(rng, 2))
		return rng_below(rng, ioctl_calls.nr);
	if (rng_one_in(rng, 4))
		return (size_t)call_find("act");
	return type;
}

/* Makes room for a call at @at, if there is any. */
static bool open_gap(struct program *program, size_t at)
{
	if (program->nr == CALLS_MAX)
		return false;
	memmove(&program->call[at + 1], &program->call[at],
		(program->nr - at) * sizeof(program->call[0]));
	program->nr++;
	return true;
}

static void insert(struct program *program, struct rng *rng)
{
	size_t at = rng_below(rng, program->nr + 1);

	if (open_gap(program, at))
		call_make(&program->call[at], type_any(rng), program, at, rng);
}

void program_generate(struct program *program, struct rng *rng)
{
	size_t nr = 1 + rng_below(rng, CALLS_NEW), i;

	program->nr = 0;
	for (i = 0; i < ARRAY_SIZE(beginning) && !rng_one_in(rng, 8); i++) {
		call_init(&program->call[i], (size_t)call_find(beginning[i]));
		program->nr++;
	}
	for (i = program->nr; i < nr + ARRAY_SIZE(beginning); i++) {
		call_make(&program->call[i], type_any(rng), program, i, rng);
		program->nr++;
	}
}

static void change_number(struct program *program, struct rng *rng)
{
	size_t at = rng_below(rng, program->nr), field;
	struct call *call = &program->call[at];
	const struct call_type *type = call_type(call->type);

	if (!type->nr_fields)
		return;
	field = rng_below(rng, type->nr_fields);
	call->arg[field] = rng_one_in(rng, 4) ?
		value_change(call->arg[field], rng) :
		value_make(&type->fields[field], program, at, rng);
}

static void replace(struct program *program, struct rng *rng)
{
	size_t at = rng_below(rng, program->nr);

	call_make(&program->call[at], type_any(rng), program, at, rng);
}

static void repeat(struct program *program, struct rng *rng)
{
	size_t from = rng_below(rng, program->nr), to = rng_below(rng, program->nr + 1);
	const struct call call = program->call[from];

	if (open_gap(program, to))
		program->call[to] = call;
}

static void swap(struct program *program, struct rng *rng)
{
	size_t a = rng_below(rng, program->nr), b = rng_below(rng, program->nr);
	const struct call call = program->call[a];

	program->call[a] = program->call[b];
	program->call[b] = call;
}

/* Some of its calls, in a row. */
static void splice(struct program *program, const struct program *other, struct rng *rng)
{
	size_t at = rng_below(rng, program->nr + 1), from = rng_below(rng, other->nr);
	size_t nr = 1 + rng_below(rng, other->nr - from), i;

	for (i = 0; i < nr && open_gap(program, at + i); i++)
		program->call[at + i] = other->call[from + i];
}

static void mutate_once(struct program *program, const struct program *other, struct rng *rng)
{
	switch (rng_below(rng, 12)) {
	case 0:
	case 1:
	case 2:
		return insert(program, rng);
	case 3:
		return replace(program, rng);
	case 4:
		return repeat(program, rng);
	case 5:
		return swap(program, rng);
	case 6:
		return splice(program, other, rng);
	case 7:
		program->call[rng_below(rng, program->nr)].aside ^= 1;
		return;
	case 8:
		if (program->nr > 1)
			call_remove(program, rng_below(rng, program->nr));
		return;
	default:
		return change_number(program, rng);
	}
}

void program_mutate(struct program *program, const struct program *other, struct rng *rng)
{
	do {
		mutate_once(program, other, rng);
	} while (!rng_one_in(rng, 3));
}
