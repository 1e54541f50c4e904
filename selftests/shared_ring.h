/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHARED_RING_H
#define SHARED_RING_H

#include <pthread.h>

#include "ring_pair.h"
#include "test.h"

/* A small ring of libipcshow, of each backing, with both its ends. */

#define OPTIONS(...)	((struct ipcshow_ring_options){				\
				.size = sizeof(struct ipcshow_ring_options), __VA_ARGS__ })
#define MAX		(RING_SIZE_MIN / 2 - 8)

FIXTURE(shared_ring) {
	struct ring_pair pair;
	struct ipcshow_producer *producer;
	struct ipcshow_consumer *consumer;
};

FIXTURE_VARIANT(shared_ring) {
	__u32 backing;
};

FIXTURE_VARIANT_ADD(shared_ring, memfd) { 0 };
FIXTURE_VARIANT_ADD(shared_ring, module) { IPCSHOW_RING_MODULE };

static inline int open_small(struct ring_pair *pair, __u32 flags)
{
	struct ipcshow_ring_options options = OPTIONS(.flags = flags, .ring_size = RING_SIZE_MIN);

	return ring_pair_open(pair, &options, NULL);
}

FIXTURE_SETUP(shared_ring)
{
	if (variant->backing && !ring_has_module())
		SKIP_FIXTURE("no module");
	ASSERT_EQ(0, open_small(&self->pair, variant->backing));
	self->producer = self->pair.producer;
	self->consumer = self->pair.consumer;
}

FIXTURE_TEARDOWN(shared_ring)
{
	ring_pair_close(&self->pair);
}

static inline int overwriting(struct _test_data_shared_ring *self, __u32 backing)
{
	int ret;

	ring_pair_close(&self->pair);
	ret = open_small(&self->pair, backing | IPCSHOW_RING_OVERWRITE);
	self->producer = self->pair.producer;
	self->consumer = self->pair.consumer;
	return ret;
}

/* 0, or why it does not fit. */
static inline int put(struct ipcshow_producer *producer, const void *content, size_t size)
{
	void *room = ipcshow_producer_reserve(producer, size);

	if (!room)
		return ipcshow_producer_error(producer) ? ipcshow_producer_error(producer) :
							  -EAGAIN;
	memcpy(room, content, size);
	ipcshow_producer_commit(producer, size);
	return 0;
}

static inline void fill_up(struct ipcshow_producer *producer)
{
	static const char content[64];

	while (!put(producer, content, sizeof(content)))
		;
}

static inline int put_number(struct ipcshow_producer *producer, __u64 number)
{
	return put(producer, &number, sizeof(number));
}

/* The number that is the next record; -1: there is none. */
static inline long long take_number(struct ipcshow_consumer *consumer)
{
	const __u64 *record;
	size_t size;
	__u64 number;

	record = ipcshow_consumer_peek(consumer, &size);
	if (!record || size != sizeof(number))
		return -1;
	number = *record;
	ipcshow_consumer_release(consumer);
	return number;
}

/* ---- somebody who waits ---- */

struct sleeper {
	struct ring_pair *pair;
	bool produces;
	__s64 timeout;
	volatile pid_t tid;
	int result;
};

static inline void *sleeps(void *argument)
{
	struct sleeper *sleeper = argument;

	sleeper->tid = gettid();
	sleeper->result = sleeper->produces ?
		ipcshow_producer_wait(sleeper->pair->producer, MAX, sleeper->timeout) :
		ipcshow_consumer_wait(sleeper->pair->consumer, sleeper->timeout);
	return NULL;
}

static inline void sleep_in_thread(pthread_t *thread, struct sleeper *sleeper)
{
	sleeper->tid = 0;
	sleeper->result = 1;
	if (pthread_create(thread, NULL, sleeps, sleeper))
		_exit(1);
	while (!sleeper->tid)
		usleep(100);
	proc_wait_state(sleeper->tid, "S");
}

static inline int wakes_up(pthread_t thread, const struct sleeper *sleeper)
{
	pthread_join(thread, NULL);
	return sleeper->result;
}

#endif
