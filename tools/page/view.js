/* SPDX-License-Identifier: GPL-2.0 */
/* What both pages have around their drawing: zoom, a filter, the panel. */
"use strict";

const HEIGHT = 1500;
const COMMAND_LETTERS = 160;

function matches(area, words) {
	const text = `${area.kind} ${area.thread || ""} ${area.name || ""} ${area.start}`.toLowerCase();
	return words.every(word => text.includes(word));
}

/**
 * A section with a drawing that can be zoomed and filtered.
 * @areas: all of them, in the order of the keyboard
 * @paint(scale, most): makes the drawing
 * @describe(area): nodes for the panel
 */
function view(areas, paint, describe, caption) {
	const picture = make("div", { class: "picture" });
	const details = make("aside", { class: "details", "aria-live": "polite",
					"aria-label": _("The area that is chosen") });
	const filter = make("input", { type: "search", placeholder: _("kind, name, thread, address"),
				       "aria-label": _("Show only areas with these words") });
	let zoom = 1;
	let kind = null;

	const dim = () => {
		const words = filter.value.toLowerCase().split(/\s+/).filter(word => word);
		const svg = picture.firstElementChild;
		for (const area of areas)
			svg.getElementById(area.id)?.classList.toggle("dimmed",
				(kind !== null && area.kind !== kind) || !matches(area, words));
		for (const band of svg.querySelectorAll(".band"))
			band.classList.toggle("dimmed", band.dataset.areas.split(" ").every(id =>
				svg.getElementById(id)?.classList.contains("dimmed")));
	};
	const show = area => details.replaceChildren(...(area ? describe(area) : [
		make("p", { class: "faint" }, _("Point at an area, or press the arrow keys in the picture."))]));
	const repaint = () => {
		const most = AREA_MOST * zoom;
		const target = Math.max(HEIGHT, areas.length * AREA_LEAST * 1.4) * zoom;
		const svg = paint(scaleFor(areas, target, most), most);
		picture.replaceChildren(svg);
		listBox(svg, areas, show);
		dim();
	};
	const button = (text, name, factor) => {
		const element = make("button", { type: "button", "aria-label": name }, text);
		element.addEventListener("click", () => {
			zoom = factor ? Math.min(Math.max(zoom * factor, 1 / 8), 64) : 1;
			repaint();
		});
		return element;
	};
	filter.addEventListener("input", dim);
	const only = wanted => {
		kind = wanted;
		dim();
	};
	repaint();
	return make("section", { "aria-label": _("Address space") },
		legend(areas, only),
		make("div", { class: "controls" }, filter, button("-", _("Smaller"), 1 / 2),
		     button("1:1", _("As at first"), 0), button("+", _("Larger"), 2),
		     make("span", { class: "faint" }, caption)),
		make("div", { class: "view" }, picture, details));
}

/** What the reader must know of how the numbers came about. */
function warnings(texts) {
	return texts.filter(text => text).map(text => make("p", { class: "warning" }, text));
}

function commandOf(task) {
	return (task.command || []).join(" ").trim();
}

function threadsOf(number) {
	return number === 1 ? _("1 thread") : _("{0} threads", number);
}

/** Who it is, in two lines. */
function headline(task) {
	const command = commandOf(task);
	return [
		make("h1", null, `${task.pid} ${task.comm}`),
		command ? make("p", { class: "faint" }, make("code", null, command.length > COMMAND_LETTERS ?
			command.slice(0, COMMAND_LETTERS) + "..." : command)) : null,
		make("p", null, _("parent {0}, user {1}, ", task.ppid, task.user === null ? task.euid :
			`${task.user} (${task.euid})`) + threadsOf(task.nr_threads) +
			(task.leader_exited ? _(", leader exited") : "") + (task.compat ? _(", 32-bit") : "")),
	];
}

function main() {
	const data = JSON.parse(document.getElementById("data").textContent);
	const tasks = data.tasks || data.processes;
	document.title += tasks.map(task => ` ${task.pid} ${task.comm}`).join(",");
	document.getElementById("page").append(...PAGES[document.body.dataset.page](data));
}

const PAGES = {};
