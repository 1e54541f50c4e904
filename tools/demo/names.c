// SPDX-License-Identifier: GPL-2.0
/* Names in the system, and their removal. */
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "results.h"
#include "tell.h"

static struct name *free_slot(void)
{
	size_t i;

	for (i = 0; i < NAMES_MAX; i++)
		if (results->names[i].type == NAME_NONE)
			return &results->names[i];
	failed("There is no room for one more name.");
}

/* Where the C library keeps what it makes, so that a handler of signals can remove it. */
static const char *format_of(enum name_type type)
{
	switch (type) {
	case NAME_SHM:
		return "/dev/shm/" PROGRAM ".%d.%s";
	case NAME_SEM:
		return "/dev/shm/sem." PROGRAM ".%d.%s";
	case NAME_MQ:
		return "/" PROGRAM ".%d.%s";
	default:
		return "/tmp/" PROGRAM ".%d.%s";
	}
}

const char *name_make(enum name_type type, const char *suffix)
{
	const char *format = format_of(type);
	struct name *name = free_slot();
	char *copy;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(name->path, sizeof(name->path), format, getpid(), suffix);
#pragma GCC diagnostic pop
	name->type = type;
	copy = strdup(name->path);
	if (!copy)
		failed("There is no memory left.");
	/* As shm_open() and sem_open() take it. */
	if (type == NAME_SHM)
		return copy + strlen("/dev/shm");
	if (type == NAME_SEM) {
		copy += strlen("/dev/shm/sem");
		*copy = '/';
	}
	return copy;
}

void name_keep_id(enum name_type type, int id)
{
	struct name *name = free_slot();

	name->id = id;
	name->type = type;
}

/* All of it may be called by a handler of signals. */
static void name_remove(const struct name *name)
{
	switch (name->type) {
	case NAME_NONE:
		break;
	case NAME_FILE:
	case NAME_SHM:
	case NAME_SEM:
		unlink(name->path);
		break;
	case NAME_DIRECTORY:
		rmdir(name->path);
		break;
	case NAME_MQ:
		mq_unlink(name->path);
		break;
	case NAME_SYSV_SHM:
		shmctl(name->id, IPC_RMID, NULL);
		break;
	case NAME_SYSV_SEM:
		semctl(name->id, 0, IPC_RMID);
		break;
	case NAME_SYSV_MSG:
		msgctl(name->id, IPC_RMID, NULL);
		break;
	}
}

/* In the reverse order: what is in a directory comes behind it. */
void names_remove(void)
{
	size_t i = NAMES_MAX;

	while (i--) {
		name_remove(&results->names[i]);
		results->names[i].type = NAME_NONE;
	}
}
