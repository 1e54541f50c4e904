/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CHANNELS_H
#define CHANNELS_H

#include "surveyed.h"

/**
 * struct channel_row - a row: a channel, as it concerns two tasks
 * @channel: the channel
 * @a: @b: indexes of the tasks
 * @flow: IPCSHOW_FLOW_*
 */
struct channel_row {
	const struct ipcshow_channel *channel;
	unsigned int a;
	unsigned int b;
	unsigned int flow;
};

/* Cells that are of ends. */
void ends_text(struct row *row, struct value *value, unsigned int task);
void ends_detail(struct row *row, struct value *value);
void ends_json(const struct row *row, struct out *out);

#endif
