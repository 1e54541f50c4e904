/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_MACHINE_H
#define FUZZ_MACHINE_H

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include "program.h"
#include "target.h"

#define SLOTS		8
#define MAPPINGS	8

/* What a program can have pointers to; beyond it they are addresses. */
#define MEMORY_BYTES	0x10000UL

struct kcov;

/* A mapping that a program has made. */
struct mapping {
	char *start;
	size_t size;
};

/**
 * struct machine - the process that programs run in
 * @fd: descriptors that the program has, by slot; -1: none
 * @mapping: mappings that it has made, by slot
 * @memory: what pointers are into
 * @post: unix sockets, to send descriptors through; -1: not made yet
 * @fail: /proc/thread-self/fail-nth, or -1
 * @patience_us: how long the next call may take before a signal comes; 0: as usual
 * @spoilt: the program has done to this process what cannot be undone
 * @targets: whom it looks at
 * @kcov: where coverage goes, of both threads; NULL: nowhere
 * @second: the thread that makes the calls aside
 * @aside: calls that are for it, by a pipe
 * @unfinished: of those, how many it has not made
 * @over: it is to make none that are left
 * @first_fd: descriptors from here on are the program's
 */
struct machine {
	int fd[SLOTS];
	struct mapping mapping[MAPPINGS];
	unsigned char *memory;
	int post[2];
	int fail;
	unsigned int patience_us;
	bool spoilt;
	struct targets targets;
	struct kcov *kcov;
	pthread_t second;
	int aside[2];
	unsigned int unfinished;
	bool over;
	int first_fd;
};

void machine_init(struct machine *machine, struct kcov *kcov);
/* False: this process is none to run another in. */
bool machine_run(struct machine *machine, const struct program *program);

/* For who makes calls. */

/* What is in a slot, or a descriptor that is not open. */
int machine_fd(const struct machine *machine, uint64_t slot);
/* A slot's descriptor is @fd from now on; what was there stays open. */
void machine_put_fd(struct machine *machine, uint64_t slot, int fd);
struct mapping *machine_mapping(struct machine *machine, uint64_t slot);
void *machine_pointer(const struct machine *machine, uint64_t pointer);
/* Writes where nothing need be. False: there was nothing. */
bool machine_poke(void *where, const void *what, size_t size);

#endif
