// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is to be said of two areas, and the words for it. */
#include "comparison.h"
#include "translate.h"

struct word {
	const char *name;
	const char *help;
};

static const struct word verdicts[IPCSHOW_NR_VERDICTS] = {
	[IPCSHOW_VERDICT_NONE] = { NULL, NULL },
	[IPCSHOW_VERDICT_SAME] = { "same", N_("one address space") },
	[IPCSHOW_VERDICT_SHARED] = {
		"shared", N_("the same memory: writes of one are seen by the other, or both may only read"),
	},
	[IPCSHOW_VERDICT_COW] = {
		"copy-on-write", N_("pages in common; who writes to one gets a copy"),
	},
	[IPCSHOW_VERDICT_INDEPENDENT] = { "independent", N_("nothing in common now") },
};

static const struct word mechanisms[IPCSHOW_NR_MECHANISMS] = {
	[IPCSHOW_MECHANISM_THREADS] = { "threads", N_("threads of one process") },
	[IPCSHOW_MECHANISM_VFORK] = { "vfork", N_("vfork(): the parent waits for its child") },
	[IPCSHOW_MECHANISM_CLONE_VM] = { "clone-vm", N_("processes with one address space") },
	[IPCSHOW_MECHANISM_FORK] = { "fork", N_("anonymous pages that a fork() left to both") },
	[IPCSHOW_MECHANISM_FILE_PRIVATE] = {
		"file-private", N_("page cache of one file, mapped private"),
	},
	[IPCSHOW_MECHANISM_FILE_SHARED] = {
		"file-shared", N_("page cache of one file, mapped shared"),
	},
	[IPCSHOW_MECHANISM_SYSV_SHM] = { "sysv-shm", N_("System V shared memory") },
	[IPCSHOW_MECHANISM_POSIX_SHM] = { "posix-shm", N_("POSIX shared memory") },
	[IPCSHOW_MECHANISM_MEMFD] = { "memfd", N_("memory of memfd_create()") },
	[IPCSHOW_MECHANISM_SHARED_ANON] = {
		"shared-anon", N_("shared anonymous memory, from before a fork()"),
	},
	[IPCSHOW_MECHANISM_HUGETLB] = { "hugetlb", N_("memory of a hugetlb pool") },
	[IPCSHOW_MECHANISM_KSM] = { "ksm", N_("equal pages that KSM merged") },
	[IPCSHOW_MECHANISM_DEVICE] = { "device", N_("memory of a driver") },
	[IPCSHOW_MECHANISM_RING] = { "ipcshow-ring", N_("a ring of /dev/ipcshow") },
	[IPCSHOW_MECHANISM_KERNEL] = { "kernel", N_("what the kernel lends to all") },
};

static const char *const ranges[IPCSHOW_NR_RANGES] = {
	[IPCSHOW_RANGE_SAME] = "same",
	[IPCSHOW_RANGE_ONLY_A] = "only-a",
	[IPCSHOW_RANGE_ONLY_B] = "only-b",
	[IPCSHOW_RANGE_DIFFERENT] = "different",
	[IPCSHOW_RANGE_UNTOUCHED] = "untouched",
	[IPCSHOW_RANGE_MERGED] = "merged",
	[IPCSHOW_RANGE_SWAP_SAME] = "swap-same",
	[IPCSHOW_RANGE_SWAP] = "swap",
	[IPCSHOW_RANGE_UNSETTLED] = "unsettled",
};

const char *ipcshow_verdict_name(enum ipcshow_verdict verdict)
{
	return (unsigned int)verdict < ARRAY_SIZE(verdicts) ? verdicts[verdict].name : NULL;
}

const char *ipcshow_verdict_help(enum ipcshow_verdict verdict)
{
	return (unsigned int)verdict < ARRAY_SIZE(verdicts) ? translated(verdicts[verdict].help) : NULL;
}

const char *ipcshow_mechanism_name(enum ipcshow_mechanism mechanism)
{
	return (unsigned int)mechanism < ARRAY_SIZE(mechanisms) ? mechanisms[mechanism].name : NULL;
}

const char *ipcshow_mechanism_help(enum ipcshow_mechanism mechanism)
{
	return (unsigned int)mechanism < ARRAY_SIZE(mechanisms) ? translated(mechanisms[mechanism].help) : NULL;
}

const char *ipcshow_range_name(enum ipcshow_range_what what)
{
	return (unsigned int)what < ARRAY_SIZE(ranges) ? ranges[what] : NULL;
}

static bool is_writable(const struct side *side)
{
	return side->view.vma_flags & IPCSHOW_VMA_WRITE;
}

static bool is_shared(const struct side *side)
{
	return side->view.vma_flags & IPCSHOW_VMA_MAYSHARE;
}

/* Copies of its own, which are where they are when it cannot be written to any more, too. */
static bool has_copies(const struct side *side)
{
	return !is_shared(side) && (side->anon || side->view.swap);
}

/* What did not hold still may be one. */
static bool may_have_copies(const struct side *side)
{
	return !is_shared(side) && side->view.unsettled;
}

static bool is_special(const struct side *side)
{
	return side->key.type == KEY_SPECIAL;
}

/* By whom pages are lent. */
static unsigned int lender(const struct side *a, const struct side *b)
{
	if (a->ring && b->ring)
		return 1U << IPCSHOW_MECHANISM_RING;
	return is_special(a) || is_special(b) ? 1U << IPCSHOW_MECHANISM_KERNEL :
						1U << IPCSHOW_MECHANISM_DEVICE;
}

/* Through which object. */
static unsigned int object_of(const struct side *a, const struct side *b)
{
	enum ipcshow_mechanism by = ipcshow_mechanism_of_kind(a->view.kind);

	if (by == IPCSHOW_MECHANISM_KERNEL || by == IPCSHOW_MECHANISM_DEVICE)
		return lender(a, b);
	if (by != IPCSHOW_MECHANISM_FILE_PRIVATE)
		return 1U << by;
	return (is_shared(a) || is_shared(b) ? 1U << IPCSHOW_MECHANISM_FILE_SHARED : 0) |
	       (is_shared(a) && is_shared(b) ? 0 : 1U << IPCSHOW_MECHANISM_FILE_PRIVATE);
}

static unsigned int find_mechanisms(const struct side *a, const struct side *b,
				    const struct pair *pair, enum ipcshow_verdict verdict)
{
	unsigned int found = 0;

	if (pair->same[CLASS_ANON] || pair->same[CLASS_SWAP])
		found |= 1U << IPCSHOW_MECHANISM_FORK;
	if (pair->same[CLASS_FILE])
		found |= object_of(a, b);
	if (pair->ksm)
		found |= 1U << IPCSHOW_MECHANISM_KSM;
	if (pair->same[CLASS_DEVICE] || pair->same[CLASS_LENT] > pair->ksm)
		found |= lender(a, b);
	if (!found && verdict == IPCSHOW_VERDICT_SHARED)
		found = object_of(a, b);
	if (found && a->view.vma_flags & IPCSHOW_VMA_HUGETLB)
		found |= 1U << IPCSHOW_MECHANISM_HUGETLB;
	return found;
}

/*
 * Both may reach the pages of one object and neither can make copies of its own. The inode of
 * a device says nothing: each opener may have other memory.
 */
static bool reach_one_object(const struct ipcshow_comparison *c, const struct side *a,
			     const struct side *b, const struct pair *pair)
{
	if (!pair->common)
		return false;
	if (!kernel_lends_one(c, a, b) && (a->key.type != KEY_OBJECT || a->device || b->device))
		return false;
	return (is_shared(a) || !is_writable(a)) && (is_shared(b) || !is_writable(b));
}

static enum ipcshow_verdict judge_pages(const struct ipcshow_comparison *c,
					const struct side *a, const struct side *b,
					const struct pair *pair)
{
	u64 lent = pair->same[CLASS_DEVICE] + pair->same[CLASS_LENT] - pair->ksm;
	bool reach = reach_one_object(c, a, b, pair) && !has_copies(a) && !has_copies(b);
	bool doubtful = may_have_copies(a) || may_have_copies(b);

	if (reach && !doubtful)
		return IPCSHOW_VERDICT_SHARED;
	if (pair->same[CLASS_ANON] || pair->same[CLASS_SWAP] || pair->ksm)
		return IPCSHOW_VERDICT_COW;
	if (!lent && !pair->same[CLASS_FILE])
		return reach ? IPCSHOW_VERDICT_NONE : IPCSHOW_VERDICT_INDEPENDENT;
	/* What is private and can be written to is copied then. */
	if ((!is_shared(a) && is_writable(a)) || (!is_shared(b) && is_writable(b)))
		return IPCSHOW_VERDICT_COW;
	return IPCSHOW_VERDICT_SHARED;
}

/*
 * What did not hold still may be the same: if both have attached it, or if it may be anywhere
 * else (KSM's pages). Other memory of one is its own, whichever page it is in.
 */
static bool is_doubtful(const struct ipcshow_match *match, const struct pair *pair)
{
	u64 flags = (match->a ? match->a->vma_flags : 0) | (match->b ? match->b->vma_flags : 0);
	bool unsettled = (match->a && match->a->unsettled) || (match->b && match->b->unsettled);

	return (pair && pair->unsettled) || (unsettled && flags & IPCSHOW_VMA_MERGEABLE);
}

/**
 * match_judge() - the verdict on two areas of different address spaces
 * @c: the comparison
 * @match: with all but @verdict and @mechanisms filled in
 * @pair: what was found of both, or NULL
 */
void match_judge(const struct ipcshow_comparison *c, struct ipcshow_match *match,
		 const struct pair *pair)
{
	if ((match->a && match->a->changed) || (match->b && match->b->changed)) {
		match->verdict = IPCSHOW_VERDICT_NONE;
		return;
	}
	match->verdict = IPCSHOW_VERDICT_INDEPENDENT;
	if (pair) {
		match->verdict = judge_pages(c, side_of(match->a), side_of(match->b), pair);
		match->mechanisms = find_mechanisms(side_of(match->a), side_of(match->b), pair,
						    match->verdict);
	}
	if (match->verdict == IPCSHOW_VERDICT_INDEPENDENT && is_doubtful(match, pair))
		match->verdict = IPCSHOW_VERDICT_NONE;
}
