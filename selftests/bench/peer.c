// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel offers for the same job. The files are read, not parsed: that
 * alone is what is measured. Parsing is for checks.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define BUFFER	(64U << 10)

/* A page that every process has, where maps shows it; it is of no address space. */
#define VSYSCALL	"ffffffffff600000-"

typedef void line_fn(const char *line, struct facts *facts);

static int open_proc(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_all(pid_t pid, const char *name)
{
	static char buffer[BUFFER];
	int fd = open_proc(pid, name);
	ssize_t got;

	if (fd < 0)
		return fd;
	do {
		got = read(fd, buffer, sizeof(buffer));
	} while (got > 0);
	close(fd);
	return got < 0 ? -errno : 0;
}

static int parse(pid_t pid, const char *name, line_fn *fn, struct facts *facts)
{
	int fd = open_proc(pid, name);
	char *line = NULL;
	size_t room = 0;
	FILE *file;

	if (fd < 0)
		return fd;
	file = fdopen(fd, "r");
	if (!file)
		die("fdopen");
	while (getline(&line, &room, file) > 0)
		fn(line, facts);
	free(line);
	fclose(file);
	return 0;
}

/* A line that begins a VMA begins with a lower case hex digit. */
static void count_vma(const char *line, struct facts *facts)
{
	if (strchr("0123456789abcdef", *line) && strncmp(line, VSYSCALL, strlen(VSYSCALL)))
		facts->vmas++;
}

static void sum_rss(const char *line, struct facts *facts)
{
	unsigned long long kib;

	if (sscanf(line, "Rss: %llu kB", &kib) == 1)
		facts->rss += kib << 10;
}

static void count_and_sum(const char *line, struct facts *facts)
{
	count_vma(line, facts);
	sum_rss(line, facts);
}

int peer_maps(const struct target *target, bool check, struct facts *facts)
{
	if (!check)
		return read_all(target->pid, "maps");
	facts->vmas = 0;
	return parse(target->pid, "maps", count_vma, facts);
}

int peer_smaps(const struct target *target, bool check, struct facts *facts)
{
	if (!check)
		return read_all(target->pid, "smaps");
	facts->vmas = 0;
	facts->rss = 0;
	return parse(target->pid, "smaps", count_and_sum, facts);
}

int peer_rollup(const struct target *target, bool check, struct facts *facts)
{
	if (!check)
		return read_all(target->pid, "smaps_rollup");
	facts->rss = 0;
	return parse(target->pid, "smaps_rollup", sum_rss, facts);
}

/* Linux 6.11; as <linux/fs.h> has it. */
struct query {
	u64 size;
	u64 query_flags;
	u64 query_addr;
	u64 vma_start;
	u64 vma_end;
	u64 vma_flags;
	u64 vma_page_size;
	u64 vma_offset;
	u64 inode;
	u32 dev_major;
	u32 dev_minor;
	u32 vma_name_size;
	u32 build_id_size;
	u64 vma_name_addr;
	u64 build_id_addr;
};

#define QUERY			_IOWR('f', 17, struct query)
#define COVERING_OR_NEXT_VMA	0x10

/* With names, as maps and the module give them. */
int peer_query(const struct target *target, bool check, struct facts *facts)
{
	char name[4096];
	struct query query = {
		.size = sizeof(query),
		.query_flags = COVERING_OR_NEXT_VMA,
		.vma_name_addr = (uintptr_t)name,
	};
	int fd = open_proc(target->pid, "maps");
	int error;

	(void)check;
	if (fd < 0)
		return fd;
	facts->vmas = 0;
	for (;;) {
		query.vma_name_size = sizeof(name);
		if (ioctl(fd, QUERY, &query))
			break;
		facts->vmas++;
		query.query_addr = query.vma_end;
	}
	error = errno;
	close(fd);
	return error == ENOENT ? 0 : -error;
}

static int read_task_file(int dir, const char *tid, const char *name)
{
	char path[300];
	char buffer[4096];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", tid, name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, buffer, sizeof(buffer));
	close(fd);
	return got < 0 ? -errno : 0;
}

/* Times and state; name; instruction and stack pointer. */
int peer_task_files(const struct target *target, bool check, struct facts *facts)
{
	static const char *const names[] = { "stat", "comm", "syscall" };
	int fd = open_proc(target->pid, "task");
	struct dirent *entry;
	DIR *dir;
	int ret = 0;

	(void)check;
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir)
		die("fdopendir");
	facts->threads = 0;
	while (!ret && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		facts->threads++;
		for (size_t i = 0; i < ARRAY_SIZE(names) && !ret; i++)
			ret = read_task_file(fd, entry->d_name, names[i]);
	}
	closedir(dir);
	return ret;
}
