/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PATH_H
#define PATH_H

#include <stdbool.h>

bool program_is_there(const char *name);

#endif
