/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_H
#define IPCSHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/ipcshow.h>

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
 * Functions that return int give 0 (or what their comment says) on success and
 * a negative errno on failure. A callback that returns other than 0 stops the
 * function that called it, which then returns that value.
 *
 * A handle is used by one thread at a time. Texts (paths, thread names,
 * anonymous names) are bytes that the target chose; pass them through
 * ipcshow_text_escape() or ipcshow_text_json() before a person or a parser
 * sees them.
 */

/* ---- device: an open /dev/ipcshow with its ring ---- */

struct ipcshow_device;

/**
 * ipcshow_device_open() - open the module and make a ring
 * @device: out: the handle
 * @ring_size: bytes of the ring's data, a power of two; 0 for the default.
 *	Where that much is not to be had, the next smaller power of two that is
 *
 * Return: 0; -ENOENT or -ENODEV: the module is not loaded; else as open(),
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

/* ---- snapshot: records, as the module made them ---- */

/**
 * typedef ipcshow_record_fn - is called with each record of a snapshot
 * @record: lies in the ring and is valid until the function returns
 * @arg: the caller's
 *
 * A record of a type that this header knows has all members of its structure,
 * and its text or array lies within it. It may be longer. Records of
 * other types are not handed over.
 */
typedef int ipcshow_record_fn(const struct ipcshow_record *record, void *arg);

/**
 * struct ipcshow_query - what a snapshot is to hold
 * @what: @start: @end: @cuts: @nr_cuts: as in &struct ipcshow_snapshot
 * @flags: IPCSHOW_SNAPSHOT_F_INTERRUPT or 0
 */
struct ipcshow_query {
	__u64 what;
	__u64 start;
	__u64 end;
	const __u64 *cuts;
	__u32 nr_cuts;
	__u32 flags;
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

/**
 * struct ipcshow_thread_view - a thread and where its memory lies
 * @thread: as the module reported it
 * @regs: its registers, or NULL
 * @stack_start: @stack_end: its stack, or what is known of it (see
 *	IPCSHOW_AREA_F_STACK_PART); both 0 where nothing is
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
 * @device: the device; the process is its target until the next open
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

const struct ipcshow_task *ipcshow_process_task(const struct ipcshow_process *process);
const struct ipcshow_mm *ipcshow_process_mm(const struct ipcshow_process *process);

/** ipcshow_process_gone() - true when it exited or called execve() meanwhile */
bool ipcshow_process_gone(const struct ipcshow_process *process);

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

/**
 * struct ipcshow_area - a part of one VMA that is of one kind
 * @start: first address
 * @end: end (exclusive)
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

/* ---- text ---- */

/**
 * ipcshow_text_escape() - make bytes safe and unambiguous to print
 * @to: room for 4 * @size bytes and a NUL
 * @from: bytes
 * @size: how many
 * @blanks: escape blanks and an only "-" as well, for one word a field
 *
 * What is not printable in the current locale, is invisible, or changes the
 * direction of text becomes \xHH, byte by byte; so does a backslash in front
 * of an x, so that the bytes can be told again.
 *
 * Return: bytes in @to, NUL excluded.
 */
size_t ipcshow_text_escape(char *to, const void *from, size_t size, bool blanks);

/**
 * ipcshow_text_json() - make bytes the inside of a JSON string
 * @to: room for 6 * @size bytes and a NUL
 * @from: bytes
 * @size: how many
 *
 * Valid UTF-8 stays; control and invisible characters become \uHHHH. A byte
 * that is not UTF-8 becomes the text \xHH (in JSON: \\xHH), and so does a
 * backslash in front of an x.
 *
 * Return: bytes in @to, NUL excluded.
 */
size_t ipcshow_text_json(char *to, const void *from, size_t size);

#ifdef __cplusplus
}
#endif

#endif
