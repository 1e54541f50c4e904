/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RESULTS_H
#define RESULTS_H

#include "demo.h"

#define DEMOS_MAX	32
#define ENTRIES_MAX	64
#define NAMES_MAX	32
#define TEXT_MAX	(1U << 18)

/**
 * enum entry_type - what a demo says
 * @ENTRY_TEXTBOOK: what textbooks claim
 * @ENTRY_ACTION: what is done, and what comes of it
 * @ENTRY_PROOF: what was found, as the textbook has it
 * @ENTRY_CONTRADICTION: the textbook's claim, which does not hold here
 * @ENTRY_MISSING: what cannot be shown here
 * @ENTRY_FAILURE: what went wrong
 */
enum entry_type {
	ENTRY_TEXTBOOK,
	ENTRY_ACTION,
	ENTRY_PROOF,
	ENTRY_CONTRADICTION,
	ENTRY_MISSING,
	ENTRY_FAILURE,
	NR_ENTRY_TYPES
};

/* struct entry - a sentence; @text is an offset in &results.text */
struct entry {
	enum entry_type type;
	unsigned int text;
};

#define CHANNELS_MAX	2

/**
 * struct channel_facts - what was found of a channel, for the table of mechanisms
 * @kind: what ipcshow-diff calls it
 * @both_ends: it has ends of both tasks
 * @flow: IPCSHOW_FLOW_*, the sender being A
 * @same_page: what one writes, the other reads from the same physical page
 */
struct channel_facts {
	enum ipcshow_channel_kind kind;
	bool both_ends;
	unsigned int flow;
	bool same_page;
};

/* struct demo_result - what came of one demo */
struct demo_result {
	bool ran;
	unsigned int nr_entries;
	struct entry entries[ENTRIES_MAX];
	unsigned int counts[NR_ENTRY_TYPES];
	unsigned int nr_channels;
	struct channel_facts channels[CHANNELS_MAX];
};

/* What has a name, or a number, in the system, and does not go with its last user. */
enum name_type {
	NAME_NONE,
	NAME_FILE,
	NAME_DIRECTORY,
	NAME_SHM,
	NAME_SEM,
	NAME_MQ,
	NAME_SYSV_SHM,
	NAME_SYSV_SEM,
	NAME_SYSV_MSG,
};

struct name {
	enum name_type type;
	int id;
	char path[96];
};

/**
 * struct results - what the process of a demo leaves to the one that started it
 * @demos: by index in demos[]
 * @names: what is to be removed, whoever is left to do it
 * @output_error: errno of the output that failed, or 0
 * @used: bytes of @text
 * @text: sentences, each terminated
 *
 * Shared between these two, one after the other, and with no process that a demo starts:
 * it is not to be seen in what the demos show.
 */
struct results {
	struct demo_result demos[DEMOS_MAX];
	struct name names[NAMES_MAX];
	int output_error;
	unsigned int used;
	char text[TEXT_MAX];
};

extern struct results *results;

void results_make(void);
/* In the process of demo @index: entries are its from now on, and no child inherits them. */
void results_enter(size_t index);
void results_add(enum entry_type type, const char *text);
/* The output failed, as errno says: nothing more is done. */
__attribute__((noreturn))
void results_output_failed(int error);
void results_add_channel(const struct channel_facts *channel);
/* Of all demos that ran. */
unsigned int results_count(enum entry_type type);

/*
 * Names are registered before they are used, so that nothing is left behind. They carry the
 * PID of this process. What is returned lives until the process ends.
 */
const char *name_make(enum name_type type, const char *suffix);
void name_keep_id(enum name_type type, int id);
void names_remove(void);

#endif
