/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <sys/types.h>

/**
 * struct message - what an actor writes, with @size bytes behind it
 * @name: @pid: whose it is
 * @type: MESSAGE_SAYS: a sentence; MESSAGE_GIVES: data; MESSAGE_LACKS and MESSAGE_FAILED: why
 *	it cannot go on
 */
struct message {
	char name[24];
	pid_t pid;
	enum {
		MESSAGE_SAYS,
		MESSAGE_GIVES,
		MESSAGE_LACKS,
		MESSAGE_FAILED,
	} type;
	unsigned int size;
};

/* One write() is not mixed with those of other threads up to PIPE_BUF. */
#define MESSAGE_MAX	4096

#endif
