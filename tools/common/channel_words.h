/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CHANNEL_WORDS_H
#define CHANNEL_WORDS_H

#include "column.h"
#include "ipcshow.h"

/* For --list-columns: their words. */
void mechanisms_list(struct out *out);
void channels_list(struct out *out);

const char *flow_word(unsigned int flow);
bool channel_is_idle(const struct ipcshow_channel *channel, unsigned int flow);
void set_channel_notes(struct value *value, unsigned int flags);
void json_channel_end_members(struct out *out, bool first, const struct ipcshow_survey *survey,
			      const struct ipcshow_channel_end *end);

#endif
