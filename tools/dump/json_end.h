/* SPDX-License-Identifier: GPL-2.0 */
#ifndef JSON_END_H
#define JSON_END_H

#include "dump.h"
#include "json_facts.h"

void json_end_members(struct dump *dump);

#endif
