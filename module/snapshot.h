/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_SNAPSHOT_H
#define IPCSHOW_SNAPSHOT_H

#include <linux/ipcshow.h>
#include <linux/types.h>

#include "quota.h"
#include "thread.h"
#include "vma.h"

struct ipcshow_pin;
struct ipcshow_ringbuf;
struct ipcshow_salt;

#define IPCSHOW_WHAT_ALL						\
	(IPCSHOW_WHAT_TASK | IPCSHOW_WHAT_MM | IPCSHOW_WHAT_THREADS |	\
	 IPCSHOW_WHAT_REGS | IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES |	\
	 IPCSHOW_WHAT_RESOURCES | IPCSHOW_WHAT_FDS | IPCSHOW_WHAT_FAMILY |	\
	 IPCSHOW_WHAT_SHARED)

/* 4 for each of 16,000 threads (stack and TLS): 512 KiB. */
#define IPCSHOW_CUTS_MAX	65536

/**
 * enum ipcshow_step - how a part of a snapshot went on
 * @IPCSHOW_STEP_DONE: this part is complete
 * @IPCSHOW_STEP_AGAIN: locks were dropped to let others in; call again
 * @IPCSHOW_STEP_PAUSE: go back to user space first, then call again
 * @IPCSHOW_STEP_FULL: the next record does not fit in the ring
 * @IPCSHOW_STEP_GONE: the address space has ended
 *
 * Steps that can fail give a negative errno instead.
 */
enum ipcshow_step {
	IPCSHOW_STEP_DONE,
	IPCSHOW_STEP_AGAIN,
	IPCSHOW_STEP_PAUSE,
	IPCSHOW_STEP_FULL,
	IPCSHOW_STEP_GONE,
};

/**
 * struct ipcshow_snapshot_state - a snapshot in progress, between calls
 * @stage: what comes next; 0: none in progress
 * @flags: IPCSHOW_SNAPSHOT_F_* of the present call
 * @what: IPCSHOW_WHAT_* asked for
 * @threads: how far the threads are listed
 * @vmas: how far the VMAs are listed
 * @end: the END record as far as it is known
 * @charge: for the cuts
 */
struct ipcshow_snapshot_state {
	unsigned int stage;
	u32 flags;
	u64 what;
	struct ipcshow_thread_cursor threads;
	struct ipcshow_vma_cursor vmas;
	struct ipcshow_end end;
	struct ipcshow_charge charge;
};

int ipcshow_snapshot_begin(struct ipcshow_snapshot_state *s,
			   const struct ipcshow_snapshot *arg);
int ipcshow_snapshot_resume(struct ipcshow_snapshot_state *s,
			    const struct ipcshow_snapshot *arg);
int ipcshow_snapshot_fill(struct ipcshow_snapshot_state *s,
			  const struct ipcshow_pin *pin,
			  const struct ipcshow_salt *salt,
			  struct ipcshow_ringbuf *ring, u32 *status);
void ipcshow_snapshot_end(struct ipcshow_snapshot_state *s);

#endif
