// SPDX-License-Identifier: GPL-2.0
/* What each side of a trial does. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "now.h"
#include "place.h"

/* Parts of a trial by time: to warm up, to find out how long a message takes, and what counts. */
#define NR_PARTS	3
#define TRY_SHARE	10

/* ---- trials that are measured ---- */

static double cpu_of(clockid_t clock)
{
	struct timespec used;

	if (clock_gettime(clock, &used))
		return 0;
	return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

/* Of this side, and the sender's includes who helps. */
static double cpu_used(const struct place *place)
{
	const struct run *run = place->run;
	double used = cpu_of(run->trial->threads ? CLOCK_THREAD_CPUTIME_ID :
						   CLOCK_PROCESS_CPUTIME_ID);
	unsigned int i;
	clockid_t clock;

	for (i = 0; i < run->nr_links && place->side == SENDER; i++)
		if (run->link[i].helper && !clock_getcpuclockid(run->link[i].helper, &clock))
			used += cpu_of(clock);
	return used;
}

static uint64_t count_for(const struct trial *trial, double ns, double each)
{
	double count = ns / (each > 1 ? each : 1);
	double least = trial->kind == TRIAL_TRIPS ? 5 : 3;

	count = count < least ? least : count;
	return count > (double)trial->count_max ? trial->count_max : (uint64_t)count;
}

static uint64_t part_count(const struct trial *trial, unsigned int part, double each)
{
	double share = (double)trial->budget_ns / TRY_SHARE;

	if (!part)
		return 1;
	if (part + 1 == NR_PARTS)
		return trial->count ? trial->count : count_for(trial, (double)trial->budget_ns, each);
	/* What takes long need not be tried. */
	return trial->count || each > share / 2 ? 0 : count_for(trial, share, each);
}

static void run_part(struct place *place, unsigned int part, double *each)
{
	double cpu;
	uint64_t began, count;

	if (place->side == SENDER)
		board->count = part_count(place->run->trial, part, *each);
	place_meet(place);
	count = board->count;
	cpu = cpu_used(place);
	began = now_ns();
	place_work(place, count);
	place->report->cpu_ns = cpu_used(place) - cpu;
	place_meet(place);
	place->report->elapsed_ns = (double)(now_ns() - began);
	board->messages = count;
	if (count)
		*each = place->report->elapsed_ns / (double)count;
	/* The next count must not be read as this one. */
	place_meet(place);
}

static void run_by_time(struct place *place)
{
	unsigned int part;
	double each = 0;

	for (part = 0; part < NR_PARTS; part++)
		run_part(place, part, &each);
}

static void run_counted(struct place *place)
{
	place_work(place, 1);
	place_meet(place);
	close(MARK_BEGIN);
	place_work(place, place->run->trial->count);
	close(MARK_END);
	place_meet(place);
}

/* ---- trials in which somebody is killed ---- */

/* What a sender does of a message that it will not complete. */
static void send_half(struct place *place)
{
	struct end *end = &place->there;
	const struct mechanism_ops *ops = end->link->mechanism->ops;
	void *room = ops->reserve ? ops->reserve(end) : end->buffer;

	if (!room)
		place_fail(place, end, -errno);
	message_fill(room, end->link->size / 2, end->number);
	if (ops->break_off)
		ops->break_off(end);
}

static void die(void)
{
	raise(SIGKILL);
	abort();
}

static void run_sender_dies(struct place *place, bool replaces)
{
	if (place->side == RECEIVER) {
		place_receive(place, UINT64_MAX - place->there.number);
	} else if (replaces) {
		place_send(place, CRASH_MORE);
	} else {
		place_send(place, CRASH_SENT);
		send_half(place);
		die();
	}
}

static void run_receiver_dies(struct place *place)
{
	if (place->side == SENDER) {
		place_send(place, 2);
		gate_wait(&board->go);
		place_send(place, CRASH_UNAWARE);
		return;
	}
	place_receive(place, 1);
	if (!place->there.link->mechanism->ops->peek(&place->there))
		place_fail(place, &place->there, -errno);
	die();
}

static void run_buffers(struct place *place)
{
	struct end *end = &place->there;
	const struct mechanism_ops *ops = end->link->mechanism->ops;
	const void *at;

	if (place->side == SENDER) {
		at = ops->reserve ? ops->reserve(end) : end->buffer;
		message_fill((void *)at, end->link->size, 0);
		if (ops->commit(end))
			place_fail(place, end, -errno);
	} else {
		at = ops->peek(end);
		if (at)
			place_take(place, end, at);
	}
	place->report->buffer = (uint64_t)(uintptr_t)at;
	__atomic_add_fetch(&board->arrived, 1, __ATOMIC_ACQ_REL);
	syscall(SYS_futex, &board->arrived, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
	gate_wait(&board->go);
}

/* ---- both ends ---- */

static void open_end(struct place *place, struct end *end, struct link *link, bool sends)
{
	const struct mechanism *mechanism = link->mechanism;
	int err;

	*end = (struct end){ .link = link, .sends = sends, .fd = -1 };
	if (!(mechanism->flags & MECHANISM_IN_PLACE)) {
		end->buffer = mmap(NULL, link->size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (end->buffer == MAP_FAILED)
			place_fail(place, end, end_failed(end, "mmap"));
	}
	err = mechanism->ops->open ? mechanism->ops->open(end) : 0;
	if (err)
		place_fail(place, end, err);
}

/* In the same order on both sides, so that who waits for the other there is met. */
static void open_ends(struct place *place)
{
	struct run *run = place->run;

	if (run->trial->kind == TRIAL_LINE)
		return;
	open_end(place, &place->there, &run->link[0], place->side == SENDER);
	if (run->nr_links > 1)
		open_end(place, &place->back, &run->link[1], place->side == RECEIVER);
}

static void close_end(struct end *end)
{
	if (end->link && end->link->mechanism->ops->close)
		end->link->mechanism->ops->close(end);
}

/* To the processor of that side, if there are two. */
void side_pin(enum side side)
{
	cpu_set_t set;

	if (side_cpu[side] < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(side_cpu[side], &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void act(struct place *place, bool replaces)
{
	switch (place->run->trial->kind) {
	case TRIAL_CALLS:
		run_counted(place);
		break;
	case TRIAL_SENDER_DIES:
	case TRIAL_REPLACED:
		run_sender_dies(place, replaces);
		break;
	case TRIAL_RECEIVER_DIES:
		run_receiver_dies(place);
		break;
	case TRIAL_BUFFERS:
		run_buffers(place);
		break;
	default:
		run_by_time(place);
	}
}

static void run_side(struct run *run, enum side side, bool replaces)
{
	struct place place = {
		.run = run, .side = side, .report = &board->reports[replaces ? 2 : side],
	};

	side_pin(side);
	place.report->tid = (pid_t)syscall(SYS_gettid);
	open_ends(&place);
	if (replaces)
		place.there.number = CRASH_SENT;
	place.report->begun = true;
	act(&place, replaces);
	close_end(&place.there);
	close_end(&place.back);
}

/* Whatever becomes of the program, its children do not outlive it. */
static void begin(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	gate_wait(&board->start);
}

void side_main(struct run *run, enum side side, bool replaces)
{
	begin();
	run_side(run, side, replaces);
	_exit(0);
}

static void *receiver_thread(void *run)
{
	run_side(run, RECEIVER, false);
	return NULL;
}

void sides_main_threads(struct run *run)
{
	sigset_t all, before;
	pthread_t thread;
	int err;

	begin();
	/* Signals that a mechanism uses are each thread's to wait for. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	err = pthread_create(&thread, NULL, receiver_thread, run);
	if (err) {
		board->reports[RECEIVER].err = -err;
		_exit(1);
	}
	run_side(run, SENDER, false);
	pthread_join(thread, NULL);
	_exit(0);
}
