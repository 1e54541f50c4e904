/* SPDX-License-Identifier: GPL-2.0 */
#ifndef JSON_FACTS_H
#define JSON_FACTS_H

#include "facts.h"
#include "json.h"

/* What is said of a process in front of its tables; the PID comes first. */
void json_task_members(struct out *out, const struct facts *facts);
void json_mm_members(struct out *out, const struct ipcshow_mm *mm);

#endif
