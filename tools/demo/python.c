// SPDX-License-Identifier: GPL-2.0
/* Three examples again, as short Python programs. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "excerpt.h"
#include "results.h"
#include "stage.h"
#include "tell.h"
#include "view.h"

/*
 * A line with "!" in front is for us; the name of the segment is the program's argument. What the
 * programs print stands in them in the user's language, as they are shown.
 */

static const char shared_memory[] =
	"import ctypes, multiprocessing, sys\n"
	"from multiprocessing import shared_memory\n"
	"\n"
	"def address(shm):\n"
	"    return ctypes.addressof(ctypes.c_char.from_buffer(shm.buf))\n"
	"\n"
	"def consume(name, pipe):\n"
	"    ctypes.CDLL(None).prctl(1, 9)    # end with the parent\n"
	"    shm = shared_memory.SharedMemory(name)\n"
	"    pipe.send((list(shm.buf[:6]), address(shm)))\n"
	"    pipe.recv()\n"
	"\n"
	"shm = shared_memory.SharedMemory(sys.argv[1], create=True, size=4096)\n"
	"shm.buf[:6] = bytes([1, 1, 2, 3, 5, 8])\n"
	"print('%s')\n"
	"context = multiprocessing.get_context('fork')\n"
	"ours, theirs = context.Pipe()\n"
	"consumer = context.Process(target=consume, args=(shm.name, theirs))\n"
	"consumer.start()\n"
	"found, place = ours.recv()\n"
	"print('%s'.format(consumer.pid, *found))\n"
	"print('!', consumer.pid, hex(address(shm)), hex(place), *found)\n"
	"input()\n"
	"ours.send('end')\n"
	"consumer.join()\n"
	"shm.close()\n"
	"shm.unlink()\n";

static const char threads[] =
	"import threading, time\n"
	"\n"
	"counter, lock = 0, threading.Lock()\n"
	"\n"
	"def without():\n"
	"    global counter\n"
	"    for turn in range(10000):\n"
	"        value = counter\n"
	"        if turn %% 1000 == 0:\n"
	"            time.sleep(0)\n"
	"        counter = value + 1\n"
	"\n"
	"def locked():\n"
	"    global counter\n"
	"    for _ in range(10000):\n"
	"        with lock:\n"
	"            counter += 1\n"
	"\n"
	"for work in without, locked:\n"
	"    counter = 0\n"
	"    workers = [threading.Thread(target=work) for _ in range(5)]\n"
	"    for worker in workers:\n"
	"        worker.start()\n"
	"    for worker in workers:\n"
	"        worker.join()\n"
	"    print('!', counter)\n";

static const char thread_local[] =
	"import threading\n"
	"\n"
	"data, found = threading.local(), []\n"
	"done, end = threading.Barrier(4), threading.Event()\n"
	"\n"
	"def work(number):\n"
	"    data.value = 1000.5 * number\n"
	"    found.append((threading.get_native_id(), data.value, id(data.value)))\n"
	"    done.wait()\n"
	"    end.wait()\n"
	"\n"
	"for number in 1, 2, 3:\n"
	"    threading.Thread(target=work, args=(number,), daemon=True).start()\n"
	"done.wait()\n"
	"for tid, value, address in found:\n"
	"    print('%s'.format(tid, value, address))\n"
	"print('%s', hasattr(data, 'value'))\n"
	"for tid, value, address in found:\n"
	"    print('!', tid, hex(address))\n"
	"print('!', int(hasattr(data, 'value')))\n"
	"input()\n";

static void show_program(const char *program)
{
	char *copy = strdup(program), *next = copy, *line;

	while (copy && (line = strsep(&next, "\n")) && next)
		print_line(line);
	free(copy);
}

/* @format: the program, with what it prints to be put in. */
__attribute__((format(printf, 2, 3)))
static struct actor *start(const char *argument, const char *format, ...)
{
	char *argv[] = { (char[]){ "python3" }, (char[]){ "-I" }, (char[]){ "-u" },
			 (char[]){ "-Wignore" }, (char[]){ "-c" }, NULL,
			 (char *)(unsigned long)argument, NULL };
	struct actor *actor;
	va_list args;

	va_start(args, format);
	if (vasprintf(&argv[5], format, args) < 0)
		failed("There is no memory left.");
	va_end(args);
	show_program(argv[5]);
	actor = stage_start_program("python3", argv);
	free(argv[5]);
	return actor;
}

static void next_line(struct actor *actor, char *line, size_t room)
{
	int status;

	if (actor_read_line(actor, line, room))
		return;
	status = stage_await(actor);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		lacking("There is no python3 here.");
	lacking("This machine's python3 cannot run the example.");
}

/* ---- multiprocessing.shared_memory ---- */

static void look_at_memory(const pid_t *pids, __u64 a, __u64 b)
{
	struct link link = { 0 };
	struct view view;

	if (!view_open(&view, pids, 2)) {
		missing("whether the two Python processes have one physical page.");
		return;
	}
	proof(view_same_page(&view, 0, a, 1, b), "Page %llx of %d and page %llx of %d are "
	      "physically one.", a, pids[0], b, pids[1]);
	proof(view_link(&view, 0, 1, IPCSHOW_CHANNEL_POSIX_SHM, PROGRAM, -1, &link) > 0,
	      "Python's shared memory is POSIX shared memory, found in both.");
	view_close(&view);
}

static void run_shared_memory(void)
{
	const char *name = name_make(NAME_SHM, "python");
	unsigned long long a, b;
	int found[NR_NUMBERS];
	struct actor *actor;
	char line[256];
	pid_t pids[2];

	say("First, multiprocessing.shared_memory:");
	/* TRANSLATORS: between single quotes, in Python. */
	actor = start(name + 1, shared_memory, _("I write 1 1 2 3 5 8 to shared memory."),
		      _("My child {} attaches it and reads {} {} {} {} {} {}."));
	next_line(actor, line, sizeof(line));
	pids[0] = actor->pid;
	if (sscanf(line, " %d %llx %llx %d %d %d %d %d %d", &pids[1], &a, &b, &found[0], &found[1],
		   &found[2], &found[3], &found[4], &found[5]) != 9)
		failed("Python said something else than was agreed: %s.", line);
	proof(are_the_numbers(found), "The child read what the parent wrote: %s.",
	      NUMBERS_TEXT);
	excerpt(ROWS("posix-shm"), "ipcshow-diff --areas -o "
		"KIND,START-A,START-B,SIZE-A,SAME,VERDICT,MECHANISM,NAME %d %d", pids[0], pids[1]);
	look_at_memory(pids, a, b);
	stage_pause();
	actor_go(actor);
	stage_clear();
}

/* ---- threads ---- */

#define EXPECTED	50000

static void run_threads(void)
{
	struct actor *actor;
	char line[256];
	long without, locked;

	say("Threads, without a lock and with one:");
	actor = start(NULL, threads);
	next_line(actor, line, sizeof(line));
	without = atol(line);
	next_line(actor, line, sizeof(line));
	locked = atol(line);
	proof(locked == EXPECTED, "With a lock, the result is exact: %d expected, %ld found.",
	      EXPECTED, locked);
	proof(without >= 0 && without <= EXPECTED,
	      "Without one, it is at most that: %d expected, %ld found.", EXPECTED, without);
	stage_clear();
}

/* ---- threading.local ---- */

#define NR_WORKERS	3

struct local {
	pid_t tid;
	unsigned long long address;
};

static __u64 look_at_local(struct view *view, const struct local *local)
{
	struct ipcshow_thread_view thread = { 0 };
	struct place place = { .kind = IPCSHOW_NR_KINDS };
	bool known = view_thread(view, 0, local->tid, &thread) &&
		     view_place(view, 0, local->address, &place);
	const char *kind = known ? ipcshow_kind_name(place.kind) : _("unknown");

	proof(known && (place.kind == IPCSHOW_KIND_HEAP || place.kind == IPCSHOW_KIND_ANON) &&
	      (local->address < thread.tls_start || local->address >= thread.tls_end), "The "
	      "value of thread %d, at %llx, lies in memory that Python allocates (%s), and not "
	      "in the thread's TLS block, from %llx to %llx.", local->tid, local->address, kind,
	      thread.tls_start, thread.tls_end);
	return place.start;
}

static void look_at_locals(pid_t pid, const struct local *locals)
{
	char starts[NR_WORKERS][24];
	struct view view;
	size_t i;

	if (!view_open(&view, &pid, 1)) {
		missing("in what area the values lie.");
		return;
	}
	for (i = 0; i < NR_WORKERS; i++)
		snprintf(starts[i], sizeof(starts[i]), "%llx",
			 look_at_local(&view, &locals[i]));
	say("So threading.local is a dictionary for each thread, on the heap that all threads "
	    "share: another thread could reach it. C's thread-local variables lie in TLS blocks.");
	view_close(&view);
	excerpt(ROWS(starts[0], starts[1], starts[2], " tls "),
		"ipcshow-dump -o START,END,SIZE,RSS,KIND,TID,NAME %d", pid);
}

static void run_thread_local(void)
{
	struct local locals[NR_WORKERS];
	struct actor *actor;
	char line[256];
	size_t i;

	say("And threading.local:");
	/* TRANSLATORS: between single quotes, in Python. */
	actor = start(NULL, thread_local, _("Thread {} has {} at {:#x}."),
		      _("The main thread has a value:"));
	for (i = 0; i < NR_WORKERS; i++) {
		next_line(actor, line, sizeof(line));
		if (sscanf(line, " %d %llx", &locals[i].tid, &locals[i].address) != 2)
			failed("Python said something else than was agreed: %s.", line);
	}
	next_line(actor, line, sizeof(line));
	proof(!atoi(line), "The main thread, which never set the value, has none.");
	look_at_locals(actor->pid, locals);
}

static void run(void)
{
	textbook("Python has the same: shared memory for processes, locks for threads, and "
		 "values that are local to a thread.");
	run_shared_memory();
	run_threads();
	run_thread_local();
}

const struct demo python_demo = {
	.name = "python",
	.title = N_("shared memory, threads and thread-local values in Python"),
	.run = run,
};
