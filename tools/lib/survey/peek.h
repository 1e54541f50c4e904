/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_PEEK_H
#define IPCSHOW_PEEK_H

#include <stdbool.h>
#include <sys/types.h>

#include "internal.h"

/* So much is read at once. */
#define PEEK_MAX	3072U

/* So many helpers of a survey, or of all that a process takes, are waited for in vain. */
#define PEEK_LOST_MAX	16

/**
 * struct peek - a helper process that reads memory of others
 * @helper: its PID; 0: there is none at present
 * @socket: to it
 * @lost: the processes at whose memory helpers were lost; @nr_lost of them
 */
struct peek {
	pid_t helper;
	int socket;
	u32 lost[PEEK_LOST_MAX];
	size_t nr_lost;
};

bool peek_read(struct peek *peek, u32 tgid, u32 tid, u64 address, void *to, size_t size);
void peek_end(struct peek *peek);

#endif
