// SPDX-License-Identifier: GPL-2.0
/* Columns of threads. */
#include <elf.h>
#include <string.h>

#include "row.h"

static bool knows_registers(const struct row *row)
{
	return !(row->thread->thread->flags & (IPCSHOW_THREAD_F_REFUSED |
					       IPCSHOW_THREAD_F_NO_REGS |
					       IPCSHOW_THREAD_F_KERNEL_WORKER));
}

static void get_tid(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->thread->thread->tid);
}

static void get_comm(struct row *row, struct value *value)
{
	const struct ipcshow_thread *thread = row->thread->thread;

	set_text(value, thread->comm,
		 strnlen((const char *)thread->comm, sizeof(thread->comm)));
}

static void get_state(struct row *row, struct value *value)
{
	__u32 state = row->thread->thread->state;

	if (state <= ' ' || state > '~')
		return;
	row->scratch[0] = (char)state;
	row->scratch[1] = '\0';
	set_word(value, row->scratch);
}

static void get_cpu(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->thread->thread->cpu);
}

static void get_ip(struct row *row, struct value *value)
{
	if (knows_registers(row))
		set_number(value, VALUE_ADDRESS, row->thread->thread->ip);
}

static void get_sp(struct row *row, struct value *value)
{
	if (knows_registers(row))
		set_number(value, VALUE_ADDRESS, row->thread->thread->sp);
}

static void get_tls(struct row *row, struct value *value)
{
	if (knows_registers(row))
		set_number(value, VALUE_ADDRESS, row->thread->thread->tls);
}

/* The program or library that IP is in, by its last name, and where in it. */
static void get_where(struct row *row, struct value *value)
{
	const char *path, *slash;
	size_t path_size, n;
	__u64 offset;

	if (!knows_registers(row) ||
	    ipcshow_process_where(row->process, row->thread->thread->ip, &path,
				  &path_size, &offset))
		return;
	slash = memrchr(path, '/', path_size);
	if (slash) {
		path_size -= (size_t)(slash + 1 - path);
		path = slash + 1;
	}
	n = path_size < SCRATCH_MAX - NUMBER_MAX - 4 ? path_size : SCRATCH_MAX - NUMBER_MAX - 4;
	memcpy(row->scratch, path, n);
	memcpy(row->scratch + n, "+0x", 3);
	n += 3;
	n += format_hex(row->scratch + n, offset);
	set_text(value, row->scratch, n);
}

static void get_regs(struct row *row, struct value *value)
{
	__u64 flags = row->thread->thread->flags;

	if (flags & IPCSHOW_THREAD_F_KERNEL_WORKER)
		set_word(value, "none");
	else if (flags & IPCSHOW_THREAD_F_REFUSED)
		set_word(value, "refused");
	else if (flags & IPCSHOW_THREAD_F_NO_REGS)
		set_word(value, "unread");
	else
		set_word(value, flags & IPCSHOW_THREAD_F_STALE ? "stale" : "current");
}

static void get_stack(struct row *row, struct value *value)
{
	size_t n;

	if (!row->thread->stack_end)
		return;
	row->scratch[0] = '~';
	n = row->people && row->stack_flags;
	n += format_hex(row->scratch + n, row->thread->stack_start);
	row->scratch[n++] = '-';
	format_hex(row->scratch + n, row->thread->stack_end);
	set_word(value, row->scratch);
}

static void get_stack_start(struct row *row, struct value *value)
{
	if (row->thread->stack_end)
		set_number(value, VALUE_ADDRESS, row->thread->stack_start);
}

static void get_stack_end(struct row *row, struct value *value)
{
	if (row->thread->stack_end)
		set_number(value, VALUE_ADDRESS, row->thread->stack_end);
}

static void get_stack_size(struct row *row, struct value *value)
{
	if (row->thread->stack_end)
		set_number(value, VALUE_SIZE,
			   row->thread->stack_end - row->thread->stack_start);
}

static void get_stack_known(struct row *row, struct value *value)
{
	if (row->thread->stack_end)
		set_word(value, row->stack_flags & IPCSHOW_AREA_F_STACK_PART ? "from-sp" :
				row->stack_flags & IPCSHOW_AREA_F_STACK_MOST ? "at-most" : "exact");
}

static void get_stack_used(struct row *row, struct value *value)
{
	const struct ipcshow_thread_view *view = row->thread;

	if (knows_registers(row) && view->thread->sp >= view->stack_start &&
	    view->thread->sp < view->stack_end)
		set_number(value, VALUE_SIZE, view->stack_end - view->thread->sp);
}

static void get_tls_start(struct row *row, struct value *value)
{
	if (row->thread->tls_end)
		set_number(value, VALUE_ADDRESS, row->thread->tls_start);
}

static void get_tls_end(struct row *row, struct value *value)
{
	if (row->thread->tls_end)
		set_number(value, VALUE_ADDRESS, row->thread->tls_end);
}

static void get_altstack(struct row *row, struct value *value)
{
	if (row->thread->thread->altstack_size)
		set_number(value, VALUE_ADDRESS, row->thread->thread->altstack);
}

static void get_altstack_size(struct row *row, struct value *value)
{
	if (row->thread->thread->altstack_size)
		set_number(value, VALUE_SIZE, row->thread->thread->altstack_size);
}

static void get_vcsw(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->thread->thread->voluntary_switches);
}

static void get_icsw(struct row *row, struct value *value)
{
	set_number(value, VALUE_NUMBER, row->thread->thread->involuntary_switches);
}

static const char *const x86_64_names[] = {
	"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax",
	"rcx", "rdx", "rsi", "rdi", "orig_rax", "rip", "cs", "eflags", "rsp", "ss",
	"fs_base", "gs_base",
};

static const char *const aarch64_names[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
	"x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22",
	"x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp", "pc", "pstate",
};

/* See struct ipcshow_regs for the order. */
static void get_registers(struct row *row, struct value *value)
{
	const struct ipcshow_regs *regs = row->thread->regs;
	const char *const *names = x86_64_names;
	size_t nr = ARRAY_SIZE(x86_64_names);

	_Static_assert(ARRAY_SIZE(aarch64_names) <= WORDS_MAX, "words");
	if (row->machine == EM_AARCH64) {
		names = aarch64_names;
		nr = ARRAY_SIZE(aarch64_names);
	} else if (row->machine != EM_X86_64) {
		return;
	}
	if (!regs)
		return;
	value->type = VALUE_REGISTERS;
	value->number = regs->nr < nr ? regs->nr : nr;
	memcpy(value->words, names, value->number * sizeof(*names));
	value->registers = regs->reg;
}

static const struct column columns[] = {
	{ N_("PID"), "pid", COLUMN_RIGHT, get_pid, N_("process") },
	{ N_("TID"), "tid", COLUMN_RIGHT, get_tid, N_("thread") },
	{ N_("COMM"), "comm", 0, get_comm, N_("its name") },
	{ N_("STATE"), "state", 0, get_state, N_("R, S, D, T, t and so on, as ps has it") },
	{ N_("CPU"), "cpu", COLUMN_RIGHT, get_cpu, N_("where it runs or ran last") },
	{ N_("REGS"), "regs", 0, get_regs,
	  N_("registers are current, stale (it ran), refused, unread, none") },
	{ N_("IP"), "ip", COLUMN_RIGHT, get_ip, N_("instruction pointer") },
	{ N_("SP"), "sp", COLUMN_RIGHT, get_sp, N_("stack pointer") },
	{ N_("TLS"), "tls", COLUMN_RIGHT, get_tls, N_("TLS base") },
	{ N_("STACK"), "stack", 0, get_stack, N_("its stack; ~: a guess, see STACK-KNOWN") },
	{ N_("WHERE"), "where", COLUMN_LAST, get_where,
	  N_("IP as program or library and address in it") },
	{ N_("STACK-START"), "stack_start", COLUMN_RIGHT, get_stack_start,
	  N_("first address of its stack") },
	{ N_("STACK-END"), "stack_end", COLUMN_RIGHT, get_stack_end, N_("end of its stack") },
	{ N_("STACK-SIZE"), "stack_size", COLUMN_RIGHT, get_stack_size, N_("size of its stack") },
	{ N_("STACK-USED"), "stack_used", COLUMN_RIGHT, get_stack_used,
	  N_("from SP to the end of its stack") },
	{ N_("STACK-KNOWN"), "stack_known", 0, get_stack_known,
	  N_("its begin: exact, from-sp (or lower), at-most (or higher)") },
	{ N_("TLS-START"), "tls_start", COLUMN_RIGHT, get_tls_start,
	  N_("first address of its static TLS") },
	{ N_("TLS-END"), "tls_end", COLUMN_RIGHT, get_tls_end,
	  N_("end of its static TLS and control block") },
	{ N_("ALTSTACK"), "altstack", COLUMN_RIGHT, get_altstack, N_("alternate signal stack") },
	{ N_("ALTSTACK-SIZE"), "altstack_size", COLUMN_RIGHT, get_altstack_size,
	  N_("size of that") },
	{ N_("VCSW"), "vcsw", COLUMN_RIGHT, get_vcsw, N_("voluntary context switches") },
	{ N_("ICSW"), "icsw", COLUMN_RIGHT, get_icsw, N_("involuntary context switches") },
	{ N_("REGISTERS"), "registers", COLUMN_LAST, get_registers, N_("general registers") },
};

const struct sheet thread_sheet = {
	.title = N_("Threads (--threads)"),
	.key = "threads",
	.line = "thread",
	.columns = columns,
	.nr = ARRAY_SIZE(columns),
	.defaults = "TID,COMM,STATE,CPU,REGS,IP,SP,TLS,STACK,WHERE",
	.raw_defaults = "PID,TID,COMM,STATE,CPU,REGS,IP,SP,TLS,STACK,WHERE",
	.json_defaults = "TID,COMM,STATE,CPU,REGS,IP,SP,TLS,STACK-START,STACK-END,"
			 "STACK-KNOWN,TLS-START,TLS-END,ALTSTACK,ALTSTACK-SIZE,VCSW,ICSW,WHERE",
};
