// SPDX-License-Identifier: GPL-2.0
/* FD records: what they say of files, pipes, terminals, and who has the same. */
#include <dirent.h>
#include <linux/kcmp.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include "test.h"

#define WHAT	(IPCSHOW_WHAT_THREADS | IPCSHOW_WHAT_RESOURCES | IPCSHOW_WHAT_FDS)

static const struct ipcshow_fd *find(const struct snapshot *snapshot, int nr)
{
	const struct ipcshow_fd *fd;

	for_each_of(fd, snapshot, IPCSHOW_REC_FD) {
		if (fd->fd == (uint32_t)nr)
			return fd;
	}
	return NULL;
}

/* Of any process; identities of one reader can be compared. */
static int fds_of(struct reader *reader, pid_t pid, struct snapshot *snapshot)
{
	snapshot_free(snapshot);
	return reader_target(reader, pid) ?: reader_snapshot(reader, WHAT, snapshot);
}

FIXTURE(own) {
	struct reader reader;
	struct snapshot snapshot;
};

FIXTURE_SETUP(own)
{
	ASSERT_READER(&self->reader, RING_USUAL);
}

FIXTURE_TEARDOWN(own)
{
	snapshot_free(&self->snapshot);
	reader_close(&self->reader);
}

#define ASSERT_LOOK()	ASSERT_EQ(0, fds_of(&self->reader, getpid(), &self->snapshot))
#define ASSERT_FIND(fd, nr)							\
	do {									\
		(fd) = find(&self->snapshot, nr);				\
		ASSERT_NE(NULL, fd) TH_LOG("descriptor %d", nr);		\
	} while (0)

static uint64_t fdinfo(int nr, const char *name, int base)
{
	char path[64], line[256];
	uint64_t value = -1ULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", nr);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, strlen(name)))
			value = strtoull(line + strlen(name) + 1, NULL, base);
	}
	if (file)
		fclose(file);
	return value;
}

static void as_proc(struct __test_metadata *_metadata, const struct ipcshow_fd *fd)
{
	char path[64], link[4096] = "";
	struct statfs fs;
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/fd/%u", fd->fd);
	ASSERT_LT(0, readlink(path, link, sizeof(link) - 1));
	ASSERT_EQ(0, fstat(fd->fd, &st));
	ASSERT_EQ(0, fstatfs(fd->fd, &fs));
	if (fd->flags & (IPCSHOW_FD_F_DELETED | IPCSHOW_FD_F_INTERNAL)) {
		EXPECT_EQ(0, strncmp(link, (const char *)fd->path, fd->path_size));
	} else {
		EXPECT_EQ(strlen(link), fd->path_size);
		EXPECT_EQ(0, memcmp(link, fd->path, fd->path_size)) TH_LOG("%s", link);
	}
	EXPECT_EQ(fdinfo(fd->fd, "flags:", 8) & ~O_CLOEXEC, fd->open_flags);
	if (!(fd->flags & IPCSHOW_FD_F_PATH)) {
		EXPECT_EQ(fcntl(fd->fd, F_GETFL), (int)fd->open_flags) TH_LOG("%s", link);
	}
	EXPECT_EQ(fdinfo(fd->fd, "pos:", 10), fd->pos) TH_LOG("%s", link);
	EXPECT_EQ(st.st_ino, fd->ino) TH_LOG("%s", link);
	EXPECT_EQ(st.st_mode, fd->mode) TH_LOG("%s", link);
	EXPECT_EQ(major(st.st_dev), fd->dev_major) TH_LOG("%s", link);
	EXPECT_EQ(minor(st.st_dev), fd->dev_minor) TH_LOG("%s", link);
	EXPECT_EQ(major(st.st_rdev), fd->rdev_major) TH_LOG("%s", link);
	EXPECT_EQ(minor(st.st_rdev), fd->rdev_minor) TH_LOG("%s", link);
	EXPECT_EQ((uint64_t)fs.f_type, fd->fs_magic) TH_LOG("%s", link);
}

static void open_things(void)
{
	int pipes[2], sockets[2], fd;

	open("/dev/null", O_RDWR | O_APPEND);
	open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	open("/", O_PATH);
	fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	if (fd < 0 || write(fd, "abc", 3) != 3)
		abort();
	dup(fd);
	memfd_create("name (deleted)", 0);
	eventfd(0, 0);
	eventfd(0, EFD_NONBLOCK);
	if (pipe2(pipes, O_NONBLOCK) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		abort();
	dup2(pipes[0], 700);
	fcntl(700, F_SETFL, O_NONBLOCK | O_ASYNC);
}

TEST_F(own, facts)
{
	const struct ipcshow_resources *resources;
	const struct ipcshow_fd *fd;
	struct dirent *entry;
	size_t nr = 0;
	DIR *dir;

	open_things();
	dir = opendir("/proc/self/fd");
	ASSERT_LOOK();
	resources = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_RESOURCES);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		nr++;
		ASSERT_FIND(fd, atoi(entry->d_name));
		EXPECT_EQ(resources->files, fd->files);
		/* Reading moves the directory's own position. */
		if (!(fd->flags & IPCSHOW_FD_F_SOCKET) && atoi(entry->d_name) != dirfd(dir))
			as_proc(_metadata, fd);
	}
	closedir(dir);
	EXPECT_LT(14, nr);
	EXPECT_EQ(nr, snapshot_count(&self->snapshot, IPCSHOW_REC_FD));
	EXPECT_EQ(0, snapshot_end(&self->snapshot)->flags & IPCSHOW_END_F_FDS_LOST);
}

TEST_F(own, same_file_as_kcmp)
{
	const struct ipcshow_fd *one, *other;
	unsigned int same = 0;
	long told;

	open_things();
	ASSERT_LOOK();
	for_each_of(one, &self->snapshot, IPCSHOW_REC_FD) {
		for_each_of(other, &self->snapshot, IPCSHOW_REC_FD) {
			if (one == other)
				continue;
			told = syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, one->fd,
				       other->fd);
			ASSERT_LE(0, told);
			EXPECT_EQ(!told, one->file == other->file)
				TH_LOG("descriptors %u and %u", one->fd, other->fd);
			same += !told;
		}
	}
	EXPECT_LE(4, same);
}

TEST_F(own, both_ends_of_a_pipe)
{
	const struct ipcshow_fd *from, *to;
	int fds[2], others[2];

	ASSERT_EQ(0, pipe(fds));
	ASSERT_EQ(0, pipe(others));
	ASSERT_LOOK();
	ASSERT_FIND(from, fds[0]);
	ASSERT_FIND(to, fds[1]);
	EXPECT_EQ(from->inode, to->inode);
	EXPECT_NE(from->file, to->file);
	EXPECT_EQ(IPCSHOW_FD_F_READ | IPCSHOW_FD_F_INTERNAL, from->flags);
	EXPECT_EQ(IPCSHOW_FD_F_WRITE | IPCSHOW_FD_F_INTERNAL, to->flags);
	ASSERT_FIND(to, others[1]);
	EXPECT_NE(from->inode, to->inode);
}

TEST_F(own, two_eventfds)
{
	int one = eventfd(0, 0), other = eventfd(0, 0);
	const struct ipcshow_fd *a, *b;

	ASSERT_LOOK();
	ASSERT_FIND(a, one);
	ASSERT_FIND(b, other);
	EXPECT_EQ(a->inode, b->inode);
	EXPECT_NE(a->file, b->file);
	EXPECT_EQ(0, strncmp("anon_inode:[eventfd]", (const char *)a->path, a->path_size));
}

TEST_F(own, kinds_of_paths)
{
	int null = open("/dev/null", O_WRONLY), path = open("/dev/ptmx", O_PATH);
	int gone = open("/tmp/gone (deleted)", O_CREAT | O_RDWR, 0600);
	int memory = memfd_create("x (deleted)", 0);
	const struct ipcshow_fd *fd;

	ASSERT_EQ(0, unlink("/tmp/gone (deleted)"));
	ASSERT_LOOK();
	ASSERT_FIND(fd, null);
	EXPECT_EQ(IPCSHOW_FD_F_WRITE, fd->flags);
	EXPECT_EQ(1, fd->rdev_major);
	EXPECT_EQ(3, fd->rdev_minor);
	ASSERT_FIND(fd, path);
	EXPECT_EQ(IPCSHOW_FD_F_PATH, fd->flags);
	EXPECT_EQ(0, fd->peer);
	ASSERT_FIND(fd, gone);
	EXPECT_EQ(IPCSHOW_FD_F_READ | IPCSHOW_FD_F_WRITE | IPCSHOW_FD_F_DELETED, fd->flags);
	EXPECT_EQ(strlen("/tmp/gone (deleted)"), fd->path_size);
	ASSERT_FIND(fd, memory);
	EXPECT_EQ(IPCSHOW_FD_F_READ | IPCSHOW_FD_F_WRITE | IPCSHOW_FD_F_INTERNAL, fd->flags);
	EXPECT_EQ(strlen("/memfd:x (deleted)"), fd->path_size);
	EXPECT_EQ(0, memcmp("/memfd:x (deleted)", fd->path, fd->path_size));
}

TEST_F(own, locks_of_any_kind)
{
	int none = memfd_create("none", 0), flocked = memfd_create("flock", 0);
	int posix = memfd_create("posix", 0), ofd = memfd_create("ofd", 0);
	int path = open("/tmp/leased", O_CREAT | O_RDONLY, 0600), leased = dup(path);
	struct flock lock = { .l_type = F_WRLCK };
	const struct ipcshow_fd *fd;

	ASSERT_EQ(0, flock(flocked, LOCK_SH));
	ASSERT_EQ(0, fcntl(posix, F_SETLK, &lock));
	ASSERT_EQ(0, fcntl(ofd, F_OFD_SETLK, &lock));
	ASSERT_EQ(0, fcntl(path, F_SETLEASE, F_RDLCK));
	ASSERT_LOOK();
	for (const int *at = (int[]){ flocked, posix, ofd, path, leased, -1 }; *at >= 0; at++) {
		ASSERT_FIND(fd, *at);
		EXPECT_NE(0, fd->flags & IPCSHOW_FD_F_LOCKED);
	}
	ASSERT_FIND(fd, none);
	EXPECT_EQ(0, fd->flags & IPCSHOW_FD_F_LOCKED);

	ASSERT_EQ(0, flock(flocked, LOCK_UN));
	ASSERT_LOOK();
	ASSERT_FIND(fd, flocked);
	EXPECT_EQ(0, fd->flags & IPCSHOW_FD_F_LOCKED);
	EXPECT_EQ(0, unlink("/tmp/leased"));
}

static int open_pty(char *name, size_t size)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, size))
		abort();
	return master;
}

TEST_F(own, both_sides_of_a_pty)
{
	char name[64], other_name[64];
	int master = open_pty(name, sizeof(name)), slave = open(name, O_RDWR | O_NOCTTY);
	int other = open_pty(other_name, sizeof(other_name));
	const struct ipcshow_fd *a, *b, *c;
	uint64_t pair;

	ASSERT_LOOK();
	ASSERT_FIND(a, master);
	ASSERT_FIND(b, slave);
	ASSERT_FIND(c, other);
	EXPECT_NE(0, a->peer);
	EXPECT_EQ(a->peer, b->peer);
	EXPECT_NE(a->peer, c->peer);
	EXPECT_EQ(IPCSHOW_FD_F_READ | IPCSHOW_FD_F_WRITE | IPCSHOW_FD_F_TTY |
		  IPCSHOW_FD_F_PTY_MASTER, a->flags);
	EXPECT_EQ(IPCSHOW_FD_F_READ | IPCSHOW_FD_F_WRITE | IPCSHOW_FD_F_TTY, b->flags);
	/* The masters' node is one for all. */
	EXPECT_EQ(a->inode, c->inode);
	EXPECT_EQ(136, b->rdev_major);

	pair = a->peer;
	close(master);
	ASSERT_LOOK();
	ASSERT_FIND(b, slave);
	EXPECT_EQ(pair, b->peer) TH_LOG("after a hangup");
	EXPECT_EQ(IPCSHOW_FD_F_TTY, b->flags & (IPCSHOW_FD_F_TTY | IPCSHOW_FD_F_PTY_MASTER));
}

static int has_terminal(struct child *self, void *argument)
{
	if (setsid() < 0 || open(argument, O_RDWR) < 0)
		return 1;
	return child_stay(self, argument);
}

TEST_F(own, controlling_terminal)
{
	const struct ipcshow_resources *rec;
	const struct ipcshow_fd *fd;
	struct child child;
	char name[64];
	uint64_t pair;
	int master;

	master = open_pty(name, sizeof(name));
	child_start(&child, has_terminal, name);
	ASSERT_LOOK();
	ASSERT_FIND(fd, master);
	pair = fd->peer;
	ASSERT_EQ(0, fds_of(&self->reader, child.pid, &self->snapshot));
	rec = snapshot_next_of(&self->snapshot, NULL, IPCSHOW_REC_RESOURCES);
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(pair, rec->tty);
	EXPECT_EQ(136, rec->tty_major);
	EXPECT_EQ(proc_stat(child.pid, 7) & 0xff, rec->tty_minor);
	EXPECT_EQ(child.pid, (pid_t)rec->sid);
	/* The child's copy of the master, which fork() made. */
	ASSERT_FIND(fd, master);
	EXPECT_EQ(pair, fd->peer);
	child_kill(&child);
}

struct passed {
	int sockets[2];
	int got;
};

static int takes_a_file(struct child *self, void *argument)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct passed *passed = argument;

	child_ready(self);
	if (recvmsg(passed->sockets[1], &message, 0) != 1)
		return 1;
	memcpy(&passed->got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return child_stay(self, NULL);
}

static bool pass(int socket, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { .header = {
		.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
	} };
	struct iovec iov = { "", 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	return sendmsg(socket, &message, 0) == 1;
}

TEST_F(own, passed_and_inherited)
{
	struct passed *passed = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t late_file, early_file, twin_file;
	int early = open("/dev/zero", O_RDONLY), late, twin;
	const struct ipcshow_fd *fd;
	struct child child;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, passed->sockets));
	child_start(&child, takes_a_file, passed);
	late = open("/dev/zero", O_RDONLY);
	twin = open("/dev/zero", O_RDONLY);
	ASSERT_TRUE(pass(passed->sockets[0], late));
	child_await(&child);

	ASSERT_LOOK();
	ASSERT_FIND(fd, early);
	early_file = fd->file;
	ASSERT_FIND(fd, late);
	late_file = fd->file;
	ASSERT_FIND(fd, twin);
	twin_file = fd->file;
	ASSERT_EQ(0, fds_of(&self->reader, child.pid, &self->snapshot));
	ASSERT_FIND(fd, early);
	EXPECT_EQ(early_file, fd->file);
	ASSERT_FIND(fd, passed->got);
	EXPECT_EQ(late_file, fd->file);
	EXPECT_NE(twin_file, fd->file);
	child_kill(&child);
}

/* Directories in each other, such that no path leads to what is in the last one. */
#define DEPTH		20
#define LONG_NAME	"%0240d"

static int make_deep(int *dirs)
{
	char name[256];
	int i;

	dirs[0] = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < DEPTH && dirs[i] >= 0; i++) {
		snprintf(name, sizeof(name), LONG_NAME, getpid());
		if (mkdirat(dirs[i], name, 0700))
			return -1;
		dirs[i + 1] = openat(dirs[i], name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return openat(dirs[DEPTH], "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void remove_deep(const int *dirs)
{
	char name[256];
	int i;

	unlinkat(dirs[DEPTH], "file", 0);
	snprintf(name, sizeof(name), LONG_NAME, getpid());
	for (i = DEPTH; i; i--) {
		close(dirs[i]);
		unlinkat(dirs[i - 1], name, AT_REMOVEDIR);
	}
	close(dirs[0]);
}

/* A file with a path that is too long has none, as a descriptor and where it is mapped. */
TEST_F(own, no_path)
{
	const uint64_t what = WHAT | IPCSHOW_WHAT_REGIONS;
	const struct ipcshow_region *region;
	const struct ipcshow_file *file;
	const struct ipcshow_fd *fd;
	int dirs[DEPTH + 1], nr;
	void *start;

	nr = make_deep(dirs);
	ASSERT_LE(0, nr);
	ASSERT_EQ(0, ftruncate(nr, 1));
	start = mmap(NULL, 1, PROT_READ, MAP_SHARED, nr, 0);
	ASSERT_NE(MAP_FAILED, start);
	ASSERT_EQ(0, reader_target(&self->reader, getpid()));
	ASSERT_EQ(0, reader_snapshot(&self->reader, what, &self->snapshot));
	remove_deep(dirs);
	ASSERT_FIND(fd, nr);
	EXPECT_EQ(IPCSHOW_FD_F_NO_PATH,
		  fd->flags & (IPCSHOW_FD_F_NO_PATH | IPCSHOW_FD_F_DELETED));
	EXPECT_EQ(0, fd->path_size);
	region = snapshot_region(&self->snapshot, (uintptr_t)start);
	ASSERT_NE(NULL, region);
	file = snapshot_file(&self->snapshot, region);
	ASSERT_NE(NULL, file);
	EXPECT_EQ(IPCSHOW_FILE_F_NO_PATH,
		  file->flags & (IPCSHOW_FILE_F_NO_PATH | IPCSHOW_FILE_F_DELETED));
	EXPECT_EQ(0, file->path_size);
	munmap(start, 1);
	close(nr);
}

TEST_MAIN
