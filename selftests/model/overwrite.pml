/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shared ring of a producer that overwrites. What must hold:
 *  - the consumer believes no record that is torn, or is not where it looks;
 *  - in the end, what it has taken and what it knows to be lost are all that was committed;
 *  - it does not sleep while there is a record that it could have, not even if the
 *    producer gives up room, and then commits nothing.
 *
 * Cells, memory and the environment are as in ring.pml; a header here has the record's
 * number, too. How one sleeps and wakes is in ring.pml as well: here F_SLEEPS and membarrier() are
 * one step. The order of loads is in weak.pml.
 */

c_decl {
\#include <stdlib.h>
\#include <string.h>
\#define chosen(name, value) (getenv(name) && !strcmp(getenv(name), value))
}

byte mutation;
bit weak;

#define mutant(n, scene, order) (mutation == n)

#define EVICT_LATE	mutant(1, ALL, TSO)	/* @oldest moves when the content is written */
#define EVICT_SHORT	mutant(2, ALL, TSO)	/* ... and not past what the zero takes */
#define EVICT_RELAXED	mutant(3, ALL, WEAK)	/* no fence between @oldest and the content */
#define CHECK_FIRST	mutant(4, ALL, TSO)	/* @oldest is looked at before the copy only */
#define NO_ZERO		mutant(5, ALL, TSO)	/* the next header is not zeroed */
#define ZERO_LAST	mutant(6, ALL, TSO)	/* the next header is zeroed after this one is stored */
#define HEADER_FIRST	mutant(7, ALL, TSO)	/* the header is stored before the content */
#define NONE_BELIEVED	mutant(8, ALL, TSO)	/* a header of 0 is believed with no look at @oldest */
#define READY_RASH	mutant(9, ALL, TSO)	/* ... before the consumer sleeps */
#define COUNT_JUMPS	mutant(10, ALL, TSO)	/* a jump to @oldest counts as one lost */
#define COUNT_PAGE	mutant(11, ALL, TSO)	/* a jump to @oldest counts by @overwritten */
#define END_UNCOUNTED	mutant(12, ALL, TSO)	/* no look at @overwritten in the end */

#define CELLS	4
#ifndef RECORDS
#define RECORDS	4
#endif
#define LONGEST	(CELLS / 2)
#define DEPTH	2
#define at(position) ((position) & (CELLS - 1))

#define OLDEST		(CELLS)
#define OVERWRITTEN	(CELLS + 1)
#define CLOSED		(CELLS + 2)

#define header(number, size) ((number) * 4 + (size))
#define CONTENT	33		/* + 4 times the number: looks like a header, too */

byte memory[CELLS + 3];
byte place[DEPTH], value[DEPTH];
bit release[DEPTH];
byte used;

bit sleeps, bell, halted;
byte length[RECORDS], start[RECORDS];
byte committed;

inline store(where, what, rel)
{
	used < DEPTH;
	place[used] = where;
	value[used] = what;
	release[used] = rel;
	used++
}

inline land(i)
{
	memory[place[i]] = value[i];
	if
	:: i == 0 ->
		place[0] = place[1];
		value[0] = value[1];
		release[0] = release[1]
	:: else
	fi;
	place[1] = 0;
	value[1] = 0;
	release[1] = 0;
	used--;
	if
	:: used == 0 ->
		place[0] = 0;
		value[0] = 0;
		release[0] = 0
	:: else
	fi
}

inline drain()
{
	do
	:: used > 0 -> land(0)
	:: else -> break
	od
}

proctype processor()
{
end:
	do
	:: d_step { used > 0 -> land(0) }
	:: d_step { weak && used > 1 && !release[1] && place[1] != place[0] -> land(1) }
	od
}

inline wake()
{
	d_step {
		if
		:: sleeps -> drain(); bell = 1
		:: else
		fi
	}
}

inline tell_oldest()
{
	atomic {
		store(OVERWRITTEN, first, 0);
		store(OLDEST, oldest, 1)
	}
	/* The fence: what follows in time follows in memory. */
	if
	:: EVICT_RELAXED
	:: else -> !weak || used == 0
	fi
}

proctype producer()
{
	byte tail, limit = CELLS, oldest, first, need, i;
	bit discarded, moved;

	do
	:: committed == RECORDS -> break
	:: else ->
		/* Reserve. */
		if
		:: need = 1
		:: need = LONGEST
		fi;
		if
		:: limit - tail < need + 1 -> d_step {
			moved = 1;
			do
			:: oldest < tail &&
			   tail + need + (EVICT_SHORT -> 0 : 1) - oldest > CELLS ->
				oldest = oldest + length[first];
				first++
			:: else -> break
			od;
			limit = oldest + CELLS
		   }
		:: else
		fi;
		if
		:: moved && !EVICT_LATE -> tell_oldest()
		:: else
		fi;

		if
		:: !discarded && need > 1 ->
			/* Discard what was written: zero, for instance. */
			discarded = 1;
			atomic { store(at(tail + 1), 0, 0) }
			if
			:: moved && EVICT_LATE -> tell_oldest()
			:: else
			fi
		:: true ->
			atomic {
				length[committed] = need;
				start[committed] = tail;
				if
				:: HEADER_FIRST -> store(at(tail), header(committed, need), 1)
				:: else
				fi;
				i = 1;
				do
				:: i < need ->
					store(at(tail + i), CONTENT + 4 * committed, 0);
					i++
				:: else -> break
				od;
				i = 0
			}
			if
			:: moved && EVICT_LATE -> tell_oldest()
			:: else
			fi;
			atomic {
				if
				:: !NO_ZERO && !ZERO_LAST -> store(at(tail + need), 0, 0)
				:: else
				fi;
				if
				:: HEADER_FIRST
				:: else -> store(at(tail), header(committed, need), 1)
				fi;
				if
				:: ZERO_LAST -> store(at(tail + need), 0, 0)
				:: else
				fi;
				tail = tail + need;
				committed++
			}
			wake()
		fi;
		moved = 0
	:: discarded && committed > 1 -> goto halt
	od;
	if
	:: need > 1 && !discarded ->
		/* Room for one more, which is never committed. */
		d_step {
			do
			:: oldest < tail && tail + LONGEST + 1 - oldest > CELLS ->
				oldest = oldest + length[first];
				first++
			:: else -> break
			od
		}
		tell_oldest()
	:: true
	fi;
	atomic { store(CLOSED, 1, 1) }
	wake();
halt:
	/* It does not come back to the ring for long. */
	used == 0;
	halted = 1
}

inline catch_up()
{
	atomic {
		if
		:: memory[OLDEST] > head ->
			head = memory[OLDEST];
			if
			:: COUNT_JUMPS -> lost++
			:: else
			fi;
			jumped = 1
		:: else
		fi
	}
	if
	:: jumped && COUNT_PAGE -> lost = memory[OVERWRITTEN] - taken
	:: else
	fi;
	jumped = 0
}

#define still_there	(memory[OLDEST] <= head)

proctype consumer()
{
	byte head, taken, lost, word, content;
	bit closed, armed, found, jumped, there;

	do
	:: true ->
		closed = memory[CLOSED];
		catch_up();
		if
		:: CHECK_FIRST -> there = still_there
		:: else
		fi;
		word = memory[at(head)];
		if
		:: word == 0 ->
			if
			:: NONE_BELIEVED || (READY_RASH && armed) -> found = 0
			:: else -> found = !still_there
			fi;
			if
			:: found			/* not where we looked */
			:: !found && closed -> break
			:: !found && !closed && !armed ->
				d_step { sleeps = 1; drain(); armed = 1 }
			:: !found && !closed && armed ->
				if
				:: atomic { bell -> bell = 0; sleeps = 0; armed = 0 }
				:: atomic {
					halted && !bell ->
					if
					:: memory[OLDEST] > head -> head = memory[OLDEST]
					:: else
					fi;
					assert(memory[at(head)] == 0);
					goto out
				   }
				fi
			fi
		:: else ->
			/* Copy, and look then whether it was late. */
			content = memory[at(head + 1)];
			if
			:: !CHECK_FIRST -> there = still_there
			:: else
			fi;
			atomic {
				if
				:: there ->
					assert(word < CONTENT - 1);
					assert(word / 4 < committed && start[word / 4] == head);
					assert((word & 3) == length[word / 4]);
					assert((word & 3) == 1 || content == CONTENT + (word & 252));
					if
					:: COUNT_JUMPS || COUNT_PAGE
					:: else -> lost = word / 4 - taken
					fi;
					assert(taken + lost == word / 4);
					taken++;
					head = head + (word & 3)
				:: else
				fi;
				sleeps = 0;
				armed = 0
			}
		fi;
		atomic { word = 0; content = 0; found = 0; there = 0 }
	od;
	/* What was given up last has no record after it to tell by its number. */
	atomic {
		if
		:: !END_UNCOUNTED && memory[OVERWRITTEN] > taken + lost ->
			lost = memory[OVERWRITTEN] - taken
		:: else
		fi;
		assert(taken + lost == RECORDS)
	}
out:
}

init {
	c_code {
		now.mutation = getenv("MUTANT") ? atoi(getenv("MUTANT")) : 0;
		now.weak = chosen("ORDER", "WEAK");
	};
	atomic {
		run producer();
		run consumer();
		run processor()
	}
}
