// SPDX-License-Identifier: GPL-2.0
/* Resources of the threads: those that have one object stand together. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "sharing.h"

/**
 * struct user - a thread and what it has of a resource
 * @key: threads of one key are shown together
 * @object: identity; 0: none
 * @state: how the key is meant
 * @first: lowest TID of those that it is shown with
 * @tid: @comm: the thread
 * @index: its number
 */
struct user {
	__u64 key;
	__u64 object;
	enum user_state {
		USER_HAS,
		USER_HAS_NONE,
		USER_CHANGED,
		USER_REFUSED,
	} state;
	__u32 first;
	__u32 tid;
	const __u8 *comm;
	size_t index;
};

/* struct users - all threads that live, by their number, and room for the TIDs of some */
struct users {
	size_t *threads;
	struct user *all;
	__u32 *tids;
	size_t nr;
};

/* What is of the process, so that its threads cannot differ in it. */
static bool is_of_process(enum ipcshow_resource resource)
{
	switch (resource) {
	case IPCSHOW_RESOURCE_RELATION:
	case IPCSHOW_RESOURCE_PROCESS_GROUP:
	case IPCSHOW_RESOURCE_SESSION:
	case IPCSHOW_RESOURCE_TTY:
	case IPCSHOW_RESOURCE_TRACER:
		return true;
	default:
		return false;
	}
}

static __u64 hash(__u64 sum, __u64 n)
{
	sum = (sum ^ n) * 0x9e3779b97f4a7c15ULL;
	return sum ^ sum >> 29;
}

/* setuid() of the C library gives each thread credentials of its own, which say the same. */
static __u64 credentials_key(const struct ipcshow_resources *resources)
{
	const __u32 *ids = &resources->uid;
	const __u64 *caps = &resources->cap_inheritable;
	__u64 sum = hash(0, resources->ns[IPCSHOW_NS_USER]);
	size_t i;

	for (i = 0; i < 8; i++)
		sum = hash(sum, ids[i]);
	for (i = 0; i < 5; i++)
		sum = hash(sum, caps[i]);
	return hash(sum, resources->flags & IPCSHOW_RESOURCES_F_NO_NEW_PRIVS);
}

static void fill_user(struct user *user, const struct sharer *sharer, size_t thread,
		      enum ipcshow_resource resource)
{
	struct ipcshow_thread_resources view;

	ipcshow_survey_thread(sharer->survey, 0, thread, &view);
	*user = (struct user){ .tid = view.tid, .comm = view.comm, .index = thread };
	if (!view.resources) {
		user->state = USER_REFUSED;
	} else if (view.changed >> resource & 1) {
		user->state = USER_CHANGED;
	} else if (resource == IPCSHOW_RESOURCE_SIGMASK) {
		user->key = view.resources->sig_blocked;
	} else {
		user->object = ipcshow_resource_identity(view.resources, resource);
		user->state = user->object ? USER_HAS : USER_HAS_NONE;
		user->key = resource == IPCSHOW_RESOURCE_CREDENTIALS ?
			credentials_key(view.resources) : user->object;
	}
}

static int compare(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_key(const void *a, const void *b)
{
	const struct user *x = a, *y = b;
	int order = compare(x->state, y->state);

	if (!order)
		order = compare(x->key, y->key);
	return order ? order : compare(x->tid, y->tid);
}

static int by_first(const void *a, const void *b)
{
	const struct user *x = a, *y = b;
	int order = compare(x->first, y->first);

	return order ? order : compare(x->tid, y->tid);
}

static bool are_together(const struct user *a, const struct user *b)
{
	return a->state == b->state && a->key == b->key;
}

static bool is_one_object(const struct user *users, size_t nr)
{
	size_t i;

	for (i = 1; i < nr; i++)
		if (users[i].object != users[0].object)
			return false;
	return true;
}

static const char *how_of(const struct sharer *sharer, enum ipcshow_resource resource,
			  const struct user *users, size_t nr)
{
	switch (users->state) {
	case USER_HAS_NONE:
		return "none";
	case USER_CHANGED:
		return "changed";
	case USER_REFUSED:
		return "refused";
	default:
		if (resource == IPCSHOW_RESOURCE_SIGMASK)
			return "private-by-construction";
		if (!is_one_object(users, nr))
			return "equal";
		if (sharer->nr_threads == 1)
			return "sole";
		return nr > 1 ? "shared" : "private";
	}
}

static int show_group(const struct sharer *sharer, const struct users *users,
		      enum ipcshow_resource resource, size_t first, size_t nr)
{
	const struct user *user = &users->all[first];
	struct sharing_row row = {
		.what = ipcshow_resource_name(resource),
		.nr_tids = nr,
		.how = how_of(sharer, resource, user, nr),
	};
	char *proof;
	size_t i;
	int err;

	/* In a table, what nobody has is no news. */
	if (sharer->few && user->state == USER_HAS_NONE)
		return 0;
	for (i = 0; i < nr; i++)
		users->tids[i] = user[i].tid;
	if (nr == users->nr) {
		row.who = resource == IPCSHOW_RESOURCE_SIGMASK ? "each" : "all";
	} else {
		row.tids = users->tids;
		row.comm = nr == 1 ? user->comm : NULL;
	}
	proof = ipcshow_resource_text(sharer->survey, 0, user->index, resource, &row.proof_size);
	if (!proof)
		return -ENOMEM;
	row.proof = proof;
	err = sharing_row(sharer, &row);
	free(proof);
	return err;
}

static void read_users(const struct sharer *sharer, struct users *users,
		       enum ipcshow_resource resource)
{
	size_t i;

	for (i = 0; i < users->nr; i++)
		fill_user(&users->all[i], sharer, users->threads[i], resource);
	qsort(users->all, users->nr, sizeof(*users->all), by_key);
	/* Keys come out otherwise each time: the order is by TID. */
	for (i = 0; i < users->nr; i++)
		users->all[i].first = i && are_together(&users->all[i - 1], &users->all[i]) ?
			users->all[i - 1].first : users->all[i].tid;
	qsort(users->all, users->nr, sizeof(*users->all), by_first);
}

static int show_resource(const struct sharer *sharer, struct users *users,
			 enum ipcshow_resource resource)
{
	size_t i, first = 0;
	int err = 0;

	read_users(sharer, users, resource);
	for (i = 1; !err && i <= users->nr; i++) {
		if (i < users->nr && are_together(&users->all[first], &users->all[i]))
			continue;
		err = show_group(sharer, users, resource, first, i - first);
		first = i;
	}
	return err;
}

static bool is_shared_by_all(const struct sharer *sharer, struct users *users,
			     enum ipcshow_resource resource)
{
	size_t i;

	read_users(sharer, users, resource);
	for (i = 1; i < users->nr; i++)
		if (!are_together(&users->all[0], &users->all[i]))
			return false;
	return users->all[0].state == USER_HAS;
}

/* A row for each; for people, one for all that no thread has another of. */
static int show_namespaces(const struct sharer *sharer, struct users *users)
{
	struct sharing_row row = {
		.what = "namespaces",
		.who = "all",
		.nr_tids = users->nr,
		.how = sharer->nr_threads > 1 ? "shared" : "sole",
	};
	char proof[256] = "";
	int i, err = 0;

	row.proof = proof;
	for (i = IPCSHOW_RESOURCE_NS_CGROUP; !err && i < IPCSHOW_NR_RESOURCES; i++) {
		const enum ipcshow_resource resource = (enum ipcshow_resource)i;

		if (sharer->few && is_shared_by_all(sharer, users, resource))
			row.proof_size += (size_t)snprintf(proof + row.proof_size,
							   sizeof(proof) - row.proof_size, "%s%s",
							   row.proof_size ? ", " : "",
							   ipcshow_resource_name(resource) + 3);
		else
			err = show_resource(sharer, users, resource);
	}
	return err || !row.proof_size ? err : sharing_row(sharer, &row);
}

static int show_all(const struct sharer *sharer, struct users *users)
{
	int resource, err = 0;

	for (resource = 0; !err && resource < IPCSHOW_RESOURCE_NS_CGROUP; resource++)
		if (!is_of_process((enum ipcshow_resource)resource))
			err = show_resource(sharer, users, (enum ipcshow_resource)resource);
	return err ? err : show_namespaces(sharer, users);
}

static void find_living(const struct sharer *sharer, struct users *users)
{
	size_t i;

	for (i = 0; i < sharer->nr_threads + sharer->nr_exited; i++)
		if (!ipcshow_survey_thread_exited(sharer->survey, 0, i))
			users->threads[users->nr++] = i;
}

int sharing_resources(const struct sharer *sharer)
{
	struct users users = {
		.threads = calloc(sharer->nr_threads, sizeof(*users.threads)),
		.all = calloc(sharer->nr_threads, sizeof(*users.all)),
		.tids = calloc(sharer->nr_threads, sizeof(*users.tids)),
	};
	int err = -ENOMEM;

	if (users.threads && users.all && users.tids) {
		find_living(sharer, &users);
		err = show_all(sharer, &users);
	}
	free(users.threads);
	free(users.all);
	free(users.tids);
	return err;
}

void sharing_list_resources(struct out *out)
{
	int i;

	out_text(out, _("\nResources:\n"));
	for (i = 0; i < IPCSHOW_NR_RESOURCES; i++)
		if (!is_of_process((enum ipcshow_resource)i))
			help_line(out, ipcshow_resource_name((enum ipcshow_resource)i),
				  ipcshow_resource_help((enum ipcshow_resource)i));
}
