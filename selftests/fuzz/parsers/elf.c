// SPDX-License-Identifier: GPL-2.0
/* The reader of program headers: the input is the file. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf.h"
#include "parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);
	struct elf_image image;
	size_t i;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!elf_image_read(&image, fd)) {
		/* What it promises to those who place segments. */
		for (i = 0; i < image.nr_segments; i++) {
			const struct segment *segment = &image.segments[i];

			if (segment->memsz < segment->filesz ||
			    segment->vaddr + segment->memsz < segment->vaddr ||
			    (i && segment->vaddr < image.segments[i - 1].vaddr))
				abort();
		}
		if (!image.nr_segments)
			abort();
		elf_image_free(&image);
	}
	close(fd);
	return 0;
}
