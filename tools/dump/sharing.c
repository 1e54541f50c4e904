// SPDX-License-Identifier: GPL-2.0
/*
 * What the threads of a process share, and what each has to itself. Threads have one address
 * space, so that all memory is shared: a stack or a TLS block is one thread's by convention.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sharing.h"

static bool is_own(enum ipcshow_kind kind)
{
	return kind == IPCSHOW_KIND_STACK || kind == IPCSHOW_KIND_TLS ||
	       kind == IPCSHOW_KIND_ALTSTACK;
}

static size_t others_in(const struct ipcshow_area *area)
{
	size_t i, nr = 0;

	for (i = 0; i < area->nr_sp_threads; i++)
		nr += area->sp_threads[i] != area->thread;
	return nr;
}

/* A stack may be of several VMAs, that follow one another. */
static int add_own(struct sharing *sharing, const struct ipcshow_area *area)
{
	struct own_area *last = sharing->nr_own ? &sharing->own[sharing->nr_own - 1] : NULL;

	if (!last || last->kind != area->kind || last->thread != area->thread) {
		if (sharing->nr_own == sharing->own_room) {
			size_t room = sharing->own_room ? sharing->own_room * 2 : 16;
			struct own_area *grown = reallocarray(sharing->own, room, sizeof(*grown));

			if (!grown)
				return -ENOMEM;
			sharing->own = grown;
			sharing->own_room = room;
		}
		last = &sharing->own[sharing->nr_own++];
		*last = (struct own_area){
			.kind = area->kind, .thread = area->thread, .start = area->start,
		};
	}
	last->end = area->end;
	last->size += area->end - area->start;
	last->nr_others += others_in(area);
	last->flags |= area->flags;
	return 0;
}

int sharing_add(struct sharing *sharing, const struct ipcshow_area *area)
{
	struct kind_areas *kind = &sharing->kinds[area->kind];

	if (area->thread && is_own(area->kind))
		return add_own(sharing, area);
	if (!kind->nr++)
		kind->start = area->start;
	kind->end = area->end;
	kind->size += area->end - area->start;
	return 0;
}

static int by_kind(const void *a, const void *b)
{
	const struct own_area *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->thread->tid != y->thread->tid)
		return x->thread->tid < y->thread->tid ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

void sharing_free(struct sharing *sharing)
{
	free(sharing->own);
	sharing->own = NULL;
}

int sharing_row(const struct sharer *sharer, const struct sharing_row *row)
{
	int ret;

	sharer->dump->row.sharing = row;
	sharer->dump->nr_rows++;
	ret = sharer->dump->format->row(sharer->dump);
	sharer->dump->row.sharing = NULL;
	return ret;
}

static int show_kind(const struct sharer *sharer, enum ipcshow_kind kind)
{
	const struct kind_areas *areas = &sharer->sharing->kinds[kind];
	char proof[128];
	struct sharing_row row = {
		.what = ipcshow_kind_name(kind),
		.who = "all",
		.nr_tids = sharer->nr_threads,
		.how = sharer->nr_threads > 1 ? "shared" : "sole",
		.size = areas->size,
		.nr = areas->nr,
		.proof = proof,
	};

	if (!areas->nr)
		return 0;
	row.proof_size = (size_t)snprintf(proof, sizeof(proof), areas->nr > 1 ? _("one mm, within %llx-%llx") :
					  _("one mm, %llx-%llx"), areas->start, areas->end);
	return sharing_row(sharer, &row);
}

static bool has_registers(const struct ipcshow_thread *thread)
{
	return !(thread->flags & (IPCSHOW_THREAD_F_REFUSED | IPCSHOW_THREAD_F_NO_REGS |
				  IPCSHOW_THREAD_F_KERNEL_WORKER));
}

/* The thread's own pointer into it: SP into a stack, the TLS base into TLS. */
static size_t prove_own(const struct own_area *own, char *to, size_t room)
{
	const struct ipcshow_thread *thread = own->thread;
	size_t used = (size_t)snprintf(to, room, "%llx-%llx", own->start, own->end);

	if (own->kind == IPCSHOW_KIND_TLS && has_registers(thread))
		used += (size_t)snprintf(to + used, room - used, thread->tls >= own->start &&
					 thread->tls <= own->end ? _(", its TLS base %llx inside") :
					 _(", its TLS base %llx elsewhere"), thread->tls);
	else if (own->kind == IPCSHOW_KIND_STACK && has_registers(thread))
		used += (size_t)snprintf(to + used, room - used, thread->sp >= own->start &&
					 thread->sp < own->end ? _(", its SP %llx inside") :
					 _(", its SP %llx elsewhere"), thread->sp);
	else if (own->kind == IPCSHOW_KIND_ALTSTACK)
		used += (size_t)snprintf(to + used, room - used, _(", its sigaltstack()"));
	if (own->flags & IPCSHOW_AREA_F_STACK_PART)
		used += (size_t)snprintf(to + used, room - used, _(", told from there: may begin lower"));
	if (own->flags & IPCSHOW_AREA_F_STACK_MOST)
		used += (size_t)snprintf(to + used, room - used, _(", no guard below: may begin higher"));
	if (own->nr_others)
		used += (size_t)snprintf(to + used, room - used,
					 _(", and the SP of %zu other threads"), own->nr_others);
	return used;
}

static int show_own(const struct sharer *sharer, const struct own_area *own)
{
	char proof[256];
	struct sharing_row row = {
		.what = ipcshow_kind_name(own->kind),
		.tids = &own->thread->tid,
		.nr_tids = 1,
		.comm = own->thread->comm,
		.how = "private-by-convention",
		.size = own->size,
		.nr = 1,
		.proof = proof,
	};

	row.proof_size = prove_own(own, proof, sizeof(proof));
	return sharing_row(sharer, &row);
}

/* Those that got no row. */
static int show_rest(const struct sharer *sharer, enum ipcshow_kind kind, size_t nr, __u64 size)
{
	const char *proof = _("--sharing shows each");
	const struct sharing_row row = {
		.what = ipcshow_kind_name(kind),
		.nr_tids = nr,
		.left_out = nr,
		.how = "private-by-convention",
		.size = size,
		.nr = nr,
		.proof = proof,
		.proof_size = strlen(proof),
	};

	return nr ? sharing_row(sharer, &row) : 0;
}

/* @own: of one kind; of many, some and what is left. */
static int show_own_kind(const struct sharer *sharer, const struct own_area *own, size_t nr)
{
	size_t i, shown = sharer->few && nr > FEW_THREADS ? FEW_THREADS - 1 : nr;
	__u64 left = 0;
	int err = 0;

	for (i = 0; !err && i < shown; i++)
		err = show_own(sharer, &own[i]);
	for (i = shown; i < nr; i++)
		left += own[i].size;
	return err ? err : show_rest(sharer, own->kind, nr - shown, left);
}

static int show_own_areas(const struct sharer *sharer)
{
	const struct own_area *own = sharer->sharing->own;
	size_t i, first = 0, nr = sharer->sharing->nr_own;
	int err = 0;

	for (i = 1; !err && i <= nr; i++) {
		if (i < nr && own[i].kind == own[first].kind)
			continue;
		err = show_own_kind(sharer, own + first, i - first);
		first = i;
	}
	return err;
}

static int show_registers(const struct sharer *sharer)
{
	const char *proof = _("the kernel keeps a set for each thread");
	const struct sharing_row row = {
		.what = "registers",
		.who = "each",
		.nr_tids = sharer->nr_threads,
		.how = "private-by-construction",
		.proof = proof,
		.proof_size = strlen(proof),
	};

	return sharing_row(sharer, &row);
}

static int show_exited(const struct sharer *sharer, size_t thread)
{
	const char *proof = _("it uses nothing any more");
	struct ipcshow_thread_resources view;
	struct sharing_row row = {
		.what = "thread",
		.nr_tids = 1,
		.how = "exited",
		.proof = proof,
		.proof_size = strlen(proof),
	};

	ipcshow_survey_thread(sharer->survey, 0, thread, &view);
	row.tids = &view.tid;
	row.comm = view.comm;
	return sharing_row(sharer, &row);
}

/* Once, and nothing of them in the rows that follow. */
static int show_all_exited(const struct sharer *sharer)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sharer->nr_threads + sharer->nr_exited; i++)
		if (ipcshow_survey_thread_exited(sharer->survey, 0, i))
			err = show_exited(sharer, i);
	return err;
}

static int show_rows(const struct sharer *sharer)
{
	int kind, err = show_all_exited(sharer);

	for (kind = 0; !err && kind < IPCSHOW_NR_KINDS; kind++)
		err = show_kind(sharer, (enum ipcshow_kind)kind);
	if (!err)
		err = show_own_areas(sharer);
	if (!err)
		err = show_registers(sharer);
	return err ? err : sharing_resources(sharer);
}

static void count_threads(struct sharer *sharer)
{
	struct ipcshow_subject_view view;
	size_t i;

	ipcshow_survey_subject(sharer->survey, 0, &view);
	for (i = 0; i < view.nr_threads; i++)
		sharer->nr_exited += ipcshow_survey_thread_exited(sharer->survey, 0, i);
	sharer->nr_threads = view.nr_threads - sharer->nr_exited;
}

/**
 * sharing_show() - show who has what
 * @dump: how
 * @device: the module
 * @process: the process
 * @sharing: its areas, which are put in order
 *
 * Return: 0 or a negative errno, -ESRCH where the process ended meanwhile.
 */
int sharing_show(struct dump *dump, struct ipcshow_device *device,
		 const struct ipcshow_process *process, struct sharing *sharing)
{
	const struct ipcshow_subject subject = { .target = ipcshow_process_target(process) };
	struct ipcshow_survey *survey;
	struct sharer sharer = {
		.dump = dump,
		.sharing = sharing,
		.process = process,
		.few = dump->format == &table_format && dump->show != SHOW_SHARING,
	};
	size_t failed;
	int err = ipcshow_survey_take(device, &subject, 1, IPCSHOW_SURVEY_F_DESCRIPTORS, &survey,
				      &failed);

	if (err)
		return err;
	sharer.survey = survey;
	if (sharing->nr_own)
		qsort(sharing->own, sharing->nr_own, sizeof(*sharing->own), by_kind);
	count_threads(&sharer);
	err = sharer.nr_threads ? show_rows(&sharer) : -ESRCH;
	ipcshow_survey_free(survey);
	return err;
}
