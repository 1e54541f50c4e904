// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The program and the libraries: found by what is mapped executable, placed by
 * their program headers. What is mapped but never executable is a plain file,
 * ELF or not; but of a program that is still being loaded, what comes first often is not.
 */
#include <elf.h>
#include <errno.h>
#include <unistd.h>

#include "program.h"

/* A target may map one file at so many places that it is no library any more. */
#define LOADS_MAX	16384
#define PROGRAMS_MAX	16384

/* arch_randomize_brk() of 64-bit x86 and arm64 goes no further. */
#define BRK_RANDOM_MAX	(1ULL << 30)

static int read_image(struct program *program, const struct ipcshow_file *file,
		      const struct file_place *place)
{
	int fd = file_open(file, place);
	int err;

	if (fd < 0)
		return fd;
	err = elf_image_read(&program->image, fd);
	close(fd);
	return err;
}

static struct program *program_create(const struct ipcshow_file *file,
				      const struct file_place *place)
{
	struct program *program = calloc(1, sizeof(*program) + file->path_size + 1);

	if (!program)
		return NULL;
	program->inode = file->inode;
	program->is_exe = place->is_exe;
	program->path_size = file->path_size;
	memcpy(program->path, file->path, file->path_size);
	program->err = read_image(program, file, place);
	return program;
}

static void program_destroy(void *value)
{
	struct program *program = value;

	elf_image_free(&program->image);
	free(program);
}

/*
 * Whether a mapping at @start from @offset can be of @segment, and the bias
 * that this would mean. The loader maps whole pages.
 */
static bool segment_fits(const struct elf_image *image, const struct segment *segment,
			 u64 start, u64 offset, u64 page_size, u64 *bias)
{
	u64 first = round_down(segment->offset, page_size);

	if (offset < first || offset >= round_up(segment->offset + segment->filesz, page_size))
		return false;
	*bias = start - (round_down(segment->vaddr, page_size) + (offset - first));
	return !image->fixed || !*bias;
}

/* Which bias a mapping of a segment with all of @flags tells; a known one is the likeliest. */
static bool find_bias(const struct program *program, const struct ipcshow_region *region,
		      u32 flags, u64 page_size, u64 *bias)
{
	const struct elf_image *image = &program->image;
	bool found = false;
	size_t i;
	u64 b;

	for (i = 0; i < image->nr_segments; i++) {
		if ((image->segments[i].flags & flags) != flags ||
		    !segment_fits(image, &image->segments[i], region->start,
				  region->offset, page_size, &b))
			continue;
		if (!found || (program->last && program->last->bias == b))
			*bias = b;
		found = true;
	}
	return found;
}

/* The kernel sets start_code to the lowest executable segment of the program. */
static bool is_at_start_code(const struct program *program, u64 bias,
			     const struct ipcshow_mm *mm)
{
	const struct elf_image *image = &program->image;
	size_t i;

	for (i = 0; i < image->nr_segments; i++)
		if (image->segments[i].flags & PF_X)
			return image->segments[i].vaddr + bias == mm->start_code;
	return false;
}

static int add_load(struct programs *programs, struct program *program, u64 bias,
		    const struct ipcshow_mm *mm)
{
	struct load *load;

	if (programs->nr_loads >= LOADS_MAX)
		return 0;
	load = malloc(sizeof(*load));
	if (!load)
		return -ENOMEM;
	*load = (struct load){
		.next = programs->loads,
		.program = program,
		.bias = bias,
		.is_main = program->is_exe && (!programs->main ||
					       is_at_start_code(program, bias, mm)),
	};
	programs->loads = load;
	programs->nr_loads++;
	program->last = load;
	if (load->is_main)
		programs->main = load;
	return 0;
}

/* execve() notes where the code is when all of the program is mapped. */
static bool is_loading(const struct ipcshow_file *file, const struct ipcshow_mm *mm)
{
	return !mm->start_code && file->inode == mm->exe_inode;
}

/**
 * programs_see() - take notice of a mapping that may be of a program
 * @programs: where to
 * @region: a private VMA
 * @file: what it maps
 * @mm: the target's
 * @pid: a PID of the target
 * @page_size: bytes
 *
 * Return: 0 (also for what is no program) or -ENOMEM.
 */
int programs_see(struct programs *programs, const struct ipcshow_region *region,
		 const struct ipcshow_file *file, const struct ipcshow_mm *mm,
		 pid_t pid, u64 page_size)
{
	const bool executable = region->vma_flags & IPCSHOW_VMA_EXEC;
	struct program *program;
	u64 bias = 0;

	if (!executable && !is_loading(file, mm))
		return 0;
	program = table_find(&programs->by_inode, file->inode);
	if (!program) {
		const struct file_place place = {
			.pid = pid,
			.start = region->start,
			.end = region->end,
			.is_exe = file->inode == mm->exe_inode,
		};

		if (!file->inode || programs->by_inode.nr >= PROGRAMS_MAX)
			return 0;
		program = program_create(file, &place);
		if (!program)
			return -ENOMEM;
		if (table_put(&programs->by_inode, file->inode, program)) {
			program_destroy(program);
			return -ENOMEM;
		}
	}
	if (program->err)
		return program->is_exe && !programs->main ?
			add_load(programs, program, 0, mm) : 0;
	if (!find_bias(program, region, executable ? PF_X : 0, page_size, &bias) ||
	    (program->last && program->last->bias == bias))
		return 0;
	return add_load(programs, program, bias, mm);
}

enum ipcshow_kind kind_of_library(enum ipcshow_kind kind)
{
	switch (kind) {
	case IPCSHOW_KIND_CODE:
		return IPCSHOW_KIND_LIB_CODE;
	case IPCSHOW_KIND_RODATA:
		return IPCSHOW_KIND_LIB_RODATA;
	case IPCSHOW_KIND_DATA:
		return IPCSHOW_KIND_LIB_DATA;
	case IPCSHOW_KIND_BSS:
		return IPCSHOW_KIND_LIB_BSS;
	default:
		return kind;
	}
}

static int add_span(struct spans *spans, struct load *load, enum ipcshow_kind kind,
		    u64 start, u64 end, u64 file_delta)
{
	const struct span span = {
		.start = start,
		.end = end,
		.kind = load->is_main ? kind : kind_of_library(kind),
		.load = load,
		.file_delta = file_delta,
	};

	return spans_add(spans, &span);
}

/*
 * A segment is its bytes in the file, then zeroes up to its size in memory
 * (.bss). In its last page, what lies behind belongs to it as well.
 */
static int add_segment_spans(struct spans *spans, struct load *load,
			     const struct segment *segment, u64 page_size)
{
	enum ipcshow_kind kind = segment->flags & PF_X ? IPCSHOW_KIND_CODE :
				 segment->flags & PF_W ? IPCSHOW_KIND_DATA :
							 IPCSHOW_KIND_RODATA;
	u64 base = segment->vaddr + load->bias;
	u64 start = round_down(base, page_size);
	u64 end = round_up(add_u64(base, segment->memsz), page_size);
	u64 delta = segment->offset - base;
	u64 border = end;
	int err;

	if (segment->memsz > segment->filesz && (segment->flags & PF_W))
		border = segment->filesz ? add_u64(base, segment->filesz) : start;
	err = add_span(spans, load, kind, start, border, delta);
	return err ? err : add_span(spans, load, IPCSHOW_KIND_BSS, border, end, delta);
}

/*
 * Without program headers the kernel's own notes serve, for the program: the
 * heap follows .bss, by random distance at most.
 */
static int add_noted_spans(struct spans *spans, struct load *load,
			   const struct ipcshow_mm *mm, u64 page_size)
{
	u64 code = round_down(mm->start_code, page_size);
	u64 data = round_down(mm->start_data, page_size);
	u64 bss_end = max_u64(round_up(mm->end_data, page_size), mm->start_brk);
	int err;

	err = add_span(spans, load, IPCSHOW_KIND_CODE, code,
		       round_up(mm->end_code, page_size), 0);
	if (!err)
		err = add_span(spans, load, IPCSHOW_KIND_DATA, data, mm->end_data, 0);
	if (!err && bss_end - mm->end_data < BRK_RANDOM_MAX)
		err = add_span(spans, load, IPCSHOW_KIND_BSS, mm->end_data, bss_end, 0);
	return err;
}

int programs_add_spans(const struct programs *programs, struct spans *spans,
		       const struct ipcshow_mm *mm, u64 page_size)
{
	struct load *load;
	size_t i;
	int err = 0;

	for (load = programs->loads; load && !err; load = load->next) {
		const struct elf_image *image = &load->program->image;

		if (load->program->err)
			err = add_noted_spans(spans, load, mm, page_size);
		for (i = 0; i < image->nr_segments && !err; i++)
			err = add_segment_spans(spans, load, &image->segments[i], page_size);
	}
	return err;
}

/**
 * programs_tls_size() - most that the static TLS block can hold
 * @programs: the programs
 *
 * Every PT_TLS, each with its alignment. A library that dlopen() brought may
 * have its TLS elsewhere; then this is too much, by what the loader keeps in
 * reserve there anyhow (glibc: tunable rtld.optional_static_tls).
 */
u64 programs_tls_size(const struct programs *programs)
{
	const struct load *load;
	u64 size = 0;

	for (load = programs->loads; load; load = load->next) {
		const struct elf_image *image = &load->program->image;
		u64 align = image->tls_align;

		size = add_u64(size, image->tls_size);
		if (align > 1 && align <= 1U << 20 && !(align & (align - 1)))
			size = round_up(size, align);
	}
	return size;
}

/*
 * Threads are those of a C library where there is a loader, or where the program
 * has more TLS than the one pointer which a static Go program keeps there.
 */
bool programs_have_libc(const struct programs *programs)
{
	return programs->nr_loads > 1 || programs_tls_size(programs) > 16;
}

const struct program *programs_find(const struct programs *programs, u64 inode)
{
	return table_find(&programs->by_inode, inode);
}

/* Whether [start, end) lies in what the loader makes read-only (whole pages). */
bool load_is_relro(const struct load *load, u64 start, u64 end, u64 page_size)
{
	const struct elf_image *image = &load->program->image;
	u64 first = round_down(image->relro_start + load->bias, page_size);

	return image->relro_end > image->relro_start && start >= first &&
	       end <= round_up(image->relro_end + load->bias, page_size);
}

void programs_free(struct programs *programs)
{
	struct load *load = programs->loads;

	while (load) {
		struct load *next = load->next;

		free(load);
		load = next;
	}
	table_clear(&programs->by_inode, program_destroy);
	*programs = (struct programs){ 0 };
}
