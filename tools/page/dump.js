/* SPDX-License-Identifier: GPL-2.0 */
/* The page of ipcshow-dump: address spaces, their threads, and what these share. */
"use strict";

const COLUMN_X = 130;
const COLUMN_WIDTH = 380;
const DRAWING_WIDTH = 900;

/** An area of the JSON as the drawing wants it. */
function areaOf(row, threads, prefix, index) {
	const thread = row.tid === null ? null : threads.get(row.tid);
	const counted = row.rss !== undefined && row.rss !== null;
	return {
		row, id: `${prefix}-${index}`, kind: row.kind, start: row.start,
		from: Number(row.start), to: Number(row.end), size: row.size,
		name: row.name,
		thread: row.tid === null ? null : _("thread {0}", row.tid) + (thread ? " " + thread.comm : ""),
		resident: counted ? row.rss : null,
		shared: counted ? row.shared_clean + row.shared_dirty : 0,
		private: counted ? row.private_clean + row.private_dirty : 0,
		swap: counted ? row.swap : 0,
	};
}

/** Shares of the width: private, shared (hatched), in swap (dotted). */
function residence(place, x, width) {
	const area = place.area;
	if (!area.resident && !area.swap)
		return [];
	const whole = Math.max(area.size, area.resident + area.swap);
	const part = bytes => width * bytes / whole;
	const own = part(area.private), shared = part(area.shared);
	return [
		piece("resident", x, place.y, own + shared, place.height),
		piece("hatched", x + own, place.y, shared, place.height),
		piece("swapped", x + own + shared, place.y, part(area.swap), place.height),
	];
}

function paintSpace(areas, scale, most) {
	const layout = layOut(areas, scale, most);
	return draw("svg", { width: DRAWING_WIDTH, height: layout.height,
			     viewBox: `0 0 ${DRAWING_WIDTH} ${layout.height}` },
		patterns(), addresses(layout, COLUMN_X - 8, "end"),
		foldMarks(layout, COLUMN_X, COLUMN_WIDTH),
		labels(layout, layout.height, COLUMN_X + COLUMN_WIDTH, 1),
		column(layout, COLUMN_X, COLUMN_WIDTH, residence));
}

function describeArea(area) {
	const row = area.row;
	return [
		make("h2", null, make("span", { class: `swatch ${area.kind}` }), area.kind),
		row.name ? make("p", null, make("code", null, row.name)) : null,
		terms({
			[_("Address")]: `${address(row.start)}-${address(row.end)}`,
			[_("Size")]: _("{0} ({1} bytes)", size(row.size), row.size),
			[_("Access")]: row.perm,
			[_("Thread")]: area.thread,
			[_("Resident")]: area.resident === null ? null : size(row.rss),
			[_("PSS")]: area.resident === null ? null : size(row.pss),
			[_("Shared")]: area.resident === null ? null :
				_("{0} (dirty {1})", size(area.shared), size(row.shared_dirty)),
			[_("Private")]: area.resident === null ? null :
				_("{0} (dirty {1})", size(area.private), size(row.private_dirty)),
			[_("Swap")]: area.resident === null ? null : size(row.swap),
			[_("Offset")]: row.offset === null ? null : `0x${address(row.offset)}`,
			[_("Inode")]: row.inode,
		}),
	].filter(node => node);
}

const AREA_COLUMNS = [
	{ name: _("Start"), number: true, text: row => address(row.start) },
	{ name: _("Size"), number: true, text: row => size(row.size) },
	{ name: _("Access"), text: row => row.perm },
	{ name: _("RSS"), number: true, text: row => size(row.rss) },
	{ name: _("PSS"), number: true, text: row => size(row.pss) },
	{ name: _("Shared"), number: true, text: row => row.rss === null || row.rss === undefined ?
		"-" : size(row.shared_clean + row.shared_dirty) },
	{ name: _("Private"), number: true, text: row => row.rss === null || row.rss === undefined ?
		"-" : size(row.private_clean + row.private_dirty) },
	{ name: _("Swap"), number: true, text: row => size(row.swap) },
	{ name: _("Kind"), text: row => row.kind },
	{ name: _("Name"), text: row => row.name },
];

const THREAD_COLUMNS = [
	{ name: _("TID"), number: true, text: row => row.tid },
	{ name: _("Name"), text: row => row.comm },
	{ name: _("State"), text: row => row.state },
	{ name: _("CPU"), number: true, text: row => row.cpu },
	{ name: _("Registers"), text: row => row.regs },
	{ name: _("IP"), number: true, text: row => address(row.ip) },
	{ name: _("SP"), number: true, text: row => address(row.sp) },
	{ name: _("Stack"), text: row => row.stack_end === null ? "-" :
		`${row.stack_known === "exact" ? "" : "~"}${address(row.stack_start)}-${address(row.stack_end)}` },
	{ name: _("Where"), text: row => row.where },
];

const SHARING_COLUMNS = [
	{ name: _("What"), text: row => row.what },
	{ name: _("How"), text: row => row.how },
	{ name: _("Threads"), number: true, text: row => row.threads },
	{ name: _("TIDs"), text: row => row.tids === null ? _("all") : row.tids },
	{ name: _("Size"), number: true, text: row => size(row.size) },
	{ name: _("Proof"), text: row => row.proof },
];

function processSection(process, index) {
	const threads = new Map(process.threads.map(thread => [thread.tid, thread]));
	const areas = process.areas.map((row, nr) => areaOf(row, threads, `p${index}`, nr));
	const sum = process.totals;
	return make("article", null, headline(process),
		make("p", null, _("virtual {0}", size(process.mm.virtual)) +
			(areas.some(area => area.resident !== null) ?
			 _(", resident {0}, PSS {1}, shared {2}, private {3}, swap {4}", size(sum.rss),
			   size(sum.pss), size(sum.shared_clean + sum.shared_dirty),
			   size(sum.private_clean + sum.private_dirty), size(sum.swap)) : "")),
		warnings([
			process.complete ? null : _("Incomplete: it exited or called execve() meanwhile."),
			process.threads_refused ?
				_("Not permitted to attach to {0}: no registers, stack or TLS of it are known.",
				  threadsOf(process.threads_refused)) : null,
			process.threads_lost ? _("Threads came and went: the list may lack some.") : null,
			process.elf_unread ?
				_("Some programs could not be read: their areas are told by access alone.") : null,
		]),
		view(areas, (scale, most) => paintSpace(areas, scale, most), describeArea,
		     _("Filled: resident; hatched: shared with others; light: not resident. A zigzag: higher than drawn.")),
		section(_("Threads"), _("Threads and where they are"), THREAD_COLUMNS, process.threads),
		process.sharing.length ? section(_("What the threads share"),
			_("What all threads have, and what each has to itself"), SHARING_COLUMNS,
			process.sharing) : null,
		section(_("All areas"), _("The address space from below"), AREA_COLUMNS, process.areas));
}

PAGES.dump = data => [
	...data.processes.map(processSection),
	...warnings(data.errors.map(error => `${error.pid}: ${error.error}`)),
];
