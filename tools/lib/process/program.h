/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_PROGRAM_H
#define IPCSHOW_PROGRAM_H

#include "elf.h"
#include "file.h"
#include "span.h"
#include "table.h"

/**
 * struct program - a file that is mapped executable
 * @inode: identity of its inode
 * @is_exe: it is what the target executes
 * @err: 0, or why there is no @image
 * @image: its program headers
 * @last: its newest load, or NULL
 * @path: @path_size: its path
 */
struct program {
	u64 inode;
	bool is_exe;
	int err;
	struct elf_image image;
	struct load *last;
	size_t path_size;
	char path[];
};

/**
 * struct load - a place where a program or library is loaded
 * @next: the load made before it
 * @program: what is loaded
 * @bias: what to add to its addresses
 * @is_main: the program that the target executes, not a library
 * @has_data: its data was found where its program headers say
 */
struct load {
	struct load *next;
	struct program *program;
	u64 bias;
	bool is_main;
	bool has_data;
};

/**
 * struct programs - all programs and libraries of a target
 * @by_inode: struct program by inode
 * @loads: all loads
 * @nr_loads: how many
 * @main: the load with is_main, or NULL
 */
struct programs {
	struct table by_inode;
	struct load *loads;
	size_t nr_loads;
	const struct load *main;
};

int programs_see(struct programs *programs, const struct ipcshow_region *region,
		 const struct ipcshow_file *file, const struct ipcshow_mm *mm,
		 pid_t pid, u64 page_size);
int programs_add_spans(const struct programs *programs, struct spans *spans,
		       const struct ipcshow_mm *mm, u64 page_size);
bool programs_have_libc(const struct programs *programs);
u64 programs_tls_size(const struct programs *programs);
const struct program *programs_find(const struct programs *programs, u64 inode);
void programs_free(struct programs *programs);

enum ipcshow_kind kind_of_library(enum ipcshow_kind kind);
bool load_is_relro(const struct load *load, u64 start, u64 end, u64 page_size);

#endif
