// SPDX-License-Identifier: LGPL-2.1-or-later
/* The names of the kinds. They are part of the interface: add, never change. */
#include "internal.h"
#include "translate.h"

static const struct {
	const char *name;
	const char *help;
} kinds[IPCSHOW_NR_KINDS] = {
	[IPCSHOW_KIND_CODE] = { "code", N_("code of the program") },
	[IPCSHOW_KIND_RODATA] = { "rodata", N_("read-only data of the program") },
	[IPCSHOW_KIND_DATA] = { "data", N_("initialised data of the program") },
	[IPCSHOW_KIND_BSS] = { "bss", N_("zero-initialised data of the program") },
	[IPCSHOW_KIND_HEAP] = { "heap", N_("heap that brk() made") },
	[IPCSHOW_KIND_STACK] = { "stack", N_("stack of a thread") },
	[IPCSHOW_KIND_ALTSTACK] = { "altstack", N_("alternate signal stack of a thread") },
	[IPCSHOW_KIND_TLS] = { "tls", N_("thread-local storage of a thread") },
	[IPCSHOW_KIND_GUARD] = { "guard", N_("guard below the stack of a thread") },
	[IPCSHOW_KIND_ANON] = { "anon", N_("other private anonymous memory") },
	[IPCSHOW_KIND_RESERVED] = { "reserved", N_("private mapping without access") },
	[IPCSHOW_KIND_LIB_CODE] = { "lib-code", N_("code of a library") },
	[IPCSHOW_KIND_LIB_RODATA] = { "lib-rodata", N_("read-only data of a library") },
	[IPCSHOW_KIND_LIB_DATA] = { "lib-data", N_("initialised data of a library") },
	[IPCSHOW_KIND_LIB_BSS] = { "lib-bss", N_("zero-initialised data of a library") },
	[IPCSHOW_KIND_FILE_PRIVATE] = { "file-private", N_("other file, mapped private") },
	[IPCSHOW_KIND_FILE_SHARED] = { "file-shared", N_("other file, mapped shared") },
	[IPCSHOW_KIND_SHARED_ANON] = { "shared-anon", N_("shared anonymous memory") },
	[IPCSHOW_KIND_SYSV_SHM] = { "sysv-shm", N_("System V shared memory") },
	[IPCSHOW_KIND_POSIX_SHM] = { "posix-shm", N_("POSIX shared memory (shm_open)") },
	[IPCSHOW_KIND_MEMFD] = { "memfd", N_("memory of memfd_create()") },
	[IPCSHOW_KIND_HUGETLB] = { "hugetlb", N_("memory of a hugetlb pool") },
	[IPCSHOW_KIND_VDSO] = { "vdso", N_("code that the kernel lends") },
	[IPCSHOW_KIND_VVAR] = { "vvar", N_("data of the vdso") },
	[IPCSHOW_KIND_DEVICE] = { "device", N_("device or kernel object") },
	[IPCSHOW_KIND_SPECIAL] = { "special", N_("other mapping of the kernel's") },
};

const char *ipcshow_kind_name(enum ipcshow_kind kind)
{
	return (unsigned int)kind < ARRAY_SIZE(kinds) ? kinds[kind].name : NULL;
}

const char *ipcshow_kind_help(enum ipcshow_kind kind)
{
	return (unsigned int)kind < ARRAY_SIZE(kinds) ? translated(kinds[kind].help) : NULL;
}
