/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_PARSER_H
#define FUZZ_PARSER_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls: does what it likes with @size bytes, and returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#endif
