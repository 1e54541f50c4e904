// SPDX-License-Identifier: GPL-2.0
/* What is wrong, in one line that names the path. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "complaint.h"
#include "progress.h"
#include "ring.h"

void complain_of_path(const char *path, const char *reason)
{
	char safe[256 * 4 + 1];
	size_t size = strlen(path);

	progress_clear();
	ipcshow_text_escape(safe, path, size < 256 ? size : 256, false);
	complain(*safe ? safe : "''", reason);
}

void note(const char *path, const char *format, ...)
{
	char reason[512];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), P_(format), args);
	va_end(args);
	complain_of_path(path, reason);
}

/* Why nobody at a path tells anything, or lets us in. */
const char *reason_of_broker(int err)
{
	switch (err) {
	case -ENOENT:
		return N_("there is no such file; ipcshow-ring create makes it");
	case -ECONNREFUSED:
		return N_("nobody listens there any more; ipcshow-ring create would");
	case -ENOTSOCK:
	case -EPROTOTYPE:
		return N_("not a socket of ipcshow-ring create");
	case -EPROTO:
		return N_("ipcshow-ring create is of another version");
	case -EAGAIN:
	case -ETIMEDOUT:
		return N_("ipcshow-ring create does not answer");
	case -EUSERS:
		return N_("too many are there already");
	case -EPIPE:
		return N_("ipcshow-ring create has ended");
	case -ENAMETOOLONG:
		return N_("too long for a socket");
	default:
		return strerror(-err);
	}
}

/* Why there is no ring, or no end of it. */
const char *reason_of_ring(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
	case -ENOTTY:
		if (module_is_loaded() || err == -ENOTTY)
			return N_("rings of the module are asked for, but /dev/ipcshow is not its device, "
				  "or is missing");
		return N_("the module is not loaded, but its rings are asked for; as root: "
			  "modprobe ipcshow, or insmod ipcshow.ko");
	case -EDQUOT:
	case -ENOSPC:
		return N_("all memory for rings is in use; "
			  "see the module parameters ring_user_kib and ring_total_kib");
	case -EFBIG:
		return N_("a ring is a file in memory, and larger than files may be; see ulimit -f");
	case -ETIMEDOUT:
		return N_("the other end does not answer");
	case -EPROTO:
		return N_("the other end is none of a ring");
	case -EPIPE:
		return N_("the other end has left");
	case -EUCLEAN:
		return N_("the other end has written nonsense, so the ring is given up");
	default:
		return strerror(-err);
	}
}
