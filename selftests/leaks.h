/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LEAKS_H
#define LEAKS_H

#include "test.h"

/* What may be looked at in records for what must not be there. */

/* No user address is as high. */
#define KERNEL_FIRST	0xffff000000000000ULL

/*
 * What nobody has set, where the compiler sets it (see selftests/check): most kernels have it set
 * to 0, which hides that it was forgotten.
 */
static inline bool is_unset(uint64_t word)
{
	return (uint32_t)word == 0xfefefefe || word >> 32 == 0xfefefefe;
}

/* Members of a record that stand together: all bytes from @first to @end. */
struct members {
	uint32_t type;
	size_t first;
	size_t end;
};

#define MEMBERS(kind, record, first, last)						\
	{ IPCSHOW_REC_##kind, offsetof(struct ipcshow_##record, first),			\
	  offsetof(struct ipcshow_##record, last) +					\
	  sizeof(((struct ipcshow_##record *)NULL)->last) }

static inline bool is_among(const struct members *members, size_t nr, uint32_t type, size_t at)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (members[i].type == type && members[i].first <= at && at < members[i].end)
			return true;
	}
	return false;
}

/* Identities in a snapshot: a word each. */
static const struct members identity_members[] = {
	MEMBERS(MM, mm, id, exe_inode),
	MEMBERS(FILE, file, id, inode),
	MEMBERS(REGION, region, object, family),
	MEMBERS(RESOURCES, resources, mm, ns),
	MEMBERS(RESOURCES, resources, tracer_group, tracer_group),
	MEMBERS(FD, fd, files, files),
	MEMBERS(FD, fd, file, self),
	MEMBERS(FD, fd, netns, netns),
};

static inline bool is_identity(const struct ipcshow_record *rec, size_t at)
{
	return is_among(identity_members, ARRAY_SIZE(identity_members), rec->type, at);
}

/* Words of a record, without the text that the target chose. */
static inline size_t words_of(const struct ipcshow_record *rec)
{
	switch (rec->type) {
	case IPCSHOW_REC_FILE:
		return offsetof(struct ipcshow_file, path) / 8;
	case IPCSHOW_REC_REGION:
		return offsetof(struct ipcshow_region, name) / 8;
	case IPCSHOW_REC_FD:
		/* Addresses of the network are no addresses of memory. */
		return offsetof(struct ipcshow_fd, local_addr) / 8;
	}
	return rec->size / 8;
}

#endif
