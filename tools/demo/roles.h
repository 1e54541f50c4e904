/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ROLES_H
#define ROLES_H

#include "stage.h"

/* struct role - what a program that is started anew can play */
struct role {
	const char *name;
	play_fn *play;
};

extern const struct role roles[];
extern const size_t nr_roles;

#endif
