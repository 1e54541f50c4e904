/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STAGE_H
#define STAGE_H

#include "demo.h"

/**
 * struct actor - a process that plays a part in a demo
 * @name: what it is called
 * @pid: its PID
 * @to: in the demo's process, where its cues are written to; in its own, where it reads them
 * @from: likewise, for what it says
 *
 * It ends with the demo, whatever becomes of that. Of descriptors it has those that the
 * demo had opened before, and no other actor's.
 */
struct actor {
	char name[24];
	pid_t pid;
	int to;
	int from;
};

typedef void play_fn(struct actor *me, void *arg);

/* ---- for the demo ---- */

struct actor *stage_start(const char *name, play_fn *play, void *arg);
/* The same in a program that is started anew: this one, as main() finds by ACTOR_OPTION. */
struct actor *stage_start_anew(const char *name, const char *role, const char *argument);
#define ACTOR_OPTION	"--actor"
/* Another program, whose lines of output are what it says; "!" in front: what it gives. */
struct actor *stage_start_program(const char *name, char *const *argv);

/* A page that all actors started from now on share with the demo, all 0. */
void *stage_share(void);

/* What it has put next; what it says before that is printed. */
void actor_get(struct actor *actor, void *data, size_t size);
/* The next line of a program that it gives, without "!" and newline; false: it has ended. */
bool actor_read_line(struct actor *actor, char *line, size_t room);
/* It waits in actor_pause(). */
void actor_ready(struct actor *actor);
/* It goes on. */
void actor_go(struct actor *actor);
/* Both: the next step of it, up to where it waits again. */
void actor_step(struct actor *actor);
/* Its status, as of waitpid(), when it has ended of itself. */
int stage_await(struct actor *actor);
void stage_kill(struct actor *actor);

/* All of them leave; if that was asked for, not before the person in front has looked. */
void stage_clear(void);
__attribute__((noreturn))
void stage_leave(void);
void stage_pause(void);
void stage_setup(bool pause);

/* ---- for an actor ---- */

__attribute__((format(printf, 2, 3)))
void actor_say(struct actor *me, const char *format, ...);
void actor_put(struct actor *me, const void *data, size_t size);
/* Until actor_go(), without a word, or after it was said that there is nobody else to wait for. */
void actor_wait(struct actor *me);
void actor_pause(struct actor *me);
/* For ever. */
__attribute__((noreturn))
void actor_rest(void);
/* A call failed, as errno says. */
__attribute__((noreturn))
void actor_failed(struct actor *me, const char *call);
/* Shared memory of one page, by its name; flags as for shm_open(). */
void *actor_map_segment(struct actor *me, const char *name, int flags);
/* A child of its own, which ends with it: as fork(). */
pid_t actor_fork(void);
/* Memory of its own that nothing else lies in, written to. */
void *own_pages(size_t bytes);

/* By main(): this process is an actor that was started anew. */
__attribute__((noreturn))
void actor_main(int argc, char **argv);

#endif
