/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EXCERPT_H
#define EXCERPT_H

/**
 * excerpt() - run a program of ipcshow as a person would, and show the rows that matter
 * @words: a row is shown if it has one of these in it; one with "&" in it: all parts of that;
 *	one with "^" in front begins the row. The last is NULL
 * @format: the command line, with blanks between words
 *
 * The heading above the rows is shown, and dots where rows were left out. Where nobody
 * would read it, or the module is not to be had, nothing is done.
 */
__attribute__((format(printf, 2, 3)))
void excerpt(const char *const *words, const char *format, ...);

#define ROWS(...)	(const char *const []){ __VA_ARGS__, NULL }

#endif
