// SPDX-License-Identifier: GPL-2.0
/*
 * The ring buffer of BPF: a bpf_loop() in a program (kernel/producer.bpf.c) makes the records of a
 * call, and libbpf reads them.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>

#include "kernel/records.h"
#include "way.h"

/* The program, as clang made it: PRODUCER is where. */
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	"producer_begin: .incbin \"" PRODUCER "\"\n"
	"producer_end:\n"
	".popsection\n");

extern const char producer_begin[], producer_end[];

struct reader {
	struct bpf_object *object;
	struct ring_buffer *ring;
	int program;
	/* Of the call that is under way. */
	struct tally tally;
	u64 number;
};

#define DEFINE_SAMPLE(size_)							\
static int sample_##size_(void *arg, void *record, size_t size)			\
{										\
	struct reader *reader = arg;						\
										\
	if (size != size_)							\
		return -EBADMSG;						\
	message_take(&reader->tally, record, size_, reader->number++);		\
	return 0;								\
}

DEFINE_SAMPLE(8)
DEFINE_SAMPLE(64)
DEFINE_SAMPLE(1024)

static const struct {
	size_t size;
	const char *program;
	ring_buffer_sample_fn sample;
} sizes[] = {
	{ RECORDS_SMALL, "produce_small", sample_8 },
	{ RECORDS_MEDIUM, "produce_medium", sample_64 },
	{ RECORDS_LARGE, "produce_large", sample_1024 },
};

static size_t size_index(const struct channel *channel)
{
	size_t i = 0;

	while (sizes[i].size != channel->size)
		i++;
	return i;
}

static void load(struct channel *channel, struct reader *reader)
{
	size_t size = (size_t)(producer_end - producer_begin);
	u64 flags = channel->way->arg;
	struct bpf_map *ring, *constants;
	int err;

	reader->object = bpf_object__open_mem(producer_begin, size, NULL);
	if (!reader->object)
		channel_die(channel, "bpf_object__open_mem", errno);
	ring = bpf_object__find_map_by_name(reader->object, "ring");
	constants = bpf_object__find_map_by_name(reader->object, ".rodata");
	err = bpf_map__set_max_entries(ring, (uint32_t)channel->ring);
	if (!err)
		err = bpf_map__set_initial_value(constants, &flags, sizeof(flags));
	if (!err)
		err = bpf_object__load(reader->object);
	if (err)
		channel_die(channel, "bpf_object__load", -err);
}

static void begin(struct channel *channel, bool produces)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	size_t i = size_index(channel);

	(void)produces;
	if (!reader)
		channel_die(channel, "memory", ENOMEM);
	load(channel, reader);
	reader->program = bpf_program__fd(bpf_object__find_program_by_name(reader->object,
									   sizes[i].program));
	reader->ring = ring_buffer__new(bpf_object__find_map_fd_by_name(reader->object, "ring"),
					sizes[i].sample, reader, NULL);
	if (!reader->ring)
		channel_die(channel, "ring_buffer__new", errno);
	channel->own = reader;
}

static void end(struct channel *channel, bool produces)
{
	struct reader *reader = channel->own;

	(void)produces;
	ring_buffer__free(reader->ring);
	bpf_object__close(reader->object);
	free(reader);
}

static void produce(struct channel *channel, u64 first, u64 count)
{
	struct records records = { .first = first, .count = count, .bytes = channel->size };
	LIBBPF_OPTS(bpf_test_run_opts, options,
		    .ctx_in = &records, .ctx_size_in = sizeof(records));
	const struct reader *reader = channel->own;
	int err = bpf_prog_test_run_opts(reader->program, &options);

	if (err)
		channel_die(channel, "bpf_prog_test_run_opts", -err);
	if (records.made != count)
		channel_die(channel, "producer", ENOSPC);
}

static struct tally consume(struct channel *channel, u64 first, u64 count)
{
	struct reader *reader = channel->own;
	int err;

	reader->tally = (struct tally){ 0 };
	reader->number = first;
	err = ring_buffer__consume(reader->ring);
	if (err < 0)
		channel_die(channel, "ring_buffer__consume", -err);
	if (reader->number != first + count)
		channel_die(channel, "consumer", EBADMSG);
	return reader->tally;
}

#define WAY(text, flags, max)								\
	{ .name = text, .kind = KIND_ANY, .arg = flags, .max_ring = max,		\
	  .begin = begin, .end = end, .produce = produce, .consume = consume }

/* All rings of a group are there at a time: of the largest, only one of each kind. */
const struct way bpf_ways[] = {
	WAY("BPF ring buffer", 0, 64UL << 20),
	WAY("BPF ring buffer, NO_WAKEUP", BPF_RB_NO_WAKEUP, 0),
	{ 0 }
};
