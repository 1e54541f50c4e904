// SPDX-License-Identifier: GPL-2.0
/* Programs, from start to end; what they print goes to /dev/null. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

static int run(char *const argv[], struct facts *facts)
{
	posix_spawn_file_actions_t files;
	struct rusage usage;
	int status, ret;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	ret = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (ret)
		return -ret;
	if (wait4(pid, &status, 0, &usage) != pid)
		die("wait4");
	facts->memory = (u64)usage.ru_maxrss << 10;
	return status ? -EIO : 0;
}

static int run_on(const char *program, const char *option, pid_t pid, struct facts *facts)
{
	char number[16];
	char *argv[4] = { (char *)program };
	int argc = 1;

	snprintf(number, sizeof(number), "%d", (int)pid);
	if (option)
		argv[argc++] = (char *)option;
	if (pid)
		argv[argc++] = number;
	return run(argv, facts);
}

/* One line of output. */
typedef void line_fn(const char *line, struct facts *facts);

static int parse(const char *command, pid_t pid, line_fn *fn, struct facts *facts)
{
	char *line = NULL;
	char text[128];
	size_t room = 0;
	FILE *from;

	snprintf(text, sizeof(text), "%s %d", command, (int)pid);
	from = popen(text, "r");
	if (!from)
		die("popen");
	while (getline(&line, &room, from) > 0)
		fn(line, facts);
	free(line);
	return pclose(from) ? -EIO : 0;
}

/* Areas that follow one another may be of one VMA. */
static void count_area(const char *line, struct facts *facts)
{
	static unsigned long long last;
	unsigned long long vma, rss;

	if (sscanf(line, "%llx %llu", &vma, &rss) != 2)
		return;
	facts->vmas += !facts->vmas || vma != last;
	facts->rss += rss;
	last = vma;
}

static void count_object(const char *line, struct facts *facts)
{
	const char *rss = strstr(line, "\"rss\":");

	if (rss && strstr(line, "\"type\":\"area\""))
		facts->rss += strtoull(rss + strlen("\"rss\":"), NULL, 10);
}

/* Address, access, offset, device, inode, size, Rss; other lines look otherwise. */
static void count_row(const char *line, struct facts *facts)
{
	unsigned long long start, kib;
	char access[5];

	if (sscanf(line, "%llx %4s %*x %*s %*u %*u %llu", &start, access, &kib) != 3 ||
	    (access[3] != 'p' && access[3] != 's') || start >> 63)
		return;
	facts->vmas++;
	facts->rss += kib << 10;
}

static int check_areas(const char *command, pid_t pid, struct facts *facts)
{
	facts->vmas = 0;
	facts->rss = 0;
	return parse(command, pid, count_area, facts);
}

int program_dump(const struct target *target, bool check, struct facts *facts)
{
	if (!check)
		return run_on("ipcshow-dump", NULL, target->pid, facts);
	return check_areas("ipcshow-dump -n -b -o VMA-START,RSS", target->pid, facts);
}

int program_dump_raw(const struct target *target, bool check, struct facts *facts)
{
	if (!check)
		return run_on("ipcshow-dump", "--raw", target->pid, facts);
	return check_areas("ipcshow-dump --raw -n -b -o VMA-START,RSS", target->pid, facts);
}

int program_dump_lines(const struct target *target, bool check, struct facts *facts)
{
	if (!check)
		return run_on("ipcshow-dump", "--lines", target->pid, facts);
	facts->rss = 0;
	return parse("ipcshow-dump --lines", target->pid, count_object, facts);
}

int program_dump_start(const struct target *target, bool check, struct facts *facts)
{
	(void)target;
	(void)check;
	return run_on("ipcshow-dump", "--version", 0, facts);
}

int program_pmap(const struct target *target, bool check, struct facts *facts)
{
	if (!check)
		return run_on("pmap", "-X", target->pid, facts);
	facts->vmas = 0;
	facts->rss = 0;
	return parse("pmap -X", target->pid, count_row, facts);
}

int program_pmap_start(const struct target *target, bool check, struct facts *facts)
{
	(void)target;
	(void)check;
	return run_on("pmap", "--version", 0, facts);
}

/* Who shares memory with whom, and who is joined by what: of the whole system. */
int program_map(const struct target *target, bool check, struct facts *facts)
{
	(void)target;
	(void)check;
	return run_on("ipcshow-map", "--raw", 0, facts);
}

int program_map_all(const struct target *target, bool check, struct facts *facts)
{
	char *const argv[] = { (char *)"ipcshow-map", (char *)"--raw", (char *)"--all", NULL };

	(void)target;
	(void)check;
	return run(argv, facts);
}

int program_lsfd(const struct target *target, bool check, struct facts *facts)
{
	(void)target;
	(void)check;
	return run_on("lsfd", "--raw", 0, facts);
}

/* What peers tell of the same: ends of channels; and how much is shared, not with whom. */
int program_lsfd_smaps(const struct target *target, bool check, struct facts *facts)
{
	int ret = program_lsfd(target, check, facts);
	struct facts unused;

	for (size_t i = 0; i < target->nr && !ret; i++) {
		const struct target one = { .shape = target->shape, .pid = target->pids[i] };

		ret = peer_smaps(&one, false, &unused);
	}
	return ret;
}
