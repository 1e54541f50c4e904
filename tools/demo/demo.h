/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ipcshow.h"
#include "language.h"

#define PROGRAM	"ipcshow-demo"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct demo - one of the demos
 * @name: as it is typed; its source is NAME.c
 * @title: one line on it
 * @channel: it is about a channel, of which the table of mechanisms has a row
 * @run: shows it, in a process of its own; what it leaves behind, others clear away
 */
struct demo {
	const char *name;
	const char *title;
	bool channel;
	void (*run)(void);
};

/* All of them, in the order of --list and --all. */
extern const struct demo *const demos[];
extern const size_t nr_demos;

/* The numbers that are passed from one to another, and how they read. */
#define NR_NUMBERS	6
#define NUMBERS_TEXT	"1 1 2 3 5 8"

extern const int numbers[NR_NUMBERS];

/* Whether these are they, in that order. */
bool are_the_numbers(const int *other);

static inline unsigned long long as_number(const volatile void *address)
{
	return (unsigned long)address;
}

size_t page_size(void);

#endif
