/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RING_HELLO_H
#define RING_HELLO_H

#include "ipcshow-ring.h"

#define RING_HELLO_PRODUCER	0x6f725066U
#define RING_HELLO_CONSUMER	0x6f724366U

/* The ring is the module's: what comes with this is an end of it. */
#define RING_HELLO_F_MODULE	(1U << 0)
#define RING_HELLO_F_OVERWRITE	(1U << 1)
/* The sender cannot have a barrier executed by others, or not by itself. */
#define RING_HELLO_F_FENCE	(1U << 2)

#define RING_HELLO_FDS_MAX	2

/**
 * struct ring_hello - what each end says of itself when they meet, the producer first
 * @role: RING_HELLO_PRODUCER or RING_HELLO_CONSUMER; no other version's
 * @flags: RING_HELLO_F_*
 * @ring_size: bytes of data
 * @page_size: bytes of each side's page
 *
 * With it come the memfds of what the sender writes: its page and, from the producer, the data.
 * Or F_MODULE: with the producer's comes the consumer's end, of which the module knows more.
 */
struct ring_hello {
	__u32 role;
	__u32 flags;
	__u64 ring_size;
	__u64 page_size;
};

int ring_hello_send(int sock, const struct ring_hello *hello, const int *fds, size_t nr_fds);
int ring_hello_receive(int sock, struct ring_hello *hello, int *fds, size_t nr_fds,
		       __s64 deadline);

#endif
