/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the smallest; all have a multiple of it. */
#define MESSAGE_MIN	sizeof(uint64_t)

/**
 * struct tally - what came of messages
 * @received: how many
 * @lost: numbers that never came
 * @torn: those whose content was not what was sent
 */
struct tally {
	uint64_t received;
	uint64_t lost;
	uint64_t torn;
};

/* A message: its number, and bytes that follow from it. Every byte is written, as a program would. */
static inline void message_fill(void *message, size_t size, uint64_t number)
{
	memcpy(message, &number, sizeof(number));
	memset((char *)message + sizeof(number), (int)(number & 0xff), size - sizeof(number));
}

/* Every byte is read: the sum of all words. */
static inline uint64_t message_sum(const void *message, size_t size)
{
	const uint64_t *word = message;
	uint64_t sum[4] = { 0 };
	size_t i, nr = size / sizeof(*word);

	for (i = 0; i + 4 <= nr; i += 4) {
		sum[0] += word[i];
		sum[1] += word[i + 1];
		sum[2] += word[i + 2];
		sum[3] += word[i + 3];
	}
	for (; i < nr; i++)
		sum[0] += word[i];
	return sum[0] + sum[1] + sum[2] + sum[3];
}

/* What message_fill() makes comes to. */
static inline uint64_t message_sum_of(uint64_t number, size_t size)
{
	return number + (size / sizeof(number) - 1) * ((number & 0xff) * 0x0101010101010101);
}

#endif
