/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's PID 1. It makes the host's file system its own, inserts the
 * module, runs one command and tells the host how that went.
 */
#ifndef _IPCSHOW_QEMU_INIT_H
#define _IPCSHOW_QEMU_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct config - what the host wants done
 * @cwd: where the command runs
 * @lib_modules: becomes /lib/modules, or NULL
 * @module: the module to insert, or NULL
 * @module_args: its parameters
 * @root: a directory of the host that becomes the root, or NULL: the host's own
 * @results: a directory of the host to mount for writing, or NULL
 * @keep: directories that must be seen even where the guest's own /tmp, /run or
 *	/dev would hide them
 * @argv: the command
 * @env: its whole environment
 * @user: its uid and gid
 * @timeout: after so many seconds it is given up; 0: never
 * @tty: it gets a terminal
 */
struct config {
	const char *cwd;
	const char *lib_modules;
	const char *module;
	const char *module_args;
	const char *root;
	const char *results;
	char **keep;
	char **argv;
	char **env;
	unsigned int user;
	unsigned int timeout;
	bool tty;
};

/* Channels of the wire, see wire.c. */
enum channel {
	CHANNEL_CONFIG = 'a',	/* to the guest: NUL-ended key=value, once */
	CHANNEL_STDIN = 'i',	/* to the guest: an empty frame is the end of file */
	CHANNEL_WINSIZE = 'w',	/* to the guest: rows and columns, u16 each */
	CHANNEL_STDOUT = 'o',	/* to the host */
	CHANNEL_STDERR = 'e',	/* to the host */
	CHANNEL_VERDICT = 'v',	/* to the host: up, status N, failed TEXT, done */
};

struct frame {
	uint8_t channel;
	uint32_t size;
	uint8_t *data;
};

void wire_open(void);
int wire_fd(void);
bool wire_receive(struct frame *frame);
void wire_send(enum channel channel, const void *data, size_t size);
void wire_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

void drivers_insert(void);
void root_mount(const struct config *config);
void module_insert(const struct config *config);
void module_remove(const struct config *config);
void kernel_check_begin(void);
void kernel_check_end(void);
void command_run(const struct config *config);

/* Tell the host that the run failed, and end the VM. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void vm_end(void) __attribute__((noreturn));

#endif
