/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_CHANNEL_H
#define IPCSHOW_CHANNEL_H

#include "items.h"
#include "note.h"
#include "survey.h"

/**
 * struct end - one descriptor or mapping of one task, or another end of a channel
 * @key: of what it is an end: equal keys are one channel
 * @kind: of the channel
 * @subject: index of the task
 * @side: @access: @role: @tid: as in &struct ipcshow_channel_end
 * @fd: its descriptor, or NULL
 * @mapping: its mapping, or NULL
 * @detail: from malloc(), or NULL
 */
struct end {
	u64 key;
	enum ipcshow_channel_kind kind;
	u32 subject;
	u32 side;
	u32 access;
	u32 tid;
	const char *role;
	const struct ipcshow_fd *fd;
	const struct mapping *mapping;
	char *detail;
};

/* struct ends - ends of channels, in any order until they are sorted */
struct ends {
	struct end *all;
	size_t nr;
	size_t room;
};

/* struct hold - an identity (0: not known) of what a task has an end by */
struct hold {
	u32 subject;
	u64 id;
};

/* struct hold_set - by task and identity, each once; from malloc() */
struct hold_set {
	struct hold *all;
	size_t nr;
};

/**
 * struct holds - what tasks have ends of one key by
 * @owners: tables of descriptors and address spaces; each end has one
 * @files: open file descriptions
 */
struct holds {
	struct hold_set owners;
	struct hold_set files;
};

/**
 * struct channel - a channel, and what only the library knows of it
 * @shown: what it points to is from malloc(); const is for the callers
 * @holds: empty where no key joins the tasks
 */
struct channel {
	struct ipcshow_channel shown;
	struct holds holds;
};

static inline const struct channel *channel_of(const struct ipcshow_channel *shown)
{
	return (const struct channel *)shown;
}

/**
 * struct ipcshow_channels - the channels that were found
 * @survey: of what
 * @all: the channels
 * @sysv: IPCSHOW_SYSV_F_*
 * @note: for texts that are put together
 * @awaited: lines of /proc/locks of who waits, each terminated, if @has_awaited
 * @awaited_unread: there may be more, which could not be read
 */
struct ipcshow_channels {
	const struct ipcshow_survey *survey;
	struct channel *all;
	size_t nr;
	size_t room;
	unsigned int sysv;
	struct note note;
	struct note awaited;
	bool has_awaited;
	bool awaited_unread;
};

u64 key_mix(u64 a, u64 b);

int ends_add(struct ends *ends, const struct end *end);
void ends_free(struct ends *ends);

/* Of each sort of channel: what ends tasks have. */
int sockets_find(const struct ipcshow_survey *survey, struct ends *ends);
int files_find(const struct ipcshow_survey *survey, struct ends *ends);

int holds_collect(struct holds *holds, const struct ipcshow_survey *survey, const struct end *ends,
		  size_t nr);
void holds_free(struct holds *holds);
bool holds_differ(const struct holds *holds);
bool holds_one_file(const struct holds *holds);
bool holds_same_owners(const struct holds *holds, size_t a, size_t b);

/* Of ends that have one key: add a channel. */
int channel_add_with_note(struct ipcshow_channels *channels, struct end *ends, size_t nr,
			  unsigned int flags);
int channel_add_named(struct ipcshow_channels *channels, struct end *ends, size_t nr,
		      unsigned int flags, const char *name);

/* Those that no key joins. */
int common_find(struct ipcshow_channels *channels);
int futexes_find(struct ipcshow_channels *channels, const struct ends *ends);
int signals_find(struct ipcshow_channels *channels);
int sysv_find(struct ipcshow_channels *channels);

/* The name of what @end is an end of, into channels->note; IPCSHOW_CHANNEL_F_*. */
unsigned int channel_name(struct ipcshow_channels *channels, const struct end *ends, size_t nr);

/* Locks on the file that the task has as @fd. */
void locks_list(struct ipcshow_channels *channels, struct items *items,
		const struct survey_subject *subject, const struct ipcshow_fd *fd);

#endif
