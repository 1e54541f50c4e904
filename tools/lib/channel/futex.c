// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Futex words. In shared memory a word is known by the object and where it lies in it; else, and
 * where the waiter says that it is private, by the address space and the address.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "channel.h"
#include "translate.h"

/**
 * struct wait - a thread that waits on a word
 * @key: of the word
 * @object: key of the memory object; 0: the word is known by its address
 * @offset: of the word, in the object
 * @address: of the word
 * @owner: TID of the lock's owner, or 0: not known, or no lock
 */
struct wait {
	u64 key;
	u64 object;
	u64 offset;
	u64 address;
	u32 subject;
	u32 tid;
	const struct mapping *mapping;
	bool is_lock;
	u32 owner;
};

struct waits {
	struct wait *all;
	size_t nr;
	size_t room;
};

static int compare(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_word(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;
	int order = compare(x->key, y->key);

	if (!order)
		order = compare(x->subject, y->subject);
	return order ? order : compare(x->tid, y->tid);
}

/* A lock's word has the owner's TID as those who wait know it. */
static bool is_in_our_pids(const struct survey_thread *thread)
{
	struct stat st;

	return thread->has_resources && !stat("/proc/self/ns/pid", &st) &&
	       st.st_ino == thread->resources.ns_ino[IPCSHOW_NS_PID];
}

static int add_wait(struct waits *waits, const struct survey_subject *subject, u32 index,
		    const struct survey_thread *thread, const struct futex_word *word)
{
	const struct mapping *mapping = mappings_find(&subject->reading.mappings, word->address);
	struct wait *grown = array_grow(waits->all, waits->nr, &waits->room, sizeof(*grown));
	struct wait wait = {
		.address = word->address,
		.subject = index,
		.tid = thread->tid,
		.is_lock = thread->wait.is_lock,
		.owner = is_in_our_pids(thread) ? thread->wait.owner : 0,
	};

	if (!grown)
		return -ENOMEM;
	waits->all = grown;
	if (mapping && !word->is_private) {
		wait.mapping = mapping;
		wait.object = mapping->inode ? mapping->inode : mapping->object;
		wait.offset = mapping->offset + (word->address - mapping->start);
		wait.key = key_mix(wait.object, wait.offset);
	} else {
		wait.key = key_mix(key_mix(subject->reading.mm.id, word->address), 1);
	}
	grown[waits->nr++] = wait;
	return 0;
}

static int add_waits(struct waits *waits, const struct survey_subject *subject, u32 index)
{
	size_t i, j;
	int err = 0;

	for (i = 0; i < subject->reading.nr_threads; i++) {
		const struct survey_thread *thread = &subject->reading.threads[i];

		if (!subject_has_thread(subject, thread))
			continue;
		for (j = 0; !err && j < thread->wait.nr; j++)
			err = add_wait(waits, subject, index, thread, &thread->wait.words[j]);
	}
	return err;
}

/* Also where the owner is none of the tasks. Out of memory: less is said. */
static char *name_owner(const struct wait *wait)
{
	char text[64];

	if (!wait->owner)
		return NULL;
	snprintf(text, sizeof(text), _("owner is TID %u"), wait->owner);
	return strdup(text);
}

static int add_waiters(struct ends *ends, const struct wait *waits, size_t nr)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < nr; i++) {
		const struct end end = {
			.kind = IPCSHOW_CHANNEL_FUTEX,
			.subject = waits[i].subject,
			.access = IPCSHOW_END_READ | IPCSHOW_END_WRITE,
			.role = waits[i].is_lock ? N_("waits for lock") : N_("waits"),
			.tid = waits[i].tid,
			.detail = name_owner(&waits[i]),
		};

		err = ends_add(ends, &end);
	}
	return err;
}

static bool has_thread(const struct survey_subject *subject, u32 tid)
{
	size_t i;

	for (i = 0; i < subject->reading.nr_threads; i++)
		if (subject->reading.threads[i].tid == tid)
			return subject_has_thread(subject, &subject->reading.threads[i]);
	return false;
}

/* Who has the lock, where that is one of the tasks. */
static int add_owner(struct ends *ends, const struct ipcshow_survey *survey,
		     const struct wait *wait)
{
	size_t i;
	int err = 0;

	for (i = 0; wait->owner && !err && i < survey->nr; i++) {
		const struct end end = {
			.kind = IPCSHOW_CHANNEL_FUTEX,
			.subject = (u32)i,
			.access = IPCSHOW_END_WRITE,
			.role = N_("owns lock"),
			.tid = wait->owner,
		};

		if (has_thread(&survey->subjects[i], wait->owner))
			err = ends_add(ends, &end);
	}
	return err;
}

/* It waits, or owns the lock. */
static bool has_end(const struct ends *ends, u32 subject)
{
	size_t i;

	for (i = 0; i < ends->nr; i++)
		if (ends->all[i].subject == subject && ends->all[i].tid)
			return true;
	return false;
}

static size_t first_of_key(const struct ends *ends, u64 key)
{
	size_t low = 0, high = ends->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (ends->all[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool covers(const struct mapping *mapping, u64 offset)
{
	return mapping && offset >= mapping->offset &&
	       offset - mapping->offset < mapping->end - mapping->start;
}

/* Those who map the word too, and may change it. */
static int add_mappers(struct ends *ends, const struct ends *all, const struct wait *wait)
{
	size_t i;
	int err = 0;

	for (i = first_of_key(all, wait->object); !err && i < all->nr; i++) {
		struct end end = all->all[i];

		if (end.key != wait->object)
			break;
		if (!covers(end.mapping, wait->offset) || has_end(ends, end.subject))
			continue;
		end.detail = NULL;
		end.kind = IPCSHOW_CHANNEL_FUTEX;
		end.access &= IPCSHOW_END_WRITE;
		err = ends_add(ends, &end);
	}
	return err;
}

static int add_same_memory(struct ends *ends, const struct ipcshow_survey *survey,
			   const struct wait *wait)
{
	const u64 mm = survey->subjects[wait->subject].reading.mm.id;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < survey->nr; i++) {
		const struct end end = {
			.kind = IPCSHOW_CHANNEL_FUTEX,
			.subject = (u32)i,
			.access = IPCSHOW_END_WRITE,
			.role = N_("same memory"),
		};

		if (survey->subjects[i].reading.mm.id == mm && !has_end(ends, (u32)i))
			err = ends_add(ends, &end);
	}
	return err;
}

/* The object's name and the place in it. */
static void name_word(struct ipcshow_channels *channels, const struct ends *all,
		      const struct wait *wait)
{
	size_t i = wait->object ? first_of_key(all, wait->object) : all->nr;

	note_clear(&channels->note);
	for (; i < all->nr && all->all[i].key == wait->object; i++) {
		if (all->all[i].mapping != wait->mapping)
			continue;
		channel_name(channels, &all->all[i], 1);
		note_add(&channels->note, " +0x%llx", (unsigned long long)wait->offset);
		return;
	}
	note_add(&channels->note, "0x%llx", (unsigned long long)wait->address);
}

static int add_word(struct ipcshow_channels *channels, const struct ends *all,
		    const struct wait *waits, size_t nr)
{
	struct ends ends = { 0 };
	int err = add_waiters(&ends, waits, nr);
	size_t i;

	if (!err)
		err = add_owner(&ends, channels->survey, waits);
	if (!err && waits->object)
		err = add_mappers(&ends, all, waits);
	else if (!err)
		err = add_same_memory(&ends, channels->survey, waits);
	for (i = 0; !err && i < ends.nr; i++) {
		if (ends.all[i].subject == ends.all->subject)
			continue;
		name_word(channels, all, waits);
		err = channel_add_with_note(channels, ends.all, ends.nr, 0);
		break;
	}
	ends_free(&ends);
	return err;
}

int futexes_find(struct ipcshow_channels *channels, const struct ends *ends)
{
	const struct ipcshow_survey *survey = channels->survey;
	struct waits waits = { 0 };
	size_t i, first = 0;
	int err = 0;

	for (i = 0; !err && i < survey->nr; i++)
		err = add_waits(&waits, &survey->subjects[i], (u32)i);
	if (!err && waits.nr)
		qsort(waits.all, waits.nr, sizeof(*waits.all), by_word);
	for (i = 1; !err && i <= waits.nr; i++) {
		if (i < waits.nr && waits.all[i].key == waits.all[first].key)
			continue;
		err = add_word(channels, ends, waits.all + first, i - first);
		first = i;
	}
	free(waits.all);
	return err;
}
