// SPDX-License-Identifier: GPL-2.0
/* Identities in snapshots: each open file has a key of its own for them, and keeps it. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "leaks.h"

/* A member of a record that was an identity. */
struct identity {
	uint64_t value;
	uint32_t type;
	uint32_t at;
};

/* Ascending, each value and member once. */
struct identities {
	size_t nr;
	struct identity *identity;
};

static int by_value(const void *a, const void *b)
{
	const struct identity *const one = a, *const other = b;

	if (one->value != other->value)
		return one->value < other->value ? -1 : 1;
	if (one->type != other->type)
		return one->type < other->type ? -1 : 1;
	return (int)one->at - (int)other->at;
}

static void sort(struct identities *identities)
{
	struct identity *const all = identities->identity;
	size_t i, nr = 0;

	qsort(all, identities->nr, sizeof(*all), by_value);
	for (i = 0; i < identities->nr; i++) {
		if (!nr || by_value(&all[nr - 1], &all[i]))
			all[nr++] = all[i];
	}
	identities->nr = nr;
}

/* All that the file of @reader says of its target. 0 or a negative errno. */
static int identities_of(struct reader *reader, struct identities *identities)
{
	const struct ipcshow_record *rec = NULL;
	struct snapshot snapshot = {};
	int error = reader_snapshot(reader, WHAT_ALL, &snapshot);
	size_t i;

	*identities = (struct identities){
		.identity = malloc(snapshot.size / 8 * sizeof(struct identity)),
	};
	while ((rec = snapshot_next(&snapshot, rec))) {
		const uint64_t *word = (const void *)rec;

		for (i = 0; i < words_of(rec); i++) {
			if (!is_identity(rec, 8 * i) || !word[i])
				continue;
			identities->identity[identities->nr++] = (struct identity){
				.value = word[i], .type = rec->type, .at = 8 * i,
			};
		}
	}
	snapshot_free(&snapshot);
	sort(identities);
	return error;
}

static size_t count_in_common(const struct identities *one, const struct identities *other)
{
	size_t i = 0, j = 0, common = 0;

	while (i < one->nr && j < other->nr) {
		const struct identity *a = &one->identity[i], *b = &other->identity[j];

		if (a->value == b->value) {
			fprintf(stderr, "# byte %u of type %u is as byte %u of type %u: %#llx\n",
				a->at, a->type, b->at, b->type, (unsigned long long)a->value);
			common++;
		}
		if (a->value <= b->value)
			i++;
		else
			j++;
	}
	return common;
}

static bool are_the_same(const struct identities *one, const struct identities *other)
{
	size_t i;

	for (i = 0; i < one->nr && i < other->nr; i++) {
		if (by_value(&one->identity[i], &other->identity[i]))
			return false;
	}
	return one->nr == other->nr;
}

static bool is_seen(const struct identities *identities, uint32_t type, size_t at)
{
	size_t i;

	for (i = 0; i < identities->nr; i++) {
		if (identities->identity[i].type == type && identities->identity[i].at == at)
			return true;
	}
	return false;
}

/* Members that no identity was seen in. */
static size_t count_unseen(const struct identities *identities)
{
	const struct members *members = identity_members;
	size_t i, at, unseen = 0;

	for (i = 0; i < ARRAY_SIZE(identity_members); i++, members++) {
		for (at = members->first; at < members->end; at += 8) {
			if (is_seen(identities, members->type, at))
				continue;
			fprintf(stderr, "# byte %zu of records of type %u is no identity\n", at,
				members->type);
			unseen++;
		}
	}
	return unseen;
}

/* A session of its own, with a terminal. */
static void take_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	if (setsid() < 0 || master < 0 || grantpt(master) || unlockpt(master) ||
	    open(ptsname(master), O_RDWR) < 0)
		abort();
}

/* An I/O context, and a list of semaphores' adjustments. */
static void use_what_is_made_by_use(void)
{
	const int who_process = 1, best_effort = 2 << 13;
	int semaphore = semget(IPC_PRIVATE, 1, 0600);
	struct sembuf op = { .sem_op = 1, .sem_flg = SEM_UNDO };

	if (syscall(SYS_ioprio_set, who_process, 0, best_effort | 4) || semaphore < 0 ||
	    semop(semaphore, &op, 1) || semctl(semaphore, 0, IPC_RMID))
		abort();
}

/* What has an identity, it has; but for a tracer. */
static int has_all(struct child *self, void *unused)
{
	int sockets[2], memory = memfd_create("identities", 0);
	char *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	take_terminal();
	use_what_is_made_by_use();
	if (own == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) ||
	    ftruncate(memory, PAGE) ||
	    mmap(NULL, PAGE, PROT_READ, MAP_SHARED, memory, 0) == MAP_FAILED)
		abort();
	*own = 1;
	return child_stay(self, unused);
}

/* Two are open at one time, and the third where one of them was. */
#define FILES	3

TEST(key_of_each_open_file)
{
	struct identities said[FILES], again;
	struct reader reader[FILES];
	struct child child;
	size_t i, j;

	child_start(&child, has_all, NULL);
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, child.pid, NULL, NULL));
	for (i = 0; i < FILES; i++) {
		if (i == 2)
			reader_close(&reader[0]);
		ASSERT_READER(&reader[i], RING_USUAL);
		ASSERT_EQ(0, reader_target(&reader[i], child.pid));
		ASSERT_EQ(0, identities_of(&reader[i], &said[i]));
		/* The test itself works: all of them were told. */
		EXPECT_EQ(0, count_unseen(&said[i]));
		for (j = 0; j < i; j++) {
			EXPECT_EQ(0, count_in_common(&said[j], &said[i]))
				TH_LOG("files %zu and %zu", j, i);
		}
	}
	/* The same objects are the same to each file, whatever others were asked between. */
	for (i = 1; i < FILES; i++) {
		ASSERT_EQ(0, identities_of(&reader[i], &again));
		EXPECT_TRUE(are_the_same(&said[i], &again));
		ASSERT_EQ(0, reader_target(&reader[i], child.pid));
		free(again.identity);
		ASSERT_EQ(0, identities_of(&reader[i], &again));
		EXPECT_TRUE(are_the_same(&said[i], &again));
		free(again.identity);
		free(said[i].identity);
		reader_close(&reader[i]);
	}
	free(said[0].identity);
	child_kill(&child);
}

TEST_MAIN
