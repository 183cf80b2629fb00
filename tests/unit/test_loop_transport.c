/*
 * Transports: the order of their handles, writing, flow control, the ways to end. Over
 * TCP and under the virtual clock, with both pollers.
 */
#include "net_kit.h"

/* A client `c` and the server's end `s` of a connection, both begun. */
static void pair_of(struct net_kit *n, struct conn *ends[2])
{
	struct net_socket *e[2];
	connected(n, e);
	ends[0] = conn_new(n, 'c', TRANSPORT_SOCKET, e[0], NULL, NULL);
	ends[1] = conn_new(n, 's', TRANSPORT_SOCKET, e[1], NULL, NULL);
	turns(n, 1);
	ck_assert(ends[0]->made && ends[1]->made);
	buf_reset(&n->kit.log);
}

static void close_both(struct net_kit *n, struct conn *ends[2])
{
	for (int i = 0; i < 2; i++) {
		transport_abort(&ends[i]->t);
		turn_until(n, &ends[i]->ended);
		conn_drop(ends[i]);
	}
}

/* ---- the beginning ---- */

START_TEST(a_transport_says_made_then_reads_then_completes_its_waiter)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	connected(&n, e);
	ck_assert_int_eq(net_send(e[1], "early", 5), 5);
	wait_ready(e[0]->fd, POLL_READ);
	struct future *waiter = future_new(n.kit.loop);
	struct conn *c = conn_new(&n, 'c', TRANSPORT_SOCKET, e[0], waiter, NULL);
	said(&n, "");
	ck_assert(!c->t.reader.slot);
	turns(&n, 1);
	said(&n, "c made\n");
	ck_assert_ptr_nonnull(c->t.reader.slot);
	ck_assert(future_done(waiter));
	turns(&n, 1);
	said(&n, "c got 5\n");
	future_unref(waiter);
	transport_close(&c->t);
	ck_assert(c->t.closing && !c->ended);
	turns(&n, 1);
	said(&n, "c lost None\n");
	ck_assert_int_eq(c->t.socket->fd, -1);
	conn_drop(c);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_cancelled_waiter_is_left_alone)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	connected(&n, e);
	struct future *waiter = future_new(n.kit.loop);
	struct conn *c = conn_new(&n, 'c', TRANSPORT_SOCKET, e[0], waiter, NULL);
	future_cancel(waiter, DATUM_NONE);
	transport_close(&c->t);
	turn_until(&n, &c->ended);
	ck_assert(future_cancelled(waiter));
	future_unref(waiter);
	conn_drop(c);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(the_trace_names_both_ends_by_the_clients_port)
{
	struct net_kit n;
	net_kit_init(&n, 0);
	struct conn *e[2];
	pair_of(&n, e);
	static const char *const texts[] = {"client :50002 read", "server :50002 read"};
	size_t found = 0;
	for (size_t i = 0; i < trace_count(n.kit.trace); i++) {
		const struct event *v = trace_at(n.kit.trace, i);
		if (v->kind == EV_IO_AWAITED && found < 2)
			ck_assert_str_eq(trace_text(n.kit.trace, v->b, NULL), texts[found++]);
	}
	ck_assert_uint_eq(found, 2);
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

/* ---- bytes and ends ---- */

START_TEST(what_one_writes_the_other_is_given_in_the_next_tick)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	e[1]->echo = true;
	transport_write(&e[0]->t, "rice", 4);
	ck_assert_uint_eq(transport_buffered(&e[0]->t), 0);
	turns(&n, 1);
	said(&n, "s got 4\n");
	turns(&n, 1);
	said(&n, "c got 4\n");
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_round_trip_costs_the_kernel_no_change_of_what_is_watched)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	size_t before = kit_count(&n.kit, EV_IO_AWAITED);
	e[1]->echo = e[0]->echo = true;
	n.quiet = true;
	transport_write(&e[0]->t, "x", 1);
	turns(&n, 200);
	ck_assert_uint_ge(e[0]->got, 90);
	ck_assert_uint_eq(kit_count(&n.kit, EV_IO_AWAITED), before);
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

START_TEST(at_the_end_of_the_stream_a_protocol_may_keep_writing)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	e[1]->keep_open = true;
	ck_assert(transport_can_write_eof(&e[0]->t));
	transport_write(&e[0]->t, "last", 4);
	transport_write_eof(&e[0]->t);
	turns(&n, 1);
	said(&n, "s got 4\n");
	turns(&n, 1);
	said(&n, "s eof\n");
	ck_assert(!e[1]->t.closing && !e[1]->t.reader.slot);
	transport_write(&e[1]->t, "answer", 6);
	transport_close(&e[1]->t);
	turns(&n, 1);
	/* Its connection_lost was in the queue before the client was ready. */
	said(&n, "s lost None\nc got 6\n");
	turns(&n, 1);
	said(&n, "c eof\n");
	turns(&n, 1);
	said(&n, "c lost None\n");
	conn_drop(e[0]);
	conn_drop(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_protocol_that_does_not_is_closed_in_the_next_tick)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	transport_close(&e[0]->t);
	turns(&n, 1);
	said(&n, "c lost None\n");
	turns(&n, 1);
	said(&n, "s eof\n");
	ck_assert(e[1]->t.closing);
	turns(&n, 1);
	said(&n, "s lost None\n");
	conn_drop(e[0]);
	conn_drop(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(writing_to_one_who_has_gone_fails_at_the_second_write)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	e[0]->keep_open = true;
	transport_close(&e[1]->t);
	turn_until(&n, &e[1]->ended);
	turns(&n, 1);
	said(&n, "s lost None\nc eof\n");
	transport_write(&e[0]->t, "lost", 4);
	ck_assert(!e[0]->t.closing);
	transport_write(&e[0]->t, "more", 4);
	ck_assert(e[0]->t.closing && !e[0]->ended);
	transport_write(&e[0]->t, "ignored", 7);
	ck_assert_uint_eq(e[0]->t.ignored_writes, 1);
	turns(&n, 1);
	said(&n, "c lost EPIPE()\n");
	conn_drop(e[0]);
	conn_drop(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_reset_is_the_error_of_connection_lost)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	transport_pause_reading(&e[1]->t);
	transport_write(&e[0]->t, "unread", 6);
	wait_ready(e[1]->t.socket->fd, POLL_READ);
	transport_close(&e[1]->t);
	turn_until(&n, &e[0]->ended);
	said(&n, "s lost None\nc lost ECONNRESET()\n");
	conn_drop(e[0]);
	conn_drop(e[1]);
	net_kit_fini(&n);
}
END_TEST

/* ---- flow control ---- */

enum { LARGE = 12 * 1024 * 1024 };

static char *large_message(uint32_t *sum)
{
	char *m = mem_alloc(LARGE);
	*sum = 0;
	for (size_t i = 0; i < LARGE; i++) {
		m[i] = (char)(i * 11 + i / 251);
		*sum = *sum * 31 + (unsigned char)m[i];
	}
	return m;
}

static void note_large(struct conn *c, size_t count)
{
	(void)count;
	if (c->got == LARGE)
		c->ended = true;
}

START_TEST(what_does_not_fit_is_buffered_and_the_protocol_paused_until_it_has_gone)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	uint32_t sum;
	char *m = large_message(&sum);
	transport_write(&e[0]->t, m, LARGE);
	said(&n, "c pause\n");
	ck_assert_uint_gt(transport_buffered(&e[0]->t), 65536);
	ck_assert(e[0]->t.writing_paused);
	transport_write(&e[0]->t, "!", 1);
	said(&n, "");
	n.quiet = true;
	e[1]->on_data = note_large;
	while (e[1]->got < LARGE + 1)
		loop_turn(n.kit.loop);
	e[1]->ended = false;
	ck_assert_uint_eq(e[1]->sum, sum * 31 + '!');
	ck_assert_uint_eq(transport_buffered(&e[0]->t), 0);
	ck_assert(!e[0]->t.writing_paused && !e[0]->t.writer.slot);
	free(m);
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

START_TEST(closing_flushes_and_aborting_does_not)
{
	for (int abort = 0; abort < 2; abort++) {
		struct net_kit n;
		net_kit_init(&n, _i);
		struct conn *e[2];
		pair_of(&n, e);
		uint32_t sum;
		char *m = large_message(&sum);
		transport_write(&e[0]->t, m, LARGE);
		n.quiet = true;
		if (abort)
			transport_abort(&e[0]->t);
		else
			transport_close(&e[0]->t);
		ck_assert(e[0]->t.closing);
		ck_assert(abort ? !transport_buffered(&e[0]->t)
		                : transport_buffered(&e[0]->t) > 0);
		turn_until(&n, &e[0]->ended);
		turn_until(&n, &e[1]->ended);
		if (abort)
			ck_assert_uint_lt(e[1]->got, LARGE);
		else
			ck_assert_uint_eq(e[1]->sum, sum);
		free(m);
		conn_drop(e[0]);
		conn_drop(e[1]);
		net_kit_fini(&n);
	}
}
END_TEST

START_TEST(an_end_that_is_written_follows_what_is_buffered)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	uint32_t sum;
	char *m = large_message(&sum);
	n.quiet = true;
	transport_write(&e[0]->t, m, LARGE);
	transport_write_eof(&e[0]->t);
	turn_until(&n, &e[1]->ended);
	ck_assert_uint_eq(e[1]->sum, sum);
	turn_until(&n, &e[0]->ended);
	free(m);
	conn_drop(e[0]);
	conn_drop(e[1]);
	net_kit_fini(&n);
}
END_TEST

/* Without a memory of where it stood this would move gigabytes. */
START_TEST(many_small_writes_into_a_full_buffer_are_cheap)
{
	enum { MANY = 500000 };
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	uint32_t sum;
	char *m = large_message(&sum);
	n.quiet = true;
	transport_write(&e[0]->t, m, LARGE);
	for (int i = 0; i < MANY; i++)
		transport_write(&e[0]->t, "0123456789", 10);
	while (e[1]->got < LARGE + 10 * MANY)
		loop_turn(n.kit.loop);
	free(m);
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

START_TEST(water_marks_follow_one_another_as_asyncios_do)
{
	struct net_kit n;
	net_kit_init(&n, 0);
	struct conn *e[2];
	pair_of(&n, e);
	struct transport *t = &e[0]->t;
	static const struct {
		int64_t high, low, then_high, then_low;
		bool ok;
	} rows[] = {
		{-1, -1, 65536, 16384, true}, {1000, -1, 1000, 250, true},
		{-1, 100, 400, 100, true},    {10, 20, 10, 20, false},
		{0, -1, 0, 0, true},
	};
	ck_assert_uint_eq(t->high_water, 65536);
	ck_assert_uint_eq(t->low_water, 16384);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t high = rows[i].high, low = rows[i].low;
		ck_assert_int_eq(transport_set_limits(t, &high, &low), rows[i].ok);
		ck_assert_int_eq(high, rows[i].then_high);
		ck_assert_int_eq(low, rows[i].then_low);
		if (rows[i].ok)
			ck_assert_uint_eq(t->high_water, (size_t)high);
	}
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_list_of_parts_goes_out_in_one_attempt_and_pauses_nobody)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	transport_put(&e[0]->t, "on", 2);
	transport_put(&e[0]->t, "", 0);
	transport_put(&e[0]->t, "ions", 4);
	ck_assert_uint_eq(transport_buffered(&e[0]->t), 6);
	transport_push(&e[0]->t);
	ck_assert_uint_eq(transport_buffered(&e[0]->t), 0);
	ck_assert(!e[0]->t.writer.slot);
	turns(&n, 1);
	said(&n, "s got 6\n");
	uint32_t sum;
	char *m = large_message(&sum);
	transport_put(&e[0]->t, m, LARGE);
	transport_push(&e[0]->t);
	ck_assert_ptr_nonnull(e[0]->t.writer.slot);
	said(&n, "");
	free(m);
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_paused_reader_is_told_nothing_until_it_resumes)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	ck_assert(transport_is_reading(&e[1]->t));
	transport_pause_reading(&e[1]->t);
	transport_pause_reading(&e[1]->t);
	ck_assert(!transport_is_reading(&e[1]->t));
	transport_write(&e[0]->t, "x", 1);
	wait_ready(e[1]->t.socket->fd, POLL_READ);
	kit_call_soon(&n.kit, "other");
	turns(&n, 1);
	said(&n, "other\n");
	transport_resume_reading(&e[1]->t);
	turns(&n, 1);
	said(&n, "s got 1\n");
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

/* The read handle is in the queue already, before the one that pauses. */
static struct conn *to_pause;

static void pause_and_resume(struct kit *k, struct future *f)
{
	(void)k;
	(void)f;
	transport_pause_reading(&to_pause->t);
	transport_resume_reading(&to_pause->t);
}

START_TEST(pausing_cancels_a_read_that_is_in_the_queue_and_resuming_polls_anew)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	to_pause = e[1];
	transport_write(&e[0]->t, "x", 1);
	wait_ready(e[1]->t.socket->fd, POLL_READ);
	((struct kit_callback *)(void *)kit_call_soon(&n.kit, "pauses"))->function =
		pause_and_resume;
	turns(&n, 1); /* the callback was there first, then the poll appended the read */
	said(&n, "");
	ck_assert(e[1]->t.reader.slot != NULL);
	turns(&n, 1);
	said(&n, "s got 1\n");
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_read_takes_no_more_than_the_room_that_it_is_given)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	e[1]->room = 2;
	transport_write(&e[0]->t, "abcde", 5);
	turns(&n, 3);
	said(&n, "s got 2\ns got 2\ns got 1\n");
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

/* ---- the ends of transports ---- */

static void fail_it(struct conn *c, size_t count)
{
	(void)count;
	struct datum e = kit_error(&c->n->kit, ERROR_ORDINARY, "ValueError", "bad");
	transport_fail(&c->t, e, "Fatal error: protocol.data_received() call failed.");
	thing_unref(&c->n->kit, thing_of(e));
}

START_TEST(a_protocol_that_fails_is_reported_and_loses_its_connection)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	e[1]->on_data = fail_it;
	transport_write(&e[0]->t, "x", 1);
	turn_until(&n, &e[1]->ended);
	said(&n, "s got 1\nFatal error: protocol.data_received() call failed. "
	         "ValueError('bad')\ns lost ValueError('bad')\n");
	close_both(&n, e);
	net_kit_fini(&n);
}
END_TEST

START_TEST(closing_and_aborting_twice_say_lost_once)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	transport_close(&e[0]->t);
	transport_close(&e[0]->t);
	transport_abort(&e[0]->t);
	transport_write_eof(&e[0]->t);
	transport_resume_reading(&e[0]->t);
	turn_until(&n, &e[0]->ended);
	turns(&n, 1);
	transport_abort(&e[0]->t);
	turn_until(&n, &e[1]->ended);
	said(&n, "c lost None\ns eof\ns lost None\n");
	conn_drop(e[0]);
	conn_drop(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_transport_that_nobody_keeps_lives_as_long_as_it_reads)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	conn_drop(e[1]);
	ck_assert_uint_eq(n.conns, 2);
	transport_close(&e[0]->t);
	turn_until(&n, &e[0]->ended);
	while (n.conns == 2)
		loop_turn(n.kit.loop);
	said(&n, "c lost None\ns eof\ns lost None\n");
	conn_drop(e[0]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(closing_the_loop_drops_transports_that_are_still_open)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pair_of(&n, e);
	conn_drop(e[0]);
	transport_close(&e[1]->t);
	conn_drop(e[1]);
	ck_assert_uint_eq(n.conns, 2);
	loop_close(n.kit.loop);
	ck_assert_uint_eq(n.conns, 0);
	said(&n, "");
	net_kit_fini(&n);
}
END_TEST

/* ---- pipes ---- */

static void pipe_of(struct net_kit *n, struct conn *ends[2])
{
	struct net_socket *e[2];
	ck_assert_int_eq(net_pipe(n->net, e), 0);
	ends[0] = conn_new(n, 'r', TRANSPORT_PIPE_READ, e[0], NULL, NULL);
	ends[1] = conn_new(n, 'w', TRANSPORT_PIPE_WRITE, e[1], NULL, NULL);
	turns(n, 1);
	said(n, "r made\nw made\n");
}

START_TEST(a_pipe_carries_bytes_one_way_and_its_end_in_a_tick_of_its_own)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pipe_of(&n, e);
	transport_write(&e[1]->t, "soup", 4);
	turns(&n, 1);
	said(&n, "r got 4\n");
	transport_write_eof(&e[1]->t);
	ck_assert(e[1]->t.closing);
	turn_until(&n, &e[0]->ended);
	said(&n, "w lost None\nr eof\nr lost None\n");
	ck_assert(!transport_can_write_eof(&e[0]->t) &&
	          transport_can_write_eof(&e[1]->t));
	conn_drop(e[0]);
	conn_drop(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_pipe_whose_reader_goes_is_lost_with_what_was_not_written)
{
	for (int full = 0; full < 2; full++) {
		struct net_kit n;
		net_kit_init(&n, _i);
		struct conn *e[2];
		pipe_of(&n, e);
		uint32_t sum;
		char *m = large_message(&sum);
		if (full) {
			transport_pause_reading(&e[0]->t);
			transport_write(&e[1]->t, m, LARGE);
			said(&n, "w pause\n");
		}
		transport_close(&e[0]->t);
		turn_until(&n, &e[1]->ended);
		said(&n, full ? "r lost None\nw lost EPIPE()\n"
		              : "r lost None\nw lost None\n");
		transport_write(&e[1]->t, "x", 1);
		ck_assert_uint_eq(e[1]->t.ignored_writes, 1);
		free(m);
		conn_drop(e[0]);
		conn_drop(e[1]);
		net_kit_fini(&n);
	}
}
END_TEST

START_TEST(a_pipe_flushes_before_it_closes)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct conn *e[2];
	pipe_of(&n, e);
	uint32_t sum;
	char *m = large_message(&sum);
	n.quiet = true;
	transport_write(&e[1]->t, m, LARGE);
	transport_close(&e[1]->t);
	turn_until(&n, &e[1]->ended);
	turn_until(&n, &e[0]->ended);
	ck_assert_uint_eq(e[0]->sum, sum);
	free(m);
	conn_drop(e[0]);
	conn_drop(e[1]);
	net_kit_fini(&n);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop transport");
	TCase *t = tcase_create("sockets");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(
		t, a_transport_says_made_then_reads_then_completes_its_waiter, 0, WORLDS);
	tcase_add_loop_test(t, a_cancelled_waiter_is_left_alone, 0, WORLDS);
	tcase_add_test(t, the_trace_names_both_ends_by_the_clients_port);
	tcase_add_loop_test(t, what_one_writes_the_other_is_given_in_the_next_tick, 0,
	                    WORLDS);
	tcase_add_loop_test(
		t, a_round_trip_costs_the_kernel_no_change_of_what_is_watched, 0, WORLDS);
	tcase_add_loop_test(t, at_the_end_of_the_stream_a_protocol_may_keep_writing, 0,
	                    WORLDS);
	tcase_add_loop_test(t, a_protocol_that_does_not_is_closed_in_the_next_tick, 0,
	                    WORLDS);
	tcase_add_loop_test(t, writing_to_one_who_has_gone_fails_at_the_second_write, 0,
	                    WORLDS);
	tcase_add_loop_test(t, a_reset_is_the_error_of_connection_lost, 0, WORLDS);
	suite_add_tcase(s, t);
	t = tcase_create("flow");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(
		t,
		what_does_not_fit_is_buffered_and_the_protocol_paused_until_it_has_gone,
		0, WORLDS);
	tcase_add_loop_test(t, closing_flushes_and_aborting_does_not, 0, WORLDS);
	tcase_add_loop_test(t, an_end_that_is_written_follows_what_is_buffered, 0,
	                    WORLDS);
	tcase_add_loop_test(t, many_small_writes_into_a_full_buffer_are_cheap, 0, WORLDS);
	tcase_add_test(t, water_marks_follow_one_another_as_asyncios_do);
	tcase_add_loop_test(t, a_list_of_parts_goes_out_in_one_attempt_and_pauses_nobody,
	                    0, WORLDS);
	tcase_add_loop_test(t, a_paused_reader_is_told_nothing_until_it_resumes, 0,
	                    WORLDS);
	tcase_add_loop_test(
		t, pausing_cancels_a_read_that_is_in_the_queue_and_resuming_polls_anew, 0,
		WORLDS);
	tcase_add_loop_test(t, a_read_takes_no_more_than_the_room_that_it_is_given, 0,
	                    WORLDS);
	suite_add_tcase(s, t);
	t = tcase_create("ends");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_protocol_that_fails_is_reported_and_loses_its_connection,
	                    0, WORLDS);
	tcase_add_loop_test(t, closing_and_aborting_twice_say_lost_once, 0, WORLDS);
	tcase_add_loop_test(t, a_transport_that_nobody_keeps_lives_as_long_as_it_reads, 0,
	                    WORLDS);
	tcase_add_loop_test(t, closing_the_loop_drops_transports_that_are_still_open, 0,
	                    WORLDS);
	suite_add_tcase(s, t);
	t = tcase_create("pipes");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t,
	                    a_pipe_carries_bytes_one_way_and_its_end_in_a_tick_of_its_own,
	                    0, WORLDS);
	tcase_add_loop_test(t, a_pipe_whose_reader_goes_is_lost_with_what_was_not_written,
	                    0, WORLDS);
	tcase_add_loop_test(t, a_pipe_flushes_before_it_closes, 0, WORLDS);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
