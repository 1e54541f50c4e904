/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BOARD_H
#define BOARD_H

#include "mechanism.h"
#include "message.h"

/**
 * enum trial_kind - what the two sides do
 * @TRIAL_STREAM: messages one way, as fast as they go
 * @TRIAL_TRIPS: a message there and one back, one at a time
 * @TRIAL_CALLS: as STREAM, so many messages and no warming up, between two marks that a tracer sees
 * @TRIAL_LINE: a line of cache there and back
 * @TRIAL_SENDER_DIES: the sender is killed in the middle of a message
 * @TRIAL_REPLACED: likewise, and another takes its place
 * @TRIAL_RECEIVER_DIES: the receiver is
 * @TRIAL_BUFFERS: one message, and both sides stay where they are
 */
enum trial_kind {
	TRIAL_STREAM,
	TRIAL_TRIPS,
	TRIAL_CALLS,
	TRIAL_LINE,
	TRIAL_SENDER_DIES,
	TRIAL_REPLACED,
	TRIAL_RECEIVER_DIES,
	TRIAL_BUFFERS,
};

enum side { SENDER, RECEIVER };

/* Complete messages before the one in whose middle the sender dies, and those of the one after it. */
#define CRASH_SENT	3
#define CRASH_MORE	2
/* After the receiver's death, more than any mechanism would hold. */
#define CRASH_UNAWARE	4096

#define SAMPLES_MAX	(1U << 17)

/* A call that does nothing, and that a tracer knows by its argument. */
#define MARK_BEGIN	(-0x6970)
#define MARK_END	(-0x6971)

/**
 * struct report - what a side says
 * @err: 0, or the negative errno of what failed; @what: the call
 * @begun: it has opened what it needs
 * @elapsed_ns: @cpu_ns: of the timed part
 * @sent: messages that went out, in all
 * @tally: of those that came
 * @buffer: where its message was
 * @tid: its thread
 */
struct report {
	int err;
	bool begun;
	char what[48];
	double elapsed_ns;
	double cpu_ns;
	uint64_t sent;
	struct tally tally;
	uint64_t buffer;
	pid_t tid;
};

/**
 * struct board - memory that the trial's processes have together
 * @start: they may begin
 * @go: what they wait for in the middle has come to pass
 * @arrived: how many have been at a barrier
 * @count: messages of the next part
 * @messages: of the timed part
 * @reports: by side; and of who takes the sender's place
 * @line: of cache, for TRIAL_LINE: one each
 * @samples: a time each, of round trips
 */
struct board {
	uint32_t start;
	uint32_t go;
	uint32_t arrived;
	uint64_t count;
	uint64_t messages;
	struct report reports[3];
	uint64_t line[2][64] __attribute__((aligned(4096)));
	uint64_t samples[SAMPLES_MAX];
};

extern struct board *board;

struct run;

__attribute__((noreturn))
void side_main(struct run *run, enum side side, bool replaces);
__attribute__((noreturn))
void sides_main_threads(struct run *run);
void side_pin(enum side side);
void gate_wait(uint32_t *gate);
void gate_open(uint32_t *gate);

#endif
