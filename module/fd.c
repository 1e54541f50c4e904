// SPDX-License-Identifier: GPL-2.0
/* The FD records: what a table of descriptors has open. */
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/ipcshow.h>
#include <linux/kdev_t.h>
#include <linux/limits.h>
#include <linux/major.h>
#include <linux/sched/task.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>

#include "access.h"
#include "compat.h"
#include "end.h"
#include "fd.h"
#include "file.h"
#include "identity.h"
#include "ring.h"
#include "snapshot.h"
#include "socket.h"

/*
 * What is done in one hold of the table's lock, at most: descriptors written, bytes
 * of them (a path that does not fit was put together all the same), and bits of the
 * table's map looked at, of which there may be very many with nothing behind them.
 */
#define HOLD_FDS	64
#define HOLD_BYTES	(32 << 10)
#define HOLD_SCAN	(256 << 10)

/* So often may a thread change its credentials before its list is given up. */
#define CHANGES_MAX	8

/**
 * struct hold - a hold of the lock of a table
 * @view: what the caller may see
 * @salt: of the identities
 * @task: whose table it is; task_lock() is held
 * @files: the table; its lock is held
 * @id: its identity
 * @ring: where to
 * @fds: records written
 * @bytes: of them
 */
struct hold {
	const struct ipcshow_access_view *view;
	const struct ipcshow_salt *salt;
	struct task_struct *task;
	struct files_struct *files;
	u64 id;
	struct ipcshow_ringbuf *ring;
	unsigned int fds;
	size_t bytes;
};

/**
 * ipcshow_tty_identity() - what identifies a terminal
 * @salt: of the identity
 * @tty: a side of a pty, or another terminal; the caller keeps it from going
 *
 * Return: identity of the master's side of a pty, which each of the two is linked with
 * for as long as either is open; of @tty, if that is none.
 */
u64 ipcshow_tty_identity(const struct ipcshow_salt *salt, const struct tty_struct *tty)
{
	bool slave = tty->driver->type == TTY_DRIVER_TYPE_PTY &&
		     tty->driver->subtype == PTY_TYPE_SLAVE;

	return ipcshow_identity(salt, slave ? READ_ONCE(tty->link) : tty);
}

/* Device numbers that no driver but those of terminals has. */
static bool is_tty_device(dev_t dev)
{
	switch (MAJOR(dev)) {
	case TTY_MAJOR:
		return true;
	case TTYAUX_MAJOR:
		return MINOR(dev) <= 2;	/* /dev/tty, /dev/console, /dev/ptmx */
	}
	return MAJOR(dev) >= UNIX98_PTY_SLAVE_MAJOR &&
	       MAJOR(dev) < UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT;
}

/*
 * An open file of a terminal holds it until the last reference to the file goes, also
 * after a hangup, which only takes the file's operations away.
 */
static const struct tty_struct *tty_of(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct tty_file_private *private;

	if (!S_ISCHR(inode->i_mode) || !is_tty_device(inode->i_rdev) ||
	    file->f_mode & FMODE_PATH)
		return NULL;
	private = READ_ONCE(file->private_data);
	return private && private->file == file ? private->tty : NULL;
}

static void fill_tty(struct ipcshow_fd *rec, const struct ipcshow_salt *salt,
		     const struct file *file)
{
	const struct tty_struct *tty = tty_of(file);

	if (!tty)
		return;
	rec->flags |= IPCSHOW_FD_F_TTY;
	rec->peer = ipcshow_tty_identity(salt, tty);
	if (tty->driver->type == TTY_DRIVER_TYPE_PTY &&
	    tty->driver->subtype == PTY_TYPE_MASTER)
		rec->flags |= IPCSHOW_FD_F_PTY_MASTER;
}

static void fill_ring(struct ipcshow_fd *rec, const struct ipcshow_salt *salt,
		      const struct file *file)
{
	static const u64 flags[IPCSHOW_NR_ROLES] = {
		[IPCSHOW_ROLE_PRODUCER] = IPCSHOW_FD_F_RING_PRODUCER,
		[IPCSHOW_ROLE_CONSUMER] = IPCSHOW_FD_F_RING_CONSUMER,
		[IPCSHOW_ROLE_OBSERVER] = IPCSHOW_FD_F_RING_OBSERVER,
	};
	const void *memory;
	u32 role;

	memory = ipcshow_end_memory(file, &role);
	if (!memory)
		return;
	rec->flags |= flags[role];
	rec->peer = ipcshow_identity(salt, memory);
}

static void fill_inode(struct ipcshow_fd *rec, const struct ipcshow_salt *salt,
		       const struct inode *inode)
{
	rec->inode = ipcshow_identity(salt, inode);
	rec->ino = inode->i_ino;
	rec->dev_major = MAJOR(inode->i_sb->s_dev);
	rec->dev_minor = MINOR(inode->i_sb->s_dev);
	if (S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode)) {
		rec->rdev_major = MAJOR(inode->i_rdev);
		rec->rdev_minor = MINOR(inode->i_rdev);
	}
	rec->mode = inode->i_mode;
	rec->fs_magic = inode->i_sb->s_magic;
	if (inode->i_sb->s_flags & SB_KERNMOUNT)
		rec->flags |= IPCSHOW_FD_F_INTERNAL;
}

/*
 * Of any kind, as fdinfo lists them; who waits stands behind one that is held. The context comes
 * with the first lock and goes with the inode, which the file keeps.
 */
static bool is_locked(const struct file *file)
{
	/* Pairs with the cmpxchg() of locks_get_lock_context(). */
	const struct file_lock_context *locks = smp_load_acquire(&file_inode(file)->i_flctx);

	return locks && !(list_empty_careful(&locks->flc_flock) &&
			  list_empty_careful(&locks->flc_posix) &&
			  list_empty_careful(&locks->flc_lease));
}

static void fill_file(struct ipcshow_fd *rec, const struct ipcshow_salt *salt,
		      struct file *file)
{
	rec->file = ipcshow_identity(salt, file);
	rec->open_flags = READ_ONCE(file->f_flags);
	if (file->f_mode & FMODE_PATH) {
		rec->flags |= IPCSHOW_FD_F_PATH;
		return;
	}
	if (file->f_mode & FMODE_READ)
		rec->flags |= IPCSHOW_FD_F_READ;
	if (file->f_mode & FMODE_WRITE)
		rec->flags |= IPCSHOW_FD_F_WRITE;
	if (is_locked(file))
		rec->flags |= IPCSHOW_FD_F_LOCKED;
	rec->pos = READ_ONCE(file->f_pos);
}

static void fill_path(struct ipcshow_fd *rec, const struct path *path)
{
	u64 flags = rec->flags & IPCSHOW_FD_F_INTERNAL ? IPCSHOW_FILE_F_INTERNAL : 0;

	rec->path_size = ipcshow_file_path(path, rec->path, &flags);
	if (flags & IPCSHOW_FILE_F_DELETED)
		rec->flags |= IPCSHOW_FD_F_DELETED;
	if (flags & IPCSHOW_FILE_F_NO_PATH)
		rec->flags |= IPCSHOW_FD_F_NO_PATH;
}

/* Return: false: it does not fit. The path is put together as that of a FILE. */
static bool emit_fd(struct hold *hold, struct file *file, unsigned int fd)
{
	const struct path *path = file_user_path(file);
	struct ipcshow_fd *rec;

	rec = ipcshow_ring_reserve(hold->ring, IPCSHOW_REC_FD, sizeof(*rec) + PATH_MAX);
	if (!rec)
		return false;
	*rec = (struct ipcshow_fd){ .rec = rec->rec, .files = hold->id, .fd = fd };
	fill_file(rec, hold->salt, file);
	fill_inode(rec, hold->salt, d_inode(path->dentry));
	fill_tty(rec, hold->salt, file);
	fill_ring(rec, hold->salt, file);
	if (!ipcshow_socket_fill(rec, hold->salt, file))
		fill_path(rec, path);
	hold->bytes += rec->flags & IPCSHOW_FD_F_NO_PATH ? PATH_MAX : rec->path_size;
	ipcshow_ring_trim(hold->ring, struct_size(rec, path, rec->path_size));
	ipcshow_ring_commit(hold->ring);
	hold->bytes += sizeof(*rec);
	hold->fds++;
	return true;
}

/* Others wait for the table, or for this CPU, or it has been long. */
static bool enough(const struct hold *hold)
{
	return hold->fds == HOLD_FDS || hold->bytes >= HOLD_BYTES ||
	       (hold->fds && (need_resched() || spin_is_contended(&hold->files->file_lock)));
}

/*
 * Writes the next descriptors, with the locks held: they keep the files, too. Whose the
 * table is cannot change meanwhile but by setuid() and the like, so that is asked
 * at each.
 */
static int list_some(struct ipcshow_fd_cursor *cursor, struct hold *hold)
{
	const struct fdtable *fdt = files_fdtable(hold->files);
	unsigned int end = min_t(u64, fdt->max_fds, (u64)cursor->next + HOLD_SCAN);
	struct file *file;

	for (;; cursor->next++) {
		cursor->next = find_next_bit(fdt->open_fds, end, cursor->next);
		if (cursor->next >= end)
			break;
		if (enough(hold))
			return IPCSHOW_STEP_AGAIN;
		if (!ipcshow_access_stands_locked(hold->view, hold->task, IPCSHOW_ACCESS_READ))
			return -ESRCH;
		/* Its number may have been given and its file still be opened. */
		file = files_lookup_fd_locked(hold->files, cursor->next);
		if (file && !emit_fd(hold, file, cursor->next))
			return IPCSHOW_STEP_FULL;
	}
	return end < fdt->max_fds ? IPCSHOW_STEP_AGAIN : IPCSHOW_STEP_DONE;
}

/* Was this table listed of another thread, which uses it still? */
static bool is_listed(const struct ipcshow_fd_cursor *cursor, const struct files_struct *files)
{
	const struct ipcshow_fd_table *table;

	for (table = cursor->listed; table < cursor->listed + IPCSHOW_TABLES_KEPT; table++)
		if (table->files == files && READ_ONCE(table->task->files) == files)
			return true;
	return false;
}

static void note_listed(struct ipcshow_fd_cursor *cursor, struct task_struct *task)
{
	struct ipcshow_fd_table *table;

	table = &cursor->listed[cursor->nr_listed++ % IPCSHOW_TABLES_KEPT];
	if (table->task)
		put_task_struct(table->task);
	table->files = cursor->files;
	table->task = get_task_struct(task);
}

/*
 * Return: an enum ipcshow_step; -ENOENT: it has no table, or one that was listed;
 * -ESRCH: it is not what the caller may look at.
 */
static int hold_and_list(struct ipcshow_fd_cursor *cursor, const struct ipcshow_salt *salt,
			 const struct ipcshow_access_view *view, struct task_struct *task,
			 struct ipcshow_ringbuf *ring)
{
	struct hold hold = { .view = view, .salt = salt, .task = task, .ring = ring };
	int ret = -ESRCH;

	/* Keeps the thread in its address space, and the table in use. */
	task_lock(task);
	hold.files = task->files;
	if (!ipcshow_access_stands_locked(view, task, IPCSHOW_ACCESS_READ))
		goto unlock;
	ret = -ENOENT;
	if (!hold.files || (cursor->files ? cursor->files != hold.files :
					    is_listed(cursor, hold.files)))
		goto unlock;
	cursor->files = hold.files;
	hold.id = ipcshow_identity(salt, hold.files);
	spin_lock(&hold.files->file_lock);
	ret = list_some(cursor, &hold);
	spin_unlock(&hold.files->file_lock);
unlock:
	task_unlock(task);
	return ret;
}

/* Done with the thread, though what was not listed of its table is not going to be. */
static int give_up(struct ipcshow_fd_cursor *cursor, struct ipcshow_end *end)
{
	if (cursor->files || cursor->changes > CHANGES_MAX)
		end->flags |= IPCSHOW_END_F_FDS_LOST;
	cursor->open = false;
	return IPCSHOW_STEP_DONE;
}

/**
 * ipcshow_fds_begin() - list the descriptors of a thread
 * @cursor: what comes next
 */
void ipcshow_fds_begin(struct ipcshow_fd_cursor *cursor)
{
	cursor->open = true;
	cursor->next = 0;
	cursor->changes = 0;
	cursor->files = NULL;
}

/**
 * ipcshow_fds_emit() - write the FD records of the next descriptors of a thread
 * @cursor: how far it is, after ipcshow_fds_begin(); goes on
 * @salt: of the identities
 * @view: what the caller may see
 * @task: the thread
 * @ring: where to
 * @end: what is noted for the END record
 *
 * Return: an enum ipcshow_step (DONE: with this thread), or an error: -ENOMEM and the like.
 */
int ipcshow_fds_emit(struct ipcshow_fd_cursor *cursor, const struct ipcshow_salt *salt,
		     struct ipcshow_access_view *view, struct task_struct *task,
		     struct ipcshow_ringbuf *ring, struct ipcshow_end *end)
{
	const struct mm_struct *mm = READ_ONCE(task->mm);
	int ret;

	if (mm != view->mm)
		return mm ? IPCSHOW_STEP_GONE : give_up(cursor, end);
	ret = ipcshow_access_ask(view, task, IPCSHOW_ACCESS_READ);
	if (!ret)
		ret = hold_and_list(cursor, salt, view, task, ring);

	switch (ret) {
	case IPCSHOW_STEP_DONE:
		note_listed(cursor, task);
		cursor->open = false;
		return ret;
	case -EAGAIN:
		return IPCSHOW_STEP_PAUSE;
	case -ESRCH:
		return cursor->changes++ < CHANGES_MAX ? IPCSHOW_STEP_AGAIN :
							 give_up(cursor, end);
	case -EACCES:
	case -ENOENT:
		return give_up(cursor, end);
	}
	return ret;
}

/**
 * ipcshow_fds_end() - let go of what a cursor holds
 * @cursor: the cursor
 */
void ipcshow_fds_end(struct ipcshow_fd_cursor *cursor)
{
	unsigned int i;

	for (i = 0; i < IPCSHOW_TABLES_KEPT; i++)
		if (cursor->listed[i].task)
			put_task_struct(cursor->listed[i].task);
	*cursor = (struct ipcshow_fd_cursor){};
}
