// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "same.h"

/* The first REGION that shares its object with this one, and so for files. */
static uint64_t canonical(const struct snapshot *snapshot, uint64_t id, bool file)
{
	const struct ipcshow_region *region;

	for_each_of(region, snapshot, IPCSHOW_REC_REGION) {
		if ((file ? region->file : region->object) == id)
			return region->start;
	}
	return 0;
}

static bool same_record(const struct snapshot *a, const struct ipcshow_record *one,
			const struct snapshot *b, const struct ipcshow_record *other)
{
	const struct ipcshow_region *r = (const void *)one, *q = (const void *)other;
	const struct ipcshow_pages *p = (const void *)one, *o = (const void *)other;
	const struct ipcshow_resources *w = (const void *)one, *x = (const void *)other;
	const struct ipcshow_fd *f = (const void *)one, *g = (const void *)other;
	struct ipcshow_region copy;

	if (one->type != other->type || one->size != other->size)
		return false;
	switch (one->type) {
	case IPCSHOW_REC_TASK:
	case IPCSHOW_REC_THREAD:
	case IPCSHOW_REC_REGS:
		return !memcmp(one, other, one->size);
	case IPCSHOW_REC_PAGES:
		/* It shares pages with us, who run: what counts sharers may change. */
		return p->start == o->start && p->end == o->end && p->rss == o->rss &&
		       p->anonymous == o->anonymous && p->swap == o->swap && p->zero == o->zero;
	case IPCSHOW_REC_REGION:
		copy = *q;
		copy.object = r->object;
		copy.file = r->file;
		copy.family = r->family;
		return !memcmp(&copy, r, sizeof(copy)) && !q->family == !r->family &&
		       !memcmp(r->name, q->name, r->name_size) &&
		       canonical(a, r->object, false) == canonical(b, q->object, false) &&
		       canonical(a, r->file, true) == canonical(b, q->file, true);
	case IPCSHOW_REC_RESOURCES:
		return w->flags == x->flags && w->tid == x->tid && !w->files == !x->files &&
		       !memcmp(&w->uid, &x->uid, sizeof(*w) - offsetof(typeof(*w), uid));
	case IPCSHOW_REC_FD:
		return f->flags == g->flags && f->fd == g->fd && f->ino == g->ino &&
		       !f->file == !g->file && !memcmp(f->path, g->path, f->path_size);
	}
	/* MM counts its users, END the locks that were taken. */
	return true;
}

/* A FILE is said again where it may have been forgotten. */
static const struct ipcshow_record *next_but_file(const struct snapshot *snapshot,
						  const struct ipcshow_record *rec)
{
	do
		rec = snapshot_next(snapshot, rec);
	while (rec && rec->type == IPCSHOW_REC_FILE);
	return rec;
}

const struct ipcshow_record *snapshot_difference(const struct snapshot *a,
						  const struct snapshot *b)
{
	const struct ipcshow_record *one = NULL, *other = NULL;

	for (;;) {
		one = next_but_file(a, one);
		other = next_but_file(b, other);
		if (!one || !other)
			return one ?: other;
		if (!same_record(a, one, b, other))
			return one;
	}
}
