// SPDX-License-Identifier: GPL-2.0
/* Regions and files against /proc/PID/maps. */
#include <inttypes.h>
#include <sys/statfs.h>
#include <sys/stat.h>

#include <linux/magic.h>

#include "zoo_snapshot.h"

TEST_F(zoo, ranges_are_those_of_maps)
{
	const struct ipcshow_region *region = NULL;
	size_t i;

	for (i = 0; i < self->smaps.nr; i++) {
		const struct vma *vma = &self->smaps.vma[i];

		region = snapshot_next_of(&self->snapshot, region, IPCSHOW_REC_REGION);
		ASSERT_NE(NULL, region);
		ASSERT_EQ(vma->start, region->start);
		ASSERT_EQ(vma->end, region->end);
		EXPECT_EQ(vma->offset, region->file ? region->offset : 0)
			TH_LOG("%lx-%lx %s", vma->start, vma->end, vma->path);
		EXPECT_EQ(0, region->flags & IPCSHOW_REGION_F_CONTINUED);
		EXPECT_EQ(vma->kb[SMAPS_PAGE_SIZE] << 10, 1UL << region->page_shift);
		EXPECT_EQ(vma->kb[SMAPS_PKEY], region->pkey);
	}
	EXPECT_EQ(NULL, snapshot_next_of(&self->snapshot, region, IPCSHOW_REC_REGION));
	EXPECT_EQ(self->smaps.nr, snapshot_end(&self->snapshot)->regions);
	EXPECT_EQ(proc_status(zoo.pid, "Threads"), snapshot_end(&self->snapshot)->threads);
	EXPECT_EQ(0, snapshot_end(&self->snapshot)->flags & IPCSHOW_END_F_GONE);
}

static const struct {
	const char letters[4];
	uint64_t flag;
} letters[] = {
	{ "rd", IPCSHOW_VMA_READ }, { "wr", IPCSHOW_VMA_WRITE }, { "ex", IPCSHOW_VMA_EXEC },
	{ "sh", IPCSHOW_VMA_SHARED }, { "mr", IPCSHOW_VMA_MAYREAD },
	{ "mw", IPCSHOW_VMA_MAYWRITE }, { "me", IPCSHOW_VMA_MAYEXEC },
	{ "ms", IPCSHOW_VMA_MAYSHARE }, { "gd", IPCSHOW_VMA_GROWSDOWN },
	{ "pf", IPCSHOW_VMA_PFNMAP }, { "lo", IPCSHOW_VMA_LOCKED }, { "io", IPCSHOW_VMA_IO },
	{ "sr", IPCSHOW_VMA_SEQ_READ }, { "rr", IPCSHOW_VMA_RAND_READ },
	{ "dc", IPCSHOW_VMA_DONTCOPY }, { "de", IPCSHOW_VMA_DONTEXPAND },
	{ "ac", IPCSHOW_VMA_ACCOUNT }, { "nr", IPCSHOW_VMA_NORESERVE },
	{ "ht", IPCSHOW_VMA_HUGETLB }, { "sf", IPCSHOW_VMA_SYNC },
	{ "wf", IPCSHOW_VMA_WIPEONFORK }, { "dd", IPCSHOW_VMA_DONTDUMP },
	{ "mm", IPCSHOW_VMA_MIXEDMAP }, { "hg", IPCSHOW_VMA_HUGEPAGE },
	{ "nh", IPCSHOW_VMA_NOHUGEPAGE }, { "mg", IPCSHOW_VMA_MERGEABLE },
	{ "um", IPCSHOW_VMA_UFFD }, { "uw", IPCSHOW_VMA_UFFD }, { "ui", IPCSHOW_VMA_UFFD },
	{ "sl", IPCSHOW_VMA_SEALED },
};

/* LOCKONFAULT has no letters in smaps. */
TEST_F(zoo, flags_are_those_of_smaps)
{
	const struct ipcshow_region *region = NULL;
	uint64_t seen = 0;
	size_t i, j;

	/* A kernel without huge pages has no advice on them. */
	if (zoo_skipped(&zoo, "huge"))
		seen = IPCSHOW_VMA_HUGEPAGE | IPCSHOW_VMA_NOHUGEPAGE;

	for (i = 0; i < self->smaps.nr; i++) {
		const struct vma *vma = &self->smaps.vma[i];
		uint64_t flags = 0;

		region = snapshot_next_of(&self->snapshot, region, IPCSHOW_REC_REGION);
		ASSERT_NE(NULL, region);
		for (j = 0; j < ARRAY_SIZE(letters); j++) {
			if (strstr(vma->flags, letters[j].letters))
				flags |= letters[j].flag;
		}
		EXPECT_EQ(flags, region->vma_flags & ~IPCSHOW_VMA_LOCKONFAULT)
			TH_LOG("%lx-%lx %s", vma->start, vma->end, vma->flags);
		seen |= region->vma_flags;
	}
	/* The zoo has these; a table of flags that lacks one would go unnoticed. */
	for (i = 0; i < ARRAY_SIZE(letters); i++) {
		const uint64_t rare = IPCSHOW_VMA_SYNC | IPCSHOW_VMA_MIXEDMAP |
				      IPCSHOW_VMA_SEALED | IPCSHOW_VMA_MERGEABLE |
				      IPCSHOW_VMA_IO | IPCSHOW_VMA_UFFD | IPCSHOW_VMA_HUGETLB;

		if (!(letters[i].flag & rare)) {
			EXPECT_NE(0, seen & letters[i].flag) TH_LOG("%s", letters[i].letters);
		}
	}
	if (zoo_find(&zoo, "locked-on-fault", 0)) {
		EXPECT_NE(0, find(&self->snapshot, "locked-on-fault")->vma_flags &
			     IPCSHOW_VMA_LOCKONFAULT);
		EXPECT_EQ(0, find(&self->snapshot, "locked")->vma_flags &
			     IPCSHOW_VMA_LOCKONFAULT);
	}
}

/* What maps would print of it: \012 is a newline, no other byte is changed. */
static void as_in_maps(const struct ipcshow_region *region, const struct ipcshow_file *file,
		       const struct vma *vma, char *text, size_t size)
{
	size_t at = 0, i;

	for (i = 0; file && i < file->path_size && at + 5 < size; i++) {
		if (file->path[i] == '\n')
			at += snprintf(text + at, size - at, "\\012");
		else
			text[at++] = file->path[i];
	}
	text[at] = '\0';
	/* Of files that never had a name, maps says the same. */
	if (file && file->flags & (IPCSHOW_FILE_F_DELETED | IPCSHOW_FILE_F_INTERNAL))
		snprintf(text + at, size - at, " (deleted)");
	if (!file && region->name_size && region->flags & IPCSHOW_REGION_F_SPECIAL)
		snprintf(text, size, "%.*s", (int)region->name_size, region->name);
	if (!file && region->name_size && !(region->flags & IPCSHOW_REGION_F_SPECIAL))
		snprintf(text, size, "[anon:%.*s]", (int)region->name_size, region->name);
	/* Names that are judgement: the library gives them, not the module. */
	if (!file && !region->name_size &&
	    (!strcmp(vma->path, "[heap]") || !strcmp(vma->path, "[stack]")))
		snprintf(text, size, "%s", vma->path);
}

TEST_F(zoo, files_are_those_of_maps)
{
	const struct ipcshow_region *region = NULL;
	char text[8192];
	size_t i, with_file = 0;

	for (i = 0; i < self->smaps.nr; i++) {
		const struct vma *vma = &self->smaps.vma[i];
		const struct ipcshow_file *file;

		region = snapshot_next_of(&self->snapshot, region, IPCSHOW_REC_REGION);
		ASSERT_NE(NULL, region);
		file = snapshot_file(&self->snapshot, region);
		EXPECT_EQ(!region->file, !file) TH_LOG("no FILE stands before its REGION");
		as_in_maps(region, file, vma, text, sizeof(text));
		EXPECT_STREQ(vma->path, text);
		if (!file) {
			EXPECT_EQ(0, vma->ino);
			continue;
		}
		with_file++;
		/* There maps may show the layer below: it depends on the kernel's version. */
		if (file->fs_magic == OVERLAYFS_SUPER_MAGIC)
			continue;
		EXPECT_EQ(vma->ino, file->ino) TH_LOG("%s", vma->path);
		EXPECT_EQ(vma->major, file->dev_major) TH_LOG("%s", vma->path);
		EXPECT_EQ(vma->minor, file->dev_minor) TH_LOG("%s", vma->path);
	}
	EXPECT_LT(30, with_file);
}

TEST_F(zoo, files_are_those_of_stat)
{
	static const char *const names[] = { "file-private-ro", "file-private-rw",
					     "file-shared-ro", "file-shared-rw", "file-past-end" };
	char *path, program[4096];
	size_t i;

	for (i = 0; i <= ARRAY_SIZE(names); i++) {
		const struct animal *animal =
			zoo_find(&zoo, i < ARRAY_SIZE(names) ? names[i] : "code", 0);
		const struct ipcshow_file *file;
		struct statfs statfs_;
		struct stat stat_;

		ASSERT_NE(NULL, animal);
		if (i < ARRAY_SIZE(names)) {
			path = strchr(animal->rest, '/');
		} else {
			path = program;
			snprintf(program, sizeof(program), "%s", beside("zoo"));
		}
		ASSERT_EQ(0, stat(path, &stat_));
		ASSERT_EQ(0, statfs(path, &statfs_));
		file = snapshot_file(&self->snapshot,
				     snapshot_region(&self->snapshot, animal->start));
		ASSERT_NE(NULL, file);
		EXPECT_EQ(strlen(path), file->path_size);
		EXPECT_EQ(0, memcmp(path, file->path, file->path_size));
		EXPECT_EQ(stat_.st_mode, file->mode) TH_LOG("%s", path);
		EXPECT_EQ(stat_.st_nlink, file->nlink) TH_LOG("%s", path);
		EXPECT_EQ(stat_.st_size, (off_t)file->bytes) TH_LOG("%s", path);
		EXPECT_EQ((uint64_t)statfs_.f_type, file->fs_magic) TH_LOG("%s", path);
		EXPECT_EQ(0, file->flags) TH_LOG("%s", path);
	}
}

TEST_F(zoo, kinds_of_files)
{
	static const struct {
		const char *name;
		const char *path;
		uint64_t flags;
		bool key;
	} kinds[] = {
		{ "sysv", "", IPCSHOW_FILE_F_SYSV | IPCSHOW_FILE_F_INTERNAL, true },
		{ "sysv-private", "", IPCSHOW_FILE_F_SYSV | IPCSHOW_FILE_F_INTERNAL, true },
		{ "sysv-removed", "", IPCSHOW_FILE_F_SYSV | IPCSHOW_FILE_F_INTERNAL, true },
		{ "posix", "/dev/shm", 0, false },
		{ "memfd", "/memfd:zoo memfd", IPCSHOW_FILE_F_INTERNAL, false },
		{ "memfd-private", "/memfd:zoo memfd", IPCSHOW_FILE_F_INTERNAL, false },
		{ "hugetlb-memfd", "/memfd:zoo hugetlb", IPCSHOW_FILE_F_INTERNAL, false },
		{ "hugetlb-private", "/anon_hugepage", IPCSHOW_FILE_F_INTERNAL, false },
		{ "shared-anon-1", "/dev/zero", IPCSHOW_FILE_F_INTERNAL, false },
		{ "dev-zero-private", "/dev/zero", 0, false },
		{ "file-deleted", "", IPCSHOW_FILE_F_DELETED, false },
		{ "device", "", 0, false },
	};
	/* Files of internal mounts never had a name: that these are "deleted" says nothing. */
	const uint64_t told = IPCSHOW_FILE_F_INTERNAL | IPCSHOW_FILE_F_SYSV |
			      IPCSHOW_FILE_F_NO_PATH;
	char path[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct animal *animal = zoo_find(&zoo, kinds[i].name, 0);
		const struct ipcshow_file *file;

		if (!animal) {
			ASSERT_NE(NULL, zoo_skipped(&zoo, kinds[i].name));
			continue;
		}
		file = snapshot_file(&self->snapshot,
				     snapshot_region(&self->snapshot, animal->start));
		ASSERT_NE(NULL, file) TH_LOG("%s", kinds[i].name);
		snprintf(path, sizeof(path), "%s", kinds[i].path);
		if (kinds[i].key)
			snprintf(path, sizeof(path), "/SYSV%08" PRIx64,
				 zoo_number(animal, "key", 16));
		else if (strchr(animal->rest, '/'))
			snprintf(path, sizeof(path), "%s%s", kinds[i].path,
				 strchr(animal->rest, '/'));
		EXPECT_EQ(strlen(path), file->path_size);
		EXPECT_EQ(0, strncmp(path, (const char *)file->path, file->path_size))
			TH_LOG("%s: %.*s", kinds[i].name, (int)file->path_size, file->path);
		if (kinds[i].flags & IPCSHOW_FILE_F_INTERNAL) {
			EXPECT_EQ(kinds[i].flags & told, file->flags & told)
				TH_LOG("%s", kinds[i].name);
		} else {
			EXPECT_EQ(kinds[i].flags, file->flags) TH_LOG("%s", kinds[i].name);
		}
		if (kinds[i].key) {
			EXPECT_EQ(zoo_number(animal, "key", 16), file->sysv_key);
			EXPECT_EQ(zoo_number(animal, "id", 10), file->ino);
		} else {
			EXPECT_EQ(0, file->sysv_key);
		}
	}
}

/* Which regions are of one object, and which are not. */
TEST_F(zoo, objects)
{
	static const struct {
		const char *one;
		const char *other;
		bool same;
	} pairs[] = {
		{ "twice", "twice-again", true },
		{ "memfd", "memfd-private", true },
		{ "code", "rodata", true },
		{ "code", "data", true },
		{ "lib-code", "lib-data", true },
		{ "swapped-shmem", "swapped-shmem-offset", true },
		{ "huge-shmem", "huge-shmem-parts", true },
		{ "code", "lib-code", false },
		{ "shared-anon-1", "shared-anon-2", false },
		{ "shared-anon-2", "shared-anon-3", false },
		{ "shared-anon-1", "shared-anon-3", false },
		{ "shared-anon-1", "shared-anon-forked", false },
		{ "sysv", "sysv-private", false },
		{ "sysv", "sysv-removed", false },
		{ "posix", "memfd", false },
		{ "memfd", "twice", false },
		{ "hugetlb-shared", "hugetlb-memfd", false },
		{ "dev-zero-shared", "shared-anon-1", false },
		{ "file-shared-ro", "file-shared-rw", false },
	};
	static const char *const without[] = { "anon", "heap", "stack", "malloc-mmap", "guard",
					       "sparse", "huge", "stack-thread",
					       "dev-zero-private", "vdso" };
	size_t i, compared = 0;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct ipcshow_region *one = find(&self->snapshot, pairs[i].one);
		const struct ipcshow_region *other = find(&self->snapshot, pairs[i].other);

		if (!one || !other)
			continue;
		EXPECT_NE(0, one->object) TH_LOG("%s", pairs[i].one);
		EXPECT_NE(0, other->object) TH_LOG("%s", pairs[i].other);
		EXPECT_EQ(pairs[i].same, one->object == other->object)
			TH_LOG("%s and %s", pairs[i].one, pairs[i].other);
		compared++;
	}
	EXPECT_LE(16, compared);
	for (i = 0; i < ARRAY_SIZE(without); i++) {
		if (zoo_skipped(&zoo, without[i]))
			continue;
		ASSERT_NE(NULL, find(&self->snapshot, without[i])) TH_LOG("%s", without[i]);
		EXPECT_EQ(0, find(&self->snapshot, without[i])->object)
			TH_LOG("%s has an object", without[i]);
	}
}

TEST_F(zoo, ranges_of_interest)
{
	const struct ipcshow_region *code = find(&self->snapshot, "code");
	const struct ipcshow_region *stack = find(&self->snapshot, "stack");
	struct ipcshow_snapshot arg = { .size = sizeof(arg), .what = IPCSHOW_WHAT_REGIONS };
	struct reader reader;
	const struct {
		uint64_t start;
		uint64_t end;
		size_t count;
		uint64_t first;
	} cases[] = {
		{ code->start, code->end, 1, code->start },
		{ code->start + PAGE, code->start + PAGE + 1, 1, code->start },
		{ code->end - 1, code->end, 1, code->start },
		{ stack->start, 0, 0, stack->start },
		{ stack->end - 1, stack->end, 1, stack->start },
		{ 0, PAGE, 0, 0 },
		{ 0, self->smaps.vma[0].start, 0, 0 },
		{ 0, self->smaps.vma[0].start + 1, 1, self->smaps.vma[0].start },
	};
	size_t i;

	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, zoo.pid));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct snapshot snapshot = {};
		const struct ipcshow_region *region;

		arg.start = cases[i].start;
		arg.end = cases[i].end;
		ASSERT_EQ(0, reader_run(&reader, &arg, &snapshot));
		region = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_REGION);
		if (cases[i].count) {
			EXPECT_EQ(cases[i].count, snapshot_count(&snapshot, IPCSHOW_REC_REGION))
				TH_LOG("case %zu", i);
		}
		ASSERT_EQ(!cases[i].first, !region);
		if (region) {
			EXPECT_EQ(cases[i].first, region->start) TH_LOG("case %zu", i);
		}
		snapshot_free(&snapshot);
	}
	reader_close(&reader);
}

/* Only what others can have, too: of that, all. */
TEST_F(zoo, shared_only)
{
	const uint64_t what = IPCSHOW_WHAT_REGIONS | IPCSHOW_WHAT_PAGES | IPCSHOW_WHAT_SHARED;
	const struct ipcshow_region *region, *other = NULL;
	struct snapshot shared = {};
	size_t nr = 0;

	ASSERT_EQ(0, snapshot_of(zoo.pid, what, &shared));
	for_each_of(region, &self->snapshot, IPCSHOW_REC_REGION) {
		if (!(region->vma_flags & IPCSHOW_VMA_MAYSHARE))
			continue;
		nr++;
		other = snapshot_next_of(&shared, other, IPCSHOW_REC_REGION);
		ASSERT_NE(NULL, other);
		ASSERT_EQ(region->start, other->start);
		EXPECT_EQ(region->end, other->end);
		EXPECT_EQ(region->vma_flags, other->vma_flags);
		EXPECT_EQ(region->offset, other->offset);
		EXPECT_EQ(0, other->flags & IPCSHOW_REGION_F_CONTINUED);
		EXPECT_EQ(snapshot_pages(&self->snapshot, region->start)->rss,
			  snapshot_pages(&shared, other->start)->rss);
		EXPECT_EQ(!snapshot_file(&self->snapshot, region), !snapshot_file(&shared, other));
	}
	EXPECT_LT(1, nr);
	EXPECT_LT(nr, self->smaps.nr);
	EXPECT_EQ(NULL, snapshot_next_of(&shared, other, IPCSHOW_REC_REGION));
	EXPECT_EQ(nr, snapshot_count(&shared, IPCSHOW_REC_PAGES));
	EXPECT_EQ(nr, snapshot_end(&shared)->regions);
	snapshot_free(&shared);
}

ZOO_TEST_MAIN
