// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "ring_attack.h"

/**
 * struct attack - what one side can write, and how it does
 * @mine: its page
 * @theirs: the other's
 * @data: the data, if it is the producer; else NULL
 * @size: bytes of it
 * @fd: the bell
 * @module: what kind of
 * @state: of random numbers
 * @targets: what it writes to, a bit for each case of strike()
 * @rate: one operation of so many is a strike, the others are honest
 */
struct attack {
	uint64_t *mine;
	const struct ipcshow_ring_side *theirs;
	unsigned char *data;
	uint64_t size;
	int fd;
	bool module;
	uint64_t state;
	uint32_t targets;
	unsigned int rate;
};

void ring_scribble(uint64_t *where, uint64_t value)
{
	__atomic_store_n(where, value, __ATOMIC_RELAXED);
}

uint64_t ring_value_near(uint64_t *state, uint64_t base, uint64_t size)
{
	const uint64_t x = ring_random(state), few = (x >> 40) % 5 * 8;

	switch (x % 14) {
	case 0:
		return 0;
	case 1:
		return ring_random(state);
	case 2:
		return ~0ULL - few / 8;
	case 3:
		return base + few;
	case 4:
		return base - few;
	case 5:
		return base + size + few;
	case 6:
		return base - size - few;
	case 7:
		return base + size - few;
	case 8:
		return 1ULL << (x >> 32) % 64;
	case 9:
		return (1ULL << (x >> 32) % 64) - 1;
	case 10:
		return base + (x >> 32) % size;
	case 11:
		return base + (x >> 32) % size / 8 * 8;
	case 12:
		return base + size / 2 + few;
	default:
		return (x >> 32) % 64;
	}
}

static uint64_t attention(uint64_t *state)
{
	const uint64_t x = ring_random(state);

	if (x % 2048 == 0)
		return IPCSHOW_RING_SIDE_F_CLOSED | (x >> 60);
	if (x % 2048 == 1)
		return IPCSHOW_RING_SIDE_F_GONE;
	if (x % 8 == 1)
		return x << 8 & ~(uint64_t)(IPCSHOW_RING_SIDE_F_CLOSED | IPCSHOW_RING_SIDE_F_GONE);
	return IPCSHOW_RING_SIDE_F_SLEEPS | (x >> 32) << IPCSHOW_RING_SIDE_SLEEP_SHIFT;
}

/* What a word of the data may be: also a group's, or of how many of which size it is. */
static uint64_t word_for_data(struct attack *attack, uint64_t x)
{
	uint64_t value = ring_value_near(&attack->state, x & 2 ? 0 : (x >> 32) << 32, attack->size);

	if (x & 1)
		return value;
	if (x & 4)
		return IPCSHOW_RING_GROUP_MARK | value << 32;
	return (uint32_t)value | ring_value_near(&attack->state, 0, attack->size) << 32;
}

/* A word of the data: mostly where the other side will look next. */
static uint64_t *word_of_data(struct attack *attack, uint64_t x)
{
	const uint64_t theirs = __atomic_load_n(&attack->theirs->pos, __ATOMIC_RELAXED);
	uint64_t at = x % 4 ? theirs + (x >> 32) % 64 * 8 : x >> 20;

	return (uint64_t *)(attack->data + (at & (attack->size - 1) & ~7ULL));
}

static void ring_bell(const struct attack *attack, int times)
{
	while (times--) {
		if (attack->module)
			ioctl(attack->fd, IPCSHOW_IOC_WAKE, 0);
		else
			send(attack->fd, "123456789", 9,
			     MSG_DONTWAIT | MSG_NOSIGNAL | (times == 7 ? MSG_OOB : 0));
	}
}

#define NR_TARGETS	8

static void strike(struct attack *attack)
{
	struct ipcshow_ring_side *side = (void *)attack->mine;
	const uint64_t x = ring_random(&attack->state);
	const uint64_t theirs = __atomic_load_n(&attack->theirs->pos, __ATOMIC_RELAXED);
	const uint64_t base = x & 256 ? theirs : side->pos;
	const uint64_t value = ring_value_near(&attack->state, base, attack->size);
	int target = x % NR_TARGETS;

	if (!(attack->targets >> target & 1))
		return;
	switch (target) {
	case 0:
		ring_scribble((uint64_t *)&side->pos, value);
		break;
	case 1:
		ring_scribble((uint64_t *)&side->attention, attention(&attack->state));
		break;
	case 2:
		ring_scribble((uint64_t *)&side->wants, value);
		break;
	case 3:
		ring_scribble((uint64_t *)&side->oldest, value);
		break;
	case 4:
		ring_scribble((uint64_t *)&side->overwritten, value);
		break;
	case 5:
		ring_scribble(attack->mine + (x >> 16) % 512, value);
		break;
	case 6:
		if (attack->data)
			ring_scribble(word_of_data(attack, x >> 8),
				      word_for_data(attack, x >> 9));
		break;
	case 7:
		ring_bell(attack, x >> 60);
		break;
	}
}

static void choose(struct attack *attack, uint64_t seed)
{
	static const unsigned int rates[] = { 1, 2, 50, 1000 };

	attack->state = seed;
	attack->rate = rates[ring_random(&attack->state) % (sizeof(rates) / sizeof(rates[0]))];
	attack->targets = ring_random(&attack->state);
	if (ring_random(&attack->state) % 4 == 0)
		attack->targets = 1U << ring_random(&attack->state) % NR_TARGETS;
}

/* Does the other side let go? Its page is believed here. */
static bool is_over(const struct attack *attack)
{
	return __atomic_load_n(&attack->theirs->attention, __ATOMIC_RELAXED) &
	       (IPCSHOW_RING_SIDE_F_CLOSED | IPCSHOW_RING_SIDE_F_GONE);
}

int ring_attack_by_producer(int sock, const struct ipcshow_ring_options *options, uint64_t seed)
{
	struct ipcshow_producer *producer;
	struct attack attack;
	void *room;
	size_t size, nr;

	if (ipcshow_producer_open(&producer, sock, options))
		return 1;
	attack = (struct attack){
		.mine = (void *)producer->mine, .theirs = producer->theirs,
		.data = producer->data, .size = producer->mask + 1,
		.fd = ipcshow_producer_fd(producer),
		.module = options->flags & IPCSHOW_RING_MODULE,
	};
	choose(&attack, seed);
	while (!is_over(&attack)) {
		if (ring_random(&attack.state) % attack.rate == 0) {
			strike(&attack);
			continue;
		}
		size = ring_random(&attack.state) % 300;
		nr = ring_random(&attack.state) % 8;
		if (nr < 4) {
			room = ipcshow_producer_reserve(producer, size);
			if (room) {
				memset(room, 0x55, size);
				ipcshow_producer_commit(producer, size);
			}
			continue;
		}
		room = ipcshow_producer_reserve_many(producer, size, &nr);
		if (room) {
			memset(room, 0x55, nr * ipcshow_ring_stride(size));
			ipcshow_producer_commit_many(producer, size, nr);
		}
	}
	return 0;
}

int ring_attack_by_consumer(int sock, const struct ipcshow_ring_options *options, uint64_t seed)
{
	struct ipcshow_consumer *consumer;
	struct attack attack;
	size_t size, nr;

	if (ipcshow_consumer_open(&consumer, sock, NULL))
		return 1;
	attack = (struct attack){
		.mine = (void *)consumer->mine, .theirs = consumer->theirs,
		.size = consumer->mask + 1, .fd = ipcshow_consumer_fd(consumer),
		.module = options->flags & IPCSHOW_RING_MODULE,
	};
	choose(&attack, seed);
	while (!is_over(&attack)) {
		if (ring_random(&attack.state) % attack.rate == 0)
			strike(&attack);
		else if (nr = 2, ipcshow_consumer_peek_many(consumer, &size, &nr))
			ipcshow_consumer_release(consumer);
	}
	return 0;
}
