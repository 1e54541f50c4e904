/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_LIBRARY_H
#define FUZZ_LIBRARY_H

#include "ipcshow.h"

/* A device that says of each target what @records are. */
struct ipcshow_device *library_device(const void *records, size_t size);

/* All that the library makes of what the device says, for users to see; nobody sees it. */
void library_read_process(struct ipcshow_device *device, unsigned int flags);
void library_compare(struct ipcshow_device *device, unsigned int flags);
void library_survey(struct ipcshow_device *device, unsigned int flags);

#endif
