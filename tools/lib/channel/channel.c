// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What joins tasks. Each descriptor and each shared mapping is an end of what its key
 * identifies; they are sorted by key, and where ends of one key are of several tasks, there is a
 * channel.
 */
#include <errno.h>

#include "channel.h"

/* A mix of two hashes that depends on their order, with the top bit clear like theirs. */
u64 key_mix(u64 a, u64 b)
{
	u64 key = (a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdULL;

	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53ULL;
	key = (key ^ key >> 29) & ~(1ULL << 63);
	return key ? key : 1;
}

int ends_add(struct ends *ends, const struct end *end)
{
	struct end *grown = array_grow(ends->all, ends->nr, &ends->room, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	ends->all = grown;
	grown[ends->nr++] = *end;
	return 0;
}

void ends_free(struct ends *ends)
{
	size_t i;

	for (i = 0; i < ends->nr; i++)
		free(ends->all[i].detail);
	free(ends->all);
	*ends = (struct ends){ 0 };
}

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_role(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* Ends that are listed together follow one another. */
static int by_end(const struct end *a, const struct end *b)
{
	int order = compare(a->subject, b->subject);

	if (!order)
		order = compare(a->side, b->side);
	if (!order)
		order = by_role(a->role, b->role);
	if (!order)
		order = compare(a->access, b->access);
	if (!order)
		order = compare(a->tid, b->tid);
	return order;
}

static int by_key(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	int order = compare(x->key, y->key);

	if (!order)
		order = by_end(x, y);
	if (!order && x->fd && y->fd)
		order = compare(x->fd->fd, y->fd->fd);
	if (!order && x->mapping && y->mapping)
		order = compare(x->mapping->start, y->mapping->start);
	return order;
}

/* Of a file that nobody can write to and nobody has open, no one can lock or tell anything. */
static bool is_mute(const struct end *ends, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (ends[i].kind != IPCSHOW_CHANNEL_FILE || ends[i].fd || !ends[i].mapping ||
		    (ends[i].mapping->vma_flags & (IPCSHOW_VMA_WRITE | IPCSHOW_VMA_MAYWRITE)))
			return false;
	return true;
}

static bool same_end(const struct end *a, const struct end *b)
{
	return !by_end(a, b);
}

static size_t count_ends(const struct end *ends, size_t nr)
{
	size_t i, count = 0;

	for (i = 0; i < nr; i++)
		count += !i || !same_end(&ends[i - 1], &ends[i]);
	return count;
}

static int fill_end(struct ipcshow_channels *channels, struct ipcshow_channel_end *to,
		    struct end *ends, size_t nr)
{
	const struct survey_subject *subject = &channels->survey->subjects[ends->subject];
	struct items details = { 0 };
	struct note note = { 0 };
	u32 *fds = calloc(nr, sizeof(*fds));
	size_t i;

	*to = (struct ipcshow_channel_end){
		.subject = ends->subject,
		.access = ends->access,
		.side = ends->side,
		.role = ends->role,
		.tid = ends->tid,
		.fds = fds,
	};
	if (!fds)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		const struct mapping *mapping = ends[i].mapping;

		if (ends[i].fd && (!to->nr_fds || fds[to->nr_fds - 1] != ends[i].fd->fd))
			fds[to->nr_fds++] = ends[i].fd->fd;
		if (ends[i].fd && ends[i].kind == IPCSHOW_CHANNEL_FILE)
			locks_list(channels, &details, subject, ends[i].fd);
		if (mapping) {
			to->address = to->address ? to->address : mapping->start;
			to->bytes += mapping->end - mapping->start;
		}
		if (ends[i].detail)
			items_add(&details, ends[i].detail);
	}
	items_list(&details, &note);
	note.failed |= details.failed;
	items_free(&details);
	to->detail = note.text;
	return note.failed ? -ENOMEM : 0;
}

static struct ipcshow_channel *channel_new(struct ipcshow_channels *channels, size_t nr_ends)
{
	struct channel *grown = array_grow(channels->all, channels->nr, &channels->room,
					   sizeof(*grown));

	if (!grown)
		return NULL;
	channels->all = grown;
	grown += channels->nr++;
	*grown = (struct channel){
		.shown.ends = calloc(nr_ends, sizeof(*grown->shown.ends)),
	};
	return grown->shown.ends ? &grown->shown : NULL;
}

static int by_end_and_place(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	int order = by_end(x, y);

	return order ? order : by_key(x, y);
}

/* The name lies in channels->note. */
int channel_add_with_note(struct ipcshow_channels *channels, struct end *ends, size_t nr,
			  unsigned int flags)
{
	struct ipcshow_channel *channel;
	size_t i, first = 0;
	int err = 0;

	qsort(ends, nr, sizeof(*ends), by_end_and_place);
	channel = channel_new(channels, count_ends(ends, nr));
	if (!channel || channels->note.failed)
		return -ENOMEM;
	channel->kind = ends->kind;
	channel->flags = flags;
	channel->name = malloc(channels->note.size + 1);
	if (!channel->name)
		return -ENOMEM;
	channel->name_size = channels->note.size;
	if (channel->name_size)
		memcpy((char *)channel->name, channels->note.text, channel->name_size);
	for (i = 1; !err && i <= nr; i++) {
		if (i < nr && same_end(&ends[first], &ends[i]))
			continue;
		err = fill_end(channels,
			       (struct ipcshow_channel_end *)&channel->ends[channel->nr_ends++],
			       ends + first, i - first);
		first = i;
	}
	return err;
}

/* Of ends that have one key, which say what it is called. Takes @holds over. */
static int channel_add(struct ipcshow_channels *channels, struct end *ends, size_t nr,
		       struct holds *holds)
{
	unsigned int flags = holds_one_file(holds) ? IPCSHOW_CHANNEL_F_SAME_FILE : 0;
	bool has_master = false;
	int err;
	size_t i;

	for (i = 0; i < nr; i++)
		has_master |= ends[i].side == 1;
	for (i = 0; i < nr && ends[i].kind == IPCSHOW_CHANNEL_PTY && !has_master; i++)
		ends[i].kind = IPCSHOW_CHANNEL_TERMINAL;
	note_clear(&channels->note);
	flags |= channel_name(channels, ends, nr);
	err = channel_add_with_note(channels, ends, nr, flags);
	if (err)
		return err;
	channels->all[channels->nr - 1].holds = *holds;
	*holds = (struct holds){ 0 };
	return 0;
}

/*
 * It is a channel if tasks have ends of their own: it is not enough that they have a common table
 * of descriptors, or address space, that the ends are in.
 */
static int see_key(struct ipcshow_channels *channels, struct end *ends, size_t nr)
{
	struct holds holds = { 0 };
	int err;

	if (ends[0].subject == ends[nr - 1].subject || is_mute(ends, nr))
		return 0;
	err = holds_collect(&holds, channels->survey, ends, nr);
	if (!err && holds_differ(&holds))
		err = channel_add(channels, ends, nr, &holds);
	holds_free(&holds);
	return err;
}

int channel_add_named(struct ipcshow_channels *channels, struct end *ends, size_t nr,
		      unsigned int flags, const char *name)
{
	note_clear(&channels->note);
	note_add(&channels->note, "%s", name);
	return channel_add_with_note(channels, ends, nr, flags);
}

static int find_by_key(struct ipcshow_channels *channels, struct ends *ends)
{
	size_t i, first = 0;
	int err = 0;

	for (i = 1; !err && i <= ends->nr; i++) {
		if (i < ends->nr && ends->all[i].key == ends->all[first].key)
			continue;
		err = see_key(channels, ends->all + first, i - first);
		first = i;
	}
	return err;
}

static u32 receiver(const struct ipcshow_channel *channel)
{
	size_t i;

	for (i = 0; i < channel->nr_ends; i++)
		if (channel->ends[i].side == 2)
			return channel->ends[i].subject;
	return 0;
}

/* Signals by receiver: as text, 103 comes before 88, and the two directions now here, now there. */
static int by_kind(const void *a, const void *b)
{
	const struct ipcshow_channel *x = &((const struct channel *)a)->shown;
	const struct ipcshow_channel *y = &((const struct channel *)b)->shown;
	int order = compare(x->kind, y->kind);
	size_t size = x->name_size < y->name_size ? x->name_size : y->name_size;

	if (!order && x->kind == IPCSHOW_CHANNEL_SIGNAL)
		return compare(receiver(x), receiver(y));
	if (!order)
		order = memcmp(x->name, y->name, size);
	return order ? order : compare(x->name_size, y->name_size);
}

static int find(struct ipcshow_channels *channels)
{
	struct ends ends = { 0 };
	int err = files_find(channels->survey, &ends);

	if (!err)
		err = sockets_find(channels->survey, &ends);
	if (!err && ends.nr)
		qsort(ends.all, ends.nr, sizeof(*ends.all), by_key);
	if (!err)
		err = futexes_find(channels, &ends);
	if (!err)
		err = find_by_key(channels, &ends);
	ends_free(&ends);
	if (!err)
		err = common_find(channels);
	if (!err)
		err = sysv_find(channels);
	if (!err && !(channels->survey->flags & IPCSHOW_SURVEY_F_NO_SIGNALS))
		err = signals_find(channels);
	if (!err && channels->nr)
		qsort(channels->all, channels->nr, sizeof(*channels->all), by_kind);
	return err;
}

int ipcshow_channels_find(const struct ipcshow_survey *survey,
			  struct ipcshow_channels **channels)
{
	struct ipcshow_channels *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->survey = survey;
	err = find(c);
	if (err) {
		ipcshow_channels_free(c);
		return err;
	}
	*channels = c;
	return 0;
}

static void channel_free(struct channel *channel)
{
	const struct ipcshow_channel *shown = &channel->shown;
	size_t i;

	for (i = 0; i < shown->nr_ends; i++) {
		free((void *)shown->ends[i].fds);
		free((void *)shown->ends[i].detail);
	}
	free((void *)shown->ends);
	free((void *)shown->name);
	free((void *)shown->detail);
	holds_free(&channel->holds);
}

void ipcshow_channels_free(struct ipcshow_channels *channels)
{
	size_t i;

	if (!channels)
		return;
	for (i = 0; i < channels->nr; i++)
		channel_free(&channels->all[i]);
	free(channels->all);
	note_free(&channels->note);
	note_free(&channels->awaited);
	free(channels);
}

size_t ipcshow_channels_count(const struct ipcshow_channels *channels)
{
	return channels->nr;
}

const struct ipcshow_channel *ipcshow_channels_get(const struct ipcshow_channels *channels,
						   size_t index)
{
	return &channels->all[index].shown;
}

unsigned int ipcshow_channels_sysv(const struct ipcshow_channels *channels)
{
	return channels->sysv;
}
