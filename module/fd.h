/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCSHOW_FD_H
#define IPCSHOW_FD_H

#include <linux/types.h>

struct files_struct;
struct ipcshow_access_view;
struct ipcshow_end;
struct ipcshow_ringbuf;
struct ipcshow_salt;
struct task_struct;
struct tty_struct;

#define IPCSHOW_TABLES_KEPT	16

/**
 * struct ipcshow_fd_table - a table of descriptors that was listed
 * @files: the table; compared, never followed
 * @task: the thread that it was listed of, with a reference. As long as it uses @files,
 *	the pointer has not come to mean another table
 */
struct ipcshow_fd_table {
	const struct files_struct *files;
	struct task_struct *task;
};

/**
 * struct ipcshow_fd_cursor - how far the descriptors of threads are listed
 * @open: those of one thread are being listed
 * @next: first descriptor that is still to be looked at
 * @changes: how often the thread had changed between the check and the list
 * @files: its table; compared, never followed; NULL: nothing was listed yet
 * @nr_listed: tables that were listed
 * @listed: the last ones, in turn
 */
struct ipcshow_fd_cursor {
	bool open;
	unsigned int next;
	unsigned int changes;
	const struct files_struct *files;
	unsigned int nr_listed;
	struct ipcshow_fd_table listed[IPCSHOW_TABLES_KEPT];
};

void ipcshow_fds_begin(struct ipcshow_fd_cursor *cursor);
int ipcshow_fds_emit(struct ipcshow_fd_cursor *cursor, const struct ipcshow_salt *salt,
		     struct ipcshow_access_view *view, struct task_struct *task,
		     struct ipcshow_ringbuf *ring, struct ipcshow_end *end);
void ipcshow_fds_end(struct ipcshow_fd_cursor *cursor);
u64 ipcshow_tty_identity(const struct ipcshow_salt *salt, const struct tty_struct *tty);

#endif
