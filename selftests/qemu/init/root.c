// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's file system: the host's, or that in a directory of the host, read-only over
 * 9p, under a layer of tmpfs that takes the writes, and over it what a system has of its own.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The files of the host hardly change while a VM runs, so all may be cached
 * (loose). 512000 is the largest message that one virtio request can carry.
 */
#define P9_OPTIONS	"trans=virtio,version=9p2000.L,msize=512000"

static void make_path(const char *path)
{
	char *copy = strdup(path), *slash;

	for (slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
	mkdir(copy, 0755);
	free(copy);
}

static void mount_or_die(const char *what, const char *where, const char *type,
			 unsigned long flags, const char *options)
{
	make_path(where);
	if (mount(what, where, type, flags, options))
		die("cannot mount %s (%s) on %s: %s", what, type ? type : "bind", where,
		    strerror(errno));
}

/* What a kernel may be built without. */
static void mount_if_known(const char *type, const char *where)
{
	make_path(where);
	if (mount(type, where, type, 0, NULL) && errno != ENODEV && errno != EBUSY)
		die("cannot mount %s on %s: %s", type, where, strerror(errno));
}

static void root_enter(const char *mounted)
{
	if (chdir(mounted) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		die("cannot make %s the root: %s", mounted, strerror(errno));
}

static void host_mount(void)
{
	mount_or_die("root", "/host", "9p", MS_RDONLY, P9_OPTIONS ",cache=loose");
	mount_or_die("tmpfs", "/layer", "tmpfs", 0, "mode=755");
	make_path("/layer/upper");
	make_path("/layer/work");
	mount_or_die("host", "/root", "overlay", 0,
		     "lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work,"
		     "index=off,metacopy=off");
	root_enter("/root");
}

static void own_mount(void)
{
	mount_or_die("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	mount_or_die("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	mount_or_die("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=755");
	mount_or_die("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		     "mode=620,ptmxmode=666");
	mount_or_die("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
	mount_or_die("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
	mount_or_die("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
	mount_if_known("mqueue", "/dev/mqueue");
	mount_if_known("debugfs", "/sys/kernel/debug");
	mount_if_known("tracefs", "/sys/kernel/tracing");
	mount_if_known("cgroup2", "/sys/fs/cgroup");

	/* udev makes these elsewhere. */
	if (symlink("/proc/self/fd", "/dev/fd") || symlink("fd/0", "/dev/stdin") ||
	    symlink("fd/1", "/dev/stdout") || symlink("fd/2", "/dev/stderr"))
		die("cannot make /dev/fd and the like: %s", strerror(errno));
}

static void bind_fd(int fd, const char *where)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	mount_or_die(path, where, NULL, MS_BIND, NULL);
}

static void network_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;		/* a kernel without IP */
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		die("cannot bring up the loopback device: %s", strerror(errno));
	close(fd);
}

#define KEEP_MAX	16

void root_mount(const struct config *config)
{
	int keep[KEEP_MAX], lib_modules = -1;
	size_t count = 0, i;

	host_mount();

	/* Before the guest's own /tmp and so on hide the host's. */
	for (; config->keep && config->keep[count] && count < KEEP_MAX; count++)
		keep[count] = open(config->keep[count], O_PATH | O_CLOEXEC);
	if (config->lib_modules)
		lib_modules = open(config->lib_modules, O_PATH | O_CLOEXEC);

	if (config->root) {
		mount_or_die(config->root, config->root, NULL, MS_BIND, NULL);
		root_enter(config->root);
	}
	own_mount();
	for (i = 0; i < count; i++) {
		if (keep[i] >= 0 && access(config->keep[i], F_OK))
			bind_fd(keep[i], config->keep[i]);
		close(keep[i]);
	}
	if (lib_modules >= 0) {
		bind_fd(lib_modules, "/lib/modules");
		close(lib_modules);
	}
	if (config->results)
		mount_or_die("results", config->results, "9p", 0, P9_OPTIONS ",cache=none");
	network_up();
	if (sethostname("ipcshow-vm", strlen("ipcshow-vm")))
		die("cannot set the host name: %s", strerror(errno));
}
