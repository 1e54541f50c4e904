/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STREAM_H
#define STREAM_H

#include "mechanism.h"

/* Of an end whose descriptor is a stream. */
int stream_commit(struct end *end);
const void *stream_peek(struct end *end);
int stream_break_off(struct end *end);

#endif
