// SPDX-License-Identifier: LGPL-2.1-or-later
/* What two tasks have in common beside memory. */
#include <errno.h>
#include <stddef.h>

#include "resource.h"
#include "translate.h"

/*
 * @identity is where &struct ipcshow_resources has it, or 0 where it is no object that
 * alone decides.
 */
static const struct sort {
	const char *name;
	size_t identity;
	const char *help;
} sorts[] = {
#define OBJECT(member)	offsetof(struct ipcshow_resources, member)
	[IPCSHOW_RESOURCE_MM] = { "mm", OBJECT(mm), N_("address space") },
	[IPCSHOW_RESOURCE_FILES] = { "files", OBJECT(files), N_("table of descriptors") },
	[IPCSHOW_RESOURCE_FS] = { "fs", OBJECT(fs), N_("root, working directory, umask") },
	[IPCSHOW_RESOURCE_SIGHAND] = { "sighand", OBJECT(sighand), N_("table of signal handlers") },
	[IPCSHOW_RESOURCE_THREAD_GROUP] = {
		"thread-group", OBJECT(signal),
		N_("the process: limits, timers, exit status"),
	},
	[IPCSHOW_RESOURCE_SIGMASK] = {
		"sigmask", 0,
		N_("signals that the thread blocks; never shared"),
	},
	[IPCSHOW_RESOURCE_IO_CONTEXT] = {
		"io-context", OBJECT(io_context),
		N_("what the I/O scheduler keeps: CLONE_IO"),
	},
	[IPCSHOW_RESOURCE_SYSV_UNDO] = {
		"sysv-undo", OBJECT(sysv_undo),
		N_("semaphore adjustments at exit: CLONE_SYSVSEM"),
	},
	[IPCSHOW_RESOURCE_CREDENTIALS] = {
		"credentials", OBJECT(cred),
		N_("user and group IDs, capabilities"),
	},
	[IPCSHOW_RESOURCE_GROUPS] = { "groups", OBJECT(groups), N_("supplementary groups") },
	[IPCSHOW_RESOURCE_RELATION] = { "relation", 0, N_("parent, child, siblings") },
	[IPCSHOW_RESOURCE_TRACER] = { "tracer", 0, N_("who debugs it: ptrace()") },
	[IPCSHOW_RESOURCE_PROCESS_GROUP] = { "process-group", OBJECT(pgrp), N_("job of a shell") },
	[IPCSHOW_RESOURCE_SESSION] = { "session", OBJECT(session), N_("login session") },
	[IPCSHOW_RESOURCE_TTY] = { "tty", OBJECT(tty), N_("controlling terminal") },
	[IPCSHOW_RESOURCE_CGROUP] = {
		"cgroup", OBJECT(cgroups),
		N_("control groups, one of each hierarchy"),
	},
	[IPCSHOW_RESOURCE_NS_CGROUP] = {
		"ns-cgroup", OBJECT(ns[IPCSHOW_NS_CGROUP]),
		N_("namespace: root of control groups"),
	},
	[IPCSHOW_RESOURCE_NS_IPC] = {
		"ns-ipc", OBJECT(ns[IPCSHOW_NS_IPC]),
		N_("namespace: System V IPC, POSIX message queues"),
	},
	[IPCSHOW_RESOURCE_NS_MNT] = { "ns-mnt", OBJECT(ns[IPCSHOW_NS_MNT]), N_("namespace: mounts") },
	[IPCSHOW_RESOURCE_NS_NET] = { "ns-net", OBJECT(ns[IPCSHOW_NS_NET]), N_("namespace: network") },
	[IPCSHOW_RESOURCE_NS_PID] = {
		"ns-pid", OBJECT(ns[IPCSHOW_NS_PID]),
		N_("namespace: process IDs"),
	},
	[IPCSHOW_RESOURCE_NS_PID_CHILDREN] = {
		"ns-pid-children", OBJECT(ns[IPCSHOW_NS_PID_CHILDREN]),
		N_("the same, for children"),
	},
	[IPCSHOW_RESOURCE_NS_TIME] = {
		"ns-time", OBJECT(ns[IPCSHOW_NS_TIME]),
		N_("namespace: clocks"),
	},
	[IPCSHOW_RESOURCE_NS_TIME_CHILDREN] = {
		"ns-time-children", OBJECT(ns[IPCSHOW_NS_TIME_CHILDREN]),
		N_("the same, for children"),
	},
	[IPCSHOW_RESOURCE_NS_USER] = {
		"ns-user", OBJECT(ns[IPCSHOW_NS_USER]),
		N_("namespace: user and group IDs, capabilities"),
	},
	[IPCSHOW_RESOURCE_NS_UTS] = {
		"ns-uts", OBJECT(ns[IPCSHOW_NS_UTS]),
		N_("namespace: host name"),
	},
#undef OBJECT
};

_Static_assert(ARRAY_SIZE(sorts) == IPCSHOW_NR_RESOURCES, "each has a name");
_Static_assert(IPCSHOW_RESOURCE_NS_UTS - IPCSHOW_RESOURCE_NS_CGROUP == IPCSHOW_NS_UTS,
	       "the same order");

static const char *const findings[] = {
	[IPCSHOW_FINDING_SAME] = "same",
	[IPCSHOW_FINDING_EQUAL] = "equal",
	[IPCSHOW_FINDING_INDEPENDENT] = "independent",
	[IPCSHOW_FINDING_NONE] = "none",
	[IPCSHOW_FINDING_RELATED] = "related",
	[IPCSHOW_FINDING_REFUSED] = "refused",
	[IPCSHOW_FINDING_CHANGED] = "changed",
	[IPCSHOW_FINDING_EXITED] = "exited",
};

_Static_assert(ARRAY_SIZE(findings) == IPCSHOW_NR_FINDINGS, "each has a name");

const char *ipcshow_resource_name(enum ipcshow_resource resource)
{
	return (size_t)resource < ARRAY_SIZE(sorts) ? sorts[resource].name : NULL;
}

const char *ipcshow_resource_help(enum ipcshow_resource resource)
{
	return (size_t)resource < ARRAY_SIZE(sorts) ? translated(sorts[resource].help) : NULL;
}

const char *ipcshow_finding_name(enum ipcshow_finding finding)
{
	return (size_t)finding < ARRAY_SIZE(findings) ? findings[finding] : NULL;
}

u64 ipcshow_resource_identity(const struct ipcshow_resources *resources,
			      enum ipcshow_resource resource)
{
	u64 identity;

	if ((size_t)resource >= ARRAY_SIZE(sorts) || !sorts[resource].identity)
		return 0;
	memcpy(&identity, (const char *)resources + sorts[resource].identity, sizeof(identity));
	return identity;
}

/*
 * What the module tells of credentials. Keyrings, security labels and securebits
 * are parts of them too.
 */
bool credentials_equal(const struct ipcshow_resources *a, const struct ipcshow_resources *b)
{
	const u64 no_new_privs = IPCSHOW_RESOURCES_F_NO_NEW_PRIVS;

	return !memcmp(&a->uid, &b->uid, 8 * sizeof(a->uid)) &&
	       !memcmp(&a->cap_inheritable, &b->cap_inheritable,
		       5 * sizeof(a->cap_inheritable)) &&
	       (a->flags & no_new_privs) == (b->flags & no_new_privs);
}

/* Bit by bit, which resources of one thread differ between two records. */
u64 resources_changed(const struct ipcshow_resources *a, const struct ipcshow_resources *b)
{
	u64 changed = 0;
	size_t i;

	for (i = 0; i < IPCSHOW_NR_RESOURCES; i++)
		if (ipcshow_resource_identity(a, i) != ipcshow_resource_identity(b, i))
			changed |= 1ULL << i;
	if (!credentials_equal(a, b))
		changed |= 1ULL << IPCSHOW_RESOURCE_CREDENTIALS;
	if (a->tracer_group != b->tracer_group)
		changed |= 1ULL << IPCSHOW_RESOURCE_TRACER;
	if (a->sig_blocked != b->sig_blocked)
		changed |= 1ULL << IPCSHOW_RESOURCE_SIGMASK;
	return changed;
}

static bool is_parent(const struct survey_subject *a, const struct survey_subject *b)
{
	return a->reading.task.tgid && b->reading.task.ppid == a->reading.task.tgid;
}

static enum ipcshow_finding judge_relation(const struct resource_pair *pair)
{
	const struct ipcshow_task *a = &pair->a->reading.task, *b = &pair->b->reading.task;

	if (a->tgid == b->tgid || is_parent(pair->a, pair->b) || is_parent(pair->b, pair->a) ||
	    (a->ppid && a->ppid == b->ppid))
		return IPCSHOW_FINDING_RELATED;
	return IPCSHOW_FINDING_INDEPENDENT;
}

static enum ipcshow_finding judge_tracer(const struct resource_pair *pair)
{
	u64 a = pair->ra->tracer_group, b = pair->rb->tracer_group;

	if (!a && !b)
		return IPCSHOW_FINDING_NONE;
	if ((a && a == pair->rb->signal) || (b && b == pair->ra->signal))
		return IPCSHOW_FINDING_RELATED;
	return a == b ? IPCSHOW_FINDING_SAME : IPCSHOW_FINDING_INDEPENDENT;
}

static bool are_ids_told(const struct ipcshow_resources *r)
{
	const u32 ids[] = {
		r->uid, r->euid, r->suid, r->fsuid, r->gid, r->egid, r->sgid, r->fsgid,
	};
	size_t i = 0;

	while (i < ARRAY_SIZE(ids) && resource_id_is_told(ids[i]))
		i++;
	return i == ARRAY_SIZE(ids);
}

static bool is_equal(const struct resource_pair *pair, enum ipcshow_resource resource)
{
	switch (resource) {
	case IPCSHOW_RESOURCE_CREDENTIALS:
		return pair->ra->ns[IPCSHOW_NS_USER] == pair->rb->ns[IPCSHOW_NS_USER] &&
		       credentials_equal(pair->ra, pair->rb) && are_ids_told(pair->ra);
	case IPCSHOW_RESOURCE_GROUPS:
		return resource_groups_equal(pair);
	default:
		return false;
	}
}

static enum ipcshow_finding judge(const struct resource_pair *pair, enum ipcshow_resource resource)
{
	u64 a, b;

	switch (resource) {
	case IPCSHOW_RESOURCE_RELATION:
		return judge_relation(pair);
	case IPCSHOW_RESOURCE_TRACER:
		return judge_tracer(pair);
	case IPCSHOW_RESOURCE_SIGMASK:
		if (pair->a->chosen == pair->b->chosen)
			return IPCSHOW_FINDING_SAME;
		return pair->ra->sig_blocked == pair->rb->sig_blocked ?
			IPCSHOW_FINDING_EQUAL : IPCSHOW_FINDING_INDEPENDENT;
	default:
		a = ipcshow_resource_identity(pair->ra, resource);
		b = ipcshow_resource_identity(pair->rb, resource);
		if (!a && !b)
			return IPCSHOW_FINDING_NONE;
		if (a == b)
			return IPCSHOW_FINDING_SAME;
		return is_equal(pair, resource) ? IPCSHOW_FINDING_EQUAL :
						  IPCSHOW_FINDING_INDEPENDENT;
	}
}

static int compare_one(const struct resource_pair *pair, enum ipcshow_resource resource,
		       ipcshow_resource_fn *fn, void *arg)
{
	const struct survey_thread *a = pair->a->chosen, *b = pair->b->chosen;
	struct ipcshow_resource_view view = { .resource = resource };

	note_clear(pair->note);
	if (resource != IPCSHOW_RESOURCE_RELATION && (a->exited || b->exited)) {
		view.finding = IPCSHOW_FINDING_EXITED;
	} else if (resource != IPCSHOW_RESOURCE_RELATION &&
		   (!a->has_resources || !b->has_resources)) {
		view.finding = IPCSHOW_FINDING_REFUSED;
	} else if ((a->changed | b->changed) >> resource & 1) {
		view.finding = IPCSHOW_FINDING_CHANGED;
	} else {
		view.finding = judge(pair, resource);
		view.a = ipcshow_resource_identity(pair->ra, resource);
		view.b = ipcshow_resource_identity(pair->rb, resource);
		resource_prove(pair, resource, view.finding);
	}
	if (pair->note->failed)
		return -ENOMEM;
	view.proof = pair->note->size ? pair->note->text : "";
	view.proof_size = pair->note->size;
	return fn(&view, arg);
}

int ipcshow_resources_compare(const struct ipcshow_survey *survey, size_t a, size_t b,
			      ipcshow_resource_fn *fn, void *arg)
{
	struct note note = { 0 };
	const struct resource_pair pair = {
		.a = &survey->subjects[a],
		.b = &survey->subjects[b],
		.ra = &survey->subjects[a].chosen->resources,
		.rb = &survey->subjects[b].chosen->resources,
		.note = &note,
	};
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < IPCSHOW_NR_RESOURCES; i++)
		ret = compare_one(&pair, i, fn, arg);
	note_free(&note);
	return ret;
}

/* What can be told from another of its sort. */
static bool has_words(enum ipcshow_resource resource)
{
	return resource != IPCSHOW_RESOURCE_FS && resource != IPCSHOW_RESOURCE_IO_CONTEXT &&
	       resource != IPCSHOW_RESOURCE_SYSV_UNDO;
}

char *ipcshow_resource_text(const struct ipcshow_survey *survey, size_t index, size_t thread,
			    enum ipcshow_resource resource, size_t *size)
{
	struct survey_subject subject = survey->subjects[index];
	struct note note = { 0 };
	struct resource_pair pair = { .a = &subject, .b = &subject, .note = &note };

	subject.chosen = &subject.reading.threads[thread];
	pair.ra = &subject.chosen->resources;
	pair.rb = pair.ra;
	note_add(&note, "%s", "");
	if (!subject.chosen->has_resources)
		;
	else if (has_words(resource))
		resource_prove(&pair, resource, judge(&pair, resource));
	else if (ipcshow_resource_identity(pair.ra, resource))
		note_add(&note, "%s", ipcshow_resource_help(resource));
	*size = note.size;
	if (note.failed)
		note_free(&note);
	return note.text;
}
