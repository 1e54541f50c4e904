/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct bench_row - what ipcshow-bench measured of a mechanism
 * @measured: the rest is
 * @copies: of each message; -1: not told, and so with the others
 * @calls: system calls for each message
 * @messages: per second
 * @gigabytes: per second
 * @size: @network: 1: yes, 0: no
 * @crash: what it says of the death of one side; "" where nothing
 */
struct bench_row {
	bool measured;
	long copies;
	double calls;
	double messages;
	double gigabytes;
	int size;
	int network;
	char crash[64];
};

/* Of the mechanisms of those names; where the program cannot do it, that is said. */
void bench_measure(const char *const *names, size_t nr, struct bench_row *rows);

#endif
