/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_IPCSHOW_H
#define _UAPI_LINUX_IPCSHOW_H

#include <linux/const.h>
#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: General ioctl format
 *
 * Every ioctl passes a pointer to a structure whose first member, @size, is
 * the size of that structure as the caller was compiled with it. Structures
 * only ever grow at their end:
 *
 *  - a caller that knows more than the module may pass its longer structure
 *    as long as all that the module does not know is zero (else E2BIG);
 *  - a caller that knows less gets the defaults, and no more written back than
 *    it has room for.
 *
 * Output members are written back on success only. Members called reserved
 * must be zero.
 *
 * Error codes that every ioctl may give:
 *
 *  - ENOTTY: the command number is not one of this header's.
 *  - EINVAL: @size is shorter than the first version of the structure, a flag
 *    is unknown, a reserved member is not zero, or an argument is not of the
 *    form that the command documents.
 *  - E2BIG: bytes past what this module knows are not zero, or @size is more than
 *    a page.
 *  - EFAULT: the structure, or what it points to, cannot be read; or it cannot
 *    be written to when the command has been carried out.
 *  - ENOMEM: out of memory, or over the memory that the caller's cgroup has;
 *    ENFILE: over the files that the system may have open.
 *  - EINTR: a signal came before anything was done; call again.
 *
 * Each command lists the others that it may give.
 *
 * An open file of /dev/ipcshow has at most one ring, and targets that are numbered from 0.
 * Calls on the same file by several threads are carried out one after the other.
 */

/* 0xE9 is free in Documentation/userspace-api/ioctl/ioctl-number.rst. */
#define IPCSHOW_IOC_TYPE	0xE9

#define IPCSHOW_IOC_INFO	_IO(IPCSHOW_IOC_TYPE, 0x00)
#define IPCSHOW_IOC_RING	_IO(IPCSHOW_IOC_TYPE, 0x01)
#define IPCSHOW_IOC_TARGET	_IO(IPCSHOW_IOC_TYPE, 0x02)
#define IPCSHOW_IOC_SNAPSHOT	_IO(IPCSHOW_IOC_TYPE, 0x03)
#define IPCSHOW_IOC_COMPARE	_IO(IPCSHOW_IOC_TYPE, 0x04)
#define IPCSHOW_IOC_SHARED_RING	_IO(IPCSHOW_IOC_TYPE, 0x05)

/* Commands of the ends of a shared ring. */
#define IPCSHOW_IOC_WAIT	_IO(IPCSHOW_IOC_TYPE, 0x40)
#define IPCSHOW_IOC_WAKE	_IO(IPCSHOW_IOC_TYPE, 0x41)
#define IPCSHOW_IOC_END_INFO	_IO(IPCSHOW_IOC_TYPE, 0x42)

/**
 * struct ipcshow_info - what this module can do (IPCSHOW_IOC_INFO)
 * @size: sizeof(struct ipcshow_info)
 * @machine: out: ELF e_machine whose register layout &struct ipcshow_regs has
 * @what: out: the IPCSHOW_WHAT_* bits that this module knows
 * @ring_min: out: smallest ring, bytes
 * @ring_max: out: largest ring that fits in the share of a user who holds nothing
 *	else (module parameter ring_user_kib), bytes; 0: none does
 * @page_size: out: bytes in a page, the unit in which page tables are counted
 * @cuts_max: out: most entries in &ipcshow_snapshot.cuts
 * @targets_max: out: most targets of one open file
 * @sites_max: out: most entries in &ipcshow_compare.sites
 * @compare_flags: out: the IPCSHOW_COMPARE_F_* bits that this module knows; 0: F_CONTINUE alone
 * @reserved: out: 0
 */
struct ipcshow_info {
	__u32 size;
	__u32 machine;
	__u64 what;
	__u64 ring_min;
	__u64 ring_max;
	__u32 page_size;
	__u32 cuts_max;
	__u32 targets_max;
	__u32 sites_max;
	__u32 compare_flags;
	__u32 reserved;
};

/**
 * DOC: The ring
 *
 * A ring is one page that the consumer writes, one page that the producer
 * writes, and the data, a power of two bytes, mapped twice in a row so that a
 * record never wraps:
 *
 *	consumer_offset   [ struct ipcshow_ring_side ]       read, write
 *	producer_offset   [ struct ipcshow_ring_side ]       read
 *	data_offset       [ data ][ the same data again ]    read
 *
 * The producer page and the data lie next to each other and may be mapped by
 * one mmap() of the page and twice the data. All mappings must be MAP_SHARED;
 * an mmap() of anything else is EINVAL, a writable one of what is read-only
 * EPERM, and there is nothing to map before IPCSHOW_IOC_RING (ENXIO).
 *
 * Positions count bytes since the ring was made and never wrap (2^64). The
 * bytes from consumer position to producer position hold whole records, each
 * a &struct ipcshow_record and aligned to 8 bytes; the record at position p
 * begins at data + (p & (ring_size - 1)). To read: load the producer position
 * with acquire, read records in place, store the consumer position with
 * release. The module keeps its own copy of its position, so what a consumer
 * does to either page can spoil that consumer's records only.
 */

/**
 * struct ipcshow_ring - make the ring of this file (IPCSHOW_IOC_RING)
 * @size: sizeof(struct ipcshow_ring)
 * @flags: 0
 * @ring_size: in: bytes of data: a power of two, at least
 *	&ipcshow_info.ring_min
 * @consumer_offset: out: mmap() offset of the consumer's page
 * @producer_offset: out: mmap() offset of the producer's page
 * @data_offset: out: mmap() offset of the data
 *
 * The ring lives as long as the file. Its memory is charged to the caller's
 * memory cgroup and to the share of the user (module parameter ring_user_kib)
 * and of all (ring_total_kib). Users of a user namespace share what the owner
 * of the outermost one has.
 *
 * Errors: EBUSY: this file has a ring. EDQUOT: over the user's share. ENOSPC:
 * over what all may have together. EINVAL: @ring_size is no power of two or
 * out of bounds.
 */
struct ipcshow_ring {
	__u32 size;
	__u32 flags;
	__u64 ring_size;
	__u64 consumer_offset;
	__u64 producer_offset;
	__u64 data_offset;
};

/* The owner of this page sleeps or is about to, and wants to be woken. */
#define IPCSHOW_RING_SIDE_F_SLEEPS	_BITULL(0)
/* The owner has closed its end: nothing more comes from it. */
#define IPCSHOW_RING_SIDE_F_CLOSED	_BITULL(1)
/* The owner's file is gone (the module says so). */
#define IPCSHOW_RING_SIDE_F_GONE	_BITULL(2)
/* Above this: the number of the sleep. */
#define IPCSHOW_RING_SIDE_SLEEP_SHIFT	8

/**
 * struct ipcshow_ring_side - what one side of a ring tells the other
 * @pos: position of this side: the producer's, all before which is committed, or the
 *	consumer's, all before which may be overwritten
 * @attention: IPCSHOW_RING_SIDE_F_*, and the number of the sleep; 0 as long as the other side
 *	need not care
 * @wants: producer that sleeps: consumer's position from which it is to be woken; earlier if
 *	the ring is empty
 * @oldest: producer that overwrites: position of the oldest record that is still there
 * @overwritten: producer that overwrites: records that were before @oldest
 * @records: records committed or taken so far
 * @bytes: bytes of their content
 * @waits: times that this side slept, or was about to poll, because the ring was full or empty
 * @wakes: times that this side woke the other
 * @lost: consumer of a producer that overwrites: records that it has missed
 * @discarded: producer: records that were reserved and discarded
 * @reserved0: 0
 * @reserved1: 0
 * @reserved2: 0
 *
 * A page that its owner writes and the other side reads. In the ring of a file
 * (IPCSHOW_IOC_RING) only @pos is used. Members that are written at different times
 * lie 128 bytes apart: two lines of cache, which are often fetched together. What is
 * counted is for people to look at, and may lag behind.
 */
struct ipcshow_ring_side {
	__u64 pos;
	__u64 reserved0[15];
	__u64 attention;
	__u64 wants;
	__u64 reserved1[14];
	__u64 oldest;
	__u64 overwritten;
	__u64 reserved2[14];
	__u64 records;
	__u64 bytes;
	__u64 waits;
	__u64 wakes;
	__u64 lost;
	__u64 discarded;
};

/**
 * DOC: The shared ring
 *
 * A shared ring is one between two processes. The module makes it, keeps its memory,
 * lets each side write what is its own and no more, wakes who sleeps, and tells
 * each side when the other's file is gone; it neither reads nor writes records.
 *
 *	offset              producer     consumer     observer
 *	consumer_offset     read         read, write  read       struct ipcshow_ring_side
 *	producer_offset     read, write  read         read       struct ipcshow_ring_side
 *	data_offset         read, write  read         read       data, twice in a row
 *
 * Mappings as for IPCSHOW_IOC_RING. What two sides agree to put into the pages is
 * theirs; libipcshow does as follows, with the module and without it.
 *
 * A record is a &struct ipcshow_record, whose @size is that of header and content,
 * not rounded, and at most half the ring; the next begins at the next multiple of 8. A @size
 * of 0 means: not there yet. The producer writes content; then zero to where the next header
 * will be, unless there is one from before; then, with release, the header. So the
 * consumer may find records without the producer's position, and nothing that was
 * committed is lost with a producer that dies. There are always 8 bytes free for that
 * zero.
 *
 * A group is records of one size in a row, behind one header: a &struct ipcshow_ring_group. In all
 * that is said here of records it is one, and it takes half the ring at most; but in numbers and
 * statistics each of its records counts.
 *
 * The producer's position follows in steps, so that two sides that stream do not pass a
 * line of cache to and fro for every record.
 *
 * A producer that overwrites (IPCSHOW_SHARED_RING_F_OVERWRITE) does not look at the
 * consumer's position. Before it writes where records are, it moves @oldest past them. A
 * consumer copies a record and believes the copy if @oldest has not passed it then.
 *
 * @type is the low half of the record's number, counted from 0: from it who has
 * missed records knows how many. A producer that overwrites writes no groups.
 *
 * Who wants to sleep sets F_SLEEPS in its page, with a number that it has not used
 * before; has a full barrier executed on all processors that run the other side
 * (membarrier()); looks once more; and sleeps. Who made news looks at @attention of the
 * other, and wakes it once for each number.
 */

/* In place of a record's size: what is there is a group. */
#define IPCSHOW_RING_GROUP_MARK		1

/**
 * struct ipcshow_ring_group - records of one size, in a row
 * @mark: IPCSHOW_RING_GROUP_MARK
 * @number: low half of the number of the first record
 * @record_size: bytes of content of each, which takes the next multiple of 8 of them, and 8 if
 *	it is empty
 * @count: how many; at least 1
 *
 * Their content follows. Who reads this does so once, before it is checked: @record_size and
 * @count may be anything.
 */
struct ipcshow_ring_group {
	__u32 mark;
	__u32 number;
	__u32 record_size;
	__u32 count;
};

/* The producer overwrites the oldest records when the ring is full. */
#define IPCSHOW_SHARED_RING_F_OVERWRITE	_BITUL(0)
/* An observer's end is wanted too. */
#define IPCSHOW_SHARED_RING_F_OBSERVER	_BITUL(1)

/**
 * struct ipcshow_shared_ring - make a shared ring (IPCSHOW_IOC_SHARED_RING)
 * @size: sizeof(struct ipcshow_shared_ring)
 * @flags: IPCSHOW_SHARED_RING_F_*
 * @ring_size: in: bytes of data, as &ipcshow_ring.ring_size
 * @consumer_offset: out: mmap() offset of the consumer's page
 * @producer_offset: out: mmap() offset of the producer's page
 * @data_offset: out: mmap() offset of the data
 * @producer: out: file descriptor of the producer's end
 * @consumer: out: file descriptor of the consumer's end
 * @observer: out: F_OBSERVER: file descriptor of the observer's end; else -1
 * @reserved: 0
 *
 * The ends are files of their own, close-on-exec, to be handed to who shall use them;
 * the file that made them may be closed. When the last reference to the producer's or
 * consumer's end is gone, mappings included, the module sets IPCSHOW_RING_SIDE_F_GONE in
 * that end's page and wakes the other. An observer sees all and changes nothing. Memory
 * is charged as for IPCSHOW_IOC_RING, to who made the ring, until the last end is gone.
 *
 * poll() on an end: EPOLLIN: it was woken and has not waited since; EPOLLIN and
 * EPOLLHUP: the other end is gone (for an observer: both).
 *
 * Errors: as IPCSHOW_IOC_RING, but for EBUSY; EMFILE, ENFILE: no descriptor to be had.
 */
struct ipcshow_shared_ring {
	__u32 size;
	__u32 flags;
	__u64 ring_size;
	__u64 consumer_offset;
	__u64 producer_offset;
	__u64 data_offset;
	__s32 producer;
	__s32 consumer;
	__s32 observer;
	__u32 reserved;
};

/**
 * struct ipcshow_wait - sleep until the other end wakes this one (IPCSHOW_IOC_WAIT)
 * @size: sizeof(struct ipcshow_wait)
 * @flags: 0
 * @timeout_ns: at most so long; 0: do not sleep; all ones: no limit
 *
 * A wake that came since the last IPCSHOW_IOC_WAIT counts, once; one that comes while
 * several threads or processes sleep on this end wakes them all. When the other end is
 * gone, this never sleeps.
 *
 * Errors: ETIMEDOUT. EINTR: a signal came. ENOTTY: an observer does not wait.
 */
struct ipcshow_wait {
	__u32 size;
	__u32 flags;
	__u64 timeout_ns;
};

/*
 * IPCSHOW_IOC_WAKE takes no argument (0): wakes the other end, now or when it next waits. It never
 * blocks, and is no error when there is nobody. ENOTTY: an observer does not wake.
 */

/* Roles of the ends of a shared ring. */
#define IPCSHOW_ROLE_PRODUCER	0
#define IPCSHOW_ROLE_CONSUMER	1
#define IPCSHOW_ROLE_OBSERVER	2
#define IPCSHOW_NR_ROLES	3

/**
 * struct ipcshow_end_info - what an end is of (IPCSHOW_IOC_END_INFO)
 * @size: sizeof(struct ipcshow_end_info)
 * @role: out: IPCSHOW_ROLE_*
 * @flags: out: IPCSHOW_SHARED_RING_F_*, as the ring was made with
 * @gone: out: a bit, 1 << IPCSHOW_ROLE_*, for each end whose file is gone
 * @id: out: number of the ring, the same at all its ends and at no other since the module
 *	was loaded
 * @ring_size: out: bytes of data
 * @consumer_offset: out: mmap() offset of the consumer's page
 * @producer_offset: out: mmap() offset of the producer's page
 * @data_offset: out: mmap() offset of the data
 *
 * For who was handed an end, and need not believe what it is told of it. The same stands
 * in /proc/PID/fdinfo.
 */
struct ipcshow_end_info {
	__u32 size;
	__u32 role;
	__u32 flags;
	__u32 gone;
	__u64 id;
	__u64 ring_size;
	__u64 consumer_offset;
	__u64 producer_offset;
	__u64 data_offset;
};

/* One more target, beside those that the file has. */
#define IPCSHOW_TARGET_F_ADD	_BITUL(0)

/**
 * struct ipcshow_target - choose and pin the task to look at (IPCSHOW_IOC_TARGET)
 * @size: sizeof(struct ipcshow_target)
 * @flags: IPCSHOW_TARGET_F_*
 * @pid: in: PID or TID, in the caller's PID namespace; any thread stands for
 *	its thread group
 * @index: in: 0; out: the number of the target in this file
 *
 * Pins the thread group and its address space: later snapshots through this
 * file are of that address space or of none, never of another program that
 * execve() or a reused PID put in its place. A leader that has exited while
 * other threads live is no obstacle. A call without F_ADD replaces all targets by
 * one, which is number 0; with F_ADD they get one more. A call that fails leaves
 * the targets and an unfinished snapshot or comparison as they were, one that
 * succeeds drops what is unfinished.
 *
 * The check is the kernel's own for reading /proc/PID/maps
 * (PTRACE_MODE_READ_FSCREDS, security modules included), with the
 * credentials of the caller. As with an open /proc file, who is handed
 * the file may go on reading what was allowed when the target was chosen. What
 * belongs to one thread (registers, IP, SP, TLS base, signal stack) is
 * checked for each thread in the snapshot, as for opening /proc/TID/mem
 * (PTRACE_MODE_ATTACH_FSCREDS), with the credentials of the snapshot's caller.
 *
 * Errors: ESRCH: no such task in the caller's PID namespace. EACCES, EPERM, or
 * what else a security module says: not permitted. ENXIO: a kernel thread,
 * which has no address space. ENODATA: a zombie: it has exited and its address
 * space is gone. EAGAIN: it kept calling execve() while it was checked. EDQUOT,
 * ENOSPC as for IPCSHOW_IOC_RING: a target counts as 64 KiB, and those that it replaces
 * still count while it is made. EMFILE: F_ADD, and there
 * are &ipcshow_info.targets_max.
 */
struct ipcshow_target {
	__u32 size;
	__u32 flags;
	__u32 pid;
	__u32 index;
};

/* What a snapshot holds; the records come in this order, END last. */
#define IPCSHOW_WHAT_TASK	_BITULL(0)	/* TASK */
#define IPCSHOW_WHAT_MM		_BITULL(1)	/* MM */
#define IPCSHOW_WHAT_THREADS	_BITULL(2)	/* THREAD for each thread */
#define IPCSHOW_WHAT_REGS	_BITULL(3)	/* REGS behind each THREAD */
#define IPCSHOW_WHAT_REGIONS	_BITULL(4)	/* FILE and REGION for each VMA */
#define IPCSHOW_WHAT_PAGES	_BITULL(5)	/* PAGES behind each REGION */
#define IPCSHOW_WHAT_RESOURCES	_BITULL(6)	/* RESOURCES behind each THREAD */
#define IPCSHOW_WHAT_FDS	_BITULL(7)	/* FDs behind a THREAD, see &struct ipcshow_fd */
#define IPCSHOW_WHAT_FAMILY	_BITULL(8)	/* fill in &ipcshow_region.family */
#define IPCSHOW_WHAT_SHARED	_BITULL(9)	/* only of VMAs with IPCSHOW_VMA_MAYSHARE */

/* Go on with the snapshot that this file has begun. */
#define IPCSHOW_SNAPSHOT_F_CONTINUE	_BITUL(0)
/*
 * Ask a thread that runs on another CPU for its registers there, by an
 * interrupt, instead of reporting the stale ones that were saved last.
 */
#define IPCSHOW_SNAPSHOT_F_INTERRUPT	_BITUL(1)
/*
 * No FILE records: for who reads REGIONs for their objects and families only. Putting a path
 * together is a good part of what a REGION costs.
 */
#define IPCSHOW_SNAPSHOT_F_NO_FILES	_BITUL(2)

/* The ring was full, or a signal came: drain it, and continue. */
#define IPCSHOW_SNAPSHOT_MORE		1
/* The END record is in the ring. */
#define IPCSHOW_SNAPSHOT_DONE		2

/**
 * struct ipcshow_snapshot - write a snapshot to the ring (IPCSHOW_IOC_SNAPSHOT)
 * @size: sizeof(struct ipcshow_snapshot)
 * @flags: IPCSHOW_SNAPSHOT_F_*
 * @what: in: IPCSHOW_WHAT_*, at least one. WHAT_REGS, WHAT_RESOURCES and WHAT_FDS
 *	need WHAT_THREADS, WHAT_PAGES, WHAT_FAMILY and WHAT_SHARED need WHAT_REGIONS
 * @start: in: lowest address of interest: VMAs that end at or below it are left out
 * @end: in: end of the addresses of interest (exclusive); 0 for all
 * @cuts: in: pointer to an array of __u64 addresses, each a multiple of the
 *	page size, strictly ascending: PAGES are counted apart on the two sides of
 *	each, so that the caller has counters of any ranges that it likes
 * @nr_cuts: in: entries in @cuts, at most &ipcshow_info.cuts_max
 * @status: out: IPCSHOW_SNAPSHOT_MORE or IPCSHOW_SNAPSHOT_DONE
 * @target: in: number of the target
 * @reserved: 0
 *
 * Appends records to the ring until the snapshot is complete or the ring full.
 * With F_CONTINUE, @what, @start, @end, @cuts, @nr_cuts and @target must be zero: those
 * of the call that began the snapshot hold. The other flags are for one call, so that each
 * call names them anew. Without F_CONTINUE, an unfinished
 * snapshot or comparison is dropped; records of it that are still in the ring stay.
 *
 * Consistency: each record is consistent in itself, PAGES excepted, which may
 * have been counted in several parts. A snapshot of a running target is not
 * one instant: IPCSHOW_END_F_CHANGED in the END record says whether the address
 * space may have changed between the records. REGIONs ascend; where one
 * begins before the end of the former, the mapping changed between, and the
 * former ends there.
 *
 * When the target leaves its address space in the middle (exit, execve), the
 * call succeeds, and the END record says IPCSHOW_END_F_GONE.
 *
 * Errors: ENXIO: no ring yet, or no such target. EUCLEAN: the consumer position
 * is impossible; this ring is dead. EBADFD: F_CONTINUE, and no snapshot is
 * unfinished. ENOSPC, with no record written: not even the next record fits;
 * drain the ring. EDQUOT, ENOSPC as for IPCSHOW_IOC_RING: @cuts counts too.
 */
struct ipcshow_snapshot {
	__u32 size;
	__u32 flags;
	__u64 what;
	__u64 start;
	__u64 end;
	__u64 cuts;
	__u32 nr_cuts;
	__u32 status;
	__u32 target;
	__u32 reserved;
};

/**
 * struct ipcshow_site - a range of a target's addresses (&ipcshow_compare.sites)
 * @start: first address, a multiple of the page size
 * @bytes: how long, a multiple of the page size, not 0
 * @target: number of the target
 * @group: sites with the same number are compared with each other, page by page: the first
 *	page of each, the second page of each, and so on
 */
struct ipcshow_site {
	__u64 start;
	__u64 bytes;
	__u32 target;
	__u32 group;
};

/* Go on with the comparison that this file has begun. */
#define IPCSHOW_COMPARE_F_CONTINUE	_BITUL(0)
/* The caller knows &ipcshow_set.first: of many sites, SET records are far fewer. */
#define IPCSHOW_COMPARE_F_RUNS		_BITUL(1)

/**
 * struct ipcshow_compare - which pages are the same? (IPCSHOW_IOC_COMPARE)
 * @size: sizeof(struct ipcshow_compare)
 * @flags: IPCSHOW_COMPARE_F_*
 * @sites: in: pointer to an array of &struct ipcshow_site. @group ascends in it (sites of
 *	one group stand together)
 * @nr_sites: in: entries in @sites, 1 to &ipcshow_info.sites_max
 * @status: out: IPCSHOW_SNAPSHOT_MORE or IPCSHOW_SNAPSHOT_DONE
 *
 * Writes to the ring, for each group, which of its sites have the same page in
 * memory, for all pages that are resident: SET and SHARE records, PAGE records,
 * and in the end a COMPARE_END. As with a snapshot, the caller drains the ring
 * and continues, with @sites and @nr_sites 0, until DONE.
 *
 * Which pages may be the same is for the caller to know: pages of one memory object
 * (&ipcshow_region.object) at the same offset, and copies that fork() shares
 * (&ipcshow_region.family) at the same offset. No two sites of a group may be of one address space
 * and begin at the same address: a page is mapped there once, and so they are UNSETTLED.
 * Pages that may be the same anywhere, KSM's and those that belong to a driver or
 * to the kernel, get PAGE records, whose identities can be compared.
 *
 * What is said to be the same is: either no page was missing, and no address space gave up
 * any from before its entries were read until all had been; or each entry of a page table
 * was read twice, in turn: all of them, then all again, and they were the same page both
 * times. In both cases, then
 * the page was mapped by as many. A site that is said not to have a page had none there both
 * times, and nobody was about to give it one: where nothing is mapped, a table of pages
 * is read with its lock held. Pages that did not hold still are read again, and
 * after some tries marked IPCSHOW_SHARE_F_UNSETTLED, with the sites left out where
 * they did not hold.
 *
 * Memory does not depend on the size of what is compared. No lock is held for longer
 * than it takes to read 1,024 entries and, behind what is empty, 16 tables more; that of a
 * table, than one table.
 *
 * Errors: ENXIO: no ring yet, or no such target. EUCLEAN, ENOSPC, EDQUOT as for
 * IPCSHOW_IOC_SNAPSHOT; @sites counts. EBADFD: F_CONTINUE, and no comparison is
 * unfinished. EINVAL: groups do not ascend, or @start or @bytes of a site are not as described,
 * or its end is past 2^63.
 */
struct ipcshow_compare {
	__u32 size;
	__u32 flags;
	__u64 sites;
	__u32 nr_sites;
	__u32 status;
};

/**
 * DOC: Records
 *
 * A reader must skip types it does not know and members it does not
 * know at the end of those it does: @size rules. (Records that end in a text or an
 * array grow behind it.) Texts are not terminated and not escaped: each byte but
 * NUL may be in them; their size stands in front.
 *
 * Identities (@object, @inode, @file, @id) are keyed hashes of kernel objects
 * with the top bit clear. Equal means the same object, within one open file and one
 * snapshot: each open file has a key of its own, and kernel memory is reused. Two
 * snapshots of one file can be compared as to what the target held all the time between.
 * 0 means that there is none. Device and inode number are for display: they do not identify.
 *
 * Sizes and addresses are in bytes unless they say otherwise. PIDs are in
 * the PID namespace of the caller, 0 when the task has none there; UIDs and GIDs in
 * the caller's user namespace (overflow IDs where they have no name there).
 */

/**
 * struct ipcshow_record - what each record begins with
 * @size: bytes of the record, this header and padding to 8 included
 * @type: IPCSHOW_REC_*
 */
struct ipcshow_record {
	__u32 size;
	__u32 type;
};

#define IPCSHOW_REC_TASK	1
#define IPCSHOW_REC_MM		2
#define IPCSHOW_REC_THREAD	3
#define IPCSHOW_REC_REGS	4
#define IPCSHOW_REC_FILE	5
#define IPCSHOW_REC_REGION	6
#define IPCSHOW_REC_PAGES	7
#define IPCSHOW_REC_END		8
#define IPCSHOW_REC_RESOURCES	9
#define IPCSHOW_REC_FD		10
#define IPCSHOW_REC_SET		11
#define IPCSHOW_REC_SHARE	12
#define IPCSHOW_REC_PAGE	13
#define IPCSHOW_REC_COMPARE_END	14

#define IPCSHOW_COMM_LEN	16

/* The leader has exited; other threads of the group live. */
#define IPCSHOW_TASK_F_LEADER_EXITED	_BITULL(0)
/* A 32-bit task on a 64-bit kernel, as of its last execve(). */
#define IPCSHOW_TASK_F_COMPAT		_BITULL(1)
/* The task began to exit, or was killed. */
#define IPCSHOW_TASK_F_EXITING		_BITULL(2)
/* Made by vfork(), or as that does: who made it waits until it lets go of the address space. */
#define IPCSHOW_TASK_F_VFORK		_BITULL(3)

/**
 * struct ipcshow_task - the thread group
 * @rec: type IPCSHOW_REC_TASK
 * @flags: IPCSHOW_TASK_F_*
 * @tgid: its PID
 * @ppid: its parent's PID
 * @uid: real UID of the leader (of a live thread, where the leader has exited)
 * @euid: effective UID of the same
 * @gid: real GID of the same
 * @egid: effective GID of the same
 * @nr_threads: threads that it has
 * @state: of the leader, a letter as in /proc/PID/stat
 * @start_time: when it started, ns since boot (CLOCK_BOOTTIME of the initial time
 *	namespace)
 * @comm: name of the leader, padded with NUL
 */
struct ipcshow_task {
	struct ipcshow_record rec;
	__u64 flags;
	__u32 tgid;
	__u32 ppid;
	__u32 uid;
	__u32 euid;
	__u32 gid;
	__u32 egid;
	__u32 nr_threads;
	__u32 state;
	__u64 start_time;
	__u8 comm[IPCSHOW_COMM_LEN];
};

/**
 * struct ipcshow_mm - the address space
 * @rec: type IPCSHOW_REC_MM
 * @id: identity of the address space
 * @exe_inode: as &ipcshow_file.inode, of the program
 * @users: tasks (and passing users such as this module) that use it: more
 *	than the threads of one group after vfork() or clone(CLONE_VM)
 * @nr_vmas: VMAs
 * @start_code: first address of the code, as the binary loader set it
 * @end_code: end of the code
 * @start_data: first address of the initialised data
 * @end_data: end of the initialised data
 * @start_brk: first address of the heap that brk() makes
 * @brk: end of it
 * @start_stack: where the main stack began
 * @arg_start: first address of the arguments
 * @arg_end: end of the arguments
 * @env_start: first address of the environment
 * @env_end: end of the environment
 * @vdso: address of the vDSO; 0 when there is none
 * @task_size: end of the user's part of the address space
 * @total_vm: size of all mappings, as VmSize of /proc/PID/status
 * @data_vm: of private writable ones, as VmData
 * @exec_vm: of executable ones, as VmExe and VmLib together
 * @stack_vm: of stacks that grow, as VmStk
 * @locked_vm: of those locked in memory, as VmLck
 * @pinned_vm: pinned for devices, as VmPin
 * @hiwater_vm: highest total_vm so far
 * @hiwater_rss: highest RSS so far
 * @rss_anon: resident anonymous memory, by the kernel's own running count, which may
 *	lag behind what PAGES finds
 * @rss_file: resident file pages, likewise
 * @rss_shmem: resident shared memory, likewise
 * @swap: swapped out, likewise
 * @page_tables: page tables
 */
struct ipcshow_mm {
	struct ipcshow_record rec;
	__u64 id;
	__u64 exe_inode;
	__u32 users;
	__u32 nr_vmas;
	__u64 start_code;
	__u64 end_code;
	__u64 start_data;
	__u64 end_data;
	__u64 start_brk;
	__u64 brk;
	__u64 start_stack;
	__u64 arg_start;
	__u64 arg_end;
	__u64 env_start;
	__u64 env_end;
	__u64 vdso;
	__u64 task_size;
	__u64 total_vm;
	__u64 data_vm;
	__u64 exec_vm;
	__u64 stack_vm;
	__u64 locked_vm;
	__u64 pinned_vm;
	__u64 hiwater_vm;
	__u64 hiwater_rss;
	__u64 rss_anon;
	__u64 rss_file;
	__u64 rss_shmem;
	__u64 swap;
	__u64 page_tables;
};

/* The caller may not attach to this thread: no ip, sp, tls, altstack, REGS. */
#define IPCSHOW_THREAD_F_REFUSED	_BITULL(0)
/* ip, sp, tls and REGS could not be read: it exits, or is just being made. */
#define IPCSHOW_THREAD_F_NO_REGS	_BITULL(1)
/*
 * It ran when it was read: ip, sp, tls and REGS are what it last entered the
 * kernel with. Without this flag they are what it will go on with (in a system
 * call: what it entered with, until the kernel sets the result).
 */
#define IPCSHOW_THREAD_F_STALE		_BITULL(2)
/* Read on its CPU, by IPCSHOW_SNAPSHOT_F_INTERRUPT. */
#define IPCSHOW_THREAD_F_INTERRUPTED	_BITULL(3)
/* A worker of the kernel's (io_uring): it never runs in user space. */
#define IPCSHOW_THREAD_F_KERNEL_WORKER	_BITULL(4)
/* It is the leader of its group: its TID is the PID. */
#define IPCSHOW_THREAD_F_LEADER		_BITULL(5)

/**
 * struct ipcshow_thread - one thread
 * @rec: type IPCSHOW_REC_THREAD
 * @flags: IPCSHOW_THREAD_F_*
 * @tid: its TID
 * @state: a letter as in /proc/PID/stat
 * @cpu: where it runs or ran last
 * @reserved: 0
 * @ip: instruction pointer
 * @sp: stack pointer
 * @tls: TLS base (FS base on x86-64, the GDT entry of %gs for its 32-bit tasks,
 *	TPIDR_EL0 on arm64, TPIDRRO_EL0 for its 32-bit tasks)
 * @altstack: alternate signal stack; 0 when there is none
 * @altstack_size: its size
 * @start_time: when it started, ns since boot (CLOCK_BOOTTIME)
 * @voluntary_switches: context switches so far because it waited
 * @involuntary_switches: context switches so far because others ran
 * @comm: its name, padded with NUL
 */
struct ipcshow_thread {
	struct ipcshow_record rec;
	__u64 flags;
	__u32 tid;
	__u32 state;
	__u32 cpu;
	__u32 reserved;
	__u64 ip;
	__u64 sp;
	__u64 tls;
	__u64 altstack;
	__u64 altstack_size;
	__u64 start_time;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	__u8 comm[IPCSHOW_COMM_LEN];
};

/**
 * struct ipcshow_regs - general registers of the thread before it
 * @rec: type IPCSHOW_REC_REGS
 * @tid: its TID
 * @nr: entries in @reg
 * @reg: the registers. x86-64 (EM_X86_64): r15 r14 r13 r12 rbp rbx r11 r10 r9 r8
 *	rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base;
 *	arm64 (EM_AARCH64): x0 to x30, sp, pc, pstate
 *
 * Floating point and vector registers are not reported.
 */
struct ipcshow_regs {
	struct ipcshow_record rec;
	__u32 tid;
	__u32 nr;
	__u64 reg[];
};

/* Its name was removed from the file system. */
#define IPCSHOW_FILE_F_DELETED		_BITULL(0)
/*
 * Lives in a file system that the kernel keeps for itself, and never had a name
 * in one that users see: on tmpfs that is memfd ("/memfd:NAME"), SysV shared
 * memory ("/SYSV" and the key) and shared anonymous memory ("/dev/zero"); no user
 * chose the start of such a path.
 */
#define IPCSHOW_FILE_F_INTERNAL		_BITULL(1)
/* The path does not fit in PATH_MAX or cannot be told: path_size is 0. */
#define IPCSHOW_FILE_F_NO_PATH		_BITULL(2)
/* SysV shared memory: @ino is the shmid, @sysv_key the key. */
#define IPCSHOW_FILE_F_SYSV		_BITULL(3)

#define IPCSHOW_FILES_KEPT	64

/**
 * struct ipcshow_file - a file that the next REGIONs map
 * @rec: type IPCSHOW_REC_FILE
 * @id: what &ipcshow_region.file says. The newest FILE of that @id counts, and it is
 *	written again when another whose @id leaves the same remainder by
 *	IPCSHOW_FILES_KEPT came between: a reader that keeps the newest of each
 *	remainder has all it needs
 * @inode: identity of the inode that @path leads to
 * @flags: IPCSHOW_FILE_F_*
 * @ino: its number
 * @dev_major: its file system's device, major number
 * @dev_minor: minor number
 * @fs_magic: type of its file system, as f_type of statfs()
 * @mode: st_mode
 * @nlink: st_nlink
 * @sysv_key: key of SysV shared memory
 * @bytes: st_size
 * @path_size: bytes in @path
 * @path: as the caller sees it from its root
 */
struct ipcshow_file {
	struct ipcshow_record rec;
	__u64 id;
	__u64 inode;
	__u64 flags;
	__u64 ino;
	__u32 dev_major;
	__u32 dev_minor;
	__u64 fs_magic;
	__u32 mode;
	__u32 nlink;
	__u32 sysv_key;
	__u32 path_size;
	__u64 bytes;
	__u8 path[];
};

/* Access and behaviour of a VMA. The numbers are this header's own. */
#define IPCSHOW_VMA_READ	_BITULL(0)
#define IPCSHOW_VMA_WRITE	_BITULL(1)
#define IPCSHOW_VMA_EXEC	_BITULL(2)
#define IPCSHOW_VMA_SHARED	_BITULL(3)	/* writes go to the object */
#define IPCSHOW_VMA_MAYREAD	_BITULL(4)	/* mprotect() may allow it */
#define IPCSHOW_VMA_MAYWRITE	_BITULL(5)
#define IPCSHOW_VMA_MAYEXEC	_BITULL(6)
#define IPCSHOW_VMA_MAYSHARE	_BITULL(7)	/* mmap() said MAP_SHARED */
#define IPCSHOW_VMA_GROWSDOWN	_BITULL(8)	/* a main stack */
#define IPCSHOW_VMA_PFNMAP	_BITULL(10)	/* device memory, no struct page */
#define IPCSHOW_VMA_LOCKED	_BITULL(13)
#define IPCSHOW_VMA_IO		_BITULL(14)
#define IPCSHOW_VMA_SEQ_READ	_BITULL(15)
#define IPCSHOW_VMA_RAND_READ	_BITULL(16)
#define IPCSHOW_VMA_DONTCOPY	_BITULL(17)	/* not inherited by fork() */
#define IPCSHOW_VMA_DONTEXPAND	_BITULL(18)
#define IPCSHOW_VMA_LOCKONFAULT	_BITULL(19)
#define IPCSHOW_VMA_ACCOUNT	_BITULL(20)
#define IPCSHOW_VMA_NORESERVE	_BITULL(21)
#define IPCSHOW_VMA_HUGETLB	_BITULL(22)
#define IPCSHOW_VMA_SYNC	_BITULL(23)
#define IPCSHOW_VMA_WIPEONFORK	_BITULL(25)
#define IPCSHOW_VMA_DONTDUMP	_BITULL(26)
#define IPCSHOW_VMA_MIXEDMAP	_BITULL(28)
#define IPCSHOW_VMA_HUGEPAGE	_BITULL(29)	/* madvise(MADV_HUGEPAGE) */
#define IPCSHOW_VMA_NOHUGEPAGE	_BITULL(30)
#define IPCSHOW_VMA_MERGEABLE	_BITULL(31)	/* madvise(MADV_MERGEABLE): KSM */
#define IPCSHOW_VMA_UFFD	_BITULL(32)	/* userfaultfd watches it */
#define IPCSHOW_VMA_SEALED	_BITULL(33)	/* mseal() */

/* It began lower when the walk came by; the part below was reported before. */
#define IPCSHOW_REGION_F_CONTINUED	_BITUL(0)
/* The name is of the kernel (vdso and the like), not by prctl(PR_SET_VMA). */
#define IPCSHOW_REGION_F_SPECIAL	_BITUL(1)

/**
 * struct ipcshow_region - one VMA
 * @rec: type IPCSHOW_REC_REGION
 * @start: its first address
 * @end: its end, exclusive
 * @vma_flags: IPCSHOW_VMA_*
 * @offset: where @start lies in the file, or in the shared memory object, bytes; for
 *	anonymous memory with @family, where it lies in what fork() copies
 * @object: identity of the memory object behind it (the page cache of one
 *	inode, one shared memory object); 0: anonymous and private from the start
 * @file: &ipcshow_file.id; 0: no file
 * @family: with IPCSHOW_WHAT_FAMILY: identity of the processes' family that its anonymous
 *	pages may be shared in since a fork(): the same page lies at the same @offset in VMAs
 *	of one family, wherever mremap() moved them; 0: it never had anonymous pages
 * @flags: IPCSHOW_REGION_F_*
 * @page_shift: log2 of the size of its pages (hugetlb; else the base page)
 * @pkey: protection key, 0 where there are none
 * @name_size: bytes in @name
 * @name: anonymous name, or name of a special mapping
 */
struct ipcshow_region {
	struct ipcshow_record rec;
	__u64 start;
	__u64 end;
	__u64 vma_flags;
	__u64 offset;
	__u64 object;
	__u64 file;
	__u64 family;
	__u32 flags;
	__u32 page_shift;
	__u32 pkey;
	__u32 name_size;
	__u8 name[];
};

/**
 * struct ipcshow_pages - what a range of one VMA has in memory
 * @rec: type IPCSHOW_REC_PAGES
 * @start: where the range begins: with the REGION before it, or at a cut, or where
 *	the last PAGES ended: the parts follow one another without a gap
 * @end: where it ends, exclusive: with the REGION, or at a cut, or where the
 *	mapping was found changed
 * @rss: resident, as Rss of /proc/PID/smaps
 * @pss: @rss with each page divided by its mappings, in 1/4096 bytes
 * @shared_clean: as Shared_Clean of smaps, where "shared" is a page that is mapped
 *	more than once, also by the same process
 * @shared_dirty: as Shared_Dirty
 * @private_clean: as Private_Clean
 * @private_dirty: as Private_Dirty
 * @pss_dirty: part of @pss that is dirty, in 1/4096 bytes
 * @referenced: as in smaps
 * @anonymous: as in smaps
 * @ksm: merged by KSM; not the zero page that KSM may put in place
 * @lazyfree: as in smaps
 * @locked: part of @pss in locked memory, in 1/4096 bytes
 * @swap: swapped out, as in smaps: for shared memory, what the object has in swap; in
 *	a private mapping that can be written to, not where a copy is in its place
 * @anon_huge: anonymous, mapped as huge pages, as AnonHugePages of smaps
 * @shmem_huge: shared memory, mapped as huge pages, as ShmemPmdMapped
 * @file_huge: files, mapped as huge pages, as FilePmdMapped
 * @zero: mapped to the zero page, huge or small; not in @rss
 * @shared_hugetlb: as Shared_Hugetlb of smaps; not in @rss
 * @private_hugetlb: as Private_Hugetlb; not in @rss
 * @device: mapped without struct page (PFN map), or special; not in @rss
 * @guard: guard markers (MADV_GUARD_INSTALL)
 */
struct ipcshow_pages {
	struct ipcshow_record rec;
	__u64 start;
	__u64 end;
	__u64 rss;
	__u64 pss;
	__u64 shared_clean;
	__u64 shared_dirty;
	__u64 private_clean;
	__u64 private_dirty;
	__u64 pss_dirty;
	__u64 referenced;
	__u64 anonymous;
	__u64 ksm;
	__u64 lazyfree;
	__u64 locked;
	__u64 swap;
	__u64 anon_huge;
	__u64 shmem_huge;
	__u64 file_huge;
	__u64 zero;
	__u64 shared_hugetlb;
	__u64 private_hugetlb;
	__u64 device;
	__u64 guard;
};

/* The mmap lock was dropped between: the address space may have changed. */
#define IPCSHOW_END_F_CHANGED		_BITULL(0)
/*
 * The thread group has left the address space (exit, execve): what would follow
 * is missing, also where the address space lives on in another process.
 */
#define IPCSHOW_END_F_GONE		_BITULL(1)
/*
 * Threads went while they were listed, so that the place was lost: one that
 * started meanwhile may be missing, and one may come twice.
 */
#define IPCSHOW_END_F_THREADS_LOST	_BITULL(2)
/*
 * A thread let go of its table of descriptors while it was listed (exit, unshare()), or kept
 * changing its credentials: FDs of that table may be missing.
 */
#define IPCSHOW_END_F_FDS_LOST		_BITULL(3)

/**
 * struct ipcshow_end - the last record of a snapshot
 * @rec: type IPCSHOW_REC_END
 * @flags: IPCSHOW_END_F_*
 * @regions: REGION records
 * @threads: THREAD records
 * @threads_refused: of these, with IPCSHOW_THREAD_F_REFUSED
 * @lock_holds: times that the mmap lock was taken
 * @lock_max_ns: longest time it was held, ns
 * @lock_total_ns: time it was held in all, ns
 */
struct ipcshow_end {
	struct ipcshow_record rec;
	__u64 flags;
	__u64 regions;
	__u64 threads;
	__u64 threads_refused;
	__u64 lock_holds;
	__u64 lock_max_ns;
	__u64 lock_total_ns;
};

/* The caller may not look at this thread: nothing but the TID is filled in. */
#define IPCSHOW_RESOURCES_F_REFUSED	_BITULL(0)
/* It exits, or changed each time that it was looked at: only the TID is filled in. */
#define IPCSHOW_RESOURCES_F_EXITING	_BITULL(1)
/* prctl(PR_SET_NO_NEW_PRIVS) */
#define IPCSHOW_RESOURCES_F_NO_NEW_PRIVS _BITULL(2)

/* Entries of &ipcshow_resources.ns and .ns_ino. */
#define IPCSHOW_NS_CGROUP		0
#define IPCSHOW_NS_IPC			1
#define IPCSHOW_NS_MNT			2
#define IPCSHOW_NS_NET			3
#define IPCSHOW_NS_PID			4
#define IPCSHOW_NS_PID_CHILDREN		5
#define IPCSHOW_NS_TIME			6
#define IPCSHOW_NS_TIME_CHILDREN	7
#define IPCSHOW_NS_USER			8
#define IPCSHOW_NS_UTS			9
#define IPCSHOW_NR_NS			10

/**
 * struct ipcshow_resources - what the thread before it uses, alone or with others
 * @rec: type IPCSHOW_REC_RESOURCES
 * @flags: IPCSHOW_RESOURCES_F_*
 * @tid: its TID
 * @tracer: PID of the tracer's thread group; 0: none, or none that the caller's PID namespace
 *	has a number for: see @tracer_group
 * @mm: identity of the address space
 * @files: identity of the table of descriptors; 0: none (so for all that follow)
 * @fs: identity of root, working directory and umask
 * @sighand: identity of the table of signal handlers
 * @signal: identity of the thread group
 * @io_context: identity of the I/O context
 * @sysv_undo: identity of the list of System V semaphore adjustments
 * @cred: identity of the credentials: a process has its own, equal ones after fork()
 * @groups: identity of the list of supplementary groups
 * @cgroups: identity of the set of cgroups (one of each hierarchy)
 * @session: identity of the session
 * @pgrp: identity of the process group
 * @tty: identity of the controlling terminal
 * @ns: identities of the namespaces, by IPCSHOW_NS_*
 * @ns_ino: their numbers, as in /proc/PID/ns
 * @sid: PID of the session's leader
 * @pgid: PID of the process group's leader
 * @tty_major: device number of @tty
 * @tty_minor: device number of @tty
 * @uid: real user ID
 * @euid: effective user ID
 * @suid: saved user ID
 * @fsuid: user ID for access to files
 * @gid: real group ID
 * @egid: effective group ID
 * @sgid: saved group ID
 * @fsgid: group ID for access to files
 * @cap_inheritable: inheritable capabilities, a bit for each (so for all that follow)
 * @cap_permitted: permitted capabilities
 * @cap_effective: effective capabilities
 * @cap_bounding: capability bounding set
 * @cap_ambient: ambient capabilities
 * @sig_blocked: signals that this thread blocks; bit 0 is signal 1 (so for all that follow)
 * @sig_pending: signals that wait for this thread
 * @sig_shared_pending: signals that wait for any thread of the group
 * @sig_ignored: signals that the thread group ignores
 * @sig_caught: signals with a handler
 * @tracer_group: identity of the tracer's thread group, as @signal of its threads
 *
 * The check is that for reading /proc/TID/maps, for each thread, with the
 * credentials of the snapshot's caller. Identities here are of objects that come and
 * go: to compare tasks, read A, B, and A again, and believe what held.
 */
struct ipcshow_resources {
	struct ipcshow_record rec;
	__u64 flags;
	__u32 tid;
	__u32 tracer;
	__u64 mm;
	__u64 files;
	__u64 fs;
	__u64 sighand;
	__u64 signal;
	__u64 io_context;
	__u64 sysv_undo;
	__u64 cred;
	__u64 groups;
	__u64 cgroups;
	__u64 session;
	__u64 pgrp;
	__u64 tty;
	__u64 ns[IPCSHOW_NR_NS];
	__u32 ns_ino[IPCSHOW_NR_NS];
	__u32 sid;
	__u32 pgid;
	__u32 tty_major;
	__u32 tty_minor;
	__u32 uid;
	__u32 euid;
	__u32 suid;
	__u32 fsuid;
	__u32 gid;
	__u32 egid;
	__u32 sgid;
	__u32 fsgid;
	__u64 cap_inheritable;
	__u64 cap_permitted;
	__u64 cap_effective;
	__u64 cap_bounding;
	__u64 cap_ambient;
	__u64 sig_blocked;
	__u64 sig_pending;
	__u64 sig_shared_pending;
	__u64 sig_ignored;
	__u64 sig_caught;
	__u64 tracer_group;
};

/* Opened for reading, for writing; O_PATH: neither, and none of the rest. */
#define IPCSHOW_FD_F_READ		_BITULL(0)
#define IPCSHOW_FD_F_WRITE		_BITULL(1)
#define IPCSHOW_FD_F_PATH		_BITULL(2)
/* As IPCSHOW_FILE_F_DELETED, _INTERNAL and _NO_PATH. */
#define IPCSHOW_FD_F_DELETED		_BITULL(3)
#define IPCSHOW_FD_F_INTERNAL		_BITULL(4)
#define IPCSHOW_FD_F_NO_PATH		_BITULL(5)
/* A socket: family and what follows are filled in. */
#define IPCSHOW_FD_F_SOCKET		_BITULL(6)
/* A terminal: @peer is the identity of the pair that a pty is, or of the terminal. */
#define IPCSHOW_FD_F_TTY		_BITULL(7)
/* The master's side of a pty. */
#define IPCSHOW_FD_F_PTY_MASTER		_BITULL(8)
/* The socket is shut down for reading, for writing. */
#define IPCSHOW_FD_F_SHUT_READ		_BITULL(9)
#define IPCSHOW_FD_F_SHUT_WRITE		_BITULL(10)
/* The socket listens. */
#define IPCSHOW_FD_F_LISTENS		_BITULL(11)
/* An end of a shared ring: @peer is the identity of the ring, and of its mappings' object. */
#define IPCSHOW_FD_F_RING_PRODUCER	_BITULL(12)
#define IPCSHOW_FD_F_RING_CONSUMER	_BITULL(13)
#define IPCSHOW_FD_F_RING_OBSERVER	_BITULL(14)
/* Somebody holds a lock or a lease of the file: its fdinfo and /proc/locks tell whose. */
#define IPCSHOW_FD_F_LOCKED		_BITULL(15)
/* An IPv6 socket that takes nothing that is sent by IPv4. */
#define IPCSHOW_FD_F_IPV6_ONLY		_BITULL(16)

/**
 * struct ipcshow_fd - an open descriptor
 * @rec: type IPCSHOW_REC_FD
 * @flags: IPCSHOW_FD_F_*
 * @files: identity of the table that it stands in (&ipcshow_resources.files). Written behind
 *	the first THREAD (and its REGS and RESOURCES) that uses the table, and perhaps
 *	again behind another
 * @fd: the descriptor
 * @open_flags: O_* flags, those that fcntl(F_GETFL) tells
 * @file: identity of the open file description: the same after dup(), fork() and when passed
 * @inode: identity of the inode: the same for both ends of a pipe, and for all that opened
 *	one file
 * @peer: for a connected unix socket, the @self of the one that it sends to; see F_TTY and F_RING_*
 * @self: for a socket, its identity
 * @ino: inode number
 * @dev_major: device of the file system, major number
 * @dev_minor: device of the file system, minor number
 * @rdev_major: device that a device node stands for, major number
 * @rdev_minor: device that a device node stands for, minor number
 * @mode: st_mode
 * @fs_magic: type of the file system, as f_type of statfs()
 * @pos: file position
 * @netns: identity of the socket's network namespace
 * @family: AF_*
 * @type: SOCK_*
 * @protocol: IPPROTO_* and the like
 * @state: TCP_* (1: established, 10: listening, 7: closed)
 * @local_port: port of this end, 0 where there is none
 * @remote_port: port of the other end, 0 where there is none
 * @local_addr: address of this end: IPv6, or IPv4 in the form ::ffff:a.b.c.d; zeros: any
 * @remote_addr: address of the other end, likewise
 * @path_size: bytes in @path
 * @path: as d_path() gives it to the caller; of a unix socket, the address that it is
 *	bound to (an abstract one begins with NUL), nothing if it is not
 */
struct ipcshow_fd {
	struct ipcshow_record rec;
	__u64 flags;
	__u64 files;
	__u32 fd;
	__u32 open_flags;
	__u64 file;
	__u64 inode;
	__u64 peer;
	__u64 self;
	__u64 ino;
	__u32 dev_major;
	__u32 dev_minor;
	__u32 rdev_major;
	__u32 rdev_minor;
	__u64 fs_magic;
	__u64 pos;
	__u64 netns;
	__u32 mode;
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 state;
	__u32 local_port;
	__u32 remote_port;
	__u32 path_size;
	__u8 local_addr[16];
	__u8 remote_addr[16];
	__u8 path[];
};

/* SETs that came before are not referred to any more. */
#define IPCSHOW_SET_F_FIRST		_BITUL(0)

/**
 * struct ipcshow_set - some sites of one group
 * @rec: type IPCSHOW_REC_SET
 * @id: never 0; ascends
 * @parent: a SET that came before, or 0: none
 * @site: the sites of the set are those of @parent, and this one, an index in
 *	&ipcshow_compare.sites that is higher than any in @parent
 * @flags: IPCSHOW_SET_F_*
 * @first: only with IPCSHOW_COMPARE_F_RUNS (@rec tells, by its size): not only @site, but all
 *	from this one, which is higher than any in @parent, to @site. It may be @site
 * @reserved: 0, as long as @first is there
 */
struct ipcshow_set {
	struct ipcshow_record rec;
	__u64 id;
	__u64 parent;
	__u32 site;
	__u32 flags;
	__u32 first;
	__u32 reserved;
};

/* What the pages are; none of these: no struct page (device memory), or poisoned. */
#define IPCSHOW_SHARE_F_ANON		_BITUL(0)	/* anonymous */
#define IPCSHOW_SHARE_F_FILE		_BITUL(1)	/* page cache, shared memory */
#define IPCSHOW_SHARE_F_KSM		_BITUL(2)	/* merged by KSM (and anonymous) */
#define IPCSHOW_SHARE_F_OWNED		_BITUL(3)	/* a driver's or the kernel's */
#define IPCSHOW_SHARE_F_HUGETLB		_BITUL(4)	/* of a hugetlb pool */
#define IPCSHOW_SHARE_F_SWAP		_BITUL(5)	/* swapped out: the same slot */
/* They changed while they were looked at, each time. */
#define IPCSHOW_SHARE_F_UNSETTLED	_BITUL(6)

/**
 * struct ipcshow_share - pages that the sites of a set have in common
 * @rec: type IPCSHOW_REC_SHARE
 * @set: &ipcshow_set.id
 * @offset: the first of the pages, bytes from the start of each site
 * @bytes: of how many pages, one after the other
 * @group: of the sites
 * @flags: IPCSHOW_SHARE_F_*
 *
 * Each of the pages is mapped by all sites of the set at its offset, and by no other site of the
 * group. A set of one site: only that one has it. Records of one group come in chunks of at
 * most 2,048 pages that ascend; within a chunk they do not. What is UNSETTLED says no more
 * than that the sites of the set had some page there.
 */
struct ipcshow_share {
	struct ipcshow_record rec;
	__u64 set;
	__u64 offset;
	__u64 bytes;
	__u32 group;
	__u32 flags;
};

/**
 * struct ipcshow_page - one page that may be mapped anywhere else
 * @rec: type IPCSHOW_REC_PAGE
 * @id: its identity, which holds as long as the page does what it does: compare twice
 * @offset: bytes from the start of the site
 * @site: index in &ipcshow_compare.sites
 * @flags: IPCSHOW_SHARE_F_KSM or IPCSHOW_SHARE_F_OWNED
 *
 * It is in a SHARE record too. A page that is mapped only once may have none: nobody has it too.
 */
struct ipcshow_page {
	struct ipcshow_record rec;
	__u64 id;
	__u64 offset;
	__u32 site;
	__u32 flags;
};

/* A target left its address space: what would follow is missing. */
#define IPCSHOW_COMPARE_END_F_GONE	_BITULL(0)
/* Some site's range was not mapped throughout. */
#define IPCSHOW_COMPARE_END_F_UNMAPPED	_BITULL(1)

/**
 * struct ipcshow_compare_end - the last record of a comparison
 * @rec: type IPCSHOW_REC_COMPARE_END
 * @flags: IPCSHOW_COMPARE_END_F_*
 * @target: F_GONE: number of the target that left
 * @reserved: 0
 * @unsettled: bytes of pages that did not hold still: those in SHARE records with
 *	IPCSHOW_SHARE_F_UNSETTLED, and those that were gone in the end
 * @retries: chunks that were read again
 * @lock_holds: times that an mmap lock was taken
 * @lock_max_ns: longest time it was held, ns
 * @lock_total_ns: time it was held in all, ns
 */
struct ipcshow_compare_end {
	struct ipcshow_record rec;
	__u64 flags;
	__u32 target;
	__u32 reserved;
	__u64 unsettled;
	__u64 retries;
	__u64 lock_holds;
	__u64 lock_max_ns;
	__u64 lock_total_ns;
};

#endif /* _UAPI_LINUX_IPCSHOW_H */
