/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLOT_H
#define PLOT_H

struct bench;

void plot_check(const char *path);
int plot_draw(const struct bench *bench);

#endif
