/* SPDX-License-Identifier: GPL-2.0 */
/* What areas are for: the order of the legend, and what is worth a label. */
"use strict";

const KINDS = [
	"code", "lib-code", "rodata", "lib-rodata", "data", "lib-data", "bss", "lib-bss", "heap",
	"anon", "reserved", "stack", "altstack", "guard", "tls", "file-private", "file-shared",
	"shared-anon", "sysv-shm", "posix-shm", "memfd", "hugetlb", "vdso", "vvar", "device", "special",
];

/** Labels go to these first where there is no room for all. */
const IMPORTANT = new Set([
	"stack", "tls", "heap", "code", "altstack", "file-shared", "shared-anon", "sysv-shm",
	"posix-shm", "memfd", "hugetlb",
]);

/** { kind: { areas, size, resident } } of a list of areas. */
function totals(areas) {
	const sums = {};
	for (const area of areas) {
		const sum = sums[area.kind] ||= { areas: 0, size: 0, resident: 0 };
		sum.areas++;
		sum.size += area.size;
		sum.resident += area.resident || 0;
	}
	return sums;
}

/**
 * The bar of totals by kind, which is the legend; a press on a kind shows it alone.
 * @onlyKind: called with the kind, or null for all.
 */
function legend(areas, onlyKind) {
	const sums = totals(areas);
	const kinds = KINDS.filter(kind => sums[kind]);
	const counted = areas.some(area => area.resident !== null);
	const of = kind => counted ? sums[kind].resident : sums[kind].size;
	const bar = make("div", { class: "bar", role: "img",
		"aria-label": (counted ? _("Resident memory by kind: ") : _("Virtual memory by kind: ")) + kinds
			.filter(kind => of(kind)).map(kind => `${kind} ${size(of(kind))}`).join(", ") },
		kinds.filter(kind => of(kind)).map(kind =>
			make("span", { class: kind, title: `${kind} ${size(of(kind))}`,
				       style: `flex-grow: ${of(kind)}` })));
	const buttons = kinds.map(kind => make("button", { type: "button", "aria-pressed": "false" },
		make("span", { class: `swatch ${kind}` }),
		counted ? _("{0} {1} of {2}", kind, size(sums[kind].resident), size(sums[kind].size)) :
			  `${kind} ${size(sums[kind].size)}`));
	buttons.forEach((button, index) => button.addEventListener("click", () => {
		const on = button.getAttribute("aria-pressed") !== "true";
		buttons.forEach(other => other.setAttribute("aria-pressed", "false"));
		button.setAttribute("aria-pressed", String(on));
		onlyKind(on ? kinds[index] : null);
	}));
	return make("section", { "aria-label": _("Totals by kind") }, bar,
		make("ul", { class: "legend" }, buttons.map(button => make("li", null, button))));
}
