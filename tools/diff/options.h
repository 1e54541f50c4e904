/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "diff.h"

pid_t *options_parse(struct diff *diff, int argc, char **argv);

#endif
