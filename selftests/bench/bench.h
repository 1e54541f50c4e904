/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

typedef uint64_t u64;
typedef uint32_t u32;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PAGE		4096UL
#define MIB		(1UL << 20)
#define NS_PER_MS	1000000.0
#define NS_PER_S	1000000000.0

/* ---- stats.c: numbers and what to say of them ---- */

struct series {
	double *value;
	size_t nr;
	size_t room;
};

struct summary {
	size_t nr;
	double median;
	double min;
	double max;
	/* Quartiles. */
	double q1;
	double q3;
};

void series_add(struct series *series, double value);
/* @part of the values are at or below it; 0 when there are none. */
double series_quantile(const struct series *series, double part);
struct summary series_summary(const struct series *series);
void series_free(struct series *series);
u64 clock_ns(void);
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* ---- target.c: processes to look at ---- */

enum shape {
	SHAPE_VMAS_1K,
	SHAPE_VMAS_10K,
	SHAPE_VMAS_100K,
	SHAPE_FILES_10K,
	SHAPE_SMALL,
	SHAPE_HUGE,
	SHAPE_SPARSE,
	SHAPE_THREADS_1K,
	SHAPE_THREADS_10K,
	SHAPE_CHURN,
	SHAPE_PAIR_SHARED,
	SHAPE_PAIR_FORK,
	SHAPE_PAIR_SPARSE,
	SHAPE_CROWD_50,
	SHAPE_CROWD_200,
	SHAPE_SYSTEM,
	SHAPE_NR
};

#define MEMBERS_MAX	200

/* A process, or several that have memory in common: the first one's PID stands for all. */
struct target {
	enum shape shape;
	pid_t pid;
	size_t nr;
	pid_t pids[MEMBERS_MAX];
};

const char *shape_name(enum shape shape);
const char *shape_help(enum shape shape);
/* Returns once it is made and sleeps. */
void target_start(struct target *target, enum shape shape);
void target_stop(struct target *target);
/* In the process that is to have it. */
void shape_make(enum shape shape);
/* Private anonymous memory in small pages; write to each page. */
char *target_map(size_t size, int flags);
void target_touch(char *p, size_t size);

/* ---- members.c: processes that have memory in common ---- */

/* Once, in the first member; then in each, the first included. */
void members_make_shared(size_t mib);
void members_join_shared(size_t index, size_t nr);
void members_make_fork(size_t mib);
void members_make_sparse(size_t pages);
void members_join_sparse(size_t index, size_t nr);
void members_make_crowd(size_t mib);
void members_join_crowd(size_t index, size_t nr);
/* Unmaps, in the first member, what the methods do not tell of alike. */
void members_forget_clock(void);
/* Makes the others, and tells all PIDs; returns in each member. */
void members_fork(size_t nr, void (*join)(size_t index, size_t nr), int ready);

/* ---- method.c: ways to look at a target ---- */

enum method {
	METHOD_END,
	/* The target is left alone; and by one who looks at itself all the time. */
	METHOD_NONE,
	METHOD_ELSEWHERE,
	METHOD_OPEN,
	METHOD_REGIONS,
	METHOD_PAGES,
	METHOD_THREADS,
	METHOD_REGS,
	METHOD_AREAS,
	METHOD_SHARED,
	METHOD_SHARED_AREAS,
	METHOD_MAPS,
	METHOD_QUERY,
	METHOD_SMAPS,
	METHOD_ROLLUP,
	METHOD_TASK_FILES,
	METHOD_PAGEMAP,
	METHOD_PAGEMAP_READ,
	METHOD_DUMP,
	METHOD_DUMP_RAW,
	METHOD_DUMP_LINES,
	METHOD_DUMP_START,
	METHOD_PMAP,
	METHOD_PMAP_START,
	METHOD_MAP,
	METHOD_MAP_ALL,
	METHOD_LSFD_SMAPS,
	METHOD_LSFD,
	METHOD_NR
};

#define UNKNOWN	UINT64_MAX

/* What a look at a target found; UNKNOWN where it does not tell. */
struct facts {
	u64 vmas;
	u64 rss;
	u64 threads;
	/* In common, of each two processes: the sum, and a hash of all in their order. */
	u64 shared;
	u64 shared_hash;
	/* Of the look itself: longest hold of the mmap lock, and memory it took. */
	u64 hold_ns;
	u64 memory;
};

/*
 * @check: find out the facts also where this takes work that is not part of
 * what is measured. Returns 0 or a negative errno; why then says more.
 */
typedef int method_fn(const struct target *target, bool check, struct facts *facts);

const char *method_name(enum method method);
/* What of ours does the same as this peer; METHOD_END: not a peer. */
enum method method_ours(enum method method);
/* What it found, and the time it took. */
int method_run(enum method method, const struct target *target, bool check,
	       struct facts *facts, u64 *ns);
/* Why the method cannot be had here, in words. */
const char *method_missing(enum method method, int error);

/* library.c */
method_fn library_open, library_regions, library_pages, library_threads, library_regs;
method_fn library_areas;
/* comparison.c */
method_fn comparison_totals, comparison_areas;
/* peer.c */
method_fn peer_maps, peer_query, peer_smaps, peer_rollup, peer_task_files;
/* pagemap.c */
method_fn pagemap_merge, pagemap_read;
/* program.c */
method_fn program_dump, program_dump_raw, program_dump_lines, program_dump_start;
method_fn program_pmap, program_pmap_start;
method_fn program_map, program_map_all, program_lsfd, program_lsfd_smaps;

/* ---- result.c: what was measured ---- */

enum quantity {
	QUANTITY_TIME,
	QUANTITY_MEMORY,
	/* Longest hold of the mmap lock: as END says, and as tracing sees. */
	QUANTITY_HOLD_SAID,
	QUANTITY_HOLD_SEEN,
	/* Of the target's own work. */
	QUANTITY_P50,
	QUANTITY_P99,
	QUANTITY_WORST,
	QUANTITY_NR
};

struct result {
	struct series series[QUANTITY_NR];
	/* Why there is nothing. */
	const char *missing;
};

extern struct result results[SHAPE_NR][METHOD_NR];

/* Medians: a peer's through ours of the same; 0 where there is nothing to compare. */
double result_times(enum shape shape, enum method method, enum quantity quantity);

const char *quantity_name(enum quantity quantity);
/* "ms" or "KiB", and how many of the series' unit (ns, bytes) make one. */
const char *quantity_unit(enum quantity quantity, double *divisor);

/* What cannot be trusted; counted, and said at once. */
void disagree(enum shape shape, enum method method, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
unsigned int disagreements(void);

/* ---- experiment.c: looks at targets, in turns ---- */

struct cell {
	enum shape shape;
	enum method method;
};

#define CELLS_MAX	16

struct experiment {
	const char *name;
	struct cell cell[CELLS_MAX];
	/* So many rounds, and more within the time; fewer looks that take long. */
	unsigned int rounds;
	unsigned int seconds;
	void (*run)(const struct experiment *experiment);
};

void experiment_run(const struct experiment *experiment);
/* Answers that were held against another one's. */
unsigned int comparisons(void);
/* Raises the system's limits to what the targets need. */
void system_prepare(void);

/* ---- hold.c, churn.c: what a look does to the target ---- */

void hold_run(const struct experiment *experiment);
void churn_run(const struct experiment *experiment);

/* ---- goal.c: what is to be reached ---- */

struct verdict {
	const char *text;
	/* "x" or "ms" */
	const char *unit;
	double bound;
	bool at_most;
	double figure;
	bool met;
	/* Or else: why it is not judged; the figure may be there all the same. */
	const char *unjudged;
	bool has_figure;
	/* The most that the machine lets any program reach; 0: that is not known. */
	double allowed;
};

/* False behind the last one. */
bool goal_judge(size_t index, struct verdict *verdict);

/* ---- verdict.c ---- */

bool is_emulated(void);
/* Whether it is met, from all else in it. */
void verdict_decide(struct verdict *verdict);
/* @whole: also goals that nothing was measured for. */
void verdicts_print(FILE *to, bool whole);

/* ---- report.c ---- */

void report_print(FILE *to, bool whole);

/* ---- json_file.c ---- */

/* Says why where it fails. */
bool json_write(const char *path);
/* What comes before an element: nothing, or a comma. */
const char *json_separator(bool *first);
/* Our own texts, and what uname() says: nothing in them needs more than is done. */
void json_text(FILE *to, const char *name, const char *text);

/* ---- json.c ---- */

/* Members of the whole, and elements of its results. */
void json_write_about(FILE *to);
void json_write_results(FILE *to);

#endif
