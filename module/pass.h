/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_PASS_H
#define IPCSHOW_PASS_H

#include <linux/types.h>

struct ipcshow_compare_state;
struct ipcshow_targets;

/* A chunk that does not settle is read so many times. */
#define IPCSHOW_PASS_TRIES_MAX	4

void ipcshow_pass_resume(struct ipcshow_compare_state *c);
int ipcshow_pass_join(struct ipcshow_compare_state *c, const struct ipcshow_targets *targets);
bool ipcshow_pass_is_empty(const struct ipcshow_compare_state *c);

#endif
