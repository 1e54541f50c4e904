/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_H
#define IPCSHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/ipcshow.h>

#include "ipcshow-ring.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: libipcshow
 *
 * Two layers. The lower hands over what the module reports, record by record
 * and in place (&struct ipcshow_device, ipcshow_snapshot_take()). The upper
 * judges: a &struct ipcshow_process knows the threads and where their stacks
 * and TLS lie, and ipcshow_process_areas() names each part of the address space.
 *
 * Apart from both, ipcshow-ring.h has rings for records between two processes.
 *
 * Functions that return int give 0 (or what their comment says) on success and
 * a negative errno on failure. A callback that returns other than 0 stops the
 * function that called it, which then returns that value.
 *
 * A handle is used by one thread at a time. Texts (paths, thread names,
 * anonymous names) are bytes that the target chose; pass them through
 * ipcshow_text_escape() or ipcshow_text_json() before a person or a parser
 * sees them.
 *
 * Texts of the library's own (what ipcshow_*_help(), proofs and details say) are translated
 * if the program has called setlocale(), by the catalogue of %IPCSHOW_TEXT_DOMAIN that it has bound
 * (bindtextdomain()), or else by that in the system's place for catalogues. Names (ipcshow_*_name(),
 * roles of ends) never are.
 */
#define IPCSHOW_TEXT_DOMAIN	"ipcshow"

/* ---- device: an open /dev/ipcshow with its ring ---- */

struct ipcshow_device;

/**
 * ipcshow_device_open() - open the module and make a ring
 * @device: out: the handle
 * @ring_size: bytes of the ring's data, a power of two; 0 for the default.
 *	Where that much is not to be had, the next smaller power of two that is
 *
 * Return: 0; -ENOENT: there is no /dev/ipcshow; -ENODEV or -ENXIO: nothing is behind it: the module
 * is not loaded, or that file is not of it; -ENOTTY: it is another file; else as open(),
 * mmap() and IPCSHOW_IOC_RING.
 */
int ipcshow_device_open(struct ipcshow_device **device, size_t ring_size);

/**
 * ipcshow_device_replay() - a device that replays records from memory
 * @device: out: the handle
 * @records: whole records as they lie in a ring; must outlive the handle
 * @size: bytes
 * @info: what IPCSHOW_IOC_INFO would have said
 *
 * Every snapshot through it yields those of @records that it asks for. For
 * tests and for looking at a recorded stream.
 */
int ipcshow_device_replay(struct ipcshow_device **device, const void *records,
			  size_t size, const struct ipcshow_info *info);

void ipcshow_device_close(struct ipcshow_device *device);

/** ipcshow_device_info() - what the module said of itself; never NULL */
const struct ipcshow_info *ipcshow_device_info(const struct ipcshow_device *device);

/**
 * ipcshow_device_target() - choose the process that snapshots are of
 * @device: the device
 * @pid: PID or TID of any of its threads
 *
 * Return: 0 or as IPCSHOW_IOC_TARGET.
 */
int ipcshow_device_target(struct ipcshow_device *device, pid_t pid);

/**
 * ipcshow_device_add_target() - one more target, beside those that there are
 * @device: the device
 * @pid: PID or TID of any of its threads
 * @target: out: its number, for &ipcshow_query.target
 *
 * Return: 0 or as IPCSHOW_IOC_TARGET.
 */
int ipcshow_device_add_target(struct ipcshow_device *device, pid_t pid, __u32 *target);

/**
 * ipcshow_device_on_call() - be told of calls of the module
 * @device: the device
 * @fn: called before each snapshot, each comparison, and each part of these; what it returns other
 *	than 0 ends that one, as if the module had; NULL: none
 * @arg: for @fn
 */
void ipcshow_device_on_call(struct ipcshow_device *device, int (*fn)(void *arg), void *arg);

/* ---- snapshot: records, as the module made them ---- */

/**
 * typedef ipcshow_record_fn - is called with each record of a snapshot
 * @record: lies in the ring and is valid until the function returns
 * @arg: the caller's
 *
 * A record of a type that this header knows has all members of its structure,
 * and its text or array lies within it. Only &struct ipcshow_set, where IPCSHOW_COMPARE_F_RUNS
 * was not asked for, ends before @first. It may be longer. Records of other types are not handed over.
 */
typedef int ipcshow_record_fn(const struct ipcshow_record *record, void *arg);

/**
 * struct ipcshow_query - what a snapshot is to hold
 * @what: @start: @end: @cuts: @nr_cuts: as in &struct ipcshow_snapshot
 * @flags: IPCSHOW_SNAPSHOT_F_INTERRUPT, IPCSHOW_SNAPSHOT_F_NO_FILES, or 0
 * @target: number of the target
 */
struct ipcshow_query {
	__u64 what;
	__u64 start;
	__u64 end;
	const __u64 *cuts;
	__u32 nr_cuts;
	__u32 flags;
	__u32 target;
};

/**
 * ipcshow_snapshot_take() - take a snapshot of the target, to its end
 * @device: the device
 * @query: what to take
 * @fn: called with each record, END included
 * @arg: for @fn
 *
 * Return: 0 when END was reached (which may say IPCSHOW_END_F_GONE); what @fn
 * returned; -EUCLEAN: a record was malformed; -EPROTO: the module made no
 * progress; else as IPCSHOW_IOC_SNAPSHOT.
 */
int ipcshow_snapshot_take(struct ipcshow_device *device,
			  const struct ipcshow_query *query,
			  ipcshow_record_fn *fn, void *arg);

/**
 * ipcshow_compare_take() - compare pages, to the end
 * @device: the device
 * @sites: @nr_sites: as in &struct ipcshow_compare
 * @fn: called with each record, COMPARE_END included
 * @arg: for @fn
 *
 * Return: 0 when COMPARE_END was reached (which may say IPCSHOW_COMPARE_END_F_GONE); else as
 * ipcshow_snapshot_take() and IPCSHOW_IOC_COMPARE.
 */
int ipcshow_compare_take(struct ipcshow_device *device, const struct ipcshow_site *sites,
			 __u32 nr_sites, ipcshow_record_fn *fn, void *arg);

/**
 * ipcshow_records_walk() - hand over the records that lie in a buffer
 * @records: aligned to 8 bytes
 * @size: bytes
 * @what: only records that these IPCSHOW_WHAT_* bits ask for, and END
 * @fn: called with each
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or -EUCLEAN.
 */
int ipcshow_records_walk(const void *records, size_t size, __u64 what,
			 ipcshow_record_fn *fn, void *arg);

/* ---- kinds ---- */

/**
 * enum ipcshow_kind - what an area is for
 *
 * Each has a name (ipcshow_kind_name()) that never changes. Kinds speak of the
 * role; whether memory is shared is what the VMA's flags and the counters say.
 *
 * @IPCSHOW_KIND_CODE: code: executable segment of the program
 * @IPCSHOW_KIND_RODATA: rodata: read-only segment of the program
 * @IPCSHOW_KIND_DATA: data: initialised data of the program, RELRO included
 * @IPCSHOW_KIND_BSS: bss: zero-initialised data of the program
 * @IPCSHOW_KIND_HEAP: heap: what brk() made
 * @IPCSHOW_KIND_STACK: stack: stack of a thread
 * @IPCSHOW_KIND_ALTSTACK: altstack: alternate signal stack of a thread, where
 *	it has pages of its own
 * @IPCSHOW_KIND_TLS: tls: static TLS block and thread control block of a thread
 * @IPCSHOW_KIND_GUARD: guard: inaccessible, right below a thread's stack
 * @IPCSHOW_KIND_ANON: anon: other private anonymous memory
 * @IPCSHOW_KIND_RESERVED: reserved: other private mapping without any access
 * @IPCSHOW_KIND_LIB_CODE: lib-code: as code, of a shared library or the loader
 * @IPCSHOW_KIND_LIB_RODATA: lib-rodata: as rodata
 * @IPCSHOW_KIND_LIB_DATA: lib-data: as data
 * @IPCSHOW_KIND_LIB_BSS: lib-bss: as bss
 * @IPCSHOW_KIND_FILE_PRIVATE: file-private: other file mapped MAP_PRIVATE
 * @IPCSHOW_KIND_FILE_SHARED: file-shared: other file mapped MAP_SHARED
 * @IPCSHOW_KIND_SHARED_ANON: shared-anon: MAP_SHARED | MAP_ANONYMOUS
 * @IPCSHOW_KIND_SYSV_SHM: sysv-shm: System V shared memory
 * @IPCSHOW_KIND_POSIX_SHM: posix-shm: tmpfs file below /dev/shm (shm_open())
 * @IPCSHOW_KIND_MEMFD: memfd: memfd_create()
 * @IPCSHOW_KIND_HUGETLB: hugetlb: other memory of a hugetlb pool
 * @IPCSHOW_KIND_VDSO: vdso: code that the kernel lends
 * @IPCSHOW_KIND_VVAR: vvar: data of the vdso
 * @IPCSHOW_KIND_DEVICE: device: device memory, or a kernel object mapped
 *	through its descriptor (perf_event, io_uring)
 * @IPCSHOW_KIND_SPECIAL: special: other mapping that the kernel made
 */
enum ipcshow_kind {
	IPCSHOW_KIND_CODE,
	IPCSHOW_KIND_RODATA,
	IPCSHOW_KIND_DATA,
	IPCSHOW_KIND_BSS,
	IPCSHOW_KIND_HEAP,
	IPCSHOW_KIND_STACK,
	IPCSHOW_KIND_ALTSTACK,
	IPCSHOW_KIND_TLS,
	IPCSHOW_KIND_GUARD,
	IPCSHOW_KIND_ANON,
	IPCSHOW_KIND_RESERVED,
	IPCSHOW_KIND_LIB_CODE,
	IPCSHOW_KIND_LIB_RODATA,
	IPCSHOW_KIND_LIB_DATA,
	IPCSHOW_KIND_LIB_BSS,
	IPCSHOW_KIND_FILE_PRIVATE,
	IPCSHOW_KIND_FILE_SHARED,
	IPCSHOW_KIND_SHARED_ANON,
	IPCSHOW_KIND_SYSV_SHM,
	IPCSHOW_KIND_POSIX_SHM,
	IPCSHOW_KIND_MEMFD,
	IPCSHOW_KIND_HUGETLB,
	IPCSHOW_KIND_VDSO,
	IPCSHOW_KIND_VVAR,
	IPCSHOW_KIND_DEVICE,
	IPCSHOW_KIND_SPECIAL,
	IPCSHOW_NR_KINDS
};

/** ipcshow_kind_name() - "lib-code" and so on; NULL for an unknown kind */
const char *ipcshow_kind_name(enum ipcshow_kind kind);

/** ipcshow_kind_help() - one line on what it is; NULL for an unknown kind */
const char *ipcshow_kind_help(enum ipcshow_kind kind);

/* ---- process: task, address space, threads ---- */

struct ipcshow_process;

/* Ask for the general registers of the threads too. */
#define IPCSHOW_PROCESS_F_REGS		(1U << 0)
/* As IPCSHOW_SNAPSHOT_F_INTERRUPT. */
#define IPCSHOW_PROCESS_F_INTERRUPT	(1U << 1)
/*
 * Beside the processes that are open on the device: all may be used, in any order. Without
 * it, those end.
 */
#define IPCSHOW_PROCESS_F_ADD		(1U << 2)
/* Fill in &ipcshow_region.family. */
#define IPCSHOW_PROCESS_F_FAMILY	(1U << 3)
/*
 * Read task and address space only, no threads and no programs: what is
 * needed to ask for totals (ipcshow_comparison_run()).
 */
#define IPCSHOW_PROCESS_F_BARE		(1U << 4)

/**
 * struct ipcshow_thread_view - a thread and where its memory lies
 * @thread: as the module reported it
 * @regs: its registers, or NULL
 * @stack_start: @stack_end: its stack, or what is known of it (see
 *	ipcshow_process_stack_flags()); both 0 where nothing is
 * @tls_start: @tls_end: its static TLS and control block; both 0 where unknown
 */
struct ipcshow_thread_view {
	const struct ipcshow_thread *thread;
	const struct ipcshow_regs *regs;
	__u64 stack_start;
	__u64 stack_end;
	__u64 tls_start;
	__u64 tls_end;
};

/**
 * ipcshow_process_open() - look at a process
 * @device: the device; the process is its target until the next open without F_ADD
 * @pid: PID or TID of any of its threads
 * @flags: IPCSHOW_PROCESS_F_*
 * @process: out: the handle
 *
 * Reads task, threads and VMAs once, and the program headers of what is
 * mapped executable. What it keeps grows with threads and programs, not with
 * VMAs. A process that exits meanwhile is opened all the same when its task
 * facts were read; see ipcshow_process_gone().
 *
 * Return: 0; -ENOMEM; as ipcshow_device_target(); as ipcshow_snapshot_take().
 */
int ipcshow_process_open(struct ipcshow_device *device, pid_t pid,
			 unsigned int flags, struct ipcshow_process **process);
void ipcshow_process_close(struct ipcshow_process *process);

/** ipcshow_process_target() - the number of its target in the device */
__u32 ipcshow_process_target(const struct ipcshow_process *process);

const struct ipcshow_task *ipcshow_process_task(const struct ipcshow_process *process);
const struct ipcshow_mm *ipcshow_process_mm(const struct ipcshow_process *process);

/** ipcshow_process_gone() - true when it exited or called execve() meanwhile */
bool ipcshow_process_gone(const struct ipcshow_process *process);

/**
 * ipcshow_process_changed() - true when mappings came, went or changed meanwhile
 * @process: the process
 *
 * ipcshow_process_open() and each ipcshow_process_areas() walk along the mappings: these were not the
 * same each time, or their sums are others afterwards. What went and came back in between is not noticed.
 * IPCSHOW_END_F_CHANGED says no more than that there was time for it.
 */
bool ipcshow_process_changed(const struct ipcshow_process *process);

/**
 * ipcshow_process_end() - the END record of the last snapshot
 * @process: the process
 *
 * @flags are those of all snapshots so far; @threads and @threads_refused are of
 * ipcshow_process_open().
 */
const struct ipcshow_end *ipcshow_process_end(const struct ipcshow_process *process);

/** ipcshow_process_threads() - number of threads */
size_t ipcshow_process_threads(const struct ipcshow_process *process);

/** ipcshow_process_thread() - thread @index, by ascending TID */
void ipcshow_process_thread(const struct ipcshow_process *process, size_t index,
			    struct ipcshow_thread_view *view);

/**
 * ipcshow_process_stack_flags() - whether it is a guess where a thread's stack begins
 * @process: the process
 * @index: of the thread, as for ipcshow_process_thread()
 *
 * Return: IPCSHOW_AREA_F_STACK_PART, IPCSHOW_AREA_F_STACK_MOST, or 0: it is exact, or not known at all.
 */
unsigned int ipcshow_process_stack_flags(const struct ipcshow_process *process, size_t index);

/** ipcshow_process_threads_refused() - threads that may not be attached to */
size_t ipcshow_process_threads_refused(const struct ipcshow_process *process);

/**
 * ipcshow_process_where() - the program or library that an address belongs to
 * @process: the process
 * @address: the address
 * @path: out: its path (bytes of the target; lives as long as @process)
 * @path_size: out: bytes in @path
 * @offset: out: @address as the ELF file has it (p_vaddr)
 *
 * Return: 0 or -ENOENT.
 */
int ipcshow_process_where(const struct ipcshow_process *process, __u64 address,
			  const char **path, size_t *path_size, __u64 *offset);

/* ---- area: a named part of the address space ---- */

/* Data that the loader made read-only after relocation (RELRO). */
#define IPCSHOW_AREA_F_RELRO		(1U << 0)
/* The file has no name any more. */
#define IPCSHOW_AREA_F_DELETED		(1U << 1)
/* The program headers could not be read: kinds are told by access alone. */
#define IPCSHOW_AREA_F_NO_ELF		(1U << 2)
/* The counters of this VMA's areas may stand with the lowest: too many cuts. */
#define IPCSHOW_AREA_F_COARSE		(1U << 3)
/* The stack may begin lower: it is known from the stack pointer upwards only. */
#define IPCSHOW_AREA_F_STACK_PART	(1U << 4)
/* The stack may begin higher: no guard lies below it, and other memory may lie in its mapping. */
#define IPCSHOW_AREA_F_STACK_MOST	(1U << 5)

/**
 * struct ipcshow_area - a part of one VMA that is of one kind
 * @start: first address
 * @end: end (exclusive)
 * @page_start: @page_end: the pages that are counted with it
 * @kind: what it is for
 * @flags: IPCSHOW_AREA_F_*
 * @region: the VMA
 * @file: the file that the VMA maps, or NULL
 * @pages: its counters, or NULL without IPCSHOW_WHAT_PAGES
 * @thread: whose stack, TLS, signal stack or guard it is, or NULL
 * @sp_threads: threads whose stack pointer lies here, unless it is @thread alone
 * @nr_sp_threads: how many
 * @name: path of the program or library (also for bss), path, memfd or
 *	shm_open() name, or anonymous name; not terminated
 * @name_size: bytes in @name
 *
 * The areas of a VMA tile it, to the byte: .bss may begin in the middle of a
 * page. Counters are of whole pages. A page that two areas share is counted
 * once: with TLS when that is one of the two, else with the lower one.
 *
 * Valid, with all that it points to, until the callback returns; @thread and
 * @sp_threads as long as the process.
 */
struct ipcshow_area {
	__u64 start;
	__u64 end;
	__u64 page_start;
	__u64 page_end;
	enum ipcshow_kind kind;
	unsigned int flags;
	const struct ipcshow_region *region;
	const struct ipcshow_file *file;
	const struct ipcshow_pages *pages;
	const struct ipcshow_thread *thread;
	const struct ipcshow_thread *const *sp_threads;
	size_t nr_sp_threads;
	const char *name;
	size_t name_size;
};

typedef int ipcshow_area_fn(const struct ipcshow_area *area, void *arg);

/**
 * ipcshow_process_areas() - walk the address space, in ascending order
 * @process: the process
 * @pages: count pages too
 * @fn: called with each area
 * @arg: for @fn
 *
 * Memory does not grow with the number of VMAs.
 *
 * Return: 0 (see ipcshow_process_gone()), what @fn returned, or as
 * ipcshow_snapshot_take().
 */
int ipcshow_process_areas(struct ipcshow_process *process, bool pages,
			  ipcshow_area_fn *fn, void *arg);

/** ipcshow_pages_add() - add the counters of @from to those of @to */
void ipcshow_pages_add(struct ipcshow_pages *to, const struct ipcshow_pages *from);

/* ---- compare: what several processes have in common, page by page ---- */

struct ipcshow_comparison;

/**
 * enum ipcshow_verdict - how two tasks stand to an area
 * @IPCSHOW_VERDICT_NONE: nothing is claimed: it changed meanwhile
 * @IPCSHOW_VERDICT_SAME: same: one address space
 * @IPCSHOW_VERDICT_SHARED: shared: the same memory: writes of one are seen by the other, or
 *	both may read only
 * @IPCSHOW_VERDICT_COW: copy-on-write: they have pages in common, until one is written to
 * @IPCSHOW_VERDICT_INDEPENDENT: independent: nothing in common now
 */
enum ipcshow_verdict {
	IPCSHOW_VERDICT_NONE,
	IPCSHOW_VERDICT_SAME,
	IPCSHOW_VERDICT_SHARED,
	IPCSHOW_VERDICT_COW,
	IPCSHOW_VERDICT_INDEPENDENT,
	IPCSHOW_NR_VERDICTS
};

/** ipcshow_verdict_name() - "copy-on-write" and so on; NULL for VERDICT_NONE */
const char *ipcshow_verdict_name(enum ipcshow_verdict verdict);
const char *ipcshow_verdict_help(enum ipcshow_verdict verdict);

/**
 * enum ipcshow_mechanism - through what two tasks have memory in common
 * @IPCSHOW_MECHANISM_THREADS: threads: of one process
 * @IPCSHOW_MECHANISM_VFORK: vfork: one is the other's child, and the other waits for it
 * @IPCSHOW_MECHANISM_CLONE_VM: clone-vm: other processes with one address space
 * @IPCSHOW_MECHANISM_FORK: fork: anonymous pages not written to since a fork()
 * @IPCSHOW_MECHANISM_FILE_PRIVATE: file-private: page cache of a file, mapped private
 * @IPCSHOW_MECHANISM_FILE_SHARED: file-shared: page cache of a file, mapped shared
 * @IPCSHOW_MECHANISM_SYSV_SHM: sysv-shm
 * @IPCSHOW_MECHANISM_POSIX_SHM: posix-shm
 * @IPCSHOW_MECHANISM_MEMFD: memfd
 * @IPCSHOW_MECHANISM_SHARED_ANON: shared-anon: MAP_SHARED | MAP_ANONYMOUS before a fork()
 * @IPCSHOW_MECHANISM_HUGETLB: hugetlb: memory of a hugetlb pool
 * @IPCSHOW_MECHANISM_KSM: ksm: equal pages that the kernel merged
 * @IPCSHOW_MECHANISM_DEVICE: device: memory of a driver
 * @IPCSHOW_MECHANISM_RING: ipcshow-ring: a ring of /dev/ipcshow
 * @IPCSHOW_MECHANISM_KERNEL: kernel: what the kernel lends to all (vdso)
 */
enum ipcshow_mechanism {
	IPCSHOW_MECHANISM_THREADS,
	IPCSHOW_MECHANISM_VFORK,
	IPCSHOW_MECHANISM_CLONE_VM,
	IPCSHOW_MECHANISM_FORK,
	IPCSHOW_MECHANISM_FILE_PRIVATE,
	IPCSHOW_MECHANISM_FILE_SHARED,
	IPCSHOW_MECHANISM_SYSV_SHM,
	IPCSHOW_MECHANISM_POSIX_SHM,
	IPCSHOW_MECHANISM_MEMFD,
	IPCSHOW_MECHANISM_SHARED_ANON,
	IPCSHOW_MECHANISM_HUGETLB,
	IPCSHOW_MECHANISM_KSM,
	IPCSHOW_MECHANISM_DEVICE,
	IPCSHOW_MECHANISM_RING,
	IPCSHOW_MECHANISM_KERNEL,
	IPCSHOW_NR_MECHANISMS
};

/** ipcshow_mechanism_name() - "fork" and so on; NULL for an unknown one */
const char *ipcshow_mechanism_name(enum ipcshow_mechanism mechanism);
const char *ipcshow_mechanism_help(enum ipcshow_mechanism mechanism);

/**
 * ipcshow_mechanism_of_kind() - how others may come to have pages of an area
 * @kind: of the area
 *
 * Return: FILE_PRIVATE for all that maps a file, private or shared, and for anonymous memory.
 */
enum ipcshow_mechanism ipcshow_mechanism_of_kind(enum ipcshow_kind kind);

/* Compare area by area, for ipcshow_comparison_rows(); else totals only. */
#define IPCSHOW_COMPARISON_F_AREAS	(1U << 0)
/* Keep ranges of pages, for ipcshow_comparison_ranges(). With F_AREAS. */
#define IPCSHOW_COMPARISON_F_RANGES	(1U << 1)
/* Tell totals by mechanism, for ipcshow_comparison_ties(). Without F_AREAS. */
#define IPCSHOW_COMPARISON_F_MECHANISMS	(1U << 2)
/*
 * Leave out what ties everybody to everybody: page cache of programs and libraries, which
 * are files that all map private and some executable, and what the kernel lends (vdso). With
 * F_MECHANISMS.
 */
#define IPCSHOW_COMPARISON_F_NO_PROGRAMS (1U << 3)
/*
 * Who leaves meanwhile is left out, and the others are compared nevertheless. Without
 * F_AREAS. See ipcshow_comparison_gone().
 */
#define IPCSHOW_COMPARISON_F_SURVIVORS	(1U << 4)
/*
 * Of other page cache that nobody maps to be written to, that of a process that maps less than
 * IPCSHOW_LITTLE_CACHE bytes of it, of what others map too, is not looked at: ties lack it, which
 * could not be more. With F_NO_PROGRAMS.
 */
#define IPCSHOW_COMPARISON_F_NO_LITTLE_CACHE (1U << 5)
#define IPCSHOW_LITTLE_CACHE		(1ULL << 20)
/*
 * Do not read mappings again: &ipcshow_comparison_facts.changed is not told, without which totals
 * and ties are the same. Without F_AREAS.
 */
#define IPCSHOW_COMPARISON_F_ONCE	(1U << 6)

/**
 * ipcshow_comparison_run() - which pages do processes have in common?
 * @processes: open on one device; with F_AREAS, opened with IPCSHOW_PROCESS_F_FAMILY and
 *	without IPCSHOW_PROCESS_F_BARE. Two may have one address space
 * @nr: how many
 * @flags: IPCSHOW_COMPARISON_F_*
 * @comparison: out: the handle; @processes must outlive it
 * @failed: out, on -ESRCH: index of the process that left
 *
 * Mappings are read, compared, and read again: what changed meanwhile is marked
 * in the rows, and nothing is claimed of it.
 *
 * Memory grows with the mappings, and with the pairs of these that map the same part of an
 * object; not with the pages.
 *
 * Return: 0; -ESRCH: a process exited or called execve() meanwhile; -EINVAL: no process, flags that
 * do not go together, or a process that was not opened as these need it, or on another device;
 * -EOPNOTSUPP: the module compares no pages; -ENOMEM; as ipcshow_snapshot_take() and
 * ipcshow_compare_take().
 */
int ipcshow_comparison_run(struct ipcshow_process *const *processes, size_t nr,
			   unsigned int flags, struct ipcshow_comparison **comparison,
			   size_t *failed);
void ipcshow_comparison_free(struct ipcshow_comparison *comparison);

/**
 * struct ipcshow_shared - what two processes have in common
 * @bytes: resident pages that both map, each counted once
 * @swap: swapped out, in the same place, of anonymous memory
 * @one_space: they have one address space
 */
struct ipcshow_shared {
	__u64 bytes;
	__u64 swap;
	bool one_space;
};

/**
 * ipcshow_comparison_shared() - what processes @a and @b have in common
 *
 * With @a equal to @b, or of one address space: what is resident in what was looked at:
 * without F_AREAS that is not all.
 */
void ipcshow_comparison_shared(const struct ipcshow_comparison *comparison, size_t a, size_t b,
			       struct ipcshow_shared *shared);

/**
 * struct ipcshow_comparison_facts - how well it went
 * @unsettled: bytes of pages that did not hold still, and of which nothing is said
 * @changed: some mapping changed meanwhile
 * @retries: @lock_holds: @lock_max_ns: @lock_total_ns: as in &struct ipcshow_compare_end
 */
struct ipcshow_comparison_facts {
	__u64 unsettled;
	bool changed;
	__u64 retries;
	__u64 lock_holds;
	__u64 lock_max_ns;
	__u64 lock_total_ns;
};

void ipcshow_comparison_facts(const struct ipcshow_comparison *comparison,
			      struct ipcshow_comparison_facts *facts);

/** ipcshow_comparison_gone() - whether process @index left meanwhile (F_SURVIVORS) */
bool ipcshow_comparison_gone(const struct ipcshow_comparison *comparison, size_t index);

/**
 * struct ipcshow_tie - what two processes have in common, by mechanism
 * @a: @b: indices of the processes, @a < @b
 * @bytes: resident pages that both map, each counted once, by enum ipcshow_mechanism: anonymous
 *	pages with FORK, also those of hugetlb and those that were a file's; page cache
 *	with FILE_PRIVATE only if both map it private. Of one address space: all that is resident,
 *	with THREADS, VFORK or CLONE_VM
 * @read_only: part of FILE_SHARED: what neither may write to
 * @swap: swapped out, in the same place, of anonymous memory. Of one address space: all that is
 *	swapped out, also of shared memory
 */
struct ipcshow_tie {
	size_t a;
	size_t b;
	__u64 bytes[IPCSHOW_NR_MECHANISMS];
	__u64 read_only;
	__u64 swap;
};

typedef int ipcshow_tie_fn(const struct ipcshow_tie *tie, void *arg);

/**
 * ipcshow_comparison_ties() - each two processes that have pages in common
 * @comparison: made with F_MECHANISMS
 * @fn: called with each two, once, in any order
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or -ENOMEM.
 */
int ipcshow_comparison_ties(const struct ipcshow_comparison *comparison, ipcshow_tie_fn *fn,
			    void *arg);

/**
 * struct ipcshow_side - an area as the comparison knows it
 * @start: @end: @kind: @flags: @name: @name_size: as in &struct ipcshow_area
 * @page_start: @page_end: likewise
 * @vma_flags: IPCSHOW_VMA_*
 * @object: identity of the memory object, or 0
 * @tid: the thread whose stack, TLS or guard it is, or 0
 * @comm: its name
 * @ino: @sysv_key: of the file behind it, for System V shared memory
 * @rss: resident
 * @swap: swapped out, of anonymous memory
 * @unsettled: some page is there, but it did not hold still; in neither of the two above
 * @changed: the mapping changed meanwhile
 */
struct ipcshow_side {
	__u64 start;
	__u64 end;
	__u64 page_start;
	__u64 page_end;
	enum ipcshow_kind kind;
	unsigned int flags;
	__u64 vma_flags;
	__u64 object;
	const char *name;
	size_t name_size;
	__u32 tid;
	__u8 comm[IPCSHOW_COMM_LEN];
	__u64 ino;
	__u32 sysv_key;
	__u64 rss;
	__u64 swap;
	__u64 unsettled;
	bool changed;
};

/**
 * struct ipcshow_match - an area of one process beside one of another
 * @a: @b: the areas; one may be NULL: the other has no partner
 * @one_space: @a and @b are the same area of one address space
 * @common: bytes in which both map the same part of an object, or what a fork() copied
 * @same: resident in both, and physically the same
 * @only_a: resident in @a, and in no match of @a the same, or different
 * @only_b: the other way round
 * @different: resident in both at the same place of what both map, but not the same page
 * @untouched: of @common: resident in neither, nor swapped out
 * @swap_same: swapped out, in the same place
 * @unsettled: did not hold still, in @a or in @b; in none of the others
 * @verdict: on the memory
 * @mechanisms: bits, 1 << enum ipcshow_mechanism
 *
 * Of an area that is in several matches, each page of @only_a or @only_b is in one: in that with
 * the area that has its place, if there is but one and it is matched; else in that with the area's
 * partner, which is of its kind and has most in common with it, or in the first. So these add up,
 * to the area's @rss at most. The other numbers are about the two areas alone: a page that the
 * other process maps several times is in several of them.
 */
struct ipcshow_match {
	const struct ipcshow_side *a;
	const struct ipcshow_side *b;
	bool one_space;
	__u64 common;
	__u64 same;
	__u64 only_a;
	__u64 only_b;
	__u64 different;
	__u64 untouched;
	__u64 swap_same;
	__u64 unsettled;
	enum ipcshow_verdict verdict;
	unsigned int mechanisms;
	/* private: */
	const void *row;
};

typedef int ipcshow_match_fn(const struct ipcshow_match *match, void *arg);

/**
 * ipcshow_comparison_rows() - all areas of two processes, side by side
 * @comparison: made with F_AREAS
 * @a: @b: indices of the processes
 * @fn: called with each match: by the address in @a, then what only @b has
 * @arg: for @fn
 *
 * Areas that have pages in common, or other pages at one place, are matched, and those that are of
 * one role or, with nothing in them, at one address; where both map one page so often that those
 * would be more than 16 matches, some of them are, so that each area that has something in common
 * with the other process is in one that tells it.
 *
 * Return: 0, what @fn returned, or -ENOMEM.
 */
int ipcshow_comparison_rows(const struct ipcshow_comparison *comparison, size_t a, size_t b,
			    ipcshow_match_fn *fn, void *arg);

/**
 * enum ipcshow_range_what - what pages are to two areas
 *
 * @IPCSHOW_RANGE_MERGED: KSM's or a driver's, which the other area may have elsewhere. The
 * others are as in &struct ipcshow_match; what is in no number of the match is in no range of it.
 */
enum ipcshow_range_what {
	IPCSHOW_RANGE_SAME,
	IPCSHOW_RANGE_ONLY_A,
	IPCSHOW_RANGE_ONLY_B,
	IPCSHOW_RANGE_DIFFERENT,
	IPCSHOW_RANGE_UNTOUCHED,
	IPCSHOW_RANGE_MERGED,
	IPCSHOW_RANGE_SWAP_SAME,
	IPCSHOW_RANGE_SWAP,
	IPCSHOW_RANGE_UNSETTLED,
	IPCSHOW_NR_RANGES
};

/** ipcshow_range_name() - "only-a" and so on; NULL for an unknown one */
const char *ipcshow_range_name(enum ipcshow_range_what what);

/**
 * struct ipcshow_range - consecutive pages of two areas
 * @a: @b: addresses; 0: not mapped there
 * @bytes: how long
 * @what: what they are
 */
struct ipcshow_range {
	__u64 a;
	__u64 b;
	__u64 bytes;
	enum ipcshow_range_what what;
};

/**
 * ipcshow_comparison_ranges() - the pages of a match
 * @comparison: made with F_RANGES
 * @match: while ipcshow_comparison_rows() hands it over
 * @nr: out: how many
 *
 * Return: by ascending address in @match->a, then in b; from malloc(); NULL: out of memory, or
 * there are none (*@nr is 0 then).
 */
struct ipcshow_range *ipcshow_comparison_ranges(const struct ipcshow_comparison *comparison,
						const struct ipcshow_match *match, size_t *nr);

/* ---- survey: what several tasks use, read twice ---- */

struct ipcshow_survey;

/* Also what ipcshow_channels_find() needs. */
#define IPCSHOW_SURVEY_F_CHANNELS	(1U << 0)
/* Also the descriptors, so that tables of them can be counted. */
#define IPCSHOW_SURVEY_F_DESCRIPTORS	(1U << 1)
/*
 * Subjects are named by PID instead of target: each becomes the only target of the device
 * when its turn comes, so that there may be more of them than a device can have targets.
 */
#define IPCSHOW_SURVEY_F_PIDS		(1U << 2)
/* Who leaves meanwhile is left out, the others keep their order: see ipcshow_survey_count(). */
#define IPCSHOW_SURVEY_F_SURVIVORS	(1U << 3)
/* Signals, which may join everybody to everybody, are no channels. */
#define IPCSHOW_SURVEY_F_NO_SIGNALS	(1U << 4)

/**
 * struct ipcshow_subject - one of the tasks of a survey
 * @target: its thread group's number in the device; with F_PIDS, its PID
 * @tid: the thread that is meant; 0: the process: its resources are those of the leader (of a
 *	live thread, where the leader has exited), and what any of its threads has open
 *	or waits on counts
 */
struct ipcshow_subject {
	__u32 target;
	pid_t tid;
};

/**
 * ipcshow_survey_take() - read what several tasks use
 * @device: the device
 * @subjects: the tasks
 * @nr: how many
 * @flags: IPCSHOW_SURVEY_F_*
 * @survey: out: the handle
 * @failed: out, on failure: index, in @subjects, of the task that could not be read
 *
 * Identities hold no longer than the objects do. So all tasks are read in turn, and
 * then all again; what was not the same both times is reported as changed, or left
 * out.
 *
 * Return: 0; -ESRCH: a task exited or called execve() meanwhile; -EINVAL: no task, or an unknown
 * flag; -ENOMEM; as ipcshow_snapshot_take().
 */
int ipcshow_survey_take(struct ipcshow_device *device, const struct ipcshow_subject *subjects,
			size_t nr, unsigned int flags, struct ipcshow_survey **survey,
			size_t *failed);
void ipcshow_survey_free(struct ipcshow_survey *survey);

/** ipcshow_survey_count() - subjects that there are */
size_t ipcshow_survey_count(const struct ipcshow_survey *survey);

/**
 * struct ipcshow_subject_view - a task of a survey
 * @task: its thread group
 * @mm: its address space
 * @tid: the thread that stands for it
 * @comm: name of that thread, %IPCSHOW_COMM_LEN bytes, padded with NUL
 * @nr_threads: threads of the group
 * @nr_changed: descriptors and shared mappings that were left out, since they came, went or
 *	changed while they were looked at
 */
struct ipcshow_subject_view {
	const struct ipcshow_task *task;
	const struct ipcshow_mm *mm;
	__u32 tid;
	const __u8 *comm;
	size_t nr_threads;
	size_t nr_changed;
};

void ipcshow_survey_subject(const struct ipcshow_survey *survey, size_t index,
			    struct ipcshow_subject_view *view);

/**
 * struct ipcshow_thread_resources - what a thread of a subject uses
 * @tid: its TID
 * @comm: its name, %IPCSHOW_COMM_LEN bytes, padded with NUL
 * @resources: or NULL: not permitted, or it exits (ipcshow_survey_thread_exited())
 * @changed: bit by bit, those (enum ipcshow_resource) that were not the same both times
 */
struct ipcshow_thread_resources {
	__u32 tid;
	const __u8 *comm;
	const struct ipcshow_resources *resources;
	__u64 changed;
};

/** ipcshow_survey_thread() - thread number @thread of subject @index, by ascending TID */
void ipcshow_survey_thread(const struct ipcshow_survey *survey, size_t index, size_t thread,
			   struct ipcshow_thread_resources *view);

/**
 * ipcshow_survey_thread_exited() - true when a thread exited, before or meanwhile
 * @survey: @index: @thread: as for ipcshow_survey_thread()
 *
 * Of a process whose leader has exited, the leader is still among the threads.
 */
bool ipcshow_survey_thread_exited(const struct ipcshow_survey *survey, size_t index, size_t thread);

/* ---- resources ---- */

/**
 * enum ipcshow_resource - what tasks may have in common beside memory
 *
 * Names and what each is for: ipcshow_resource_name(), ipcshow_resource_help().
 */
enum ipcshow_resource {
	IPCSHOW_RESOURCE_MM,
	IPCSHOW_RESOURCE_FILES,
	IPCSHOW_RESOURCE_FS,
	IPCSHOW_RESOURCE_SIGHAND,
	IPCSHOW_RESOURCE_THREAD_GROUP,
	IPCSHOW_RESOURCE_SIGMASK,
	IPCSHOW_RESOURCE_IO_CONTEXT,
	IPCSHOW_RESOURCE_SYSV_UNDO,
	IPCSHOW_RESOURCE_CREDENTIALS,
	IPCSHOW_RESOURCE_GROUPS,
	IPCSHOW_RESOURCE_RELATION,
	IPCSHOW_RESOURCE_TRACER,
	IPCSHOW_RESOURCE_PROCESS_GROUP,
	IPCSHOW_RESOURCE_SESSION,
	IPCSHOW_RESOURCE_TTY,
	IPCSHOW_RESOURCE_CGROUP,
	/* In the order of IPCSHOW_NS_*. */
	IPCSHOW_RESOURCE_NS_CGROUP,
	IPCSHOW_RESOURCE_NS_IPC,
	IPCSHOW_RESOURCE_NS_MNT,
	IPCSHOW_RESOURCE_NS_NET,
	IPCSHOW_RESOURCE_NS_PID,
	IPCSHOW_RESOURCE_NS_PID_CHILDREN,
	IPCSHOW_RESOURCE_NS_TIME,
	IPCSHOW_RESOURCE_NS_TIME_CHILDREN,
	IPCSHOW_RESOURCE_NS_USER,
	IPCSHOW_RESOURCE_NS_UTS,
	IPCSHOW_NR_RESOURCES
};

/**
 * enum ipcshow_finding - what two tasks have in common of a resource
 * @IPCSHOW_FINDING_SAME: same: one object of the kernel
 * @IPCSHOW_FINDING_EQUAL: equal: two objects that say the same at present
 * @IPCSHOW_FINDING_INDEPENDENT: independent: two objects, or only one of them has one
 * @IPCSHOW_FINDING_NONE: none: neither has one, so that they share none
 * @IPCSHOW_FINDING_RELATED: related: one is the other's parent, or traces it
 * @IPCSHOW_FINDING_REFUSED: refused: not permitted to see it
 * @IPCSHOW_FINDING_CHANGED: changed: it changed while it was looked at
 * @IPCSHOW_FINDING_EXITED: exited: one of the threads has ended, and has given it back
 */
enum ipcshow_finding {
	IPCSHOW_FINDING_SAME,
	IPCSHOW_FINDING_EQUAL,
	IPCSHOW_FINDING_INDEPENDENT,
	IPCSHOW_FINDING_NONE,
	IPCSHOW_FINDING_RELATED,
	IPCSHOW_FINDING_REFUSED,
	IPCSHOW_FINDING_CHANGED,
	IPCSHOW_FINDING_EXITED,
	IPCSHOW_NR_FINDINGS
};

/** ipcshow_resource_name() - "mm", "mnt" and so on; NULL for an unknown one */
const char *ipcshow_resource_name(enum ipcshow_resource resource);

/** ipcshow_resource_help() - what it holds; NULL for an unknown one */
const char *ipcshow_resource_help(enum ipcshow_resource resource);

/** ipcshow_finding_name() - "same" and so on; NULL for an unknown one */
const char *ipcshow_finding_name(enum ipcshow_finding finding);

/**
 * ipcshow_resource_identity() - of a resource that is one object of the kernel
 * @resources: of a thread
 * @resource: which
 *
 * Return: the identity; 0: it has none, or the resource is not of that sort.
 */
__u64 ipcshow_resource_identity(const struct ipcshow_resources *resources,
				enum ipcshow_resource resource);

/**
 * struct ipcshow_resource_view - a resource of two tasks
 * @resource: which
 * @finding: what they have in common of it
 * @a: @b: identity of what each has; 0: none, or not an object
 * @proof: what the finding rests on, or what each has; may hold bytes that others chose
 *	(names of cgroups). Valid until the next call
 * @proof_size: bytes in @proof
 */
struct ipcshow_resource_view {
	enum ipcshow_resource resource;
	enum ipcshow_finding finding;
	__u64 a;
	__u64 b;
	const char *proof;
	size_t proof_size;
};

typedef int ipcshow_resource_fn(const struct ipcshow_resource_view *view, void *arg);

/**
 * ipcshow_resources_compare() - compare what two tasks use
 * @survey: of the tasks
 * @a: @b: indexes of the two
 * @fn: called for each resource, in the order of enum ipcshow_resource
 * @arg: for @fn
 *
 * Return: 0, what @fn returned, or -ENOMEM.
 */
int ipcshow_resources_compare(const struct ipcshow_survey *survey, size_t a, size_t b,
			      ipcshow_resource_fn *fn, void *arg);

/**
 * ipcshow_resource_text() - say in words what a thread has of a resource
 * @survey: of the tasks
 * @index: the task
 * @thread: which of its threads, as for ipcshow_survey_thread()
 * @resource: which
 * @size: out: bytes, which others may have chosen some of
 *
 * Return: the text, terminated, from malloc(), or NULL: no memory.
 */
char *ipcshow_resource_text(const struct ipcshow_survey *survey, size_t index, size_t thread,
			    enum ipcshow_resource resource, size_t *size);

/* ---- channels: what tasks may talk through ---- */

struct ipcshow_channels;

/**
 * enum ipcshow_channel_kind - how tasks are joined
 *
 * Names and what each is: ipcshow_channel_kind_name(), ipcshow_channel_kind_help().
 */
enum ipcshow_channel_kind {
	IPCSHOW_CHANNEL_MM,
	IPCSHOW_CHANNEL_FILES,
	IPCSHOW_CHANNEL_PIPE,
	IPCSHOW_CHANNEL_FIFO,
	IPCSHOW_CHANNEL_UNIX_STREAM,
	IPCSHOW_CHANNEL_UNIX_DGRAM,
	IPCSHOW_CHANNEL_UNIX_SEQPACKET,
	IPCSHOW_CHANNEL_TCP,
	IPCSHOW_CHANNEL_UDP,
	IPCSHOW_CHANNEL_SOCKET,
	IPCSHOW_CHANNEL_EVENTFD,
	IPCSHOW_CHANNEL_MQUEUE,
	IPCSHOW_CHANNEL_SYSV_MSG,
	IPCSHOW_CHANNEL_SYSV_SEM,
	IPCSHOW_CHANNEL_SYSV_SHM,
	IPCSHOW_CHANNEL_POSIX_SHM,
	IPCSHOW_CHANNEL_POSIX_SEM,
	IPCSHOW_CHANNEL_MEMFD,
	IPCSHOW_CHANNEL_SHARED_ANON,
	IPCSHOW_CHANNEL_FUTEX,
	IPCSHOW_CHANNEL_PTY,
	IPCSHOW_CHANNEL_TERMINAL,
	IPCSHOW_CHANNEL_FILE,
	IPCSHOW_CHANNEL_EPOLL,
	IPCSHOW_CHANNEL_IO_URING,
	IPCSHOW_CHANNEL_ANON_INODE,
	IPCSHOW_CHANNEL_DEVICE,
	IPCSHOW_CHANNEL_RING,
	IPCSHOW_CHANNEL_OPEN_FILE,
	IPCSHOW_CHANNEL_SIGNAL,
	IPCSHOW_NR_CHANNEL_KINDS
};

/** ipcshow_channel_kind_name() - "pipe" and so on; NULL for an unknown kind */
const char *ipcshow_channel_kind_name(enum ipcshow_channel_kind kind);

/** ipcshow_channel_kind_help() - one line on what it is; NULL for an unknown kind */
const char *ipcshow_channel_kind_help(enum ipcshow_channel_kind kind);

/* What an end can do. */
#define IPCSHOW_END_READ	(1U << 0)
#define IPCSHOW_END_WRITE	(1U << 1)

/**
 * struct ipcshow_channel_end - what one task has of a channel
 * @subject: index of the task in the survey
 * @access: IPCSHOW_END_*: whether it can take from the channel, and put in
 * @side: where a channel has two sides (sockets, pty), 1 or 2; else 0
 * @role: in a word of ours: "listens", "master", "maps", "waits" and so on; or NULL
 * @fds: descriptors that it has of this end, ascending
 * @nr_fds: how many; 0 where it is reached otherwise
 * @address: for memory: where it is mapped first; 0: nowhere
 * @bytes: for memory: how much of it is mapped
 * @tid: the thread that waits; 0: none
 * @detail: more about it, terminated: a text of ours, in the program's language; or NULL
 */
struct ipcshow_channel_end {
	__u32 subject;
	__u32 access;
	__u32 side;
	const char *role;
	const __u32 *fds;
	size_t nr_fds;
	__u64 address;
	__u64 bytes;
	__u32 tid;
	const char *detail;
};

/*
 * Tasks have the same open file description of it: position and flags are shared. Of a channel:
 * all of them have one. Which two have one in common, ipcshow_channel_flags() tells.
 */
#define IPCSHOW_CHANNEL_F_SAME_FILE	(1U << 0)
/* It has no name in the file system any more. */
#define IPCSHOW_CHANNEL_F_DELETED	(1U << 1)
/*
 * The kernel keeps no more than who used it last: ends are these. Others may use it
 * too, and these may have done with it.
 */
#define IPCSHOW_CHANNEL_F_LAST_USED	(1U << 2)

/**
 * struct ipcshow_channel - something that joins tasks
 * @kind: how
 * @flags: IPCSHOW_CHANNEL_F_*: what is true of all of its tasks
 * @name: its name; bytes that others may have chosen
 * @name_size: bytes in @name
 * @detail: more about it, terminated: a text of ours, in the program's language; or NULL
 * @ends: by task
 * @nr_ends: how many. They are of two or more tasks, F_LAST_USED excepted
 */
struct ipcshow_channel {
	enum ipcshow_channel_kind kind;
	unsigned int flags;
	const char *name;
	size_t name_size;
	const char *detail;
	const struct ipcshow_channel_end *ends;
	size_t nr_ends;
};

/* Where data can go between two tasks. */
#define IPCSHOW_FLOW_A_TO_B	(1U << 0)
#define IPCSHOW_FLOW_B_TO_A	(1U << 1)

/**
 * ipcshow_channels_find() - find what joins the tasks of a survey
 * @survey: taken with IPCSHOW_SURVEY_F_CHANNELS
 * @channels: out: the handle, which holds as long as @survey
 *
 * All pairs of tasks at once: the cost grows with what they have open, not with
 * pairs. What they have only as one table or one address space is one channel (MM, FILES), not
 * one for each descriptor. Locks, System V queues and semaphores are read from
 * /proc and semctl(), in the caller's namespaces.
 *
 * Return: 0 or -ENOMEM.
 */
int ipcshow_channels_find(const struct ipcshow_survey *survey,
			  struct ipcshow_channels **channels);
void ipcshow_channels_free(struct ipcshow_channels *channels);

/** ipcshow_channels_count() - how many there are */
size_t ipcshow_channels_count(const struct ipcshow_channels *channels);

/** ipcshow_channels_get() - channel number @index; by kind */
const struct ipcshow_channel *ipcshow_channels_get(const struct ipcshow_channels *channels,
						   size_t index);

/**
 * ipcshow_channel_joins() - whether a channel joins two tasks
 * @channel: the channel, in place: as ipcshow_channels_get() has it
 * @a: @b: indexes of the tasks
 * @flow: out: IPCSHOW_FLOW_*; 0: no data goes through it between these two (both
 *	only read it, say), or it is not for data
 *
 * It does if both have ends of it, but not where these are in one table of descriptors (or
 * address space) that the two have in common, and that is all they have of it: that is
 * another channel (FILES, MM).
 */
bool ipcshow_channel_joins(const struct ipcshow_channel *channel, size_t a, size_t b,
			   unsigned int *flow);

/**
 * ipcshow_channel_flags() - what is true of a channel as two tasks have it
 * @channel: the channel, in place: as ipcshow_channels_get() has it
 * @a: @b: indexes of the tasks
 *
 * Return: IPCSHOW_CHANNEL_F_*, where F_SAME_FILE is of these two.
 */
unsigned int ipcshow_channel_flags(const struct ipcshow_channel *channel, size_t a, size_t b);

/* What could not be told of SysV queues and semaphores. */
#define IPCSHOW_SYSV_F_OTHER_NAMESPACE	(1U << 0)	/* some task is in another IPC namespace */
#define IPCSHOW_SYSV_F_UNREAD		(1U << 1)	/* some cannot be read, or there are too many */

/** ipcshow_channels_sysv() - IPCSHOW_SYSV_F_*: why System V channels may be missing */
unsigned int ipcshow_channels_sysv(const struct ipcshow_channels *channels);

/* ---- text ---- */

/**
 * ipcshow_text_escape() - make bytes safe and unambiguous to print
 * @to: room for 4 * @size bytes and a NUL
 * @from: bytes; may be NULL if there are none
 * @size: how many
 * @blanks: escape blanks and an only "-" as well, for one word a field
 *
 * What is not printable in the current locale, is invisible, or changes the
 * direction of text becomes \xHH, byte by byte; so does a backslash in front
 * of an x, so that the bytes can be told again. Whether the locale is one of UTF-8 is seen at the
 * first call, and holds from then on: call setlocale() before.
 *
 * Return: bytes in @to, NUL excluded.
 */
size_t ipcshow_text_escape(char *to, const void *from, size_t size, bool blanks);

/**
 * ipcshow_text_json() - make bytes the inside of a JSON string
 * @to: room for 6 * @size bytes and a NUL
 * @from: bytes; may be NULL if there are none
 * @size: how many
 *
 * Valid UTF-8 stays; control and invisible characters become \uHHHH, and so
 * does '<', so that JSON may stand within a page of HTML. A byte that is not UTF-8 becomes the text \xHH (in JSON: \\xHH), and so does a
 * backslash in front of an x.
 *
 * Return: bytes in @to, NUL excluded.
 */
size_t ipcshow_text_json(char *to, const void *from, size_t size);

#ifdef __cplusplus
}
#endif

#endif
