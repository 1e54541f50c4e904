/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADLINE_H
#define HEADLINE_H

#include "dump.h"

void write_headline(struct dump *dump, size_t width);
void write_footnotes(struct dump *dump);

#endif
