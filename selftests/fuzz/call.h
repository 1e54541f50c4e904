/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_CALL_H
#define FUZZ_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Members of the longest argument, and what says where it lies and what it is for. */
#define ARGS_MAX	14

/* What a number is taken for when it is made up; a call takes any. */
enum field_kind {
	FIELD_NUMBER,
	FIELD_SIZE,		/* of the argument itself */
	FIELD_FLAGS,		/* of &field.mask */
	FIELD_CHOICE,		/* less than &field.mask */
	FIELD_DEVICE,		/* slot of a descriptor: an open device */
	FIELD_END,		/* the same: an end of a shared ring */
	FIELD_ANY,		/* the same: either */
	FIELD_NEW,		/* slot that a descriptor comes to */
	FIELD_PID,		/* a target: see target.h */
	FIELD_ADDRESS,		/* of a target's memory: see arena.h */
	FIELD_POINTER,		/* to the memory of the machine: see machine.h */
	FIELD_BYTES,
	FIELD_TIME,		/* in ns */
};

/**
 * struct field - a number that a call has
 * @name: in the text of a program; of a member of an argument, its own
 * @kind: what is likely to be of interest
 * @usual: what it is unless the program says otherwise
 * @mask: see &enum field_kind
 * @offset: of the member in the argument
 * @bytes: of the member; 0: it is none
 */
struct field {
	const char *name;
	enum field_kind kind;
	uint64_t usual;
	uint64_t mask;
	size_t offset;
	size_t bytes;
};

struct machine;
struct call_type;

/* Returns what a system call would: -1 and errno, or not. Nobody is told. */
typedef long call_fn(struct machine *machine, const struct call_type *type, const uint64_t *arg);

/**
 * struct call_type - something that a program can do
 * @name: in its text
 * @run: does it
 * @fields: what it is done with
 * @nr_fields: of them
 * @command: of an ioctl
 * @size: bytes of its argument; 0: it takes none
 * @made: offsets of the descriptors in the argument that it makes
 * @nr_made: of them
 * @makes: what becomes of FIELD_NEW: FIELD_DEVICE, FIELD_END or FIELD_ANY
 */
struct call_type {
	const char *name;
	call_fn *run;
	const struct field *fields;
	size_t nr_fields;
	unsigned long command;
	size_t size;
	const size_t *made;
	size_t nr_made;
	enum field_kind makes;
};

#define CALL(call, does, ...)						\
	{								\
		.name = #call,						\
		.run = (does),						\
		.fields = call##_fields,				\
		.nr_fields = ARRAY_SIZE(call##_fields),			\
		__VA_ARGS__						\
	}

/* Tables of such, each of what one file knows to do. */
struct call_table {
	const struct call_type *types;
	size_t nr;
};

extern const struct call_table ioctl_calls;
extern const struct call_table file_calls;
extern const struct call_table mapping_calls;
extern const struct call_table task_calls;

/* All of them, as one. */
size_t call_types(void);
const struct call_type *call_type(size_t index);
/* -1: there is none of that name. */
int call_find(const char *name);
int call_field(const struct call_type *type, const char *name);

#endif
