/*
 * Wires: see wire.h. A wire belongs to one thread; others know it by the number of that
 * thread and an id, and what they post to one that has gone is lost. No lock is held
 * while something is posted, for the main thread then waits for the others.
 */
#include "loop/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/crew.h"
#include "loop/flow.h"
#include "loop/net_internal.h"

/* How much one post carries. */
enum { PIECE = 16 * 1024 };

/* The program's side of the flow, and the proxy's. */
enum { NEAR, PROXY };

/* One end. */
struct wire {
	struct net *net;
	struct net_socket *socket; /* whose it is */
	uint64_t id; /* its place in net->wires; never used again */
	uint16_t peer_number; /* of the thread */
	uint64_t peer_id;
	struct net_flow *flow; /* NULL: nobody has answered yet */
	size_t credit;         /* how many more bytes the peer takes */
	bool end_sent, peer_gone;
};

enum wire_act {
	WIRE_LISTENS,     /* to the main thread: the sender's listens at `address` */
	WIRE_LISTENS_NOT,
	WIRE_CONNECT,     /* `peer` wants to connect to `address` */
	WIRE_ANSWER,      /* it is connected to from_id, or `failure` says why not */
	WIRE_BYTES,
	WIRE_CREDIT,      /* `size` of them were read */
	WIRE_END,         /* no more bytes will come */
	WIRE_GONE,        /* the socket is closed; `failure`: with something unread */
};

struct wire_post {
	struct post post;
	struct net *net;
	enum wire_act act;
	uint16_t from_number;
	uint64_t from_id, to_id;
	struct net_address address, peer;
	int failure;
	size_t size;
	char bytes[];
};

static void run_post(struct post *p, struct loop_world *here);

static void drop_post(struct post *p)
{
	free(CONTAINER_OF(p, struct wire_post, post));
}

/* ---- posting ---- */

static struct loop_world *world_here(struct net *n)
{
	pthread_mutex_lock(&n->lock);
	struct loop_world *w = net_thread_here(n)->world;
	pthread_mutex_unlock(&n->lock);
	return w && crew_of(w) ? w : NULL;
}

static struct wire_post *post_new(struct net *n, enum wire_act act, const void *bytes,
                                  size_t size)
{
	struct wire_post *p = mem_zalloc(1, mem_add(sizeof *p, bytes ? size : 0));
	p->post.run = run_post;
	p->post.drop = drop_post;
	p->net = n;
	p->act = act;
	p->size = size;
	if (bytes)
		memcpy(p->bytes, bytes, size);
	return p;
}

/* Takes `p`. At the end of a thread nobody hears of it any more. */
static void post_to(uint16_t number, struct wire_post *p)
{
	struct loop_world *here = world_here(p->net);
	if (!here) {
		free(p);
		return;
	}
	p->from_number = crew_number(here);
	crew_post(here, number, &p->post);
}

static void post_to_peer(const struct wire *w, enum wire_act act, const void *bytes,
                         size_t size, int failure)
{
	struct wire_post *p = post_new(w->net, act, bytes, size);
	p->from_id = w->id;
	p->to_id = w->peer_id;
	p->failure = failure;
	post_to(w->peer_number, p);
}

/* ---- life ---- */

static struct wire *wire_new(struct net_socket *s)
{
	struct net *n = s->net;
	struct wire *w = mem_zalloc(1, sizeof *w);
	w->net = n;
	w->socket = s;
	w->credit = FLOW_MAX;
	s->wire = w;
	pthread_mutex_lock(&n->lock);
	w->id = n->wires.count;
	vec_push(&n->wires, w);
	pthread_mutex_unlock(&n->lock);
	return w;
}

static void wire_free(struct wire *w)
{
	pthread_mutex_lock(&w->net->lock);
	w->net->wires.items[w->id] = NULL;
	pthread_mutex_unlock(&w->net->lock);
	w->socket->wire = NULL;
	free(w);
}

/* This thread's wire with that id, or NULL if it has gone. */
static struct wire *wire_find(struct net *n, uint64_t id)
{
	pthread_mutex_lock(&n->lock);
	struct wire *w = id < n->wires.count ? n->wires.items[id] : NULL;
	pthread_mutex_unlock(&n->lock);
	return w;
}

static void begin_flow(struct wire *w, int proxy_fd, uint16_t number, uint64_t id)
{
	w->peer_number = number;
	w->peer_id = id;
	w->flow = w->socket->flow = flow_new(w->socket->fd, proxy_fd);
	w->socket->side = NEAR;
}

/* ---- bytes ---- */

/* Post one piece of what the program has sent: its size, 0: its end, or -1 and errno. */
static ssize_t pump_piece(struct wire *w, size_t most)
{
	char bytes[PIECE];
	ssize_t n = flow_recv(w->flow, PROXY, bytes, most < PIECE ? most : PIECE);
	if (n > 0) {
		w->credit -= (size_t)n < w->credit ? (size_t)n : w->credit;
		post_to_peer(w, WIRE_BYTES, bytes, (size_t)n, 0);
	} else if (n == 0 && !w->end_sent) {
		w->end_sent = true;
		post_to_peer(w, WIRE_END, NULL, 0, 0);
	}
	return n;
}

/* What the peer does not take yet stays in the flow, which fills up. */
static void pump(struct wire *w)
{
	while (!w->peer_gone && w->credit && pump_piece(w, w->credit) > 0)
		;
}

ssize_t wire_recv(struct wire *w, void *room, size_t size)
{
	if (!w->flow) {
		errno = EAGAIN;
		return -1;
	}
	ssize_t n = flow_recv(w->flow, NEAR, room, size);
	int error = errno;
	if (n > 0 && !w->peer_gone)
		post_to_peer(w, WIRE_CREDIT, NULL, (size_t)n, 0);
	errno = error;
	return n;
}

ssize_t wire_send(struct wire *w, const void *bytes, size_t size)
{
	if (!w->flow) {
		errno = EAGAIN;
		return -1;
	}
	ssize_t n = flow_send(w->flow, NEAR, bytes, size);
	int error = errno;
	if (n > 0)
		pump(w);
	errno = error;
	return n;
}

int wire_shutdown(struct wire *w, int how)
{
	if (!w->flow) {
		errno = ENOTCONN;
		return -1;
	}
	int result = flow_shutdown(w->flow, NEAR, how);
	pump(w);
	return result;
}

void wire_close(struct wire *w, bool reset)
{
	if (w->flow)
		flow_close(w->flow, NEAR);
	if (w->flow && !w->peer_gone) {
		ssize_t n;
		while ((n = pump_piece(w, PIECE)) > 0)
			;
		/* Who leaves something unread resets the connection. */
		post_to_peer(w, WIRE_GONE, NULL, 0, reset || n < 0 ? ECONNRESET : 0);
		flow_close(w->flow, PROXY);
	}
	w->socket->flow = NULL;
	wire_free(w);
}

/* ---- listening ---- */

void wire_listens(const struct net_socket *s, bool listens)
{
	struct loop_world *here = world_here(s->net);
	if (!here || crew_number(here) == 0)
		return;
	struct wire_post *p = post_new(
		s->net, listens ? WIRE_LISTENS : WIRE_LISTENS_NOT, NULL, 0);
	p->address = s->local;
	post_to(0, p);
}

static bool same_address(const struct net_address *a, const struct net_address *b)
{
	return a->family == b->family && a->port == b->port &&
	       strcmp(a->host, b->host) == 0;
}

static void note_listener(struct net *n, const struct wire_post *p)
{
	for (size_t i = 0; i < n->away.count; i++) {
		struct server_away *away = &n->away.items[i];
		if (away->number != p->from_number ||
		    !same_address(&away->address, &p->address))
			continue;
		if (p->act == WIRE_LISTENS_NOT)
			*away = vec_pop(&n->away);
		return;
	}
	if (p->act == WIRE_LISTENS)
		vec_push(&n->away, (struct server_away){p->address, p->from_number});
}

/* The worker that listens at `a`, as the main thread knows; 0: none. */
static uint16_t who_listens(const struct net *n, const struct net_address *a)
{
	for (size_t i = 0; i < n->away.count; i++)
		if (net_serves(&n->away.items[i].address, a))
			return n->away.items[i].number;
	return 0;
}

/* ---- connecting ---- */

static void set_buffer(const struct net_socket *s, int size)
{
	setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

/*
 * Until the answer comes the descriptor must not be writable: what it can hold, as little
 * as the kernel allows, is filled with bytes that nobody reads.
 */
static void choke(const struct net_socket *s)
{
	char bytes[1024] = {0};
	set_buffer(s, 1);
	while (send(s->fd, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		;
}

static void unchoke(const struct net_socket *s)
{
	char bytes[4096];
	set_buffer(s, FLOW_KERNEL);
	while (recv(s->far_fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
}

bool wire_possible(struct net *n)
{
	return !n->real && world_here(n) != NULL;
}

void wire_connect(struct net_socket *s, const struct net_address *a)
{
	struct net *n = s->net;
	struct loop_world *here = world_here(n);
	uint16_t to = 0;
	if (crew_number(here) == 0) {
		crew_look(here); /* who began to listen before this */
		to = who_listens(n, a);
		if (!to) {
			s->failure = ECONNREFUSED;
			return;
		}
	}
	struct wire *w = wire_new(s);
	choke(s);
	struct wire_post *p = post_new(n, WIRE_CONNECT, NULL, 0);
	p->from_id = w->id;
	p->address = *a;
	p->peer = s->local;
	post_to(to, p);
}

static void answer(const struct wire_post *p, uint64_t id, int failure)
{
	struct wire_post *back = post_new(p->net, WIRE_ANSWER, NULL, 0);
	back->from_id = id;
	back->to_id = p->from_id;
	back->failure = failure;
	post_to(p->from_number, back);
}

/* A server's end for who asks, in the queue of the listener. The errno if there is none. */
static int admit(struct wire_post *p, uint64_t *id)
{
	struct net *n = p->net;
	int fds[2];
	pthread_mutex_lock(&n->lock);
	struct net_socket *listener = net_listener_at(n, &p->address);
	pthread_mutex_unlock(&n->lock);
	if (!listener)
		return ECONNREFUSED;
	if (flow_pair(fds) < 0)
		return errno;
	struct net_socket *s = net_adopt(n, fds[0], listener->family);
	s->state = NET_CONNECTED;
	s->has_peer = s->accepted = true;
	s->local = p->address;
	s->peer = p->peer;
	struct wire *w = wire_new(s);
	begin_flow(w, fds[1], p->from_number, p->from_id);
	*id = w->id;
	pthread_mutex_lock(&n->lock);
	net_queue(listener, s);
	pthread_mutex_unlock(&n->lock);
	return 0;
}

/* True if the post went on to somebody else. */
static bool asked(struct wire_post *p, struct loop_world *here)
{
	uint64_t id = 0;
	int failure = admit(p, &id);
	uint16_t other = failure == ECONNREFUSED && crew_number(here) == 0
	                         ? who_listens(p->net, &p->address)
	                         : 0;
	if (other && other != p->from_number) {
		crew_post(here, other, &p->post);
		return true;
	}
	answer(p, id, failure);
	return false;
}

static void answered(const struct wire_post *p, struct wire *w)
{
	struct net_socket *s = w->socket;
	unchoke(s);
	s->failure = p->failure;
	if (p->failure) {
		wire_free(w);
		return;
	}
	begin_flow(w, s->far_fd, p->from_number, p->from_id);
	s->far_fd = -1;
}

/* ---- what others have posted ---- */

static void peer_gone(struct wire *w, bool reset)
{
	w->peer_gone = true;
	if (reset)
		flow_reset(w->flow, PROXY);
	else
		flow_close(w->flow, PROXY);
}

static void run_for(struct wire *w, const struct wire_post *p)
{
	switch (p->act) {
	case WIRE_ANSWER:
		answered(p, w);
		break;
	case WIRE_BYTES:
		flow_push(w->flow, PROXY, p->bytes, p->size);
		break;
	case WIRE_CREDIT:
		w->credit += p->size;
		pump(w);
		break;
	case WIRE_END:
		flow_shutdown(w->flow, PROXY, SHUT_WR);
		break;
	case WIRE_GONE:
		peer_gone(w, p->failure != 0);
		break;
	case WIRE_LISTENS:
	case WIRE_LISTENS_NOT:
	case WIRE_CONNECT:
		break;
	}
}

static void run_post(struct post *post, struct loop_world *here)
{
	struct wire_post *p = CONTAINER_OF(post, struct wire_post, post);
	struct wire *w;
	switch (p->act) {
	case WIRE_LISTENS:
	case WIRE_LISTENS_NOT:
		note_listener(p->net, p);
		break;
	case WIRE_CONNECT:
		if (asked(p, here))
			return;
		break;
	default:
		w = wire_find(p->net, p->to_id);
		if (w && (w->flow || p->act == WIRE_ANSWER)) {
			run_for(w, p);
		} else if (p->act == WIRE_ANSWER && !p->failure) {
			/* Who asked has gone meanwhile: so has the peer. */
			struct wire_post *back = post_new(p->net, WIRE_GONE, NULL, 0);
			back->to_id = p->from_id;
			post_to(p->from_number, back);
		}
	}
	free(p);
}
