/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The patterns of the shared ring that need loads and stores in order, on a machine
 * that keeps none but where it is told to (as ARMv8, which is multi-copy atomic: what
 * one other processor sees, all see).
 *
 * Each side is a set of accesses to memory. Each happens at once, when those have
 * happened that it must follow, and not before; nothing else is ordered. That allows
 * what loads that are speculated and stores that are delayed can do; a branch orders
 * nothing before a load. What an access must follow:
 *
 *	store-release			all accesses before it
 *	access after a load-acquire	that load
 *	store after a release fence	all accesses before the fence
 *	access after an acquire fence	all loads before the fence
 *
 * A release orders nothing after it, an acquire nothing before it: this is why @oldest
 * needs a fence behind its store, and one before its load, and yet a release and an
 * acquire of its own for who goes on at it. membarrier() is a full barrier in the other
 * side's program, wherever that is: it happens when the other has done all up to some
 * access, and nothing behind it.
 *
 * Not shown, since no hardware does without: a store does not happen before a load
 * that decides whether it does (the producer writes where the consumer's position lets
 * it). There the acquire is for the compiler. And @wants may be old when F_SLEEPS is
 * new: all values that it had are below the producer's position, so the consumer wakes
 * the producer at the latest when all is consumed.
 *
 * SCENE in the environment is a pattern, MUTANT as in ring.pml.
 */

c_decl {
\#include <stdlib.h>
\#include <string.h>
\#define chosen(name, value) (getenv(name) && !strcmp(getenv(name), value))
}

byte mutation;
bit scene[8];

#define MESSAGE		0
#define POSITION	1
#define REUSE		2
#define OVERWRITE	3
#define JUMP		4
#define WAKE		5
#define FENCE		6
#define CLOSE		7

#define mutant(n, scene, order) (mutation == n)

#define CONTENT_LATE	mutant(1, MESSAGE, WEAK)	/* the header is not stored behind the content */
#define ZERO_LATE	mutant(2, MESSAGE, WEAK)	/* the header is not stored behind the zero */
#define CONTENT_EARLY	mutant(3, MESSAGE, WEAK)	/* the header is not loaded before the content */
#define NEXT_EARLY	mutant(4, MESSAGE, WEAK)	/* the header is not loaded before the next one */
#define POSITION_RELAXED mutant(5, POSITION, WEAK)	/* the position is stored without release */
#define POSITION_UNACQUIRED mutant(6, POSITION, WEAK)	/* the position is loaded without acquire */
#define RELEASE_RELAXED	mutant(7, REUSE, WEAK)	/* the consumer's position is stored without release */
#define EVICT_UNFENCED	mutant(8, OVERWRITE, WEAK)	/* no fence between @oldest and the content */
#define COPY_UNFENCED	mutant(9, OVERWRITE, WEAK)	/* no fence between the copy and @oldest */
#define OLDEST_RELAXED	mutant(10, JUMP, WEAK)	/* @oldest is stored without release */
#define OLDEST_UNACQUIRED mutant(11, JUMP, WEAK)	/* @oldest is loaded without acquire */
#define NO_BARRIER	mutant(12, WAKE, WEAK)	/* no membarrier() */
#define OWN_BARRIER	mutant(13, WAKE, WEAK)	/* a fence of the sleeper's own instead */
#define NO_FENCE_WAKER	mutant(14, FENCE, WEAK)	/* no membarrier(), and no fence where news is made */
#define NO_FENCE_SLEEPER mutant(15, FENCE, WEAK)	/* no membarrier(), and no fence where one goes to sleep */
#define CLOSE_RELAXED	mutant(16, CLOSE, WEAK)	/* "closed" is stored without release */
#define CLOSE_UNACQUIRED mutant(17, CLOSE, WEAK)	/* "closed" is loaded without acquire */

/* Accesses that a side has done, a bit each. */
byte done[2];
#define P 0
#define C 1

/* The n-th access of a side may happen: it has not yet, and those that it follows have. */
#define next(side, n, follows) \
	(!(done[side] & (1 << (n))) && (done[side] & (follows)) == (follows))
#define did(side, n)	done[side] = done[side] | (1 << (n))
#define all(side, n)	(done[side] == (1 << (n)) - 1)

/* What a load has found stands in one of these. */
byte got[5];
#define STALE	9	/* from the lap before */

/* Two records: each its content; the first one's header, and the second one's. */
byte content[2] = STALE, head[2];

proctype message_p()
{
	do
	:: atomic { next(P, 0, 0) -> content[0] = 1; did(P, 0) }
	:: atomic { next(P, 1, 0) -> head[1] = 0; did(P, 1) }
	:: atomic {
		next(P, 2, (CONTENT_LATE -> 0 : 1) + (ZERO_LATE -> 0 : 2)) ->
		head[0] = 1; did(P, 2)
	   }
	:: atomic { next(P, 3, 0) -> content[1] = 1; did(P, 3) }
	/* One place: the zero and this keep their order whatever the machine. */
	:: atomic { next(P, 4, 15) -> head[1] = 1; did(P, 4) }
	:: all(P, 5) -> break
	od
}

proctype message_c()
{
	do
	:: atomic { next(C, 0, 0) -> got[0] = head[0]; did(C, 0) }
	:: atomic { next(C, 1, (CONTENT_EARLY -> 0 : 1)) -> got[1] = content[0]; did(C, 1) }
	:: atomic { next(C, 2, (NEXT_EARLY -> 0 : 1)) -> got[2] = head[1]; did(C, 2) }
	:: atomic { next(C, 3, 5) -> got[3] = content[1]; did(C, 3) }
	:: all(C, 4) -> break
	od;
	assert(!got[0] || got[1] == 1);
	assert(!got[0] || got[2] != STALE);
	assert(!got[0] || got[2] != 1 || got[3] == 1)
}

byte pos;

proctype position_p()
{
	do
	:: atomic { next(P, 0, 0) -> head[0] = 1; did(P, 0) }
	:: atomic { next(P, 1, (POSITION_RELAXED -> 0 : 1)) -> pos = 1; did(P, 1) }
	:: all(P, 2) -> break
	od
}

proctype position_c()
{
	do
	:: atomic { next(C, 0, 0) -> got[0] = pos; did(C, 0) }
	:: atomic { next(C, 1, (POSITION_UNACQUIRED -> 0 : 1)) -> got[1] = head[0]; did(C, 1) }
	:: all(C, 2) -> break
	od;
	assert(!got[0] || got[1] == 1)
}

/* The content is there; the consumer releases it, and the producer writes there again. */
proctype reuse_p()
{
	do
	:: atomic { next(P, 0, 0) -> got[4] = pos; did(P, 0) }
	:: atomic {
		next(P, 1, 1) ->
		if
		:: got[4] -> content[0] = 2
		:: else
		fi;
		did(P, 1)
	   }
	:: all(P, 2) -> break
	od
}

proctype reuse_c()
{
	do
	:: atomic { next(C, 0, 0) -> got[0] = content[0]; did(C, 0) }
	:: atomic { next(C, 1, (RELEASE_RELAXED -> 0 : 1)) -> pos = 1; did(C, 1) }
	:: all(C, 2) -> break
	od;
	assert(got[0] == STALE)
}

byte oldest;

/* A record of the lap before, of two words, and the next one on top of it. */
proctype overwrite_p()
{
	do
	:: atomic { next(P, 0, 0) -> oldest = 1; did(P, 0) }
	:: atomic { next(P, 1, (EVICT_UNFENCED -> 0 : 1)) -> content[0] = 2; did(P, 1) }
	:: atomic { next(P, 2, (EVICT_UNFENCED -> 0 : 1)) -> content[1] = 2; did(P, 2) }
	:: all(P, 3) -> break
	od
}

proctype overwrite_c()
{
	do
	:: atomic { next(C, 0, 0) -> got[0] = content[0]; did(C, 0) }
	:: atomic { next(C, 1, 0) -> got[1] = content[1]; did(C, 1) }
	:: atomic { next(C, 2, (COPY_UNFENCED -> 0 : 3)) -> got[2] = oldest; did(C, 2) }
	:: all(C, 3) -> break
	od;
	assert(got[2] || (got[0] == STALE && got[1] == STALE))
}

/*
 * The last record is committed, with the zero behind it; then all records are given up, so
 * that @oldest is where the zero is, and the consumer goes on there.
 */
proctype jump_p()
{
	do
	:: atomic { next(P, 0, 0) -> content[1] = 0; did(P, 0) }
	:: atomic { next(P, 1, 1) -> head[0] = 1; did(P, 1) }
	:: atomic { next(P, 2, (OLDEST_RELAXED -> 0 : 3)) -> oldest = 1; did(P, 2) }
	:: all(P, 3) -> break
	od
}

proctype jump_c()
{
	do
	:: atomic { next(C, 0, 0) -> got[0] = oldest; did(C, 0) }
	:: atomic { next(C, 1, (OLDEST_UNACQUIRED -> 0 : 1)) -> got[1] = content[1]; did(C, 1) }
	:: all(C, 2) -> break
	od;
	assert(!got[0] || got[1] != STALE)
}

byte news, attention;

proctype wake_p()
{
	do
	:: atomic { next(P, 0, 0) -> news = 1; did(P, 0) }
	:: atomic {
		next(P, 1, (scene[FENCE] && !NO_FENCE_WAKER -> 1 : 0)) ->
		got[0] = attention; did(P, 1)
	   }
	:: all(P, 2) -> break
	od
}

/* All of the other's accesses up to one are done, and none behind it. */
#define at_a_point(side)	((done[side] & (done[side] + 1)) == 0)

proctype wake_c()
{
	do
	:: atomic { next(C, 0, 0) -> attention = 1; did(C, 0) }
	:: atomic {
		next(C, 1, (NO_BARRIER || NO_FENCE_SLEEPER -> 0 : 1)) &&
		(NO_BARRIER || OWN_BARRIER || scene[FENCE] || at_a_point(P)) -> did(C, 1)
	   }
	:: atomic { next(C, 2, (NO_BARRIER || NO_FENCE_SLEEPER -> 0 : 2)) -> got[1] = news; did(C, 2) }
	:: all(C, 3) -> break
	od;
	all(P, 2);
	/* Sleeps, with nobody to wake it. */
	assert(got[0] || got[1])
}

proctype close_p()
{
	do
	:: atomic { next(P, 0, 0) -> head[0] = 1; did(P, 0) }
	:: atomic { next(P, 1, (CLOSE_RELAXED -> 0 : 1)) -> attention = 1; did(P, 1) }
	:: all(P, 2) -> break
	od
}

proctype close_c()
{
	do
	:: atomic { next(C, 0, 0) -> got[0] = attention; did(C, 0) }
	:: atomic { next(C, 1, (CLOSE_UNACQUIRED -> 0 : 1)) -> got[1] = head[0]; did(C, 1) }
	:: all(C, 2) -> break
	od;
	assert(!got[0] || got[1] == 1)
}

init {
	c_code {
		now.mutation = getenv("MUTANT") ? atoi(getenv("MUTANT")) : 0;
		now.scene[0] = chosen("SCENE", "MESSAGE");
		now.scene[1] = chosen("SCENE", "POSITION");
		now.scene[2] = chosen("SCENE", "REUSE");
		now.scene[3] = chosen("SCENE", "OVERWRITE");
		now.scene[4] = chosen("SCENE", "JUMP");
		now.scene[5] = chosen("SCENE", "WAKE");
		now.scene[6] = chosen("SCENE", "FENCE");
		now.scene[7] = chosen("SCENE", "CLOSE");
	};
	atomic {
		head[1] = STALE;
		if
		:: scene[MESSAGE] -> run message_p(); run message_c()
		:: scene[POSITION] -> run position_p(); run position_c()
		:: scene[REUSE] -> run reuse_p(); run reuse_c()
		:: scene[OVERWRITE] -> run overwrite_p(); run overwrite_c()
		:: scene[JUMP] -> run jump_p(); run jump_c()
		:: scene[WAKE] || scene[FENCE] -> run wake_p(); run wake_c()
		:: scene[CLOSE] -> run close_p(); run close_c()
		fi
	}
}
