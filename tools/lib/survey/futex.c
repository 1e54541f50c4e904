// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a sleeping thread waits for, by the system call that it is in. Operations are those of
 * <linux/futex.h>.
 */
#include <assert.h>
#include <errno.h>
#include <linux/futex.h>

#include "call.h"
#include "futex.h"

/* futex2 has one number on all machines. */
#define CALL_WAITV	449
#define CALL_WAIT2	455
#define FUTEX2_IS_PRIVATE	128U

#define WAITV_MAX	128

/* struct futex_waitv of <linux/futex.h>, which is younger than the oldest libc we build on. */
struct waiter {
	u64 value;
	u64 address;
	u32 flags;
	u32 reserved;
};

static int wait_add(struct futex_wait *wait, u64 address, bool is_private)
{
	if (!wait->words) {
		wait->words = calloc(WAITV_MAX, sizeof(*wait->words));
		if (!wait->words)
			return -ENOMEM;
	}
	if (wait->nr < WAITV_MAX)
		wait->words[wait->nr++] = (struct futex_word){ address, is_private };
	return 0;
}

static bool is_wait(u32 op)
{
	switch (op & (u32)FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case 13: /* FUTEX_LOCK_PI2 */
		return true;
	}
	return false;
}

static bool is_lock(u32 op)
{
	return (op & (u32)FUTEX_CMD_MASK) == FUTEX_LOCK_PI || (op & (u32)FUTEX_CMD_MASK) == 13;
}

/* 0: nobody, or it cannot be told. */
static u32 read_owner(const struct futex_caller *caller, struct peek *peek, u64 address)
{
	u32 word;

	return peek_read(peek, caller->tgid, caller->regs->tid, address, &word, sizeof(word)) ?
		       word & FUTEX_TID_MASK : 0;
}

/* The list is the target's memory: what cannot be read is not known. */
static int read_waitv(struct futex_wait *wait, const struct futex_caller *caller,
		      struct peek *peek, u64 list, u64 nr)
{
	struct waiter waiters[WAITV_MAX];
	const size_t size = (size_t)min_u64(nr, WAITV_MAX) * sizeof(*waiters);
	size_t i;
	int err = 0;

	static_assert(sizeof(waiters) <= PEEK_MAX, "a list is read at once");
	if (!peek_read(peek, caller->tgid, caller->regs->tid, list, waiters, size))
		return 0;
	for (i = 0; !err && i < size / sizeof(*waiters); i++)
		err = wait_add(wait, waiters[i].address, waiters[i].flags & FUTEX2_IS_PRIVATE);
	return err;
}

/**
 * futex_wait_read() - see what a thread waits for
 * @wait: out
 * @caller: the thread
 * @peek: to read its memory with
 *
 * Return: 0, also where it waits for nothing, or -ENOMEM.
 */
int futex_wait_read(struct futex_wait *wait, const struct futex_caller *caller, struct peek *peek)
{
	struct call call;

	if (!call_read(&call, caller->regs, caller->machine, caller->compat))
		return 0;
	if (call.number == call.futex && is_wait((u32)call.args[1])) {
		wait->is_lock = is_lock((u32)call.args[1]);
		if (wait->is_lock)
			wait->owner = read_owner(caller, peek, call.args[0]);
		return wait_add(wait, call.args[0], call.args[1] & FUTEX_PRIVATE_FLAG);
	}
	if (call.number == CALL_WAIT2 && !caller->compat)
		return wait_add(wait, call.args[0], call.args[3] & FUTEX2_IS_PRIVATE);
	if (call.number == CALL_WAITV && !caller->compat)
		return read_waitv(wait, caller, peek, call.args[0], call.args[1]);
	return 0;
}

static bool is_same(const struct futex_wait *a, const struct futex_wait *b)
{
	size_t i;

	if (a->nr != b->nr || a->is_lock != b->is_lock)
		return false;
	for (i = 0; i < a->nr; i++)
		if (a->words[i].address != b->words[i].address ||
		    a->words[i].is_private != b->words[i].is_private)
			return false;
	return true;
}

/**
 * futex_wait_settle() - keep what held
 * @first: out: nothing, where the second reading says something else
 * @second: the second reading
 */
void futex_wait_settle(struct futex_wait *first, const struct futex_wait *second)
{
	if (!is_same(first, second))
		futex_wait_free(first);
	else if (first->owner != second->owner)
		first->owner = 0;
}

void futex_wait_free(struct futex_wait *wait)
{
	free(wait->words);
	*wait = (struct futex_wait){ 0 };
}
