// SPDX-License-Identifier: GPL-2.0
/* The loops of a side: messages are made, sent, received and looked at, the same for all mechanisms. */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "now.h"
#include "place.h"

#define BARRIER_SPINS	2000

void gate_wait(uint32_t *gate)
{
	while (!__atomic_load_n(gate, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, gate, FUTEX_WAIT, 0, NULL, NULL, 0);
}

void gate_open(uint32_t *gate)
{
	__atomic_store_n(gate, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, gate, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* Ends the process, which ends the trial. */
void place_fail(struct place *place, const struct end *end, int err)
{
	snprintf(place->report->what, sizeof(place->report->what), "%s",
		 end->what ? end->what : _("it"));
	place->report->err = err ? err : -EIO;
	_exit(1);
}

/* Both wait for the other. */
void place_meet(struct place *place)
{
	uint32_t all = 2 * ++place->barriers, i = 0;

	__atomic_add_fetch(&board->arrived, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&board->arrived, __ATOMIC_ACQUIRE) < all) {
		if (i++ < BARRIER_SPINS)
			relax();
		else
			sched_yield();
	}
}

/* ---- a message ---- */

static void send_one(struct place *place, struct end *end)
{
	const struct mechanism_ops *ops = end->link->mechanism->ops;
	void *room = ops->reserve ? ops->reserve(end) : end->buffer;
	int err;

	if (!room)
		place_fail(place, end, -errno);
	message_fill(room, end->link->size, end->number);
	err = ops->commit(end);
	if (err)
		place_fail(place, end, err);
	end->number++;
	place->report->sent++;
}

/* Where nothing is safe, another than the next message may be there. */
void place_take(struct place *place, struct end *end, const void *message)
{
	bool unsafe = end->link->mechanism->flags & MECHANISM_UNSAFE;
	struct tally *tally = &place->report->tally;
	uint64_t number;

	memcpy(&number, message, sizeof(number));
	tally->received++;
	if (unsafe && number > end->number) {
		tally->lost += number - end->number;
		end->number = number;
	}
	if (message_sum(message, end->link->size) != message_sum_of(end->number, end->link->size))
		tally->torn++;
}

static void receive_one(struct place *place, struct end *end)
{
	const struct mechanism_ops *ops = end->link->mechanism->ops;
	const void *message = ops->peek(end);
	int err = 0;

	if (!message)
		place_fail(place, end, -errno);
	place_take(place, end, message);
	if (ops->release)
		err = ops->release(end);
	if (err)
		place_fail(place, end, err);
	end->number++;
}

void place_send(struct place *place, uint64_t count)
{
	while (count--)
		send_one(place, &place->there);
}

void place_receive(struct place *place, uint64_t count)
{
	uint64_t end = place->there.number + count;

	while (place->there.number < end)
		receive_one(place, &place->there);
}

static void ping(struct place *place, uint64_t count)
{
	uint64_t i, before = now_ns(), after;

	for (i = 0; i < count; i++) {
		send_one(place, &place->there);
		receive_one(place, &place->back);
		after = now_ns();
		board->samples[i] = after - before;
		before = after;
	}
}

static void echo(struct place *place, uint64_t count)
{
	while (count--) {
		receive_one(place, &place->there);
		send_one(place, &place->back);
	}
}

/* A store that the other side sees, and the other's that this side does: nothing is sooner. */
static void line(enum side side, uint64_t count)
{
	static uint64_t number;
	uint64_t *mine = board->line[side], *theirs = board->line[!side];
	uint64_t end = number + count;

	while (number++ != end) {
		if (side == SENDER)
			__atomic_store_n(mine, number, __ATOMIC_RELEASE);
		while (__atomic_load_n(theirs, __ATOMIC_ACQUIRE) != number)
			relax();
		if (side == RECEIVER)
			__atomic_store_n(mine, number, __ATOMIC_RELEASE);
	}
	number = end;
}

void place_work(struct place *place, uint64_t count)
{
	enum trial_kind kind = place->run->trial->kind;

	if (kind == TRIAL_LINE)
		line(place->side, count);
	else if (kind == TRIAL_TRIPS)
		place->side == SENDER ? ping(place, count) : echo(place, count);
	else
		place->side == SENDER ? place_send(place, count) : place_receive(place, count);
}
