// SPDX-License-Identifier: GPL-2.0
/* Memory areas of processes and threads: measured. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "area_actors.h"
#include "kept.h"
#include "results.h"
#include "tell.h"

static const struct {
	const char *name;
	enum memory expected[NR_PAIRS];
} rows[NR_AREA_ROWS] = {
	{ "code", { MEMORY_SHARED, MEMORY_SHARED, MEMORY_SAME } },
	{ "rodata", { MEMORY_SHARED, MEMORY_SHARED, MEMORY_SAME } },
	{ "data", { MEMORY_INDEPENDENT, MEMORY_COW, MEMORY_SAME } },
	{ "bss", { MEMORY_INDEPENDENT, MEMORY_COW, MEMORY_SAME } },
	{ "heap", { MEMORY_INDEPENDENT, MEMORY_COW, MEMORY_SAME } },
	{ "anon", { MEMORY_INDEPENDENT, MEMORY_COW, MEMORY_SAME } },
	{ "stack", { MEMORY_INDEPENDENT, MEMORY_COW, MEMORY_REACHABLE } },
	{ "tls", { MEMORY_INDEPENDENT, MEMORY_COW, MEMORY_REACHABLE } },
	{ "lib-code", { MEMORY_SHARED, MEMORY_SHARED, MEMORY_SAME } },
	{ "posix-shm", { MEMORY_SHARED, MEMORY_SHARED, MEMORY_SAME } },
	{ "registers", { MEMORY_OWN, MEMORY_OWN, MEMORY_OWN } },
};

const char *area_row_name(size_t row)
{
	return rows[row].name;
}

const char *space_word(enum space space)
{
	static const char *const words[] = {
		[SPACE_UNKNOWN] = NULL, [SPACE_NONE] = "none", [SPACE_SAME] = "same",
		[SPACE_INDEPENDENT] = "independent",
	};

	return words[space];
}

const char *memory_word(enum memory memory)
{
	static const char *const words[] = {
		[MEMORY_UNKNOWN] = NULL, [MEMORY_SAME] = "same", [MEMORY_SHARED] = "shared",
		[MEMORY_COW] = "copy-on-write", [MEMORY_INDEPENDENT] = "independent",
		[MEMORY_REACHABLE] = "own-reachable", [MEMORY_OWN] = "own",
	};

	return words[memory];
}

enum space space_expected(enum pair pair, size_t row)
{
	if (row == ROW_REGISTERS)
		return SPACE_NONE;
	return pair == PAIR_THREADS ? SPACE_SAME : SPACE_INDEPENDENT;
}

enum memory memory_expected(enum pair pair, size_t row)
{
	return rows[row].expected[pair];
}

/* ---- registers ---- */

#define TRIES	2000

/* Both sleep, each with its own value in a register of its own. */
static bool have_own_registers(struct view *view, const struct owner *owners)
{
	struct ipcshow_thread_view thread;
	__u64 kept;
	size_t i;

	for (i = 0; i < 2; i++)
		if (!view_thread(view, view->nr - 1 ? i : 0, owners[i].tid, &thread) ||
		    !kept_see(&thread, &kept) || kept != owners[i].addresses[ROW_REGISTERS])
			return false;
	return true;
}

/* They may be on their way to sleep still. */
static bool see_registers(const pid_t *pids, size_t nr, const struct owner *owners)
{
	struct view view;
	bool own = false;
	int i;

	for (i = 0; i < TRIES && !own; i++) {
		if (!view_open(&view, pids, nr))
			return false;
		own = have_own_registers(&view, owners);
		view_close(&view);
		if (!own)
			usleep(1000);
	}
	return own;
}

static void set_registers(struct area_cell *cell, bool own)
{
	cell->space = own ? SPACE_NONE : SPACE_UNKNOWN;
	cell->memory = own ? MEMORY_OWN : MEMORY_UNKNOWN;
}

/* ---- processes ---- */

static void name_owners(struct area_cell *cells, const struct owner *owners)
{
	size_t row, i;

	for (row = 0; row < NR_AREA_ROWS; row++)
		for (i = 0; i < 2; i++) {
			cells[row].pids[i] = owners[i].tid;
			cells[row].addresses[i] =
				row == ROW_REGISTERS ? 0 : owners[i].addresses[row];
		}
}

/* Each row's kind is what it is called after, in both: else nothing is said of it. */
static bool is_where_it_belongs(struct view *view, size_t index, const struct owner *owner,
				size_t row)
{
	struct place place;

	return view_place(view, index, owner->addresses[row], &place) &&
	       !strcmp(ipcshow_kind_name(place.kind), rows[row].name);
}

static enum memory judge(bool same, bool same_before)
{
	if (same)
		return MEMORY_SHARED;
	return same_before ? MEMORY_COW : MEMORY_INDEPENDENT;
}

static void see_processes(struct view *view, struct area_cell *cells, const struct owner *owners)
{
	enum ipcshow_finding mm = view_resource(view, 0, 0, 1, 0, IPCSHOW_RESOURCE_MM);
	size_t row;

	for (row = 0; row < ROW_REGISTERS; row++) {
		bool same = view_same_page(view, 0, owners[0].addresses[row], 1,
					   owners[1].addresses[row]);

		if (!is_where_it_belongs(view, 0, &owners[0], row) ||
		    !is_where_it_belongs(view, 1, &owners[1], row))
			continue;
		cells[row].space = mm == IPCSHOW_FINDING_SAME ? SPACE_SAME :
				   mm == IPCSHOW_FINDING_INDEPENDENT ? SPACE_INDEPENDENT :
								       SPACE_UNKNOWN;
		cells[row].memory = judge(same, cells[row].same_before);
	}
}

static void see_before(struct view *view, struct area_cell *cells, const struct owner *owners)
{
	size_t row;

	for (row = 0; row < ROW_REGISTERS; row++)
		cells[row].same_before = view_same_page(view, 0, owners[0].addresses[row], 1,
							owners[1].addresses[row]);
}

static void measure_two(struct area_cell *cells, const struct owner *owners,
			void (*see)(struct view *view, struct area_cell *cells,
				    const struct owner *owners))
{
	const pid_t pids[] = { owners[0].tid, owners[1].tid };
	struct view view;

	if (!view_open(&view, pids, 2))
		return;
	see(&view, cells, owners);
	view_close(&view);
}

static void measure_registers(struct area_cell *cells, const struct owner *owners)
{
	const pid_t pids[] = { owners[0].tid, owners[1].tid };

	set_registers(&cells[ROW_REGISTERS], see_registers(pids, 2, owners));
}

static void measure_programs(struct area_cell *cells)
{
	struct owner owners[2];
	size_t i;

	for (i = 0; i < 2; i++) {
		struct actor *actor = stage_start_anew("program", "areas", areas_segment);

		actor_get(actor, &owners[i], sizeof(owners[i]));
	}
	name_owners(cells, owners);
	measure_two(cells, owners, see_processes);
	measure_registers(cells, owners);
}

static void measure_family(struct area_cell *cells)
{
	struct actor *family = stage_start("family", areas_play_family, NULL);
	struct owner owners[2];

	actor_get(family, &owners[0], sizeof(owners[0]));
	actor_get(family, &owners[1], sizeof(owners[1]));
	name_owners(cells, owners);
	measure_two(cells, owners, see_before);
	/* Both read the same pipe, and write to the same. */
	actor_go(family);
	actor_go(family);
	actor_ready(family);
	actor_ready(family);
	measure_two(cells, owners, see_processes);
	measure_registers(cells, owners);
}

/* ---- threads ---- */

static enum memory judge_threads(struct view *view, const struct owner *owners, size_t row,
				 bool written)
{
	struct place a, b;

	if (owners[0].addresses[row] == owners[1].addresses[row])
		return MEMORY_SAME;
	if (view_place(view, 0, owners[0].addresses[row], &a) &&
	    view_place(view, 0, owners[1].addresses[row], &b) &&
	    a.tid == (__u32)owners[0].tid && b.tid == (__u32)owners[1].tid && written)
		return MEMORY_REACHABLE;
	return MEMORY_UNKNOWN;
}

static void see_threads(struct view *view, struct area_cell *cells, const struct owner *owners,
			bool written)
{
	enum ipcshow_finding mm = view_resource(view, 0, owners[0].tid, 0, owners[1].tid,
						IPCSHOW_RESOURCE_MM);
	size_t row;

	for (row = 0; row < ROW_REGISTERS; row++) {
		if (!is_where_it_belongs(view, 0, &owners[0], row) ||
		    !is_where_it_belongs(view, 0, &owners[1], row) || mm != IPCSHOW_FINDING_SAME)
			continue;
		cells[row].space = SPACE_SAME;
		cells[row].memory = judge_threads(view, owners, row, written);
	}
}

static void measure_threads(struct area_cell *cells)
{
	struct actor *actor = stage_start("threads", areas_play_threads, NULL);
	struct owner owners[2];
	struct view view;
	bool written;

	actor_get(actor, &owners[0], sizeof(owners[0]));
	actor_get(actor, &owners[1], sizeof(owners[1]));
	actor_get(actor, &written, sizeof(written));
	name_owners(cells, owners);
	if (!view_open(&view, &actor->pid, 1))
		return;
	see_threads(&view, cells, owners, written);
	view_close(&view);
	set_registers(&cells[ROW_REGISTERS], see_registers(&actor->pid, 1, owners));
}

static void make_segment(void)
{
	int fd;

	areas_segment = name_make(NAME_SHM, "areas");
	fd = shm_open(areas_segment, O_CREAT | O_EXCL | O_RDWR, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)page_size()))
		failed("Shared memory could not be made: %s.", strerror(errno));
	close(fd);
}

void areas_measure(struct area_cells *cells)
{
	memset(cells, 0, sizeof(*cells));
	make_segment();
	measure_programs(cells->cells[PAIR_PROGRAMS]);
	measure_family(cells->cells[PAIR_FORK]);
	measure_threads(cells->cells[PAIR_THREADS]);
}
