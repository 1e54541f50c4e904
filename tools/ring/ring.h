/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RING_TOOL_H
#define RING_TOOL_H

#include "tool.h"

#define PROGRAM "ipcshow-ring"

/* Commands; they do not return where the command line is wrong. */
enum exit_status create_main(int argc, char **argv);
enum exit_status produce_main(int argc, char **argv);
enum exit_status consume_main(int argc, char **argv);
enum exit_status stat_main(int argc, char **argv);
enum exit_status tee_main(int argc, char **argv);

#endif
