// SPDX-License-Identifier: GPL-2.0
/* What carries no data, only the news that there is some: the messages lie in shared memory. */
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

#include "memory.h"

static struct area *area_of(const struct end *end)
{
	return end->memory;
}

/* ---- eventfd: a count each ---- */

static int eventfd_make(struct link *link)
{
	link->fd[ITEMS] = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
	link->fd[SPACES] = eventfd((unsigned int)link->slots, EFD_CLOEXEC | EFD_SEMAPHORE);
	return link->fd[ITEMS] < 0 || link->fd[SPACES] < 0 ? -errno : 0;
}

static int eventfd_up(struct end *end, unsigned int which)
{
	static const uint64_t one = 1;

	if (write(end->link->fd[which], &one, sizeof(one)) != sizeof(one))
		return end_failed(end, "write");
	return 0;
}

static int eventfd_down(struct end *end, unsigned int which)
{
	uint64_t one;

	if (read(end->link->fd[which], &one, sizeof(one)) != sizeof(one))
		return end_failed(end, "read");
	return 0;
}

const struct counting counting_eventfd = {
	.make = eventfd_make, .up = eventfd_up, .down = eventfd_down,
};

/* ---- POSIX semaphores ---- */

static void posix_begin(struct link *link, struct area *area)
{
	sem_init(&area->semaphores[ITEMS], 1, 0);
	sem_init(&area->semaphores[SPACES], 1, (unsigned int)link->slots);
}

static int posix_up(struct end *end, unsigned int which)
{
	return sem_post(&area_of(end)->semaphores[which]) ? end_failed(end, "sem_post") : 0;
}

static int posix_down(struct end *end, unsigned int which)
{
	return sem_wait(&area_of(end)->semaphores[which]) ? end_failed(end, "sem_wait") : 0;
}

const struct counting counting_posix_sem = {
	.begin = posix_begin, .up = posix_up, .down = posix_down,
};

/* ---- System V semaphores ---- */

union semun {
	int val;
};

static int sysv_make(struct link *link)
{
	union semun slots = { .val = (int)link->slots };

	link->id[1] = semget(IPC_PRIVATE, NR_COUNTS, IPC_CREAT | 0600);
	if (link->id[1] < 0 || semctl(link->id[1], SPACES, SETVAL, slots))
		return -errno;
	return 0;
}

static void sysv_unmake(struct link *link)
{
	if (link->id[1] >= 0)
		semctl(link->id[1], 0, IPC_RMID);
}

static int sysv_add(struct end *end, unsigned int which, short number)
{
	struct sembuf operation = { .sem_num = (unsigned short)which, .sem_op = number };

	return semop(end->link->id[1], &operation, 1) ? end_failed(end, "semop") : 0;
}

static int sysv_up(struct end *end, unsigned int which)
{
	return sysv_add(end, which, 1);
}

static int sysv_down(struct end *end, unsigned int which)
{
	return sysv_add(end, which, -1);
}

const struct counting counting_sysv_sem = {
	.make = sysv_make, .unmake = sysv_unmake, .up = sysv_up, .down = sysv_down,
};

/* ---- signals: each is queued, and waited for ---- */

static int number_of(const struct end *end, unsigned int which)
{
	return SIGRTMIN + 1 + (int)(NR_COUNTS * end->link->index + which);
}

/* Who goes first tells who it is in the area. The room at the start needs no signals. */
static int signal_open(struct end *end)
{
	struct area *area = area_of(end);
	sigset_t set;
	unsigned int which;

	sigemptyset(&set);
	for (which = 0; which < NR_COUNTS; which++)
		sigaddset(&set, number_of(end, which));
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return end_failed(end, "sigprocmask");
	__atomic_store_n(&area->pids[end->sends], (uint32_t)getpid(), __ATOMIC_RELEASE);
	while (!(end->peer = (pid_t)__atomic_load_n(&area->pids[!end->sends], __ATOMIC_ACQUIRE)))
		usleep(100);
	return 0;
}

static int signal_up(struct end *end, unsigned int which)
{
	union sigval value = { .sival_int = (int)end->number };

	/* So many may be queued for a user, and no more: then the other side is behind. */
	while (sigqueue(end->peer, number_of(end, which), value)) {
		/* What a dead sender has sent can be read all the same. */
		if (errno == ESRCH && which == SPACES)
			return 0;
		if (errno != EAGAIN)
			return end_failed(end, "sigqueue");
		usleep(100);
	}
	return 0;
}

static int signal_down(struct end *end, unsigned int which)
{
	siginfo_t info;
	sigset_t set;

	if (which == SPACES && end->number < end->link->slots)
		return 0;
	sigemptyset(&set);
	sigaddset(&set, number_of(end, which));
	while (sigwaitinfo(&set, &info) < 0)
		if (errno != EINTR)
			return end_failed(end, "sigwaitinfo");
	return 0;
}

const struct counting counting_signal = {
	.open = signal_open, .up = signal_up, .down = signal_down,
};

#define SIGNAL(name_, counting_, help_)						\
	{ .name = name_, .group = "signal", .help = help_,			\
	  .flags = MECHANISM_NEEDS_SIZE | MECHANISM_IN_PLACE,			\
	  .copies = 0, .copies_reason = COPIES_NONE, .directions = ANY_WAY,	\
	  .ops = &memory_ops,							\
	  .kind = &(const struct memory_kind){ &backing_anon, &(counting_) } }

const struct mechanism signal_mechanisms[] = {
	SIGNAL("eventfd", counting_eventfd,
	       N_("write() adds one, read() waits for one; the messages lie in shared memory")),
	SIGNAL("futex", counting_futex,
	       N_("counts in shared memory; who finds none sleeps by futex(); the messages lie in shared memory")),
	SIGNAL("posix-sem", counting_posix_sem,
	       N_("sem_post() and sem_wait(); the messages lie in shared memory")),
	SIGNAL("sysv-sem", counting_sysv_sem,
	       N_("semop(); the messages lie in shared memory")),
	SIGNAL("sigqueue", counting_signal,
	       N_("a queued signal each way, taken by sigwaitinfo(); the messages lie in shared memory")),
	{ 0 }
};
