/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "facts.h"
#include "out.h"

void describe_process(struct out *out, const struct facts *facts, size_t width);
void describe_task(struct out *out, const struct facts *facts);

#endif
