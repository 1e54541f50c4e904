// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of one side when the other is killed: tried, and seen from outside.
 *
 * Who sleeps when the dead one is gone altogether, and was not woken by its end, sleeps for ever; the kernel
 * wakes whom it will wake before it lets the parent have the dead one's status. Who looks is on the survivor's
 * processor, so that its timers, if it has any, go off there before it is looked at again; and who helps must
 * sleep, too. What counts as looking again and again is being awake and getting nothing done. So nothing
 * here depends on how long something takes.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define CRASH_PAYLOAD	4096
#define CRASH_SECONDS	60

/*
 * So often asleep without having been awake: it sleeps. So many wake-ups, or so often found to have used the
 * processor, and nothing got across: it looks again and again.
 */
#define STILL_LOOKS	12
#define POLL_WAKEUPS	40
#define POLL_BUSY	10
#define LOOK_US		1000

/* struct pulse - whether a process is doing something */
struct pulse {
	char state;
	unsigned long switches;
	unsigned long ticks;
};

static bool pulse_take(pid_t pid, struct pulse *pulse)
{
	unsigned long user = 0, kernel = 0, number;
	char path[64], line[512], *end;
	FILE *file;

	*pulse = (struct pulse){ .state = '?' };
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	end = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	if (!end || sscanf(end, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			   &pulse->state, &user, &kernel) != 3)
		return false;
	pulse->ticks = user + kernel;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "voluntary_ctxt_switches: %lu", &number) == 1 ||
		    sscanf(line, "nonvoluntary_ctxt_switches: %lu", &number) == 1)
			pulse->switches += number;
	if (file)
		fclose(file);
	return true;
}

static bool has_ended(struct run *run, enum side side, int *status)
{
	if (waitpid(run->pid[side], status, WNOHANG) != run->pid[side])
		return false;
	run->pid[side] = 0;
	return true;
}

/* It rises with all that either side gets done. */
static uint64_t done_so_far(void)
{
	uint64_t done = 0;
	size_t i;

	for (i = 0; i < sizeof(board->reports) / sizeof(board->reports[0]); i++)
		done += board->reports[i].begun + board->reports[i].sent +
			board->reports[i].tally.received;
	return done;
}

/* struct sight - of a survivor; @since: what it had done by then, it had when it got something done last */
struct sight {
	struct pulse now;
	struct pulse helper;
	struct pulse since;
	uint64_t done;
	unsigned int still;
	unsigned int busy;
};

static bool is_still(const struct pulse *now, const struct pulse *before)
{
	return now->state == 'S' && now->switches == before->switches;
}

/* False: it is gone. */
static bool look(const struct run *run, enum side side, struct sight *sight)
{
	struct sight before = *sight;
	pid_t helper = run->link[0].helper;
	bool still;

	/* Ahead of its state: what it does between the two is seen at the next look. */
	sight->done = done_so_far();
	if (!pulse_take(run->pid[side], &sight->now))
		return false;
	still = is_still(&sight->now, &before.now);
	if (helper > 0 && pulse_take(helper, &sight->helper))
		still &= is_still(&sight->helper, &before.helper);
	sight->still = still ? before.still + 1 : 0;
	if (sight->done != before.done) {
		sight->since = sight->now;
		sight->busy = 0;
	} else if (sight->now.ticks != before.now.ticks) {
		sight->busy++;
	}
	return true;
}

static const char *watch_from_here(struct run *run, enum side side)
{
	struct sight sight = { 0 };
	int status;

	for (;;) {
		if (has_ended(run, side, &status))
			return board->reports[side].err ? "told" : !status ? "unaware" : "failed";
		if (clock_is_over() || !look(run, side, &sight))
			return "failed";
		if (sight.still >= STILL_LOOKS)
			return "waits";
		/* Who was told is on its way out, which may take as long as it likes. */
		if (!board->reports[side].err &&
		    (sight.now.switches - sight.since.switches >= POLL_WAKEUPS ||
		     sight.busy >= POLL_BUSY))
			return "polls";
		usleep(LOOK_US);
	}
}

/* What becomes of it, from now on. */
static const char *watch(struct run *run, enum side side)
{
	const char *found;
	cpu_set_t before;
	bool moves = !sched_getaffinity(0, sizeof(before), &before);

	if (moves)
		side_pin(side);
	found = watch_from_here(run, side);
	if (moves)
		sched_setaffinity(0, sizeof(before), &before);
	return found;
}

/* False: it did not die of what it should have. */
static bool await_death(struct run *run, enum side side)
{
	int status;

	while (waitpid(run->pid[side], &status, 0) < 0)
		if (errno != EINTR || clock_is_over())
			return false;
	run->pid[side] = 0;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static bool begin(struct run *run, const struct trial *trial, bool keep)
{
	struct outcome outcome = { 0 };

	if (run_make(run, trial, &outcome))
		return false;
	clock_begin(CRASH_SECONDS);
	if (run_fork(run, SENDER) || run_fork(run, RECEIVER))
		return false;
	if (!keep)
		link_drop(&run->link[0]);
	run_start();
	return true;
}

static void end(struct run *run)
{
	run_kill(run, SENDER);
	run_kill(run, RECEIVER);
	clock_end();
	run_unmake(run);
}

static struct trial trial_of(const struct mechanism *mechanism, enum trial_kind kind)
{
	return (struct trial){ .mechanism = mechanism, .kind = kind, .size = CRASH_PAYLOAD };
}

static void try_sender(struct subject *subject)
{
	struct trial trial = trial_of(subject->mechanism, TRIAL_SENDER_DIES);
	const struct tally *tally = &board->reports[RECEIVER].tally;
	struct run run;

	if (begin(&run, &trial, false) && await_death(&run, SENDER)) {
		subject->crash.receiver = watch(&run, RECEIVER);
		subject->crash.delivered = (unsigned int)(tally->received - tally->torn);
		subject->crash.measured = true;
	}
	end(&run);
}

static void try_receiver(struct subject *subject)
{
	struct trial trial = trial_of(subject->mechanism, TRIAL_RECEIVER_DIES);
	struct run run;

	if (begin(&run, &trial, false) && await_death(&run, RECEIVER)) {
		gate_open(&board->go);
		subject->crash.sender = watch(&run, SENDER);
	}
	end(&run);
}

/* The receiver is there all the while, and so is all that both had. */
static void try_replacement(struct subject *subject)
{
	struct trial trial = trial_of(subject->mechanism, TRIAL_REPLACED);
	const struct tally *tally = &board->reports[RECEIVER].tally;
	struct run run;

	if (begin(&run, &trial, true) && await_death(&run, SENDER)) {
		run.pid[SENDER] = 1;
		if (!run_fork(&run, SENDER)) {
			link_drop(&run.link[0]);
			watch(&run, SENDER);
			watch(&run, RECEIVER);
			subject->crash.replaced = !tally->torn &&
				tally->received == CRASH_SENT + CRASH_MORE;
		}
	}
	end(&run);
}

/* Threads die with their process, all of them. */
void crash_measure(struct subject *subject)
{
	subject->crash.replaced = -1;
	if (subject->mechanism->flags & MECHANISM_THREADS_ONLY)
		return;
	try_sender(subject);
	try_receiver(subject);
	try_replacement(subject);
}

static bool is_told(const char *survivor)
{
	return survivor && !strcmp(survivor, "told");
}

bool crash_survives(const struct crash *crash)
{
	return crash->delivered == CRASH_SENT &&
	       (crash->replaced == 1 || (is_told(crash->receiver) && is_told(crash->sender)));
}
