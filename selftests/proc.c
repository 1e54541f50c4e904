// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "sizes.h"

const char *const smaps_names[SMAPS_COUNT] = {
	[SMAPS_RSS] = "Rss", [SMAPS_PSS] = "Pss", [SMAPS_PSS_DIRTY] = "Pss_Dirty",
	[SMAPS_SHARED_CLEAN] = "Shared_Clean", [SMAPS_SHARED_DIRTY] = "Shared_Dirty",
	[SMAPS_PRIVATE_CLEAN] = "Private_Clean", [SMAPS_PRIVATE_DIRTY] = "Private_Dirty",
	[SMAPS_REFERENCED] = "Referenced", [SMAPS_ANONYMOUS] = "Anonymous", [SMAPS_KSM] = "KSM",
	[SMAPS_LAZYFREE] = "LazyFree", [SMAPS_ANON_HUGE] = "AnonHugePages",
	[SMAPS_SHMEM_HUGE] = "ShmemPmdMapped", [SMAPS_FILE_HUGE] = "FilePmdMapped",
	[SMAPS_SHARED_HUGETLB] = "Shared_Hugetlb", [SMAPS_PRIVATE_HUGETLB] = "Private_Hugetlb",
	[SMAPS_SWAP] = "Swap", [SMAPS_LOCKED] = "Locked", [SMAPS_PAGE_SIZE] = "KernelPageSize",
	[SMAPS_PKEY] = "ProtectionKey",
};

static FILE *open_of(pid_t pid, const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	if (!file)
		err(1, "%s", path);
	return file;
}

static bool parse_vma(char *line, struct vma *vma)
{
	int used = 0;

	memset(vma, 0, sizeof(*vma));
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
		   &vma->start, &vma->end, vma->access, &vma->offset, &vma->major, &vma->minor, &vma->ino, &used) != 7)
		return false;
	line[strcspn(line, "\n")] = '\0';
	vma->path = strdup(line + used);
	return true;
}

static void parse_counter(const char *line, struct vma *vma)
{
	unsigned int i;

	for (i = 0; i < SMAPS_COUNT; i++) {
		size_t size = strlen(smaps_names[i]);

		if (!strncmp(line, smaps_names[i], size) && line[size] == ':') {
			vma->kb[i] = strtoull(line + size + 1, NULL, 10);
			vma->has |= 1U << i;
			return;
		}
	}
	if (!strncmp(line, "VmFlags: ", 9))
		snprintf(vma->flags, sizeof(vma->flags), "%s", line + 9);
}

static void read_maps(pid_t pid, const char *name, struct maps *maps)
{
	FILE *file = open_of(pid, name);
	char *line = NULL;
	size_t size = 0, room = 0;
	struct vma vma;

	memset(maps, 0, sizeof(*maps));
	while (getline(&line, &size, file) > 0) {
		if (!parse_vma(line, &vma)) {
			if (maps->nr)
				parse_counter(line, &maps->vma[maps->nr - 1]);
			continue;
		}
		if (maps->nr == room) {
			room = 2 * room + 64;
			maps->vma = realloc(maps->vma, room * sizeof(vma));
			if (!maps->vma)
				err(1, "memory for a map");
		}
		maps->vma[maps->nr++] = vma;
	}
	free(line);
	fclose(file);
	if (maps->nr && !strcmp(maps->vma[maps->nr - 1].path, "[vsyscall]"))
		free(maps->vma[--maps->nr].path);
}

void proc_maps(pid_t pid, struct maps *maps)
{
	read_maps(pid, "maps", maps);
}

void proc_smaps(pid_t pid, struct maps *maps)
{
	read_maps(pid, "smaps", maps);
}

void proc_free(struct maps *maps)
{
	while (maps->nr)
		free(maps->vma[--maps->nr].path);
	free(maps->vma);
	maps->vma = NULL;
}

bool proc_same(const struct maps *one, const struct maps *other)
{
	size_t i;

	if (one->nr != other->nr)
		return false;
	for (i = 0; i < one->nr; i++) {
		const struct vma *a = &one->vma[i], *b = &other->vma[i];

		if (a->start != b->start || a->end != b->end || strcmp(a->path, b->path) ||
		    memcmp(a->kb, b->kb, sizeof(a->kb)))
			return false;
	}
	return true;
}

const struct vma *proc_vma(const struct maps *maps, uint64_t address)
{
	size_t i;

	for (i = 0; i < maps->nr; i++) {
		if (maps->vma[i].start <= address && address < maps->vma[i].end)
			return &maps->vma[i];
	}
	return NULL;
}

uint64_t *proc_pagemap(pid_t pid, uint64_t start, uint64_t end)
{
	size_t size = (end - start) / PAGE * sizeof(uint64_t), done = 0;
	off_t at = start / PAGE * sizeof(uint64_t);
	uint64_t *entries = malloc(size);
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!entries || fd < 0)
		err(1, "%s", path);
	while (done < size) {
		ssize_t got = pread(fd, (char *)entries + done, size - done, at + done);

		if (got <= 0)
			err(1, "%s", path);
		done += got;
	}
	close(fd);
	return entries;
}

uint64_t proc_kpageflags(uint64_t frame)
{
	static int fd = -1;
	uint64_t flags = 0;

	if (fd < 0)
		fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && pread(fd, &flags, sizeof(flags), frame * sizeof(flags)) != sizeof(flags))
		return 0;
	return flags;
}

long long proc_status(pid_t tid, const char *name)
{
	FILE *file = open_of(tid, "status");
	size_t size = strlen(name);
	long long value = -1;
	char line[1024];

	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, size) && line[size] == ':') {
			value = strtoll(line + size + 1, NULL, 10);
			break;
		}
	}
	fclose(file);
	return value;
}

/* Behind the name, which ends at the last parenthesis. */
static bool stat_line(pid_t tid, char *line, size_t room, char **rest)
{
	char path[64];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	size = fread(line, 1, room - 1, file);
	fclose(file);
	line[size] = '\0';
	*rest = strrchr(line, ')');
	return *rest;
}

unsigned long long proc_stat(pid_t tid, int field)
{
	char line[2048], *rest;

	if (!stat_line(tid, line, sizeof(line), &rest))
		errx(1, "there is no /proc/%d/stat", tid);
	for (field -= 2; field--; rest = strchr(rest, ' ') + 1)
		;
	return strtoull(rest, NULL, 10);
}

char proc_state(pid_t tid)
{
	char line[2048], *rest;

	return stat_line(tid, line, sizeof(line), &rest) ? rest[2] : 0;
}

/* To tell in which system call it is, the kernel waits until it is off its CPU. */
bool proc_is_off_cpu(pid_t tid)
{
	char path[64], text[16] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	file = fopen(path, "re");
	if (!file)
		return true;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return strcmp(text, "running\n");
}

bool proc_wait_state(pid_t tid, const char *states)
{
	int i;

	for (i = 0; i < 3000; i++) {
		char state = proc_state(tid);

		if (state && strchr(states, state) && (state == 'R' || proc_is_off_cpu(tid)))
			return true;
		usleep(10000);
	}
	warnx("task %d is not in one of the states %s, but in '%c'", tid, states,
	      proc_state(tid));
	return false;
}

uint64_t proc_auxv(pid_t pid, uint64_t type)
{
	FILE *file = open_of(pid, "auxv");
	uint64_t pair[2], value = 0;

	while (fread(pair, sizeof(pair), 1, file) == 1) {
		if (pair[0] == type)
			value = pair[1];
	}
	fclose(file);
	return value;
}

long long proc_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long long value = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%lld", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

bool proc_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0)
		close(fd);
	return done;
}
