// SPDX-License-Identifier: GPL-2.0
/* A database: each message is a row, inserted, selected and deleted, each in a transaction of its own. */
#include <errno.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mechanism.h"

/* Rows that may be there before the sender waits. */
#define ROWS_MAX	64

/* How long one waits for the other's transaction. */
#define BUSY_MS		60000

static const char schema[] =
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = OFF;"
	"CREATE TABLE messages (number INTEGER PRIMARY KEY, content BLOB NOT NULL);";

/**
 * struct session - one side's connection
 * @db: it
 * @insert: @count: the sender's statements
 * @select: @remove: the receiver's
 * @room: rows that may be inserted before they are counted again
 */
struct session {
	sqlite3 *db;
	sqlite3_stmt *insert;
	sqlite3_stmt *count;
	sqlite3_stmt *select;
	sqlite3_stmt *remove;
	uint64_t room;
};

static int failed(struct end *end, const char *what, int code)
{
	end->what = what;
	return code == SQLITE_NOMEM ? -ENOMEM : code == SQLITE_FULL ? -ENOSPC :
	       code == SQLITE_BUSY ? -EBUSY : code == SQLITE_TOOBIG ? -EMSGSIZE : -EIO;
}

static int make(struct link *link)
{
	int err = link_name(link, "db");
	sqlite3 *db;

	if (err)
		return err;
	if (sqlite3_open(link->path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
		err = -EIO;
	sqlite3_close(db);
	return err;
}

/* The database itself is the link's named file. */
static void unmake(struct link *link)
{
	static const char *const more[] = { "-wal", "-shm", "-journal" };
	char path[LINK_PATH_MAX + 16];
	size_t i;

	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", link->path, more[i]);
		unlink(path);
	}
}

static int prepare(struct end *end, const char *sql, sqlite3_stmt **statement)
{
	struct session *session = end->own;
	int code = sqlite3_prepare_v2(session->db, sql, -1, statement, NULL);

	return code == SQLITE_OK ? 0 : failed(end, "sqlite3_prepare", code);
}

static int open_end(struct end *end)
{
	struct session *session = calloc(1, sizeof(*session));
	int code, err;

	if (!session)
		return end_failed(end, "malloc");
	end->own = session;
	code = sqlite3_open_v2(end->link->path, &session->db, SQLITE_OPEN_READWRITE, NULL);
	if (code != SQLITE_OK)
		return failed(end, "sqlite3_open", code);
	sqlite3_busy_timeout(session->db, BUSY_MS);
	sqlite3_exec(session->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	if (end->sends) {
		err = prepare(end, "INSERT INTO messages VALUES (?1, ?2)", &session->insert);
		return err ? err : prepare(end, "SELECT count(*) FROM messages", &session->count);
	}
	err = prepare(end, "SELECT content FROM messages WHERE number = ?1", &session->select);
	return err ? err : prepare(end, "DELETE FROM messages WHERE number = ?1", &session->remove);
}

static void close_end(struct end *end)
{
	struct session *session = end->own;

	sqlite3_finalize(session->insert);
	sqlite3_finalize(session->count);
	sqlite3_finalize(session->select);
	sqlite3_finalize(session->remove);
	sqlite3_close(session->db);
	free(session);
}

static int await_room(struct end *end, uint64_t most)
{
	struct session *session = end->own;
	int code;

	while (!session->room) {
		code = sqlite3_step(session->count);
		if (code != SQLITE_ROW)
			return failed(end, "SELECT count", code);
		code = sqlite3_column_int(session->count, 0);
		sqlite3_reset(session->count);
		if ((uint64_t)code < most)
			session->room = most - (uint64_t)code;
		else
			sched_yield();
	}
	session->room--;
	return 0;
}

static int insert(struct end *end)
{
	struct session *session = end->own;
	int code;

	sqlite3_bind_int64(session->insert, 1, (sqlite3_int64)end->number);
	sqlite3_bind_blob(session->insert, 2, end->buffer, (int)end->link->size, SQLITE_STATIC);
	code = sqlite3_step(session->insert);
	sqlite3_reset(session->insert);
	return code == SQLITE_DONE ? 0 : failed(end, "INSERT", code);
}

static int commit(struct end *end)
{
	uint64_t most = (1UL << 20) / end->link->size;
	int err = await_room(end, most < 2 ? 2 : most > ROWS_MAX ? ROWS_MAX : most);

	return err ? err : insert(end);
}

static int break_off(struct end *end)
{
	struct session *session = end->own;

	sqlite3_exec(session->db, "BEGIN", NULL, NULL, NULL);
	return insert(end);
}

/* It copies the row into the buffer: what SQLite gives is its own. */
static const void *peek(struct end *end)
{
	struct session *session = end->own;
	int code;

	sqlite3_bind_int64(session->select, 1, (sqlite3_int64)end->number);
	while ((code = sqlite3_step(session->select)) == SQLITE_DONE) {
		sqlite3_reset(session->select);
		sched_yield();
	}
	if (code == SQLITE_ROW &&
	    sqlite3_column_bytes(session->select, 0) == (int)end->link->size) {
		memcpy(end->buffer, sqlite3_column_blob(session->select, 0), end->link->size);
		sqlite3_reset(session->select);
		return end->buffer;
	}
	errno = -failed(end, "SELECT", code);
	return NULL;
}

static int release(struct end *end)
{
	struct session *session = end->own;
	int code;

	sqlite3_bind_int64(session->remove, 1, (sqlite3_int64)end->number);
	code = sqlite3_step(session->remove);
	sqlite3_reset(session->remove);
	return code == SQLITE_DONE ? 0 : failed(end, "DELETE", code);
}

static const struct mechanism_ops ops = {
	.make = make, .unmake = unmake, .open = open_end, .close = close_end, .commit = commit,
	.peek = peek, .release = release, .break_off = break_off,
};

const struct mechanism database_mechanisms[] = {
	{ .name = "sqlite", .group = "file",
	  .help = N_("a row inserted, selected and deleted, in a WAL that is not synced; who waits asks again"),
	  .copies = 5,
	  .copies_reason = N_("into a page, the log's page cache, a page again, a row, and the buffer"),
	  .directions = ANY_WAY, .ops = &ops },
	{ 0 }
};
