/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAIR_H
#define PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "memory.h"

#define RW	(PROT_READ | PROT_WRITE)

/*
 * Two tasks, A and B, and what is true of them. A JSON object in each line, at the end
 * {"ready": true}:
 *
 *	{"task": "A", "pid": PID}
 *	{"area": NAME, "task": "A", "start": ADDRESS, "size": BYTES}	where it is in that task
 *	{"truth": NAME, "verdict": WORD, "mechanism": WORD, "pages": "4S 2D"}
 *	{"fd": NAME, "task": "A", "number": FD}
 *	{"joined": NAME, "kind": WORD, "id": NUMBER}	by the descriptors of that name, or
 *			by what has that number, if it is not -1
 *	{"apart": NAME}			the descriptors of that name join nothing
 *	{"skip": NAME, "reason": TEXT}
 *
 * The pages of an area, in the order of what they are pages of:
 *
 *	S	both have it, and it is the same page in memory
 *	W	swapped out, and both are to get it back from the same place
 *	D	both have one, and it is not the same
 *	A, B	only that one has it resident, though both have attached it
 *	N	both have attached it, neither has it resident
 *	a, b	it is that one's alone, as memory: resident; n: of one, not resident
 *	Z	both have the page of zeros there
 */
void area(const char *name, const volatile void *start, size_t size);
void truth(const char *name, const char *verdict, const char *mechanism, const char *pages);
void skip(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void end_of(const char *name, int fd);
void joined(const char *name, const char *kind);
void joined_by_id(const char *name, const char *kind, long id);
void apart(const char *name);

/* Each situation is gone through in this order; B is made behind the first. */
enum phase {
	BEFORE,		/* in A */
	IN_B,
	IN_A,
};

typedef void situation(enum phase phase);

/* Where B is a stranger: what A gives BEFORE, B takes IN_B, in the same order. */
void give(int fd);
int take(void);

/* The same directory for both; gone with A. */
const char *scratch(const char *name);
/* To A, from B and vice versa: a number that both know, by @key below 64. */
void put(unsigned int key, long value);
long get(unsigned int key);
/* What to do when all ends, in A. */
void at_end(void (*function)(long), long argument);

/* B is a child of A that has what A had, ... */
void pair_anon(enum phase phase);
void pair_anon_near(enum phase phase);
void pair_huge(enum phase phase);
void pair_huge_named(enum phase phase);
void pair_swap(enum phase phase);
void pair_private_file(enum phase phase);
void pair_shared_anon(enum phase phase);
void pair_twice(enum phase phase);
void pair_ring(enum phase phase);
void pair_ring_ends(enum phase phase);
void pair_uring(enum phase phase);
void pair_churn(enum phase phase);
/* ... or a program of its own, ... */
void pair_file(enum phase phase);
void pair_file_near(enum phase phase);
void pair_sysv(enum phase phase);
void pair_posix(enum phase phase);
void pair_memfd(enum phase phase);
void pair_ksm(enum phase phase);
/* ... or joined to A by channels alone. */
void pair_pipes(enum phase phase);
void pair_unix(enum phase phase);
void pair_internet(enum phase phase);
void pair_events(enum phase phase);
void pair_sysv_ipc(enum phase phase);
void pair_posix_ipc(enum phase phase);
void pair_pi(enum phase phase);
void pair_files(enum phase phase);

#endif
