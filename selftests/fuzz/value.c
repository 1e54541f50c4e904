// SPDX-License-Identifier: GPL-2.0
/* Numbers that a call may be made with: those that it can do something with, and their neighbours. */
#include "arena.h"
#include "machine.h"
#include "value.h"

bool value_is_slot(const struct field *field)
{
	return field->kind == FIELD_DEVICE || field->kind == FIELD_END ||
	       field->kind == FIELD_ANY || field->kind == FIELD_NEW;
}

static uint64_t number(struct rng *rng)
{
	const uint64_t few = rng_below(rng, 4);

	switch (rng_below(rng, 8)) {
	case 0:
		return 0;
	case 1:
		return ~few;
	case 2:
		return rng_next(rng);
	case 3:
		return (1ULL << rng_below(rng, 64)) - few;
	case 4:
		return 8 * rng_below(rng, 64);
	default:
		return rng_below(rng, 16);
	}
}

uint64_t value_change(uint64_t value, struct rng *rng)
{
	switch (rng_below(rng, 5)) {
	case 0:
		return value ^ 1ULL << rng_below(rng, 64);
	case 1:
		return value + 1 + rng_below(rng, 8);
	case 2:
		return value - 1 - rng_below(rng, 8);
	case 3:
		return value * 2;
	default:
		return value / 2;
	}
}

static uint64_t flags(uint64_t mask, struct rng *rng)
{
	uint64_t value = rng_next(rng) & mask;

	if (rng_one_in(rng, 3))
		value = mask;
	if (rng_one_in(rng, 24))
		value |= 1ULL << rng_below(rng, 64);
	return value;
}

static uint64_t size(const struct field *field, struct rng *rng)
{
	switch (rng_below(rng, 12)) {
	case 0:
		return rng_below(rng, 2 * field->usual);
	case 1:
		return PAGE + rng_below(rng, 3) - 1;
	case 2:
		return number(rng);
	default:
		return field->usual;
	}
}

static uint64_t address(struct rng *rng)
{
	uint64_t at = arena_at(rng_below(rng, ARENA_AREAS));

	switch (rng_below(rng, 10)) {
	case 0:
		return 0;
	case 1:
		return number(rng);
	case 2:
		return at + rng_below(rng, ARENA_STEP);
	case 3:
		/* The ends of what user space has, and of what there is. */
		return (1ULL << 47) - PAGE * rng_below(rng, 3);
	case 4:
	case 5:
		return at;
	default:
		return at + PAGE * rng_below(rng, 2 * ARENA_PAGES);
	}
}

static uint64_t pointer(struct rng *rng)
{
	switch (rng_below(rng, 8)) {
	case 0:
		return MEMORY_BYTES - 8 * (1 + rng_below(rng, 16));
	case 1:
		return 0xffff888000000000 + PAGE * rng_below(rng, 4);
	case 2:
		return number(rng);
	case 3:
		return 8 * rng_below(rng, 256);
	default:
		return 0;
	}
}

static uint64_t bytes(struct rng *rng)
{
	switch (rng_below(rng, 6)) {
	case 0:
		return number(rng);
	case 1:
		return PAGE * rng_below(rng, 2 * ARENA_PAGES);
	case 2:
		return 8 * rng_below(rng, 64);
	case 3:
		return PAGE;
	default:
		return 1ULL << (12 + rng_below(rng, 13));
	}
}

static uint64_t time_ns(struct rng *rng)
{
	switch (rng_below(rng, 4)) {
	case 0:
		return 0;
	case 1:
		return number(rng);
	case 2:
		return ~0ULL;
	default:
		return rng_below(rng, 2000000);
	}
}

static uint64_t who(struct rng *rng)
{
	switch (rng_below(rng, 8)) {
	case 0:
		return number(rng);
	case 1:
	case 2:
		return rng_below(rng, WHO_MAX);
	default:
		return rng_below(rng, TARGETS / 2);
	}
}

/* How many descriptors it makes. */
static size_t makes(const struct call_type *type, enum field_kind wanted)
{
	if (!type->makes || (wanted != FIELD_ANY && type->makes != wanted))
		return 0;
	return type->nr_made ?: 1;
}

static uint64_t new_slot(const struct call *call)
{
	const struct call_type *type = call_type(call->type);
	size_t i;

	for (i = 0; i < type->nr_fields; i++) {
		if (type->fields[i].kind == FIELD_NEW)
			return call->arg[i];
	}
	return 0;
}

/* One of those that a call before @at has made. */
static uint64_t slot(enum field_kind wanted, const struct program *program, size_t at,
		     struct rng *rng)
{
	uint64_t chosen = rng_below(rng, SLOTS), seen = 0;
	size_t i, k, nr;

	if (rng_one_in(rng, 16))
		return chosen;
	for (i = 0; i < at; i++) {
		nr = makes(call_type(program->call[i].type), wanted);
		for (k = 0; k < nr; k++) {
			if (rng_one_in(rng, (unsigned int)++seen))
				chosen = (new_slot(&program->call[i]) + k) % SLOTS;
		}
	}
	return chosen;
}

uint64_t value_make(const struct field *field, const struct program *program, size_t at,
		    struct rng *rng)
{
	switch (field->kind) {
	case FIELD_SIZE:
		return size(field, rng);
	case FIELD_FLAGS:
		return flags(field->mask, rng);
	case FIELD_CHOICE:
		return rng_one_in(rng, 32) ? number(rng) : rng_below(rng, field->mask);
	case FIELD_DEVICE:
	case FIELD_END:
	case FIELD_ANY:
		return slot(field->kind, program, at, rng);
	case FIELD_NEW:
		return rng_below(rng, SLOTS);
	case FIELD_PID:
		return who(rng);
	case FIELD_ADDRESS:
		return address(rng);
	case FIELD_POINTER:
		return pointer(rng);
	case FIELD_BYTES:
		return bytes(rng);
	case FIELD_TIME:
		return time_ns(rng);
	default:
		return number(rng);
	}
}
