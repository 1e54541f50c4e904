// SPDX-License-Identifier: GPL-2.0
/* --svg and --html: Graphviz places and draws; colours for light and dark are ours. */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "graph.h"
#include "page.h"
#include "whole_file.h"

#define DRAWER	"dot"

extern char **environ;

/* In CSS, which has the last word, so that one picture goes with both. */
static const char style[] =
	"<style>\n"
	"svg { color-scheme: light dark; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	".process path, .process polygon { fill: #2a3342; stroke: #8fa3c8; }\n"
	".process text { fill: #e8ecf4; }\n"
	".label text { fill: #b8c2d4; }\n"
	".edge.memory path, .edge.memory polygon { stroke: #6ba4f0; }\n"
	".edge.fork path, .edge.fork polygon { stroke: #e0a847; }\n"
	".edge.space path, .edge.space polygon { stroke: #e8766a; }\n"
	".edge.cache path, .edge.cache polygon { stroke: #a4adae; }\n"
	".edge.channel path { stroke: #5fc98a; }\n"
	".edge.channel polygon { stroke: #5fc98a; fill: #5fc98a; }\n"
	"}\n"
	"</style>\n";

/**
 * struct drawing - Graphviz at work
 * @pid: of its process
 * @from: what it draws
 */
struct drawing {
	pid_t pid;
	int from;
};

static int spawn(struct drawing *drawing, int in)
{
	char *const argv[] = { (char *)DRAWER, (char *)"-Tsvg", NULL };
	posix_spawn_file_actions_t files;
	int err, ends[2];

	if (pipe(ends))
		return -errno;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&files, ends[0]);
	err = -posix_spawnp(&drawing->pid, DRAWER, &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	close(ends[1]);
	if (err)
		close(ends[0]);
	drawing->from = ends[0];
	return err;
}

static int read_all(int fd, FILE *to)
{
	char bytes[16384];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes)))) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			fwrite(bytes, 1, (size_t)n, to);
	}
	return 0;
}

/* The graph is in a file, so that it need not be written while the picture is read. */
static int draw(FILE *graph, char **svg)
{
	struct drawing drawing;
	size_t size;
	FILE *to;
	int status, err;

	rewind(graph);
	err = spawn(&drawing, fileno(graph));
	if (err)
		return err;
	to = open_memstream(svg, &size);
	err = to ? read_all(drawing.from, to) : -ENOMEM;
	if (to && fclose(to) && !err)
		err = -ENOMEM;
	close(drawing.from);
	while (waitpid(drawing.pid, &status, 0) < 0 && errno == EINTR)
		;
	return err ? err : status ? -ECHILD : 0;
}

/* From its element on: what stands before that is for files of its own. */
static const char *element_of(const char *svg)
{
	const char *element = strstr(svg, "<svg");

	return element && strchr(element, '>') ? element : NULL;
}

/* With the style behind the element's own tag. */
void picture_put(FILE *to, const char *svg)
{
	const char *element = element_of(svg), *end = strchr(element, '>') + 1;

	fwrite(element, 1, (size_t)(end - element), to);
	fputc('\n', to);
	fputs(style, to);
	fputs(end, to);
}

static int write_svg(const struct run *run, const char *svg)
{
	struct whole_file file;
	int err = whole_file_begin(&file, run->svg);

	if (err)
		return err;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n", file.stream);
	picture_put(file.stream, svg);
	return whole_file_end(&file);
}

static int write_html(const struct run *run, const struct map *map, const char *svg)
{
	struct whole_file file;
	int err = whole_file_begin(&file, run->html);

	if (err)
		return err;
	page_write(file.stream, run, map, svg);
	return whole_file_end(&file);
}

__attribute__((noreturn))
static void give_up(const char *what, const char *reason)
{
	complain(what, reason);
	exit(EXIT_FAILED);
}

static char *make_svg(const struct run *run, const struct map *map)
{
	FILE *text = tmpfile();
	struct graph graph;
	char *svg = NULL;
	int err = text ? graph_make(&graph, run, map) : -errno;

	if (err)
		give_up(P_("cannot draw"), strerror(-err));
	err = graph_write(&graph, text);
	if (!err)
		err = draw(text, &svg);
	if (err == -ENOENT)
		give_up(DRAWER, N_("not found; it comes with Graphviz (Debian: apt install graphviz)"));
	if (err == -ECHILD || (!err && !element_of(svg)))
		give_up(DRAWER, N_("it could not draw the graph"));
	if (err)
		give_up(P_("cannot draw"), strerror(-err));
	graph_free(&graph);
	fclose(text);
	return svg;
}

/**
 * picture_write() - draw a map into the files that are asked for
 * @run: which they are
 * @map: the map
 *
 * Complains itself, and does not return, if that fails.
 *
 * Return: 0.
 */
int picture_write(const struct run *run, const struct map *map)
{
	char *svg = make_svg(run, map);
	int err = 0;

	if (run->svg)
		err = write_svg(run, svg);
	if (err)
		give_up(run->svg, strerror(-err));
	if (run->html)
		err = write_html(run, map, svg);
	if (err)
		give_up(run->html, strerror(-err));
	free(svg);
	return 0;
}
