/* SPDX-License-Identifier: GPL-2.0 */
#ifndef INPUT_H
#define INPUT_H

#include "options.h"

/**
 * struct input - records in standard input
 * @framing: how they stand there
 * @max: bytes of the longest that is allowed
 * @records: that were there so far
 * @buf: what was read and not taken: from @start to @end
 * @room: bytes at @buf
 * @seen: of those, bytes in which there is no delimiter
 * @eof: there is no more
 */
struct input {
	struct framing framing;
	size_t max;
	__u64 records;
	char *buf;
	size_t start;
	size_t end;
	size_t room;
	size_t seen;
	bool eof;
};

#define INPUT_LONG	(-EMSGSIZE)
#define INPUT_CUT	(-ENODATA)

int input_open(struct input *input, const struct framing *framing, size_t max);
int input_wait(int gone_fd, int timeout_ms);
int input_fill(struct input *input);
int input_next(struct input *input, const char **record, size_t *size);
void input_complain(const struct input *input, int err);

#endif
