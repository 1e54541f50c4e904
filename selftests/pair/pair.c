// SPDX-License-Identifier: GPL-2.0
/*
 * Bring two tasks into situations, say what is true of them (see pair.h), and
 * wait until standard input ends.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pair.h"
#include "pair_task.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct play {
	const char *name;
	bool stranger;		/* B is a program of its own */
	situation *situations[9];
} plays[] = {
	{ "fork", false, { pair_anon, pair_anon_near, pair_private_file, pair_shared_anon,
			   pair_twice, pair_ring, pair_ring_ends, pair_uring } },
	{ "huge", false, { pair_huge, pair_huge_named } },
	{ "swap", false, { pair_swap } },
	{ "churn", false, { pair_churn } },
	{ "pi", false, { pair_pi } },
	{ "strangers", true, { pair_file, pair_file_near, pair_sysv, pair_posix, pair_memfd } },
	{ "ksm", true, { pair_ksm } },
	{ "channels", false, { pair_pipes, pair_unix, pair_internet, pair_events, pair_sysv_ipc,
			       pair_posix_ipc, pair_files } },
};

static char me = 'A';

static void __attribute__((format(printf, 1, 2))) line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void area(const char *name, const volatile void *start, size_t size)
{
	line("{\"area\": \"%s\", \"task\": \"%c\", \"start\": %lu, \"size\": %zu}", name, me,
	     (unsigned long)start, size);
}

void truth(const char *name, const char *verdict, const char *mechanism, const char *pages)
{
	line("{\"truth\": \"%s\", \"verdict\": \"%s\", \"mechanism\": \"%s\", \"pages\": \"%s\"}",
	     name, verdict, mechanism, pages);
}

void skip(const char *name, const char *fmt, ...)
{
	char reason[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	line("{\"skip\": \"%s\", \"reason\": \"%s\"}", name, reason);
}

void end_of(const char *name, int fd)
{
	line("{\"fd\": \"%s\", \"task\": \"%c\", \"number\": %d}", name, me, fd);
}

void joined_by_id(const char *name, const char *kind, long id)
{
	line("{\"joined\": \"%s\", \"kind\": \"%s\", \"id\": %ld}", name, kind, id);
}

void joined(const char *name, const char *kind)
{
	joined_by_id(name, kind, -1);
}

void apart(const char *name)
{
	line("{\"apart\": \"%s\"}", name);
}

void say_task(char task, pid_t pid)
{
	line("{\"task\": \"%c\", \"pid\": %d}", task, pid);
}

/* The kernel tells the number of the call when the thread has left its CPU. */
static bool sleeps_in(pid_t tid, long number)
{
	char path[64];
	FILE *file;
	long is;

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%ld", &is) != 1)
		is = -1;
	fclose(file);
	return is >= 0 && (number < 0 || is == number);
}

void await_call(const pid_t *tid, long number)
{
	while (!sleeps_in(__atomic_load_n(tid, __ATOMIC_SEQ_CST), number))
		usleep(1000);
}

/* ---- what both know ---- */

static struct {
	void (*function)(long);
	long argument;
} ends[32];
static size_t nr_ends;

/* Both have it mapped until they are ready; it is no part of what is looked at. */
static struct {
	char directory[64];
	long numbers[64];
	pid_t a;
} *board;
static int board_fd = -1;

/* In B and in A: the sockets by which they wait for each other and hand over files. */
static int wire;

void at_end(void (*function)(long), long argument)
{
	if (nr_ends == LENGTH(ends))
		errx(1, "too many things to undo");
	ends[nr_ends].function = function;
	ends[nr_ends++].argument = argument;
}

const char *scratch(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", board->directory, name);
	return path;
}

void put(unsigned int key, long value)
{
	if (key >= LENGTH(board->numbers))
		errx(1, "no number %u", key);
	board->numbers[key] = value;
}

long get(unsigned int key)
{
	if (key >= LENGTH(board->numbers))
		errx(1, "no number %u", key);
	return board->numbers[key];
}

static void make_board(void)
{
	board_fd = memory_file("board", 0, sizeof(*board));
	if (board_fd < 0)
		err(1, "memfd_create");
	board = mmap(NULL, sizeof(*board), RW, MAP_SHARED, board_fd, 0);
	if (board == MAP_FAILED)
		err(1, "mmap of the board");
	strcpy(board->directory, "/var/tmp/pair-XXXXXX");
	if (!mkdtemp(board->directory))
		err(1, "%s", board->directory);
	board->a = getpid();
}

/* What they needed of each other to become what they are joins them no longer. */
static void part(void)
{
	munmap(board, sizeof(*board));
	close(board_fd);
}

/* ---- files from A to B ---- */

static int given[32];
static size_t nr_given;

void give(int fd)
{
	if (nr_given == LENGTH(given))
		errx(1, "too many files to hand over");
	given[nr_given++] = fd;
}

static void send_given(void)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	size_t i;

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	for (i = 0; i < nr_given; i++) {
		memcpy(CMSG_DATA(cmsg), &given[i], sizeof(int));
		if (sendmsg(wire, &msg, 0) != 1)
			err(1, "sendmsg");
	}
}

int take(void)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(wire, &msg, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&msg))
		err(1, "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void wait_for_other(void)
{
	char byte;

	if (read(wire, &byte, 1) != 1)
		errx(1, "the other task ended too early");
}

static void tell_other(void)
{
	if (write(wire, "", 1) != 1)
		err(1, "write");
}

/* That is the last thing which the other does. */
static void wait_for_end_of_wire(void)
{
	char byte;

	if (read(wire, &byte, 1))
		errx(1, "the other task says too much");
	close(wire);
}

/* ---- the two ---- */

static void act(const struct play *play, enum phase phase)
{
	situation *const *next;

	for (next = play->situations; *next; next++)
		(*next)(phase);
}

static void as_b(const struct play *play)
{
	int null;

	me = 'B';
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "pair-b");
	act(play, IN_B);
	tell_other();
	part();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		err(1, "/dev/null");
	close(null);
	close(wire);
	for (;;)
		pause();
}

/* As the program that it is told to be, with the two files that it needs. */
static void __attribute__((noreturn)) become_stranger(const char *name)
{
	char numbers[32];

	snprintf(numbers, sizeof(numbers), "%d,%d", board_fd, wire);
	if (fcntl(board_fd, F_SETFD, 0) || fcntl(wire, F_SETFD, 0))
		err(1, "fcntl");
	execl("/proc/self/exe", "pair", "-b", numbers, name, NULL);
	err(1, "/proc/self/exe");
}

static void start_b(const struct play *play)
{
	int wires[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, wires))
		err(1, "socketpair");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	wire = wires[!pid];
	close(wires[!!pid]);
	if (!pid && play->stranger)
		become_stranger(play->name);
	if (!pid)
		as_b(play);
	say_task('B', pid);
	send_given();
}

static void be_stranger(const struct play *play, const char *numbers)
{
	if (sscanf(numbers, "%d,%d", &board_fd, &wire) != 2)
		errx(2, "-b takes two numbers");
	board = mmap(NULL, sizeof(*board), RW, MAP_SHARED, board_fd, 0);
	if (board == MAP_FAILED)
		err(1, "mmap of the board");
	as_b(play);
}

static void remove_scratch(char *directory)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", directory);
	if (system(command))
		warnx("%s is left", directory);
}

static void as_a(const struct play *play)
{
	char directory[64], byte;

	make_board();
	strcpy(directory, board->directory);
	say_task('A', getpid());
	act(play, BEFORE);
	start_b(play);
	wait_for_other();
	act(play, IN_A);
	part();
	wait_for_end_of_wire();
	line("{\"ready\": true}");

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	while (nr_ends--)
		ends[nr_ends].function(ends[nr_ends].argument);
	remove_scratch(directory);
}

static const struct play *find(const char *name)
{
	size_t i;

	for (i = 0; name && i < LENGTH(plays); i++) {
		if (!strcmp(plays[i].name, name))
			return &plays[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const bool stranger = argc == 4 && !strcmp(argv[1], "-b");
	const char *name = argc > 1 ? argv[argc - 1] : NULL;
	const struct play *play = find(name);

	if (play && stranger)
		be_stranger(play, argv[2]);
	else if (play && argc == 2)
		as_a(play);
	else if (argc < 2 || !pair_task(argc - 1, argv + 1))
		errx(2, "usage: pair SITUATION");
	return 0;
}
