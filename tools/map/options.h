/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "run.h"

void options_parse(struct run *run, int argc, char **argv);

#endif
