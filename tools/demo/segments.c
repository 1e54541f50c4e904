// SPDX-License-Identifier: GPL-2.0
/* A variable of each kind, and the area that it is in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "excerpt.h"
#include "stage.h"
#include "tell.h"
#include "variables.h"
#include "view.h"

static void play(struct actor *me, void *arg)
{
	struct variable variables[NR_VARIABLES];
	int local = 7;

	(void)arg;
	variables_find(variables, &local);
	actor_say(me, "I have a variable of each kind, and know their addresses.");
	actor_put(me, variables, sizeof(variables));
	actor_pause(me);
	variables_find(variables, &local);
	actor_rest();
}

static void look(pid_t pid, const struct variable *variables)
{
	struct place place;
	struct view view;
	size_t i;

	if (!view_open(&view, &pid, 1)) {
		missing("which areas they lie in.");
		return;
	}
	for (i = 0; i < NR_VARIABLES; i++) {
		bool known = view_place(&view, 0, variables[i].address, &place);

		proof(known && place.kind == variables[i].kind,
		      "%s, at %llx, lies in an area that ipcshow calls %s.", _(variables[i].what),
		      variables[i].address, known ? ipcshow_kind_name(place.kind) : _("unknown"));
	}
	view_close(&view);
}

static void run(void)
{
	struct variable variables[NR_VARIABLES];
	struct actor *actor;

	textbook("A program's code, constants, initialised and other variables, heap and stacks "
		 "lie in segments of their own, each with the access that it needs.");
	actor = stage_start("program", play, NULL);
	actor_get(actor, variables, sizeof(variables));
	actor_ready(actor);
	excerpt(ROWS(" code ", " rodata ", " data ", " bss", " heap", " stack ", " tls "),
		"ipcshow-dump -o START,END,SIZE,PERM,KIND,NAME %d", actor->pid);
	look(actor->pid, variables);
}

const struct demo segments_demo = {
	.name = "segments",
	.title = N_("a variable of each kind, and the area that it lies in"),
	.run = run,
};
