// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's record of where a thread goes: Documentation/dev-tools/kcov.rst. Only the module is
 * built to leave one, so all that is in it is the module's.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kcov.h"

#define WORDS	(128UL << 10)

static void trace_open(struct kcov_trace *trace)
{
	static const char path[] = "/sys/kernel/debug/kcov";

	trace->fd = open(path, O_RDWR | O_CLOEXEC);
	if (trace->fd < 0)
		err(2, "%s", path);
	if (ioctl(trace->fd, KCOV_INIT_TRACE, WORDS))
		err(2, "KCOV_INIT_TRACE");
	trace->words = mmap(NULL, WORDS * sizeof(*trace->words), PROT_READ | PROT_WRITE,
			    MAP_SHARED, trace->fd, 0);
	if (trace->words == MAP_FAILED)
		err(2, "mmap of kcov");
}

void kcov_open(struct kcov *kcov)
{
	int i;

	for (i = 0; i < KCOV_THREADS; i++)
		trace_open(&kcov->trace[i]);
}

void kcov_enable(struct kcov *kcov, unsigned int thread)
{
	if (ioctl(kcov->trace[thread].fd, KCOV_ENABLE, KCOV_TRACE_PC))
		err(1, "KCOV_ENABLE");
}

/* The thread itself does it, and so is not in the kernel. No code is at 0. */
void kcov_mark(struct kcov *kcov, unsigned int thread)
{
	uint64_t *words = kcov->trace[thread].words;
	uint64_t nr = __atomic_load_n(words, __ATOMIC_RELAXED) + 1;

	if (nr < WORDS) {
		words[nr] = 0;
		__atomic_store_n(words, nr, __ATOMIC_RELAXED);
	}
}

void kcov_collect(const struct kcov *kcov, struct trail *trail)
{
	int i;

	for (i = 0; i < KCOV_THREADS; i++) {
		uint64_t *words = kcov->trace[i].words;
		uint64_t nr = __atomic_load_n(words, __ATOMIC_RELAXED);

		trail_add(trail, words + 1, nr < WORDS ? nr : WORDS - 1);
		__atomic_store_n(words, 0, __ATOMIC_RELAXED);
	}
}
