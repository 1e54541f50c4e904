/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEST_H
#define TEST_H

/*
 * What every test program begins with. The harness comes from the kernel's
 * source, see ./kselftest.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>

#include <kselftest_harness.h>

#include "child.h"
#include "proc.h"
#include "reader.h"

/*
 * A test that hangs is ended and named; the time that all may take together is
 * the runner's to watch. Slower kernels get more.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	60

static void __attribute__((constructor(101))) order_is_known(void)
{
	__constructor_order = _CONSTRUCTOR_ORDER_FORWARD;
}

static int main_of_tests(int argc, char **argv)
{
	struct __fixture_metadata *fixture;
	struct __test_metadata *test;

	for (fixture = __fixture_list; fixture; fixture = fixture->next) {
		for (test = fixture->tests; test; test = test->next)
			test->timeout *= scale();
	}
	return test_harness_run(argc, argv);
}

#define TEST_MAIN				\
	int main(int argc, char **argv)		\
	{					\
		return main_of_tests(argc, argv);	\
	}

/*
 * In FIXTURE_SETUP(), behind SKIP() with a return the test would run all the
 * same. What was set up is left to the end of the process: there is no teardown.
 */
#define SKIP_FIXTURE(...)	SKIP(_exit(255), __VA_ARGS__)

/* No ring is as large; 32-bit programs have address space for it. */
#define TOO_LARGE	(1UL << (sizeof(long) == 8 ? 46 : 30))

/* An open file of the device with a ring, and who it looks at. */
#define ASSERT_READER(reader, ring_size)					\
	ASSERT_EQ(0, reader_open(reader, ring_size))				\
	TH_LOG("%s cannot be opened, or the ring not made", DEVICE)

#endif
