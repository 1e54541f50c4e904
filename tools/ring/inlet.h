/* SPDX-License-Identifier: GPL-2.0 */
#ifndef INLET_H
#define INLET_H

#include "attachment.h"

struct inlet;

/* struct inlet_kind - a kind of consumer; members as the functions below */
struct inlet_kind {
	const void *(*peek)(struct inlet *inlet, size_t *size);
	void (*release)(struct inlet *inlet);
	int (*error)(struct inlet *inlet);
	int (*wait)(struct inlet *inlet, __s64 timeout_ns);
	void (*report)(struct inlet *inlet, struct ipcshow_ring_stats *stats);
	void (*close)(struct inlet *inlet);
};

/**
 * struct inlet - where records come from: a producer, one that overwrites, or many
 * @kind: which of these
 * @at: where
 * @plain: a producer's, whose records are read in place; or NULL
 * @consumer: its end, or that of one that overwrites
 * @record: room for the longest record of one that overwrites
 * @room: bytes there
 * @size: bytes of the one that is there
 * @held: there is one
 * @many: what there is of them beside; see many.c
 * @failed: of many: how many did not end in order
 */
struct inlet {
	const struct inlet_kind *kind;
	struct attachment at;
	struct ipcshow_consumer *plain;
	struct ipcshow_consumer *consumer;
	char *record;
	size_t room;
	size_t size;
	bool held;
	struct many *many;
	__u64 failed;
};

extern const struct inlet_kind inlet_plain;
extern const struct inlet_kind inlet_overwritten;
extern const struct inlet_kind inlet_many;

int inlet_open(struct inlet *inlet, const char *path, const struct end_options *options);
void inlet_complain(const struct inlet *inlet, int err, __u64 records);
int inlet_gather(struct inlet *inlet, int sock, __u32 flags);

/* The next record, which stays until inlet_release(); or NULL: see inlet_error(). */
static inline const void *inlet_peek(struct inlet *inlet, size_t *size)
{
	if (inlet->plain)
		return ipcshow_consumer_peek(inlet->plain, size);
	return inlet->kind->peek(inlet, size);
}

static inline void inlet_release(struct inlet *inlet)
{
	if (inlet->plain)
		ipcshow_consumer_release(inlet->plain);
	else
		inlet->kind->release(inlet);
}

/* 0: there is none yet; -EPIPE: no more come; or as ipcshow_consumer_error(). */
static inline int inlet_error(struct inlet *inlet)
{
	return inlet->kind->error(inlet);
}

/* 0: peek; -ETIMEDOUT, -EINTR, or as inlet_error(). */
static inline int inlet_wait(struct inlet *inlet, __s64 timeout_ns)
{
	return inlet->kind->wait(inlet, timeout_ns);
}

/* Tell the broker how far we are; @stats: out: the same. */
static inline void inlet_report(struct inlet *inlet, struct ipcshow_ring_stats *stats)
{
	inlet->kind->report(inlet, stats);
}

static inline void inlet_close(struct inlet *inlet)
{
	inlet->kind->close(inlet);
}

#endif
