// SPDX-License-Identifier: GPL-2.0
/* The tracepoints' code: this file has it made. */
#define CREATE_TRACE_POINTS
#include "trace.h"
