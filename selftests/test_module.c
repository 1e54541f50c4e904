// SPDX-License-Identifier: GPL-2.0
/* What holds what: open files and mappings the module, a target nothing. */
#include <sys/mount.h>

#include "ends.h"
#include "module.h"
#include "pieces.h"

static int has_file(struct child *self, void *unused)
{
	/* This one came with fork(). */
	return child_stay(self, unused);
}

TEST(module_is_held)
{
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = WHAT_ALL };
	unsigned char before[256];
	struct reader reader;
	struct child child;

	ASSERT_READER(&reader, 0);
	EXPECT_EQ(-EWOULDBLOCK, remove_module()) TH_LOG("an open file");
	reader_close(&reader);

	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	ASSERT_EQ(IPCSHOW_SNAPSHOT_DONE, reader_call(&reader, &arg));
	memcpy(before, reader.data, sizeof(before));
	EXPECT_EQ(IPCSHOW_REC_TASK, ((const struct ipcshow_record *)before)->type);
	close(reader.fd);
	EXPECT_EQ(-EWOULDBLOCK, remove_module()) TH_LOG("mappings, and the file closed");
	EXPECT_EQ(0, memcmp(before, reader.data, sizeof(before)));
	EXPECT_EQ(0, memcmp(before, reader.data + RING_SMALL, sizeof(before)));
	EXPECT_LT(0, reader.producer->pos);
	munmap((void *)reader.producer, PAGE);
	munmap((void *)reader.data, 2 * RING_SMALL);
	EXPECT_EQ(-EWOULDBLOCK, remove_module()) TH_LOG("one mapping is left");
	EXPECT_EQ(0, reader.consumer->pos);
	munmap(reader.consumer, PAGE);

	ASSERT_READER(&reader, 0);
	child_start(&child, has_file, NULL);
	reader_close(&reader);
	EXPECT_EQ(-EWOULDBLOCK, remove_module()) TH_LOG("a child has the file");
	child_kill(&child);
}

/* Each of them is a file of its own, and the one that they were made with need not be there. */
TEST(module_is_held_by_ends)
{
	struct ends ends;
	struct map map;
	int role;

	ASSERT_EQ(0, ends_make(&ends, RING_SMALL, IPCSHOW_SHARED_RING_F_OBSERVER));
	for (role = 0; role < NR_ROLES; role++) {
		EXPECT_EQ(-EWOULDBLOCK, remove_module()) TH_LOG("from end %d on", role);
		if (role == OBSERVER)
			ASSERT_EQ(0, end_map(&ends, role, &map));
		end_close(&ends, role);
	}
	EXPECT_EQ(-EWOULDBLOCK, remove_module()) TH_LOG("mappings of an end");
	EXPECT_EQ(IPCSHOW_RING_SIDE_F_GONE, map.producer->attention);
	end_unmap(&map);
}

TEST(module_comes_and_goes)
{
	struct snapshot snapshot = {};
	char parameters[512], after[512];
	int error, inserted, fd, module = open_module();
	struct child child;
	struct reader reader;

	if (module < 0)
		SKIP(return, "no ipcshow.ko is there: name it in IPCSHOW_KO");
	/* A target holds nothing, and is held by nothing. */
	child_start(&child, stays_with_regions, NULL);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	begin(_metadata, &reader, WHAT_ALL, NULL);
	reader_close(&reader);

	read_parameters(parameters, sizeof(parameters));
	error = remove_idle_module();
	fd = open(DEVICE, O_RDWR);
	inserted = insert_module(module, parameters);
	close(module);
	EXPECT_EQ(0, error);
	EXPECT_EQ(-1, fd) TH_LOG("the device is there without the module");
	ASSERT_EQ(0, inserted);
	read_parameters(after, sizeof(after));
	EXPECT_STREQ(parameters, after);
	ASSERT_EQ(0, snapshot_of(child.pid, WHAT_ALL, &snapshot));
	complete(_metadata, &snapshot, child.pid);
	snapshot_free(&snapshot);
	child_kill(&child);
}

/* A process with the file of another: its mappings stay behind, the rest is shared. */

static int goes_on(void *argument)
{
	struct reader *reader = argument;
	unsigned char there;

	/* ENOMEM: nothing is mapped there. */
	if (!mincore((void *)reader->data, PAGE, &there) || errno != ENOMEM ||
	    !mincore(reader->consumer, PAGE, &there) || errno != ENOMEM)
		return -1;
	if (reader_map(reader))
		return -2;
	if (reader_continue(reader) != IPCSHOW_SNAPSHOT_MORE)
		return -3;
	return reader_drain(reader, NULL);
}

TEST(fork_shares_the_file)
{
	struct snapshot snapshot = {};
	struct reader reader;
	struct child child;
	uint64_t pos;
	int piece;

	child_start(&child, stays_with_regions, NULL);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	begin(_metadata, &reader, WHAT_ALL, &snapshot);
	pos = reader.producer->pos;
	EXPECT_EQ(pos, snapshot.size);
	piece = as_user(-1, goes_on, &reader);
	ASSERT_LT(0, piece);
	EXPECT_EQ(pos + piece, reader.producer->pos);
	EXPECT_EQ(pos + piece, reader.consumer->pos);
	/* All is as it was, but for the piece that the other took. */
	ASSERT_EQ(0, finish(&reader, &snapshot));
	EXPECT_EQ(snapshot.size + piece, reader.producer->pos);
	EXPECT_GT(snapshot_end(&snapshot)->regions,
		  snapshot_count(&snapshot, IPCSHOW_REC_REGION));
	snapshot_free(&snapshot);
	ASSERT_EQ(0, reader_snapshot(&reader, WHAT_ALL, &snapshot));
	complete(_metadata, &snapshot, child.pid);
	snapshot_free(&snapshot);
	reader_close(&reader);
	child_kill(&child);
}

/* An unfinished snapshot keeps no file of its target open, and no memory. */

static int maps_file(struct child *self, void *path)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	if (fd < 0 || ftruncate(fd, PAGE) ||
	    mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		return 1;
	close(fd);
	return stays_with_regions(self, NULL);
}

TEST(files_of_a_dead_target)
{
	char dir[] = "/tmp/ipcshow-dead-XXXXXX", path[64];
	struct reader reader;
	struct child child;
	int i, error;

	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, mount("none", dir, "tmpfs", 0, NULL));
	snprintf(path, sizeof(path), "%s/file", dir);
	child_start(&child, maps_file, path);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	begin(_metadata, &reader, WHAT_ALL, NULL);
	EXPECT_EQ(-1, umount(dir));
	EXPECT_EQ(EBUSY, errno);
	child_kill(&child);
	for (i = 0; i < 3000 && (error = umount(dir)) && errno == EBUSY; i++)
		usleep(10000);
	EXPECT_EQ(0, error) TH_LOG("errno %d", errno);
	rest_is_gone(_metadata, &reader);
	reader_close(&reader);
	rmdir(dir);
}

TEST_MAIN
