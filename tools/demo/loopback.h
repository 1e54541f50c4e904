/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

/* TCP within this machine. Where there is none, the demo ends, as lacking. */
int loopback_listen(unsigned short *port);
int loopback_connect(unsigned short port);
void loopback_pair(int fds[2]);

#endif
