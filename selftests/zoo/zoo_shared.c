// SPDX-License-Identifier: GPL-2.0
/* Memory to share, by each interface that makes some. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "zoo.h"

#define RW	(PROT_READ | PROT_WRITE)

/* Newer than the headers that this may be built with. */
#ifndef SYS_memfd_secret
#define SYS_memfd_secret	447
#endif

static void remove_segment(void *id)
{
	shmctl((int)(intptr_t)id, IPC_RMID, NULL);
}

static char *attach(int id)
{
	char *start = shmat(id, NULL, 0);

	if (start == (char *)-1)
		err(1, "shmat");
	touch(start, 3 * PAGE);
	return start;
}

static void sysv(void)
{
	const key_t key = 0x200 + getpid();
	int id = shmget(key, 8 * PAGE, IPC_CREAT | IPC_EXCL | 0600);

	if (id < 0) {
		skip("sysv", "shmget: %s", strerror(errno));
		return;
	}
	at_end(remove_segment, (void *)(intptr_t)id);
	say("sysv", attach(id), 8 * PAGE, "key=%x id=%d", key, id);

	id = shmget(IPC_PRIVATE, 8 * PAGE, 0600);
	if (id < 0)
		err(1, "shmget");
	at_end(remove_segment, (void *)(intptr_t)id);
	say("sysv-private", attach(id), 8 * PAGE, "key=0 id=%d", id);

	/* Removed: its key is gone, it lives until it is detached. */
	id = shmget(key + 1, 8 * PAGE, IPC_CREAT | IPC_EXCL | 0600);
	if (id < 0)
		err(1, "shmget");
	say("sysv-removed", attach(id), 8 * PAGE, "key=%x id=%d", key + 1, id);
	remove_segment((void *)(intptr_t)id);
}

static void remove_posix(void *name)
{
	shm_unlink(name);
}

static void posix(void)
{
	static char name[32];
	char *start;
	int fd;

	snprintf(name, sizeof(name), "/zoo-%d", getpid());
	fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || ftruncate(fd, 8 * PAGE)) {
		skip("posix", "shm_open: %s", strerror(errno));
		return;
	}
	at_end(remove_posix, name);
	start = map(8 * PAGE, RW, MAP_SHARED, fd);
	touch(start, 3 * PAGE);
	say("posix", start, 8 * PAGE, "object=%s", name);
	close(fd);
}

static void memfds(void)
{
	char *start, *again;
	int fd = memory_file("zoo memfd", 0, 8 * PAGE);

	if (fd < 0)
		err(1, "memfd_create");
	start = map(8 * PAGE, RW, MAP_SHARED, fd);
	touch(start, 3 * PAGE);
	say("memfd", start, 8 * PAGE, "%s", "");
	start = map(8 * PAGE, RW, MAP_PRIVATE, fd);
	touch(start + 2 * PAGE, 2 * PAGE);
	look(start, 2 * PAGE);
	say("memfd-private", start, 8 * PAGE, "%s", "");
	close(fd);

	/* One process, two mappings: its own page has a mapcount of 2. */
	fd = memory_file("zoo twice", 0, 8 * PAGE);
	if (fd < 0)
		err(1, "memfd_create");
	start = map(8 * PAGE, RW, MAP_SHARED, fd);
	again = map(8 * PAGE, RW, MAP_SHARED, fd);
	touch(start, 4 * PAGE);
	look(again, 2 * PAGE);
	say("twice", start, 8 * PAGE, "%s", "");
	say("twice-again", again, 8 * PAGE, "%s", "");
	close(fd);
}

static void secret(void)
{
	char *start;
	int fd = syscall(SYS_memfd_secret, O_CLOEXEC);

	if (fd < 0) {
		skip("secret", "memfd_secret: %s", strerror(errno));
		return;
	}
	if (ftruncate(fd, 4 * PAGE))
		err(1, "ftruncate");
	start = map(4 * PAGE, RW, MAP_SHARED, fd);
	touch(start, 2 * PAGE);
	say("secret", start, 4 * PAGE, "%s", "");
	close(fd);
}

void zoo_shared(void)
{
	int i;

	sysv();
	posix();
	memfds();
	secret();

	/* All three read /dev/zero (deleted), and are three objects. */
	for (i = 1; i <= 3; i++) {
		char name[32], *start = map(8 * PAGE, RW, MAP_SHARED, -1);

		touch(start, i * PAGE);
		snprintf(name, sizeof(name), "shared-anon-%d", i);
		say(name, start, 8 * PAGE, "%s", "");
	}
}
