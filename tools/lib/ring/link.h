/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RING_LINK_H
#define RING_LINK_H

#include "ipcshow-ring.h"

/**
 * struct ring_link - by what two ends wake each other, and learn that the other is gone
 * @fd: end of a unix stream socket, or of the module's ring
 * @module: the latter
 * @gone: there is nobody at the other end any more
 */
struct ring_link {
	int fd;
	bool module;
	bool gone;
};

void ring_link_begin(const struct ring_link *link);
void ring_link_wake(struct ring_link *link);
int ring_link_sleep(struct ring_link *link, __s64 timeout_ns);
void ring_link_ask(struct ring_link *link);
void ring_link_close(struct ring_link *link);

#endif
