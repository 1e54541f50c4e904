// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Who may signal whom, as kill_ok_by_cred() of the kernel has it (kernel/signal.c): one of two
 * user IDs equals one of two, or CAP_KILL in the user namespace of the other. Who
 * signals by PID must see the other in its PID namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "may_signal.h"
#include "translate.h"

/* What the kernel gives the first of each: PROC_USER_INIT_INO, PROC_PID_INIT_INO. */
#define FIRST_USER	0xEFFFFFFDU
#define FIRST_PID	0xEFFFFFFCU

/* Namespaces nest at most 32 deep. */
#define DEPTH_MAX	40

/* Where an ID has no name in our user namespace, any may stand behind it. */
#define OVERFLOW_UID	65534U

/**
 * struct lineage - whether a namespace is one of those that another lies in
 * @known: it could be told
 * @found: it is
 * @owner: user who made the one of them that lies directly in it
 */
struct lineage {
	bool known;
	bool found;
	uid_t owner;
};

/* Climbs from the namespace that @fd is to the one of number @ino; closes @fd. */
static void climb(struct lineage *lineage, int fd, u32 ino, bool is_user)
{
	const u32 first = is_user ? FIRST_USER : FIRST_PID;
	struct stat st;
	int depth, up;

	for (depth = 0; fd >= 0 && depth < DEPTH_MAX && !fstat(fd, &st); depth++) {
		if (st.st_ino == ino) {
			*lineage = (struct lineage){ true, true, lineage->owner };
			break;
		}
		if (st.st_ino == first) {
			lineage->known = true;
			break;
		}
		if (is_user)
			ioctl(fd, NS_GET_OWNER_UID, &lineage->owner);
		up = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = up;
	}
	if (fd >= 0)
		close(fd);
}

/*
 * The namespace that @to is in, or -1: whoever has its number in /proc by now, or there, may be in
 * another.
 */
static int open_namespace(const struct survey_subject *to, unsigned int ns)
{
	struct stat st;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/ns/%s", to->chosen->tid,
		 ns == IPCSHOW_NS_USER ? "user" : "pid");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && (fstat(fd, &st) || st.st_ino != to->chosen->resources.ns_ino[ns])) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static struct lineage *find_lineage(struct lineages *lineages, const struct survey_subject *to,
				    u32 from_ino, bool is_user)
{
	const unsigned int ns = is_user ? IPCSHOW_NS_USER : IPCSHOW_NS_PID;
	const u64 key = (u64)from_ino << 32 | to->chosen->resources.ns_ino[ns];
	struct lineage *lineage = table_find(&lineages->known, key);

	if (lineage)
		return lineage;
	lineage = calloc(1, sizeof(*lineage));
	if (!lineage || table_put(&lineages->known, key, lineage)) {
		free(lineage);
		return NULL;
	}
	lineage->owner = (uid_t)-1;
	climb(lineage, open_namespace(to, ns), from_ino, is_user);
	return lineage;
}

void lineages_free(struct lineages *lineages)
{
	table_clear(&lineages->known, free);
}

static bool same_uid(u32 a, u32 b, bool *unsure)
{
	if (a == b && a == OVERFLOW_UID)
		*unsure = true;
	return a == b && a != OVERFLOW_UID;
}

static bool is_same_user(const struct ipcshow_resources *from, const struct ipcshow_resources *to,
			 bool *unsure)
{
	return same_uid(from->euid, to->suid, unsure) || same_uid(from->euid, to->uid, unsure) ||
	       same_uid(from->uid, to->suid, unsure) || same_uid(from->uid, to->uid, unsure);
}

/* CAP_KILL in the user namespace of the other. */
static bool is_capable(struct lineages *lineages, const struct survey_subject *from,
		       const struct survey_subject *to, bool *unsure)
{
	const struct ipcshow_resources *f = &from->chosen->resources;
	const struct ipcshow_resources *t = &to->chosen->resources;
	const bool has_kill = f->cap_effective >> CAP_KILL & 1;
	const struct lineage *lineage;

	if (f->ns[IPCSHOW_NS_USER] == t->ns[IPCSHOW_NS_USER])
		return has_kill;
	lineage = find_lineage(lineages, to, f->ns_ino[IPCSHOW_NS_USER], true);
	if (!lineage || !lineage->known) {
		*unsure = true;
		return false;
	}
	return lineage->found && (has_kill || lineage->owner == f->euid);
}

static bool is_visible(struct lineages *lineages, const struct survey_subject *from,
		       const struct survey_subject *to, bool *unsure)
{
	const struct ipcshow_resources *f = &from->chosen->resources;
	const struct lineage *lineage;

	if (f->ns[IPCSHOW_NS_PID] == to->chosen->resources.ns[IPCSHOW_NS_PID])
		return true;
	lineage = find_lineage(lineages, to, f->ns_ino[IPCSHOW_NS_PID], false);
	if (!lineage || !lineage->known)
		*unsure = true;
	return lineage && lineage->found;
}

static enum may_signal judge(struct lineages *lineages, const struct survey_subject *from,
			     const struct survey_subject *to, const char **why, bool *unsure)
{
	const struct ipcshow_resources *f = &from->chosen->resources;
	const struct ipcshow_resources *t = &to->chosen->resources;

	*why = _("outside its PID namespace");
	if (!is_visible(lineages, from, to, unsure))
		return MAY_NOT;
	*why = _("same user");
	if (is_same_user(f, t, unsure))
		return MAY_SIGNAL;
	*why = "CAP_KILL";
	if (is_capable(lineages, from, to, unsure))
		return MAY_SIGNAL;
	*why = _("same session");
	return f->session && f->session == t->session ? MAY_SIGCONT : MAY_NOT;
}

/**
 * signal_may() - whether one task may signal another
 * @lineages: what was asked of namespaces before
 * @from: the one
 * @to: the other
 * @why: out: in some words
 */
enum may_signal signal_may(struct lineages *lineages, const struct survey_subject *from,
			   const struct survey_subject *to, const char **why)
{
	enum may_signal may;
	bool unsure = false;

	*why = _("same process");
	if (from->reading.task.tgid && from->reading.task.tgid == to->reading.task.tgid)
		return MAY_SIGNAL;
	*why = _("not permitted to see its credentials");
	if (!from->chosen->has_resources || !to->chosen->has_resources)
		return MAY_BE;
	*why = _("its credentials changed");
	if ((from->chosen->changed | to->chosen->changed) >> IPCSHOW_RESOURCE_CREDENTIALS & 1)
		return MAY_BE;
	may = judge(lineages, from, to, why, &unsure);
	if (may == MAY_SIGNAL || !unsure)
		return may;
	*why = _("its namespaces are out of sight");
	return MAY_BE;
}
