/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MANAGER_H
#define MANAGER_H

#include <stdint.h>
#include <stddef.h>

enum manager_call { MANAGER_APPEND, MANAGER_POP, MANAGER_SET, MANAGER_TAKE };

/**
 * struct manager_request - what a client asks for, and in front of what it gets
 * @call: which method
 * @key: of the dictionary
 * @size: bytes that follow
 */
struct manager_request {
	uint64_t call;
	uint64_t key;
	uint64_t size;
};

/* The server, with a listening socket, and so many objects before who adds one must wait. */
__attribute__((noreturn))
void manager_serve(int listener, size_t most);

#endif
