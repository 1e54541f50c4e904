/* SPDX-License-Identifier: GPL-2.0 */
/* Columns of areas in one drawing, in which a pointer or the keyboard chooses one. */
"use strict";

const PAGE_STEP = 20;

function patterns() {
	const hatch = draw("pattern", { id: "hatch", width: 5, height: 5,
		patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
		draw("line", { x1: 0, y1: 0, x2: 0, y2: 5, stroke: "#fff", "stroke-width": 2.4,
			       "stroke-opacity": .75 }));
	const dots = draw("pattern", { id: "dots", width: 5, height: 5,
		patternUnits: "userSpaceOnUse" },
		draw("circle", { cx: 2.5, cy: 2.5, r: 1.2, fill: "currentColor" }));
	return draw("defs", null, hatch, dots);
}

/** A part of an area: @from and @to are shares of its width or height. */
function piece(kind, x, y, width, height) {
	return width > 0 && height > 0 ?
		draw("rect", { class: kind, x, y, width, height }) : null;
}

/** What is too high for the scale is drawn broken. */
function breakMark(x, width, place) {
	if (!place.broken)
		return null;
	const y = place.y + place.height / 2;
	const steps = Array.from({ length: Math.ceil(width / 8) + 1 },
		(_, i) => `${Math.min(x + i * 8, x + width)},${y + (i % 2 ? 4 : -4)}`);
	return draw("polyline", { class: "break", points: steps.join(" ") });
}

function foldMarks(layout, x, width) {
	return layout.folds.flatMap(fold => {
		const middle = fold.y + fold.height / 2;
		return [
			draw("line", { class: "fold", x1: x, x2: x, y1: fold.y, y2: fold.y + fold.height }),
			draw("line", { class: "fold", x1: x + width, x2: x + width, y1: fold.y,
				       y2: fold.y + fold.height }),
			draw("text", { class: "faint", x: x + width / 2, y: middle + 4,
				       "text-anchor": "middle" }, _("{0} unmapped", size(fold.bytes))),
		];
	});
}

/** Where something begins that is not right behind the one above. */
function addresses(layout, x, anchor) {
	let least = -Infinity;
	let end = null;
	const texts = [];
	for (const place of layout.places) {
		if (place.area.from !== end && place.y >= least) {
			texts.push(draw("text", { class: "faint", x, y: place.y + 9,
				"text-anchor": anchor }, address(place.area.start)));
			least = place.y + LABEL_HEIGHT;
		}
		end = place.area.to;
	}
	return texts;
}

/** @side: 1 for labels on the right of @x, -1 on the left. */
function labels(layout, height, x, side) {
	return placeLabels(layout.places, height).flatMap(label => [
		draw("polyline", { class: "leader", points:
			`${x},${label.middle} ${x + side * 14},${label.y} ${x + side * 20},${label.y}` }),
		draw("text", { x: x + side * 24, y: label.y + 4,
			       "text-anchor": side > 0 ? "start" : "end" }, label.text),
	]);
}

/**
 * One column. @inner draws what is in an area: (place, x, width) => nodes. The areas get
 * ids, and are options of the list that the drawing is.
 */
function column(layout, x, width, inner) {
	return layout.places.map(place => {
		const area = place.area;
		return draw("g", { class: `area ${area.kind}`, id: area.id, role: "option",
			"aria-selected": "false", "aria-label": spoken(area) },
			draw("rect", { class: "space", x, y: place.y, width, height: place.height }),
			inner(place, x, width), breakMark(x, width, place));
	});
}

function spoken(area) {
	const words = [area.owner, area.kind, area.thread, area.name, _("{0} at {1}", size(area.size), address(area.start)),
		area.resident === null ? null : _("{0} resident", size(area.resident))];
	return words.filter(word => word).join(", ");
}

/**
 * The drawing as a list box. @areas in the order of the keyboard; @show(area) puts what is
 * known of one into the panel, or says how to begin for null.
 */
function listBox(svg, areas, show) {
	const byId = new Map(areas.map((area, index) => [area.id, index]));
	let chosen = -1;

	fill(svg, { role: "listbox", tabindex: 0, "aria-label": _("Address space, area by area") }, []);
	const mark = (index, on) => {
		if (index < 0)
			return;
		const element = svg.getElementById(areas[index].id);
		element?.classList.toggle("chosen", on);
		element?.setAttribute("aria-selected", String(on));
		for (const band of svg.querySelectorAll(`.band[data-areas~="${areas[index].id}"]`))
			band.classList.toggle("chosen", on);
	};
	const choose = (index, scroll) => {
		mark(chosen, false);
		chosen = index;
		mark(chosen, true);
		if (index < 0) {
			svg.removeAttribute("aria-activedescendant");
		} else {
			svg.setAttribute("aria-activedescendant", areas[index].id);
			if (scroll)
				svg.getElementById(areas[index].id)
					.scrollIntoView({ block: "nearest" });
		}
		show(index < 0 ? null : areas[index]);
	};
	const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE_STEP, PageUp: -PAGE_STEP,
			Home: -Infinity, End: Infinity };
	svg.addEventListener("keydown", event => {
		if (event.key === "Escape") {
			choose(-1, false);
		} else if (event.key in steps) {
			event.preventDefault();
			const to = chosen + steps[event.key];
			choose(Math.min(Math.max(to, 0), areas.length - 1), true);
		}
	});
	const under = event => {
		const element = event.target.closest(".area");
		return element ? byId.get(element.id) : undefined;
	};
	svg.addEventListener("pointerover", event => {
		const index = under(event);
		if (index !== undefined && index !== chosen)
			choose(index, false);
	});
	svg.addEventListener("click", event => {
		const index = under(event);
		if (index !== undefined)
			choose(index, false);
	});
	choose(-1, false);
}
