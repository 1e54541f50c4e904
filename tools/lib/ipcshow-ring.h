/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_RING_API_H
#define IPCSHOW_RING_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <linux/ipcshow.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: Shared rings
 *
 * Records from one process to another through memory that both map. A record
 * is written in place and read in place; neither side makes a system call as long as
 * the other keeps up, and each wakes the other only when it sleeps.
 *
 * Producer::
 *
 *	void *p = ipcshow_producer_reserve(producer, size);
 *	if (p) {
 *		... fill in p ...
 *		ipcshow_producer_commit(producer, size);
 *	} else {
 *		error = ipcshow_producer_wait(producer, size, IPCSHOW_FOREVER);
 *	}
 *
 * Consumer::
 *
 *	const void *p = ipcshow_consumer_peek(consumer, &size);
 *	if (p) {
 *		... use p ...
 *		ipcshow_consumer_release(consumer);
 *	} else {
 *		error = ipcshow_consumer_wait(consumer, IPCSHOW_FOREVER);
 *	}
 *
 * Records of one size can be written, and read, many at a time. In the ring they lie in a row behind
 * one header, as a group; whether they came so or one by one, the consumer may take them
 * either way::
 *
 *	__u8 *p = ipcshow_producer_reserve_many(producer, size, &count);
 *	if (p) {
 *		for (i = 0; i < count; i++)
 *			... fill in p + i * ipcshow_ring_stride(size) ...
 *		ipcshow_producer_commit_many(producer, size, count);
 *	}
 *
 *	const __u8 *p = ipcshow_consumer_peek_many(consumer, &size, &count);
 *	if (p) {
 *		for (i = 0; i < count; i++)
 *			... use p + i * ipcshow_ring_stride(size) ...
 *		ipcshow_consumer_release(consumer);
 *	}
 *
 * The two ends find each other by a connected unix stream socket, of socketpair() or of a
 * path: each passes it to its open function. The producer's options say how the
 * ring is backed: by two sealed memfds, each of which one side can write and
 * the other only read, or by the module.
 *
 * What happens when the other side ends: whatever was committed can be consumed, whether the producer
 * closed its end, crashed, or was killed in the middle of a record, which then does not exist. After that
 * functions give -EPIPE (it closed its end) or -EOWNERDEAD (it did not). Who waits is told at
 * once; who does not learns it from its next wait, with a timeout of 0 if need be.
 *
 * The other side need not be trusted. Whatever it writes, this side neither reads nor
 * writes outside of the ring, nor loops, nor dies of it: it gives -EUCLEAN, for good. But a record that is
 * read in place may change while it is read: copy before you judge what you must be able to trust.
 *
 * A producer that waits since the ring is full goes on when the consumer has released an eighth
 * of it, or finds it empty: a consumer that stops before that leaves it waiting.
 *
 * An end is used by one thread at a time. It does not survive fork(): the child must not
 * touch it, and as long as it lives on without execve() the other side does not hear of its parent's end.
 *
 * The members of &struct ipcshow_producer and &struct ipcshow_consumer are for the functions in this
 * header only.
 */

/* No limit of time. */
#define IPCSHOW_FOREVER		((__s64)-1)

/* The producer's: the ring is the module's, not a pair of memfds. */
#define IPCSHOW_RING_MODULE	(1U << 0)
/* The producer's: what does not fit takes the place of the oldest records. */
#define IPCSHOW_RING_OVERWRITE	(1U << 1)
/* The producer's: data in huge pages (memfd only; the system must have some to give). */
#define IPCSHOW_RING_HUGE	(1U << 2)
/* Sleep at once where there is nothing to do. */
#define IPCSHOW_RING_NO_SPIN	(1U << 3)
/* The consumer's: always look for the next record as for one that is waited for ... */
#define IPCSHOW_RING_LATENCY	(1U << 4)
/* ... or always as for one of many. Neither: as it turns out. */
#define IPCSHOW_RING_STREAM	(1U << 5)

/**
 * struct ipcshow_ring_options - what an end is to be like
 * @size: sizeof(struct ipcshow_ring_options)
 * @flags: IPCSHOW_RING_*
 * @ring_size: the producer's: bytes of data, a power of two of at least 16 KiB and a page;
 *	0: 256 KiB. The consumer's: most that it accepts; 0: 4 GiB
 * @timeout_ns: how long to wait for the other end to answer; 0: 30 s
 *
 * NULL in its place stands for all zero.
 */
struct ipcshow_ring_options {
	__u32 size;
	__u32 flags;
	__u64 ring_size;
	__s64 timeout_ns;
};

/**
 * struct ipcshow_ring_stats - what an end has done so far
 * @ring_size: bytes of data
 * @used: bytes that are in the ring, headers included
 * @records: records committed or taken
 * @bytes: bytes of their content
 * @waits: times that it slept, or was told to poll, since the ring was full (producer) or empty
 *	(consumer)
 * @wakes: times that it woke the other end
 * @lost: records that were overwritten before they were taken
 * @discarded: reservations that were given up by ipcshow_producer_discard(), or by the close
 */
struct ipcshow_ring_stats {
	__u64 ring_size;
	__u64 used;
	__u64 records;
	__u64 bytes;
	__u64 waits;
	__u64 wakes;
	__u64 lost;
	__u64 discarded;
};

/** struct ipcshow_producer - the end that writes */
struct ipcshow_producer {
	__u8 *data;
	__u64 mask;
	__u64 tail;		/* behind the last committed record */
	__u64 limit;		/* may be written up to here */
	__u64 published;	/* mine->pos */
	__u64 step;		/* bytes between two positions that are published */
	__u64 reserved;		/* bytes of the open reservation's record, rounded, or 0 */
	__u64 max;		/* bytes of the longest content */
	__u64 records;
	__u64 bytes;
	struct ipcshow_ring_side *mine;
	const struct ipcshow_ring_side *theirs;
	__u64 fence;		/* not 0: the other end has no membarrier() */
	int error;
	__u64 group_max;	/* bytes of the longest group; 0: only records */
	__u64 group;		/* bytes of the open reservation's group, or 0 */
	__u64 group_at;		/* where it is */
	__u64 handed;		/* room was handed out up to here: there may be anything */
	__u64 zeroed;		/* behind that, and behind tail, there are zeros up to here */
};

/**
 * struct ipcshow_consumer - the end that reads
 *
 * No two members that are written together are neighbours: compilers write those at once,
 * and what is read of them next then waits for that.
 */
struct ipcshow_consumer {
	const __u8 *data;
	__u64 head;		/* before the oldest record that is not released */
	__u64 mask;
	__u64 next;		/* behind the newest that was peeked at */
	__u64 limit;		/* records are known to be there up to here */
	__u64 records;
	__u64 published;	/* mine->pos */
	__u64 peeked;		/* records from head to next */
	__u64 step;		/* bytes between two positions that are published */
	__u64 bytes;
	struct ipcshow_ring_side *mine;
	__u64 peeked_bytes;
	const struct ipcshow_ring_side *theirs;
	__u64 fence;		/* not 0: the other end has no membarrier() */
	int error;
	__u64 group_at;		/* a group of which some may have been released, but not all */
};

/* ---- what is done now and then; in the library ---- */

/**
 * ipcshow_producer_open() - make a ring and hand its other end over
 * @producer: out: this end
 * @sock: connected unix stream socket, at whose other end somebody calls
 *	ipcshow_consumer_open(). It is the library's from now on, also on failure
 * @options: or NULL
 *
 * The memory is charged to the caller.
 *
 * Return: 0; -EINVAL: an option; -ENOMEM, -EMFILE, ...; -EFBIG: more than RLIMIT_FSIZE; -ETIMEDOUT:
 * nobody answered; -EPROTO: it was no consumer; -EPIPE: the other end was closed; with
 * IPCSHOW_RING_MODULE also -ENOENT, -ENODEV, -ENXIO, -ENOTTY: as ipcshow_device_open(), and as
 * IPCSHOW_IOC_SHARED_RING.
 */
int ipcshow_producer_open(struct ipcshow_producer **producer, int sock,
			  const struct ipcshow_ring_options *options);

/** ipcshow_producer_close() - end the stream; what was committed can still be consumed */
void ipcshow_producer_close(struct ipcshow_producer *producer);

/**
 * ipcshow_producer_wait() - wait until a record would fit
 * @producer: the end
 * @size: bytes of its content
 * @timeout_ns: at most so long; 0: only look; IPCSHOW_FOREVER
 *
 * Return: 0; -ETIMEDOUT; -EINTR: a signal handler ran, or the process was stopped and goes on;
 * -EPIPE, -EOWNERDEAD: the consumer has closed its end or died; -EMSGSIZE: it would never fit;
 * -EUCLEAN.
 */
int ipcshow_producer_wait(struct ipcshow_producer *producer, size_t size, __s64 timeout_ns);

/**
 * ipcshow_producer_push() - copy records into the ring
 * @producer: the end
 * @records: a record each
 * @count: how many
 *
 * Return: how many were, which is fewer if the ring is full; or as ipcshow_producer_error().
 */
ssize_t ipcshow_producer_push(struct ipcshow_producer *producer, const struct iovec *records,
			      size_t count);

/**
 * ipcshow_producer_fd() - what to poll for room, by POLLIN
 * @producer: the end
 *
 * Call ipcshow_producer_arm() before each poll().
 */
int ipcshow_producer_fd(const struct ipcshow_producer *producer);

/**
 * ipcshow_producer_arm() - have ipcshow_producer_fd() become readable when a record fits
 * @producer: the end
 * @size: bytes of its content
 *
 * Return: 0: poll; 1: don't, ipcshow_producer_wait() would not.
 */
int ipcshow_producer_arm(struct ipcshow_producer *producer, size_t size);

void ipcshow_producer_stats(const struct ipcshow_producer *producer,
			    struct ipcshow_ring_stats *stats);

/**
 * ipcshow_consumer_open() - take the end that a producer hands over
 * @consumer: out: this end
 * @sock: as ipcshow_producer_open()
 * @options: or NULL
 *
 * Return: 0; -EINVAL; -ENOMEM, -EMFILE, ...; -ETIMEDOUT: nobody answered; -EPROTO: it was no producer, or
 * what it offers is not safe to map; -EFBIG: the ring is larger than accepted; -EPIPE.
 */
int ipcshow_consumer_open(struct ipcshow_consumer **consumer, int sock,
			  const struct ipcshow_ring_options *options);

/** ipcshow_consumer_close() - take no more records; the producer is told */
void ipcshow_consumer_close(struct ipcshow_consumer *consumer);

/**
 * ipcshow_consumer_wait() - wait for a record
 * @consumer: the end
 * @timeout_ns: at most so long; 0: only look; IPCSHOW_FOREVER
 *
 * Return: 0: there is one; -ETIMEDOUT; -EINTR: as ipcshow_producer_wait(); when all records were
 * taken, -EPIPE or -EOWNERDEAD: the producer has closed its end or died; -EUCLEAN.
 */
int ipcshow_consumer_wait(struct ipcshow_consumer *consumer, __s64 timeout_ns);

/**
 * ipcshow_consumer_peek_batch() - look at several records, in place
 * @consumer: the end
 * @records: out: a record each
 * @count: at most so many
 *
 * ipcshow_consumer_release() releases all of them. Those of a group come in batches
 * of their own.
 *
 * Return: how many; 0: there is none; or as ipcshow_consumer_error().
 */
ssize_t ipcshow_consumer_peek_batch(struct ipcshow_consumer *consumer, struct iovec *records,
				    size_t count);

/**
 * ipcshow_consumer_copy() - take the next record of a producer that overwrites
 * @consumer: the end; of any producer
 * @buf: where to
 * @size: bytes at @buf
 * @lost: out: how many records were overwritten since the one before; at the end of all, since the
 *	last; may be NULL
 *
 * Return: bytes of the record, of which at most @size were copied; -EAGAIN: there is
 * none, or the producer was faster than the copy each time; or as ipcshow_consumer_error().
 */
ssize_t ipcshow_consumer_copy(struct ipcshow_consumer *consumer, void *buf, size_t size,
			      __u64 *lost);

/** ipcshow_consumer_fd() - what to poll for records, by POLLIN; see ipcshow_producer_fd() */
int ipcshow_consumer_fd(const struct ipcshow_consumer *consumer);

/** ipcshow_consumer_arm() - as ipcshow_producer_arm(), for a record that is there */
int ipcshow_consumer_arm(struct ipcshow_consumer *consumer);

void ipcshow_consumer_stats(const struct ipcshow_consumer *consumer,
			    struct ipcshow_ring_stats *stats);

/* ---- several producers and one consumer ---- */

/**
 * DOC: Several producers
 *
 * Each producer has a ring of its own, and the consumer gathers from all of them. So no
 * producer waits for another, can hold it up by dying in the middle of a record, or
 * can spoil its records. The records of each come in order; those of several as they are found.
 */

struct ipcshow_gather;

/** struct ipcshow_gathered - a producer, and what was taken of it */
struct ipcshow_gathered {
	void *tag;			/* of ipcshow_gather_add() */
	int error;			/* 0; -EPIPE: closed; -EOWNERDEAD: died; -EUCLEAN */
	__u32 reserved;
	struct ipcshow_ring_stats stats;
};

/**
 * ipcshow_gather_open() - a consumer of several producers, of which there is none yet
 * @gather: out
 *
 * Return: 0 or a negative errno.
 */
int ipcshow_gather_open(struct ipcshow_gather **gather);

/**
 * ipcshow_gather_add() - take the end that one more producer hands over
 * @gather: the consumer; nothing is peeked at
 * @sock: @options: as ipcshow_consumer_open()
 * @tag: the caller's name for it
 *
 * Return: as ipcshow_consumer_open(); -EOPNOTSUPP: the producer overwrites.
 */
int ipcshow_gather_add(struct ipcshow_gather *gather, int sock,
		       const struct ipcshow_ring_options *options, void *tag);

/**
 * ipcshow_gather_peek() - look at the oldest record of some producer, in place
 * @gather: the consumer
 * @size: out: bytes of its content
 * @tag: out: whose it is; may be NULL
 *
 * Return: the content, which stays until ipcshow_gather_release(), or NULL: none has any.
 */
const void *ipcshow_gather_peek(struct ipcshow_gather *gather, size_t *size, void **tag);

/**
 * ipcshow_gather_release() - what was peeked at is done with
 * @gather: the consumer
 *
 * Once in some thousand records this sees, by a system call, who has died.
 */
void ipcshow_gather_release(struct ipcshow_gather *gather);

/**
 * ipcshow_gather_reap() - let go of a producer that has ended and whose records were taken
 * @gather: the consumer
 * @ended: out: which, and how
 *
 * Return: true: there was one; ask again.
 */
bool ipcshow_gather_reap(struct ipcshow_gather *gather, struct ipcshow_gathered *ended);

/**
 * ipcshow_gather_stats() - how far one of the producers is that have not been let go of
 * @gather: the consumer
 * @i: from 0 on; which one that is changes with each ipcshow_gather_reap()
 * @about: out
 *
 * Return: true; false: there are no more than @i.
 */
bool ipcshow_gather_stats(const struct ipcshow_gather *gather, size_t i,
			  struct ipcshow_gathered *about);

/**
 * ipcshow_gather_wait() - wait for a record of any producer, or for the end of one
 * @gather: the consumer
 * @timeout_ns: as ipcshow_consumer_wait()
 *
 * Return: 0: peek, and reap; -ETIMEDOUT; -EINTR; -ENODATA: there is no producer to wait for.
 */
int ipcshow_gather_wait(struct ipcshow_gather *gather, __s64 timeout_ns);

/** ipcshow_gather_fd() - what to poll, by POLLIN; call ipcshow_gather_arm() before each poll() */
int ipcshow_gather_fd(const struct ipcshow_gather *gather);

/** ipcshow_gather_arm() - 0: poll; 1: don't, ipcshow_gather_wait() would not wait */
int ipcshow_gather_arm(struct ipcshow_gather *gather);

/** ipcshow_gather_close() - take no more records; all producers are told */
void ipcshow_gather_close(struct ipcshow_gather *gather);

/* Of what follows the functions below are made. */
bool ipcshow_producer_make_room_(struct ipcshow_producer *producer, size_t size);
size_t ipcshow_producer_make_group_(struct ipcshow_producer *producer, size_t size, size_t count);
void ipcshow_producer_attend_(struct ipcshow_producer *producer, __u64 attention);
bool ipcshow_consumer_find_more_(struct ipcshow_consumer *consumer);
void ipcshow_consumer_attend_(struct ipcshow_consumer *consumer, __u64 attention);
const void *ipcshow_consumer_peek_group_(struct ipcshow_consumer *consumer, size_t *size,
					 size_t *count);
void ipcshow_consumer_spoilt_(struct ipcshow_consumer *consumer);

/* ---- what is done for every record; inline ---- */

#define IPCSHOW_RING_HEADER_	sizeof(struct ipcshow_record)
#define IPCSHOW_RING_GROUP_HEADER_	sizeof(struct ipcshow_ring_group)
#define IPCSHOW_RING_AHEAD_	1024	/* bytes; see ipcshow_producer_prefetch_() */
#define IPCSHOW_RING_FETCHED_	4096
#define IPCSHOW_RING_READ_AHEAD_	4096	/* see ipcshow_consumer_prefetch_() */
#define IPCSHOW_RING_SHORT_	32	/* bytes; see there and ipcshow_producer_zero_ahead_() */
#define IPCSHOW_RING_ZEROED_	64

/**
 * ipcshow_ring_stride() - from each record to the next, where many are reserved or peeked at
 * @size: bytes of content of each
 *
 * Return: bytes; a multiple of 8, and never 0.
 */
static inline size_t ipcshow_ring_stride(size_t size)
{
	return size ? (size + 7) & ~(size_t)7 : 8;
}

/*
 * Bytes that a group takes. Where both are numbers of 32 bits, as they are in its header, no
 * step of this overflows: at most it is (2^32 - 1) * 2^32 + 16.
 */
static inline __u64 ipcshow_ring_group_need_(__u32 size, __u32 count)
{
	return (size ? ((__u64)size + 7) & ~(__u64)7 : 8) * count + IPCSHOW_RING_GROUP_HEADER_;
}

/* Bytes that a record takes, whose content has @size. */
static inline __u64 ipcshow_ring_need_(__u64 size)
{
	return (size + IPCSHOW_RING_HEADER_ + 7) & ~(__u64)7;
}

/*
 * Is there room for @need bytes, and behind it for the zero that is the next header? After an error
 * there is none: what was reserved before it may have been committed since, past the limit.
 */
static inline bool ipcshow_producer_fits_(const struct ipcshow_producer *producer, __u64 need)
{
	return (__s64)(producer->limit - producer->tail) >= (__s64)(need + IPCSHOW_RING_HEADER_);
}

static inline __u64 *ipcshow_producer_header_(const struct ipcshow_producer *producer)
{
	return (__u64 *)(void *)(producer->data + (producer->tail & producer->mask));
}

/* A header as one word: the size is the half that comes first, which makes little-endian the only order. */
static inline __u64 ipcshow_ring_header_(__u64 size, __u64 number)
{
	return (size + IPCSHOW_RING_HEADER_) | number << 32;
}

/* Have a line of cache ready for writing. */
static inline void ipcshow_ring_prefetch_(const void *p)
{
#ifdef __x86_64__
	__asm__ volatile("prefetchw %0" : : "m" (*(const char *)p));
#else
	__builtin_prefetch(p, 1, 3);
#endif
}

/*
 * The consumer has these lines: ask for them before they are written to. What is longer than
 * some pages is best asked for by the writing itself.
 */
static inline void ipcshow_producer_prefetch_(const struct ipcshow_producer *producer, __u64 need)
{
	__u64 from = producer->tail + IPCSHOW_RING_AHEAD_, i;

	if (need > IPCSHOW_RING_FETCHED_)
		return;
	/* Who looks at the next header all the time has that line again: ask before it is filled. */
	if (need <= IPCSHOW_RING_SHORT_)
		ipcshow_ring_prefetch_(ipcshow_producer_header_(producer));
	for (i = (from + 63) & ~(__u64)63; i < from + need; i += 64)
		ipcshow_ring_prefetch_(producer->data + (i & producer->mask));
}

/* Room is handed out. */
static inline void *ipcshow_producer_hand_out_(struct ipcshow_producer *producer, __u64 need,
					       size_t header)
{
	ipcshow_producer_prefetch_(producer, need);
	if (producer->tail + need > producer->handed)
		producer->handed = producer->tail + need;
	return (__u8 *)ipcshow_producer_header_(producer) + header;
}

/**
 * ipcshow_producer_error() - why there was no room
 * @producer: the end
 *
 * Return: 0: the ring is full; -EPIPE, -EOWNERDEAD: the consumer has closed its end or died, and
 * all further records would be in vain; -EUCLEAN: the consumer wrote nonsense. -EMSGSIZE: the last
 * record that was asked for would never fit.
 */
static inline int ipcshow_producer_error(const struct ipcshow_producer *producer)
{
	return producer->error;
}

/**
 * ipcshow_producer_reserve() - room for a record
 * @producer: the end; nothing is reserved, or it is given up by this
 * @size: bytes of content: at most half the ring less 8, and less than 4 GiB - 16
 *
 * Return: the room, aligned to 8, to be filled in any order; or NULL: see ipcshow_producer_error().
 */
static inline void *ipcshow_producer_reserve(struct ipcshow_producer *producer, size_t size)
{
	__u64 need = ipcshow_ring_need_(size);

	if (__builtin_expect(size > producer->max || !ipcshow_producer_fits_(producer, need), 0) &&
	    !ipcshow_producer_make_room_(producer, size))
		return NULL;
	producer->reserved = need;
	return ipcshow_producer_hand_out_(producer, need, IPCSHOW_RING_HEADER_);
}

/**
 * ipcshow_producer_reserve_many() - room for records of one size
 * @producer: the end; nothing is reserved, or it is given up by this
 * @size: bytes of content of each: as ipcshow_producer_reserve()
 * @count: in: at most so many; out: for so many there is room, which is 1 at least
 *
 * In all, a group takes half the ring at most. A producer that overwrites has room for one
 * record at a time.
 *
 * Return: the room: of the first record, and ipcshow_ring_stride() further on of the next; or
 * NULL: not even one fits, see ipcshow_producer_error().
 */
static inline void *ipcshow_producer_reserve_many(struct ipcshow_producer *producer, size_t size,
						  size_t *count)
{
	__u64 need;

	if (__builtin_expect(size > producer->max || *count - 2 > UINT32_MAX - 2, 0))
		need = UINT64_MAX;
	else
		need = ipcshow_ring_group_need_((__u32)size, (__u32)*count);
	if (__builtin_expect(need > producer->group_max ||
			     !ipcshow_producer_fits_(producer, need), 0)) {
		*count = ipcshow_producer_make_group_(producer, size, *count);
		/* One has the header of a record, so that whoever waits for room for that has room. */
		if (*count <= 1)
			return *count ? ipcshow_producer_reserve(producer, size) : NULL;
		need = ipcshow_ring_group_need_((__u32)size, (__u32)*count);
	}
	producer->reserved = 0;
	producer->group = need;
	producer->group_at = producer->tail;
	return ipcshow_producer_hand_out_(producer, need, IPCSHOW_RING_GROUP_HEADER_);
}

/**
 * ipcshow_producer_discard() - give up what was reserved
 * @producer: the end
 */
static inline void ipcshow_producer_discard(struct ipcshow_producer *producer)
{
	if (producer->reserved || producer->group)
		__atomic_store_n(&producer->mine->discarded, producer->mine->discarded + 1,
				 __ATOMIC_RELAXED);
	producer->reserved = 0;
	producer->group = 0;
}

/* Let the consumer know how far it may go without looking at each header. */
static inline void ipcshow_producer_publish_(struct ipcshow_producer *producer)
{
	producer->published = producer->tail;
	producer->mine->records = producer->records;
	producer->mine->bytes = producer->bytes;
	/* Pairs with the acquire in ipcshow_consumer_find_more_(). */
	__atomic_store_n(&producer->mine->pos, producer->tail, __ATOMIC_RELEASE);
}

/*
 * Who commits short records now and then has a consumer that looks at the next header all the
 * time. To take that line from it only for a zero would cost a hand-over more, so there are zeros
 * before it looks there.
 */
static inline void ipcshow_producer_zero_ahead_(struct ipcshow_producer *producer)
{
	if (producer->zeroed - producer->tail >= IPCSHOW_RING_ZEROED_ ||
	    producer->zeroed + 64 > producer->limit)
		return;
	__builtin_memset(producer->data + (producer->zeroed & producer->mask), 0, 64);
	producer->zeroed = (producer->zeroed & ~(__u64)63) + 64;
}

/*
 * What was reserved is complete: @header is that of what lies there, @need bytes, @records of
 * @bytes of content in all.
 */
static inline void ipcshow_producer_commit_(struct ipcshow_producer *producer, __u64 header,
					    __u64 need, __u64 records, __u64 bytes)
{
	__u64 *at = ipcshow_producer_header_(producer);
	__u64 attention;

	producer->tail += need;
	producer->records += records;
	producer->bytes += bytes;
	/* Is there a zero where the next header will be? */
	if (producer->tail < producer->handed || producer->tail >= producer->zeroed) {
		__atomic_store_n(ipcshow_producer_header_(producer), 0, __ATOMIC_RELAXED);
		producer->zeroed = producer->tail + IPCSHOW_RING_HEADER_;
	}
	/*
	 * Pairs with the acquire of the consumer that finds the record by its header: who sees it
	 * sees the content, and the zero behind it; and of a group, its size and count.
	 */
	__atomic_store_n(at, header, __ATOMIC_RELEASE);
	if (need <= IPCSHOW_RING_SHORT_)
		ipcshow_producer_zero_ahead_(producer);
	if (producer->tail - producer->published >= producer->step)
		ipcshow_producer_publish_(producer);

	/*
	 * Must not be read before the header is written: who goes to sleep has a barrier
	 * executed here between setting it and looking at the header (membarrier()), or
	 * asked for a fence.
	 */
	if (__builtin_expect(producer->fence, 0))
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	else
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	attention = __atomic_load_n(&producer->theirs->attention, __ATOMIC_RELAXED);
	if (__builtin_expect(attention, 0))
		ipcshow_producer_attend_(producer, attention);
}

/**
 * ipcshow_producer_commit() - the reserved record is complete: the consumer may have it
 * @producer: the end
 * @size: bytes of its content, at most what was reserved
 */
static inline void ipcshow_producer_commit(struct ipcshow_producer *producer, size_t size)
{
	__u64 need = ipcshow_ring_need_(size);

	/* More than was reserved, or nothing was: that would spoil the ring. */
	if (__builtin_expect(need > producer->reserved || size > producer->max, 0))
		__builtin_trap();
	producer->reserved = 0;
	ipcshow_producer_commit_(producer, ipcshow_ring_header_(size, producer->records), need, 1,
				 size);
}

/**
 * ipcshow_producer_commit_many() - the reserved records are complete: the consumer may have them
 * @producer: the end
 * @size: bytes of content of each: what was reserved
 * @count: how many of them: the first ones; at least 1, at most what was reserved
 *
 * All at once: should we be killed, then none of them has been committed, or all.
 */
static inline void ipcshow_producer_commit_many(struct ipcshow_producer *producer, size_t size,
						size_t count)
{
	__u64 need;

	if (producer->reserved && count == 1) {
		ipcshow_producer_commit(producer, size);
		return;
	}
	/* As in ipcshow_producer_commit(). */
	if (__builtin_expect(size > producer->max || count - 1 > UINT32_MAX - 1 ||
			     producer->group_at != producer->tail, 0))
		__builtin_trap();
	need = ipcshow_ring_group_need_((__u32)size, (__u32)count);
	if (__builtin_expect(need > producer->group, 0))
		__builtin_trap();
	producer->group = 0;
	ipcshow_producer_header_(producer)[1] = size | (__u64)count << 32;
	ipcshow_producer_commit_(producer, IPCSHOW_RING_GROUP_MARK | producer->records << 32, need,
				 count, size * count);
}

/*
 * Many lines of cache are under way from the producer at a time if they are asked for before they
 * are read. Only those of records that are known to be there: it may be writing to the others. An
 * address is asked for, whatever lies there: this never fails, nor leaves the ring.
 */
static inline void ipcshow_consumer_prefetch_(const struct ipcshow_consumer *consumer, __u64 need)
{
	__u64 from = consumer->head + IPCSHOW_RING_READ_AHEAD_, i;

	if (need > IPCSHOW_RING_FETCHED_ ||
	    consumer->limit - consumer->head < need + IPCSHOW_RING_READ_AHEAD_)
		return;
	for (i = (from + 63) & ~(__u64)63; i < from + need; i += 64)
		__builtin_prefetch(consumer->data + (i & consumer->mask), 0, 3);
}

/**
 * ipcshow_consumer_error() - why there was no record
 * @consumer: the end
 *
 * Return: 0: the ring is empty; -EPIPE, -EOWNERDEAD: all records were taken and no more come, since the
 * producer has closed its end or died; -EUCLEAN: the producer wrote nonsense;
 * -EOPNOTSUPP: the producer overwrites: see ipcshow_consumer_copy().
 */
static inline int ipcshow_consumer_error(const struct ipcshow_consumer *consumer)
{
	return consumer->error;
}

/**
 * ipcshow_consumer_peek() - look at the oldest record, in place
 * @consumer: the end
 * @size: out: bytes of its content
 *
 * Return: the content, aligned to 8, which stays until ipcshow_consumer_release(); or NULL:
 * see ipcshow_consumer_error().
 */
static inline const void *ipcshow_consumer_peek(struct ipcshow_consumer *consumer, size_t *size)
{
	const __u8 *record = consumer->data + (consumer->head & consumer->mask);
	__u64 bytes, need;

	if (__builtin_expect(consumer->limit == consumer->head, 0) &&
	    !ipcshow_consumer_find_more_(consumer))
		return NULL;
	/* Once: whatever it says later, this is what was checked. */
	bytes = __atomic_load_n((const __u32 *)(const void *)record, __ATOMIC_RELAXED);
	need = (bytes + 7) & ~(__u64)7;
	if (__builtin_expect(bytes < IPCSHOW_RING_HEADER_ ||
			     need > consumer->limit - consumer->head, 0)) {
		size_t one = 1;

		if (bytes == IPCSHOW_RING_GROUP_MARK)
			return ipcshow_consumer_peek_group_(consumer, size, &one);
		ipcshow_consumer_spoilt_(consumer);
		return NULL;
	}
	ipcshow_consumer_prefetch_(consumer, need);
	consumer->next = consumer->head + need;
	consumer->peeked = 1;
	consumer->peeked_bytes = bytes - IPCSHOW_RING_HEADER_;
	*size = consumer->peeked_bytes;
	return record + IPCSHOW_RING_HEADER_;
}

/**
 * ipcshow_consumer_peek_many() - look at records of one size, in place
 * @consumer: the end
 * @size: out: bytes of content of each
 * @count: in: at most so many, at least 1; out: how many there are
 *
 * It gives the records of a group, or what is left of them, or one that is in none.
 *
 * Return: the content of the first, and ipcshow_ring_stride() further on that of the next, which stay
 * until ipcshow_consumer_release(), which releases all of them; or NULL: see
 * ipcshow_consumer_error().
 */
static inline const void *ipcshow_consumer_peek_many(struct ipcshow_consumer *consumer,
						     size_t *size, size_t *count)
{
	const __u64 *header = (const __u64 *)(const void *)(consumer->data +
							   (consumer->head & consumer->mask));
	__u64 group, need;

	if (__builtin_expect(consumer->limit == consumer->head, 0) &&
	    !ipcshow_consumer_find_more_(consumer))
		return NULL;
	if ((__u32)__atomic_load_n(header, __ATOMIC_RELAXED) != IPCSHOW_RING_GROUP_MARK) {
		*count = 1;
		return ipcshow_consumer_peek(consumer, size);
	}
	/* Once, as there. */
	group = __atomic_load_n(header + 1, __ATOMIC_RELAXED);
	need = ipcshow_ring_group_need_((__u32)group, (__u32)(group >> 32));
	if (__builtin_expect(consumer->group_at == consumer->head || group >> 32 > *count ||
			     !(group >> 32) || need > consumer->limit - consumer->head, 0))
		return ipcshow_consumer_peek_group_(consumer, size, count);
	ipcshow_consumer_prefetch_(consumer, need);
	*size = (__u32)group;
	*count = group >> 32;
	consumer->next = consumer->head + need;
	consumer->peeked = *count;
	consumer->peeked_bytes = *size * *count;
	return header + 2;
}

/* Let the producer have the room. */
static inline void ipcshow_consumer_publish_(struct ipcshow_consumer *consumer)
{
	consumer->published = consumer->head;
	consumer->mine->records = consumer->records;
	consumer->mine->bytes = consumer->bytes;
	/* Pairs with the acquire in ipcshow_producer_make_room_(): what was read was read before. */
	__atomic_store_n(&consumer->mine->pos, consumer->head, __ATOMIC_RELEASE);
}

/* Does the producer sleep? As in ipcshow_producer_commit_(). */
static inline __u64 ipcshow_consumer_attention_(const struct ipcshow_consumer *consumer)
{
	if (__builtin_expect(consumer->fence, 0))
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	else
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&consumer->theirs->attention, __ATOMIC_RELAXED);
}

static inline void ipcshow_consumer_look_(struct ipcshow_consumer *consumer)
{
	__u64 attention = ipcshow_consumer_attention_(consumer);

	if (__builtin_expect(attention, 0))
		ipcshow_consumer_attend_(consumer, attention);
}

/**
 * ipcshow_consumer_release() - what was peeked at is done with
 * @consumer: the end
 */
static inline void ipcshow_consumer_release(struct ipcshow_consumer *consumer)
{
	consumer->head = consumer->next;
	consumer->records += consumer->peeked;
	consumer->bytes += consumer->peeked_bytes;
	consumer->peeked = 0;
	consumer->peeked_bytes = 0;
	if (consumer->head - consumer->published >= consumer->step)
		ipcshow_consumer_publish_(consumer);
	ipcshow_consumer_look_(consumer);
}

#ifdef __cplusplus
}
#endif

#endif /* IPCSHOW_RING_API_H */
