// SPDX-License-Identifier: GPL-2.0
/*
 * The wire between host and guest: one virtio-serial port that carries frames
 * of several channels, so what was written first arrives first, and whoever
 * reads the last frame has read them all.
 *
 * A frame is a byte that names the channel, the size of the data as u32, and
 * the data. Both ends are little-endian.
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HEADER_SIZE	5
/* The host sends stdin in frames of 4 KiB; arguments and environment may be large. */
#define FRAME_MAX	(4U << 20)

static int port = -1;
static uint8_t *buffer;
static size_t filled;		/* bytes in buffer */
static size_t taken;		/* size of the frame that the caller has seen */

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

/* There is one port only; no udev runs that could name it. */
static int port_find(void)
{
	char path[300] = "";
	struct dirent *entry;
	DIR *dir = opendir("/sys/class/virtio-ports");

	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
	}
	closedir(dir);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* The driver makes the port some time after it was inserted. */
void wire_open(void)
{
	int tries;

	for (tries = 0; tries < 2000 && port < 0; tries++) {
		port = port_find();
		if (port < 0)
			nap();
	}
	if (port < 0)
		die("the guest's kernel offers no virtio-serial port");
	buffer = malloc(HEADER_SIZE + FRAME_MAX);
	if (!buffer)
		die("no memory for the wire");
}

int wire_fd(void)
{
	return port;
}

/* Fills in the frame only when all of it is there. */
static bool frame_complete(struct frame *frame)
{
	uint32_t size;

	if (filled < HEADER_SIZE)
		return false;
	memcpy(&size, buffer + 1, sizeof(size));
	if (size > FRAME_MAX)
		die("the host sent a frame of %u bytes", size);
	if (filled < HEADER_SIZE + size)
		return false;
	*frame = (struct frame){ .channel = buffer[0], .size = size, .data = buffer + HEADER_SIZE };
	return true;
}

/**
 * wire_receive() - the next frame, if there is one by now
 * @frame: filled in; its data is good until the next call
 *
 * Blocks only where nothing can be read at all; poll wire_fd() before. Frames that
 * have arrived together come out one by one: call until it says false.
 */
bool wire_receive(struct frame *frame)
{
	struct pollfd readable = { .fd = port, .events = POLLIN };
	ssize_t size;

	memmove(buffer, buffer + taken, filled - taken);
	filled -= taken;
	taken = 0;

	while (!frame_complete(frame)) {
		if (poll(&readable, 1, 0) <= 0)
			return false;
		size = read(port, buffer + filled, HEADER_SIZE + FRAME_MAX - filled);
		if (size < 0 && errno != EINTR && errno != EAGAIN)
			die("reading from the host: %s", strerror(errno));
		/* Nothing, though it was readable: the host's end is not there. */
		if (size <= 0)
			return false;
		filled += size;
	}
	taken = HEADER_SIZE + frame->size;
	return true;
}

static void port_write(const uint8_t *data, size_t size)
{
	while (size) {
		ssize_t written = write(port, data, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			vm_end();	/* nobody is left to be told */
		data += written;
		size -= written;
	}
}

void wire_send(enum channel channel, const void *data, size_t size)
{
	uint8_t header[HEADER_SIZE] = { channel };
	uint32_t length = size;

	if (port < 0)
		return;
	memcpy(header + 1, &length, sizeof(length));
	port_write(header, sizeof(header));
	port_write(data, size);
}

void wire_say(const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	wire_send(CHANNEL_VERDICT, text, strlen(text));
}
