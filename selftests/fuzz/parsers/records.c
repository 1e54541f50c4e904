// SPDX-License-Identifier: GPL-2.0
/*
 * The records of snapshots and comparisons: the input, behind 8 bytes that say what is made of
 * them. The sizes of records are put right first if these say so, or few inputs would come far.
 */
#include <stdlib.h>
#include <string.h>

#include "library.h"
#include "parser.h"

#define HEAD		8
#define ALIGN(n)	((n) & ~(size_t)7)

/* So that each record lies within the rest. */
static void put_sizes_right(unsigned char *records, size_t size)
{
	size_t at = 0;

	while (size - at >= sizeof(struct ipcshow_record)) {
		struct ipcshow_record *record = (struct ipcshow_record *)(records + at);

		record->size = (__u32)ALIGN(record->size % 4096);
		if (record->size < sizeof(*record))
			record->size = sizeof(*record);
		if (record->size > size - at)
			record->size = (__u32)(size - at);
		at += record->size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipcshow_device *device;
	unsigned char *records;

	if (size <= HEAD)
		return 0;
	size -= HEAD;
	if (data[1] & 1)
		size = ALIGN(size);
	/* As long as they are, to the byte: what is read beyond is seen. */
	records = malloc(size ?: 1);
	if (!records)
		abort();
	memcpy(records, data + HEAD, size);
	if (data[1] & 1)
		put_sizes_right(records, size);
	device = library_device(records, size);
	switch (data[0] % 3) {
	case 0:
		library_read_process(device, data[2] & (IPCSHOW_PROCESS_F_REGS |
							IPCSHOW_PROCESS_F_FAMILY |
							IPCSHOW_PROCESS_F_BARE));
		break;
	case 1:
		library_compare(device, data[2]);
		break;
	default:
		library_survey(device, data[2]);
	}
	ipcshow_device_close(device);
	free(records);
	return 0;
}
