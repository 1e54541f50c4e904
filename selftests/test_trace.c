// SPDX-License-Identifier: GPL-2.0
/* Tracepoints: what tracefs says of a snapshot, a comparison, and a shared ring. */
#include <ctype.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "compare.h"
#include "ends.h"
#include "frames.h"
#include "pieces.h"

#define TRACEFS		"/sys/kernel/tracing"
/* An instance has buffers, events and filters of its own. */
#define INSTANCE	TRACEFS "/instances/ipcshow-test"

static const char *const names[] = {
	"ipcshow_target", "ipcshow_snapshot_begin", "ipcshow_snapshot_end",
	"ipcshow_compare_begin", "ipcshow_compare_end", "ipcshow_ring_create",
	"ipcshow_ring_wait_begin", "ipcshow_ring_wait_end", "ipcshow_ring_wake",
	"ipcshow_ring_gone",
};

FIXTURE(trace) {
	char *text;
};

static bool turn(const char *value)
{
	return proc_write(INSTANCE "/events/ipcshow/enable", value);
}

/* What was traced so far: to open it for writing, truncated, does it. */
static bool forget(void)
{
	int fd = open(INSTANCE "/trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	return fd >= 0 && !close(fd);
}

FIXTURE_SETUP(trace)
{
	if (access(TRACEFS "/events", F_OK))
		SKIP_FIXTURE("this kernel has no tracefs");
	ASSERT_EQ(0, access(TRACEFS "/events/ipcshow", F_OK))
	TH_LOG("the module has no events");
	ASSERT_TRUE(!mkdir(INSTANCE, 0700) || errno == EEXIST);
	ASSERT_TRUE(forget());
	ASSERT_TRUE(turn("1"));
}

FIXTURE_TEARDOWN(trace)
{
	turn("0");
	free(self->text);
	rmdir(INSTANCE);
}

static char *read_whole(const char *path)
{
	size_t size = 0, room = 1 << 16;
	char *text = malloc(room);
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0 || !text)
		abort();
	while ((n = read(fd, text + size, room - size - 1)) > 0) {
		size += n;
		if (size == room - 1) {
			room *= 2;
			text = realloc(text, room);
			if (!text)
				abort();
		}
	}
	close(fd);
	text[size] = '\0';
	return text;
}

/* What has been traced up to now. */
static const char *traced(FIXTURE_DATA(trace) *self)
{
	free(self->text);
	self->text = read_whole(INSTANCE "/trace");
	return self->text;
}

static size_t count(const char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How often a text is in it. */
static size_t count(const char *text, const char *format, ...)
{
	char wanted[256];
	va_list arguments;
	size_t n = 0;

	va_start(arguments, format);
	vsnprintf(wanted, sizeof(wanted), format, arguments);
	va_end(arguments);
	for (text = strstr(text, wanted); text; text = strstr(text + 1, wanted))
		n++;
	return n;
}

/* The number behind @key in the @nth event of that name; -1: there is none. */
static long long field(const char *text, const char *event, unsigned int nth, const char *key)
{
	char begins[64], wanted[32];
	const char *end, *found;

	snprintf(begins, sizeof(begins), " %s: ", event);
	snprintf(wanted, sizeof(wanted), " %s=", key);
	for (text = strstr(text, begins); text && nth; nth--)
		text = strstr(text + 1, begins);
	end = text ? strchr(text, '\n') : NULL;
	found = end ? strstr(text, wanted) : NULL;
	return found && found < end ? strtoll(found + strlen(wanted), NULL, 0) : -1;
}

/* No number that events tell is as long; all addresses of the kernel's are, and what %p prints. */
#define DIGITS_OF_ADDRESS	12

static bool has_address(const char *text)
{
	size_t digits = 0;

	for (; *text && digits < DIGITS_OF_ADDRESS; text++)
		digits = isxdigit((unsigned char)*text) ? digits + 1 : 0;
	return digits == DIGITS_OF_ADDRESS;
}

TEST(addresses_are_seen)
{
	EXPECT_TRUE(has_address("ipcshow_target: pid=1 mm=0xffff888012345678 error=0"));
	EXPECT_TRUE(has_address("ipcshow_target: pid=1 mm=ffff888012345678 error=0"));
	EXPECT_TRUE(has_address("ipcshow_ring_gone: ring=ffffffffa0123456"));
	EXPECT_TRUE(has_address("ipcshow_ring_gone: ring=0000000035b12c4a"));
	EXPECT_TRUE(has_address("ipcshow_ring_gone: ring=18446612682375352320"));
	EXPECT_TRUE(has_address("ipcshow_ring_gone: ring=-131391334199296"));
	EXPECT_FALSE(has_address("ipcshow_compare_end: sites=2 stopped=done lock_max_ns=99999999"));
}

/* No event that was traced has one. The fields alone: time and flags stand in front. */
static void no_address(struct __test_metadata *_metadata, const char *text)
{
	for (text = strstr(text, "ipcshow_"); text; text = strstr(text, "ipcshow_")) {
		size_t line = strcspn(text, "\n");
		char *copy = strndup(text, line);

		EXPECT_FALSE(has_address(copy)) TH_LOG("%s", copy);
		free(copy);
		text += line;
	}
}

/* What may be any number; that it is the right one, the tests of each event see. */
static bool may_be_any(const char *word)
{
	static const char *const keys[] = { "ring=", "bytes=", "lock_max_ns=" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!strncmp(word, keys[i], strlen(keys[i])))
			return true;
	}
	return false;
}

/* A word of @line is the number of a page frame, whether a key stands in front of it or not. */
static bool has_frame(const struct frames *frames, const char *line)
{
	char *copy = strdup(line), *rest = NULL, *word;
	bool has = false;

	for (word = strtok_r(copy, " ", &rest); word && !has; word = strtok_r(NULL, " ", &rest)) {
		const char *equals = strchr(word, '=');

		has = !may_be_any(word) && is_frame_text(frames, equals ? equals + 1 : word);
	}
	free(copy);
	return has;
}

TEST(frames_are_seen)
{
	static const struct frames frames = { .nr = 2, .frame = { 0x1e0f5, 0xbeef3 } };

	EXPECT_TRUE(has_frame(&frames, "ipcshow_target: pid=1 frame=0x1e0f5 error=0"));
	EXPECT_TRUE(has_frame(&frames, "ipcshow_target: pid=1 frame=beef3"));
	EXPECT_TRUE(has_frame(&frames, "ipcshow_target: pid=123125 error=0"));
	EXPECT_TRUE(has_frame(&frames, "ipcshow_target: pid=1 00000000000beef3 error=0"));
	EXPECT_TRUE(has_frame(&frames, "ipcshow_target: physical=0xbeef3000 error=0"));
	EXPECT_FALSE(has_frame(&frames, "ipcshow_snapshot_end: tgid=1 stopped=done bytes=123125"));
}

/* No event that was traced names one: the fields alone, see no_address(). */
static void no_frame(struct __test_metadata *_metadata, const struct frames *frames,
		     const char *text)
{
	for (text = strstr(text, "ipcshow_"); text; text = strstr(text, "ipcshow_")) {
		size_t line = strcspn(text, "\n");
		char *copy = strndup(text, line);

		EXPECT_FALSE(has_frame(frames, copy)) TH_LOG("%s", copy);
		free(copy);
		text += line;
	}
}

TEST_F(trace, all_events_are_there)
{
	char path[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), TRACEFS "/events/ipcshow/%s/format", names[i]);
		EXPECT_EQ(0, access(path, R_OK)) TH_LOG("%s", names[i]);
	}
}

TEST_F(trace, snapshot)
{
	struct snapshot snapshot = {};
	struct child child;
	struct reader reader;
	const char *text;
	size_t calls, i;
	long long bytes = 0;

	child_start(&child, stays_with_regions, NULL);
	ASSERT_READER(&reader, RING_SMALL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	ASSERT_TRUE(reader_snapshot(&reader, WHAT_ALL, &snapshot) >= 0);

	text = traced(self);
	EXPECT_EQ(1, count(text, "ipcshow_target: pid=%d tgid=%d index=0 error=0\n", child.pid,
			   child.pid));
	calls = count(text, " ipcshow_snapshot_begin: tgid=%d ", child.pid);
	EXPECT_LT(1, calls);
	EXPECT_EQ(snapshot.calls, calls);
	EXPECT_EQ(calls, count(text, " ipcshow_snapshot_end: tgid=%d ", child.pid));
	EXPECT_EQ(calls - 1, count(text, " stopped=full error=0 "));
	EXPECT_EQ(1, count(text, " stopped=done error=0 "));
	EXPECT_EQ(WHAT_ALL, field(text, "ipcshow_snapshot_begin", 0, "what"));
	EXPECT_EQ(0, field(text, "ipcshow_snapshot_begin", 0, "flags"));
	EXPECT_EQ(IPCSHOW_SNAPSHOT_F_CONTINUE, field(text, "ipcshow_snapshot_begin", 1, "flags"));
	EXPECT_EQ(field(text, "ipcshow_snapshot_end", 0, "regions"),
		  field(text, "ipcshow_snapshot_begin", 1, "regions"));

	for (i = 0; i < calls; i++)
		bytes += field(text, "ipcshow_snapshot_end", i, "bytes");
	EXPECT_EQ(snapshot.size, bytes);
	EXPECT_EQ(snapshot_end(&snapshot)->regions,
		  field(text, "ipcshow_snapshot_end", calls - 1, "regions"));
	EXPECT_EQ(1, field(text, "ipcshow_snapshot_end", calls - 1, "threads"));
	EXPECT_EQ(0, field(text, "ipcshow_snapshot_end", calls - 1, "refused"));
	EXPECT_EQ(snapshot_end(&snapshot)->lock_holds,
		  field(text, "ipcshow_snapshot_end", calls - 1, "lock_holds"));
	EXPECT_EQ(snapshot_end(&snapshot)->lock_max_ns,
		  field(text, "ipcshow_snapshot_end", calls - 1, "lock_max_ns"));
	no_address(_metadata, text);

	snapshot_free(&snapshot);
	reader_close(&reader);
	child_kill(&child);
}

static int opens(void *argument)
{
	const pid_t *pid = argument;
	struct reader reader;
	int error = reader_open(&reader, 0);

	if (!error)
		error = reader_target(&reader, *pid);
	reader_close(&reader);
	return -error;
}

TEST_F(trace, refused)
{
	pid_t self_pid = getpid(), none = 0x3fffffff;
	const char *text;

	EXPECT_EQ(EACCES, as_user(USER, opens, &self_pid));
	EXPECT_EQ(ESRCH, as_user(0, opens, &none));
	text = traced(self);
	EXPECT_EQ(1, count(text, "ipcshow_target: pid=%d tgid=0 index=0 error=%d\n", self_pid,
			   -EACCES));
	EXPECT_EQ(1, count(text, "ipcshow_target: pid=%d tgid=0 index=0 error=%d\n", none,
			   -ESRCH));
	no_address(_metadata, text);
}

TEST_F(trace, compare)
{
	struct snapshot snapshot = {};
	const struct ipcshow_compare_end *end;
	struct ipcshow_site sites[2];
	struct reader reader;
	struct child child;
	const char *text;
	char *memory;

	memory = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, memory);
	memset(memory, 1, 16 * PAGE);
	child_start(&child, child_stay, NULL);
	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	ASSERT_EQ(1, compare_add_target(&reader, child.pid));
	sites[0] = compare_site(0, 0, memory, 16 * PAGE);
	sites[1] = compare_site(0, 1, memory, 16 * PAGE);
	ASSERT_EQ(0, compare_run(&reader, sites, 2, &snapshot));

	text = traced(self);
	EXPECT_EQ(1, count(text, "ipcshow_target: pid=%d tgid=%d index=1 error=0\n", child.pid,
			   child.pid));
	EXPECT_EQ(1, count(text, "ipcshow_compare_begin: targets=2 sites=2 site=0 offset=0"));
	EXPECT_EQ(1, count(text, "ipcshow_compare_end: sites=2 stopped=done error=0 "));
	EXPECT_EQ(snapshot.size, field(text, "ipcshow_compare_end", 0, "bytes"));
	EXPECT_LT(1, field(text, "ipcshow_compare_end", 0, "lock_holds"));
	EXPECT_EQ(0, field(text, "ipcshow_compare_end", 0, "flags"));
	end = snapshot_next_of(&snapshot, NULL, IPCSHOW_REC_COMPARE_END);
	ASSERT_NE(NULL, end);
	EXPECT_EQ(end->lock_max_ns, field(text, "ipcshow_compare_end", 0, "lock_max_ns"));
	no_address(_metadata, text);

	snapshot_free(&snapshot);
	reader_close(&reader);
	child_kill(&child);
}

TEST_F(trace, shared_ring)
{
	struct ipcshow_end_info info;
	struct ends ends;
	const char *text;
	unsigned long long id;

	ASSERT_EQ(0, ends_make(&ends, RING_SMALL, 0));
	ASSERT_EQ(0, end_info(ends.fd[CONSUMER], &info));
	EXPECT_EQ(-ETIMEDOUT, end_wait(ends.fd[CONSUMER], 1000));
	EXPECT_EQ(0, end_wake(ends.fd[PRODUCER]));
	EXPECT_EQ(0, end_wait(ends.fd[CONSUMER], FOR_EVER));
	end_close(&ends, PRODUCER);
	EXPECT_EQ(0, end_wait(ends.fd[CONSUMER], FOR_EVER));
	ends_close(&ends);

	text = traced(self);
	id = info.id;
	EXPECT_EQ(1, count(text, "ipcshow_ring_create: ring=%llu size=%lu flags=0", id, RING_SMALL));
	EXPECT_EQ(1, count(text, "ipcshow_ring_wait_begin: ring=%llu role=consumer timeout_ns=1000\n",
			   id));
	EXPECT_EQ(1, count(text, "ipcshow_ring_wait_end: ring=%llu role=consumer error=%d\n", id,
			   -ETIMEDOUT));
	EXPECT_EQ(1, count(text, "ipcshow_ring_wake: ring=%llu role=consumer\n", id));
	EXPECT_EQ(2, count(text, "ipcshow_ring_wait_begin: ring=%llu role=consumer timeout_ns=-1\n",
			   id));
	EXPECT_EQ(2, count(text, "ipcshow_ring_wait_end: ring=%llu role=consumer error=0\n", id));
	EXPECT_EQ(1, count(text, "ipcshow_ring_gone: ring=%llu role=producer\n", id));
	EXPECT_EQ(1, count(text, "ipcshow_ring_gone: ring=%llu role=consumer\n", id));
	no_address(_metadata, text);
}

/* Looks at @nr pages of the target alone, all that can be said of them. */
static void look_at(struct __test_metadata *_metadata, struct reader *reader, const void *start,
		    size_t nr)
{
	const struct ipcshow_site site = compare_site(0, 0, start, nr * PAGE);
	struct ipcshow_snapshot arg = {
		.size = sizeof(arg), .what = WHAT_ALL,
		.start = site.start, .end = site.start + site.bytes,
	};
	struct snapshot snapshot = {};

	ASSERT_EQ(0, reader_run(reader, &arg, &snapshot));
	ASSERT_EQ(0, compare_run(reader, &site, 1, &snapshot));
	snapshot_free(&snapshot);
}

/*
 * In many pieces, so that of the frames that an event could name, some can be told from other
 * numbers.
 */
#define PIECES	32

TEST_F(trace, frames)
{
	struct frames_memory *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const size_t nr = FRAMES / PIECES;
	struct frames frames = {};
	struct reader reader;
	struct child child;
	struct ends ends;
	const char *text;
	struct map map;
	size_t i;

	if (geteuid())
		SKIP(return, "only root is told the numbers of page frames");
	child_start(&child, frames_touch, memory);
	child_stop(child.pid);
	frames.pid = child.pid;
	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, child.pid));
	ASSERT_EQ(0, ends_make(&ends, RING_USUAL, 0));
	ASSERT_EQ(0, end_map(&ends, CONSUMER, &map));
	ASSERT_LT(FRAMES / 16, frames_add(&frames, child.pid, memory->own, FRAMES));
	ASSERT_LT(FRAMES / 16, frames_add(&frames, child.pid, memory->ring, FRAMES));
	frames_add(&frames, getpid(), reader.data, RING_USUAL / PAGE);
	frames_add(&frames, getpid(), map.data, RING_USUAL / PAGE);
	frames_sort(&frames);

	for (i = 0; i < PIECES; i++) {
		look_at(_metadata, &reader, memory->own + i * nr * PAGE, nr);
		look_at(_metadata, &reader, memory->ring + i * nr * PAGE, nr);
	}
	EXPECT_EQ(0, end_wake(ends.fd[PRODUCER]));
	EXPECT_EQ(0, end_wait(ends.fd[CONSUMER], FOR_EVER));
	end_unmap(&map);
	ends_close(&ends);

	text = traced(self);
	EXPECT_EQ(2 * PIECES, count(text, " ipcshow_snapshot_end: tgid=%d ", child.pid));
	EXPECT_EQ(2 * PIECES, count(text, " ipcshow_compare_end: "));
	EXPECT_LE(1, count(text, " ipcshow_ring_gone: "));
	no_frame(_metadata, &frames, text);
	no_address(_metadata, text);
	reader_close(&reader);
	child_kill(&child);
}

TEST_F(trace, off)
{
	struct snapshot snapshot = {};
	struct reader reader;

	ASSERT_READER(&reader, RING_USUAL);
	ASSERT_EQ(0, reader_target(&reader, getpid()));
	ASSERT_TRUE(reader_snapshot(&reader, WHAT_ALL, &snapshot) >= 0);
	EXPECT_LT(0, count(traced(self), "ipcshow_"));
	ASSERT_TRUE(turn("0"));
	ASSERT_TRUE(forget());
	ASSERT_TRUE(reader_snapshot(&reader, WHAT_ALL, &snapshot) >= 0);
	EXPECT_EQ(0, count(traced(self), "ipcshow_"));
	snapshot_free(&snapshot);
	reader_close(&reader);
}

TEST_MAIN
