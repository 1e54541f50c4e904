/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAGE_H
#define PAGE_H

#include "out.h"

/**
 * struct page - a self-contained page of HTML that is being written to a file
 * @path: the file, which appears when the page is whole; NULL: written as it comes
 * @temporary: where it is written until then
 */
struct page {
	char *path;
	char *temporary;
};

int page_open(struct page *page, const char *path, struct out *out);
void page_begin(struct out *out, const char *name);
void page_end(struct out *out);
int page_close(struct page *page, struct out *out);
void page_discard(struct page *page, struct out *out);

#endif
