/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <string.h>

#include "options.h"

#define OUTPUT_BYTES	(64U << 10)

/**
 * struct output - records to standard output
 * @framing: how they are to stand there
 * @err: 0, or the negative errno of the first write that failed; then no more is written
 * @used: bytes in @buf
 */
struct output {
	struct framing framing;
	int err;
	size_t used;
	char buf[OUTPUT_BYTES];
};

void output_flush(struct output *output);
void output_put(struct output *output, const void *record, size_t size);
bool output_is_closed(void);
int output_close(struct output *output);

#endif
