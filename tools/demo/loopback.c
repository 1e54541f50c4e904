// SPDX-License-Identifier: GPL-2.0
/* TCP within this machine, on a port that nobody else has. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loopback.h"
#include "tell.h"

static struct sockaddr_in address_of(unsigned short port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

int loopback_listen(unsigned short *port)
{
	struct sockaddr_in address = address_of(0);
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)&address, &size)) lacking("There is no TCP "
	    "through the loopback interface here: %s.", strerror(errno));
	*port = ntohs(address.sin_port);
	return fd;
}

int loopback_connect(unsigned short port)
{
	struct sockaddr_in address = address_of(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		lacking("Port %d of the loopback interface cannot be reached: %s.", port,
			strerror(errno));
	return fd;
}

void loopback_pair(int fds[2])
{
	unsigned short port;
	int listener = loopback_listen(&port);

	fds[0] = loopback_connect(port);
	fds[1] = accept(listener, NULL, NULL);
	if (fds[1] < 0)
		lacking("A connection could not be accepted: %s.", strerror(errno));
	close(listener);
}
