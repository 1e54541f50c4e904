/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IPCSHOW_RESOURCE_H
#define IPCSHOW_RESOURCE_H

#include "note.h"
#include "survey.h"

u64 resources_changed(const struct ipcshow_resources *a, const struct ipcshow_resources *b);
bool credentials_equal(const struct ipcshow_resources *a, const struct ipcshow_resources *b);

/**
 * struct resource_pair - two tasks whose resources are compared
 * @a: @b: the tasks
 * @ra: @rb: what their threads use
 * @note: the proof
 */
struct resource_pair {
	const struct survey_subject *a;
	const struct survey_subject *b;
	const struct ipcshow_resources *ra;
	const struct ipcshow_resources *rb;
	struct note *note;
};

void resource_prove(const struct resource_pair *pair, enum ipcshow_resource resource,
		    enum ipcshow_finding finding);
bool resource_groups_equal(const struct resource_pair *pair);
bool resource_id_is_told(u32 id);

#endif
