// SPDX-License-Identifier: GPL-2.0
/* Which processes there are, and which of them the filters are for. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "map.h"
#include "usage.h"

/* A path, and what stands before it. */
#define CGROUP_MAX	(4096 + 64)

static int by_pid(const void *left, const void *right)
{
	const struct node *l = left, *r = right;

	return l->task.tgid < r->task.tgid ? -1 : l->task.tgid > r->task.tgid;
}

static int add_node(struct map *map, size_t *room, pid_t pid)
{
	if (map->nr_nodes == *room) {
		size_t more = *room ? *room * 2 : 256;
		struct node *grown = reallocarray(map->nodes, more, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		map->nodes = grown;
		*room = more;
	}
	map->nodes[map->nr_nodes++] = (struct node){ .task.tgid = (__u32)pid };
	return 0;
}

/**
 * map_find_processes() - list the processes that /proc shows, but for this one
 * @map: the map, empty
 *
 * Return: 0 or a negative errno.
 */
int map_find_processes(struct map *map)
{
	const pid_t self = getpid();
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	size_t room = 0;
	pid_t pid;
	int err = 0;

	if (!dir)
		return -errno;
	while (!err && (errno = 0, entry = readdir(dir)))
		if (parse_pid(entry->d_name, &pid) && pid != self)
			err = add_node(map, &room, pid);
	if (!err && !entry)
		err = -errno;
	closedir(dir);
	if (map->nr_nodes)
		qsort(map->nodes, map->nr_nodes, sizeof(*map->nodes), by_pid);
	return err;
}

/* Return: its number, or that of nodes that there are. */
size_t map_find_node(const struct map *map, pid_t pid)
{
	const struct node key = { .task.tgid = (__u32)pid };
	const struct node *node = NULL;

	if (map->nr_nodes)
		node = bsearch(&key, map->nodes, map->nr_nodes, sizeof(key), by_pid);
	return node ? (size_t)(node - map->nodes) : map->nr_nodes;
}

/**
 * is_of_no_process() - whether an error says nothing of the process that was looked at
 * @err: what the module said, a negative errno
 *
 * Return: true: it would say so of others, too, so that the map cannot be drawn.
 */
bool is_of_no_process(int err)
{
	switch (err) {
	case -EINTR:
	case -ENOMEM:
	case -EUCLEAN:
	case -EPROTO:
	case -EDQUOT:
	case -ENOSPC:
	case -EMFILE:
	case -ENFILE:
		return true;
	default:
		return false;
	}
}

/* Lines are ID:CONTROLLERS:PATH; that of the unified hierarchy begins with "0::". */
static char *path_of_lines(char *lines)
{
	char *line = strncmp(lines, "0::", 3) ? strstr(lines, "\n0::") : lines;
	char *path, *end;

	if (!line)
		line = lines;
	else if (*line == '\n')
		line++;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	path = strchr(line, ':');
	path = path ? strchr(path + 1, ':') : NULL;
	return path ? strdup(path + 1) : NULL;
}

/* The module has identities of cgroups, the names are in /proc. */
static char *read_cgroup(pid_t pid)
{
	char path[32], lines[CGROUP_MAX];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	size = read(fd, lines, sizeof(lines) - 1);
	close(fd);
	lines[size > 0 ? size : 0] = '\0';
	return size > 0 ? path_of_lines(lines) : NULL;
}

static bool is_in_cgroup(const char *path, const char *cgroup)
{
	size_t size = strlen(cgroup);

	while (size && cgroup[size - 1] == '/')
		size--;
	return path && !strncmp(path, cgroup, size) && (!path[size] || path[size] == '/');
}

/* Where control groups are mounted; wherever else, who is in it is asked. */
static bool is_directory_of_cgroup(const char *cgroup)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *mount;
	bool found = false;
	struct stat st;
	char *path;

	while (mounts && !found && (mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "cgroup2") && strcmp(mount->mnt_type, "cgroup"))
			continue;
		if (asprintf(&path, "%s%s", mount->mnt_dir, cgroup) < 0)
			break;
		found = !stat(path, &st) && S_ISDIR(st.st_mode);
		free(path);
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

static bool is_cgroup_of_any(const struct map *map, const char *cgroup)
{
	bool found = false;
	char *path;
	size_t i;

	for (i = 0; i < map->nr_nodes && !found; i++) {
		path = read_cgroup((pid_t)map->nodes[i].task.tgid);
		found = is_in_cgroup(path, cgroup);
		free(path);
	}
	return found;
}

/**
 * map_check_named() - see that there is what the filters name
 * @map: the map, with the processes that there are
 *
 * A process or a cgroup that is not there is no map without ties: does not return then.
 */
void map_check_named(const struct map *map)
{
	const struct filter *filter = map->filter;
	char safe[256 * 4 + 1];
	size_t i;

	for (i = 0; i < filter->nr_pids; i++) {
		if (map_find_node(map, filter->pids[i]) < map->nr_nodes)
			continue;
		complain_of(filter->pids[i], reason_of(-ESRCH));
		exit(EXIT_FAILED);
	}
	if (!filter->cgroup || is_directory_of_cgroup(filter->cgroup) ||
	    is_cgroup_of_any(map, filter->cgroup))
		return;
	i = strlen(filter->cgroup);
	ipcshow_text_escape(safe, filter->cgroup, i < 256 ? i : 256, false);
	complain(safe, N_("no such cgroup"));
	exit(EXIT_FAILED);
}

/**
 * node_is_selected() - whether the filters are for a process
 * @filter: the filters
 * @node: the process, with its task; its cgroup is read if it matters
 */
bool node_is_selected(const struct filter *filter, struct node *node)
{
	size_t i;

	if (filter->cgroups || filter->cgroup)
		node->cgroup = read_cgroup((pid_t)node->task.tgid);
	for (i = 0; i < filter->nr_pids && filter->pids[i] != (pid_t)node->task.tgid; i++)
		;
	if (filter->nr_pids && i == filter->nr_pids)
		return false;
	for (i = 0; i < filter->nr_uids && filter->uids[i] != node->task.euid; i++)
		;
	if (filter->nr_uids && i == filter->nr_uids)
		return false;
	return !filter->cgroup || is_in_cgroup(node->cgroup, filter->cgroup);
}
