/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MARKUP_H
#define MARKUP_H

#include <stddef.h>
#include <stdio.h>

/* Bytes that others chose, made safe inside a quoted string of DOT, in HTML, and in a label's value. */
void markup_dot(FILE *to, const void *bytes, size_t size);
void markup_html(FILE *to, const void *bytes, size_t size);
void markup_label(FILE *to, const void *bytes, size_t size);

#endif
