// SPDX-License-Identifier: GPL-2.0
/* One variable of each kind. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"
#include "variables.h"

/* Each with a page's worth of neighbours like it: what ends within it is not asked for. */
static const char constant[64] = "a constant";
static char initialised[64] = "an initialised variable";
static char uninitialised[64];
static char *small, *large;

/* More than a page, so that not all of it lies beside what the C library writes to. */
static __thread char thread_local_block[3 * 4096];

static void set(struct variable *variable, enum ipcshow_kind kind, const char *what,
		const volatile void *address)
{
	variable->kind = kind;
	variable->address = as_number(address);
	snprintf(variable->what, sizeof(variable->what), "%s", what);
}

static void *allocate(size_t size)
{
	void *p = malloc(size);

	if (!p)
		_exit(EXIT_FAILURE);
	memset(p, 1, size);
	return p;
}

/*
 * Who has freed large blocks before, or is the child of one, gets more of them from the heap:
 * hence the usual threshold, and more than all that is free there could hold.
 */
static void *allocate_large(void)
{
	void *p;

	mallopt(M_MMAP_THRESHOLD, 128 << 10);
	p = allocate(mallinfo2().fordblks + (1 << 20));
	/* What is mapped next, a thread's stack say, does not become one mapping with it. */
	own_pages(page_size());
	return p;
}

/* A function of the C library, as the linker has bound it. */
static const void *library_function(void)
{
	return (const void *)(unsigned long)qsort;
}

static char *quiet_part(char *block)
{
	return block + (4096 - as_number(block) % 4096) % 4096;
}

void variables_find(struct variable *variables, int *local)
{
	char *thread_local_variable = quiet_part(thread_local_block);

	if (!small) {
		small = allocate(100);
		large = allocate_large();
	}
	initialised[0] = 'A';
	uninitialised[0] = 'a';
	++*thread_local_variable;
	set(variables++, IPCSHOW_KIND_CODE, N_("A function"), (const void *)(unsigned
	    long)variables_find);
	set(variables++, IPCSHOW_KIND_RODATA, N_("A constant"), constant);
	set(variables++, IPCSHOW_KIND_DATA, N_("An initialised variable"), initialised);
	set(variables++, IPCSHOW_KIND_BSS, N_("A variable that begins as 0"), uninitialised);
	set(variables++, IPCSHOW_KIND_HEAP, N_("A small block of malloc()"), small);
	set(variables++, IPCSHOW_KIND_ANON, N_("A large block of malloc()"), large);
	set(variables++, IPCSHOW_KIND_STACK, N_("A local variable"), local);
	set(variables++, IPCSHOW_KIND_TLS, N_("A thread-local variable"), thread_local_variable);
	set(variables++, IPCSHOW_KIND_LIB_CODE, N_("A function of the C library"), library_function());
}
