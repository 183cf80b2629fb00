/*
 * For net.c, wire.c and their tests only: what the table of a program's sockets is made of.
 */
#ifndef LOOP_NET_INTERNAL_H
#define LOOP_NET_INTERNAL_H

#include <pthread.h>

#include "base/vec.h"
#include "loop/net.h"

/* Ports that nobody asked for by number: PORT_FIRST, PORT_FIRST + 1, ... */
enum { PORT_FIRST = 50001, PORT_LAST = 65535, PORTS_A_THREAD = 500 };

/* A thread that opens sockets. */
struct net_thread {
	pthread_t thread;
	struct loop_world *world; /* NULL: not told, or gone */
	uint16_t last_port;       /* virtual: the last that was counted */
};

/* Virtual: a server of a worker, as the main thread has heard of it. */
struct server_away {
	struct net_address address;
	uint16_t number; /* of the worker */
};

struct net {
	bool real;
	pthread_mutex_t lock; /* guards everything below, and listeners' queues */
	VEC(struct net_socket *) by_fd; /* open ones, borrowed; NULL: not ours */
	size_t open;
	VEC(struct net_socket *) bound; /* to a port by net_bind; borrowed */
	struct net_thread main_thread;
	VEC(struct net_thread) threads; /* the others */
	VEC(struct wire *) wires;       /* by id; each its own thread's */
	VEC(struct server_away) away;   /* the main thread's alone */
};

/* With the lock held: this thread's entry. */
struct net_thread *net_thread_here(struct net *n);

/* Whether who is bound to `a` is meant by `b`; both ways round. */
bool net_serves(const struct net_address *a, const struct net_address *b);

/* A new socket, not in the table yet; one reference. */
struct net_socket *net_adopt(struct net *n, int fd, enum net_family family);

/* With the lock held: the listener at `a` that this thread may connect to, or NULL. */
struct net_socket *net_listener_at(const struct net *n, const struct net_address *a);

/* With the lock held: `s` (taken) waits to be accepted. */
void net_queue(struct net_socket *listener, struct net_socket *s);

#endif
