/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WAY_H
#define WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t u64;

/* Sizes of messages; DEFINE_BY_SIZE() knows them, too. */
#define SMALL	8
#define MEDIUM	64
#define LARGE	1024

/* Messages that the ways which batch hand over at a time. */
#define BATCH	32

struct channel;

/* What a consumer saw: the sum of all words, and how many messages were not the ones that were due. */
struct tally {
	u64 sum;
	u64 wrong;
};

enum kind {
	KIND_OURS,
	/* Messages of one size, and of any. */
	KIND_FIXED,
	KIND_ANY,
	/* What the machine can do, not a channel that one would use. */
	KIND_LIMIT,
};

/* One message at a time can be waited for; else it is measured by throughput only. */
#define WAY_TRIPS	(1U << 0)
/* Not by throughput. */
#define WAY_TRIPS_ONLY	(1U << 1)
/* Its memory cannot be shared by processes: two threads. */
#define WAY_THREADS	(1U << 2)
/* It has no ring whose size could be chosen. */
#define WAY_NO_RING	(1U << 3)
/* The consumer asks again and again; nobody ever sleeps. */
#define WAY_SPINS	(1U << 4)

/**
 * struct way - to get messages from one process to another
 * @name: what it is called
 * @kind: whose it is
 * @flags: WAY_*
 * @arg: its own
 * @max_ring: bytes of the largest ring that it is measured with; 0: all
 * @make: before the fork: prepare &channel.shared and what else both have
 * @begin: afterwards, on each side; may be NULL
 * @end: on the side that lives on; may be NULL
 * @produce: write messages of the numbers @first and up
 * @consume: read them
 * @ping: and @echo: a round trip @count times, where that is not produce and consume;
 *	the channel is the one and only then
 */
struct way {
	const char *name;
	enum kind kind;
	unsigned int flags;
	unsigned int arg;
	size_t max_ring;
	void (*make)(struct channel *channel);
	void (*begin)(struct channel *channel, bool produces);
	void (*end)(struct channel *channel, bool produces);
	void (*produce)(struct channel *channel, u64 first, u64 count);
	struct tally (*consume)(struct channel *channel, u64 first, u64 count);
	void (*ping)(struct channel *channel, u64 first, u64 count);
	void (*echo)(struct channel *channel, u64 first, u64 count);
};

/**
 * struct channel - one that is measured
 * @way: which way
 * @size: bytes of each message
 * @ring: bytes of all messages that it can hold
 * @shared: memory of both sides
 * @own: of this side
 * @fd: file descriptors
 */
struct channel {
	const struct way *way;
	size_t size;
	size_t ring;
	void *shared;
	void *own;
	int fd[2];
};

static inline size_t channel_slots(const struct channel *channel)
{
	return channel->ring / channel->size;
}

/* Zeroed, in small pages that are there; the same address in both processes. */
void *channel_map(size_t size);
/* All that channel_map() gave. */
void channel_unmap_all(void);

/* Says which channel, why, and exits. */
void channel_die(const struct channel *channel, const char *what, int error)
	__attribute__((noreturn));

extern bool library_in_module;
/* The rings are those that the kernel writes to. */
extern bool kernel_produces;

/* Ends with one that has no name. */
extern const struct way library_ways[], system_ways[], ck_ways[], dpdk_ways[], cxx_ways[],
	limit_ways[], kernel_ways[], bpf_ways[],
	memory_ways[];

/* Leave the core to the other thread on it for a moment. */
static inline void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" : : : "memory");
#endif
}

/* A message: its number, and bytes that follow from it. The same work for all. */
static inline __attribute__((always_inline))
void message_fill(void *message, size_t size, u64 number)
{
	u64 *word = (u64 *)message;
	size_t rest = size - sizeof(*word);

	word[0] = number;
	/* What a C library does is faster than what compilers make of a size they know. */
	if (size > MEDIUM)
		__asm__("" : "+r" (rest));
	memset(word + 1, (int)number, rest);
}

typedef u64 word_pair __attribute__((vector_size(16), aligned(8), may_alias));

/*
 * Added up by few instructions: else fewer lines of cache fit into what the processor looks at
 * ahead, and what is measured is the adding.
 */
static inline __attribute__((always_inline))
u64 message_sum(const void *message, size_t size)
{
	const word_pair *pair = (const word_pair *)message;
	word_pair even = { 0 }, odd = { 0 };

	if (size == SMALL)
		return *(const u64 *)message;
#pragma GCC unroll 8
	for (size_t i = 0; i < size / sizeof(*pair); i += 2) {
		even += pair[i];
		odd += pair[i + 1];
	}
	even += odd;
	return even[0] + even[1];
}

static inline __attribute__((always_inline))
void message_take(struct tally *tally, const void *message, size_t size, u64 number)
{
	tally->sum += message_sum(message, size);
	tally->wrong += *(const u64 *)message != number;
}

static inline void tally_add(struct tally *tally, struct tally more)
{
	tally->sum += more.sum;
	tally->wrong += more.wrong;
}

/*
 * The functions of a way, from NAME_produce_sized(channel, size, first, count) and the like, so
 * that each loop is made for a size that the compiler knows.
 */
#define DEFINE_BY_SIZE(name)								\
static void name##_produce(struct channel *channel, u64 first, u64 count)		\
{											\
	if (channel->size == SMALL)							\
		name##_produce_sized(channel, SMALL, first, count);			\
	else if (channel->size == MEDIUM)						\
		name##_produce_sized(channel, MEDIUM, first, count);			\
	else										\
		name##_produce_sized(channel, LARGE, first, count);			\
}											\
											\
DEFINE_CONSUME_BY_SIZE(name)

#define DEFINE_CONSUME_BY_SIZE(name)							\
static struct tally name##_consume(struct channel *channel, u64 first, u64 count)	\
{											\
	if (channel->size == SMALL)							\
		return name##_consume_sized(channel, SMALL, first, count);		\
	if (channel->size == MEDIUM)							\
		return name##_consume_sized(channel, MEDIUM, first, count);		\
	return name##_consume_sized(channel, LARGE, first, count);			\
}

#define SIZED	static inline __attribute__((always_inline))

#ifdef __cplusplus
}
#endif

#endif
