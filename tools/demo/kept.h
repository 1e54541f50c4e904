/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KEPT_H
#define KEPT_H

#include "demo.h"

/* A register that calls keep: a thread has a value of its own there while it sleeps. */
const char *kept_name(void);

/* Sleep until there is something to read, with @value in the register; what is in it then. */
unsigned long kept_sleep(unsigned long value, int fd);

/* What is in it, of a thread that sleeps; false: it does not yet, or it cannot be seen. */
bool kept_see(const struct ipcshow_thread_view *thread, __u64 *value);

#endif
