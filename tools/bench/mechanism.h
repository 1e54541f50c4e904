/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MECHANISM_H
#define MECHANISM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "language.h"

/**
 * DOC: Mechanisms
 *
 * A mechanism is a table of operations that take one message at a time from a sender to a receiver, and
 * what is to be known of it besides. All that is measured is measured by the same loops, see side.c:
 *
 *	sender			receiver
 *	reserve()		peek()
 *	  the message is made	  it is read
 *	commit()		release()
 *
 * Where messages can be made and read in place, reserve() and peek() give that place; else both give the
 * end's own buffer.
 *
 * Operations return 0 or a negative errno, or NULL with errno set; @end->what then says in a word which
 * call it was.
 */

#define LINK_FDS	4
#define LINK_PATH_MAX	108	/* as a unix socket's */

struct mechanism;
struct outcome;
struct trial;

/**
 * struct link - one channel, from a sender to a receiver
 * @mechanism: what it is
 * @size: bytes of each message
 * @slots: messages that the memory of a mechanism in shared memory holds
 * @index: 0: there; 1: back, for round trips
 * @threads: the two sides are threads of one process
 * @traced: each system call takes a hundred times longer than it would
 * @shared: memory that was mapped before the fork, @shared_size bytes
 * @fd: descriptors that were opened before the fork; -1: none
 * @id: of System V objects
 * @helper: a process of its own that takes part; 0: none
 * @path: name of what has one
 * @named: @path is to be removed
 * @own: the mechanism's own
 */
struct link {
	const struct mechanism *mechanism;
	size_t size;
	size_t slots;
	unsigned int index;
	bool threads;
	bool traced;
	void *shared;
	size_t shared_size;
	int fd[LINK_FDS];
	int id[2];
	pid_t helper;
	char path[LINK_PATH_MAX];
	bool named;
	uint64_t own;
};

/**
 * struct end - one side of a link
 * @link: of which
 * @sends: it is the sender's
 * @number: messages so far; a sender that takes a dead one's place goes on from there
 * @buffer: @link->size bytes, where the mechanism does not work in place
 * @memory: memory that is shared, as this end has it mapped
 * @fd: the end's own descriptor; -1: none
 * @own: the mechanism's own
 * @peer: the other side's process or thread, for mechanisms that must know
 * @what: the call that failed
 */
struct end {
	struct link *link;
	bool sends;
	uint64_t number;
	void *buffer;
	void *memory;
	int fd;
	void *own;
	pid_t peer;
	const char *what;
};

/**
 * struct mechanism_ops - what it does
 * @make: before the fork; may be NULL
 * @unmake: in the process that made it, after both sides have ended; may be NULL
 * @open: on each side; may be NULL
 * @close: on each side that lives on; may be NULL
 * @reserve: @commit: @peek: @release: see above; NULL: the buffer, and nothing to do
 * @break_off: what @commit does, up to its middle: the sender is then killed; NULL: half of the message
 *	is made and that is all
 */
struct mechanism_ops {
	int (*make)(struct link *link);
	void (*unmake)(struct link *link);
	int (*open)(struct end *end);
	void (*close)(struct end *end);
	void *(*reserve)(struct end *end);
	int (*commit)(struct end *end);
	const void *(*peek)(struct end *end);
	int (*release)(struct end *end);
	int (*break_off)(struct end *end);
};

#define MECHANISM_NEEDS_SIZE	(1U << 0)
#define MECHANISM_NETWORK	(1U << 1)
#define MECHANISM_THREADS_ONLY	(1U << 2)
/* Nothing keeps the two apart. */
#define MECHANISM_UNSAFE	(1U << 3)
/* Messages are made and read where they are. */
#define MECHANISM_IN_PLACE	(1U << 4)
#define MECHANISM_PROCESSES_ONLY (1U << 5)

/* Words for @directions. */
#define ONE_WAY		"one-way"
#define TWO_WAY		"two-way"
#define ANY_WAY		"any"

/**
 * struct mechanism - a way to get messages across
 * @name: @group: @help: for people
 * @flags: MECHANISM_*
 * @copies: of each message
 * @copies_reason: where
 * @directions: ONE_WAY and so on
 * @max: bytes of the longest message, as the system is set up; NULL: no limit
 * @max_reason: what limits it
 * @probe: why it cannot be used here, or NULL; may be NULL, too
 * @ops: operations
 * @run: instead of @ops: does a whole trial, see trial.h
 * @kind: the mechanism's own, for several that have operations in common
 */
struct mechanism {
	const char *name;
	const char *group;
	const char *help;
	unsigned int flags;
	unsigned int copies;
	const char *copies_reason;
	const char *directions;
	size_t (*max)(void);
	const char *max_reason;
	const char *(*probe)(void);
	const struct mechanism_ops *ops;
	void (*run)(const struct trial *trial, struct outcome *outcome);
	const void *kind;
};

/* Each ends with one that has no name. */
extern const struct mechanism memory_mechanisms[], ring_mechanisms[], pipe_mechanisms[],
	socket_mechanisms[], queue_mechanisms[], signal_mechanisms[], direct_mechanisms[],
	uring_mechanisms[], file_mechanisms[], database_mechanisms[], manager_mechanisms[],
	serial_mechanisms[], thread_mechanisms[], python_mechanisms[];

size_t mechanisms_count(void);
const struct mechanism *mechanism_at(size_t index);
const struct mechanism *mechanism_find(const char *name);

/* ---- link.c: what mechanisms have in common ---- */

/* Where files are made. */
extern const char *link_directory;

void *link_map(struct link *link, size_t size, bool shared);
int link_name(struct link *link, const char *what);
void link_drop(struct link *link);
void link_unmake(struct link *link);
void end_keep(struct end *end, int keep, int drop);
int end_failed(struct end *end, const char *what);
void *end_failed_at(struct end *end, const char *what);
int write_all(struct end *end, const void *from, size_t size);
int read_all(struct end *end, void *to, size_t size);
size_t read_limit(const char *path);

/* Leave the core to the other thread on it for a moment. */
static inline void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" : : : "memory");
#endif
}

#endif
