// SPDX-License-Identifier: GPL-2.0
/* A fuzzer of /dev/ipcshow, led by what it reaches in the module. */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../fail_nth.h"
#include "../memory.h"
#include "arena.h"
#include "merge.h"
#include "points.h"
#include "target.h"
#include "worker.h"

#define WORKERS_MAX	16
#define REPORT_SECONDS	10

/**
 * struct options - what was asked for
 * @module: the module's file
 * @workers: how many
 * @least: percent of the module's blocks that must be reached
 * @merge: directory that the smallest corpus is to be written to
 * @replay: files of programs to run again
 * @nr_replay: of them
 */
struct options {
	const char *module;
	unsigned int workers;
	unsigned int least;
	const char *merge;
	char **replay;
	int nr_replay;
};

static const char usage[] =
	"Usage: fuzz -m MODULE [-c DIRECTORY]... [-n EXECUTIONS] [-o DIRECTORY] [-s SEED]\n"
	"            [-j WORKERS] [-l PERCENT] [-g DIRECTORY]\n"
	"       fuzz [-n TIMES] -r FILE...\n"
	"\n"
	"Call /dev/ipcshow in all ways that come of programs that are changed at random, of which\n"
	"those are kept that reach what none did before. The module must have been built with\n"
	"KCOV_INSTRUMENT=y, the kernel with CONFIG_KCOV.\n"
	"\n"
	"  -m MODULE      file that the module was inserted from\n"
	"  -c DIRECTORY   programs to begin with\n"
	"  -n EXECUTIONS  how many programs to run (default: until SIGINT)\n"
	"  -o DIRECTORY   for programs that are new, in corpus; what was run last, in last-*; and\n"
	"                 the blocks that were not reached, in unreached\n"
	"  -s SEED        of the random numbers (default: 1)\n"
	"  -j WORKERS     processes that run programs (default: 1)\n"
	"  -l PERCENT     fail unless so many of the module's blocks were reached\n"
	"  -g DIRECTORY   run what -c gives, no more, and write there what is needed of it\n"
	"  -r FILE...     run the programs of the files again, as last-* or a corpus has them\n";

static bool *stop;

static void on_signal(int signal)
{
	(void)signal;
	*stop = true;
}

static void *shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		err(2, "mmap");
	return memory;
}

static unsigned long long number(const char *text, unsigned long long least)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || value < least)
		errx(2, "'%s' is no number of at least %llu", text, least);
	return value;
}

static void parse(int argc, char **argv, struct fuzz *fuzz, struct options *options)
{
	int option;

	while ((option = getopt(argc, argv, "c:g:hj:l:m:n:o:rs:")) != -1) {
		switch (option) {
		case 'c':
			corpus_load(fuzz->corpus, optarg);
			break;
		case 'g':
			options->merge = optarg;
			break;
		case 'j':
			options->workers = (unsigned int)number(optarg, 1);
			if (options->workers > WORKERS_MAX)
				errx(2, "at most %d workers", WORKERS_MAX);
			break;
		case 'l':
			options->least = (unsigned int)number(optarg, 0);
			break;
		case 'm':
			options->module = optarg;
			break;
		case 'n':
			fuzz->executions = number(optarg, 1);
			break;
		case 'o':
			fuzz->directory = optarg;
			break;
		case 'r':
			options->nr_replay = argc - optind;
			options->replay = argv + optind;
			break;
		case 's':
			fuzz->seed = number(optarg, 0);
			break;
		default:
			fputs(usage, option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	if (options->replay ? !options->nr_replay : optind < argc || !options->module) {
		fputs(usage, stderr);
		exit(2);
	}
}

/* What targets can have, and the module do, only if the machine lets them. */
static void prepare_machine(void)
{
	arena_make();
	if (!may_change_system())
		return;
	set("/proc/sys/vm/nr_hugepages", "8");
	/* Seldom: in a kernel that watches itself it would have a processor for itself. */
	set("/sys/kernel/mm/ksm/sleep_millisecs", "1000");
	set("/sys/kernel/mm/ksm/run", "1");
	set("/sys/kernel/tracing/events/ipcshow/enable", "1");
	swap_on_zram();
	can_fail();
}

/* ---- what there is to say ---- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static unsigned int percent(size_t part, size_t all)
{
	return (unsigned int)(100 * part / all);
}

static void report(const struct fuzz *fuzz, const struct points *points, double began)
{
	const struct counters *counters = fuzz->counters;
	const double seconds = now() - began;
	size_t reached = points_reached(points, fuzz->coverage);

	printf("%.0f s: %llu executions (%.1f/s), %u edges, %zu of %zu blocks (%u %%), corpus %u; "
	       "broken off %llu, killed %llu\n", seconds, (unsigned long long)counters->executions,
	       (double)counters->executions / seconds, fuzz->coverage->nr, reached, points->nr,
	       percent(reached, points->nr), corpus_size(fuzz->corpus),
	       (unsigned long long)counters->broken_off, (unsigned long long)counters->killed);
	fflush(stdout);
}

/* ---- who does it ---- */

static void start(const struct fuzz *fuzz, unsigned int number)
{
	pid_t pid = fork();

	if (pid < 0)
		err(2, "fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* All are told by the first. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	work(fuzz, number, stop);
	exit(0);
}

/* One that has ended, if any has. False: not well. */
static bool reap(unsigned int *workers)
{
	int status;

	if (waitpid(-1, &status, WNOHANG) <= 0)
		return true;
	(*workers)--;
	if (status)
		warnx("a worker has ended, by status %#x", (unsigned int)status);
	return !status;
}

/* True: all of them have ended well. */
static bool await(const struct fuzz *fuzz, unsigned int workers, const struct points *points,
		  double began)
{
	double next = now() + REPORT_SECONDS;
	bool well = true;

	while (workers) {
		if (!reap(&workers)) {
			*stop = true;
			well = false;
		}
		if (now() > next) {
			report(fuzz, points, began);
			next += REPORT_SECONDS;
		}
		usleep(100000);
	}
	return well;
}

static void save_unreached(const struct fuzz *fuzz, const struct points *points)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/unreached", fuzz->directory);
	points_write_unreached(points, fuzz->coverage, path);
}

/* Where programs are saved. */
static void make_place(struct fuzz *fuzz)
{
	static char path[4096];

	if (!fuzz->directory)
		return;
	snprintf(path, sizeof(path), "%s/corpus", fuzz->directory);
	if (mkdir(path, 0755) && errno != EEXIST)
		err(2, "%s", path);
	fuzz->save = path;
}

static int fuzz_all(const struct fuzz *fuzz, const struct options *options)
{
	struct points points;
	const double began = now();
	unsigned int i, reached;
	bool well;

	points_read(&points, options->module);
	printf("seed %llu, %u given\n", (unsigned long long)fuzz->seed, fuzz->given);
	fflush(stdout);
	for (i = 0; i < options->workers; i++)
		start(fuzz, i);
	well = await(fuzz, options->workers, &points, began);
	report(fuzz, &points, began);
	if (fuzz->directory)
		save_unreached(fuzz, &points);
	reached = percent(points_reached(&points, fuzz->coverage), points.nr);
	if (well && reached < options->least) {
		warnx("%u %% of the module's blocks were reached, and not %u %%", reached,
		      options->least);
		well = false;
	}
	return well ? 0 : 1;
}

static int replay(struct fuzz *fuzz, const struct options *options)
{
	const uint64_t times = fuzz->executions ?: 1;
	struct runner runner;
	uint64_t i;
	int k;

	runner_init(&runner, NULL, NULL, 0, fuzz->counters);
	for (k = 0; k < options->nr_replay; k++)
		corpus_load_file(fuzz->corpus, options->replay[k]);
	for (i = 0; i < times * corpus_size(fuzz->corpus) && !*stop; i++)
		run(&runner, &fuzz->corpus->program[i % corpus_size(fuzz->corpus)], NULL);
	printf("%llu executions, broken off %llu, killed %llu\n",
	       (unsigned long long)fuzz->counters->executions,
	       (unsigned long long)fuzz->counters->broken_off,
	       (unsigned long long)fuzz->counters->killed);
	return 0;
}

int main(int argc, char **argv)
{
	const struct sigaction on = { .sa_handler = on_signal };
	struct options options = { .workers = 1 };
	struct fuzz fuzz = { .seed = 1 };

	if (argc == 2 && !strcmp(argv[1], TARGET_OPTION))
		target_goes_on();
	stop = shared(sizeof(*stop));
	fuzz.coverage = coverage_create();
	fuzz.corpus = corpus_create();
	fuzz.counters = shared(sizeof(*fuzz.counters));
	fuzz.taken = shared(sizeof(*fuzz.taken));
	parse(argc, argv, &fuzz, &options);
	make_place(&fuzz);
	fuzz.given = corpus_size(fuzz.corpus);
	sigaction(SIGINT, &on, NULL);
	sigaction(SIGTERM, &on, NULL);
	prepare_machine();
	if (options.replay)
		return replay(&fuzz, &options);
	if (options.merge)
		return merge(fuzz.corpus, options.merge, fuzz.counters);
	return fuzz_all(&fuzz, &options);
}
