// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The first walk along a process: threads and programs are gathered, VMAs only
 * looked at. From them follows what lies where.
 */
#include <elf.h>
#include <errno.h>
#include <sys/stat.h>

#include "process.h"

#define FLAGS_KNOWN								\
	(IPCSHOW_PROCESS_F_REGS | IPCSHOW_PROCESS_F_INTERRUPT | IPCSHOW_PROCESS_F_ADD |	\
	 IPCSHOW_PROCESS_F_FAMILY | IPCSHOW_PROCESS_F_BARE)

/* Longer records than ours are of a newer module: take what we know. */
#define COPY_RECORD(to, from)	memcpy(to, from, sizeof(*(to)))

/*
 * A private mapping of the zero device is anonymous memory that happens to have
 * a file.
 */
bool region_is_anon(const struct ipcshow_region *region, const struct ipcshow_file *file)
{
	return !region->object && !(region->flags & IPCSHOW_REGION_F_SPECIAL) &&
	       !(region->vma_flags & (IPCSHOW_VMA_MAYSHARE | IPCSHOW_VMA_PFNMAP |
				      IPCSHOW_VMA_HUGETLB)) &&
	       (!region->file || (file && S_ISCHR(file->mode)));
}

static u64 mix(u64 digest, u64 n)
{
	digest = (digest ^ n) * 0x9e3779b97f4a7c15ULL;
	return digest ^ digest >> 29;
}

/*
 * What tells one list of VMAs from another, VMA by VMA. Of anonymous memory the offset is told
 * with @region->family only, which is not of the VMA alone.
 */
u64 region_digest(u64 digest, const struct ipcshow_region *region)
{
	size_t i;

	digest = mix(digest, region->start);
	digest = mix(digest, region->end);
	digest = mix(digest, region->vma_flags);
	digest = mix(digest, region->file ? region->offset : 0);
	digest = mix(digest, region->file);
	digest = mix(digest, region->object);
	digest = mix(digest, (u64)region->pkey << 32 | region->name_size);
	for (i = 0; i < region->name_size; i++)
		digest = mix(digest, region->name[i]);
	return digest;
}

void process_see_end(struct ipcshow_process *process, const struct ipcshow_end *end)
{
	const struct ipcshow_end before = process->end;

	COPY_RECORD(&process->end, end);
	if (end->flags & IPCSHOW_END_F_GONE)
		process->gone = true;
	process->end.flags |= before.flags;
	if (!process->end.threads) {
		process->end.threads = before.threads;
		process->end.threads_refused = before.threads_refused;
	}
}

/*
 * END says no more than that the lock was dropped, as it is between MM and the first REGION. What
 * has changed was not the same in two walks.
 */
void process_see_vmas(struct ipcshow_process *process, u64 digest)
{
	if (process->gone)
		return;
	if (process->walked && digest != process->digest)
		process->changed = true;
	process->walked = true;
	process->digest = digest;
}

static bool has_same_vmas(const struct ipcshow_mm *a, const struct ipcshow_mm *b)
{
	return a->nr_vmas == b->nr_vmas && a->total_vm == b->total_vm &&
	       a->data_vm == b->data_vm && a->exec_vm == b->exec_vm &&
	       a->stack_vm == b->stack_vm && a->locked_vm == b->locked_vm &&
	       a->brk == b->brk;
}

static int see_mm_again(const struct ipcshow_record *rec, void *arg)
{
	struct ipcshow_process *process = arg;

	if (rec->type == IPCSHOW_REC_MM &&
	    !has_same_vmas(&process->mm, (const struct ipcshow_mm *)rec))
		process->changed = true;
	return 0;
}

/*
 * After a walk: what was mapped behind its back is in the sums only. Whether the target is still
 * there does not matter: all that was asked for has been read.
 */
void process_look_back(struct ipcshow_process *process)
{
	const struct ipcshow_query query = {
		.what = IPCSHOW_WHAT_MM, .target = process->target,
	};

	if (!process->gone && !process->changed)
		ipcshow_snapshot_take(process->device, &query, see_mm_again, process);
}

/* The kernel made it, and notes where it began. */
static void see_main_stack(struct ipcshow_process *process,
			   const struct ipcshow_region *region)
{
	struct thread *leader = process->threads.main;

	if (!leader || process->mm.start_stack < region->start ||
	    process->mm.start_stack >= region->end)
		return;
	leader->stack_start = region->start;
	leader->stack_end = region->end;
}

static int see_region(struct ipcshow_process *process, const struct ipcshow_region *region)
{
	const struct ipcshow_file *file = files_pin(&process->files, region->file);
	bool anon = region_is_anon(region, file);

	process->digest = region_digest(process->digest, region);
	threads_see(&process->threads, region, anon, process->page_size);
	if (anon)
		see_main_stack(process, region);
	if (!file || region->vma_flags & IPCSHOW_VMA_MAYSHARE)
		return 0;
	return programs_see(&process->programs, region, file, &process->mm,
			    (pid_t)process->task.tgid, process->page_size);
}

static int see_record(const struct ipcshow_record *rec, void *arg)
{
	struct ipcshow_process *process = arg;

	switch (rec->type) {
	case IPCSHOW_REC_TASK:
		COPY_RECORD(&process->task, rec);
		process->has_task = true;
		return 0;
	case IPCSHOW_REC_MM:
		COPY_RECORD(&process->mm, rec);
		process->has_mm = true;
		return 0;
	case IPCSHOW_REC_THREAD:
		return threads_add(&process->threads, (const struct ipcshow_thread *)rec);
	case IPCSHOW_REC_REGS:
		return threads_add_regs(&process->threads, (const struct ipcshow_regs *)rec);
	case IPCSHOW_REC_FILE:
		return files_put(&process->files, (const struct ipcshow_file *)rec);
	case IPCSHOW_REC_REGION:
		/* The threads are complete before the first REGION comes. */
		if (!process->threads.by_sp && threads_sort(&process->threads))
			return -ENOMEM;
		return see_region(process, (const struct ipcshow_region *)rec);
	case IPCSHOW_REC_END:
		process_see_end(process, (const struct ipcshow_end *)rec);
		if (!(process->flags & IPCSHOW_PROCESS_F_BARE))
			process_see_vmas(process, process->digest);
		return 0;
	default:
		return 0;
	}
}

static int take_first_walk(struct ipcshow_process *process, unsigned int flags)
{
	struct ipcshow_query query = {
		.what = IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_MM,
		.target = process->target,
	};

	if (!(flags & IPCSHOW_PROCESS_F_BARE))
		query.what |= IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_REGIONS;
	if (flags & IPCSHOW_PROCESS_F_REGS)
		query.what |= IPCSHOW_WHAT_REGS;
	if (flags & IPCSHOW_PROCESS_F_INTERRUPT)
		query.flags |= IPCSHOW_SNAPSHOT_F_INTERRUPT;
	return ipcshow_snapshot_take(process->device, &query, see_record, process);
}

/* x86 has static TLS below the TLS base, the other machines that Linux has above. */
static bool is_tls_below(const struct ipcshow_info *info)
{
	return info->machine == EM_X86_64 || info->machine == EM_386;
}

static int add_heap_span(struct ipcshow_process *process)
{
	const struct span heap = {
		.start = process->mm.start_brk,
		.end = round_up(process->mm.brk, process->page_size),
		.kind = IPCSHOW_KIND_HEAP,
	};

	return process->mm.brk > process->mm.start_brk ?
		spans_add(&process->spans, &heap) : 0;
}

static int conclude(struct ipcshow_process *process)
{
	const struct ipcshow_info *info = ipcshow_device_info(process->device);
	const struct tls_shape shape = {
		.size = programs_tls_size(&process->programs),
		.below = is_tls_below(info),
		.of_libc = programs_have_libc(&process->programs),
	};
	int err;

	threads_place(&process->threads, &shape, process->page_size);
	err = add_heap_span(process);
	if (!err)
		err = programs_add_spans(&process->programs, &process->spans,
					 &process->mm, process->page_size);
	if (!err)
		err = threads_add_spans(&process->threads, &process->spans,
					process->page_size);
	return err ? err : spans_resolve(&process->spans, process->page_size, info->cuts_max);
}

static int process_read(struct ipcshow_process *process, unsigned int flags)
{
	int err = take_first_walk(process, flags);

	if (!err && !process->has_task)
		err = process->gone ? -ESRCH : -EPROTO;
	if (!err && !process->threads.by_sp)
		err = threads_sort(&process->threads);
	return err ? err : conclude(process);
}

int ipcshow_process_open(struct ipcshow_device *device, pid_t pid,
			 unsigned int flags, struct ipcshow_process **process)
{
	struct ipcshow_process *p;
	u32 target = 0;
	int err;

	if (flags & ~FLAGS_KNOWN ||
	    ((flags & IPCSHOW_PROCESS_F_BARE) && (flags & IPCSHOW_PROCESS_F_REGS)))
		return -EINVAL;
	if (flags & IPCSHOW_PROCESS_F_ADD)
		err = ipcshow_device_add_target(device, pid, &target);
	else
		err = ipcshow_device_target(device, pid);
	if (err)
		return err;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->device = device;
	p->target = target;
	p->flags = flags;
	p->page_size = ipcshow_device_info(device)->page_size;
	err = process_read(p, flags);
	if (err) {
		ipcshow_process_close(p);
		return err;
	}
	*process = p;
	return 0;
}

void ipcshow_process_close(struct ipcshow_process *process)
{
	if (!process)
		return;
	threads_free(&process->threads);
	programs_free(&process->programs);
	spans_free(&process->spans);
	files_clear(&process->files);
	free(process);
}

u32 ipcshow_process_target(const struct ipcshow_process *process)
{
	return process->target;
}

const struct ipcshow_task *ipcshow_process_task(const struct ipcshow_process *process)
{
	return &process->task;
}

const struct ipcshow_mm *ipcshow_process_mm(const struct ipcshow_process *process)
{
	return &process->mm;
}

bool ipcshow_process_gone(const struct ipcshow_process *process)
{
	return process->gone;
}

const struct ipcshow_end *ipcshow_process_end(const struct ipcshow_process *process)
{
	return &process->end;
}

bool ipcshow_process_changed(const struct ipcshow_process *process)
{
	return process->changed;
}

size_t ipcshow_process_threads(const struct ipcshow_process *process)
{
	return process->threads.nr;
}

size_t ipcshow_process_threads_refused(const struct ipcshow_process *process)
{
	return process->threads.refused;
}

void ipcshow_process_thread(const struct ipcshow_process *process, size_t index,
			    struct ipcshow_thread_view *view)
{
	const struct thread *t = &process->threads.all[index];

	*view = (struct ipcshow_thread_view){
		.thread = &t->rec,
		.regs = t->regs,
		.stack_start = t->stack_start,
		.stack_end = t->stack_end,
		.tls_start = t->tls_start,
		.tls_end = t->tls_end,
	};
}

unsigned int ipcshow_process_stack_flags(const struct ipcshow_process *process, size_t index)
{
	return thread_stack_flags(&process->threads.all[index]);
}

int ipcshow_process_where(const struct ipcshow_process *process, u64 address,
			  const char **path, size_t *path_size, u64 *offset)
{
	const struct span *span = spans_find(&process->spans, address);

	if (!span || !span->load)
		return -ENOENT;
	*path = span->load->program->path;
	*path_size = span->load->program->path_size;
	*offset = address - span->load->bias;
	return 0;
}
