/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WHOLE_FILE_H
#define WHOLE_FILE_H

#include <stdio.h>

/**
 * struct whole_file - a file that is there as a whole or not at all
 * @stream: to write to, or to the descriptor that it has
 * @path: its name in the end, from malloc()
 * @temporary: its name until then, from malloc(); NULL: it is no regular file, and is written to
 */
struct whole_file {
	FILE *stream;
	char *path;
	char *temporary;
};

int whole_file_begin(struct whole_file *file, const char *path);
int whole_file_end(struct whole_file *file);
void whole_file_drop(struct whole_file *file);
void whole_file_guard(void);

#endif
