// SPDX-License-Identifier: LGPL-2.1-or-later
/* Files that the target maps: what the module says of them, and opening them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "file.h"

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC	0x65735546
#endif

/* Takes a copy: the record lies in the ring. */
int files_put(struct files *files, const struct ipcshow_file *rec)
{
	struct file_slot *slot = &files->slots[rec->id % FILES_KEPT];
	struct ipcshow_file *grown;

	if (slot->rec && slot->rec == files->pinned) {
		struct file_slot pinned = *slot;

		*slot = files->spare;
		files->spare = pinned;
	}
	if (slot->room < rec->rec.size) {
		grown = realloc(slot->rec, rec->rec.size);
		if (!grown)
			return -ENOMEM;
		slot->rec = grown;
		slot->room = rec->rec.size;
	}
	memcpy(slot->rec, rec, rec->rec.size);
	return 0;
}

/* The newest FILE of @id, or NULL; pinned instead of the one that was. */
const struct ipcshow_file *files_pin(struct files *files, u64 id)
{
	const struct ipcshow_file *rec = files->slots[id % FILES_KEPT].rec;

	if (!id || !rec || rec->id != id)
		rec = files->pinned && files->pinned->id == id ? files->pinned : NULL;
	files->pinned = rec;
	return rec;
}

void files_clear(struct files *files)
{
	size_t i;

	for (i = 0; i < FILES_KEPT; i++)
		free(files->slots[i].rec);
	free(files->spare.rec);
	*files = (struct files){ 0 };
}

/*
 * Whether an open file is the one that is mapped. On file systems whose
 * stat() tells other numbers than the kernel has inside, the size must do:
 * overlayfs (the numbers of a layer) and btrfs (the device of a subvolume).
 */
static bool is_same(const struct ipcshow_file *file, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return false;
	if (st->st_ino == file->ino && major(st->st_dev) == file->dev_major &&
	    minor(st->st_dev) == file->dev_minor)
		return true;
	if (file->fs_magic == BTRFS_SUPER_MAGIC && st->st_ino != file->ino)
		return false;
	return (file->fs_magic == OVERLAYFS_SUPER_MAGIC ||
		file->fs_magic == BTRFS_SUPER_MAGIC) &&
	       (u64)st->st_size == file->bytes;
}

/*
 * Opening a device or a FIFO can do something to it, so look first: O_PATH
 * opens nothing.
 */
static int open_if_same(int dir, const char *path, int flags,
			const struct ipcshow_file *file)
{
	char self[32];
	struct stat st;
	int place, fd;

	place = openat(dir, path, O_PATH | O_CLOEXEC | flags);
	if (place < 0)
		return -errno;
	if (fstat(place, &st) || !is_same(file, &st)) {
		close(place);
		return -ESTALE;
	}
	snprintf(self, sizeof(self), "/proc/self/fd/%d", place);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(place);
	return fd;
}

/* @file's path is as we see it; in another mount namespace, as its root does. */
static int open_by_path(const struct ipcshow_file *file, const struct file_place *place)
{
	char path[32 + 4096 + 1];
	int prefix, fd;

	if ((file->flags & (IPCSHOW_FILE_F_DELETED | IPCSHOW_FILE_F_INTERNAL |
			    IPCSHOW_FILE_F_NO_PATH)) ||
	    !file->path_size || file->path_size > 4096 || file->path[0] != '/')
		return -ENOENT;
	prefix = snprintf(path, sizeof(path), "/proc/%d/root", place->pid);
	memcpy(path + prefix, file->path, file->path_size);
	path[prefix + (int)file->path_size] = '\0';

	fd = open_if_same(AT_FDCWD, path + prefix, O_NOFOLLOW, file);
	return fd >= 0 ? fd : open_if_same(AT_FDCWD, path, O_NOFOLLOW, file);
}

/**
 * file_open() - open a file that the target maps
 * @file: what the module says of it
 * @place: where
 *
 * Never opens anything but a regular file, and never another file than @file.
 * A file system in user space may let its reader wait for ever: it is
 * read for its own user only.
 *
 * Return: a descriptor, or a negative errno.
 */
int file_open(const struct ipcshow_file *file, const struct file_place *place)
{
	char path[80];
	struct stat st;
	int fd;

	if (!S_ISREG(file->mode))
		return -ENOEXEC;
	snprintf(path, sizeof(path), "/proc/%d", place->pid);
	if (file->fs_magic == FUSE_SUPER_MAGIC &&
	    (stat(path, &st) || st.st_uid != geteuid()))
		return -EPERM;

	if (place->is_exe) {
		snprintf(path, sizeof(path), "/proc/%d/exe", place->pid);
		fd = open_if_same(AT_FDCWD, path, 0, file);
		if (fd >= 0)
			return fd;
	}
	snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", place->pid,
		 (unsigned long long)place->start, (unsigned long long)place->end);
	fd = open_if_same(AT_FDCWD, path, 0, file);
	return fd >= 0 ? fd : open_by_path(file, place);
}
