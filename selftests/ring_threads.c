// SPDX-License-Identifier: GPL-2.0
/*
 * The rings of libipcshow, both ends in one process and on one mapping, for the sanitizer of
 * threads.
 *
 * It knows memory by its address: so what one end makes, the other gets at the same one. Then
 * it sees each read and write of both sides, and that acquire and release (of headers,
 * positions, and attention) put them in order, on any machine. It does not see that the second
 * lap of the data is the first; and neither fences nor membarrier(): it cannot judge who wakes
 * whom, for which there is the model, nor the copies of a producer that overwrites, which are
 * races until they are validated.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ring/memory.h"
#include "ring_stream.h"

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "halt_on_error=1:exitcode=66:report_signal_unsafe=0";
}

/* ---- the same address for both ---- */

/* What was made, by the inode of its memfd, until neither end uses it. */
static struct {
	ino_t ino;
	void *start;
	int users;
} made[3];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int __real_ring_memory_make_side(struct ipcshow_ring_side **side);
int __real_ring_memory_make_data(__u8 **data, __u64 size, bool huge);
void __real_ring_memory_unmap(struct ring_memory *memory);
int __wrap_ring_memory_make_side(struct ipcshow_ring_side **side);
int __wrap_ring_memory_make_data(__u8 **data, __u64 size, bool huge);
int __wrap_ring_memory_take_side(int fd, struct ipcshow_ring_side **side);
int __wrap_ring_memory_take_data(int fd, __u64 size, __u8 **data);
void __wrap_ring_memory_unmap(struct ring_memory *memory);

static ino_t inode(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		err(1, "fstat");
	return st.st_ino;
}

static int remember(int fd, void *start)
{
	size_t i;

	if (fd < 0)
		return fd;
	pthread_mutex_lock(&lock);
	for (i = 0; made[i].users; i++)
		;
	made[i].ino = inode(fd);
	made[i].start = start;
	made[i].users = 1;
	pthread_mutex_unlock(&lock);
	return fd;
}

static void *find(int fd)
{
	const ino_t ino = inode(fd);
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; made[i].ino != ino || !made[i].users; i++)
		;
	made[i].users++;
	pthread_mutex_unlock(&lock);
	return made[i].start;
}

/* Is this the last who has it? */
static bool forget(void *start)
{
	bool last = false;
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < 3; i++)
		if (made[i].users && made[i].start == start)
			last = !--made[i].users;
	pthread_mutex_unlock(&lock);
	return last;
}

int __wrap_ring_memory_make_side(struct ipcshow_ring_side **side)
{
	const int fd = __real_ring_memory_make_side(side);

	return remember(fd, *side);
}

int __wrap_ring_memory_make_data(__u8 **data, __u64 size, bool huge)
{
	const int fd = __real_ring_memory_make_data(data, size, huge);

	return remember(fd, *data);
}

int __wrap_ring_memory_take_side(int fd, struct ipcshow_ring_side **side)
{
	*side = find(fd);
	return 0;
}

int __wrap_ring_memory_take_data(int fd, __u64 size, __u8 **data)
{
	(void)size;
	*data = find(fd);
	return 0;
}

void __wrap_ring_memory_unmap(struct ring_memory *memory)
{
	if (!forget(memory->producer))
		memory->producer = NULL;
	if (!forget(memory->consumer))
		memory->consumer = NULL;
	if (!forget(memory->data))
		memory->data = NULL;
	__real_ring_memory_unmap(memory);
}

/* ---- the streams ---- */

struct side {
	const struct ring_stream *stream;
	int sock;
	int result;
};

static void *produce(void *argument)
{
	struct side *side = argument;

	side->result = ring_stream_produce(side->stream, side->sock);
	return NULL;
}

/* Does all come? */
static bool run(struct ring_stream *stream)
{
	struct side side = { .stream = stream };
	struct ring_score score = { 0 };
	pthread_t thread;
	int socks[2], ret;

	stream->score = &score;
	ring_sockets(socks);
	side.sock = socks[0];
	if (pthread_create(&thread, NULL, produce, &side))
		errx(1, "no thread");
	ret = ring_stream_consume(stream, socks[1]);
	pthread_join(thread, NULL);
	printf("# %llu records; ends: %d, %d; line %d\n", (unsigned long long)score.taken,
	       side.result, ret, score.result);
	return !side.result && ret == -EPIPE && score.taken == stream->count;
}

int main(void)
{
	static const struct {
		const char *name;
		__u32 producer;
		__u32 consumer;
		enum ring_way way;
	} cases[] = {
		{ "usual", 0, 0, RING_WAY_SIMPLE },
		{ "stream", 0, IPCSHOW_RING_STREAM, RING_WAY_SIMPLE },
		{ "latency", 0, IPCSHOW_RING_LATENCY, RING_WAY_SIMPLE },
		{ "no_spin", IPCSHOW_RING_NO_SPIN, IPCSHOW_RING_NO_SPIN, RING_WAY_SIMPLE },
		{ "batch", 0, 0, RING_WAY_BATCH },
		{ "poll", 0, 0, RING_WAY_POLL },
		{ "impatient", 0, 0, RING_WAY_IMPATIENT },
		{ "copy", 0, 0, RING_WAY_COPY },
		{ "group", 0, 0, RING_WAY_GROUP },
		{ "group_stream", 0, IPCSHOW_RING_STREAM, RING_WAY_GROUP },
	};
	const size_t nr = sizeof(cases) / sizeof(cases[0]);
	struct ring_stream stream;
	size_t i, failed = 0;
	bool passed;

	printf("TAP version 13\n1..%zu\n", nr);
	for (i = 0; i < nr; i++) {
		stream = (struct ring_stream){
			.producer = { .size = sizeof(stream.producer), .flags = cases[i].producer,
				      .ring_size = RING_SIZE_MIN, .timeout_ns = 60 * SECOND },
			.consumer = { .size = sizeof(stream.consumer), .flags = cases[i].consumer,
				      .timeout_ns = 60 * SECOND },
			.way = cases[i].way,
			.seed = i,
			.count = 5000 * ring_work(),
		};
		passed = run(&stream);
		failed += !passed;
		printf("%s %zu threads.%s\n", passed ? "ok" : "not ok", i + 1, cases[i].name);
		fflush(stdout);
	}
	return failed != 0;
}
