// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory of others. Where a page is not there, who reads it waits for whoever is to supply it: a
 * FUSE daemon, or a process with a userfaultfd. These may be the target's own, and never answer,
 * and nothing ends a wait for a FUSE daemon, be it SIGKILL. A thread that waits so keeps its whole
 * process from ending. So it is a helper that reads, a process: it can be left behind.
 *
 * Yama's ptrace_scope=1 lets a process read its descendants. Its helper, being none of their
 * ancestors, may not, unless it has CAP_SYS_PTRACE: less is known there.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "peek.h"

/*
 * What is read was in memory a moment ago, when the target made its system call: as a rule it takes
 * microseconds. A second allows for a page that was swapped out meanwhile, and for a busy machine.
 * Each time that this was in vain the next may take half as long: with all that can be lost, a
 * survey takes less than three seconds longer, and who answers at once is heard until then.
 */
#define PATIENCE_NS	NSEC_PER_SEC
#define PATIENCE_MIN_NS	(NSEC_PER_SEC / 20)

/* struct request - @size bytes at @address of @tid */
struct request {
	u64 address;
	u32 size;
	u32 tid;
};

/* struct answer - @bytes, if it is @good */
struct answer {
	u32 good;
	u8 bytes[PEEK_MAX];
};

/*
 * Helpers of all surveys that were lost and have not ended, and at whose memory. Their number is
 * bounded, and none is sent where one is lost still. @lock protects all; nothing nests in it.
 */
static struct {
	pid_t helper;
	u32 tgid;
} left_behind[PEEK_LOST_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Made without a signal of its end, it is seen by none who waits for children as such. */
static bool has_ended(pid_t helper, int flags)
{
	pid_t ended;

	do {
		ended = waitpid(helper, NULL, __WCLONE | flags);
	} while (ended < 0 && errno == EINTR);
	return ended;
}

/* Whether one may be sent to that process. */
static bool may_send(u32 tgid)
{
	bool has_room = false, is_there = false;
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(left_behind); i++) {
		if (left_behind[i].helper && has_ended(left_behind[i].helper, WNOHANG))
			left_behind[i].helper = 0;
		if (!left_behind[i].helper)
			has_room = true;
		else if (left_behind[i].tgid == tgid)
			is_there = true;
	}
	pthread_mutex_unlock(&lock);
	return has_room && !is_there;
}

static void leave_behind(pid_t helper, u32 tgid)
{
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < ARRAY_SIZE(left_behind); i++)
		if (!left_behind[i].helper) {
			left_behind[i].helper = helper;
			left_behind[i].tgid = tgid;
			break;
		}
	pthread_mutex_unlock(&lock);
}

/* Others may have held locks when it was made: it makes system calls, and nothing else. */
__attribute__((noreturn))
static void help(int socket)
{
	struct request request;
	struct answer answer;

	/* Left behind, it is not to keep pipes open of which others await the end. */
	if (socket > 0)
		syscall(SYS_close_range, 0U, (unsigned int)socket - 1, 0U);
	syscall(SYS_close_range, (unsigned int)socket + 1, ~0U, 0U);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (recv(socket, &request, sizeof(request), 0) == (ssize_t)sizeof(request)) {
		const struct iovec from = { (void *)(uintptr_t)request.address, request.size };
		const struct iovec here = { answer.bytes, request.size };

		answer.good = process_vm_readv((pid_t)request.tid, &here, 1, &from, 1, 0) ==
			      (ssize_t)request.size;
		if (send(socket, &answer, sizeof(answer.good) + request.size, MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* As fork(), but that nobody is told of its end. */
static pid_t clone_quietly(void)
{
	return (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
}

/* Signals are for who asks. */
static bool begin(struct peek *peek)
{
	sigset_t all, before;
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	peek->helper = clone_quietly();
	if (!peek->helper)
		help(sockets[1]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(sockets[1]);
	peek->socket = sockets[0];
	if (peek->helper > 0)
		return true;
	close(peek->socket);
	peek->helper = 0;
	return false;
}

static bool comes_in_time(const struct peek *peek)
{
	const __s64 patience = PATIENCE_NS >> peek->nr_lost;
	const __s64 until = clock_deadline(patience > PATIENCE_MIN_NS ? patience : PATIENCE_MIN_NS);
	struct pollfd awaited = { .fd = peek->socket, .events = POLLIN };
	struct timespec left;
	int nr;

	do {
		left = clock_timespec(clock_left(until));
		nr = ppoll(&awaited, 1, &left, NULL);
	} while (nr < 0 && errno == EINTR);
	return nr > 0;
}

/* Of some waits SIGKILL is the end, and of the others the target's. */
static void lose(struct peek *peek, u32 tgid)
{
	kill(peek->helper, SIGKILL);
	close(peek->socket);
	leave_behind(peek->helper, tgid);
	peek->helper = 0;
	peek->lost[peek->nr_lost++] = tgid;
}

static bool is_lost_at(const struct peek *peek, u32 tgid)
{
	size_t i;

	for (i = 0; i < peek->nr_lost; i++)
		if (peek->lost[i] == tgid)
			return true;
	return peek->nr_lost == PEEK_LOST_MAX;
}

/**
 * peek_read() - read memory of a thread
 * @peek: zeroed at first; peek_end() is due
 * @tgid: its process
 * @tid: the thread
 * @address: where
 * @to: @size: whereto, and how much, up to PEEK_MAX
 *
 * Return: false: not all of it could be read, or not in good time.
 */
bool peek_read(struct peek *peek, u32 tgid, u32 tid, u64 address, void *to, size_t size)
{
	const struct request request = { .address = address, .size = (u32)size, .tid = tid };
	struct answer answer;
	ssize_t got;

	if (size > PEEK_MAX || is_lost_at(peek, tgid) || !may_send(tgid))
		return false;
	if (!peek->helper && !begin(peek))
		return false;
	if (send(peek->socket, &request, sizeof(request), MSG_NOSIGNAL) < 0 ||
	    !comes_in_time(peek)) {
		lose(peek, tgid);
		return false;
	}
	got = recv(peek->socket, &answer, sizeof(answer), 0);
	if (got != (ssize_t)(sizeof(answer.good) + size)) {
		lose(peek, tgid);
		return false;
	}
	if (answer.good)
		memcpy(to, answer.bytes, size);
	return answer.good;
}

/* peek_end() - no more is read */
void peek_end(struct peek *peek)
{
	if (!peek->helper)
		return;
	close(peek->socket);
	has_ended(peek->helper, 0);
	peek->helper = 0;
}
