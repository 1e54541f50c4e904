// SPDX-License-Identifier: GPL-2.0
/* ipcshow-ring create: the place where producers and consumers meet. */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "broker.h"
#include "complaint.h"
#include "options.h"
#include "ring.h"

#define RING_SIZE_MIN		(16ULL << 10)
#define RING_SIZE_MAX		(4ULL << 30)
#define RING_SIZE_DEFAULT	(256ULL << 10)
#define HUGE_PAGE		(2ULL << 20)

/* Descriptors beside those of the clients. */
#define FDS_BESIDE	16

static const char help[] = N_(
	"Usage: ipcshow-ring create [options] PATH\n"
	"\n"
	"Listen at PATH, and bring each producer that comes together with a consumer, the\n"
	"ones that came first before others. Each pair gets a ring of its own. Runs until\n"
	"it is interrupted; streams go on without it.\n"
	"\n"
	" -s, --size SIZE     of each ring: a power of two from 16K; records can be up\n"
	"                     to half of it (256K)\n"
	"     --many          one consumer gets what all producers produce\n"
	"     --overwrite     a full ring loses its oldest records; the consumer counts\n"
	"                     them\n"
	"     --module        rings of the module, not of memfds\n"
	"     --huge          rings in huge pages\n"
	" -m, --mode MODE     permissions of PATH, octal (as umask has it)\n"
	"     --once          end when the first stream has ended; with --many, when\n"
	"                     there was one and there is none any more\n"
	" -h, --help          this text, and exit\n");

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "huge", no_argument, NULL, OPTION_HUGE },
	{ "many", no_argument, NULL, OPTION_MANY },
	{ "mode", required_argument, NULL, 'm' },
	{ "module", no_argument, NULL, OPTION_MODULE },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "overwrite", no_argument, NULL, OPTION_OVERWRITE },
	{ "size", required_argument, NULL, 's' },
	{ 0 }
};

struct create {
	struct broker broker;
	int mode;
	bool once;
};

static void parse_option(struct create *create, int option)
{
	struct broker *broker = &create->broker;

	switch (option) {
	case 'h':
		show_text(_(help), "");
	case 'm':
		create->mode = parse_mode(optarg);
		break;
	case 's':
		broker->ring_size = parse_bytes("not a size such as 256K", optarg);
		if (broker->ring_size & (broker->ring_size - 1) ||
		    broker->ring_size < RING_SIZE_MIN || broker->ring_size > RING_SIZE_MAX)
			bad_argument("not a power of two from 16K to 4G", optarg,
				     strlen(optarg));
		break;
	case OPTION_HUGE:
		broker->flags |= IPCSHOW_RING_HUGE;
		break;
	case OPTION_MANY:
		broker->flags |= RENDEZVOUS_F_MANY;
		break;
	case OPTION_MODULE:
		broker->flags |= IPCSHOW_RING_MODULE;
		break;
	case OPTION_ONCE:
		create->once = true;
		break;
	case OPTION_OVERWRITE:
		broker->flags |= IPCSHOW_RING_OVERWRITE;
		break;
	}
}

static const char *parse(struct create *create, int argc, char **argv)
{
	struct broker *broker = &create->broker;
	int option;

	while ((option = next_option(argc, argv, ":hm:s:", long_options)) != -1)
		parse_option(create, option);
	if (broker->flags & IPCSHOW_RING_HUGE && broker->flags & IPCSHOW_RING_MODULE)
		bad_usage("--huge and --module exclude one another");
	if (broker->flags & IPCSHOW_RING_OVERWRITE && broker->flags & RENDEZVOUS_F_MANY)
		bad_usage("--overwrite and --many exclude one another");
	if (broker->flags & IPCSHOW_RING_HUGE && !broker->ring_size)
		broker->ring_size = HUGE_PAGE;
	if (broker->flags & IPCSHOW_RING_HUGE && broker->ring_size < HUGE_PAGE)
		bad_usage("--huge needs a --size of at least 2M");
	if (!broker->ring_size)
		broker->ring_size = RING_SIZE_DEFAULT;
	return paths_left(argc, argv, 1, 1, "a path is needed")[0];
}

/* Producers would fail; this one is where it can still be mended. What is in use may be free by then. */
static bool module_is_there(void)
{
	struct ipcshow_device *device;
	int err = ipcshow_device_open(&device, RING_SIZE_MIN);

	if (!err)
		ipcshow_device_close(device);
	else if (err != -EDQUOT && err != -ENOSPC && err != -ENOMEM)
		complain("/dev/ipcshow", reason_of_device(err));
	else
		err = 0;
	return !err;
}

/* Enough descriptors for all clients, if that is allowed. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= CLIENTS_MAX + FDS_BESIDE)
		return;
	limit.rlim_cur = limit.rlim_max < CLIENTS_MAX + FDS_BESIDE ? limit.rlim_max :
			 CLIENTS_MAX + FDS_BESIDE;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* What tells it to end comes by a descriptor. */
static int take_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

static const char *why_not(int err)
{
	switch (err) {
	case -EADDRINUSE:
		return N_("somebody listens there already");
	case -EEXIST:
		return N_("another file is there already");
	default:
		return strerror(-err);
	}
}

/* Reserved and given back, without a page being touched. */
static bool huge_pages_are_there(__u64 size)
{
	int fd = memfd_create("ipcshow ring", MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB);
	void *start = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, (off_t)size))
		start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (start != MAP_FAILED)
		munmap(start, size);
	if (fd >= 0)
		close(fd);
	return start != MAP_FAILED;
}

/* They may come before the producers do, so it is no error; but nobody else would say it in time. */
static void check_huge_pages(const char *path, __u64 size)
{
	if (!huge_pages_are_there(size))
		note(path, N_("there are not enough huge pages at present, of which each ring needs %llu: "
			      "until there are, producers fail; see /proc/sys/vm/nr_hugepages"),
		     size / HUGE_PAGE);
}

enum exit_status create_main(int argc, char **argv)
{
	static struct create create = { .mode = -1 };
	const char *path = parse(&create, argc, argv);
	int signals, err;

	if (create.broker.flags & IPCSHOW_RING_MODULE && !module_is_there())
		return EXIT_FAILED;
	allow_descriptors();
	signals = take_signals();
	err = listener_open(&create.broker.listener, path, create.mode);
	if (err) {
		complain_of_path(path, why_not(err));
		return EXIT_FAILED;
	}
	if (create.broker.flags & IPCSHOW_RING_HUGE)
		check_huge_pages(path, create.broker.ring_size);
	err = broker_run(&create.broker, create.once, signals);
	listener_close(&create.broker.listener);
	if (err)
		complain_of_path(path, strerror(-err));
	return err ? EXIT_FAILED : EXIT_OK;
}
