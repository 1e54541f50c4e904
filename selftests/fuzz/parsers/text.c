// SPDX-License-Identifier: GPL-2.0
/*
 * Text of /proc: what the library opens there is the input, beside a snapshot of two tasks that
 * have enough in common for it to be read.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library.h"
#include "parser.h"

int __real_open(const char *path, int flags, ...);
FILE *__real_fopen(const char *path, const char *mode);
int __wrap_open(const char *path, int flags, ...);
FILE *__wrap_fopen(const char *path, const char *mode);

/* What every file of /proc holds. */
static const uint8_t *content;
static size_t content_size;

static int open_content(void)
{
	int fd = memfd_create("proc", MFD_CLOEXEC);

	if (fd < 0 || write(fd, content, content_size) != (ssize_t)content_size ||
	    lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

static bool is_text(const char *path)
{
	return content && !strncmp(path, "/proc/", 6) && !strstr(path, "/ns/") &&
	       !strstr(path, "/fd/");
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (is_text(path))
		return open_content();
	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	return __real_open(path, flags, mode);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return is_text(path) ? fdopen(open_content(), mode) : __real_fopen(path, mode);
}

#define RECORD(name, nr)	.rec = { .size = sizeof(struct name), .type = (nr) }

/* A task with a thread, which has a descriptor of a file. */
static const struct ipcshow_task task = {
	RECORD(ipcshow_task, IPCSHOW_REC_TASK), .tgid = 1, .nr_threads = 1, .state = 'S',
	.comm = "text",
};
static const struct ipcshow_mm mm = {
	RECORD(ipcshow_mm, IPCSHOW_REC_MM), .id = 1, .users = 1,
};
static const struct ipcshow_thread thread = {
	RECORD(ipcshow_thread, IPCSHOW_REC_THREAD), .tid = 1, .state = 'S',
	.flags = IPCSHOW_THREAD_F_LEADER,
};
static struct ipcshow_resources resources = {
	RECORD(ipcshow_resources, IPCSHOW_REC_RESOURCES), .tid = 1, .mm = 1, .files = 2,
	.groups = 3, .cgroups = 4, .cred = 5,
};
static const struct ipcshow_fd file = {
	RECORD(ipcshow_fd, IPCSHOW_REC_FD), .flags = IPCSHOW_FD_F_READ | IPCSHOW_FD_F_WRITE,
	.files = 2, .fd = 3, .file = 6, .inode = 7, .ino = 100, .dev_major = 8, .dev_minor = 1,
	.mode = S_IFREG | 0600,
};
static const struct ipcshow_end end = {
	RECORD(ipcshow_end, IPCSHOW_REC_END), .threads = 1,
};

static const struct ipcshow_record *const records[] = {
	&task.rec, &mm.rec, &thread.rec, &resources.rec, &file.rec, &end.rec,
};

/* All of them, in a row. */
static uint8_t snapshot[2048] __attribute__((aligned(8)));
static size_t snapshot_size;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct stat st;
	size_t i;

	(void)argc;
	(void)argv;
	/* As if they were in our namespace, so that what this has is looked at. */
	if (!stat("/proc/self/ns/ipc", &st))
		resources.ns_ino[IPCSHOW_NS_IPC] = (__u32)st.st_ino;
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		memcpy(snapshot + snapshot_size, records[i], records[i]->size);
		snapshot_size += records[i]->size;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipcshow_device *device = library_device(snapshot, snapshot_size);

	content = data;
	content_size = size;
	library_survey(device, 0);
	content = NULL;
	ipcshow_device_close(device);
	return 0;
}
