/* SPDX-License-Identifier: GPL-2.0 */
"use strict";
main();
