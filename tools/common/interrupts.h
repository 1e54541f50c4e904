/* SPDX-License-Identifier: GPL-2.0 */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include <stdbool.h>

/* Signals that end a program where it can be ended cleanly. */

void interrupts_catch(const int *numbers);
bool is_interrupted(void);
bool interrupts_wait(long long until_ns);
void interrupts_obey(void);

#endif
