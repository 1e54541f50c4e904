// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/ipcshow: open files, their ioctls, and their mappings. Arguments are
 * copied in and checked for form here; what they mean is decided elsewhere.
 */
#include <linux/fs.h>
#include <linux/ipcshow.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "compare.h"
#include "device.h"
#include "end.h"
#include "identity.h"
#include "quota.h"
#include "ring.h"
#include "ringmem.h"
#include "snapshot.h"
#include "target.h"
#include "trace.h"

/**
 * struct ipcshow_context - an open file
 * @salt: of its identities; set when the file is opened
 * @lock: serialises the ioctls. Protects all but @ring, and the producer's side
 *	of @ring. Outermost: the mmap locks of the caller (copies from and to user
 *	memory) and of the target nest in it
 * @ring: set once, published by smp_store_release(); lives until the file is
 *	released. mmap(), which runs under the caller's mmap lock and so cannot
 *	take @lock, reads it by smp_load_acquire()
 * @targets: the targets
 * @target: the one that @snapshot is of
 * @snapshot: the snapshot in progress
 * @compare: the comparison in progress; there is only one of the two
 */
struct ipcshow_context {
	struct ipcshow_salt salt;
	struct mutex lock;	/* protects what follows, and the producer of ring */
	struct ipcshow_ringbuf *ring;
	struct ipcshow_targets targets;
	u32 target;
	struct ipcshow_snapshot_state snapshot;
	struct ipcshow_compare_state compare;
};

union ioctl_arg {
	u32 size;
	struct ipcshow_info info;
	struct ipcshow_ring ring;
	struct ipcshow_target target;
	struct ipcshow_snapshot snapshot;
	struct ipcshow_compare compare;
	struct {
		struct ipcshow_shared_ring shared_ring;
		struct ipcshow_ends ends;	/* between ioc_shared_ring() and its end */
	};
};

static int ioc_info(struct ipcshow_context *ctx, union ioctl_arg *arg)
{
	arg->info.machine = ARCH_ELF_MACHINE;
	arg->info.what = IPCSHOW_WHAT_ALL;
	arg->info.ring_min = IPCSHOW_RING_MIN;
	arg->info.ring_max = ipcshow_ringmem_max();
	arg->info.page_size = PAGE_SIZE;
	arg->info.cuts_max = IPCSHOW_CUTS_MAX;
	arg->info.targets_max = IPCSHOW_TARGETS_MAX;
	arg->info.sites_max = IPCSHOW_SITES_MAX;
	arg->info.compare_flags = IPCSHOW_COMPARE_F_CONTINUE | IPCSHOW_COMPARE_F_RUNS;
	arg->info.reserved = 0;
	return 0;
}

static int ioc_ring(struct ipcshow_context *ctx, union ioctl_arg *arg)
{
	struct ipcshow_ringbuf *ring;

	if (arg->ring.flags)
		return -EINVAL;
	if (ctx->ring)
		return -EBUSY;

	ring = ipcshow_ring_create(arg->ring.ring_size);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	arg->ring.consumer_offset = IPCSHOW_RING_CONSUMER_OFFSET;
	arg->ring.producer_offset = IPCSHOW_RING_PRODUCER_OFFSET;
	arg->ring.data_offset = IPCSHOW_RING_DATA_OFFSET;
	/* Pairs with the load in ipcshow_mmap(). */
	smp_store_release(&ctx->ring, ring);
	return 0;
}

static int take_target(struct ipcshow_targets *targets, const struct ipcshow_target *arg)
{
	if (!arg->pid || arg->pid > INT_MAX)
		return -ESRCH;
	if (arg->flags & IPCSHOW_TARGET_F_ADD)
		return ipcshow_targets_add(targets, arg->pid);
	return ipcshow_targets_set(targets, arg->pid);
}

static int ioc_target(struct ipcshow_context *ctx, union ioctl_arg *arg)
{
	int ret;

	if (arg->target.flags & ~IPCSHOW_TARGET_F_ADD || arg->target.index)
		return -EINVAL;

	ret = take_target(&ctx->targets, &arg->target);
	trace_ipcshow_target(arg->target.pid, &ctx->targets, ret);
	if (ret)
		return ret;
	ipcshow_snapshot_end(&ctx->snapshot);
	ipcshow_compare_end(&ctx->compare);
	arg->target.index = ctx->targets.nr - 1;
	return 0;
}

static int begin_snapshot(struct ipcshow_context *ctx, const struct ipcshow_snapshot *arg)
{
	int ret;

	if (arg->target >= ctx->targets.nr)
		return -ENXIO;
	ret = ipcshow_snapshot_begin(&ctx->snapshot, arg);
	if (ret)
		return ret;
	ipcshow_compare_end(&ctx->compare);
	ctx->target = array_index_nospec(arg->target, ctx->targets.nr);
	return 0;
}

static int ioc_snapshot(struct ipcshow_context *ctx, union ioctl_arg *arg)
{
	int ret;

	if (arg->snapshot.reserved)
		return -EINVAL;
	if (!ctx->ring || !ctx->targets.nr)
		return -ENXIO;

	if (arg->snapshot.flags & IPCSHOW_SNAPSHOT_F_CONTINUE)
		ret = ipcshow_snapshot_resume(&ctx->snapshot, &arg->snapshot);
	else
		ret = begin_snapshot(ctx, &arg->snapshot);
	if (ret)
		return ret;
	return ipcshow_snapshot_fill(&ctx->snapshot, &ctx->targets.pins[ctx->target],
				     &ctx->salt, ctx->ring, &arg->snapshot.status);
}

static int ioc_compare(struct ipcshow_context *ctx, union ioctl_arg *arg)
{
	int ret;

	if (!ctx->ring || !ctx->targets.nr)
		return -ENXIO;

	if (arg->compare.flags & IPCSHOW_COMPARE_F_CONTINUE)
		ret = ipcshow_compare_resume(&ctx->compare, &arg->compare);
	else
		ret = ipcshow_compare_begin(&ctx->compare, &arg->compare, ctx->targets.nr,
					    &ctx->salt);
	if (ret)
		return ret;
	ipcshow_snapshot_end(&ctx->snapshot);
	return ipcshow_compare_fill(&ctx->compare, &ctx->targets, ctx->ring,
				    &arg->compare.status);
}

#define SHARED_RING_FLAGS	(IPCSHOW_SHARED_RING_F_OVERWRITE | \
				 IPCSHOW_SHARED_RING_F_OBSERVER)

static int ioc_shared_ring(struct ipcshow_context *ctx, union ioctl_arg *arg)
{
	struct ipcshow_shared_ring *ring = &arg->shared_ring;
	int ret;

	if (ring->flags & ~SHARED_RING_FLAGS || ring->reserved)
		return -EINVAL;
	ret = ipcshow_ends_create(&arg->ends, ring->ring_size, ring->flags);
	if (ret)
		return ret;
	ring->consumer_offset = IPCSHOW_RING_CONSUMER_OFFSET;
	ring->producer_offset = IPCSHOW_RING_PRODUCER_OFFSET;
	ring->data_offset = IPCSHOW_RING_DATA_OFFSET;
	ring->producer = arg->ends.fd[IPCSHOW_ROLE_PRODUCER];
	ring->consumer = arg->ends.fd[IPCSHOW_ROLE_CONSUMER];
	ring->observer = arg->ends.fd[IPCSHOW_ROLE_OBSERVER];
	return 0;
}

/* A descriptor cannot be taken back once others may use it. */
static void end_shared_ring(union ioctl_arg *arg, bool told)
{
	if (told)
		ipcshow_ends_install(&arg->ends);
	else
		ipcshow_ends_drop(&arg->ends);
}

/**
 * struct ioctl_op - an ioctl command
 * @call: called with the context locked
 * @end: may be NULL; called when @call has succeeded, and the caller was told or could not be
 * @size: bytes of the argument, as this module knows it
 * @min_size: bytes of the argument's first version
 */
struct ioctl_op {
	int (*call)(struct ipcshow_context *ctx, union ioctl_arg *arg);
	void (*end)(union ioctl_arg *arg, bool told);
	u32 size;
	u32 min_size;
};

#define IOCTL_OP(ioc, fn, type, last, ...)				\
	[_IOC_NR(ioc)] = {						\
		.call = fn,						\
		.size = sizeof(struct type),				\
		.min_size = offsetofend(struct type, last),		\
		__VA_ARGS__						\
	}

static const struct ioctl_op ioctl_ops[] = {
	IOCTL_OP(IPCSHOW_IOC_INFO, ioc_info, ipcshow_info, sites_max),
	IOCTL_OP(IPCSHOW_IOC_RING, ioc_ring, ipcshow_ring, data_offset),
	IOCTL_OP(IPCSHOW_IOC_TARGET, ioc_target, ipcshow_target, index),
	IOCTL_OP(IPCSHOW_IOC_SNAPSHOT, ioc_snapshot, ipcshow_snapshot, reserved),
	IOCTL_OP(IPCSHOW_IOC_COMPARE, ioc_compare, ipcshow_compare, status),
	IOCTL_OP(IPCSHOW_IOC_SHARED_RING, ioc_shared_ring, ipcshow_shared_ring, reserved,
		 .end = end_shared_ring),
};

/**
 * ipcshow_arg_read() - copy the argument of an ioctl in
 * @arg: where to; begins with the size that was checked, whatever it says by now
 * @known: bytes of it, as this module knows it
 * @least: bytes of its first version
 * @uarg: the argument
 *
 * Return: 0; -EFAULT; -EINVAL: shorter than @least; -E2BIG: see DOC: General ioctl format.
 */
int ipcshow_arg_read(void *arg, u32 known, u32 least, const void __user *uarg)
{
	u32 size;
	int ret;

	if (get_user(size, (const u32 __user *)uarg))
		return -EFAULT;
	if (size < least)
		return -EINVAL;
	/* No structure will ever be so long, and the rest is looked through. */
	if (size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(arg, known, uarg, size);
	if (ret)
		return ret;
	*(u32 *)arg = size;
	return 0;
}

static long ipcshow_ioctl(struct file *file, unsigned int cmd, unsigned long ptr)
{
	struct ipcshow_context *ctx = file->private_data;
	void __user *uarg = (void __user *)ptr;
	const struct ioctl_op *op;
	union ioctl_arg arg;
	bool told;
	int ret;

	if (_IOC_TYPE(cmd) != IPCSHOW_IOC_TYPE || _IOC_DIR(cmd) != _IOC_NONE ||
	    _IOC_SIZE(cmd) || _IOC_NR(cmd) >= ARRAY_SIZE(ioctl_ops))
		return -ENOTTY;
	op = &ioctl_ops[array_index_nospec(_IOC_NR(cmd), ARRAY_SIZE(ioctl_ops))];

	ret = ipcshow_arg_read(&arg, op->size, op->min_size, uarg);
	if (ret)
		return ret;

	if (mutex_lock_interruptible(&ctx->lock))
		return -EINTR;
	ret = op->call(ctx, &arg);
	mutex_unlock(&ctx->lock);
	if (ret)
		return ret;

	told = !copy_to_user(uarg, &arg, min(arg.size, op->size));
	if (op->end)
		op->end(&arg, told);
	return told ? 0 : -EFAULT;
}

static int ipcshow_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ipcshow_context *ctx = file->private_data;
	/* Pairs with the store in ioc_ring(). */
	struct ipcshow_ringbuf *ring = smp_load_acquire(&ctx->ring);

	return ring ? ipcshow_ring_mmap(ring, vma) : -ENXIO;
}

static int ipcshow_open(struct inode *inode, struct file *file)
{
	struct ipcshow_context *ctx = kzalloc(sizeof(*ctx), IPCSHOW_GFP);

	if (!ctx)
		return -ENOMEM;
	mutex_init(&ctx->lock);
	ipcshow_salt_init(&ctx->salt);
	file->private_data = ctx;
	return nonseekable_open(inode, file);
}

/* No ioctl runs and no mapping is left: each of them holds the file. */
static int ipcshow_release(struct inode *inode, struct file *file)
{
	struct ipcshow_context *ctx = file->private_data;

	ipcshow_snapshot_end(&ctx->snapshot);
	ipcshow_compare_end(&ctx->compare);
	ipcshow_targets_end(&ctx->targets);
	ipcshow_ring_destroy(ctx->ring);
	mutex_destroy(&ctx->lock);
	kfree(ctx);
	return 0;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = ipcshow_open,
	.release = ipcshow_release,
	.unlocked_ioctl = ipcshow_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = ipcshow_mmap,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ipcshow",
	.fops = &fops,
	.mode = 0666,
};

int __init ipcshow_device_register(void)
{
	return misc_register(&device);
}

void ipcshow_device_unregister(void)
{
	misc_deregister(&device);
}
