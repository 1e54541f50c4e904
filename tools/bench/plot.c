// SPDX-License-Identifier: GPL-2.0
/* Latency and throughput against the payload, drawn by gnuplot. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "path.h"
#include "plot.h"
#include "progress.h"
#include "tool.h"
#include "usage.h"

/* A group has a colour, and its members symbols: told apart without colours, too. */
static const struct {
	const char *group;
	const char *color;
} colors[] = {
	{ "memory", "#0072b2" }, { "ring", "#000000" }, { "pipe", "#d55e00" },
	{ "socket", "#009e73" }, { "queue", "#b8860b" }, { "signal", "#56b4e9" },
	{ "direct", "#cc79a7" }, { "file", "#8b4513" }, { "server", "#7030a0" },
	{ "thread", "#808080" }, { "python", "#c00000" },
};

/* gnuplot's symbols that are told apart when they are small. */
static const int symbols[] = { 7, 5, 9, 13, 4, 6, 8, 12, 2 };

/* struct panel - one of the two pictures */
struct panel {
	const char *title;
	const char *label;
	double (*value)(const struct result *result);
};

static double latency_us(const struct result *result)
{
	return result->p50_ns >= 0 ? result->p50_ns / 1000 : UNKNOWN;
}

static const struct panel panels[] = {
	{ N_("Latency: a round trip, half take longer"), N_("microseconds (lower is better)"),
	  latency_us },
	{ N_("Throughput: one way, made and read"), N_("GB/s (higher is better)"), result_gb_per_s },
};

/* ---- before anything is measured ---- */

static const char *terminal_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	if (dot && !strcmp(dot, ".svg"))
		return "svg enhanced size 1500,1000 font 'sans,12' background rgb 'white'";
	if (dot && !strcmp(dot, ".png"))
		return "pngcairo enhanced size 1500,1000 font 'sans,11' background rgb 'white'";
	return NULL;
}

/**
 * plot_check() - see that a file can be drawn
 * @path: it
 *
 * Does not return where it cannot: that should not be found out after minutes.
 */
void plot_check(const char *path)
{
	struct stat before;
	bool was_there = !stat(path, &before);
	int fd;

	if (!terminal_of(path))
		bad_argument("a plot is FILE.svg or FILE.png", path, strlen(path));
	if (!program_is_there("gnuplot")) {
		complain("gnuplot", N_("there is no such program on PATH, which --plot needs"));
		exit(EXIT_FAILED);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0) {
		complain(path, strerror(errno));
		exit(EXIT_FAILED);
	}
	close(fd);
	if (!was_there)
		unlink(path);
}

/* ---- what gnuplot is told ---- */

/* A text between single quotes. */
static void quote(FILE *to, const char *text)
{
	fputc('\'', to);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', to);
		fputc(*text, to);
	}
	fputc('\'', to);
}

static const char *color_of(const struct mechanism *mechanism)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(colors); i++)
		if (!strcmp(colors[i].group, mechanism->group))
			return colors[i].color;
	return "#404040";
}

/* Whose points are shown: processes, unless there are threads only. */
static bool is_shown(const struct bench *bench, const struct subject *subject,
		     const struct result *result)
{
	const struct result *smallest = subject_smallest(bench, subject);

	return smallest && result->threads == smallest->threads && !*result->missing;
}

static void write_block(FILE *to, const struct bench *bench, const struct subject *subject,
			size_t index)
{
	const struct result *result = &bench->results[subject->first];
	size_t i;

	fprintf(to, "$d%zu << EOD\n", index);
	for (i = 0; i < subject->nr; i++, result++)
		if (is_shown(bench, subject, result))
			fprintf(to, "%zu %.6g %.6g\n", result->payload, panels[0].value(result),
				panels[1].value(result));
	fputs("EOD\n", to);
}

static void write_data(FILE *to, const struct bench *bench)
{
	size_t i;

	for (i = 0; i < bench->nr_subjects; i++)
		if (subject_smallest(bench, &bench->subjects[i]))
			write_block(to, bench, &bench->subjects[i], i);
	fputs("$memcpy << EOD\n", to);
	for (i = 0; i < bench->nr_payloads; i++)
		fprintf(to, "%zu %.6g\n", bench->payloads[i], bench->limits.memcpy_gb_per_s[i]);
	fputs("EOD\n", to);
}

/* Members of its group that come before it. */
static size_t place_in_group(const struct bench *bench, size_t index)
{
	size_t i, place = 0;

	for (i = 0; i < index; i++)
		place += !strcmp(bench->subjects[i].mechanism->group,
				 bench->subjects[index].mechanism->group);
	return place;
}

static void write_style(FILE *to, const struct bench *bench, size_t index)
{
	const struct mechanism *mechanism = bench->subjects[index].mechanism;
	int symbol = symbols[place_in_group(bench, index) % ARRAY_SIZE(symbols)];

	fprintf(to, " with linespoints lc rgb '%s' lw %s pt %d ps 0.8 title ",
		color_of(mechanism), strcmp(mechanism->group, "ring") ? "1.3" : "3", symbol);
}

/* Both are as wide, and the names stand beside them. */
static void begin_panel(FILE *to, const struct panel *panel, const char *top, const char *bottom)
{
	fprintf(to, "set lmargin at screen 0.07; set rmargin at screen 0.83\n"
		"set tmargin at screen %s; set bmargin at screen %s\nset title ", top, bottom);
	quote(to, _(panel->title));
	fputs("\nset ylabel ", to);
	quote(to, _(panel->label));
	fputc('\n', to);
}

static void write_lines(FILE *to, const struct bench *bench, size_t panel)
{
	size_t i;

	for (i = 0; i < bench->nr_subjects; i++) {
		if (!subject_smallest(bench, &bench->subjects[i]))
			continue;
		fprintf(to, ", \\\n  $d%zu using 1:($%zu > 0 ? $%zu : NaN)", i, panel + 2, panel + 2);
		write_style(to, bench, i);
		fputs("''", to);
	}
	fputc('\n', to);
}

static void write_latency(FILE *to, const struct bench *bench)
{
	begin_panel(to, &panels[0], "0.96", "0.57");
	fputs("plot ", to);
	if (bench->limits.line_ns > 0)
		fprintf(to, "%.6g", bench->limits.line_ns / 1000);
	else
		fputs("NaN", to);
	fputs(" with lines lc rgb 'black' dt 2 lw 2 title ", to);
	quote(to, bench->limits.line_ns > 0 ? _("a line of cache") : "");
	write_lines(to, bench, 0);
}

static void write_throughput(FILE *to, const struct bench *bench)
{
	begin_panel(to, &panels[1], "0.46", "0.07");
	fputs("set xlabel ", to);
	quote(to, _("payload, bytes"));
	fputs("\nplot $memcpy using 1:2 with lines lc rgb 'black' dt 2 lw 2 title 'memcpy()'", to);
	write_lines(to, bench, 1);
}

/* A panel of its own, as high as both, since names do not fit beside one; all lines are out of it. */
static void write_names(FILE *to, const struct bench *bench)
{
	size_t i;
	bool any = false;

	fputs("unset logscale; unset title; unset xlabel; unset ylabel; unset tics; unset border\n"
	      "set tmargin at screen 0.98; set bmargin at screen 0.02\n"
	      "set key at screen 0.845, 0.97 left top maxcols 1\nplot [0:1] [0:1]", to);
	for (i = 0; i < bench->nr_subjects; i++) {
		if (!subject_smallest(bench, &bench->subjects[i]))
			continue;
		fputs(any ? ", 2" : " 2", to);
		any = true;
		write_style(to, bench, i);
		quote(to, bench->subjects[i].mechanism->name);
	}
	fputs(any ? "\n" : " 2 title ''\n", to);
}

static void write_script(FILE *to, const struct bench *bench)
{
	fprintf(to, "set terminal %s\nset output ", terminal_of(bench->plot));
	quote(to, bench->plot);
	fputs("\nset termoption noenhanced\nset encoding utf8\n"
	      "set logscale xy\nset grid xtics ytics lc rgb '#d0d0d0'\nset format y '%g'\n"
	      "set xtics ('8' 8, '64' 64, '512' 512, '4K' 4096, '32K' 32768, '256K' 262144, "
	      "'2M' 2097152, '16M' 16777216, '64M' 67108864)\n", to);
	fprintf(to, "set xrange [%zu:%zu]\n", bench->payloads[0] * 3 / 4,
		bench->payloads[bench->nr_payloads - 1] * 4 / 3);
	write_data(to, bench);
	fputs("set multiplot\n"
	      "set key at graph 0.02, 0.97 left top Left reverse vertical samplen 2 spacing 0.95\n",
	      to);
	write_latency(to, bench);
	write_throughput(to, bench);
	write_names(to, bench);
	fputs("unset multiplot\nset output\n", to);
}

/**
 * plot_draw() - draw what was measured
 * @bench: all of it
 *
 * Return: 0, or -1: gnuplot failed, and has said why.
 */
int plot_draw(const struct bench *bench)
{
	FILE *to = popen("gnuplot", "we");
	int status;

	if (!to) {
		complain("gnuplot", strerror(errno));
		return -1;
	}
	write_script(to, bench);
	status = pclose(to);
	if (status) {
		complain(bench->plot, N_("gnuplot could not draw it"));
		return -1;
	}
	return 0;
}
