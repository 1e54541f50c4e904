// SPDX-License-Identifier: LGPL-2.1-or-later
/* What findings on resources rest on, in words. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resource.h"
#include "translate.h"

#define PTY_MAJOR	136
#define FILE_MAX_READ	65536

/* What the kernel gives the first: PROC_USER_INIT_INO. */
#define FIRST_USER	0xEFFFFFFDU
#define OVERFLOW_ID	65534U

/* A file from malloc(), terminated; NULL: it cannot be read. */
static char *read_at(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t n = 1;
	char *text;

	if (fd < 0)
		return NULL;
	text = malloc(FILE_MAX_READ + 1);
	while (text && size < FILE_MAX_READ && n > 0) {
		n = read(fd, text + size, FILE_MAX_READ - size);
		size += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (text)
		text[size] = '\0';
	return text;
}

/*
 * Whether @dir (/proc/PID/task/TID) is of the thread that the module looked at: numbers are used again,
 * and /proc may be of another PID namespace. The start time is the 22nd field; the second is a name
 * that may hold anything, in parentheses.
 */
static bool is_same_thread(int dir, const struct survey_thread *thread)
{
	const u64 tick = 1000000000ULL / (u64)sysconf(_SC_CLK_TCK);
	char *stat = read_at(dir, "stat");
	char *p = stat ? strrchr(stat, ')') : NULL;
	unsigned long long start;
	bool same;

	same = p && sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u"
			   " %*d %*d %*d %*d %*d %*d %llu", &start) == 1 &&
	       start == thread->start_time / tick;
	free(stat);
	return same;
}

/* A file of the chosen thread in /proc, as read_at(). */
static char *read_proc(const struct survey_subject *subject, const char *name)
{
	char path[64], *text = NULL;
	int dir;

	snprintf(path, sizeof(path), "/proc/%u/task/%u", subject->reading.task.tgid,
		 subject->chosen->tid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return NULL;
	if (is_same_thread(dir, subject->chosen))
		text = read_at(dir, name);
	close(dir);
	return text;
}

/* The line of @text that begins with @start, or NULL; @size of what is behind that. */
static const char *find_line(const char *text, const char *start, size_t *size)
{
	const char *p = text;

	while (p && strncmp(p, start, strlen(start))) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	if (!p || !*p)
		return NULL;
	p += strlen(start);
	*size = strcspn(p, "\n");
	return p;
}

/* What is read for each ID that has no number in our user namespace: which one it is, it does not tell. */
bool resource_id_is_told(u32 id)
{
	struct stat ours;

	return id != OVERFLOW_ID || (!stat("/proc/self/ns/user", &ours) && ours.st_ino == FIRST_USER);
}

static bool are_told(const char *ids, size_t size)
{
	const char *const end = ids + size;
	char *next;

	for (; ids < end; ids = next) {
		if (!resource_id_is_told((u32)strtoul(ids, &next, 10)))
			return false;
		if (next == ids)
			break;
	}
	return true;
}

bool resource_groups_equal(const struct resource_pair *pair)
{
	char *a = read_proc(pair->a, "status"), *b = read_proc(pair->b, "status");
	const char *x, *y;
	size_t nx, ny;
	bool equal = false;

	x = a ? find_line(a, "Groups:", &nx) : NULL;
	y = b ? find_line(b, "Groups:", &ny) : NULL;
	if (x && y)
		equal = nx == ny && !memcmp(x, y, nx) && are_told(x, nx);
	free(a);
	free(b);
	return equal;
}

static void prove_number(const struct resource_pair *pair, enum ipcshow_finding finding,
			 const char *what, u32 a, u32 b)
{
	if (finding == IPCSHOW_FINDING_SAME)
		note_add(pair->note, "%s %u", what, a);
	else
		note_add(pair->note, "%s %u / %u", what, a, b);
}

static void prove_namespace(const struct resource_pair *pair, enum ipcshow_finding finding,
			    unsigned int ns)
{
	static const char *const names[IPCSHOW_NR_NS] = {
		"cgroup", "ipc", "mnt", "net", "pid", "pid", "time", "time", "user", "uts",
	};

	note_add(pair->note, "%s:[%u]", names[ns], pair->ra->ns_ino[ns]);
	if (finding != IPCSHOW_FINDING_SAME)
		note_add(pair->note, " / %s:[%u]", names[ns], pair->rb->ns_ino[ns]);
}

static void add_tty(struct note *note, const struct ipcshow_resources *resources)
{
	if (!resources->tty)
		note_add(note, _("none"));
	else if (resources->tty_major == PTY_MAJOR)
		note_add(note, "pts/%u", resources->tty_minor);
	else if (resources->tty_major == 4 && resources->tty_minor < 64)
		note_add(note, "tty%u", resources->tty_minor);
	else if (resources->tty_major == 4)
		note_add(note, "ttyS%u", resources->tty_minor - 64);
	else
		note_add(note, _("device %u:%u"), resources->tty_major, resources->tty_minor);
}

static void add_groups_of(struct note *note, const struct survey_subject *subject)
{
	char *text = read_proc(subject, "status");
	const char *p;
	size_t size;

	p = text ? find_line(text, "Groups:", &size) : NULL;
	while (p && size && (*p == '\t' || *p == ' '))
		p++, size--;
	while (p && size && p[size - 1] == ' ')
		size--;
	if (p && size)
		note_add_bytes(note, p, size);
	else
		note_add(note, p ? _("no others") : "?");
	free(text);
}

/* Of cgroup2 if it is there, else of the first hierarchy. */
static void add_cgroup(struct note *note, const struct survey_subject *subject)
{
	char *text = read_proc(subject, "cgroup");
	const char *p = NULL;
	size_t size;

	if (text) {
		p = find_line(text, "0::", &size);
		if (!p)
			p = find_line(text, "", &size);
	}
	if (p)
		note_add_bytes(note, p, size);
	else
		note_add(note, "?");
	free(text);
}

/* What is said of each of two, or of both. */
static void prove_each(const struct resource_pair *pair, enum ipcshow_finding finding,
		       void (*add)(struct note *note, const struct survey_subject *subject))
{
	add(pair->note, pair->a);
	if (finding != IPCSHOW_FINDING_SAME && finding != IPCSHOW_FINDING_EQUAL) {
		note_add(pair->note, " / ");
		add(pair->note, pair->b);
	}
}

static void add_handlers(struct note *note, const struct survey_subject *subject)
{
	note_add(note, _("handlers for "));
	note_add_signals(note, subject->chosen->resources.sig_caught);
}

static void add_blocked(struct note *note, const struct survey_subject *subject)
{
	note_add(note, _("blocks "));
	note_add_signals(note, subject->chosen->resources.sig_blocked);
}

static void add_descriptors(struct note *note, const struct survey_subject *subject)
{
	const struct reading *reading = &subject->reading;
	size_t nr = descriptors_of_table(&reading->descriptors, subject->chosen->resources.files);

	note_add(note, dngettext(IPCSHOW_TEXT_DOMAIN, "%zu descriptor", "%zu descriptors", nr),
		 nr);
}

static void prove_mm(const struct resource_pair *pair, enum ipcshow_finding finding)
{
	if (finding != IPCSHOW_FINDING_SAME)
		note_add(pair->note, _("two address spaces"));
	else
		note_add(pair->note, _("one address space"));
}

static void add_difference(struct note *note, const char *name, const char *format, u64 a, u64 b)
{
	if (a == b)
		return;
	note_add(note, "%s%s ", note->size ? ", " : "", name);
	note_add(note, *format == 'x' ? "%llx/" : "%llu/", (unsigned long long)a);
	note_add(note, *format == 'x' ? "%llx" : "%llu", (unsigned long long)b);
}

static void prove_credentials(const struct resource_pair *pair, enum ipcshow_finding finding)
{
	const struct ipcshow_resources *a = pair->ra, *b = pair->rb;
	const u64 no_new_privs = IPCSHOW_RESOURCES_F_NO_NEW_PRIVS;
	struct note *note = pair->note;

	if (finding == IPCSHOW_FINDING_SAME || finding == IPCSHOW_FINDING_EQUAL) {
		note_add(note, _("uid %u, gid %u, effective capabilities %llx"), a->euid, a->egid,
			 (unsigned long long)a->cap_effective);
		return;
	}
	add_difference(note, "uid", "u", a->uid, b->uid);
	add_difference(note, "euid", "u", a->euid, b->euid);
	add_difference(note, "suid", "u", a->suid, b->suid);
	add_difference(note, "fsuid", "u", a->fsuid, b->fsuid);
	add_difference(note, "gid", "u", a->gid, b->gid);
	add_difference(note, "egid", "u", a->egid, b->egid);
	add_difference(note, "sgid", "u", a->sgid, b->sgid);
	add_difference(note, "fsgid", "u", a->fsgid, b->fsgid);
	add_difference(note, "inheritable", "x", a->cap_inheritable, b->cap_inheritable);
	add_difference(note, "permitted", "x", a->cap_permitted, b->cap_permitted);
	add_difference(note, "effective", "x", a->cap_effective, b->cap_effective);
	add_difference(note, "bounding", "x", a->cap_bounding, b->cap_bounding);
	add_difference(note, "ambient", "x", a->cap_ambient, b->cap_ambient);
	add_difference(note, "no-new-privs", "u", !!(a->flags & no_new_privs),
		       !!(b->flags & no_new_privs));
	add_difference(note, _("user namespace"), "u", a->ns_ino[IPCSHOW_NS_USER],
		       b->ns_ino[IPCSHOW_NS_USER]);
	if (!note->size)
		note_add(note, _("IDs that have no number here"));
}

static void prove_relation(const struct resource_pair *pair)
{
	const struct ipcshow_task *a = &pair->a->reading.task, *b = &pair->b->reading.task;

	if (a->tgid == b->tgid)
		note_add(pair->note, _("threads of process %u"), a->tgid);
	else if (a->tgid && b->ppid == a->tgid)
		note_add(pair->note, _("%u is the parent of %u"), a->tgid, b->tgid);
	else if (b->tgid && a->ppid == b->tgid)
		note_add(pair->note, _("%u is the parent of %u"), b->tgid, a->tgid);
	else if (a->ppid && a->ppid == b->ppid)
		note_add(pair->note, _("siblings: parent %u"), a->ppid);
	else
		note_add(pair->note, _("parents %u / %u"), a->ppid, b->ppid);
}

/* A tracer has a number only where we can see it. */
static void add_traced(struct note *note, u32 tracer, u32 tid)
{
	if (tracer)
		note_add(note, _("%u traces %u"), tracer, tid);
	else
		note_add(note, _("a process outside of our PID namespace traces %u"), tid);
}

static void prove_tracer(const struct resource_pair *pair)
{
	u64 a = pair->ra->tracer_group, b = pair->rb->tracer_group;

	if (a && a == b && pair->ra->tracer)
		note_add(pair->note, _("%u traces both"), pair->ra->tracer);
	else if (a && a == b)
		note_add(pair->note, _("a process outside of our PID namespace traces both"));
	if (a == b)
		return;
	if (a)
		add_traced(pair->note, pair->ra->tracer, pair->a->chosen->tid);
	if (a && b)
		note_add(pair->note, ", ");
	if (b)
		add_traced(pair->note, pair->rb->tracer, pair->b->chosen->tid);
}

/* Where only one of the two has one, the finding says "independent", and this whose. */
static bool prove_only_one(const struct resource_pair *pair, enum ipcshow_resource resource)
{
	u64 a = ipcshow_resource_identity(pair->ra, resource);
	u64 b = ipcshow_resource_identity(pair->rb, resource);

	if (!a == !b || resource == IPCSHOW_RESOURCE_TTY)
		return false;
	note_add(pair->note, _("only %u has one"), (a ? pair->a : pair->b)->chosen->tid);
	return true;
}

/* Writes to pair->note; nothing where there is nothing to say. */
void resource_prove(const struct resource_pair *pair, enum ipcshow_resource resource,
		    enum ipcshow_finding finding)
{
	if (finding == IPCSHOW_FINDING_NONE || prove_only_one(pair, resource))
		return;
	switch (resource) {
	case IPCSHOW_RESOURCE_MM:
		return prove_mm(pair, finding);
	case IPCSHOW_RESOURCE_FILES:
		return prove_each(pair, finding, add_descriptors);
	case IPCSHOW_RESOURCE_SIGHAND:
		return prove_each(pair, finding, add_handlers);
	case IPCSHOW_RESOURCE_SIGMASK:
		return prove_each(pair, finding, add_blocked);
	case IPCSHOW_RESOURCE_GROUPS:
		return prove_each(pair, finding, add_groups_of);
	case IPCSHOW_RESOURCE_CGROUP:
		return prove_each(pair, finding, add_cgroup);
	case IPCSHOW_RESOURCE_THREAD_GROUP:
		return prove_number(pair, finding, _("process"), pair->a->reading.task.tgid,
				    pair->b->reading.task.tgid);
	case IPCSHOW_RESOURCE_PROCESS_GROUP:
		return prove_number(pair, finding, _("process group"), pair->ra->pgid,
				    pair->rb->pgid);
	case IPCSHOW_RESOURCE_SESSION:
		return prove_number(pair, finding, _("session"), pair->ra->sid, pair->rb->sid);
	case IPCSHOW_RESOURCE_CREDENTIALS:
		return prove_credentials(pair, finding);
	case IPCSHOW_RESOURCE_RELATION:
		return prove_relation(pair);
	case IPCSHOW_RESOURCE_TRACER:
		return prove_tracer(pair);
	case IPCSHOW_RESOURCE_TTY:
		add_tty(pair->note, pair->ra);
		if (finding == IPCSHOW_FINDING_SAME)
			return;
		note_add(pair->note, " / ");
		return add_tty(pair->note, pair->rb);
	default:
		if (resource >= IPCSHOW_RESOURCE_NS_CGROUP)
			return prove_namespace(pair, finding, resource - IPCSHOW_RESOURCE_NS_CGROUP);
		note_add(pair->note, finding == IPCSHOW_FINDING_SAME ? _("one object") : _("two objects"));
	}
}
