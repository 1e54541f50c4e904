// SPDX-License-Identifier: LGPL-2.1-or-later
/* Names of channels, as their users know them. */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "channel.h"

static const struct end *find_side(const struct end *ends, size_t nr, u32 side)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (ends[i].side == side)
			return &ends[i];
	return NULL;
}

static void path_of(const struct end *end, const char **path, size_t *size)
{
	*path = "";
	*size = 0;
	if (end->fd) {
		*path = (const char *)end->fd->path;
		*size = end->fd->path_size;
	} else if (end->mapping && end->mapping->file) {
		*path = (const char *)end->mapping->file->path;
		*size = end->mapping->file->path_size;
	}
}

static bool is_deleted(const struct end *end)
{
	u64 bits = IPCSHOW_FD_F_DELETED | IPCSHOW_FD_F_INTERNAL;

	if (end->fd)
		return (end->fd->flags & bits) == IPCSHOW_FD_F_DELETED;
	bits = IPCSHOW_FILE_F_DELETED | IPCSHOW_FILE_F_INTERNAL;
	return end->mapping && end->mapping->file &&
	       (end->mapping->file->flags & bits) == IPCSHOW_FILE_F_DELETED;
}

static u64 ino_of(const struct end *end)
{
	if (end->fd)
		return end->fd->ino;
	return end->mapping && end->mapping->file ? end->mapping->file->ino : 0;
}

/* The path behind @prefix; all of it where that is not in it. */
static void name_behind(struct note *note, const struct end *end, const char *prefix,
			const char *before)
{
	const char *path, *p;
	size_t size;

	path_of(end, &path, &size);
	p = memmem(path, size, prefix, strlen(prefix));
	if (p) {
		p += strlen(prefix);
		note_add(note, "%s", before);
		note_add_bytes(note, p, size - (size_t)(p - path));
	} else {
		note_add_bytes(note, path, size);
	}
}

static bool is_link_to(DIR *dir, const struct dirent *entry, const struct ipcshow_file *file)
{
	struct stat st;

	return entry->d_ino == file->ino && !strncmp(entry->d_name, "sem.", 4) &&
	       !fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
	       st.st_ino == file->ino && major(st.st_dev) == file->dev_major &&
	       minor(st.st_dev) == file->dev_minor;
}

/*
 * sem_open() makes a semaphore under a name of no meaning, links it to the one it
 * was asked for, and removes the first, which is the one that the mapping has.
 *
 * Return: whether there is such a link.
 */
static bool name_linked_semaphore(struct note *note, const struct end *end)
{
	const struct ipcshow_file *file = end->mapping ? end->mapping->file : NULL;
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	if (!file || !(file->flags & IPCSHOW_FILE_F_DELETED) || !file->nlink)
		return false;
	dir = opendir("/dev/shm");
	while (dir && !found && (entry = readdir(dir))) {
		found = is_link_to(dir, entry, file);
		if (found)
			note_add(note, "/%s", entry->d_name + 4);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void name_unix_end(struct note *note, const struct ipcshow_fd *fd)
{
	if (fd->path_size && !fd->path[0]) {
		note_add(note, "@");
		note_add_bytes(note, fd->path + 1, fd->path_size - 1);
	} else if (fd->path_size) {
		note_add_bytes(note, fd->path, fd->path_size);
	} else {
		note_add(note, "socket:[%llu]", (unsigned long long)fd->ino);
	}
}

/* The address that one side is bound to, or the numbers of both. */
static void name_unix(struct note *note, const struct end *one, const struct end *other)
{
	if (one && other && one->fd->path_size && other->fd->path_size) {
		name_unix_end(note, one->fd);
		note_add(note, " - ");
		name_unix_end(note, other->fd);
	} else if (one && one->fd->path_size) {
		name_unix_end(note, one->fd);
	} else if (other && other->fd->path_size) {
		name_unix_end(note, other->fd);
	} else {
		if (one)
			name_unix_end(note, one->fd);
		if (one && other)
			note_add(note, " - ");
		if (other)
			name_unix_end(note, other->fd);
	}
}

static void name_address(struct note *note, const struct ipcshow_fd *fd, const u8 *address,
			 u32 port)
{
	char text[INET6_ADDRSTRLEN];
	const struct in6_addr *v6 = (const struct in6_addr *)address;

	if (IN6_IS_ADDR_V4MAPPED(v6))
		note_add(note, "%s:%u", inet_ntop(AF_INET, address + 12, text, sizeof(text)), port);
	else if (IN6_IS_ADDR_UNSPECIFIED(v6))
		note_add(note, "%s:%u", fd->family == AF_INET ? "0.0.0.0" : "[::]", port);
	else
		note_add(note, "[%s]:%u", inet_ntop(AF_INET6, address, text, sizeof(text)), port);
}

static void name_inet(struct note *note, const struct end *end)
{
	const struct ipcshow_fd *fd = end->fd;

	name_address(note, fd, fd->local_addr, fd->local_port);
	if (!fd->remote_port)
		return;
	note_add(note, " - ");
	name_address(note, fd, fd->remote_addr, fd->remote_port);
}

static void name_terminal(struct note *note, const struct end *slave)
{
	if (slave && slave->fd->rdev_major == 136)
		note_add(note, "pts/%u", slave->fd->rdev_minor);
	else if (slave && slave->fd->path_size)
		note_add_bytes(note, slave->fd->path, slave->fd->path_size);
	else
		note_add(note, "ptmx");
}

static void name_sysv_shm(struct note *note, const struct end *end)
{
	const char *path;
	size_t size;

	path_of(end, &path, &size);
	note_add(note, "shmid %llu", (unsigned long long)ino_of(end));
	if (size == 13)
		note_add(note, " key 0x%.8s", path + 5);
}

unsigned int channel_name(struct ipcshow_channels *channels, const struct end *ends, size_t nr)
{
	const struct end *one = find_side(ends, nr, 1), *two = find_side(ends, nr, 2);
	struct note *note = &channels->note;
	const char *path;
	size_t size;

	switch (ends->kind) {
	case IPCSHOW_CHANNEL_PIPE:
		note_add(note, "pipe:[%llu]", (unsigned long long)ino_of(ends));
		break;
	case IPCSHOW_CHANNEL_UNIX_STREAM:
	case IPCSHOW_CHANNEL_UNIX_DGRAM:
	case IPCSHOW_CHANNEL_UNIX_SEQPACKET:
		name_unix(note, one, two);
		break;
	case IPCSHOW_CHANNEL_TCP:
	case IPCSHOW_CHANNEL_UDP:
		name_inet(note, one ? one : two);
		break;
	case IPCSHOW_CHANNEL_SOCKET:
		note_add(note, "socket:[%llu]", (unsigned long long)ino_of(ends));
		break;
	case IPCSHOW_CHANNEL_PTY:
	case IPCSHOW_CHANNEL_TERMINAL:
		name_terminal(note, two);
		break;
	case IPCSHOW_CHANNEL_POSIX_SHM:
		name_behind(note, ends, "/dev/shm/", "/");
		break;
	case IPCSHOW_CHANNEL_POSIX_SEM:
		if (name_linked_semaphore(note, ends))
			return 0;
		name_behind(note, ends, "/dev/shm/sem.", "/");
		break;
	case IPCSHOW_CHANNEL_MEMFD:
		name_behind(note, ends, "/memfd:", "");
		break;
	case IPCSHOW_CHANNEL_SYSV_SHM:
		name_sysv_shm(note, ends);
		break;
	case IPCSHOW_CHANNEL_SHARED_ANON:
		note_add(note, "inode %llu", (unsigned long long)ino_of(ends));
		break;
	default:
		path_of(ends, &path, &size);
		note_add_bytes(note, path, size);
	}
	return is_deleted(ends) ? IPCSHOW_CHANNEL_F_DELETED : 0;
}
