// SPDX-License-Identifier: GPL-2.0
/*
 * The ends of a shared ring: the producer's, the consumer's, and an observer's. Each
 * is a file of its own, so that its release, which comes when the last descriptor, mapping and
 * message that holds it is gone, tells of its owner's end, however that came.
 *
 * Lifetime: the files share one ring, which counts them. Who waits or polls does so through
 * a file, so the wait queues outlive all who are in them.
 *
 * Trust: nothing that is in the pages is believed, or even looked at, but for the bits beside
 * the one that release sets.
 */
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "device.h"
#include "end.h"
#include "quota.h"
#include "ringmem.h"
#include "trace.h"

#define PRODUCER	IPCSHOW_ROLE_PRODUCER
#define CONSUMER	IPCSHOW_ROLE_CONSUMER
#define OBSERVER	IPCSHOW_ROLE_OBSERVER
#define NR_ROLES	IPCSHOW_NR_ROLES

struct shared_ring;

/**
 * struct end - what one file has of a ring
 * @ring: the ring
 * @role: IPCSHOW_ROLE_*
 * @gone: the file was released
 * @sleepers: who waits for this end to be woken. Its lock protects what follows, and nests in
 *	no other of ours, nor another in it
 * @woken: times that it was woken
 * @seen: how many of those a wait has returned for
 */
struct end {
	struct shared_ring *ring;
	u32 role;
	bool gone;
	wait_queue_head_t sleepers;
	u64 woken;
	u64 seen;
};

/**
 * struct shared_ring - a ring between two processes
 * @refs: a reference for each file
 * @mem: its memory
 * @id: its number
 * @flags: IPCSHOW_SHARED_RING_F_*
 * @end: the ends, by role, whether there is such a file or not
 */
struct shared_ring {
	struct kref refs;
	struct ipcshow_ringmem *mem;
	u64 id;
	u32 flags;
	struct end end[NR_ROLES];
};

static const char *const role_names[NR_ROLES] = {
	[PRODUCER] = "producer",
	[CONSUMER] = "consumer",
	[OBSERVER] = "observer",
};

static struct shared_ring *ring_create(u64 size, u32 flags)
{
	static atomic64_t last_id;
	struct shared_ring *ring;
	u32 role;
	int ret;

	ring = kzalloc(sizeof(*ring), IPCSHOW_GFP);
	if (!ring)
		return ERR_PTR(-ENOMEM);
	ring->mem = ipcshow_ringmem_create(size);
	if (IS_ERR(ring->mem)) {
		ret = PTR_ERR(ring->mem);
		kfree(ring);
		return ERR_PTR(ret);
	}
	kref_init(&ring->refs);
	ring->id = atomic64_inc_return(&last_id);
	ring->flags = flags;
	for (role = 0; role < NR_ROLES; role++) {
		ring->end[role].ring = ring;
		ring->end[role].role = role;
		init_waitqueue_head(&ring->end[role].sleepers);
	}
	return ring;
}

static void ring_destroy(struct kref *refs)
{
	struct shared_ring *ring = container_of(refs, struct shared_ring, refs);

	ipcshow_ringmem_destroy(ring->mem);
	kfree(ring);
}

static void ring_put(struct shared_ring *ring)
{
	kref_put(&ring->refs, ring_destroy);
}

static bool is_gone(const struct end *end)
{
	/* Pairs with the release in end_release(): who is told, finds F_GONE in the page. */
	return smp_load_acquire(&end->gone);
}

/* Is there nobody any more from whom this end could hear? */
static bool is_alone(const struct end *end)
{
	const struct end *all = end->ring->end;

	return (end->role == PRODUCER || is_gone(&all[PRODUCER])) &&
	       (end->role == CONSUMER || is_gone(&all[CONSUMER]));
}

/* As in eventfd: the queue's lock covers what its sleepers look at. */
static void wake(struct end *end, u64 news, __poll_t events)
{
	unsigned long flags;

	spin_lock_irqsave(&end->sleepers.lock, flags);
	WRITE_ONCE(end->woken, end->woken + news);
	wake_up_locked_poll(&end->sleepers, events);
	spin_unlock_irqrestore(&end->sleepers.lock, flags);
}

static void wake_other(struct end *end)
{
	u32 other = end->role == PRODUCER ? CONSUMER : PRODUCER;

	trace_ipcshow_ring_wake(end->ring->id, other);
	wake(&end->ring->end[other], 1, EPOLLIN | EPOLLRDNORM);
}

/* Who begins to wait now, waits for more than these. */
static u64 wakes_seen(struct end *end)
{
	u64 seen;

	spin_lock_irq(&end->sleepers.lock);
	seen = end->seen;
	spin_unlock_irq(&end->sleepers.lock);
	return seen;
}

static void see_wakes(struct end *end)
{
	spin_lock_irq(&end->sleepers.lock);
	WRITE_ONCE(end->seen, end->woken);
	spin_unlock_irq(&end->sleepers.lock);
}

static bool is_over(const struct end *end, u64 seen)
{
	return READ_ONCE(end->woken) != seen || is_alone(end);
}

static int wait_for_wake(struct end *end, u64 timeout_ns)
{
	ktime_t timeout = min_t(u64, timeout_ns, KTIME_MAX);	/* which is for ever */
	u64 seen = wakes_seen(end);
	int ret;

	if (timeout)
		ret = wait_event_interruptible_hrtimeout(end->sleepers, is_over(end, seen),
							 timeout);
	else
		ret = is_over(end, seen) ? 0 : -ETIME;
	if (ret)
		return ret == -ETIME ? -ETIMEDOUT : -EINTR;
	see_wakes(end);
	return 0;
}

static int ioc_wait(struct end *end, void __user *uarg)
{
	struct ipcshow_wait arg;
	int ret;

	ret = ipcshow_arg_read(&arg, sizeof(arg), offsetofend(struct ipcshow_wait, timeout_ns),
			       uarg);
	if (ret)
		return ret;
	if (arg.flags)
		return -EINVAL;
	trace_ipcshow_ring_wait_begin(end->ring->id, end->role, arg.timeout_ns);
	ret = wait_for_wake(end, arg.timeout_ns);
	trace_ipcshow_ring_wait_end(end->ring->id, end->role, ret);
	return ret;
}

static int ioc_end_info(struct end *end, void __user *uarg)
{
	const struct shared_ring *ring = end->ring;
	struct ipcshow_end_info arg;
	u32 role;
	int ret;

	ret = ipcshow_arg_read(&arg, sizeof(arg),
			       offsetofend(struct ipcshow_end_info, data_offset), uarg);
	if (ret)
		return ret;
	arg.role = end->role;
	arg.flags = ring->flags;
	arg.gone = 0;
	for (role = 0; role < NR_ROLES; role++)
		arg.gone |= (u32)is_gone(&ring->end[role]) << role;
	arg.id = ring->id;
	arg.ring_size = ring->mem->size;
	arg.consumer_offset = IPCSHOW_RING_CONSUMER_OFFSET;
	arg.producer_offset = IPCSHOW_RING_PRODUCER_OFFSET;
	arg.data_offset = IPCSHOW_RING_DATA_OFFSET;
	return copy_to_user(uarg, &arg, min_t(size_t, arg.size, sizeof(arg))) ? -EFAULT : 0;
}

static long end_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct end *end = file->private_data;

	if (cmd == IPCSHOW_IOC_END_INFO)
		return ioc_end_info(end, (void __user *)arg);
	if (end->role == OBSERVER)
		return -ENOTTY;

	switch (cmd) {
	case IPCSHOW_IOC_WAIT:
		return ioc_wait(end, (void __user *)arg);
	case IPCSHOW_IOC_WAKE:
		if (arg)
			return -EINVAL;
		wake_other(end);
		return 0;
	}
	return -ENOTTY;
}

static __poll_t end_poll(struct file *file, poll_table *table)
{
	struct end *end = file->private_data;
	__poll_t events = 0;

	/*
	 * Takes the queue's lock, as wake() does: either it sees us there, or we see what it
	 * has changed.
	 */
	poll_wait(file, &end->sleepers, table);
	if (READ_ONCE(end->woken) != READ_ONCE(end->seen))
		events |= EPOLLIN | EPOLLRDNORM;
	if (is_alone(end))
		events |= EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	return events;
}

static int end_mmap(struct file *file, struct vm_area_struct *vma)
{
	static const enum ipcshow_ringmem_access access[NR_ROLES] = {
		[PRODUCER] = IPCSHOW_RINGMEM_PRODUCE,
		[CONSUMER] = IPCSHOW_RINGMEM_CONSUME,
		[OBSERVER] = IPCSHOW_RINGMEM_READ,
	};
	struct end *end = file->private_data;

	return ipcshow_ringmem_mmap(end->ring->mem, vma, access[end->role]);
}

/*
 * In the page, too, for who looks there. No mapping of the owner's is left; who has
 * pinned the page may still write to it, and spoil what is its own.
 */
static void mark_page(const struct end *end)
{
	const struct ipcshow_ringmem *mem = end->ring->mem;
	struct ipcshow_ring_side *side = end->role == PRODUCER ? mem->producer : mem->consumer;
	u64 attention = READ_ONCE(side->attention) | IPCSHOW_RING_SIDE_F_GONE;

	/* Pairs with the other side's load-acquire of it: all that this side wrote is there. */
	smp_store_release(&side->attention, attention);
}

static int end_release(struct inode *inode, struct file *file)
{
	struct end *end = file->private_data;
	struct shared_ring *ring = end->ring;
	u32 role;

	trace_ipcshow_ring_gone(ring->id, end->role);
	if (end->role != OBSERVER)
		mark_page(end);
	/* Pairs with the acquire in is_gone(). */
	smp_store_release(&end->gone, true);
	for (role = 0; role < NR_ROLES; role++)
		wake(&ring->end[role], 0, EPOLLIN | EPOLLRDNORM | EPOLLHUP);
	ring_put(ring);
	return 0;
}

static void end_show_fdinfo(struct seq_file *m, struct file *file)
{
	const struct end *end = file->private_data;
	const struct shared_ring *ring = end->ring;

	seq_printf(m, "ipcshow-ring:\t%llu\n", ring->id);
	seq_printf(m, "ipcshow-role:\t%s\n", role_names[end->role]);
	seq_printf(m, "ipcshow-size:\t%llu\n", ring->mem->size);
	seq_printf(m, "ipcshow-flags:\t%#x\n", ring->flags);
	seq_printf(m, "ipcshow-producer:\t%s\n", is_gone(&ring->end[PRODUCER]) ? "gone" : "open");
	seq_printf(m, "ipcshow-consumer:\t%s\n", is_gone(&ring->end[CONSUMER]) ? "gone" : "open");
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.release = end_release,
	.unlocked_ioctl = end_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = end_mmap,
	.poll = end_poll,
	.show_fdinfo = end_show_fdinfo,
};

static int end_create(struct ipcshow_ends *ends, struct shared_ring *ring, u32 role)
{
	struct file *file;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = anon_inode_getfile("[ipcshow-ring]", &fops, &ring->end[role], O_RDWR | O_CLOEXEC);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	kref_get(&ring->refs);
	ends->file[role] = file;
	ends->fd[role] = fd;
	return 0;
}

/**
 * ipcshow_ends_create() - make a shared ring
 * @ends: filled in; to be given to ipcshow_ends_install() or ipcshow_ends_drop(), by the
 *	same task, before it returns to user space
 * @size: bytes of data
 * @flags: IPCSHOW_SHARED_RING_F_*
 *
 * Return: 0; what ipcshow_ringmem_create() says; -EMFILE, -ENFILE, -ENOMEM.
 */
int ipcshow_ends_create(struct ipcshow_ends *ends, u64 size, u32 flags)
{
	const bool observed = flags & IPCSHOW_SHARED_RING_F_OBSERVER;
	struct shared_ring *ring = ring_create(size, flags);
	int ret;

	if (IS_ERR(ring))
		return PTR_ERR(ring);
	*ends = (struct ipcshow_ends){ .fd = { -1, -1, -1 } };
	ret = end_create(ends, ring, PRODUCER);
	if (!ret)
		ret = end_create(ends, ring, CONSUMER);
	if (!ret && observed)
		ret = end_create(ends, ring, OBSERVER);
	if (ret)
		ipcshow_ends_drop(ends);
	else
		trace_ipcshow_ring_create(ring->id, size, flags);
	ring_put(ring);
	return ret;
}

/**
 * ipcshow_ends_install() - hand the ends over to the caller
 * @ends: of ipcshow_ends_create()
 */
void ipcshow_ends_install(struct ipcshow_ends *ends)
{
	u32 role;

	for (role = 0; role < NR_ROLES; role++)
		if (ends->file[role])
			fd_install(ends->fd[role], ends->file[role]);
}

/**
 * ipcshow_ends_drop() - the caller does not get them
 * @ends: of ipcshow_ends_create()
 */
void ipcshow_ends_drop(struct ipcshow_ends *ends)
{
	u32 role;

	for (role = 0; role < NR_ROLES; role++) {
		if (!ends->file[role])
			continue;
		put_unused_fd(ends->fd[role]);
		fput(ends->file[role]);
	}
}

/**
 * ipcshow_end_memory() - what the ends of a shared ring have in common
 * @file: any file
 * @role: out: IPCSHOW_ROLE_*
 *
 * Return: the memory of the ring, as an identity; NULL: it is no such end.
 */
const void *ipcshow_end_memory(const struct file *file, u32 *role)
{
	const struct end *end = file->private_data;

	if (file->f_op != &fops)
		return NULL;
	*role = end->role;
	return end->ring->mem;
}
