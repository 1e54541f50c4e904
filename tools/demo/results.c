// SPDX-License-Identifier: GPL-2.0
/* What the process of a demo leaves to the one that started it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "results.h"
#include "tool.h"

struct results *results;

static struct demo_result *current;

void results_make(void)
{
	void *p = mmap(NULL, sizeof(*results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED) {
		complain(P_("no memory"), strerror(errno));
		exit(EXIT_FAILED);
	}
	results = p;
}

void results_enter(size_t index)
{
	current = &results->demos[index];
	current->ran = true;
	madvise(results, sizeof(*results), MADV_DONTFORK);
}

void results_output_failed(int error)
{
	results->output_error = error;
	exit(EXIT_FAILURE);
}

void results_add_channel(const struct channel_facts *channel)
{
	if (current->nr_channels < CHANNELS_MAX)
		current->channels[current->nr_channels++] = *channel;
}

/* Who says more than there is room for is still counted. */
void results_add(enum entry_type type, const char *text)
{
	size_t size = strlen(text) + 1;
	struct entry *entry;

	current->counts[type]++;
	if (current->nr_entries == ENTRIES_MAX || size > TEXT_MAX - results->used)
		return;
	entry = &current->entries[current->nr_entries++];
	entry->type = type;
	entry->text = results->used;
	memcpy(results->text + results->used, text, size);
	results->used += (unsigned int)size;
}

unsigned int results_count(enum entry_type type)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < DEMOS_MAX; i++)
		count += results->demos[i].counts[type];
	return count;
}
