/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shared ring of one producer and one consumer: reserve, commit, discard, peek,
 * release, sleep and wake, close, and the death of either side between any two stores.
 *
 * What must hold, whatever the order of the steps:
 *  - each record whose header has reached memory is delivered once, in order and
 *    whole, and nothing else is;
 *  - nobody sleeps for ever, nor runs round for ever: a run ends with both sides
 *    having their verdict;
 *  - the consumer's verdict is "closed" if the producer closed its end, and then it has
 *    had all; else "gone", and then it has had all that was committed.
 *
 * Cells stand for 8 bytes. A header cell has the record's length in cells; content cells
 * have a number that tells the record. The data begin as zeros, as new memory does. A group of
 * records is one record here: its first cell is stored last, and it is released as a whole.
 *
 * Memory: each side's stores wait in a buffer and reach memory later, in their order
 * (TSO, as x86 has it). With ORDER=WEAK they leave in any order but for stores to one
 * place, and a store with release leaves after all before it. Loads are executed
 * in program order: weak.pml is about those. membarrier() by one side empties the
 * buffers of both. What is atomic here is one load, or stores into one's own buffer,
 * which nobody else sees.
 *
 * In the environment: SCENE (LIVES, P_DIES, C_DIES, C_CLOSES), ORDER (TSO, WEAK; CYCLE is TSO, and
 * cycles are looked for), and MUTANT, the
 * number of a mutation that breaks the protocol in one place. Each must be refuted in the
 * scene and order that stand beside it. The lines "#define NAME mutant(...)" are read by ./check.
 */

c_decl {
\#include <stdlib.h>
\#include <string.h>
\#define chosen(name, value) (getenv(name) && !strcmp(getenv(name), value))
}

byte mutation;
bit weak;
bit c_closes;
bit mortal[2];

#define mutant(n, scene, order) (mutation == n)

#define NO_ZERO		mutant(1, LIVES, TSO)	/* the next header is not zeroed */
#define ZERO_LAST	mutant(2, LIVES, TSO)	/* the next header is zeroed after this one is stored */
#define NO_ROOM_FOR_ZERO mutant(3, LIVES, TSO)	/* the zero is written though there is no room for it */
#define HEADER_FIRST	mutant(4, LIVES, TSO)	/* the header is stored before the content */
#define HEADER_RELAXED	mutant(5, LIVES, WEAK)	/* the header is stored without release */
#define POSITION_FIRST	mutant(6, LIVES, TSO)	/* the producer's position is stored before the header */
#define POSITION_RELAXED mutant(7, LIVES, WEAK)	/* the producer's position is stored without release */
#define RELEASE_FIRST	mutant(8, LIVES, TSO)	/* the consumer's position is stored before the content is read */
#define HEADER_UNSEEN	mutant(9, P_DIES, TSO)	/* the consumer looks at the producer's position only */
#define NO_HAND_OVER	mutant(10, LIVES, TSO)	/* the consumer sleeps with its position unpublished */
#define HAND_OVER_SILENT mutant(11, LIVES, TSO)	/* it publishes before it sleeps, and does not look who sleeps */
#define NO_BARRIER_C	mutant(12, LIVES, TSO)	/* the consumer sleeps without membarrier() */
#define NO_BARRIER_P	mutant(13, LIVES, TSO)	/* the producer sleeps without membarrier() */
#define OWN_BARRIER_C	mutant(14, LIVES, TSO)	/* the consumer has a fence of its own instead of membarrier() */
#define OWN_BARRIER_P	mutant(15, LIVES, TSO)	/* the producer has a fence of its own instead of membarrier() */
#define NO_LOOK_C	mutant(16, LIVES, TSO)	/* the consumer does not look once more before it sleeps */
#define NO_LOOK_P	mutant(17, LIVES, TSO)	/* the producer does not look once more before it sleeps */
#define WAKE_FIRST_P	mutant(18, LIVES, TSO)	/* the producer looks who sleeps before it commits */
#define WAKE_FIRST_C	mutant(19, LIVES, TSO)	/* the consumer looks who sleeps before it publishes */
#define CLOSE_SILENT_P	mutant(20, LIVES, TSO)	/* the producer closes and wakes nobody */
#define CLOSE_SILENT_C	mutant(21, C_CLOSES, TSO)	/* the consumer closes and wakes nobody */
#define BELL_FORGETS	mutant(22, LIVES, TSO)	/* a wake of one who does not wait yet is lost */
#define NUMBER_KEPT	mutant(23, LIVES, TSO)	/* all sleeps have the same number */
#define NUMBER_RETURNS	mutant(24, LIVES, TSO)	/* a sleep has the number of the one but last */
#define WANTS_ALL	mutant(25, LIVES, TSO)	/* the producer wants more than there is when all is consumed */
#define VERDICT_LAST	mutant(26, P_DIES, TSO)	/* "closed" and "gone" are looked at after the records */
#define VERDICT_RASH	mutant(27, LIVES, TSO)	/* "closed" is believed with no look at the records */
#define GONE_RASH	mutant(28, P_DIES, TSO)	/* "gone" is believed with no look at the records */
#define GONE_EARLY	mutant(29, P_DIES, TSO)	/* "gone" is said before the dead one's stores have landed */
#define GONE_SILENT_P	mutant(30, P_DIES, TSO)	/* the consumer is not woken when the producer is gone */
#define GONE_SILENT_C	mutant(31, C_DIES, TSO)	/* the producer is not woken when the consumer is gone */
#define NO_SLEEP	mutant(32, LIVES, CYCLE)	/* who finds nothing looks again, for ever */
#define ZERO_TRUSTED	mutant(33, LIVES, TSO)	/* what was handed out is taken to be zero still */
#define ZERO_BEYOND	mutant(34, LIVES, TSO)	/* zeros are written ahead where there is no room */

#ifndef CELLS
#define CELLS	4	/* in the ring: a power of two */
#endif
#ifndef RECORDS
#define RECORDS	3
#endif
#define LONGEST	(CELLS / 2)	/* cells in a record */
#define STEP	3	/* cells after which a side publishes its position */
#define DEPTH	2	/* stores that wait in a buffer */

#define MORE	(CELLS / 4)	/* cells that a producer who sleeps wants beyond what it needs */

#define CLOSED	1
#define GONE	2
#define SLEEPS	4
#define SLEEP	8		/* times the number of the sleep; see "numbered" */

/* Places in memory: the data, and a word each of what is in the sides' pages. */
#define POS_P	(CELLS)
#define ATT_P	(CELLS + 1)
#define POS_C	(CELLS + 2)
#define ATT_C	(CELLS + 3)
#define WANTS	(CELLS + 4)
#define at(position) ((position) & (CELLS - 1))

#define CONTENT	16		/* + number of the record */
#define GARBAGE	31		/* content of a record that was discarded */

byte memory[CELLS + 5];

/* What is stored and not yet in memory, oldest first. */
typedef buffer {
	byte place[DEPTH];
	byte value[DEPTH];
	bit release[DEPTH];
	byte used
};

buffer buf[2];
#define P 0
#define C 1

bit bell[2];			/* somebody rang for this side */
bit waiting[2];			/* for BELL_FORGETS */
byte length[RECORDS + 1];	/* of the records committed, for the consumer to compare */
byte landed;			/* records whose header is in memory */
byte rung[2];			/* attention that this side has woken the other for */

/*
 * A sleep has a number, so that the other side rings once for each. No number comes twice: so
 * none need be kept here, and that another @attention reaches memory makes it one for
 * which nobody has rung. Two mutations have numbers that do come twice.
 */
#define numbered	(NUMBER_KEPT || NUMBER_RETURNS)

inline store(self, where, what, rel)
{
	if
	:: mortal[self] -> goto out
	:: true
	fi;
	buf[self].used < DEPTH;
	buf[self].place[buf[self].used] = where;
	buf[self].value[buf[self].used] = what;
	buf[self].release[buf[self].used] = rel;
	buf[self].used++
}

/* The i-th store of a buffer reaches memory. */
inline land(self, i)
{
	memory[buf[self].place[i]] = buf[self].value[i];
	if
	:: buf[self].place[i] < CELLS && buf[self].value[i] > 0 &&
	   buf[self].value[i] <= LONGEST -> landed++
	:: else
	fi;
	if
	:: !numbered && buf[self].place[i] == (self == P -> ATT_P : ATT_C) -> rung[1 - self] = 0
	:: else
	fi;
	if
	:: i == 0 ->
		buf[self].place[0] = buf[self].place[1];
		buf[self].value[0] = buf[self].value[1];
		buf[self].release[0] = buf[self].release[1]
	:: else
	fi;
	buf[self].place[1] = 0;
	buf[self].value[1] = 0;
	buf[self].release[1] = 0;
	buf[self].used--;
	if
	:: buf[self].used == 0 ->
		buf[self].place[0] = 0;
		buf[self].value[0] = 0;
		buf[self].release[0] = 0
	:: else
	fi
}

inline drain(self)
{
	do
	:: buf[self].used > 0 -> land(self, 0)
	:: else -> break
	od
}

proctype processor(bit self)
{
end:
	do
	:: d_step { buf[self].used > 0 -> land(self, 0) }
	:: d_step {
		weak && buf[self].used > 1 && !buf[self].release[1] &&
		buf[self].place[1] != buf[self].place[0] -> land(self, 1)
	   }
	od
}

/* A full barrier here, and on the processors that run the other side. */
inline membarrier(self, other, none, own)
{
	d_step {
		if
		:: none
		:: !none && own -> drain(self)
		:: else -> drain(self); drain(other)
		fi
	}
}

/* The system call takes a lock, and so does who wakes: what was stored before it is seen then. */
inline ring(self, other)
{
	if
	:: BELL_FORGETS && !waiting[other]
	:: else ->
		bell[other] = 1;
		drain(self)
	fi
}

/* News is stored: wake the other if it sleeps, and once for each of its sleeps. */
inline wake(self, other, attention, enough)
{
	d_step {
		if
		:: (memory[attention] & SLEEPS) && memory[attention] != rung[self] && enough ->
			rung[self] = memory[attention];
			ring(self, other)
		:: else
		fi
	}
}

/* Say that we sleep, and have all stores of the other land that came before it could see it. */
inline doze(self, other, attention, none, own)
{
	atomic {
		if
		:: NUMBER_RETURNS -> sleeps = 1 - sleeps
		:: else
		fi;
		store(self, attention, SLEEPS + SLEEP * sleeps, 0);
		armed = 1;
		said = 1
	}
	membarrier(self, other, none, own)
}

/* A wake that is pending counts, and who waits for one that is gone does not sleep. */
inline hear(self, attention, silent)
{
	if
	:: BELL_FORGETS -> waiting[self] = 1
	:: else
	fi;
	if
	:: atomic { bell[self] || NO_SLEEP || (!silent && (memory[attention] & GONE)) ->
		bell[self] = 0;
		waiting[self] = 0;
		armed = 0
	   }
	:: mortal[self] -> goto out
	fi
}

/* The end is closed, and its owner may live on for long. */
inline close(self, other, attention, silent)
{
	atomic { store(self, attention, CLOSED, 1) };
	d_step {
		if
		:: silent
		:: else -> ring(self, other)
		fi
	}
	if
	:: goto alive
	:: true
	fi
}

/*
 * The module, or the socket: the last reference to the file of a side is gone, and so
 * is who stored through it.
 */
inline bury(self, other, attention, silent)
{
	if
	:: GONE_EARLY
	:: else -> buf[self].used == 0
	fi;
	d_step {
		memory[attention] = memory[attention] | GONE;
		if
		:: !silent -> bell[other] = 1
		:: else
		fi
	}
}

proctype producer()
{
	byte number = 1, tail, published, limit = CELLS, need, i;
	byte handed, zeroed;
	byte verdict;
	bit discarded, sleeps, armed, said;

	do
	:: number > RECORDS -> break
	:: else ->
		if
		:: need = 1
		:: need = LONGEST
		fi;

		/* Reserve; and sleep while there is no room for it. */
		do
		:: limit - tail >= need + 1 || (NO_ROOM_FOR_ZERO && limit - tail >= need) ->
			break
		:: else ->
			if
			:: armed -> verdict = memory[ATT_C] & (CLOSED | GONE)
			:: else
			fi;
			limit = memory[POS_C] + CELLS;
			if
			:: limit - tail >= need + 1
			:: limit - tail < need + 1 && verdict -> goto out
			:: limit - tail < need + 1 && !verdict && !armed ->
				atomic {
					if
					:: published != tail ->
						published = tail;
						store(P, POS_P, tail, 1)
					:: else
					fi;
					store(P, WANTS, tail + need + (WANTS_ALL -> CELLS : MORE), 0)
				}
				doze(P, C, ATT_P, NO_BARRIER_P, OWN_BARRIER_P);
				if
				:: NO_LOOK_P -> hear(P, ATT_C, GONE_SILENT_C)
				:: else
				fi
			:: limit - tail < need + 1 && !verdict && armed ->
				hear(P, ATT_C, GONE_SILENT_C)
			fi
		od;

		atomic {
			armed = 0;
			if
			:: said -> said = 0; store(P, ATT_P, 0, 0)
			:: else
			fi;
			if
			:: HEADER_FIRST ->
				length[number] = need;
				store(P, at(tail), need, 1)
			:: else
			fi;
			i = 1;
			do
			:: i < need -> store(P, at(tail + i), CONTENT + number, 0); i++
			:: else -> break
			od;
			i = 0;
			handed = (tail + need > handed -> tail + need : handed)
		}

		if
		:: !discarded && need > 1 && !HEADER_FIRST -> atomic {
			/* Discard: what was written is not looked at. */
			discarded = 1;
			store(P, at(tail + 1), GARBAGE, 0)
		   }
		:: true ->
			/* Commit. */
			atomic {
				if
				:: POSITION_FIRST -> store(P, POS_P, tail + need, 1)
				:: else
				fi;
				if
				:: !NO_ZERO && !ZERO_LAST && (tail + need >= zeroed ||
				   (tail + need < handed && !ZERO_TRUSTED)) ->
					store(P, at(tail + need), 0, 0);
					zeroed = tail + need + 1
				:: else
				fi
			}
			if
			:: WAKE_FIRST_P -> wake(P, C, ATT_C, true)
			:: else
			fi;
			atomic {
				if
				:: HEADER_FIRST
				:: else ->
					length[number] = need;
					store(P, at(tail), need, !HEADER_RELAXED)
				fi;
				if
				:: ZERO_LAST -> store(P, at(tail + need), 0, 0)
				:: else
				fi;
				tail = tail + need;
				number++;
				/* Zeros ahead, or none. */
				if
				:: zeroed == tail + 1 && (zeroed < limit || ZERO_BEYOND) ->
					store(P, at(zeroed), 0, 0);
					zeroed++
				:: true
				fi;
				if
				:: tail - published >= STEP && !POSITION_FIRST ->
					published = tail;
					store(P, POS_P, tail, !POSITION_RELAXED)
				:: else
				fi
			}
			if
			:: WAKE_FIRST_P
			:: else -> wake(P, C, ATT_C, true)
			fi
		fi
	od;

	atomic { store(P, POS_P, tail, 1) };
	close(P, C, ATT_P, CLOSE_SILENT_P);
out:
	bury(P, C, ATT_P, GONE_SILENT_P);
alive:
}

/* What a verdict says must be so. */
inline judge()
{
	atomic {
		assert(!(verdict & CLOSED) || taken == RECORDS);
		assert(taken == landed);
		goto out
	}
}

inline publish_c()
{
	atomic {
		published = head;
		store(C, POS_C, head, 1)
	}
}

proctype consumer()
{
	byte head, published, limit, taken, size, i;
	byte verdict;
	bit sleeps, armed, said, found;

	do
	:: c_closes && taken == 1 -> break
	:: else ->
		/* Peek: by the producer's position, or by the header at our own. */
		found = limit != head;
		do
		:: found -> break
		:: else ->
			if
			:: !said || HEADER_UNSEEN -> atomic {
				limit = memory[POS_P];
				limit = (limit > head -> limit : head);
				found = limit != head;
				verdict = (HEADER_UNSEEN && armed ->
					memory[ATT_P] & (CLOSED | GONE) : 0)
			   }
			:: !HEADER_UNSEEN ->
				/* What was committed before the end is found after it. */
				if
				:: VERDICT_LAST
				:: else -> verdict = memory[ATT_P] & (CLOSED | GONE)
				fi;
				if
				:: (VERDICT_RASH && (verdict & CLOSED)) ||
				   (GONE_RASH && (verdict & GONE)) -> judge()
				:: else
				fi;
				atomic {
					size = memory[at(head)];
					found = size != 0;
					limit = head + size;
					size = 0
				}
				if
				:: VERDICT_LAST -> verdict = memory[ATT_P] & (CLOSED | GONE)
				:: else
				fi
			fi;
			if
			:: found
			:: !found && verdict -> judge()
			:: !found && !verdict && !armed ->
				if
				:: published != head && !NO_HAND_OVER ->
					if
					:: WAKE_FIRST_C -> wake(C, P, ATT_P, true)
					:: else
					fi;
					publish_c();
					if
					:: HAND_OVER_SILENT || WAKE_FIRST_C
					:: else -> wake(C, P, ATT_P, true)
					fi
				:: else
				fi;
				doze(C, P, ATT_C, NO_BARRIER_C, OWN_BARRIER_C);
				if
				:: NO_LOOK_C -> hear(C, ATT_P, GONE_SILENT_P)
				:: else
				fi
			:: !found && !verdict && armed -> hear(C, ATT_P, GONE_SILENT_P)
			fi
		od;

		atomic {
			armed = 0;
			verdict = 0;
			if
			:: said -> said = 0; store(C, ATT_C, 0, 0)
			:: else
			fi;
			if
			:: RELEASE_FIRST -> store(C, POS_C, head + length[taken + 1], 1)
			:: else
			fi
		}
		atomic {
			size = memory[at(head)];
			taken++;
			assert(taken <= landed && size == length[taken]);
			i = 1;
			do
			:: i < size ->
				assert(memory[at(head + i)] == CONTENT + taken);
				i++
			:: else -> break
			od;
			i = 0;
			head = head + size;
			size = 0;
			length[taken] = 0;
			assert(head <= limit)
		}

		/* Release. */
		if
		:: head - published >= STEP ->
			if
			:: WAKE_FIRST_C -> wake(C, P, ATT_P, true)
			:: else
			fi;
			publish_c()
		:: else
		fi;
		if
		:: atomic {
			(memory[ATT_P] & SLEEPS) && memory[ATT_P] != rung[C] &&
			head + CELLS >= memory[WANTS] && !WAKE_FIRST_C ->
			if
			:: published != head -> publish_c()
			:: else
			fi
		   }
		   wake(C, P, ATT_P, true)
		:: else
		fi
	od;

	close(C, P, ATT_C, CLOSE_SILENT_C);
out:
	bury(C, P, ATT_C, GONE_SILENT_C);
alive:
}

init {
	c_code {
		now.mutation = getenv("MUTANT") ? atoi(getenv("MUTANT")) : 0;
		now.weak = chosen("ORDER", "WEAK");
		now.c_closes = chosen("SCENE", "C_CLOSES");
		now.mortal[0] = chosen("SCENE", "P_DIES");
		now.mortal[1] = chosen("SCENE", "C_DIES");
	};
	atomic {
		run producer();
		run consumer();
		run processor(P);
		run processor(C)
	}
}
