/*
 * sock_recv and its kind, stepped by tasks: what can be done at once is, the rest waits
 * for its descriptor and leaves nothing behind.
 */
#include "net_kit.h"

struct op {
	struct sockop op;
	struct net_kit *n;
	char buffer[64];
	const char *send;
	size_t size;
};

static size_t ops_alive;

static struct op *op_of(struct sockop *o)
{
	return CONTAINER_OF(o, struct op, op);
}

static void *op_bytes(struct sockop *o, size_t *room)
{
	struct op *p = op_of(o);
	if (o->kind == SOCKOP_SENDALL) {
		*room = p->size;
		return (void *)(uintptr_t)p->send;
	}
	*room = sizeof p->buffer - 1;
	return p->buffer;
}

static struct datum op_result(struct sockop *o, size_t count, struct net_socket *accepted)
{
	struct op *p = op_of(o);
	if (o->kind == SOCKOP_RECV_INTO)
		return kit_int(&p->n->kit, (long)count);
	if (accepted) {
		struct datum d = kit_int(&p->n->kit, accepted->peer.port);
		net_socket_unref(accepted);
		return d;
	}
	p->buffer[count] = '\0';
	return kit_text(&p->n->kit, p->buffer);
}

static void op_over(struct sockop *o)
{
	ops_alive--;
	free(op_of(o));
}

static const struct sockop_ops test_ops = {
	.bytes = op_bytes, .result = op_result, .over = op_over};

static struct body *op_new(struct net_kit *n, enum sockop_kind kind, struct net_socket *s,
                           const struct net_address *a, const char *send, size_t size)
{
	struct op *p = mem_zalloc(1, sizeof *p);
	p->n = n;
	p->send = send;
	p->size = size;
	ops_alive++;
	sockop_init(&p->op, kind, n->kit.loop, s, a, &test_ops);
	return &p->op.body;
}

static struct task *spawn(struct net_kit *n, struct body *b)
{
	return task_new(n->kit.loop, b, NULL);
}

/* Turn until it is done; what it returned or raised, said. */
static void outcome_of(struct net_kit *n, struct task *t)
{
	for (int i = 0; i < 1000 && !future_done(&t->future); i++)
		loop_turn(n->kit.loop);
	struct datum d = DATUM_NONE;
	bool ok = future_take(&t->future, &d);
	buf_puts(&n->kit.log, ok ? "returned " : "raised ");
	thing_repr(thing_of(d), &n->kit.log);
	thing_unref(&n->kit, thing_of(d));
	future_unref(&t->future);
	/* The done callback and the loop's own hold of what ran last. */
	kit_call_soon(&n->kit, "");
	turns(n, 1);
}

static void over(struct net_kit *n, struct net_socket *e[2])
{
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	ck_assert_uint_eq(ops_alive, 0);
	net_kit_fini(n);
}

START_TEST(what_is_there_is_received_in_the_first_step)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	net_pair(n.net, e);
	net_send(e[1], "rice", 4);
	struct task *t = spawn(&n, op_new(&n, SOCKOP_RECV, e[0], NULL, NULL, 0));
	turns(&n, 1);
	ck_assert(future_done(&t->future));
	ck_assert_uint_eq(kit_count(&n.kit, EV_IO_AWAITED), 0);
	outcome_of(&n, t);
	said(&n, "returned 'rice'\n");
	over(&n, e);
}
END_TEST

/*
 * Tick 1: the step waits. Tick 2: the reader's handle completes the future. Tick 3: the
 * done callback, then the task.
 */
START_TEST(what_is_not_there_is_awaited_through_a_future)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	net_pair(n.net, e);
	struct task *t = spawn(&n, op_new(&n, SOCKOP_RECV_INTO, e[0], NULL, NULL, 0));
	turns(&n, 1);
	ck_assert_ptr_nonnull(loop_watch_of(n.kit.loop, e[0]->fd, POLL_READ));
	net_send(e[1], "soup", 4);
	turns(&n, 1);
	ck_assert(!future_done(&t->future));
	ck_assert_ptr_nonnull(loop_watch_of(n.kit.loop, e[0]->fd, POLL_READ));
	turns(&n, 1);
	ck_assert(future_done(&t->future));
	ck_assert_ptr_null(loop_watch_of(n.kit.loop, e[0]->fd, POLL_READ));
	ck_assert_uint_eq(kit_count(&n.kit, EV_IO_AWAITED), 1);
	ck_assert_uint_eq(kit_count(&n.kit, EV_IO_DROPPED), 1);
	outcome_of(&n, t);
	said(&n, "returned 4\n");
	over(&n, e);
}
END_TEST

START_TEST(the_end_of_the_stream_is_an_empty_result)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	net_pair(n.net, e);
	struct task *t = spawn(&n, op_new(&n, SOCKOP_RECV, e[0], NULL, NULL, 0));
	turns(&n, 1);
	net_close(e[1], n.kit.loop);
	outcome_of(&n, t);
	said(&n, "returned ''\n");
	over(&n, e);
}
END_TEST

START_TEST(a_cancelled_wait_stops_watching)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	net_pair(n.net, e);
	struct task *t = spawn(&n, op_new(&n, SOCKOP_RECV, e[0], NULL, NULL, 0));
	turns(&n, 1);
	/* Data and cancellation in one tick: it is cancelled, the data stay. */
	net_send(e[1], "late", 4);
	future_cancel(&t->future, DATUM_NONE);
	turns(&n, 1);
	ck_assert(future_cancelled(&t->future));
	ck_assert_ptr_null(loop_watch_of(n.kit.loop, e[0]->fd, POLL_READ));
	future_unref(&t->future);
	t = spawn(&n, op_new(&n, SOCKOP_RECV, e[0], NULL, NULL, 0));
	outcome_of(&n, t);
	said(&n, "returned 'late'\n");
	over(&n, e);
}
END_TEST

START_TEST(a_task_that_is_abandoned_leaves_no_watch)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	net_pair(n.net, e);
	struct task *t = spawn(&n, op_new(&n, SOCKOP_RECV, e[0], NULL, NULL, 0));
	turns(&n, 1);
	future_unref(&t->future);
	task_abandon_all(n.kit.loop);
	loop_close(n.kit.loop);
	over(&n, e);
}
END_TEST

START_TEST(sendall_goes_on_until_all_is_sent)
{
	enum { SIZE = 5000000 };
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	connected(&n, e);
	char *m = mem_zalloc(SIZE, 1), *in = mem_alloc(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		m[i] = (char)(i * 3 + i / 255);
	struct task *t = spawn(&n, op_new(&n, SOCKOP_SENDALL, e[0], NULL, m, SIZE));
	turns(&n, 1);
	ck_assert(!future_done(&t->future));
	size_t got = 0;
	for (int i = 0; i < 100000 && got < SIZE; i++) {
		ssize_t c = net_recv(e[1], in + got, SIZE - got);
		if (c > 0)
			got += (size_t)c;
		if (loop_watch_of(n.kit.loop, e[0]->fd, POLL_WRITE)) {
			kit_call_soon(&n.kit, "");
			loop_turn(n.kit.loop);
			buf_reset(&n.kit.log);
		}
	}
	ck_assert_uint_eq(got, SIZE);
	ck_assert_int_eq(memcmp(in, m, SIZE), 0);
	outcome_of(&n, t);
	said(&n, "returned None\n");
	free(m);
	free(in);
	over(&n, e);
}
END_TEST

START_TEST(accepting_and_connecting_meet)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *l = listener(&n, 0), *c = net_socket_new(n.net, NET_INET);
	struct net_socket *e[2] = {l, c};
	struct task *a = spawn(&n, op_new(&n, SOCKOP_ACCEPT, l, NULL, NULL, 0));
	turns(&n, 1);
	struct task *b = spawn(&n, op_new(&n, SOCKOP_CONNECT, c, &l->local, NULL, 0));
	outcome_of(&n, b);
	said(&n, "returned None\n");
	ck_assert_int_eq(c->state, NET_CONNECTED);
	char text[32];
	snprintf(text, sizeof text, "returned %d\n", c->local.port);
	outcome_of(&n, a);
	said(&n, text);
	over(&n, e);
}
END_TEST

START_TEST(a_connection_to_nobody_fails_after_a_wait)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_address a = {.family = NET_INET, .port = 9, .host = "127.0.0.1"};
	struct net_socket *c = net_socket_new(n.net, NET_INET);
	struct net_socket *e[2] = {c, NULL};
	struct task *t = spawn(&n, op_new(&n, SOCKOP_CONNECT, c, &a, NULL, 0));
	turns(&n, 1);
	ck_assert(!future_done(&t->future));
	turns(&n, 2);
	ck_assert(future_done(&t->future));
	outcome_of(&n, t);
	said(&n, "raised ECONNREFUSED('Connect call failed ('127.0.0.1', 9)')\n");
	over(&n, e);
}
END_TEST

START_TEST(errors_are_raised_at_once_or_out_of_the_wait)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	net_pair(n.net, e);
	net_close(e[1], NULL);
	outcome_of(&n, spawn(&n, op_new(&n, SOCKOP_SENDALL, e[0], NULL, "x", 1)));
	said(&n, "raised EPIPE()\n");
	outcome_of(&n, spawn(&n, op_new(&n, SOCKOP_RECV, e[1], NULL, NULL, 0)));
	said(&n, "raised EBADF()\n");
	outcome_of(&n, spawn(&n, op_new(&n, SOCKOP_ACCEPT, e[0], NULL, NULL, 0)));
	said(&n, "raised EINVAL()\n");
	over(&n, e);
}
END_TEST

START_TEST(a_reset_ends_a_wait)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	connected(&n, e);
	struct task *t = spawn(&n, op_new(&n, SOCKOP_RECV, e[0], NULL, NULL, 0));
	turns(&n, 1);
	net_send(e[0], "unread", 6);
	wait_ready(e[1]->fd, POLL_READ);
	net_close(e[1], n.kit.loop);
	outcome_of(&n, t);
	said(&n, "raised ECONNRESET()\n");
	over(&n, e);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop sockop");
	TCase *t = tcase_create("sock_*");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, what_is_there_is_received_in_the_first_step, 0, WORLDS);
	tcase_add_loop_test(t, what_is_not_there_is_awaited_through_a_future, 0, WORLDS);
	tcase_add_loop_test(t, the_end_of_the_stream_is_an_empty_result, 0, WORLDS);
	tcase_add_loop_test(t, a_cancelled_wait_stops_watching, 0, WORLDS);
	tcase_add_loop_test(t, a_task_that_is_abandoned_leaves_no_watch, 0, WORLDS);
	tcase_add_loop_test(t, sendall_goes_on_until_all_is_sent, 0, WORLDS);
	tcase_add_loop_test(t, accepting_and_connecting_meet, 0, WORLDS);
	tcase_add_loop_test(t, a_connection_to_nobody_fails_after_a_wait, 0, WORLDS);
	tcase_add_loop_test(t, errors_are_raised_at_once_or_out_of_the_wait, 0, WORLDS);
	tcase_add_loop_test(t, a_reset_ends_a_wait, 0, WORLDS);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
