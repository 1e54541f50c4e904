// SPDX-License-Identifier: GPL-2.0
/* process_vm_readv(): the receiver takes the message out of the sender's own memory. */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memory.h"

/* What is shared is no more than the news that there is a message, and where: see memory.h. */
static int make(struct link *link)
{
	struct area *area = link_map(link, AREA_BYTES, true);

	if (!area)
		return -errno;
	link->slots = 1;
	area->counts[SPACES].value = 1;
	return 0;
}

static int open_end(struct end *end)
{
	struct area *area = end->link->shared;

	end->memory = area;
	if (!end->sends)
		return 0;
	/* Where Yama restricts it, the sender must say that its sibling may. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	area->pids[0] = (uint32_t)getpid();
	area->address = (uint64_t)(uintptr_t)end->buffer;
	return 0;
}

static void *reserve(struct end *end)
{
	int err = counting_adaptive.down(end, SPACES);

	errno = -err;
	return err ? NULL : end->buffer;
}

static int commit(struct end *end)
{
	return counting_adaptive.up(end, ITEMS);
}

static const void *peek(struct end *end)
{
	const struct area *area = end->memory;
	struct iovec to = { .iov_base = end->buffer, .iov_len = end->link->size };
	struct iovec from = { .iov_len = end->link->size };
	ssize_t n;

	if (counting_adaptive.down(end, ITEMS))
		return NULL;
	from.iov_base = (void *)(uintptr_t)area->address;
	n = process_vm_readv((pid_t)area->pids[0], &to, 1, &from, 1, 0);
	if (n == (ssize_t)end->link->size)
		return end->buffer;
	if (n >= 0)
		errno = EFAULT;
	return end_failed_at(end, "process_vm_readv");
}

static int release(struct end *end)
{
	return counting_adaptive.up(end, SPACES);
}

/* Where it is not allowed at all, not even one's own memory can be read so. */
static const char *probe(void)
{
	char from_here = 1, to_here = 0;
	struct iovec from = { .iov_base = &from_here, .iov_len = 1 };
	struct iovec to = { .iov_base = &to_here, .iov_len = 1 };

	if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1)
		return NULL;
	return errno == ENOSYS ? N_("the kernel has no process_vm_readv()") :
				 N_("process_vm_readv() is not permitted here");
}

static const struct mechanism_ops ops = {
	.make = make, .open = open_end, .reserve = reserve, .commit = commit, .peek = peek,
	.release = release,
};

const struct mechanism direct_mechanisms[] = {
	{ .name = "process_vm_readv", .group = "direct",
	  .help = N_("the receiver copies out of the sender's memory; news of it as in shared memory"),
	  .copies = 1, .copies_reason = N_("from the sender's buffer to the receiver's"),
	  .directions = ANY_WAY, .probe = probe, .ops = &ops },
	{ 0 }
};
