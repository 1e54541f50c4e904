// SPDX-License-Identifier: LGPL-2.1-or-later
/* How tasks may be joined, by name. */
#include "internal.h"
#include "translate.h"

static const struct {
	const char *name;
	const char *help;
} kinds[] = {
	[IPCSHOW_CHANNEL_MM] = { "memory", N_("one address space (threads, vfork(), CLONE_VM)") },
	[IPCSHOW_CHANNEL_FILES] = { "descriptors", N_("one table of descriptors (threads, CLONE_FILES)") },
	[IPCSHOW_CHANNEL_PIPE] = { "pipe", N_("pipe()") },
	[IPCSHOW_CHANNEL_FIFO] = { "fifo", N_("named pipe") },
	[IPCSHOW_CHANNEL_UNIX_STREAM] = { "unix-stream", N_("unix socket, a stream") },
	[IPCSHOW_CHANNEL_UNIX_DGRAM] = { "unix-dgram", N_("unix socket, datagrams") },
	[IPCSHOW_CHANNEL_UNIX_SEQPACKET] = { "unix-seqpacket", N_("unix socket, packets in order") },
	[IPCSHOW_CHANNEL_TCP] = { "tcp", N_("TCP within one network namespace") },
	[IPCSHOW_CHANNEL_UDP] = { "udp", N_("UDP within one network namespace") },
	[IPCSHOW_CHANNEL_SOCKET] = { "socket", N_("another socket that both have open") },
	[IPCSHOW_CHANNEL_EVENTFD] = { "eventfd", N_("counter to wait on") },
	[IPCSHOW_CHANNEL_MQUEUE] = { "mqueue", N_("POSIX message queue") },
	[IPCSHOW_CHANNEL_SYSV_MSG] = { "sysv-msg", N_("System V message queue, by who used it last") },
	[IPCSHOW_CHANNEL_SYSV_SEM] = { "sysv-sem", N_("System V semaphores, by who used them last") },
	[IPCSHOW_CHANNEL_SYSV_SHM] = { "sysv-shm", N_("System V shared memory") },
	[IPCSHOW_CHANNEL_POSIX_SHM] = { "posix-shm", N_("POSIX shared memory: shm_open()") },
	[IPCSHOW_CHANNEL_POSIX_SEM] = { "posix-sem", N_("POSIX semaphore: sem_open()") },
	[IPCSHOW_CHANNEL_MEMFD] = { "memfd", N_("memfd_create()") },
	[IPCSHOW_CHANNEL_SHARED_ANON] = { "shared-anon", N_("shared anonymous memory") },
	[IPCSHOW_CHANNEL_FUTEX] = { "futex", N_("word in common memory that a thread waits on") },
	[IPCSHOW_CHANNEL_PTY] = { "pty", N_("pseudoterminal, master and slave") },
	[IPCSHOW_CHANNEL_TERMINAL] = { "terminal", N_("one terminal, both at its side") },
	[IPCSHOW_CHANNEL_FILE] = { "file", N_("regular file, open or mapped shared, with its locks") },
	[IPCSHOW_CHANNEL_EPOLL] = { "epoll", N_("one epoll instance") },
	[IPCSHOW_CHANNEL_IO_URING] = { "io-uring", N_("one io_uring instance") },
	[IPCSHOW_CHANNEL_ANON_INODE] = { "anon-inode", N_("other kernel object, as one open file") },
	[IPCSHOW_CHANNEL_DEVICE] = { "device", N_("device, as one open file") },
	[IPCSHOW_CHANNEL_RING] = { "ipcshow-ring", N_("ring of /dev/ipcshow") },
	[IPCSHOW_CHANNEL_OPEN_FILE] = { "open-file", N_("directory or other, as one open file") },
	[IPCSHOW_CHANNEL_SIGNAL] = { "signal", N_("who may signal whom, by user IDs and capabilities") },
};

_Static_assert(ARRAY_SIZE(kinds) == IPCSHOW_NR_CHANNEL_KINDS, "each has a name");

const char *ipcshow_channel_kind_name(enum ipcshow_channel_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kinds) ? kinds[kind].name : NULL;
}

const char *ipcshow_channel_kind_help(enum ipcshow_channel_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kinds) ? translated(kinds[kind].help) : NULL;
}
