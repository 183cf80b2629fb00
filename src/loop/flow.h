/*
 * Flows: for net.c only. The two ends of a connection under the virtual clock are a
 * socket pair; a flow makes it behave as TCP over the loopback does, and the same on every
 * machine: so much may be under way and no more, whatever the kernel's accounting; a
 * read gets all that was sent; the first write to a peer that has gone is lost in silence.
 *
 * What the kernel's buffer does not hold waits in a backlog, which readers empty too. As
 * long as there is a backlog the kernel's buffer is full, so that the descriptors are
 * readable and writable when they should be.
 */
#ifndef LOOP_FLOW_H
#define LOOP_FLOW_H

#include <stddef.h>
#include <sys/types.h>

/* What may be under way in one direction: about what the loopback's TCP takes. */
enum { FLOW_MAX = 2560 * 1024 };

/* The buffer that is asked of the kernel for each end; every Linux grants so much. */
enum { FLOW_KERNEL = 64 * 1024 };

struct net_flow;

/* A socket pair for a flow to come, with the kernel's buffers set. 0 or -1. */
int flow_pair(int fds[2]);

/* A flow between two ends that are open: two references, one for each side. */
struct net_flow *flow_new(int fd0, int fd1);

/* As net_recv, net_send and net_shutdown, for side 0 or 1 and its descriptor. */
ssize_t flow_recv(struct net_flow *f, int side, void *room, size_t size);
ssize_t flow_send(struct net_flow *f, int side, const void *bytes, size_t size);
int flow_shutdown(struct net_flow *f, int side, int how);

/* Send all of it, however much is under way; what nobody can read any more is lost. */
void flow_push(struct net_flow *f, int side, const void *bytes, size_t size);

/* Close the side's descriptor and give its reference back. */
void flow_close(struct net_flow *f, int side);

/* The same, so that the peer finds the connection reset. */
void flow_reset(struct net_flow *f, int side);

#endif
