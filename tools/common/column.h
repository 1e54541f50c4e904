/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COLUMN_H
#define COLUMN_H

#include <linux/types.h>

#include "language.h"
#include "out.h"

/* What columns take their cells from; each program has its own. */
struct row;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * enum value_type - what a cell holds
 * @VALUE_NONE: nothing is known: null in JSON
 * @VALUE_NUMBER: a number
 * @VALUE_SIZE: bytes
 * @VALUE_ADDRESS: an address or identity: hexadecimal, a string in JSON
 * @VALUE_TEXT: bytes that someone else chose
 * @VALUE_WORD: a word of ours
 * @VALUE_WORDS: words of ours: an array in JSON
 * @VALUE_BOOL: yes or no
 * @VALUE_REGISTERS: named registers: an object in JSON
 * @VALUE_REAL: a number that need not be whole
 * @VALUE_RATE: likewise; for people, with k, M and so on behind it
 * @VALUE_TIME: nanoseconds; for people, with their unit
 */
enum value_type {
	VALUE_NONE,
	VALUE_NUMBER,
	VALUE_SIZE,
	VALUE_ADDRESS,
	VALUE_TEXT,
	VALUE_WORD,
	VALUE_WORDS,
	VALUE_BOOL,
	VALUE_REGISTERS,
	VALUE_REAL,
	VALUE_RATE,
	VALUE_TIME,
};

#define WORDS_MAX	40

/* A path and remarks on it. */
#define SCRATCH_MAX	(4096 + 1024)

/**
 * struct value - a cell
 * @type: which of the others counts
 * @number: for NUMBER, SIZE, ADDRESS, BOOL; how many, for WORDS and REGISTERS
 * @text: for TEXT and WORD (terminated)
 * @size: bytes of TEXT; tables for people show SCRATCH_MAX of them at most
 * @words: for WORDS; the names for REGISTERS
 * @registers: for REGISTERS
 * @real: for REAL, RATE and TIME; finite and not negative
 * @json: writes the cell in JSON, where the others cannot say it; or NULL
 */
struct value {
	enum value_type type;
	uint64_t number;
	const char *text;
	size_t size;
	const char *words[WORDS_MAX];
	const __u64 *registers;
	double real;
	void (*json)(const struct row *row, struct out *out);
};

#define COLUMN_RIGHT	(1U << 0)	/* align to the right */
#define COLUMN_LAST	(1U << 1)	/* may be long: cut at a terminal's edge */

/**
 * struct column - a column
 * @name: upper case, for -o; above the column, people read its translation
 * @key: name in JSON
 * @flags: COLUMN_*
 * @get: fills in the cell; @value is VALUE_NONE, and has no @json, before
 * @help: one line
 */
struct column {
	const char *name;
	const char *key;
	unsigned int flags;
	void (*get)(struct row *row, struct value *value);
	const char *help;
};

/**
 * struct sheet - a kind of table
 * @title: heading in --list-columns, which is translated there, as is @help of each column
 * @key: name of the array in JSON
 * @line: "type" of one in --lines
 * @columns: all that it may have
 * @nr: how many
 * @defaults: for people
 * @raw_defaults: for --raw
 * @json_defaults: for JSON
 */
struct sheet {
	const char *title;
	const char *key;
	const char *line;
	const struct column *columns;
	size_t nr;
	const char *defaults;
	const char *raw_defaults;
	const char *json_defaults;
};

#define COLUMNS_MAX	128

/* struct selection - the columns to show, in order */
struct selection {
	const struct sheet *sheet;
	const struct column *columns[COLUMNS_MAX];
	size_t nr;
};

void selection_parse(struct selection *selection, const struct sheet *sheet,
		     const char *defaults, const char *list);
bool selection_has(const struct selection *selection, const char *name);
void column_get(const struct column *column, struct row *row, struct value *value);
void help_line(struct out *out, const char *name, const char *help);
void sheet_list(struct out *out, const struct sheet *sheet);
void kinds_list(struct out *out);

static inline void set_number(struct value *value, enum value_type type, uint64_t number)
{
	value->type = type;
	value->number = number;
}

static inline void set_real(struct value *value, enum value_type type, double real)
{
	value->type = type;
	value->real = real;
}

static inline void set_text(struct value *value, const void *text, size_t size)
{
	value->type = VALUE_TEXT;
	value->text = text;
	value->size = size;
}

static inline void set_word(struct value *value, const char *word)
{
	value->type = VALUE_WORD;
	value->text = word;
}

#endif
