// SPDX-License-Identifier: GPL-2.0
#include "init.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

/*
 * The host ends the VM once it has read the last verdict; a guest that went by
 * itself could take with it what still waits in the wire. The reboot is for a host
 * that is gone: QEMU runs with -no-reboot.
 */
void vm_end(void)
{
	struct pollfd host = { .fd = wire_fd() };
	int seconds;

	for (seconds = 0; wire_fd() >= 0 && seconds < 60; seconds++) {
		if (poll(&host, 1, 1000) > 0 && host.revents & POLLHUP)
			break;
	}
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

void die(const char *format, ...)
{
	char text[900];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(stderr, "init: %s\n", text);
	wire_say("failed %s", text);
	wire_say("done");
	vm_end();
}

static void list_add(char ***list, char *item)
{
	size_t count = 0;

	while (*list && (*list)[count])
		count++;
	*list = realloc(*list, (count + 2) * sizeof(**list));
	if (!*list)
		die("no memory for the configuration");
	(*list)[count] = item;
	(*list)[count + 1] = NULL;
}

static void config_set(struct config *config, char *item)
{
	char *value = strchr(item, '=');

	if (!value)
		die("bad item in the configuration: %s", item);
	*value++ = '\0';
	if (!strcmp(item, "cwd"))
		config->cwd = value;
	else if (!strcmp(item, "lib_modules"))
		config->lib_modules = value;
	else if (!strcmp(item, "module"))
		config->module = value;
	else if (!strcmp(item, "module_args"))
		config->module_args = value;
	else if (!strcmp(item, "root"))
		config->root = value;
	else if (!strcmp(item, "results"))
		config->results = value;
	else if (!strcmp(item, "keep"))
		list_add(&config->keep, value);
	else if (!strcmp(item, "arg"))
		list_add(&config->argv, value);
	else if (!strcmp(item, "env"))
		list_add(&config->env, value);
	else if (!strcmp(item, "user"))
		config->user = strtoul(value, NULL, 10);
	else if (!strcmp(item, "timeout"))
		config->timeout = strtoul(value, NULL, 10);
	else if (!strcmp(item, "tty"))
		config->tty = *value == '1';
	else
		die("unknown item in the configuration: %s", item);
}

static void config_receive(struct config *config)
{
	struct frame frame;
	char *data, *item, *next;

	while (!wire_receive(&frame))
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	if (frame.channel != CHANNEL_CONFIG)
		die("the host did not begin with the configuration");
	data = malloc(frame.size + 1);
	if (!data)
		die("no memory for the configuration");
	memcpy(data, frame.data, frame.size);
	data[frame.size] = '\0';
	for (item = data; item < data + frame.size; item = next) {
		next = item + strlen(item) + 1;
		config_set(config, item);
	}
}

int main(void)
{
	struct config config = { .module_args = "", .cwd = "/" };

	signal(SIGPIPE, SIG_IGN);
	drivers_insert();
	wire_open();
	config_receive(&config);
	wire_say("up");
	root_mount(&config);
	kernel_check_begin();
	module_insert(&config);
	command_run(&config);
	module_remove(&config);
	kernel_check_end();
	wire_say("done");
	vm_end();
}
