// SPDX-License-Identifier: GPL-2.0
/* The peers that are in C++. */
#include <new>

#include <boost/lockfree/spsc_queue.hpp>
#include <readerwriterqueue/readerwriterqueue.h>

#include "way.h"

namespace {

template <size_t size> struct message {
	u64 word[size / sizeof(u64)];
};

/* Memory that both processes have at the same address. */
template <typename T> struct shared_allocator {
	using value_type = T;

	shared_allocator() = default;
	template <typename U> shared_allocator(const shared_allocator<U> &) { }

	T *allocate(size_t nr)
	{
		return static_cast<T *>(channel_map(nr * sizeof(T)));
	}

	void deallocate(T *, size_t) { }
};

template <size_t size> struct boost_queue {
	using type = boost::lockfree::spsc_queue<message<size>,
		boost::lockfree::allocator<shared_allocator<message<size>>>>;

	static void make(channel *channel)
	{
		void *at = channel_map(sizeof(type));

		channel->shared = new (at) type(channel_slots(channel));
	}
};

template <size_t size> struct boost_single : boost_queue<size> {
	using queue = typename boost_queue<size>::type;

	static void produce(channel *channel, u64 first, u64 count)
	{
		auto to = static_cast<queue *>(channel->shared);
		message<size> one;

		for (u64 i = first; i != first + count; i++) {
			message_fill(&one, size, i);
			while (!to->push(one))
				relax();
		}
	}

	static tally consume(channel *channel, u64 first, u64 count)
	{
		auto from = static_cast<queue *>(channel->shared);
		tally sum = {};

		for (u64 i = first; i != first + count; i++)
			while (!from->consume_one([&](const message<size> &one) {
				message_take(&sum, &one, size, i);
			}))
				relax();
		return sum;
	}
};

template <size_t size> struct boost_batch : boost_queue<size> {
	using queue = typename boost_queue<size>::type;

	static void produce(channel *channel, u64 first, u64 count)
	{
		auto to = static_cast<queue *>(channel->shared);
		message<size> some[BATCH];
		u64 batch, done;

		for (; count; first += batch, count -= batch) {
			batch = count < BATCH ? count : BATCH;
			for (u64 i = 0; i < batch; i++)
				message_fill(&some[i], size, first + i);
			for (done = 0; done < batch; ) {
				u64 put = to->push(some + done, batch - done);

				done += put;
				if (!put)
					relax();
			}
		}
	}

	/* Nobody produces more than what is to be consumed. */
	static tally consume(channel *channel, u64 first, u64 count)
	{
		auto from = static_cast<queue *>(channel->shared);
		u64 next = first, end = first + count;
		tally sum = {};

		while (next != end)
			if (!from->consume_all([&](const message<size> &one) {
				message_take(&sum, &one, size, next++);
			}))
				relax();
		return sum;
	}
};

/* Takes its memory from malloc(): two threads. */
template <size_t size> struct moodycamel_queue {
	using queue = moodycamel::ReaderWriterQueue<message<size>>;

	static void make(channel *channel)
	{
		channel->shared = new queue(channel_slots(channel));
	}

	static void end(channel *channel)
	{
		delete static_cast<queue *>(channel->shared);
	}

	static void produce(channel *channel, u64 first, u64 count)
	{
		auto to = static_cast<queue *>(channel->shared);
		message<size> one;

		for (u64 i = first; i != first + count; i++) {
			message_fill(&one, size, i);
			while (!to->try_enqueue(one))
				relax();
		}
	}

	static tally consume(channel *channel, u64 first, u64 count)
	{
		auto from = static_cast<queue *>(channel->shared);
		tally sum = {};
		message<size> *one;

		for (u64 i = first; i != first + count; i++) {
			while (!(one = from->peek()))
				relax();
			message_take(&sum, one, size, i);
			from->pop();
		}
		return sum;
	}
};

/* The functions of a way, for the size of the channel. */
template <template <size_t> class peer> void make(channel *channel)
{
	switch (channel->size) {
	case SMALL: return peer<SMALL>::make(channel);
	case MEDIUM: return peer<MEDIUM>::make(channel);
	default: return peer<LARGE>::make(channel);
	}
}

template <template <size_t> class peer> void end(channel *channel, bool)
{
	switch (channel->size) {
	case SMALL: return peer<SMALL>::end(channel);
	case MEDIUM: return peer<MEDIUM>::end(channel);
	default: return peer<LARGE>::end(channel);
	}
}

template <template <size_t> class peer> void produce(channel *channel, u64 first, u64 count)
{
	switch (channel->size) {
	case SMALL: return peer<SMALL>::produce(channel, first, count);
	case MEDIUM: return peer<MEDIUM>::produce(channel, first, count);
	default: return peer<LARGE>::produce(channel, first, count);
	}
}

template <template <size_t> class peer> tally consume(channel *channel, u64 first, u64 count)
{
	switch (channel->size) {
	case SMALL: return peer<SMALL>::consume(channel, first, count);
	case MEDIUM: return peer<MEDIUM>::consume(channel, first, count);
	default: return peer<LARGE>::consume(channel, first, count);
	}
}

template <template <size_t> class peer>
constexpr way way_of(const char *name, unsigned int flags)
{
	way made = {};

	made.name = name;
	made.kind = KIND_FIXED;
	made.flags = WAY_SPINS | flags;
	made.make = make<peer>;
	made.produce = produce<peer>;
	made.consume = consume<peer>;
	return made;
}

constexpr way moodycamel_way()
{
	way made = way_of<moodycamel_queue>("ReaderWriterQueue, two threads",
					    WAY_TRIPS | WAY_THREADS);

	made.end = end<moodycamel_queue>;
	return made;
}

}

const struct way cxx_ways[] = {
	way_of<boost_single>("boost spsc_queue", WAY_TRIPS),
	way_of<boost_batch>("boost spsc_queue, batch 32", 0),
	moodycamel_way(),
	{}
};
