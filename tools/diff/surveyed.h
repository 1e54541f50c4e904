/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SURVEYED_H
#define SURVEYED_H

#include "diff.h"

int survey_get(struct diff *diff);
void survey_put(struct diff *diff);

#endif
