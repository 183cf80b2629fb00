/*
 * The sockets of a program: see net.h. Under the virtual clock a socket is made together
 * with its far end: connecting hands that to the listener's queue, and a listening socket
 * is readable as long as a byte from its far end lies in it.
 */
#include "loop/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "loop/flow.h"
#include "loop/loop.h"
#include "loop/net_internal.h"
#include "loop/wire.h"

/* A program may open so many descriptors, if the system allows it at all. */
enum { FILES_WANTED = 65536 };

/* ---- the table ---- */

/* A thousand connections are two thousand descriptors; the usual limit is 1,024. */
static void raise_file_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= FILES_WANTED)
		return;
	rlim_t most = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
	if (most <= limit.rlim_cur)
		return;
	limit.rlim_cur = most;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct net *net_new(bool real)
{
	struct net *n = mem_zalloc(1, sizeof *n);
	n->real = real;
	n->main_thread.last_port = PORT_FIRST - 1;
	raise_file_limit();
	pthread_mutex_init(&n->lock, NULL);
	return n;
}

void net_free(struct net *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->by_fd.count; i++) {
		struct net_socket *s = n->by_fd.items[i];
		if (!s)
			continue;
		net_close(s, NULL);
		s->net = NULL;
	}
	vec_free(&n->by_fd);
	vec_free(&n->bound);
	vec_free(&n->threads);
	vec_free(&n->wires);
	vec_free(&n->away);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

struct net_thread *net_thread_here(struct net *n)
{
	for (size_t i = 0; i < n->threads.count; i++)
		if (pthread_equal(n->threads.items[i].thread, pthread_self()))
			return &n->threads.items[i];
	return &n->main_thread;
}

void net_enter(struct net *n, struct loop_world *here, unsigned number)
{
	unsigned threads = (PORT_LAST - PORT_FIRST) / PORTS_A_THREAD;
	number %= threads;
	pthread_mutex_lock(&n->lock);
	struct net_thread *t = net_thread_here(n);
	if (t == &n->main_thread && number) {
		vec_push(&n->threads, (struct net_thread){.thread = pthread_self()});
		t = &vec_last(&n->threads);
	}
	/* Or it is that of a worker that has ended. */
	t->world = here;
	t->last_port = (uint16_t)(PORT_FIRST - 1 + number * PORTS_A_THREAD);
	pthread_mutex_unlock(&n->lock);
}

void net_leave(struct net *n)
{
	pthread_mutex_lock(&n->lock);
	net_thread_here(n)->world = NULL;
	pthread_mutex_unlock(&n->lock);
}

/* Called with the lock held. */
static void enlist(struct net *n, struct net_socket *s)
{
	while (n->by_fd.count <= (size_t)s->fd)
		vec_push(&n->by_fd, NULL);
	n->by_fd.items[s->fd] = s;
	n->open++;
}

struct net_socket *net_adopt(struct net *n, int fd, enum net_family family)
{
	struct net_socket *s = mem_zalloc(1, sizeof *s);
	s->net = n;
	s->refs = 1;
	s->fd = fd;
	s->far_fd = -1;
	s->thread = pthread_self();
	s->family = (uint8_t)family;
	s->local.family = s->peer.family = s->family;
	return s;
}

static struct net_socket *adopt_listed(struct net *n, int fd, enum net_family family)
{
	struct net_socket *s = net_adopt(n, fd, family);
	pthread_mutex_lock(&n->lock);
	enlist(n, s);
	pthread_mutex_unlock(&n->lock);
	return s;
}

struct net_socket *net_find(struct net *n, int fd)
{
	pthread_mutex_lock(&n->lock);
	bool known = fd >= 0 && (size_t)fd < n->by_fd.count;
	struct net_socket *s = known ? n->by_fd.items[fd] : NULL;
	pthread_mutex_unlock(&n->lock);
	return s;
}

size_t net_open_count(struct net *n)
{
	pthread_mutex_lock(&n->lock);
	size_t count = n->open;
	pthread_mutex_unlock(&n->lock);
	return count;
}

/* ---- addresses ---- */

static void set_address(struct net_address *a, enum net_family family, const char *host,
                        int port)
{
	*a = (struct net_address){.family = (uint8_t)family, .port = (uint16_t)port};
	snprintf(a->host, sizeof a->host, "%s", host);
}

static bool is_any(const char *host)
{
	return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

static bool fail(struct net_error *error, int number, const char *text)
{
	error->number = number;
	snprintf(error->text, sizeof error->text, "%s", text ? text : "");
	return false;
}

bool net_resolve(const char *host, int port, bool passive, struct net_address *out,
                 struct net_error *error)
{
	struct in_addr four;
	struct in6_addr six;
	if (port < 0 || port > 65535)
		return fail(error, ERANGE, "port must be 0-65535.");
	if (!host || !*host)
		host = passive ? "0.0.0.0" : "127.0.0.1";
	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (is_any(host) && !passive)
		host = host[0] == ':' ? "::1" : "127.0.0.1";
	if (inet_pton(AF_INET, host, &four) == 1 &&
	    (is_any(host) || ntohl(four.s_addr) >> 24 == 127)) {
		set_address(out, NET_INET, host, port);
		return true;
	}
	if (inet_pton(AF_INET6, host, &six) == 1 &&
	    (IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six))) {
		set_address(out, NET_INET6, IN6_IS_ADDR_LOOPBACK(&six) ? "::1" : "::", port);
		return true;
	}
	struct net_error e = {.number = passive ? EADDRNOTAVAIL : ENETUNREACH};
	snprintf(e.text, sizeof e.text,
	         "a scene reaches nothing but itself, on 127.0.0.1: there is no '%.100s'",
	         host);
	*error = e;
	return false;
}

const char *net_address_repr(const struct net_address *a, char text[static 80])
{
	if (a->family == NET_INET6)
		snprintf(text, 80, "('%s', %d, 0, 0)", a->host, a->port);
	else
		snprintf(text, 80, "('%s', %d)", a->host, a->port);
	return text;
}

/* The system's form; "every address" is the loopback: nobody outside is listened to. */
static socklen_t to_system(const struct net_address *a, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof *out);
	if (a->family == NET_INET6) {
		struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)out;
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(a->port);
		six->sin6_addr = in6addr_loopback;
		return sizeof *six;
	}
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)out;
	four->sin_family = AF_INET;
	four->sin_port = htons(a->port);
	inet_pton(AF_INET, is_any(a->host) ? "127.0.0.1" : a->host, &four->sin_addr);
	return sizeof *four;
}

static void from_system(const struct sockaddr_storage *in, struct net_address *out)
{
	if (in->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const void *)in;
		set_address(out, NET_INET6, "", ntohs(six->sin6_port));
		inet_ntop(AF_INET6, &six->sin6_addr, out->host, sizeof out->host);
	} else if (in->ss_family == AF_INET) {
		const struct sockaddr_in *four = (const void *)in;
		set_address(out, NET_INET, "", ntohs(four->sin_port));
		inet_ntop(AF_INET, &four->sin_addr, out->host, sizeof out->host);
	}
}

/* Real: what address the system gave it. `host` is kept: "0.0.0.0" stays what it is. */
static void learn_port(struct net_socket *s)
{
	struct sockaddr_storage name = {0};
	socklen_t length = sizeof name;
	struct net_address a = s->local;
	if (getsockname(s->fd, (struct sockaddr *)&name, &length) < 0)
		return;
	from_system(&name, &a);
	if (!s->local.host[0])
		s->local = a;
	s->local.port = a.port;
}

/* ---- life ---- */

static struct net_socket *new_virtual(struct net *n, enum net_family family)
{
	int fds[2];
	if (flow_pair(fds) < 0)
		return NULL;
	struct net_socket *s = adopt_listed(n, fds[0], family);
	s->far_fd = fds[1];
	return s;
}

struct net_socket *net_socket_new(struct net *n, enum net_family family)
{
	if (!n->real)
		return new_virtual(n, family);
	int fd = socket(family == NET_INET6 ? AF_INET6 : AF_INET,
	                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	int yes = 1;
	if (family == NET_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
	return adopt_listed(n, fd, family);
}

static int adopt_two(struct net *n, const int fds[2], enum net_family first,
                     enum net_family second, struct net_socket *ends[2])
{
	ends[0] = adopt_listed(n, fds[0], first);
	ends[1] = adopt_listed(n, fds[1], second);
	ends[0]->state = ends[1]->state = NET_CONNECTED;
	return 0;
}

int net_pair(struct net *n, struct net_socket *ends[2])
{
	int fds[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	return adopt_two(n, fds, NET_PAIR, NET_PAIR, ends);
}

int net_pipe(struct net *n, struct net_socket *ends[2])
{
	int fds[2];
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0)
		return -1;
	return adopt_two(n, fds, NET_PIPE_READ, NET_PIPE_WRITE, ends);
}

struct net_socket *net_socket_ref(struct net_socket *s)
{
	s->refs++;
	return s;
}

void net_socket_unref(struct net_socket *s)
{
	if (!s || --s->refs)
		return;
	net_close(s, NULL);
	free(s);
}

static void forget_bound(struct net *n, const struct net_socket *s)
{
	for (size_t i = 0; i < n->bound.count; i++)
		if (n->bound.items[i] == s) {
			n->bound.items[i] = vec_last(&n->bound);
			n->bound.count--;
			return;
		}
}

/* Those who connected and were never accepted find their connection reset. */
static void drop_queue(struct net_socket *s)
{
	for (size_t i = 0; i < s->queue_count; i++) {
		struct net_socket *q =
			s->queue[(s->queue_first + i) % s->queue_room];
		if (q->wire)
			wire_close(q->wire, true);
		else
			flow_reset(q->flow, q->side);
		free(q);
	}
	free(s->queue);
	s->queue = NULL;
	s->queue_count = s->queue_room = 0;
}

/* Close what the socket consists of, whose descriptor is in the table no more. */
static void close_parts(struct net_socket *s, int fd)
{
	bool in_flow = s->flow != NULL;
	if (s->wire)
		wire_close(s->wire, false);
	else if (in_flow)
		flow_close(s->flow, s->side);
	if (!in_flow)
		close(fd);
	s->flow = NULL;
	if (s->far_fd >= 0)
		close(s->far_fd);
	s->far_fd = -1;
}

void net_close(struct net_socket *s, struct loop *l)
{
	struct net *n = s->net;
	int fd = s->fd;
	if (fd < 0)
		return;
	if (l)
		loop_forget_fd(l, fd);
	pthread_mutex_lock(&n->lock);
	n->by_fd.items[fd] = NULL;
	n->open--;
	forget_bound(n, s);
	s->fd = -1;
	pthread_mutex_unlock(&n->lock);
	if (s->state == NET_LISTENING && !n->real)
		wire_listens(s, false);
	drop_queue(s); /* nobody finds it any more */
	close_parts(s, fd);
}

/* ---- listening ---- */

bool net_serves(const struct net_address *a, const struct net_address *b)
{
	return a->family == b->family && a->port == b->port &&
	       (strcmp(a->host, b->host) == 0 || is_any(a->host) || is_any(b->host));
}

/* Called with the lock held. Who is bound to the address, or NULL. */
static struct net_socket *bound_to(const struct net *n, const struct net_address *a)
{
	for (size_t i = 0; i < n->bound.count; i++)
		if (net_serves(&n->bound.items[i]->local, a))
			return n->bound.items[i];
	return NULL;
}

/* Called with the lock held. Virtual: the next port that nobody is bound to, or 0. */
static uint16_t free_port(struct net *n, const struct net_address *like)
{
	struct net_address a = *like;
	struct net_thread *t = net_thread_here(n);
	for (int tries = PORT_FIRST; tries <= PORT_LAST; tries++) {
		bool at_end = t->last_port >= PORT_LAST;
		t->last_port = at_end ? PORT_FIRST : (uint16_t)(t->last_port + 1);
		a.port = t->last_port;
		if (!bound_to(n, &a))
			return a.port;
	}
	return 0;
}

static int bind_virtual(struct net_socket *s, const struct net_address *a)
{
	struct net *n = s->net;
	struct net_address local = *a;
	if (!local.port)
		local.port = free_port(n, a);
	if (!local.port || bound_to(n, &local))
		return EADDRINUSE;
	s->local = local;
	return 0;
}

static int bind_real(struct net_socket *s, const struct net_address *a)
{
	struct sockaddr_storage name;
	int yes = 1;
	setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	socklen_t length = to_system(a, &name);
	if (bind(s->fd, (struct sockaddr *)&name, length) < 0)
		return errno;
	s->local = *a;
	learn_port(s);
	return 0;
}

int net_bind(struct net_socket *s, const struct net_address *a, bool by_server,
             struct net_error *error)
{
	struct net *n = s->net;
	int failed = EINVAL;
	if (s->fd < 0)
		failed = EBADF;
	else if (a->family != s->family)
		failed = EAFNOSUPPORT;
	else if (s->state == NET_FRESH) {
		pthread_mutex_lock(&n->lock);
		failed = n->real ? bind_real(s, a) : bind_virtual(s, a);
		if (!failed)
			vec_push(&n->bound, s);
		pthread_mutex_unlock(&n->lock);
	}
	if (!failed) {
		s->state = NET_BOUND;
		return 0;
	}
	fail(error, failed, NULL);
	if (by_server) {
		char where[80], words[64];
		snprintf(words, sizeof words, "%s", strerror(failed));
		if (words[0] >= 'A' && words[0] <= 'Z')
			words[0] = (char)(words[0] - 'A' + 'a');
		snprintf(error->text, sizeof error->text,
		         "error while attempting to bind on address %s: [errno %d] %s",
		         net_address_repr(a, where), failed, words);
	}
	errno = failed;
	return -1;
}

int net_listen(struct net_socket *s, int backlog)
{
	if (s->fd < 0 || s->state > NET_LISTENING || s->family > NET_INET6) {
		errno = s->fd < 0 ? EBADF : EINVAL;
		return -1;
	}
	struct net_error error;
	struct net_address any;
	if (s->state == NET_FRESH) {
		set_address(&any, s->family, s->family == NET_INET6 ? "::" : "0.0.0.0",
		            0);
		if (net_bind(s, &any, false, &error) < 0)
			return -1;
	}
	/*
	 * The system's queue is never the short one: when it overflows, whoever connects
	 * hears nothing for seconds. How many are accepted at a time is the server's business.
	 */
	if (s->net->real && listen(s->fd, backlog > SOMAXCONN ? backlog : SOMAXCONN) < 0)
		return -1;
	pthread_mutex_lock(&s->net->lock);
	s->backlog = backlog;
	bool anew = s->state != NET_LISTENING;
	s->state = NET_LISTENING;
	pthread_mutex_unlock(&s->net->lock);
	if (anew && !s->net->real)
		wire_listens(s, true);
	return 0;
}

struct net_socket *net_listen_on(struct net *n, const char *host, int port, int backlog,
                                 struct net_error *error)
{
	struct net_address a;
	if (!net_resolve(host, port, true, &a, error))
		return NULL;
	struct net_socket *s = net_socket_new(n, a.family);
	if (!s) {
		fail(error, errno, NULL);
		return NULL;
	}
	if (net_bind(s, &a, true, error) < 0)
		goto drop;
	if (net_listen(s, backlog) < 0) {
		fail(error, errno, NULL);
		goto drop;
	}
	return s;
drop:
	net_socket_unref(s);
	return NULL;
}

static struct net_socket *accept_virtual(struct net_socket *listener)
{
	struct net *n = listener->net;
	pthread_mutex_lock(&n->lock);
	struct net_socket *s = NULL;
	if (listener->queue_count) {
		s = listener->queue[listener->queue_first];
		listener->queue_first =
			(listener->queue_first + 1) % listener->queue_room;
		listener->queue_count--;
		enlist(n, s);
	}
	char byte;
	if (s && !listener->queue_count && recv(listener->fd, &byte, 1, MSG_DONTWAIT) < 0)
		die("a listening socket has lost its bell: errno %d", errno);
	pthread_mutex_unlock(&n->lock);
	if (!s)
		errno = EAGAIN;
	return s;
}

struct net_socket *net_accept(struct net_socket *listener)
{
	if (listener->fd < 0 || listener->state != NET_LISTENING) {
		errno = listener->fd < 0 ? EBADF : EINVAL;
		return NULL;
	}
	if (!listener->net->real)
		return accept_virtual(listener);
	struct sockaddr_storage name = {0};
	socklen_t length = sizeof name;
	int fd = accept4(listener->fd, (struct sockaddr *)&name, &length,
	                 SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return NULL;
	struct net_socket *s = adopt_listed(listener->net, fd, listener->family);
	from_system(&name, &s->peer);
	s->has_peer = s->accepted = true;
	s->state = NET_CONNECTED;
	s->local = listener->local;
	if (is_any(s->local.host))
		s->local.host[0] = '\0';
	learn_port(s);
	return s;
}

/* ---- connecting ---- */

struct net_socket *net_listener_at(const struct net *n, const struct net_address *a)
{
	struct net_socket *s = bound_to(n, a);
	if (!s || s->state != NET_LISTENING)
		return NULL;
	return n->real || pthread_equal(s->thread, pthread_self()) ? s : NULL;
}

void net_queue(struct net_socket *listener, struct net_socket *s)
{
	size_t room = listener->queue_room, count = listener->queue_count;
	if (count == room) {
		size_t more = room ? room * 2 : 8;
		struct net_socket **queue = mem_zalloc(more, sizeof(struct net_socket *));
		for (size_t i = 0; i < count; i++)
			queue[i] = listener->queue[(listener->queue_first + i) % room];
		free(listener->queue);
		listener->queue = queue;
		listener->queue_first = 0;
		listener->queue_room = more;
	}
	size_t at = (listener->queue_first + count) % listener->queue_room;
	listener->queue[at] = s;
	listener->queue_count++;
	if (!count && send(listener->far_fd, "", 1, MSG_NOSIGNAL) != 1)
		die("a listening socket has lost its bell: errno %d", errno);
}

/* With the lock held. False: nobody of this thread listens there. */
static bool connect_here(struct net_socket *s, const struct net_address *a)
{
	struct net *n = s->net;
	struct net_socket *listener = net_listener_at(n, a);
	if (s->state == NET_FRESH) {
		set_address(&s->local, a->family, a->host, 0);
		s->local.port = free_port(n, &s->local);
	}
	if (!listener)
		return false;
	struct net_socket *far = net_adopt(n, s->far_fd, s->family);
	s->far_fd = -1;
	s->flow = far->flow = flow_new(s->fd, far->fd);
	far->side = 1;
	far->state = NET_CONNECTED;
	far->has_peer = far->accepted = true;
	far->local = *a;
	far->peer = s->local;
	net_queue(listener, far);
	return true;
}

/* With the lock held. */
static void connect_real(struct net_socket *s, const struct net_address *a)
{
	struct sockaddr_storage name;
	socklen_t length = to_system(a, &name);
	/* To others than the program itself not a single packet goes. */
	if (!net_listener_at(s->net, a))
		s->failure = ECONNREFUSED;
	else if (connect(s->fd, (struct sockaddr *)&name, length) < 0 &&
	         errno != EINPROGRESS)
		s->failure = errno;
	else
		learn_port(s);
}

int net_connect(struct net_socket *s, const struct net_address *a)
{
	if (s->fd < 0 || s->family > NET_INET6 || a->family != s->family ||
	    s->state >= NET_LISTENING) {
		errno = s->fd < 0                   ? EBADF
		        : s->state == NET_CONNECTING ? EALREADY
		        : s->state >= NET_LISTENING  ? EISCONN
		                                     : EAFNOSUPPORT;
		return -1;
	}
	struct net *n = s->net;
	bool begun = true;
	pthread_mutex_lock(&n->lock);
	s->failure = 0;
	if (n->real)
		connect_real(s, a);
	else
		begun = connect_here(s, a);
	forget_bound(n, s);
	pthread_mutex_unlock(&n->lock);
	if (!begun && wire_possible(n))
		wire_connect(s, a);
	else if (!begun)
		s->failure = ECONNREFUSED;
	s->state = NET_CONNECTING;
	s->peer = *a;
	errno = EINPROGRESS;
	return -1;
}

int net_connect_result(struct net_socket *s)
{
	if (s->state != NET_CONNECTING || (s->wire && !s->flow))
		return 0;
	int failure = s->failure;
	socklen_t length = sizeof failure;
	if (!failure && s->net->real)
		getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &failure, &length);
	s->failure = 0;
	s->state = failure ? NET_FRESH : NET_CONNECTED;
	s->has_peer = !failure;
	return failure;
}

void net_no_delay(struct net_socket *s)
{
	int yes = 1;
	if (s->net->real && s->family <= NET_INET6)
		setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/* ---- bytes ---- */

/* 0 if the socket can move bytes, else -1. */
static int check_connected(const struct net_socket *s)
{
	if (s->fd >= 0 && s->state >= NET_CONNECTING)
		return 0;
	errno = s->fd < 0 ? EBADF : ENOTCONN;
	return -1;
}

ssize_t net_recv(struct net_socket *s, void *room, size_t size)
{
	if (check_connected(s) < 0)
		return -1;
	if (!size)
		return 0; /* as Python: nothing is asked for */
	if (s->wire)
		return wire_recv(s->wire, room, size);
	if (s->flow)
		return flow_recv(s->flow, s->side, room, size);
	if (s->family >= NET_PIPE_READ)
		return read(s->fd, room, size);
	return recv(s->fd, room, size, 0);
}

/* write(2) to a pipe without the signal, whatever the program does with that. */
static ssize_t write_quietly(int fd, const void *bytes, size_t size)
{
	sigset_t pipe_signal, pending, before;
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	sigpending(&pending);
	bool was_pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
	ssize_t n = write(fd, bytes, size);
	int error = errno;
	if (n < 0 && error == EPIPE && !was_pending) {
		struct timespec now = {0};
		sigtimedwait(&pipe_signal, NULL, &now);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return n;
}

ssize_t net_send(struct net_socket *s, const void *bytes, size_t size)
{
	if (check_connected(s) < 0) {
		if (errno == ENOTCONN)
			errno = EPIPE; /* the system's word for it when writing */
		return -1;
	}
	if (s->wire)
		return wire_send(s->wire, bytes, size);
	if (s->flow)
		return flow_send(s->flow, s->side, bytes, size);
	if (s->family >= NET_PIPE_READ)
		return write_quietly(s->fd, bytes, size);
	return send(s->fd, bytes, size, MSG_NOSIGNAL);
}

int net_shutdown(struct net_socket *s, int how)
{
	if (check_connected(s) < 0)
		return -1;
	if (s->wire)
		return wire_shutdown(s->wire, how);
	if (s->flow)
		return flow_shutdown(s->flow, s->side, how);
	return shutdown(s->fd, how);
}
