/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_CORPUS_H
#define FUZZ_CORPUS_H

#include <pthread.h>

#include "program.h"

#define CORPUS_MAX	4096U

/**
 * struct corpus - programs that each went where none before it did. Shared by processes
 * @lock: while one is added
 * @nr: how many there are; those do not change any more
 * @program: they
 */
struct corpus {
	pthread_mutex_t lock;
	uint32_t nr;
	struct program program[CORPUS_MAX];
};

/* In memory that children have, too. */
struct corpus *corpus_create(void);
uint32_t corpus_size(const struct corpus *corpus);
/* False: there is no more room. */
bool corpus_add(struct corpus *corpus, const struct program *program);

/* Adds the programs of a file. What is wrong with it ends the process. */
void corpus_load_file(struct corpus *corpus, const char *path);
/* Adds what is in the files of @directory, in the order of their names. */
void corpus_load(struct corpus *corpus, const char *directory);
/* As a file of @directory, named by what is in it. */
void program_save(const struct program *program, const char *directory);

#endif
