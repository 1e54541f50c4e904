// SPDX-License-Identifier: GPL-2.0
/*
 * silent userfaultfd|fuse list|word
 *
 * Sleeps in futex_waitv() with a list, or in FUTEX_LOCK_PI with a word, in memory that it then
 * gives away: whoever reads it waits for this program with its userfaultfd, or for its FUSE daemon,
 * and waits in vain. Says "ready".
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/fuse.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>

#define PAGE		4096UL
#define CALL_WAITV	449
/* "This kernel has not got it." */
#define NOT_HERE	77

struct waiter {
	uint64_t value;
	uint64_t address;
	uint32_t flags;
	uint32_t reserved;
};

static char *memory;
static atomic_int tid;
static uint32_t awaited;

static void *wait_for_list(void *unused)
{
	struct waiter *list = (struct waiter *)memory;

	/* 32 bits. */
	*list = (struct waiter){ 0, (uintptr_t)&awaited, 2, 0 };
	tid = gettid();
	syscall(CALL_WAITV, list, 1, 0, NULL, 0);
	err(NOT_HERE, "futex_waitv");
	return unused;
}

/* This process' first thread has it. */
static void *wait_for_word(void *unused)
{
	tid = gettid();
	syscall(SYS_futex, memory, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	err(NOT_HERE, "FUTEX_LOCK_PI");
	return unused;
}

static bool sleeps(void)
{
	char path[64], wchan[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/wchan", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, wchan, sizeof(wchan) - 1);
	if (fd >= 0)
		close(fd);
	wchan[n > 0 ? n : 0] = '\0';
	return strstr(wchan, "futex") || strstr(wchan, "rt_mutex");
}

/* Its page goes, and is not supplied again. */
static void give_to_userfaultfd(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register all = {
		.range = { (uintptr_t)memory, PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &all))
		err(NOT_HERE, "userfaultfd");
	if (madvise(memory, PAGE, MADV_DONTNEED))
		err(1, "madvise");
}

static void answer(int fd, const struct fuse_in_header *to, int error, void *body, size_t size)
{
	struct fuse_out_header head = {
		.len = (uint32_t)(sizeof(head) + size), .error = error, .unique = to->unique,
	};
	const struct iovec parts[] = { { &head, sizeof(head) }, { body, size } };

	if (writev(fd, parts, 2) < 0)
		err(1, "answer");
}

/* A directory, 1, in which any name is that of a file, 2. */
static struct fuse_attr attributes(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node, .nlink = 1, .size = node == 1 ? 0 : PAGE, .blksize = PAGE,
		.mode = node == 1 ? S_IFDIR | 0755 : S_IFREG | 0644,
	};
}

static void serve_one(int fd, const struct fuse_in_header *request)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = PAGE,
	};
	struct fuse_entry_out entry = {
		.nodeid = 2, .attr_valid = 1000, .entry_valid = 1000, .attr = attributes(2),
	};
	struct fuse_attr_out attr = { .attr_valid = 1000, .attr = attributes(request->nodeid) };
	struct fuse_open_out opened = { 0 };

	switch (request->opcode) {
	case FUSE_INIT:
		answer(fd, request, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		answer(fd, request, 0, &entry, sizeof(entry));
		break;
	case FUSE_GETATTR:
		answer(fd, request, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
		answer(fd, request, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
	case FUSE_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		answer(fd, request, -ENOSYS, NULL, 0);
	}
}

/* It ends with who made it, and then all do who wait for it. */
__attribute__((noreturn))
static void serve(const char *place, int told)
{
	static char request[1 << 17];
	char options[64];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(NOT_HERE, "/dev/fuse");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("silent", place, "fuse", 0, options))
		err(NOT_HERE, "mount");
	if (write(told, "", 1) != 1)
		err(1, "write");
	while (read(fd, request, sizeof(request)) > 0)
		serve_one(fd, (struct fuse_in_header *)request);
	exit(1);
}

/*
 * A file that nothing can be read of takes its place. A daemon in this process would keep it from
 * ending: who waited for the word looks at it once more.
 */
static void give_to_fuse(void)
{
	char place[] = "/tmp/silentXXXXXX", path[64];
	int file, ready[2];

	if (!mkdtemp(place) || pipe2(ready, O_CLOEXEC))
		err(1, "%s", place);
	if (!fork())
		serve(place, ready[1]);
	close(ready[1]);
	if (read(ready[0], path, 1) != 1)
		exit(NOT_HERE);
	snprintf(path, sizeof(path), "%s/file", place);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || mmap(memory, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0) != memory)
		err(1, "%s", path);
}

int main(int argc, char **argv)
{
	const bool has_list = argc == 3 && !strcmp(argv[2], "list");
	pthread_t thread;

	if (argc != 3)
		errx(2, "userfaultfd|fuse list|word");
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		err(1, "mounts of its own");
	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");
	if (!has_list && syscall(SYS_futex, memory, FUTEX_LOCK_PI, 0, NULL, NULL, 0))
		err(NOT_HERE, "FUTEX_LOCK_PI");
	if (pthread_create(&thread, NULL, has_list ? wait_for_list : wait_for_word, NULL))
		errx(1, "pthread_create");
	while (!tid || !sleeps())
		usleep(1000);
	if (!strcmp(argv[1], "fuse"))
		give_to_fuse();
	else
		give_to_userfaultfd();
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
