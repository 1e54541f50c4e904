// SPDX-License-Identifier: GPL-2.0
/*
 * Where the compiler has put calls of kcov into the module, by the relocations of these: the one
 * way to know what has not been reached.
 */
#include <err.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "points.h"

/* A relocation is of the last 4 bytes of a call on x86-64, and of the whole of it on arm64. */
#define CALL_END	4

static const char hook[] = "__sanitizer_cov_trace_pc";

/* Where the section is now. */
static uint64_t section_address(const char *name)
{
	char path[128];
	unsigned long long address;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/ipcshow/sections/%s", name);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%llx", &address) != 1)
		err(2, "%s", path);
	fclose(file);
	return address;
}

static void add_point(struct points *points, uint64_t address, uint64_t offset)
{
	if (!(points->nr & (points->nr - 1))) {
		points->point = realloc(points->point,
					(points->nr ? 2 * points->nr : 1) * sizeof(struct point));
		if (!points->point)
			err(2, "points");
	}
	points->point[points->nr++] = (struct point){
		.section = points->nr_sections - 1,
		.address = (uint32_t)(address + offset),
		.offset = offset,
	};
}

static bool is_hook(Elf *elf, const GElf_Shdr *relocations, Elf_Data *symbols, size_t symbol)
{
	Elf_Scn *table = elf_getscn(elf, relocations->sh_link);
	const char *name;
	GElf_Shdr shdr;
	GElf_Sym sym;

	if (!gelf_getshdr(table, &shdr) || !gelf_getsym(symbols, (int)symbol, &sym))
		return false;
	name = elf_strptr(elf, shdr.sh_link, sym.st_name);
	return name && !strcmp(name, hook);
}

/* What is only called when the module comes and goes: no file is open then. */
static bool is_of_interest(const char *name)
{
	return !strncmp(name, ".text", 5) && strcmp(name, ".text.startup") &&
	       strcmp(name, ".text.exit");
}

static void read_relocations(struct points *points, Elf *elf, Elf_Scn *section,
			     const GElf_Shdr *shdr, const char *name)
{
	Elf_Data *symbols = elf_getdata(elf_getscn(elf, shdr->sh_link), NULL);
	Elf_Data *data = elf_getdata(section, NULL);
	const size_t nr = shdr->sh_size / shdr->sh_entsize;
	uint64_t address = section_address(name);
	GElf_Rela rela;
	size_t i;

	if (points->nr_sections == SECTIONS_MAX)
		errx(2, "the module has more sections of code than %d", SECTIONS_MAX);
	snprintf(points->section[points->nr_sections++], sizeof(points->section[0]), "%s", name);
	for (i = 0; i < nr; i++) {
		if (gelf_getrela(data, (int)i, &rela) &&
		    is_hook(elf, shdr, symbols, GELF_R_SYM(rela.r_info)))
			add_point(points, address, rela.r_offset + CALL_END);
	}
}

static int compare(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static void read_sections(struct points *points, Elf *elf)
{
	Elf_Scn *section = NULL;
	const char *name;
	GElf_Shdr shdr;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return;
	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &shdr) || shdr.sh_type != SHT_RELA)
			continue;
		name = elf_strptr(elf, names, shdr.sh_name);
		if (name && !strncmp(name, ".rela", 5) && is_of_interest(name + 5))
			read_relocations(points, elf, section, &shdr, name + 5);
	}
}

void points_read(struct points *points, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf;

	*points = (struct points){ 0 };
	if (fd < 0)
		err(2, "%s", path);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf)
		read_sections(points, elf);
	elf_end(elf);
	close(fd);
	if (!points->nr)
		errx(2, "%s: not built for coverage (KCOV_INSTRUMENT=y)", path);
	qsort(points->point, points->nr, sizeof(points->point[0]), compare);
}

/* By point, whether an edge leads to it. */
static bool *reached(const struct points *points, const struct coverage *coverage)
{
	bool *is = calloc(points->nr, sizeof(*is));
	size_t i;

	if (!is)
		err(2, "points");
	for (i = 0; i < EDGES_MAX; i++) {
		const struct point key = { .address = (uint32_t)edge_to(coverage->edge[i]) };
		const struct point *point = bsearch(&key, points->point, points->nr,
						    sizeof(key), compare);

		if (coverage->edge[i] && point)
			is[point - points->point] = true;
	}
	return is;
}

size_t points_reached(const struct points *points, const struct coverage *coverage)
{
	bool *is = reached(points, coverage);
	size_t nr = 0, i;

	for (i = 0; i < points->nr; i++)
		nr += is[i];
	free(is);
	return nr;
}

void points_write_unreached(const struct points *points, const struct coverage *coverage,
			    const char *path)
{
	bool *is = reached(points, coverage);
	FILE *file = fopen(path, "we");
	size_t i;

	if (!file)
		err(2, "%s", path);
	for (i = 0; i < points->nr; i++) {
		const struct point *point = &points->point[i];

		if (!is[i])
			fprintf(file, "%s %#llx\n", points->section[point->section],
				(unsigned long long)point->offset);
	}
	free(is);
	if (fclose(file))
		err(2, "%s", path);
}
