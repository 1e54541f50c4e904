/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_ACT_FILES_H
#define FUZZ_ACT_FILES_H

/* What a target can have open. */
void act_open_pipes(volatile char *start);
void act_open_sockets(volatile char *start);
void act_open_inet(volatile char *start);
void act_open_others(volatile char *start);
void act_open_device(volatile char *start);
/* All but what it is told by. */
void act_close(volatile char *start);

#endif
