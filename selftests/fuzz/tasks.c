// SPDX-License-Identifier: GPL-2.0
/* What happens to targets, and to who looks at them. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act.h"
#include "arena.h"
#include "machine.h"

static const struct field act_fields[] = {
	{ .name = "on", .kind = FIELD_CHOICE, .mask = TARGETS },
	{ .name = "what", .kind = FIELD_CHOICE, .mask = ACTS },
	{ .name = "area", .kind = FIELD_CHOICE, .mask = ARENA_AREAS },
	{ .name = "meanwhile", .kind = FIELD_CHOICE, .mask = 2 },
};

static long do_act(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	const struct order order = { .act = (uint8_t)arg[1], .area = (uint8_t)arg[2] };

	(void)type;
	return target_order(&machine->targets, arg[0], &order, !arg[3]) ? 0 : -1;
}

static const int signals[] = { SIGKILL, SIGSTOP, SIGCONT, SIGTERM, SIGUSR1, SIGSEGV };

static const struct field kill_fields[] = {
	{ .name = "pid", .kind = FIELD_PID },
	{ .name = "signal", .kind = FIELD_CHOICE, .mask = ARRAY_SIZE(signals) },
};

/* Only one's own: not, by a number that was made up, what runs this. */
static long do_kill(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	pid_t pid = arg[0] < WHO_SELF ? target_pid(&machine->targets, arg[0]) : 0;

	(void)type;
	target_spoil(&machine->targets, arg[0]);
	return pid > 0 ? kill(pid, signals[arg[1] % ARRAY_SIZE(signals)]) : -1;
}

static const struct field alarm_fields[] = {
	{ .name = "us", .kind = FIELD_CHOICE, .mask = 5000, .usual = 500 },
};

/* In the next call. */
static long do_alarm(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	(void)type;
	machine->patience_us = 1 + arg[0] % 100000;
	return 0;
}

static const struct field sleep_fields[] = {
	{ .name = "us", .kind = FIELD_CHOICE, .mask = 3000, .usual = 500 },
};

static long do_sleep(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	(void)machine;
	(void)type;
	return usleep(arg[0] % 10000);
}

static const struct field fail_fields[] = {
	{ .name = "nth", .kind = FIELD_CHOICE, .mask = 24, .usual = 1 },
};

/* An allocation of this thread's, from now on. */
static long do_fail(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	char text[24];

	(void)type;
	machine->spoilt = true;
	return pwrite(machine->fail, text, (size_t)sprintf(text, "%u", (unsigned int)arg[0] % 10000),
		      0);
}

static const struct field limit_fields[] = {
	{ .name = "files", .kind = FIELD_CHOICE, .mask = 40, .usual = 16 },
};

static long do_limit(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	const struct rlimit limit = { arg[0] % 1024, 1024 };

	(void)type;
	machine->spoilt = true;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

static const struct field become_fields[] = {
	{ .name = "user", .kind = FIELD_CHOICE, .mask = 3, .usual = 1 },
};

/* For this thread only, as the system call has it. */
static long do_become(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	const uid_t user = arg[0] % 3 ? 1000 + (uid_t)(arg[0] % 3) : 0;

	(void)type;
	machine->spoilt = true;
	return syscall(SYS_setresuid, -1, user, -1);
}

static const int unshare_flags[] = {
	CLONE_FILES, CLONE_FS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWIPC,
};

static const struct field unshare_fields[] = {
	{ .name = "what", .kind = FIELD_CHOICE, .mask = ARRAY_SIZE(unshare_flags) },
};

static long do_unshare(struct machine *machine, const struct call_type *type, const uint64_t *arg)
{
	(void)type;
	machine->spoilt = true;
	return unshare(unshare_flags[arg[0] % ARRAY_SIZE(unshare_flags)]);
}

static const struct call_type types[] = {
	CALL(act, do_act),
	CALL(kill, do_kill),
	CALL(alarm, do_alarm),
	CALL(sleep, do_sleep),
	CALL(fail, do_fail),
	CALL(limit, do_limit),
	CALL(become, do_become),
	CALL(unshare, do_unshare),
};

const struct call_table task_calls = { types, ARRAY_SIZE(types) };
