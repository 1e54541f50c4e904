// SPDX-License-Identifier: GPL-2.0
/* Files that readers never find in part: written beside, and renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/* Hidden, and with an ending that no collector looks for. */
static char *temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const int dir_size = slash ? (int)(slash - path) + 1 : 0;
	char *name;

	if (asprintf(&name, "%.*s.%s.XXXXXX", dir_size, path, path + dir_size) < 0)
		return NULL;
	return name;
}

static int create(struct whole_file *file)
{
	mode_t mask = umask(0);
	int fd, err;

	umask(mask);
	file->temporary = temporary_name(file->path);
	if (!file->temporary)
		return -ENOMEM;
	fd = mkostemp(file->temporary, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		free(file->temporary);
		file->temporary = NULL;
		return err;
	}
	/* As open() would have made it. */
	if (fchmod(fd, 0666 & ~mask))
		return -errno;
	file->stream = fdopen(fd, "w");
	return file->stream ? 0 : -errno;
}

/**
 * whole_file_begin() - begin to write a file
 * @file: out; whole_file_end() or whole_file_drop() is due if this succeeds
 * @path: its name
 *
 * Return: 0 or a negative errno.
 */
int whole_file_begin(struct whole_file *file, const char *path)
{
	struct stat stat_buf;
	int err;

	*file = (struct whole_file){ .path = path };
	if (!stat(path, &stat_buf) && !S_ISREG(stat_buf.st_mode)) {
		file->stream = fopen(path, "we");
		return file->stream ? 0 : -errno;
	}
	err = create(file);
	if (err)
		whole_file_drop(file);
	return err;
}

/**
 * whole_file_end() - it is complete
 * @file: of whole_file_begin(); it is closed in any case
 *
 * Return: 0 or a negative errno: then it is not there, or as it was.
 */
int whole_file_end(struct whole_file *file)
{
	int err = ferror(file->stream) || fflush(file->stream) ? -errno : 0;

	if (!err && file->temporary && fsync(fileno(file->stream)))
		err = -errno;
	if (fclose(file->stream) && !err)
		err = -errno;
	file->stream = NULL;
	if (!err && file->temporary && rename(file->temporary, file->path))
		err = -errno;
	if (err) {
		whole_file_drop(file);
		return err;
	}
	free(file->temporary);
	return 0;
}

/* It is not wanted. */
void whole_file_drop(struct whole_file *file)
{
	if (file->stream)
		fclose(file->stream);
	if (file->temporary)
		unlink(file->temporary);
	free(file->temporary);
	*file = (struct whole_file){ 0 };
}
