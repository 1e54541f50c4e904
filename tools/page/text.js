/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers, words and elements. Text of others is only ever set as text. */
"use strict";

/** What the page says in the reader's language, where that is another. */
const WORDS = JSON.parse(document.getElementById("words").textContent);

/** The translation of a text that stands in the script as it is; {0} and so on are put in. */
function _(text, ...values) {
	return (WORDS[text] || text).replace(/\{(\d)\}/g, (whole, index) => values[index]);
}

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; a child that is no node becomes text. */
function make(name, attributes, ...children) {
	const element = document.createElement(name);
	return fill(element, attributes, children);
}

function draw(name, attributes, ...children) {
	const element = document.createElementNS(SVG, name);
	return fill(element, attributes, children);
}

function fill(element, attributes, children) {
	for (const [key, value] of Object.entries(attributes || {}))
		if (value !== undefined && value !== null && value !== false)
			element.setAttribute(key, value);
	element.append(...children.flat().filter(child => child !== null && child !== undefined));
	return element;
}

/** Bytes as the programs print them: 1.9M, one digit behind the point, none where it would be 0. */
function size(bytes) {
	if (bytes === null || bytes === undefined)
		return "-";
	if (!bytes)
		return "0";
	let unit = 0;
	let tenths = bytes * 10;
	while (tenths >= 10240) {
		tenths /= 1024;
		unit++;
	}
	tenths = Math.round(tenths);
	if (tenths >= 10240) {
		tenths = 10;
		unit++;
	}
	const rest = tenths % 10;
	return (tenths - rest) / 10 + (rest ? "." + rest : "") + "BKMGTPE"[unit];
}

/** An address without 0x, as the tables have it. */
function address(text) {
	return text === null || text === undefined ? "-" : text.slice(2);
}

/** Of a path the last name. */
function lastName(name) {
	return name ? name.replace(/^.*\/(?=[^/]+$)/, "") : "";
}

/** { label: value } as a list of terms; what is null is left out. */
function terms(facts) {
	return make("dl", null, Object.entries(facts)
		.filter(([, value]) => value !== null && value !== undefined && value !== "")
		.flatMap(([label, value]) => [make("dt", null, label), make("dd", null, String(value))]));
}
