/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAGE_H
#define PAGE_H

#include "out.h"
#include "whole_file.h"

int page_open(struct whole_file *page, const char *path, struct out *out);
void page_begin(struct out *out, const char *name);
void page_end(struct out *out);
int page_close(struct whole_file *page, struct out *out);
void page_discard(struct whole_file *page, struct out *out);

#endif
