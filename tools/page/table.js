/* SPDX-License-Identifier: GPL-2.0 */
/* Tables for those who read rather than look, and for paper. */
"use strict";

/** Above this many rows a table is made when it is opened, not before. */
const ROWS_AT_ONCE = 60;

/**
 * A column: { name, text(row), number: aligned to the right }.
 */
function cell(column, row) {
	const text = column.text(row);
	return make("td", { class: column.number ? "number" : null },
		text === null || text === undefined ? "-" : String(text));
}

function tableOf(caption, columns, rows) {
	const body = make("tbody", null, rows.map(row =>
		make("tr", null, columns.map(column => cell(column, row)))));
	const names = columns.map(column =>
		make("th", { scope: "col", class: column.number ? "number" : null }, column.name));
	return make("div", { class: "scroll" },
		make("table", null, make("caption", null, caption),
		     make("thead", null, make("tr", null, names)), body));
}

/** A table that opens; what is long is made when it is wanted, on paper too. */
function section(title, caption, columns, rows) {
	const details = make("details", null, make("summary", null, `${title} (${rows.length})`));
	let made = false;
	const build = () => {
		if (!made)
			details.append(tableOf(caption, columns, rows));
		made = true;
	};
	if (rows.length <= ROWS_AT_ONCE)
		build();
	details.addEventListener("toggle", build);
	window.addEventListener("beforeprint", () => {
		build();
		details.open = true;
	});
	return details;
}
