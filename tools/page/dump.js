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
		thread: row.tid === null ? null : `thread ${row.tid}${thread ? " " + thread.comm : ""}`,
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
			"Address": `${address(row.start)}-${address(row.end)}`,
			"Size": `${size(row.size)} (${row.size} bytes)`,
			"Access": row.perm,
			"Thread": area.thread,
			"Resident": area.resident === null ? null : size(row.rss),
			"PSS": area.resident === null ? null : size(row.pss),
			"Shared": area.resident === null ? null :
				`${size(area.shared)} (dirty ${size(row.shared_dirty)})`,
			"Private": area.resident === null ? null :
				`${size(area.private)} (dirty ${size(row.private_dirty)})`,
			"Swap": area.resident === null ? null : size(row.swap),
			"Offset": row.offset === null ? null : `0x${address(row.offset)}`,
			"Inode": row.inode,
		}),
	].filter(node => node);
}

const AREA_COLUMNS = [
	{ name: "Start", number: true, text: row => address(row.start) },
	{ name: "Size", number: true, text: row => size(row.size) },
	{ name: "Access", text: row => row.perm },
	{ name: "RSS", number: true, text: row => size(row.rss) },
	{ name: "PSS", number: true, text: row => size(row.pss) },
	{ name: "Shared", number: true, text: row => row.rss === null || row.rss === undefined ?
		"-" : size(row.shared_clean + row.shared_dirty) },
	{ name: "Private", number: true, text: row => row.rss === null || row.rss === undefined ?
		"-" : size(row.private_clean + row.private_dirty) },
	{ name: "Swap", number: true, text: row => size(row.swap) },
	{ name: "Kind", text: row => row.kind },
	{ name: "Name", text: row => row.name },
];

const THREAD_COLUMNS = [
	{ name: "TID", number: true, text: row => row.tid },
	{ name: "Name", text: row => row.comm },
	{ name: "State", text: row => row.state },
	{ name: "CPU", number: true, text: row => row.cpu },
	{ name: "Registers", text: row => row.regs },
	{ name: "IP", number: true, text: row => address(row.ip) },
	{ name: "SP", number: true, text: row => address(row.sp) },
	{ name: "Stack", text: row => row.stack_end === null ? "-" :
		`${address(row.stack_start)}-${address(row.stack_end)}` },
	{ name: "Where", text: row => row.where },
];

const SHARING_COLUMNS = [
	{ name: "What", text: row => row.what },
	{ name: "How", text: row => row.how },
	{ name: "Threads", number: true, text: row => row.threads },
	{ name: "TIDs", text: row => row.tids === null ? "all" : row.tids },
	{ name: "Size", number: true, text: row => size(row.size) },
	{ name: "Proof", text: row => row.proof },
];

function processSection(process, index) {
	const threads = new Map(process.threads.map(thread => [thread.tid, thread]));
	const areas = process.areas.map((row, nr) => areaOf(row, threads, `p${index}`, nr));
	const sum = process.totals;
	return make("article", null, headline(process),
		make("p", null, `virtual ${size(process.mm.virtual)}` + (areas.some(area => area.resident !== null) ?
			`, resident ${size(sum.rss)}, PSS ${size(sum.pss)}, ` +
			`shared ${size(sum.shared_clean + sum.shared_dirty)}, ` +
			`private ${size(sum.private_clean + sum.private_dirty)}, swap ${size(sum.swap)}` : "")),
		warnings([
			process.complete ? null : "Incomplete: it exited or called execve() meanwhile.",
			process.threads_refused ? `Not permitted to attach to ${count(process.threads_refused, "thread", "threads")}: no registers, stack or TLS of it are known.` : null,
			process.threads_lost ? "Threads came and went: the list may lack some." : null,
			process.elf_unread ? "Some programs could not be read: their areas are told by access alone." : null,
		]),
		view(areas, (scale, most) => paintSpace(areas, scale, most), describeArea,
		     "Filled: resident; hatched: shared with others; light: not resident. " +
		     "A zigzag: higher than drawn."),
		section("Threads", "Threads and where they are", THREAD_COLUMNS, process.threads),
		process.sharing.length ? section("What the threads share",
			"What all threads have, and what each has to itself", SHARING_COLUMNS,
			process.sharing) : null,
		section("All areas", "The address space from below", AREA_COLUMNS, process.areas));
}

PAGES.dump = data => [
	...data.processes.map(processSection),
	...warnings(data.errors.map(error => `${error.pid}: ${error.error}`)),
];
