/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between architectures: the registers of a thread, what of a PTE says which
 * page it is, and how to tell that none was freed. "live" means: @task is current and this
 * CPU holds what the scheduler would save; otherwise thread_struct holds it.
 */
#ifndef IPCSHOW_ARCH_H
#define IPCSHOW_ARCH_H

#include <linux/elf.h>
#include <linux/mm_types.h>
#include <linux/pgtable.h>
#include <linux/ptrace.h>
#include <linux/sched.h>

/**
 * struct ipcshow_cpu_regs - registers of one thread
 * @regs: as saved when it entered the kernel
 * @tls: TLS base
 * @gs_base: x86-64 only
 */
struct ipcshow_cpu_regs {
	struct pt_regs regs;
	u64 tls;
	u64 gs_base;
};

#if defined(CONFIG_X86_64)

#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>

#define ARCH_ELF_MACHINE	EM_X86_64
#define ARCH_NR_REGS		23

/*
 * What of a PTE says which page it maps: if one is present and not special, or nothing at all,
 * those that are alike in this map the same, or nothing.
 */
#define ARCH_PTE_SAME		(GENMASK_ULL(51, PAGE_SHIFT) | _PAGE_PRESENT |	\
				 _PAGE_PROTNONE | _PAGE_SPECIAL)

/* What ARCH_PTE_SAME is bits of: as the entry stands in memory, also under Xen. */
static __always_inline u64 arch_pte_bits(pte_t pte)
{
	return native_pte_val(pte);
}

/* Is it present, as most are, and not special? If not, it may be yet. */
static __always_inline bool arch_pte_is_usual(pte_t pte)
{
	return (pte_flags(pte) & (_PAGE_PRESENT | _PAGE_SPECIAL)) == _PAGE_PRESENT;
}

/* pte_pfn() of one that is; for all where arch_ptes_are_raw(). */
static __always_inline unsigned long arch_pte_usual_pfn(pte_t pte)
{
	return (native_pte_val(pte) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

/* Under Xen, entries of a table have other numbers than struct pages have. */
static __always_inline bool arch_ptes_are_raw(void)
{
	return !cpu_feature_enabled(X86_FEATURE_XENPV);
}

/*
 * Are flushes of TLBs counted? Before a page that the hardware could reach through a PTE is
 * given up, the PTE is cleared, then it is counted, then the TLBs are flushed. So as long
 * as the count is what it was before the PTE was read, the page is that of the
 * address space.
 */
static __always_inline bool arch_counts_flushes(void)
{
	return true;
}

static __always_inline u64 arch_mm_flushes(struct mm_struct *mm)
{
	return atomic64_read(&mm->context.tlb_gen);
}

/* Can the hardware reach what a present PTE leads to? Not if its access is to be noticed. */
static __always_inline bool arch_pte_is_reachable(pte_t pte)
{
	return pte_flags(pte) & _PAGE_PRESENT;
}

static inline bool arch_task_is_compat(struct task_struct *task)
{
	return test_tsk_thread_flag(task, TIF_ADDR32);
}

/* The base of what %gs selects: 32-bit programs have their TLS there, and not in an LDT. */
static inline u64 arch_compat_tls(struct task_struct *task, bool live)
{
	unsigned int selector, entry;

	if (live)
		savesegment(gs, selector);
	else
		selector = READ_ONCE(task->thread.gsindex);
	entry = (selector >> 3) - GDT_ENTRY_TLS_MIN;
	if (selector & SEGMENT_TI_MASK || entry >= GDT_ENTRY_TLS_ENTRIES)
		return 0;
	return get_desc_base(&task->thread.tls_array[entry]);
}

static inline void arch_read_bases(struct ipcshow_cpu_regs *to,
				   struct task_struct *task, bool live)
{
	if (live) {
		to->tls = x86_fsbase_read_cpu();
		/* In the kernel, the user's GS base is the inactive one. */
		to->gs_base = native_read_msr(MSR_KERNEL_GS_BASE);
	} else {
		to->tls = READ_ONCE(task->thread.fsbase);
		to->gs_base = READ_ONCE(task->thread.gsbase);
	}
	if (arch_task_is_compat(task))
		to->tls = arch_compat_tls(task, live);
}

/* In the order of struct user_regs_struct. */
static inline void arch_list_regs(u64 *reg, const struct ipcshow_cpu_regs *from)
{
	const struct pt_regs *r = &from->regs;
	const u64 list[ARCH_NR_REGS] = {
		r->r15, r->r14, r->r13, r->r12, r->bp, r->bx, r->r11, r->r10,
		r->r9, r->r8, r->ax, r->cx, r->dx, r->si, r->di, r->orig_ax,
		r->ip, r->cs, r->flags, r->sp, r->ss, from->tls, from->gs_base,
	};

	memcpy(reg, list, sizeof(list));
}

static inline u64 arch_vdso(const struct mm_struct *mm)
{
	return (unsigned long)mm->context.vdso;
}

#elif defined(CONFIG_ARM64)

#include <asm/compat.h>
#include <asm/sysreg.h>

#define ARCH_ELF_MACHINE	EM_AARCH64
#define ARCH_NR_REGS		34

/* The address is split over the entry in more than one way: all of it, then. */
#define ARCH_PTE_SAME		(~0ULL)

static __always_inline u64 arch_pte_bits(pte_t pte)
{
	return pte_val(pte);
}

static __always_inline bool arch_pte_is_usual(pte_t pte)
{
	return pte_present(pte) && !pte_special(pte);
}

static __always_inline unsigned long arch_pte_usual_pfn(pte_t pte)
{
	return pte_pfn(pte);
}

static __always_inline bool arch_ptes_are_raw(void)
{
	return true;
}

static __always_inline bool arch_counts_flushes(void)
{
	return false;
}

static __always_inline u64 arch_mm_flushes(struct mm_struct *mm)
{
	return 0;
}

static __always_inline bool arch_pte_is_reachable(pte_t pte)
{
	return false;
}

static inline bool arch_task_is_compat(struct task_struct *task)
{
	return test_tsk_thread_flag(task, TIF_32BIT);
}

static inline void arch_read_bases(struct ipcshow_cpu_regs *to,
				   struct task_struct *task, bool live)
{
	if (live)
		to->tls = arch_task_is_compat(task) ? read_sysreg(tpidrro_el0) :
						      read_sysreg(tpidr_el0);
	else
		/* Of either kind; task_user_tls() is what 32-bit programs have besides. */
		to->tls = READ_ONCE(task->thread.uw.tp_value);
	to->gs_base = 0;
}

/* In the order of struct user_pt_regs. */
static inline void arch_list_regs(u64 *reg, const struct ipcshow_cpu_regs *from)
{
	const struct user_pt_regs *r = &from->regs.user_regs;

	BUILD_BUG_ON(sizeof(*r) != ARCH_NR_REGS * sizeof(*reg));
	memcpy(reg, r, sizeof(*r));
}

static inline u64 arch_vdso(const struct mm_struct *mm)
{
	return (unsigned long)mm->context.vdso;
}

#else
#error "ipcshow knows the registers of x86-64 and arm64"
#endif

#endif /* IPCSHOW_ARCH_H */
