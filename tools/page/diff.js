/* SPDX-License-Identifier: GPL-2.0 */
/* The page of ipcshow-diff: two address spaces, and bands between the pages that are one. */
"use strict";

const SPACE_WIDTH = 160;
const SPACE_X = { a: 250, b: 620 };
const PAIR_WIDTH = 1030;

/* Bands of which neither edge is so far from the last one's are drawn as one. */
const BAND_GAP = 0.7;

/** The areas of one side of the rows, each once. */
function sideOf(rows, side, owner) {
	const areas = new Map();
	for (const row of rows) {
		const start = row[`start_${side}`];
		if (start === null || start === undefined)
			continue;
		const key = `${start}-${row[`end_${side}`]}`;
		let area = areas.get(key);
		if (!area) {
			const kind = side === "b" && row.kind_b ? row.kind_b : row.kind;
			const tid = row[`tid_${side}`];
			area = { side, owner, kind, start, end: row[`end_${side}`], rows: [],
				 id: `${side}-${areas.size}`,
				 from: Number(start), to: Number(row[`end_${side}`]),
				 size: row[`size_${side}`], resident: row[`rss_${side}`],
				 swap: row[`swap_${side}`], perm: row[`perm_${side}`],
				 name: side === "b" ? row.name_b : row.name,
				 thread: tid === null ? null : _("thread {0}", tid) };
			areas.set(key, area);
		}
		area.rows.push(row);
	}
	return [...areas.values()].sort((one, other) => one.from - other.from);
}

const RANGE_CLASS = {
	"same": "resident", "merged": "resident", "different": "resident", "only-a": "resident",
	"only-b": "resident", "swap": "swapped", "swap-same": "swapped",
};

/** What of an area is resident, where it is; hatched where the other side has the same page. */
function pagesOf(place, x, width) {
	const area = place.area;
	return area.rows.flatMap(row => (row.ranges || []).flatMap(range => {
		const start = range[`start_${area.side}`];
		if (start === null || !RANGE_CLASS[range.what])
			return [];
		const from = inside(place, Number(start) - area.from);
		const to = inside(place, Number(start) + range.bytes - area.from);
		const height = Math.max(to - from, 0.4);
		return [piece(RANGE_CLASS[range.what], x, from, width, height),
			range.what === "same" || range.what === "merged" ?
				piece("hatched", x, from, width, height) : null];
	}));
}

/** From a row and the places of its two areas to bands, small gaps closed. */
function bandsOf(row, placeA, placeB) {
	const bands = [];
	for (const range of row.ranges || []) {
		const touched = range.what === "same" || range.what === "merged";
		if ((!touched && range.what !== "untouched") || range.start_a === null ||
		    range.start_b === null)
			continue;
		const offsetA = Number(range.start_a) - placeA.area.from;
		const offsetB = Number(range.start_b) - placeB.area.from;
		const band = { touched, a0: inside(placeA, offsetA), a1: inside(placeA, offsetA + range.bytes),
			       b0: inside(placeB, offsetB), b1: inside(placeB, offsetB + range.bytes) };
		const last = bands[bands.length - 1];
		if (last && last.touched === touched && Math.abs(band.a0 - last.a1) < BAND_GAP &&
		    Math.abs(band.b0 - last.b1) < BAND_GAP) {
			last.a1 = band.a1;
			last.b1 = band.b1;
		} else {
			bands.push(band);
		}
	}
	return bands;
}

function drawBand(band, placeA, placeB) {
	const left = SPACE_X.a + SPACE_WIDTH, right = SPACE_X.b;
	const bend = (right - left) / 2.5;
	return draw("path", { class: `band ${placeA.area.kind}${band.touched ? "" : " untouched"}`,
		"data-areas": `${placeA.area.id} ${placeB.area.id}`,
		d: `M${left},${band.a0} C${left + bend},${band.a0} ${right - bend},${band.b0} ${right},${band.b0}` +
		   `L${right},${band.b1} C${right - bend},${band.b1} ${left + bend},${band.a1} ${left},${band.a1}Z` });
}

function bands(rows, layoutA, layoutB) {
	const find = (layout, start, end) => layout.places.find(place =>
		place.area.start === start && place.area.end === end);
	return rows.filter(row => row.start_a && row.start_b).flatMap(row => {
		const placeA = find(layoutA, row.start_a, row.end_a);
		const placeB = find(layoutB, row.start_b, row.end_b);
		return bandsOf(row, placeA, placeB).map(band => drawBand(band, placeA, placeB));
	});
}

function heading(side, text) {
	return draw("text", { x: SPACE_X[side] + SPACE_WIDTH / 2, y: 12, "text-anchor": "middle",
			      "font-weight": "bold" }, text);
}

function paintPair(rows, areasA, areasB, names, scale, most) {
	const a = layOut(areasA, scale, most);
	const b = layOut(areasB, scale, most);
	const height = Math.max(a.height, b.height);
	const top = 20;
	return draw("svg", { width: PAIR_WIDTH, height: height + top,
			     viewBox: `0 ${-top} ${PAIR_WIDTH} ${height + top}` },
		patterns(),
		draw("g", { transform: `translate(0 ${-top})` }, heading("a", names.a), heading("b", names.b)),
		bands(rows, a, b),
		labels(a, height, SPACE_X.a, -1), labels(b, height, SPACE_X.b + SPACE_WIDTH, 1),
		foldMarks(a, SPACE_X.a, SPACE_WIDTH), foldMarks(b, SPACE_X.b, SPACE_WIDTH),
		column(a, SPACE_X.a, SPACE_WIDTH, pagesOf), column(b, SPACE_X.b, SPACE_WIDTH, pagesOf));
}

function joined(words) {
	return words && words.length ? words.join(", ") : null;
}

/** What is said of an area and one of the other side's. */
function describeRow(row, side) {
	const other = side === "a" ? "b" : "a";
	const start = row[`start_${other}`];
	return [
		make("h3", null, row.verdict || _("nothing is claimed")),
		terms({
			[_("By")]: joined(row.mechanism),
			[_("Beside")]: start ? `${address(start)}-${address(row[`end_${other}`])}` : _("nothing"),
			[_("Same pages")]: size(row.same),
			[_("Only in A")]: size(row.only_a),
			[_("Only in B")]: size(row.only_b),
			[_("Different")]: size(row.different),
			[_("Untouched")]: size(row.untouched),
			[_("Unsettled")]: row.unsettled ? size(row.unsettled) : null,
			[_("Note")]: joined(row.note),
		}),
	];
}

function describeSide(area) {
	return [
		make("h2", null, make("span", { class: `swatch ${area.kind}` }), _("{0} of {1}", area.kind, area.owner)),
		area.name ? make("p", null, make("code", null, area.name)) : null,
		terms({
			[_("Address")]: `${address(area.start)}-${address(area.end)}`,
			[_("Size")]: _("{0} ({1} bytes)", size(area.size), area.size),
			[_("Access")]: area.perm,
			[_("Thread")]: area.thread,
			[_("Resident")]: size(area.resident),
			[_("Swap")]: area.swap ? size(area.swap) : null,
		}),
		...area.rows.flatMap(row => describeRow(row, area.side)),
	].filter(node => node);
}

const ROW_COLUMNS = [
	{ name: _("Kind"), text: row => row.kind },
	{ name: _("Start A"), number: true, text: row => address(row.start_a) },
	{ name: _("Start B"), number: true, text: row => address(row.start_b) },
	{ name: _("Size A"), number: true, text: row => size(row.size_a) },
	{ name: _("Size B"), number: true, text: row => size(row.size_b) },
	{ name: _("Same"), number: true, text: row => size(row.same) },
	{ name: _("Only A"), number: true, text: row => size(row.only_a) },
	{ name: _("Only B"), number: true, text: row => size(row.only_b) },
	{ name: _("Different"), number: true, text: row => size(row.different) },
	{ name: _("Untouched"), number: true, text: row => size(row.untouched) },
	{ name: _("Verdict"), text: row => row.verdict },
	{ name: _("Mechanism"), text: row => joined(row.mechanism) },
	{ name: _("Note"), text: row => joined(row.note) },
	{ name: _("Name"), text: row => row.name },
];

const RESOURCE_COLUMNS = [
	{ name: _("Resource"), text: row => row.resource },
	{ name: _("Verdict"), text: row => row.verdict },
	{ name: _("Proof"), text: row => row.proof },
];

const CHANNEL_COLUMNS = [
	{ name: _("Kind"), text: row => row.kind },
	{ name: _("Flow"), text: row => row.flow },
	{ name: _("Name"), text: row => row.name },
	{ name: _("A"), text: row => row.a },
	{ name: _("B"), text: row => row.b },
	{ name: _("Notes"), text: row => joined(row.notes) },
];

function nameOf(task) {
	return `${task.tid} ${task.thread_comm}`;
}

function pairSection(data, pair) {
	const names = { a: `A: ${nameOf(data.tasks[pair.a])}`, b: `B: ${nameOf(data.tasks[pair.b])}` };
	const rows = pair.areas.rows;
	const areasA = sideOf(rows, "a", names.a);
	const areasB = sideOf(rows, "b", names.b);
	return make("article", { "aria-label": _("{0} beside {1}", names.a, names.b) },
		make("p", null, pair.areas.verdict),
		view([...areasA, ...areasB],
		     (scale, most) => paintPair(rows, areasA, areasB, names, scale, most), describeSide,
		     _("Filled: resident; hatched and joined: the same pages; dashed: both have it, and neither has touched it.")),
		section(_("Areas"), _("The areas side by side"), ROW_COLUMNS, rows),
		make("p", null, pair.resources.verdict),
		section(_("Resources"), _("What else they use"), RESOURCE_COLUMNS, pair.resources.rows),
		make("p", null, pair.channels.verdict),
		section(_("Channels"), _("What they may talk through"), CHANNEL_COLUMNS, pair.channels.rows));
}

function channelsOf(number) {
	return number === 1 ? _("1 channel") : _("{0} channels", number);
}

function matrix(data) {
	if (data.tasks.length < 3)
		return null;
	const columns = [{ name: _("Task"), text: row => nameOf(data.tasks[row]) },
		...data.tasks.map((task, index) => ({ name: nameOf(task), number: true,
			text: row => row === index ? "-" : `${size(data.shared[row][index])}, ` +
				channelsOf(data.channels[row][index]) }))];
	return tableOf(_("Memory and channels that each two have in common"), columns,
		       data.tasks.map((_, index) => index));
}

PAGES.diff = data => {
	const place = make("div");
	const choice = make("select", { "aria-label": _("Which two") }, data.pairs.map((pair, index) =>
		make("option", { value: index },
		     _("{0} beside {1}", nameOf(data.tasks[pair.a]), nameOf(data.tasks[pair.b])))));
	const show = () => place.replaceChildren(pairSection(data, data.pairs[Number(choice.value)]));
	choice.addEventListener("change", show);
	show();
	return [
		make("div", { class: "tasks" }, data.tasks.map(task => make("div", null, headline(task)))),
		...warnings([
			data.changed ? _("Some mappings changed meanwhile: nothing is claimed of them.") : null,
			data.unsettled ?
				_("Pages of {0} did not hold still: nothing is said of them.", size(data.unsettled)) : null,
		]),
		matrix(data), data.pairs.length > 1 ? choice : null, place,
	].filter(node => node);
};
