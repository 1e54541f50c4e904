// SPDX-License-Identifier: LGPL-2.1-or-later
/* The names of the kinds. They are part of the interface: add, never change. */
#include "internal.h"

static const struct {
	const char *name;
	const char *help;
} kinds[IPCSHOW_NR_KINDS] = {
	[IPCSHOW_KIND_CODE] = { "code", "code of the program" },
	[IPCSHOW_KIND_RODATA] = { "rodata", "read-only data of the program" },
	[IPCSHOW_KIND_DATA] = { "data", "initialised data of the program" },
	[IPCSHOW_KIND_BSS] = { "bss", "zero-initialised data of the program" },
	[IPCSHOW_KIND_HEAP] = { "heap", "heap that brk() made" },
	[IPCSHOW_KIND_STACK] = { "stack", "stack of a thread" },
	[IPCSHOW_KIND_ALTSTACK] = { "altstack", "alternate signal stack of a thread" },
	[IPCSHOW_KIND_TLS] = { "tls", "thread-local storage of a thread" },
	[IPCSHOW_KIND_GUARD] = { "guard", "guard below the stack of a thread" },
	[IPCSHOW_KIND_ANON] = { "anon", "other private anonymous memory" },
	[IPCSHOW_KIND_RESERVED] = { "reserved", "private mapping without access" },
	[IPCSHOW_KIND_LIB_CODE] = { "lib-code", "code of a library" },
	[IPCSHOW_KIND_LIB_RODATA] = { "lib-rodata", "read-only data of a library" },
	[IPCSHOW_KIND_LIB_DATA] = { "lib-data", "initialised data of a library" },
	[IPCSHOW_KIND_LIB_BSS] = { "lib-bss", "zero-initialised data of a library" },
	[IPCSHOW_KIND_FILE_PRIVATE] = { "file-private", "other file, mapped private" },
	[IPCSHOW_KIND_FILE_SHARED] = { "file-shared", "other file, mapped shared" },
	[IPCSHOW_KIND_SHARED_ANON] = { "shared-anon", "shared anonymous memory" },
	[IPCSHOW_KIND_SYSV_SHM] = { "sysv-shm", "System V shared memory" },
	[IPCSHOW_KIND_POSIX_SHM] = { "posix-shm", "POSIX shared memory (shm_open)" },
	[IPCSHOW_KIND_MEMFD] = { "memfd", "memory of memfd_create()" },
	[IPCSHOW_KIND_HUGETLB] = { "hugetlb", "memory of a hugetlb pool" },
	[IPCSHOW_KIND_VDSO] = { "vdso", "code that the kernel lends" },
	[IPCSHOW_KIND_VVAR] = { "vvar", "data of the vdso" },
	[IPCSHOW_KIND_DEVICE] = { "device", "device or kernel object" },
	[IPCSHOW_KIND_SPECIAL] = { "special", "other mapping of the kernel's" },
};

const char *ipcshow_kind_name(enum ipcshow_kind kind)
{
	return (unsigned int)kind < ARRAY_SIZE(kinds) ? kinds[kind].name : NULL;
}

const char *ipcshow_kind_help(enum ipcshow_kind kind)
{
	return (unsigned int)kind < ARRAY_SIZE(kinds) ? kinds[kind].help : NULL;
}
