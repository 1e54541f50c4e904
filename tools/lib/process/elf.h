/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_ELF_H
#define IPCSHOW_ELF_H

#include "internal.h"

/* struct segment - a PT_LOAD, as the program header says; @flags: PF_* */
struct segment {
	u64 vaddr;
	u64 offset;
	u64 filesz;
	u64 memsz;
	u32 flags;
};

/**
 * struct elf_image - what the program headers of a program or library say
 * @fixed: ET_EXEC: not relocatable
 * @nr_segments: entries in @segments
 * @segments: its PT_LOADs, by ascending address
 * @tls_size: bytes of its PT_TLS in memory, 0 without
 * @tls_align: alignment of PT_TLS
 * @relro_start: @relro_end: PT_GNU_RELRO, both 0 without
 */
struct elf_image {
	bool fixed;
	size_t nr_segments;
	struct segment *segments;
	u64 tls_size;
	u64 tls_align;
	u64 relro_start;
	u64 relro_end;
};

int elf_image_read(struct elf_image *image, int fd);
void elf_image_free(struct elf_image *image);

#endif
