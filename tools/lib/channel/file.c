// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ends of channels that are no sockets: descriptors and shared mappings. */
#include <errno.h>
#include <linux/magic.h>
#include <sys/stat.h>

#include "channel.h"
#include "translate.h"

/* Those that <linux/magic.h> of the oldest system we build on may lack. */
#define MAGIC_MQUEUE	0x19800202
#define MAGIC_PIDFS	0x50494446
#define MAGIC_CGROUP2	0x63677270
#define MAGIC_DMABUF	0x444d4142

/* struct object - a file, by descriptor or by mapping */
struct object {
	const u8 *path;
	size_t path_size;
	u64 magic;
	bool internal;
};

static bool begins_with(const struct object *object, const char *prefix)
{
	size_t n = strlen(prefix);

	return object->path_size >= n && !memcmp(object->path, prefix, n);
}

/* What shm_open() and sem_open() make; in another root the path may be longer. */
static bool is_in_dev_shm(const struct object *object, enum ipcshow_channel_kind *kind)
{
	static const char dir[] = "/dev/shm/";
	const u8 *p = object->magic == TMPFS_MAGIC ?
		memmem(object->path, object->path_size, dir, sizeof(dir) - 1) : NULL;
	size_t left;

	if (!p)
		return false;
	p += sizeof(dir) - 1;
	left = (size_t)(object->path + object->path_size - p);
	*kind = left > 4 && !memcmp(p, "sem.", 4) ? IPCSHOW_CHANNEL_POSIX_SEM :
						   IPCSHOW_CHANNEL_POSIX_SHM;
	return true;
}

static enum ipcshow_channel_kind kind_of_object(const struct object *object)
{
	enum ipcshow_channel_kind kind;

	if (object->magic == MAGIC_MQUEUE)
		return IPCSHOW_CHANNEL_MQUEUE;
	if (object->internal && begins_with(object, "/SYSV"))
		return IPCSHOW_CHANNEL_SYSV_SHM;
	if (object->internal && begins_with(object, "/memfd:"))
		return IPCSHOW_CHANNEL_MEMFD;
	if (object->internal)
		return IPCSHOW_CHANNEL_SHARED_ANON;
	if (is_in_dev_shm(object, &kind))
		return kind;
	return IPCSHOW_CHANNEL_FILE;
}

/* Files that hold no data of their own: what is read there is not what another wrote. */
static bool is_pseudo(u64 magic)
{
	switch (magic) {
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case MAGIC_CGROUP2:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
	case SECURITYFS_MAGIC:
	case BPF_FS_MAGIC:
	case NSFS_MAGIC:
	case MAGIC_PIDFS:
	case MAGIC_DMABUF:
	case ANON_INODE_FS_MAGIC:
		return true;
	}
	return false;
}

static enum ipcshow_channel_kind anon_kind(const struct ipcshow_fd *fd)
{
	static const struct {
		const char *name;
		enum ipcshow_channel_kind kind;
	} names[] = {
		{ "[eventfd]", IPCSHOW_CHANNEL_EVENTFD },
		{ "[eventpoll]", IPCSHOW_CHANNEL_EPOLL },
		{ "[io_uring]", IPCSHOW_CHANNEL_IO_URING },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (memmem(fd->path, fd->path_size, names[i].name, strlen(names[i].name)))
			return names[i].kind;
	return IPCSHOW_CHANNEL_ANON_INODE;
}

/* /dev/null and the like keep nothing that another could read. */
static bool is_memory_device(const struct ipcshow_fd *fd)
{
	return fd->rdev_major == 1 && fd->rdev_minor >= 3 && fd->rdev_minor <= 9;
}

static enum ipcshow_channel_kind device_kind(const struct ipcshow_fd *fd)
{
	static const char name[] = "/dev/ipcshow";

	return fd->path_size == sizeof(name) - 1 && !memcmp(fd->path, name, fd->path_size) ?
		IPCSHOW_CHANNEL_RING : IPCSHOW_CHANNEL_DEVICE;
}

static void see_terminal(struct end *end, const struct ipcshow_fd *fd)
{
	const bool is_master = fd->flags & IPCSHOW_FD_F_PTY_MASTER;

	end->kind = IPCSHOW_CHANNEL_PTY;
	end->key = fd->peer;
	end->side = is_master ? 1 : 2;
	end->role = is_master ? N_("master") : NULL;
}

/* Return: false: it is no end of a shared ring. */
static bool see_ring(struct end *end, const struct ipcshow_fd *fd)
{
	static const struct {
		u64 flag;
		const char *role;
		u32 access;
	} roles[] = {
		{ IPCSHOW_FD_F_RING_PRODUCER, N_("produces"), IPCSHOW_END_WRITE },
		{ IPCSHOW_FD_F_RING_CONSUMER, N_("consumes"), IPCSHOW_END_READ },
		{ IPCSHOW_FD_F_RING_OBSERVER, N_("observes"), IPCSHOW_END_READ },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(roles); i++)
		if (fd->flags & roles[i].flag) {
			end->kind = IPCSHOW_CHANNEL_RING;
			end->key = fd->peer;
			end->side = (unsigned int)i + 1;
			end->role = roles[i].role;
			end->access = roles[i].access;
			return true;
		}
	return false;
}

static void see_regular(struct end *end, const struct ipcshow_fd *fd)
{
	const struct object object = {
		.path = fd->path,
		.path_size = fd->path_size,
		.magic = fd->fs_magic,
		.internal = fd->flags & IPCSHOW_FD_F_INTERNAL,
	};

	end->kind = kind_of_object(&object);
	end->key = fd->inode;
}

/* Return: false: it joins nobody. */
static bool see_descriptor(struct end *end, const struct ipcshow_fd *fd)
{
	/* What has no better identity can be shared by one open file description only. */
	end->key = fd->file;
	end->access = (fd->flags & IPCSHOW_FD_F_READ ? IPCSHOW_END_READ : 0) |
		      (fd->flags & IPCSHOW_FD_F_WRITE ? IPCSHOW_END_WRITE : 0);
	if (fd->flags & (IPCSHOW_FD_F_PATH | IPCSHOW_FD_F_SOCKET))
		return false;
	if (see_ring(end, fd))
		return true;
	if ((fd->flags & IPCSHOW_FD_F_TTY) && fd->peer) {
		see_terminal(end, fd);
	} else if (S_ISFIFO(fd->mode)) {
		end->kind = fd->fs_magic == PIPEFS_MAGIC ? IPCSHOW_CHANNEL_PIPE :
							   IPCSHOW_CHANNEL_FIFO;
		end->key = fd->inode;
	} else if (S_ISCHR(fd->mode) || S_ISBLK(fd->mode)) {
		end->kind = device_kind(fd);
		return !is_memory_device(fd) || S_ISBLK(fd->mode);
	} else if (fd->fs_magic == ANON_INODE_FS_MAGIC || fd->fs_magic == MAGIC_DMABUF) {
		end->kind = anon_kind(fd);
	} else if (S_ISREG(fd->mode) && !is_pseudo(fd->fs_magic)) {
		see_regular(end, fd);
	} else {
		end->kind = IPCSHOW_CHANNEL_OPEN_FILE;
	}
	return true;
}

static bool see_mapping(struct end *end, const struct mapping *mapping)
{
	const struct ipcshow_file *file = mapping->file;

	end->key = mapping->object;
	end->kind = IPCSHOW_CHANNEL_SHARED_ANON;
	end->role = N_("maps");
	end->access = (mapping->vma_flags & IPCSHOW_VMA_READ ? IPCSHOW_END_READ : 0) |
		      (mapping->vma_flags & IPCSHOW_VMA_WRITE ? IPCSHOW_END_WRITE : 0);
	if (file) {
		const struct object object = {
			.path = file->path,
			.path_size = file->path_size,
			.magic = file->fs_magic,
			.internal = file->flags & IPCSHOW_FILE_F_INTERNAL,
		};

		/* Devices and anonymous inodes lend one object to all who map them. */
		if (!S_ISREG(file->mode) || is_pseudo(file->fs_magic))
			return false;
		end->kind = kind_of_object(&object);
		end->key = file->inode;
	}
	return end->key;
}

static int find_of_subject(const struct survey_subject *subject, u32 index, struct ends *ends)
{
	const struct descriptors *descriptors = &subject->reading.descriptors;
	const struct mappings *mappings = &subject->reading.mappings;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < descriptors->nr; i++) {
		struct end end = { .subject = index, .fd = descriptors->all[i] };

		if (subject_has_table(subject, end.fd->files) && see_descriptor(&end, end.fd))
			err = ends_add(ends, &end);
	}
	for (i = 0; !err && i < mappings->nr; i++) {
		struct end end = { .subject = index, .mapping = &mappings->all[i] };

		if (see_mapping(&end, end.mapping))
			err = ends_add(ends, &end);
	}
	return err;
}

int files_find(const struct ipcshow_survey *survey, struct ends *ends)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < survey->nr; i++)
		err = find_of_subject(&survey->subjects[i], (u32)i, ends);
	return err;
}
