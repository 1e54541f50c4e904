// SPDX-License-Identifier: GPL-2.0
/*
 * Makes records in a loop, on a ring of ipcshow.ko's: by its code, and as its snapshots do, with
 * one look at the consumer and one publication a call. A module of its own, so that the product
 * has nothing that only a benchmark needs.
 */
#include <linux/fs.h>
#include <linux/ipcshow.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "records.h"
#include "ring.h"
#include "ringmem.h"

#define RECORD_TYPE	1

/* An open file. */
struct producer {
	struct mutex lock;	/* protects the producer's side of ring */
	struct ipcshow_ringbuf *ring;
};

static __always_inline u64 make_sized(struct ipcshow_ringbuf *ring, u64 first, u64 count,
				      u32 bytes)
{
	struct ipcshow_record *record;
	u64 i;

	for (i = 0; i < count; i++) {
		record = ipcshow_ring_reserve(ring, RECORD_TYPE, sizeof(*record) + bytes);
		if (!record)
			break;
		record_fill((u64 *)(record + 1), bytes, first + i);
		ipcshow_ring_commit(ring);
	}
	return i;
}

static noinline int make(struct ipcshow_ringbuf *ring, struct records *arg)
{
	int ret = ipcshow_ring_begin(ring);

	if (ret)
		return ret;
	switch (arg->bytes) {
	case RECORDS_SMALL:
		arg->made = make_sized(ring, arg->first, arg->count, RECORDS_SMALL);
		break;
	case RECORDS_MEDIUM:
		arg->made = make_sized(ring, arg->first, arg->count, RECORDS_MEDIUM);
		break;
	case RECORDS_LARGE:
		arg->made = make_sized(ring, arg->first, arg->count, RECORDS_LARGE);
		break;
	default:
		return -EINVAL;
	}
	ipcshow_ring_publish(ring);
	return 0;
}

static long ioc_make(struct producer *producer, void __user *uarg)
{
	struct records arg;
	int ret = -ENXIO;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	mutex_lock(&producer->lock);
	if (producer->ring)
		ret = make(producer->ring, &arg);
	mutex_unlock(&producer->lock);
	if (ret)
		return ret;
	return copy_to_user(uarg, &arg, sizeof(arg)) ? -EFAULT : 0;
}

static long ioc_ring(struct producer *producer, void __user *uarg)
{
	struct ipcshow_ringbuf *ring;
	struct ipcshow_ring arg;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (producer->ring)
		return -EBUSY;
	ring = ipcshow_ring_create(arg.ring_size);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	arg.consumer_offset = IPCSHOW_RING_CONSUMER_OFFSET;
	arg.producer_offset = IPCSHOW_RING_PRODUCER_OFFSET;
	arg.data_offset = IPCSHOW_RING_DATA_OFFSET;
	/* Two who ask at once: the second one's is too much. */
	if (cmpxchg(&producer->ring, NULL, ring)) {
		ipcshow_ring_destroy(ring);
		return -EBUSY;
	}
	return copy_to_user(uarg, &arg, sizeof(arg)) ? -EFAULT : 0;
}

static long producer_ioctl(struct file *file, unsigned int cmd, unsigned long ptr)
{
	struct producer *producer = file->private_data;

	switch (cmd) {
	case RECORDS_IOC_RING:
		return ioc_ring(producer, (void __user *)ptr);
	case RECORDS_IOC_MAKE:
		return ioc_make(producer, (void __user *)ptr);
	default:
		return -ENOTTY;
	}
}

static int producer_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct producer *producer = file->private_data;
	struct ipcshow_ringbuf *ring = READ_ONCE(producer->ring);

	return ring ? ipcshow_ring_mmap(ring, vma) : -ENXIO;
}

static int producer_open(struct inode *inode, struct file *file)
{
	struct producer *producer = kzalloc(sizeof(*producer), IPCSHOW_GFP);

	if (!producer)
		return -ENOMEM;
	mutex_init(&producer->lock);
	file->private_data = producer;
	return nonseekable_open(inode, file);
}

static int producer_release(struct inode *inode, struct file *file)
{
	struct producer *producer = file->private_data;

	ipcshow_ring_destroy(producer->ring);
	mutex_destroy(&producer->lock);
	kfree(producer);
	return 0;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = producer_open,
	.release = producer_release,
	.unlocked_ioctl = producer_ioctl,
	.mmap = producer_mmap,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ringbench-producer",
	.fops = &fops,
	.mode = 0600,
};

module_misc_device(device);

MODULE_DESCRIPTION("Makes records for a benchmark of rings");
MODULE_LICENSE("GPL");
