// SPDX-License-Identifier: GPL-2.0
/* Makes records in a loop, on a ring of BPF's: what producer.c does in a module. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "records.h"

char LICENSE[] SEC("license") = "GPL";

/* How large it is, is said before it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
} ring SEC(".maps");

/* BPF_RB_NO_WAKEUP, or 0: the ring itself decides whether to wake the consumer. */
const volatile __u64 flags;

struct loop {
	__u64 first;
	__u64 made;
};

static __always_inline long make(__u32 index, struct loop *loop, __u32 bytes)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, bytes, 0);

	if (!record)
		return 1;
	record_fill(record, bytes, loop->first + index);
	bpf_ringbuf_submit(record, flags);
	loop->made++;
	return 0;
}

/* A program for each size, since the verifier wants to know it. */
#define DEFINE_PRODUCER(name, bytes)						\
static long make_##name(__u32 index, void *loop)				\
{										\
	return make(index, loop, bytes);					\
}										\
										\
SEC("syscall")									\
int produce_##name(struct records *arg)						\
{										\
	struct loop loop = { .first = arg->first };				\
										\
	bpf_loop(arg->count, make_##name, &loop, 0);				\
	arg->made = loop.made;							\
	return 0;								\
}

DEFINE_PRODUCER(small, RECORDS_SMALL)
DEFINE_PRODUCER(medium, RECORDS_MEDIUM)
DEFINE_PRODUCER(large, RECORDS_LARGE)
