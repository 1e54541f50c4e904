/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZOO_TEST_H
#define ZOO_TEST_H

#include "test.h"

/* Of a process that was made before the first test, and stands since. */
static struct zoo zoo;

#define ZOO_TEST_MAIN				\
	int main(int argc, char **argv)		\
	{					\
		zoo_start(&zoo, "");		\
		child_stop(zoo.pid);		\
		return main_of_tests(argc, argv);	\
	}

#endif
