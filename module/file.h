/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_FILE_H
#define IPCSHOW_FILE_H

#include <linux/ipcshow.h>
#include <linux/types.h>

struct file;
struct ipcshow_ringbuf;
struct ipcshow_salt;
struct path;
struct vm_area_struct;

/**
 * struct ipcshow_file_cache - files whose FILE record was written lately
 * @salt: of the identities
 * @silent: only their identities are of interest: none is written
 * @last: file of the last VMA; compared, never followed
 * @last_id: its identity
 * @last_object: identity of its memory object, 0 where it is not known yet
 * @written: bytes of the FILE records written; whoever counts them sets it to 0
 * @seen: identities, each at the place that its low bits say
 *
 * Good for one hold of the mmap lock only: the VMAs keep their files alive,
 * so what these pointers mean cannot change before it is dropped.
 */
struct ipcshow_file_cache {
	const struct ipcshow_salt *salt;
	bool silent;
	const struct file *last;
	u64 last_id;
	u64 last_object;
	unsigned long written;
	u64 seen[IPCSHOW_FILES_KEPT];
};

u64 ipcshow_file_inode(struct file *file, const struct ipcshow_salt *salt);
size_t ipcshow_file_path(const struct path *path, u8 *buf, u64 *flags);
u64 ipcshow_file_object(struct ipcshow_file_cache *cache, struct vm_area_struct *vma);
bool ipcshow_file_emit(struct ipcshow_file_cache *cache, struct file *file,
		       struct ipcshow_ringbuf *ring, u64 *id);

#endif
