/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SIZES_H
#define SIZES_H

/* Bytes, of all that the tests are made for. */
#define PAGE	4096UL
#define HUGE	(2UL << 20)

#endif
