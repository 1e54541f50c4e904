// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "interrupts.h"
#include "now.h"
#include "whole_file.h"

/* Its number; threads look, too. */
static atomic_int interrupted;
static sigset_t caught;

static void on_signal(int number)
{
	interrupted = number;
	whole_file_guard();
}

/**
 * interrupts_catch() - note from now on that the program is to end
 * @numbers: of the signals that say so, 0 behind the last
 *
 * Those that are ignored stay so: nohup does that, and a shell without job control for who runs in
 * the background. Whoever sleeps is woken, but what is written goes on: stdio takes an interruption
 * for an error. If nobody reads it, or the module waits for a process, it takes a second signal.
 */
void interrupts_catch(const int *numbers)
{
	const struct sigaction action = {
		.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_RESETHAND,
	};
	struct sigaction before;

	sigemptyset(&caught);
	for (; *numbers; numbers++) {
		if (sigaction(*numbers, NULL, &before) || before.sa_handler == SIG_IGN)
			continue;
		sigaddset(&caught, *numbers);
		sigaction(*numbers, &action, NULL);
	}
}

bool is_interrupted(void)
{
	return interrupted;
}

/**
 * interrupts_wait() - sleep
 * @until_ns: as now_ns() has it
 *
 * The signals come within ppoll() only, so that none can come between the last look whether one
 * has come and that.
 *
 * Return: false: a signal came, now or before.
 */
bool interrupts_wait(long long until_ns)
{
	struct timespec timeout;
	sigset_t before;
	long long left;

	sigprocmask(SIG_BLOCK, &caught, &before);
	do {
		left = until_ns - now_ns();
		if (left < 0)
			left = 0;
		timeout = (struct timespec){ left / SECOND_NS, left % SECOND_NS };
	} while (!interrupted && ppoll(NULL, 0, &timeout, &before) < 0 && errno == EINTR);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return !interrupted;
}

/* End as if the signal had not been caught, now that nothing is left half done. */
void interrupts_obey(void)
{
	signal(interrupted, SIG_DFL);
	raise(interrupted);
}
