// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Program headers, by way of libelf.
 *
 * The file is the target's: it may shrink while it is read, so it is never
 * mapped; and it may be huge, so only its beginning is read, where linkers put
 * the headers.
 */
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <unistd.h>

#include "elf.h"

#define HEAD_FIRST	4096
#define HEAD_MAX	65536
#define SEGMENTS_MAX	256

/* Reads up to @size bytes of the file's beginning; a short file is no error. */
static ssize_t read_head(int fd, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(fd, (char *)to + done, size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/*
 * Section headers lie at the end of the file, which is not there. libelf would
 * refuse the image if it looked for them.
 */
static void forget_sections(unsigned char *head, size_t size)
{
	Elf64_Ehdr *ehdr64 = (Elf64_Ehdr *)head;
	Elf32_Ehdr *ehdr32 = (Elf32_Ehdr *)head;

	if (head[EI_CLASS] == ELFCLASS64 && size >= sizeof(*ehdr64)) {
		ehdr64->e_shoff = 0;
		ehdr64->e_shnum = 0;
		ehdr64->e_shstrndx = 0;
	} else if (head[EI_CLASS] == ELFCLASS32 && size >= sizeof(*ehdr32)) {
		ehdr32->e_shoff = 0;
		ehdr32->e_shnum = 0;
		ehdr32->e_shstrndx = 0;
	}
}

static int add_segment(struct elf_image *image, size_t *room, const GElf_Phdr *phdr)
{
	struct segment *grown;

	/* The loader would refuse it. */
	if (phdr->p_memsz < phdr->p_filesz || phdr->p_vaddr + phdr->p_memsz < phdr->p_vaddr ||
	    phdr->p_offset + phdr->p_filesz < phdr->p_offset ||
	    image->nr_segments >= SEGMENTS_MAX)
		return -ENOEXEC;
	grown = array_grow(image->segments, image->nr_segments, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	image->segments = grown;
	image->segments[image->nr_segments++] = (struct segment){
		.vaddr = phdr->p_vaddr,
		.offset = phdr->p_offset,
		.filesz = phdr->p_filesz,
		.memsz = phdr->p_memsz,
		.flags = phdr->p_flags,
	};
	return 0;
}

static int read_phdr(struct elf_image *image, size_t *room, const GElf_Phdr *phdr)
{
	switch (phdr->p_type) {
	case PT_LOAD:
		return phdr->p_memsz ? add_segment(image, room, phdr) : 0;
	case PT_TLS:
		image->tls_size = phdr->p_memsz;
		image->tls_align = phdr->p_align;
		return 0;
	case PT_GNU_RELRO:
		image->relro_start = phdr->p_vaddr;
		image->relro_end = add_u64(phdr->p_vaddr, phdr->p_memsz);
		return 0;
	default:
		return 0;
	}
}

/* The order is by ascending address in a well-made file. */
static bool segments_ascend(const struct elf_image *image)
{
	size_t i;

	for (i = 1; i < image->nr_segments; i++)
		if (image->segments[i].vaddr < image->segments[i - 1].vaddr)
			return false;
	return image->nr_segments > 0;
}

static int read_phdrs(struct elf_image *image, Elf *elf)
{
	size_t room = 0, nr, i;
	GElf_Ehdr ehdr;
	GElf_Phdr phdr;
	int err = 0;

	if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &ehdr) ||
	    (ehdr.e_type != ET_EXEC && ehdr.e_type != ET_DYN) ||
	    elf_getphdrnum(elf, &nr))
		return -ENOEXEC;
	image->fixed = ehdr.e_type == ET_EXEC;
	for (i = 0; i < nr && !err; i++)
		err = gelf_getphdr(elf, (int)i, &phdr) ?
			read_phdr(image, &room, &phdr) : -ENOEXEC;
	if (!err && !segments_ascend(image))
		err = -ENOEXEC;
	return err;
}

static int parse_head(struct elf_image *image, unsigned char *head, size_t size)
{
	Elf *elf;
	int err;

	if (size < EI_NIDENT || memcmp(head, ELFMAG, SELFMAG))
		return -ENOEXEC;
	forget_sections(head, size);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	elf = elf_memory((char *)head, size);
	if (!elf)
		return -ENOEXEC;
	err = read_phdrs(image, elf);
	elf_end(elf);
	if (err)
		elf_image_free(image);
	return err;
}

/**
 * elf_image_read() - read the program headers of a file
 * @image: out: to be freed by elf_image_free() after success
 * @fd: a regular file, open for reading
 *
 * Return: 0; -ENOEXEC: no ELF program or library, or headers that no loader
 * would take; -ENOMEM; or as pread().
 */
int elf_image_read(struct elf_image *image, int fd)
{
	unsigned char *head = malloc(HEAD_MAX);
	ssize_t size;
	int err;

	*image = (struct elf_image){ 0 };
	if (!head)
		return -ENOMEM;
	size = read_head(fd, head, HEAD_FIRST);
	err = size < 0 ? (int)size : parse_head(image, head, (size_t)size);
	if (err == -ENOEXEC && size == HEAD_FIRST && !memcmp(head, ELFMAG, SELFMAG)) {
		size = read_head(fd, head, HEAD_MAX);
		err = size < 0 ? (int)size : parse_head(image, head, (size_t)size);
	}
	free(head);
	return err;
}

void elf_image_free(struct elf_image *image)
{
	free(image->segments);
	*image = (struct elf_image){ 0 };
}
