/* SPDX-License-Identifier: GPL-2.0 */
/* Where an address space is drawn: to scale, with what is unmapped folded. */
"use strict";

/*
 * One scale for all, with two exceptions that are visible: an area is at least so high that
 * it can be seen, and at most so high that it does not hide the others (it is drawn broken).
 */
const AREA_LEAST = 2.5;
const AREA_MOST = 150;
/* Nothing is to be seen in what is only set aside. */
const RESERVED_MOST = 36;
const FOLD_HEIGHT = 20;
const LABEL_HEIGHT = 14;
const LABEL_LETTERS = 30;

function mostOf(area, most) {
	return area.kind === "reserved" ? Math.min(most, RESERVED_MOST) : most;
}

function heightOf(area, scale, most) {
	return Math.min(Math.max(area.size * scale, AREA_LEAST), mostOf(area, most));
}

/** Pixels a byte, so that the areas take about @target pixels in all. */
function scaleFor(areas, target, most) {
	let low = 1e-16, high = 1;
	for (let i = 0; i < 80; i++) {
		const middle = Math.sqrt(low * high);
		const sum = areas.reduce((all, area) => all + heightOf(area, middle, most), 0);
		if (sum > target)
			high = middle;
		else
			low = middle;
	}
	return low;
}

/**
 * Places for @areas, which ascend and do not overlap.
 * Returns { places: [{ area, y, height, broken }], folds: [{ y, height, bytes }], height }.
 */
function layOut(areas, scale, most) {
	const places = [];
	const folds = [];
	let y = 8;
	let end = null;
	for (const area of areas) {
		const gap = end === null ? 0 : area.from - end;
		if (gap > 0) {
			const height = Math.min(Math.max(gap * scale, 1.5), FOLD_HEIGHT);
			if (gap * scale > FOLD_HEIGHT)
				folds.push({ y, height, bytes: gap });
			y += height;
		}
		const height = heightOf(area, scale, most);
		places.push({ area, y, height, broken: area.size * scale > mostOf(area, most) });
		y += height;
		end = area.to;
	}
	return { places, folds, height: y + 8 };
}

/** Where in a place the byte @offset behind its start lies. */
function inside(place, offset) {
	return place.y + place.height * Math.min(Math.max(offset / place.area.size, 0), 1);
}

/** Neighbours that would say the same get one label between them. */
function labelled(places) {
	const groups = [];
	for (const place of places) {
		const last = groups[groups.length - 1];
		const text = labelOf(place.area);
		if (last && text === last.text && place.y - last.end < LABEL_HEIGHT) {
			last.end = place.y + place.height;
			last.size += place.area.size;
		} else {
			groups.push({ text, place, start: place.y, end: place.y + place.height,
				      size: place.area.size,
				      first: IMPORTANT.has(place.area.kind) });
		}
	}
	return groups.filter(group => group.text);
}

/**
 * Labels beside the places: what is important first, then what is large; none over another,
 * and none farther from what it names than a glance.
 */
function placeLabels(places, height) {
	const placed = [];
	const wanted = labelled(places).sort((a, b) => b.first - a.first || b.size - a.size);
	for (const label of wanted) {
		label.middle = (label.start + label.end) / 2;
		let at = placed.findIndex(other => other.middle > label.middle);
		if (at < 0)
			at = placed.length;
		const least = at ? placed[at - 1].y + LABEL_HEIGHT : 0;
		const most = at < placed.length ? placed[at].y - LABEL_HEIGHT : height;
		label.y = Math.min(Math.max(label.middle, least), most);
		if (least <= most && Math.abs(label.y - label.middle) <= (label.first ? 45 : 16))
			placed.splice(at, 0, label);
	}
	return placed;
}

/** The beginning and the end of what is too long. */
function shortened(text) {
	return text.length <= LABEL_LETTERS ? text :
		`${text.slice(0, LABEL_LETTERS - 13)}...${text.slice(-10)}`;
}

function labelOf(area) {
	if (area.kind === "guard" || area.kind === "reserved")
		return "";
	if (area.thread)
		return _("{0} of {1}", area.kind, area.thread);
	if (!area.name || area.kind === "anon")
		return area.kind;
	const name = lastName(area.name).replace(/ \(relro\)$/, "");
	return shortened(area.kind.startsWith("lib-") ? name : `${area.kind} ${name}`);
}
