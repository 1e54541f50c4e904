// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What of an area is in an address space that maps the same several times. A page may face
 * something in more than one area there: counted by pair, it would count more than once.
 */
#include "comparison.h"

/**
 * facing_make() - what is known of an area and another address space
 * @c: the comparison
 * @side: the area
 * @space: the address space
 *
 * Return: it, which is made if there is none; NULL: out of memory.
 */
struct facing *facing_make(struct ipcshow_comparison *c, u32 side, u32 space)
{
	const u64 key = mix_numbers(side, space);
	struct facing *facing = table_find(&c->facings, key);

	if (facing)
		return facing;
	facing = calloc(1, sizeof(*facing));
	if (facing && table_put(&c->facings, key, facing)) {
		free(facing);
		return NULL;
	}
	return facing;
}

/**
 * facing_see() - count pages that face something, each once
 * @facing: of their area
 * @piece: number of the piece that they are of; all that is said of one comes in a row
 * @pages: which of it, as bits
 * @page_size: bytes
 */
void facing_see(struct facing *facing, u64 piece, u64 pages, u64 page_size)
{
	if (facing->piece != piece) {
		facing->piece = piece;
		facing->pages = 0;
	}
	facing->bytes += (u64)__builtin_popcountll(pages & ~facing->pages) * page_size;
	facing->pages |= pages;
}

/**
 * facing_known() - what of an area is not its own only
 * @c: the comparison
 * @side: the area
 * @space: the other address space
 *
 * Return: bytes, without what its pairs tell.
 */
u64 facing_known(const struct ipcshow_comparison *c, u32 side, u32 space)
{
	const struct facing *facing = table_find(&c->facings, mix_numbers(side, space));

	return facing ? facing->bytes + facing->lent : 0;
}
