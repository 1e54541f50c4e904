// SPDX-License-Identifier: GPL-2.0
/* Columns of areas, and of the summary by kind. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pages.h"

/* More threads than this in one area are only counted. */
#define SP_NAMES_MAX	3

static void get_start(struct row *row, struct value *value)
{
	set_number(value, VALUE_ADDRESS, row->area->start);
}

static void get_end(struct row *row, struct value *value)
{
	set_number(value, VALUE_ADDRESS, row->area->end);
}

static void get_perm(struct row *row, struct value *value)
{
	__u64 flags = row->area->region->vma_flags;
	char *p = row->scratch;

	p[0] = flags & IPCSHOW_VMA_READ ? 'r' : '-';
	p[1] = flags & IPCSHOW_VMA_WRITE ? 'w' : '-';
	p[2] = flags & IPCSHOW_VMA_EXEC ? 'x' : '-';
	p[3] = flags & IPCSHOW_VMA_MAYSHARE ? 's' : 'p';
	p[4] = '\0';
	set_word(value, p);
}

static void get_tid(struct row *row, struct value *value)
{
	if (row->area->thread)
		set_number(value, VALUE_NUMBER, row->area->thread->tid);
}

static void get_comm(struct row *row, struct value *value)
{
	const struct ipcshow_thread *thread = row->area->thread;

	if (thread)
		set_text(value, thread->comm, strnlen((const char *)thread->comm,
						      sizeof(thread->comm)));
}

/* ---- NAME: what a person wants to read ---- */

struct text {
	char *to;
	size_t size;
};

static void text_bytes(struct text *text, const void *bytes, size_t size)
{
	if (size > SCRATCH_MAX - 1 - text->size)
		size = SCRATCH_MAX - 1 - text->size;
	memcpy(text->to + text->size, bytes, size);
	text->size += size;
}

__attribute__((format(printf, 2, 3)))
static void text_format(struct text *text, const char *format, ...)
{
	char buf[128];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	text_bytes(text, buf, strlen(buf));
}

static void text_comm(struct text *text, const __u8 *comm)
{
	text_bytes(text, comm, strnlen((const char *)comm, IPCSHOW_COMM_LEN));
}

static void text_remark(struct text *text, const char *remark)
{
	text_format(text, text->size ? " (%s)" : "(%s)", remark);
}

static void name_sp_threads(struct text *text, const struct ipcshow_area *area)
{
	size_t i;

	text_format(text, text->size ? _(" (sp of") : _("(sp of"));
	for (i = 0; i < area->nr_sp_threads && i < SP_NAMES_MAX; i++)
		text_format(text, " %u", area->sp_threads[i]->tid);
	if (area->nr_sp_threads > SP_NAMES_MAX)
		text_format(text, _(" and %zu more"), area->nr_sp_threads - SP_NAMES_MAX);
	text_format(text, ")");
}

static void name_thread(struct text *text, const struct ipcshow_thread *thread)
{
	text_format(text, _("thread %u "), thread->tid);
	text_comm(text, thread->comm);
}

static void get_name(struct row *row, struct value *value)
{
	const struct ipcshow_area *area = row->area;
	struct text text = { .to = row->scratch };

	/* Most areas have a name and nothing else. */
	if (!area->flags && !area->thread && !area->nr_sp_threads &&
	    area->kind != IPCSHOW_KIND_SYSV_SHM) {
		if (area->name_size)
			set_text(value, area->name, area->name_size);
		return;
	}
	if (area->thread)
		name_thread(&text, area->thread);
	if (area->kind == IPCSHOW_KIND_SYSV_SHM)
		text_format(&text, _("key 0x%08x id %llu"), area->file->sysv_key,
			    (unsigned long long)area->file->ino);
	if (area->name_size) {
		if (text.size)
			text_bytes(&text, " ", 1);
		text_bytes(&text, area->name, area->name_size);
	}
	if (area->flags & IPCSHOW_AREA_F_RELRO)
		text_remark(&text, "relro");
	if (area->flags & IPCSHOW_AREA_F_STACK_PART)
		text_remark(&text, _("from sp"));
	if (area->flags & IPCSHOW_AREA_F_STACK_MOST)
		text_remark(&text, _("at most"));
	if (area->flags & IPCSHOW_AREA_F_DELETED)
		text_remark(&text, _("deleted"));
	if (area->nr_sp_threads)
		name_sp_threads(&text, area);
	if (text.size)
		set_text(value, text.to, text.size);
}

/* ---- the rest ---- */

static void get_path(struct row *row, struct value *value)
{
	const struct ipcshow_file *file = row->area->file;

	if (file && file->path_size)
		set_text(value, file->path, file->path_size);
}

static void get_anon_name(struct row *row, struct value *value)
{
	const struct ipcshow_region *region = row->area->region;

	if (region->name_size)
		set_text(value, region->name, region->name_size);
}

static void get_offset(struct row *row, struct value *value)
{
	const struct ipcshow_area *area = row->area;

	if (area->file)
		set_number(value, VALUE_ADDRESS,
			   area->region->offset + (area->start - area->region->start));
}

static void get_maj_min(struct row *row, struct value *value)
{
	const struct ipcshow_file *file = row->area->file;
	size_t n;

	if (!file)
		return;
	n = format_decimal(row->scratch, file->dev_major);
	row->scratch[n++] = ':';
	format_decimal(row->scratch + n, file->dev_minor);
	set_word(value, row->scratch);
}

static void get_inode(struct row *row, struct value *value)
{
	if (row->area->file)
		set_number(value, VALUE_NUMBER, row->area->file->ino);
}

static void get_deleted(struct row *row, struct value *value)
{
	if (row->area->file)
		set_number(value, VALUE_BOOL, !!(row->area->flags & IPCSHOW_AREA_F_DELETED));
}

static void get_relro(struct row *row, struct value *value)
{
	set_number(value, VALUE_BOOL, !!(row->area->flags & IPCSHOW_AREA_F_RELRO));
}

static void get_object(struct row *row, struct value *value)
{
	if (row->area->region->object)
		set_number(value, VALUE_ADDRESS, row->area->region->object);
}

static void get_key(struct row *row, struct value *value)
{
	if (row->area->file && (row->area->file->flags & IPCSHOW_FILE_F_SYSV))
		set_number(value, VALUE_ADDRESS, row->area->file->sysv_key);
}

static void get_shmid(struct row *row, struct value *value)
{
	if (row->area->file && (row->area->file->flags & IPCSHOW_FILE_F_SYSV))
		set_number(value, VALUE_NUMBER, row->area->file->ino);
}

static void get_page_size(struct row *row, struct value *value)
{
	set_number(value, VALUE_SIZE, 1ULL << (row->area->region->page_shift & 63));
}

static void get_pkey(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->area->region->pkey);
}

static void get_vma_start(struct row *row, struct value *value)
{
	set_number(value, VALUE_ADDRESS, row->area->region->start);
}

static void get_vma_end(struct row *row, struct value *value)
{
	set_number(value, VALUE_ADDRESS, row->area->region->end);
}

/* What PERM does not say; mayread and so on matter to debuggers only. */
static void get_flags(struct row *row, struct value *value)
{
	static const struct {
		__u64 flag;
		const char *word;
	} words[] = {
		{ IPCSHOW_VMA_SHARED, "shared" },
		{ IPCSHOW_VMA_MAYREAD, "mayread" },
		{ IPCSHOW_VMA_MAYWRITE, "maywrite" },
		{ IPCSHOW_VMA_MAYEXEC, "mayexec" },
		{ IPCSHOW_VMA_GROWSDOWN, "growsdown" },
		{ IPCSHOW_VMA_PFNMAP, "pfnmap" },
		{ IPCSHOW_VMA_LOCKED, "locked" },
		{ IPCSHOW_VMA_IO, "io" },
		{ IPCSHOW_VMA_SEQ_READ, "seqread" },
		{ IPCSHOW_VMA_RAND_READ, "randread" },
		{ IPCSHOW_VMA_DONTCOPY, "dontcopy" },
		{ IPCSHOW_VMA_DONTEXPAND, "dontexpand" },
		{ IPCSHOW_VMA_LOCKONFAULT, "lockonfault" },
		{ IPCSHOW_VMA_ACCOUNT, "account" },
		{ IPCSHOW_VMA_NORESERVE, "noreserve" },
		{ IPCSHOW_VMA_HUGETLB, "hugetlb" },
		{ IPCSHOW_VMA_SYNC, "sync" },
		{ IPCSHOW_VMA_WIPEONFORK, "wipeonfork" },
		{ IPCSHOW_VMA_DONTDUMP, "dontdump" },
		{ IPCSHOW_VMA_MIXEDMAP, "mixedmap" },
		{ IPCSHOW_VMA_HUGEPAGE, "hugepage" },
		{ IPCSHOW_VMA_NOHUGEPAGE, "nohugepage" },
		{ IPCSHOW_VMA_MERGEABLE, "mergeable" },
		{ IPCSHOW_VMA_UFFD, "uffd" },
		{ IPCSHOW_VMA_SEALED, "sealed" },
	};
	size_t i;

	_Static_assert(ARRAY_SIZE(words) <= WORDS_MAX, "words");
	set_number(value, VALUE_WORDS, 0);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (row->area->region->vma_flags & words[i].flag)
			value->words[value->number++] = words[i].word;
}

static const struct column area_columns[] = {
	{ N_("PID"), "pid", COLUMN_RIGHT, get_pid, N_("process") },
	{ N_("START"), "start", COLUMN_RIGHT, get_start, N_("first address") },
	{ N_("END"), "end", COLUMN_RIGHT, get_end, N_("end (exclusive)") },
	{ N_("SIZE"), "size", COLUMN_RIGHT, get_size, N_("address space") },
	{ N_("PERM"), "perm", 0, get_perm, N_("read, write, execute; private or shared") },
	{ N_("KIND"), "kind", 0, get_kind, N_("what it is for (see Kinds)") },
	PAGES_COLUMNS,
	{ N_("TID"), "tid", COLUMN_RIGHT, get_tid, N_("thread whose stack, TLS or guard it is") },
	{ N_("COMM"), "comm", 0, get_comm, N_("name of that thread") },
	{ N_("NAME"), "name", COLUMN_LAST, get_name, N_("file, object or thread, with remarks") },
	{ N_("PATH"), "path", COLUMN_LAST, get_path, N_("path of the file") },
	{ N_("ANON-NAME"), "anon_name", 0, get_anon_name,
	  N_("name by prctl(PR_SET_VMA), or the kernel's") },
	{ N_("DELETED"), "deleted", COLUMN_RIGHT, get_deleted,
	  N_("the file has no name any more") },
	{ N_("RELRO"), "relro", COLUMN_RIGHT, get_relro, N_("made read-only by the loader") },
	{ N_("OFFSET"), "offset", COLUMN_RIGHT, get_offset, N_("where START lies in the file") },
	{ N_("MAJ:MIN"), "maj_min", COLUMN_RIGHT, get_maj_min, N_("device of the file") },
	{ N_("INODE"), "inode", COLUMN_RIGHT, get_inode, N_("inode number of the file") },
	{ N_("OBJECT"), "object", COLUMN_RIGHT, get_object,
	  N_("identity of the memory object, within this dump") },
	{ N_("KEY"), "key", COLUMN_RIGHT, get_key, N_("key of System V shared memory") },
	{ N_("SHMID"), "shmid", COLUMN_RIGHT, get_shmid, N_("id of System V shared memory") },
	{ N_("PAGE-SIZE"), "page_size", COLUMN_RIGHT, get_page_size, N_("size of its pages") },
	{ N_("PKEY"), "pkey", COLUMN_RIGHT, get_pkey, N_("protection key") },
	{ N_("FLAGS"), "flags", COLUMN_LAST, get_flags, N_("what else the mapping is set to") },
	{ N_("VMA-START"), "vma_start", COLUMN_RIGHT, get_vma_start,
	  N_("first address of the VMA") },
	{ N_("VMA-END"), "vma_end", COLUMN_RIGHT, get_vma_end, N_("end of the VMA") },
};

const struct sheet area_sheet = {
	.title = N_("Areas"),
	.key = "areas",
	.line = "area",
	.columns = area_columns,
	.nr = ARRAY_SIZE(area_columns),
	.defaults = "START,SIZE,PERM,RSS,PSS,SHARED,PRIVATE,SWAP,KIND,NAME",
	.raw_defaults = "PID,START,END,PERM,SIZE,RSS,PSS,SHARED,PRIVATE,SWAP,KIND,TID,NAME",
	.json_defaults = "START,END,PERM,KIND,TID,NAME,SIZE,RSS,PSS,SHARED,PRIVATE,"
			 "SHARED-CLEAN,SHARED-DIRTY,PRIVATE-CLEAN,PRIVATE-DIRTY,SWAP,OFFSET,INODE",
};

static const struct column summary_columns[] = {
	{ N_("PID"), "pid", COLUMN_RIGHT, get_pid, N_("process") },
	{ N_("KIND"), "kind", 0, get_kind, N_("what the areas are for") },
	{ N_("COUNT"), "count", COLUMN_RIGHT, get_count, N_("number of areas") },
	{ N_("SIZE"), "size", COLUMN_RIGHT, get_size, N_("address space") },
	PAGES_COLUMNS,
};

const struct sheet summary_sheet = {
	.title = N_("Summary (--summary)"),
	.key = "summary",
	.line = "summary",
	.columns = summary_columns,
	.nr = ARRAY_SIZE(summary_columns),
	.defaults = "KIND,COUNT,SIZE,RSS,PSS,SHARED,PRIVATE,SWAP",
	.raw_defaults = "PID,KIND,COUNT,SIZE,RSS,PSS,SHARED,PRIVATE,SWAP",
	.json_defaults = "KIND,COUNT,SIZE,RSS,PSS,SHARED,PRIVATE,SHARED-CLEAN,SHARED-DIRTY,"
			 "PRIVATE-CLEAN,PRIVATE-DIRTY,SWAP",
};
