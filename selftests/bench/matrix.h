/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MATRIX_H
#define MATRIX_H

#include <stdlib.h>

#include "bench.h"

/* Bytes that each two of @nr processes have in common. */
struct matrix {
	size_t nr;
	u64 *bytes;
};

static inline void matrix_make(struct matrix *matrix, size_t nr)
{
	matrix->nr = nr;
	matrix->bytes = calloc(nr * nr, sizeof(*matrix->bytes));
	if (!matrix->bytes)
		die("a matrix of %zu processes", nr);
}

static inline void matrix_free(struct matrix *matrix)
{
	free(matrix->bytes);
}

/* @a below @b. */
static inline u64 *matrix_at(const struct matrix *matrix, size_t a, size_t b)
{
	return &matrix->bytes[a * matrix->nr + b];
}

/* FNV-1a, of words. */
static inline void matrix_tell(const struct matrix *matrix, struct facts *facts)
{
	facts->shared = 0;
	facts->shared_hash = 0xcbf29ce484222325;
	for (size_t a = 0; a < matrix->nr; a++) {
		for (size_t b = a + 1; b < matrix->nr; b++) {
			facts->shared += *matrix_at(matrix, a, b);
			facts->shared_hash = (facts->shared_hash ^ *matrix_at(matrix, a, b)) *
					     0x100000001b3;
		}
	}
}

#endif
