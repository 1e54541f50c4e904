// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "corpus.h"

struct corpus *corpus_create(void)
{
	struct corpus *corpus = mmap(NULL, sizeof(*corpus), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	pthread_mutexattr_t attributes;

	if (corpus == MAP_FAILED)
		err(2, "mmap");
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&corpus->lock, &attributes);
	return corpus;
}

uint32_t corpus_size(const struct corpus *corpus)
{
	/* Pairs with the release in corpus_add(): what is counted is there. */
	return __atomic_load_n(&corpus->nr, __ATOMIC_ACQUIRE);
}

bool corpus_add(struct corpus *corpus, const struct program *program)
{
	bool room;

	if (!program->nr)
		return true;
	pthread_mutex_lock(&corpus->lock);
	room = corpus->nr < CORPUS_MAX;
	if (room) {
		corpus->program[corpus->nr] = *program;
		/* Pairs with the acquire in corpus_size(). */
		__atomic_store_n(&corpus->nr, corpus->nr + 1, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&corpus->lock);
	return room;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void corpus_load_file(struct corpus *corpus, const char *path)
{
	struct program program;
	FILE *file = fopen(path, "re");

	if (!file)
		err(2, "%s", path);
	while (program_scan(&program, file, path)) {
		if (!corpus_add(corpus, &program))
			errx(2, "%s: more than %u programs", path, CORPUS_MAX);
	}
	fclose(file);
}

void corpus_load(struct corpus *corpus, const char *directory)
{
	struct dirent **entries;
	char path[4096];
	int nr = scandir(directory, &entries, is_visible, alphasort), i;

	if (nr < 0)
		err(2, "%s", directory);
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		corpus_load_file(corpus, path);
		free(entries[i]);
	}
	free(entries);
}

void program_save(const struct program *program, const char *directory)
{
	char path[4096], text[PROGRAM_TEXT];
	FILE *file;

	program_print(program, text);
	snprintf(path, sizeof(path), "%s/%016llx", directory,
		 (unsigned long long)program_hash(program));
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0 || fclose(file))
		err(2, "%s", path);
}
