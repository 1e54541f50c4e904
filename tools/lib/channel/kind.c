// SPDX-License-Identifier: LGPL-2.1-or-later
/* How tasks may be joined, by name. */
#include "internal.h"

static const struct {
	const char *name;
	const char *help;
} kinds[] = {
	[IPCSHOW_CHANNEL_MM] = { "memory", "one address space (threads, vfork(), CLONE_VM)" },
	[IPCSHOW_CHANNEL_FILES] = { "descriptors", "one table of descriptors (threads, CLONE_FILES)" },
	[IPCSHOW_CHANNEL_PIPE] = { "pipe", "pipe()" },
	[IPCSHOW_CHANNEL_FIFO] = { "fifo", "named pipe" },
	[IPCSHOW_CHANNEL_UNIX_STREAM] = { "unix-stream", "unix socket, a stream" },
	[IPCSHOW_CHANNEL_UNIX_DGRAM] = { "unix-dgram", "unix socket, datagrams" },
	[IPCSHOW_CHANNEL_UNIX_SEQPACKET] = { "unix-seqpacket", "unix socket, packets in order" },
	[IPCSHOW_CHANNEL_TCP] = { "tcp", "TCP within one network namespace" },
	[IPCSHOW_CHANNEL_UDP] = { "udp", "UDP within one network namespace" },
	[IPCSHOW_CHANNEL_SOCKET] = { "socket", "another socket that both have open" },
	[IPCSHOW_CHANNEL_EVENTFD] = { "eventfd", "counter to wait on" },
	[IPCSHOW_CHANNEL_MQUEUE] = { "mqueue", "POSIX message queue" },
	[IPCSHOW_CHANNEL_SYSV_MSG] = { "sysv-msg", "System V message queue, by who used it last" },
	[IPCSHOW_CHANNEL_SYSV_SEM] = { "sysv-sem", "System V semaphores, by who used them last" },
	[IPCSHOW_CHANNEL_SYSV_SHM] = { "sysv-shm", "System V shared memory" },
	[IPCSHOW_CHANNEL_POSIX_SHM] = { "posix-shm", "POSIX shared memory: shm_open()" },
	[IPCSHOW_CHANNEL_POSIX_SEM] = { "posix-sem", "POSIX semaphore: sem_open()" },
	[IPCSHOW_CHANNEL_MEMFD] = { "memfd", "memfd_create()" },
	[IPCSHOW_CHANNEL_SHARED_ANON] = { "shared-anon", "shared anonymous memory" },
	[IPCSHOW_CHANNEL_FUTEX] = { "futex", "word in common memory that a thread waits on" },
	[IPCSHOW_CHANNEL_PTY] = { "pty", "pseudoterminal, master and slave" },
	[IPCSHOW_CHANNEL_TERMINAL] = { "terminal", "one terminal, both at its side" },
	[IPCSHOW_CHANNEL_FILE] = { "file", "regular file, open or mapped shared, with its locks" },
	[IPCSHOW_CHANNEL_EPOLL] = { "epoll", "one epoll instance" },
	[IPCSHOW_CHANNEL_IO_URING] = { "io-uring", "one io_uring instance" },
	[IPCSHOW_CHANNEL_ANON_INODE] = { "anon-inode", "other kernel object, as one open file" },
	[IPCSHOW_CHANNEL_DEVICE] = { "device", "device, as one open file" },
	[IPCSHOW_CHANNEL_RING] = { "ipcshow-ring", "ring of /dev/ipcshow" },
	[IPCSHOW_CHANNEL_OPEN_FILE] = { "open-file", "directory or other, as one open file" },
	[IPCSHOW_CHANNEL_SIGNAL] = { "signal", "who may signal whom, by user IDs and capabilities" },
};

_Static_assert(ARRAY_SIZE(kinds) == IPCSHOW_NR_CHANNEL_KINDS, "each has a name");

const char *ipcshow_channel_kind_name(enum ipcshow_channel_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kinds) ? kinds[kind].name : NULL;
}

const char *ipcshow_channel_kind_help(enum ipcshow_channel_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kinds) ? kinds[kind].help : NULL;
}
