// SPDX-License-Identifier: GPL-2.0
/* The table of demos, and what they all use. */
#include <string.h>
#include <unistd.h>

#include "demo.h"

extern const struct demo shm_demo, race_demo, tls_demo, fork_demo, isolation_demo, stack_demo,
	registers_demo, heap_demo, segments_demo, semaphore_demo, mutex_demo, server_demo,
	python_demo, crash_demo, queue_demo, pipe_demo, socket_demo, mq_demo, sem_demo, signal_demo,
	manager_demo, file_demo;

const struct demo *const demos[] = {
	&shm_demo,
	&race_demo,
	&tls_demo,
	&fork_demo,
	&isolation_demo,
	&stack_demo,
	&registers_demo,
	&heap_demo,
	&segments_demo,
	&semaphore_demo,
	&mutex_demo,
	&server_demo,
	&python_demo,
	&crash_demo,
	&queue_demo,
	&pipe_demo,
	&socket_demo,
	&mq_demo,
	&sem_demo,
	&signal_demo,
	&manager_demo,
	&file_demo,
};

const size_t nr_demos = ARRAY_SIZE(demos);

const int numbers[NR_NUMBERS] = { 1, 1, 2, 3, 5, 8 };

bool are_the_numbers(const int *other)
{
	return !memcmp(numbers, other, sizeof(numbers));
}

size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}
