// SPDX-License-Identifier: GPL-2.0
/* The FILE record: which file a VMA maps. */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/kdev_t.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "compat.h"
#include "end.h"
#include "file.h"
#include "identity.h"
#include "ring.h"

/**
 * ipcshow_file_inode() - identity of the inode that the user opened
 * @file: the file; on a stacked file system its inode may be the lower one
 * @salt: of the identity
 */
u64 ipcshow_file_inode(struct file *file, const struct ipcshow_salt *salt)
{
	return ipcshow_identity(salt, d_inode(file_user_path(file)->dentry));
}

static size_t without_suffix(const char *text, size_t size, const char *suffix)
{
	size_t len = strlen(suffix);

	return size >= len && !memcmp(text + size - len, suffix, len) ? size - len : size;
}

/*
 * Writes the path to the end of @buf, as the caller sees it. That of an unlinked
 * file ends in " (deleted)", which is a flag here, not a name; so may the
 * name of one that is there. The files of internal mounts never had a name, and
 * always get the suffix, though their dentries do not count as unlinked.
 */
static const char *path_text(const struct path *path, char *buf, size_t *size,
			     u64 *flags)
{
	bool unlinked = d_unlinked(path->dentry);
	char *text = d_path(path, buf, PATH_MAX);

	if (IS_ERR(text)) {
		*flags |= IPCSHOW_FILE_F_NO_PATH;
		*size = 0;
		return buf;
	}
	*size = strlen(text);
	unlinked = unlinked || d_unlinked(path->dentry);
	if (unlinked)
		*flags |= IPCSHOW_FILE_F_DELETED;
	if (unlinked || *flags & IPCSHOW_FILE_F_INTERNAL)
		*size = without_suffix(text, *size, " (deleted)");
	return text;
}

/**
 * ipcshow_file_path() - write the path of a file that the caller keeps from going
 * @path: the path
 * @buf: where to: PATH_MAX bytes, at the far end of which it is put together
 * @flags: IPCSHOW_FILE_F_INTERNAL, if it is; out: also _DELETED and _NO_PATH
 *
 * Cannot sleep.
 *
 * Return: bytes in @buf.
 */
size_t ipcshow_file_path(const struct path *path, u8 *buf, u64 *flags)
{
	const char *text;
	size_t size;

	text = path_text(path, buf, &size, flags);
	memmove(buf, text, size);
	return size;
}

/*
 * The kernel names SysV segments "SYSV" and the key in hex, and gives the
 * inode the shmid as its number. Nobody else can make files in its mounts.
 */
static void fill_sysv(struct ipcshow_file *rec)
{
	char hex[9];

	if (!(rec->flags & IPCSHOW_FILE_F_INTERNAL) ||
	    (rec->fs_magic != TMPFS_MAGIC && rec->fs_magic != HUGETLBFS_MAGIC) ||
	    rec->path_size != strlen("/SYSV01234567") ||
	    memcmp(rec->path, "/SYSV", 5))
		return;
	memcpy(hex, rec->path + 5, 8);
	hex[8] = '\0';
	if (!kstrtou32(hex, 16, &rec->sysv_key))
		rec->flags |= IPCSHOW_FILE_F_SYSV;
}

static void fill_inode(struct ipcshow_file *rec, const struct inode *inode,
		       const struct ipcshow_salt *salt)
{
	rec->inode = ipcshow_identity(salt, inode);
	rec->ino = inode->i_ino;
	rec->dev_major = MAJOR(inode->i_sb->s_dev);
	rec->dev_minor = MINOR(inode->i_sb->s_dev);
	rec->fs_magic = inode->i_sb->s_magic;
	rec->mode = inode->i_mode;
	rec->nlink = inode->i_nlink;
	rec->bytes = i_size_read(inode);
	rec->flags = inode->i_sb->s_flags & SB_KERNMOUNT ? IPCSHOW_FILE_F_INTERNAL : 0;
}

/*
 * The path is put together at the far end of the record, and the record cut
 * short behind it: no buffer, and nothing to allocate.
 */
static bool emit(struct file *file, const struct ipcshow_salt *salt,
		 struct ipcshow_ringbuf *ring, u64 id)
{
	const struct path *path = file_user_path(file);
	struct ipcshow_file *rec;

	rec = ipcshow_ring_reserve(ring, IPCSHOW_REC_FILE, sizeof(*rec) + PATH_MAX);
	if (!rec)
		return false;
	rec->id = id;
	rec->sysv_key = 0;
	fill_inode(rec, d_inode(path->dentry), salt);
	rec->path_size = ipcshow_file_path(path, rec->path, &rec->flags);
	fill_sysv(rec);
	ipcshow_ring_trim(ring, struct_size(rec, path, rec->path_size));
	ipcshow_ring_commit(ring);
	return true;
}

/* The ends of a shared ring have inode and page cache in common with all kinds of files. */
static const void *object_of(const struct file *file)
{
	u32 role;

	return ipcshow_end_memory(file, &role) ?: file->f_mapping;
}

/**
 * ipcshow_file_object() - identity of the memory object of a VMA with a file
 * @cache: after ipcshow_file_emit() of its file
 * @vma: the VMA
 *
 * Return: the identity; 0: a private map of /dev/zero, which is anonymous.
 */
u64 ipcshow_file_object(struct ipcshow_file_cache *cache, struct vm_area_struct *vma)
{
	if (vma_is_anonymous(vma))
		return 0;
	if (!cache->last_object)
		cache->last_object = ipcshow_identity(cache->salt, object_of(vma->vm_file));
	return cache->last_object;
}

/**
 * ipcshow_file_emit() - write the FILE record of a VMA's file, unless it was or shall not be
 * @cache: what was written during this hold of the mmap lock
 * @file: the file of a VMA, whose mmap lock is held
 * @ring: where to
 * @id: out: the identity to refer to the record
 *
 * Return: false: the record does not fit.
 */
bool ipcshow_file_emit(struct ipcshow_file_cache *cache, struct file *file,
		       struct ipcshow_ringbuf *ring, u64 *id)
{
	const struct path *path;
	u64 *seen;

	if (file != cache->last) {
		path = file_user_path(file);
		*id = ipcshow_identity_pair(cache->salt, path->dentry, path->mnt);
		seen = &cache->seen[*id % IPCSHOW_FILES_KEPT];
		if (*seen != *id && !cache->silent) {
			if (!emit(file, cache->salt, ring, *id))
				return false;
			*seen = *id;
			cache->written += ring->reserved;
		}
		cache->last = file;
		cache->last_id = *id;
		cache->last_object = 0;
	}
	*id = cache->last_id;
	return true;
}
