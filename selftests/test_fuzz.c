// SPDX-License-Identifier: GPL-2.0
/* The fuzzer's own pieces: programs, what is made of them, and sets of edges. */
#include <linux/ipcshow.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "fuzz/act.h"
#include "fuzz/arena.h"
#include "fuzz/corpus.h"
#include "fuzz/coverage.h"
#include "fuzz/mutate.h"
#include "test.h"

#define PROGRAMS	5000

static bool scan_text(struct program *program, char *text)
{
	FILE *file = fmemopen(text, strlen(text), "r");
	bool scanned = file && program_scan(program, file, "text");

	if (file)
		fclose(file);
	return scanned;
}

static bool is_equal(const struct program *one, const struct program *other)
{
	uint32_t i;

	if (one->nr != other->nr)
		return false;
	for (i = 0; i < one->nr; i++) {
		const struct call *a = &one->call[i], *b = &other->call[i];

		if (a->type != b->type || a->aside != b->aside || memcmp(a->arg, b->arg, sizeof(a->arg)))
			return false;
	}
	return true;
}

static bool is_valid(const struct program *program)
{
	uint32_t i;

	for (i = 0; i < program->nr; i++) {
		if (program->call[i].type >= call_types())
			return false;
	}
	return program->nr && program->nr <= CALLS_MAX;
}

TEST(each_ioctl_can_be_called)
{
	static const unsigned long commands[] = {
		IPCSHOW_IOC_INFO, IPCSHOW_IOC_RING, IPCSHOW_IOC_TARGET, IPCSHOW_IOC_SNAPSHOT,
		IPCSHOW_IOC_COMPARE, IPCSHOW_IOC_SHARED_RING, IPCSHOW_IOC_WAIT, IPCSHOW_IOC_WAKE,
		IPCSHOW_IOC_END_INFO,
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		for (k = 0; k < ioctl_calls.nr && ioctl_calls.types[k].command != commands[i]; k++)
			;
		EXPECT_NE(ioctl_calls.nr, k) TH_LOG("%#lx", commands[i]);
	}
}

TEST(what_the_header_says_of_an_argument)
{
	const struct call_type *type = call_type((size_t)call_find("shared_ring"));
	int flags = call_field(type, "flags");

	ASSERT_LE(0, flags);
	EXPECT_EQ(sizeof(struct ipcshow_shared_ring), type->size);
	EXPECT_EQ(3, type->nr_made);
	EXPECT_EQ(offsetof(struct ipcshow_shared_ring, observer), type->made[2]);
	EXPECT_EQ(IPCSHOW_SHARED_RING_F_OVERWRITE | IPCSHOW_SHARED_RING_F_OBSERVER,
		  type->fields[flags].mask);
	/* What only comes out is not made up. */
	EXPECT_EQ(-1, call_field(type, "data_offset"));
}

TEST(no_call_has_more_numbers_than_there_is_room_for)
{
	size_t i, k;

	ASSERT_GT(256, call_types());
	for (i = 0; i < call_types(); i++) {
		EXPECT_GE(ARGS_MAX, call_type(i)->nr_fields);
		/* Names find what they are of. */
		EXPECT_EQ(i, call_find(call_type(i)->name));
		for (k = 0; k < call_type(i)->nr_fields; k++)
			EXPECT_EQ(k, call_field(call_type(i), call_type(i)->fields[k].name));
	}
}

TEST(programs_are_the_same_after_they_were_text)
{
	struct rng rng = rng_seed(1);
	struct program program, other, again;
	char text[PROGRAM_TEXT];
	int i;

	program_generate(&other, &rng);
	for (i = 0; i < PROGRAMS; i++) {
		program_generate(&program, &rng);
		ASSERT_TRUE(is_valid(&program));
		program_mutate(&program, &other, &rng);
		ASSERT_TRUE(is_valid(&program));
		ASSERT_GT(PROGRAM_TEXT, program_print(&program, text));
		ASSERT_TRUE(scan_text(&again, text)) TH_LOG("%s", text);
		ASSERT_TRUE(is_equal(&program, &again)) TH_LOG("%s", text);
		EXPECT_EQ(program_hash(&program), program_hash(&again));
		other = program;
	}
}

TEST(the_longest_program_has_room_as_text)
{
	struct program program = { .nr = CALLS_MAX };
	char text[PROGRAM_TEXT];
	struct program again;
	size_t i, k;

	for (i = 0; i < CALLS_MAX; i++) {
		program.call[i].type = (uint8_t)call_find("snapshot");
		program.call[i].aside = true;
		for (k = 0; k < call_type(program.call[i].type)->nr_fields; k++)
			program.call[i].arg[k] = ~0ULL - k;
	}
	program_print(&program, text);
	ASSERT_TRUE(scan_text(&again, text));
	EXPECT_TRUE(is_equal(&program, &again));
}

TEST(one_seed_gives_one_program)
{
	struct rng one = rng_seed(7), same = rng_seed(7), other = rng_seed(8);
	struct program a, b, c;

	program_generate(&a, &one);
	program_generate(&b, &same);
	program_generate(&c, &other);
	EXPECT_TRUE(is_equal(&a, &b));
	EXPECT_FALSE(is_equal(&a, &c));
}

TEST(a_call_that_is_left_out)
{
	struct program program, rest;
	char text[] = "open\nring\ntarget\n", shorter[] = "open\ntarget\n";

	ASSERT_TRUE(scan_text(&program, text));
	ASSERT_TRUE(scan_text(&rest, shorter));
	call_remove(&program, 1);
	EXPECT_TRUE(is_equal(&rest, &program));
}

/* What a program of a file that is wrong ends the process with. */
static int status_of(const char *wrong)
{
	struct program program;
	char text[128];
	int status;
	pid_t pid;

	snprintf(text, sizeof(text), "%s\n", wrong);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(2);
		scan_text(&program, text);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST(what_is_wrong_in_a_text_is_refused)
{
	EXPECT_EQ(0, status_of("open to=1"));
	EXPECT_EQ(2, status_of("opne"));
	EXPECT_EQ(2, status_of("aside"));
	EXPECT_EQ(2, status_of("open nothing=1"));
	EXPECT_EQ(2, status_of("open to"));
	EXPECT_EQ(2, status_of("open to=x"));
	EXPECT_EQ(2, status_of("open to="));
	EXPECT_EQ(2, status_of("open to=11111111111111111"));
}

static struct trail trail, other_trail;

TEST(edges_are_told_apart_by_where_they_come_from)
{
	const uint64_t first[] = { 0, 0xffffffffa0000010, 0xffffffffa0000020 };
	const uint64_t second[] = { 0, 0xffffffffa0000020, 0, 0xffffffffa0000010 };

	trail_clear(&trail);
	trail_add(&trail, first, ARRAY_SIZE(first));
	trail_add(&trail, first, ARRAY_SIZE(first));
	EXPECT_EQ(2, trail.nr);
	trail_add(&trail, second, ARRAY_SIZE(second));
	EXPECT_EQ(3, trail.nr);
	EXPECT_TRUE(trail_has(&trail, edge_of(0, second[1])));
	EXPECT_FALSE(trail_has(&trail, edge_of(second[1], second[3])));
	EXPECT_EQ(0xa0000020, edge_to(edge_of(first[1], first[2])));
}

TEST(what_is_new_is_told_once)
{
	const uint64_t known[] = { 16, 32, 48 }, more[] = { 16, 32, 64 };
	struct coverage *coverage = coverage_create();

	trail_clear(&trail);
	trail_add(&trail, known, ARRAY_SIZE(known));
	EXPECT_TRUE(trail_has_new(&trail, coverage));
	EXPECT_EQ(3, coverage_add(coverage, &trail));
	EXPECT_EQ(0, coverage_add(coverage, &trail));
	EXPECT_FALSE(trail_has_new(&trail, coverage));

	trail_clear(&other_trail);
	trail_add(&other_trail, more, ARRAY_SIZE(more));
	EXPECT_TRUE(trail_has_new(&other_trail, coverage));
	EXPECT_FALSE(trail_covers(&trail, &other_trail));
	trail_keep_new(&other_trail, coverage);
	EXPECT_EQ(1, other_trail.nr);
	EXPECT_EQ(edge_of(32, 64), other_trail.edge[0]);
	EXPECT_EQ(3, coverage->nr);
}

TEST(sets_hold_what_many_processes_add)
{
	enum { EACH = 3000, PROCESSES = 4 };
	struct coverage *coverage = coverage_create();
	uint64_t pcs[2] = { 0 };
	int i, k;

	for (i = 0; i < PROCESSES; i++) {
		if (fork())
			continue;
		/* Half of what each adds, the next adds, too. */
		for (k = 0; k < EACH; k++) {
			trail_clear(&trail);
			pcs[1] = 1 + (uint64_t)(i * EACH / 2 + k);
			trail_add(&trail, pcs, 2);
			coverage_add(coverage, &trail);
		}
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	EXPECT_EQ((PROCESSES + 1) * EACH / 2, coverage->nr);
	for (k = 0; k < (PROCESSES + 1) * EACH / 2; k++)
		ASSERT_TRUE(coverage_has(coverage, edge_of(0, 1 + (uint64_t)k)));
}

TEST(corpus_is_had_by_children_too)
{
	struct corpus *corpus = corpus_create();
	struct program program;
	char text[] = "open\n";
	int status;

	ASSERT_TRUE(scan_text(&program, text));
	if (!fork())
		_exit(!corpus_add(corpus, &program));
	wait(&status);
	EXPECT_EQ(0, status);
	ASSERT_EQ(1, corpus_size(corpus));
	EXPECT_TRUE(is_equal(&program, &corpus->program[0]));
}

/* One of them makes the target this program anew. */
static void __attribute__((constructor)) go_on_as_target(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], TARGET_OPTION))
		target_goes_on();
}

/* None of them breaks who does it; what ends it, does so well. */
TEST(each_act_can_be_done)
{
	struct order order = {};
	int status;

	arena_make();
	for (order.act = 0; order.act < ACTS; order.act++) {
		struct targets targets;

		targets_init(&targets);
		order.area = order.act % ARENA_AREAS;
		target_order(&targets, 0, &order, true);
		kill(targets.all[0].pid, SIGKILL);
		ASSERT_EQ(targets.all[0].pid, waitpid(targets.all[0].pid, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL :
			    !WEXITSTATUS(status))
			TH_LOG("act %d: status %#x", order.act, status);
	}
}

TEST_MAIN
