/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "ipcshow-ring.h"
#include "usage.h"

/**
 * struct framing - how records stand in a byte stream
 * @binary: each has its length in front: 4 bytes, little-endian
 * @delimiter: else: the byte behind each
 */
struct framing {
	bool binary;
	char delimiter;
};

/**
 * struct end_options - what commands have in common that are at an end of a ring
 * @framing: of standard input or output
 * @timeout_ns: how long to wait for the other end
 * @flags: IPCSHOW_RING_*
 * @stats: say at the end what was done
 * @quiet: nothing about progress
 * @count: so many records; 0: all
 */
struct end_options {
	struct framing framing;
	__s64 timeout_ns;
	__u32 flags;
	bool stats;
	bool quiet;
	__u64 count;
};

/* Values of options that have no letter. */
enum {
	OPTION_HUGE = 256,
	OPTION_MANY,
	OPTION_MODULE,
	OPTION_NO_SPIN,
	OPTION_ONCE,
	OPTION_OVERWRITE,
	OPTION_STATS,
};

#define END_OPTIONS							\
	{ "help", no_argument, NULL, 'h' },				\
	{ "no-spin", no_argument, NULL, OPTION_NO_SPIN },		\
	{ "null", no_argument, NULL, '0' },				\
	{ "binary", no_argument, NULL, 'b' },				\
	{ "quiet", no_argument, NULL, 'q' },				\
	{ "stats", no_argument, NULL, OPTION_STATS },			\
	{ "timeout", required_argument, NULL, 't' }

#define END_LETTERS	"0bhqt:"

__u64 parse_count(const char *what, const char *text);
__u64 parse_bytes(const char *what, const char *text);
int parse_mode(const char *text);
bool end_option(struct end_options *options, int option, const char *help);
int next_option(int argc, char **argv, const char *letters, const struct option *options);
char **paths_left(int argc, char **argv, int least, int most, const char *what);
__attribute__((noreturn))
void show_text(const char *text, const char *more);

#endif
