/*
 * Wires: for net.c only. Connections between the threads of a program under the virtual
 * clock. Each end is a flow between the program's socket and a proxy on the same thread;
 * what one proxy reads goes to the other by post (crew.h), so that it arrives at the place
 * at which the stretch that sent it stands, the same in every run.
 *
 * The main thread knows who listens where: connecting asks it, and it asks on.
 */
#ifndef LOOP_WIRE_H
#define LOOP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct net;
struct net_address;
struct net_socket;
struct wire;

/* Whether this program has other threads to talk to. None of these with the lock held. */
bool wire_possible(struct net *n);

/*
 * Begin to connect a fresh socket, whose address none of this thread's listens at. Its
 * descriptor is not writable before it is known how that ended; then s->failure says.
 */
void wire_connect(struct net_socket *s, const struct net_address *a);

/* A socket of this thread listens from now on, or no more: others may want to know. */
void wire_listens(const struct net_socket *s, bool listens);

/* As net_recv, net_send and net_shutdown. */
ssize_t wire_recv(struct wire *w, void *room, size_t size);
ssize_t wire_send(struct wire *w, const void *bytes, size_t size);
int wire_shutdown(struct wire *w, int how);

/* Close the program's end and free the wire. `reset`: it was never accepted. */
void wire_close(struct wire *w, bool reset);

#endif
