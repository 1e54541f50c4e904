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
 * An open file of /dev/ipcshow has at most one ring and one target. Calls on
 * the same file by several threads are carried out one after the other.
 */

/* 0xE9 is free in Documentation/userspace-api/ioctl/ioctl-number.rst. */
#define IPCSHOW_IOC_TYPE	0xE9

#define IPCSHOW_IOC_INFO	_IO(IPCSHOW_IOC_TYPE, 0x00)
#define IPCSHOW_IOC_RING	_IO(IPCSHOW_IOC_TYPE, 0x01)
#define IPCSHOW_IOC_TARGET	_IO(IPCSHOW_IOC_TYPE, 0x02)
#define IPCSHOW_IOC_SNAPSHOT	_IO(IPCSHOW_IOC_TYPE, 0x03)

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
 */
struct ipcshow_info {
	__u32 size;
	__u32 machine;
	__u64 what;
	__u64 ring_min;
	__u64 ring_max;
	__u32 page_size;
	__u32 cuts_max;
};

/**
 * DOC: The ring
 *
 * A ring is one page that the consumer writes, one page that the producer
 * writes, and the data, a power of two bytes, mapped twice in a row so that a
 * record never wraps:
 *
 *	consumer_offset   [ struct ipcshow_consumer ]        read, write
 *	producer_offset   [ struct ipcshow_producer ]        read
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

/**
 * struct ipcshow_consumer - the page that the consumer writes
 * @pos: consumer position: all before it may be overwritten
 */
struct ipcshow_consumer {
	__u64 pos;
};

/**
 * struct ipcshow_producer - the page that the producer writes
 * @pos: producer position: all before it is committed
 */
struct ipcshow_producer {
	__u64 pos;
};

/**
 * struct ipcshow_target - choose and pin the task to look at (IPCSHOW_IOC_TARGET)
 * @size: sizeof(struct ipcshow_target)
 * @flags: 0
 * @pid: in: PID or TID, in the caller's PID namespace; any thread stands for
 *	its thread group
 * @reserved: 0
 *
 * Pins the thread group and its address space: later snapshots through this
 * file are of that address space or of none, never of another program that
 * execve() or a reused PID put in its place. A leader that has exited while
 * other threads live is no obstacle. A second call replaces the target; one
 * that fails leaves the former target and an unfinished snapshot as they were.
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
 * ENOSPC as for IPCSHOW_IOC_RING: a target counts as 64 KiB.
 */
struct ipcshow_target {
	__u32 size;
	__u32 flags;
	__u32 pid;
	__u32 reserved;
};

/* What a snapshot holds; the records come in this order, END last. */
#define IPCSHOW_WHAT_TASK	_BITULL(0)	/* TASK */
#define IPCSHOW_WHAT_MM		_BITULL(1)	/* MM */
#define IPCSHOW_WHAT_THREADS	_BITULL(2)	/* THREAD for each thread */
#define IPCSHOW_WHAT_REGS	_BITULL(3)	/* REGS behind each THREAD */
#define IPCSHOW_WHAT_REGIONS	_BITULL(4)	/* FILE and REGION for each VMA */
#define IPCSHOW_WHAT_PAGES	_BITULL(5)	/* PAGES behind each REGION */

/* Go on with the snapshot that this file has begun. */
#define IPCSHOW_SNAPSHOT_F_CONTINUE	_BITUL(0)
/*
 * Ask a thread that runs on another CPU for its registers there, by an
 * interrupt, instead of reporting the stale ones that were saved last.
 */
#define IPCSHOW_SNAPSHOT_F_INTERRUPT	_BITUL(1)

/* The ring was full, or a signal came: drain it, and continue. */
#define IPCSHOW_SNAPSHOT_MORE		1
/* The END record is in the ring. */
#define IPCSHOW_SNAPSHOT_DONE		2

/**
 * struct ipcshow_snapshot - write a snapshot to the ring (IPCSHOW_IOC_SNAPSHOT)
 * @size: sizeof(struct ipcshow_snapshot)
 * @flags: IPCSHOW_SNAPSHOT_F_*
 * @what: in: IPCSHOW_WHAT_*, at least one. WHAT_REGS needs WHAT_THREADS,
 *	WHAT_PAGES needs WHAT_REGIONS
 * @start: in: lowest address of interest: VMAs that end at or below it are left out
 * @end: in: end of the addresses of interest (exclusive); 0 for all
 * @cuts: in: pointer to an array of __u64 addresses, each a multiple of the
 *	page size, strictly ascending: PAGES are counted apart on the two sides of
 *	each, so that the caller has counters of any ranges that it likes
 * @nr_cuts: in: entries in @cuts, at most &ipcshow_info.cuts_max
 * @status: out: IPCSHOW_SNAPSHOT_MORE or IPCSHOW_SNAPSHOT_DONE
 *
 * Appends records to the ring until the snapshot is complete or the ring full.
 * With F_CONTINUE, @what, @start, @end, @cuts and @nr_cuts must be zero: those
 * of the call that began the snapshot hold. Without it, an unfinished
 * snapshot is dropped; records of it that are still in the ring stay.
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
 * Errors: ENXIO: no ring or no target yet. EUCLEAN: the consumer position
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

#define IPCSHOW_COMM_LEN	16

/* The leader has exited; other threads of the group live. */
#define IPCSHOW_TASK_F_LEADER_EXITED	_BITULL(0)
/* A 32-bit task on a 64-bit kernel, as of its last execve(). */
#define IPCSHOW_TASK_F_COMPAT		_BITULL(1)
/* The task began to exit, or was killed. */
#define IPCSHOW_TASK_F_EXITING		_BITULL(2)

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
 *	TPIDR_EL0 on arm64)
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
 * @offset: where @start lies in the file, or in the shared memory object, bytes
 * @object: identity of the memory object behind it (the page cache of one
 *	inode, one shared memory object); 0: anonymous and private from the start
 * @file: &ipcshow_file.id; 0: no file
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

#endif /* _UAPI_LINUX_IPCSHOW_H */
