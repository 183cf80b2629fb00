/*
 * Connections that live at random: whatever their ends do and in whatever order, each is
 * told once that it is over, what arrives is what was sent, all of it if nobody broke
 * off, and nothing is left open.
 */
#include "net_kit.h"

struct life {
	struct net_kit n;
	uint32_t random;
	struct conn *ends[2];
	uint32_t sums[2];  /* of what each has written */
	size_t sent[2];
	bool broken;       /* somebody aborted, or left without reading */
	bool stopped[2];   /* wrote its end, or closed */
};

static uint32_t pick(struct life *l, uint32_t below)
{
	l->random = l->random * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)l->random * below) >> 32);
}

static void write_some(struct life *l, int i)
{
	static char bytes[400000];
	struct conn *c = l->ends[i];
	uint32_t size = 1 + pick(l, pick(l, 8) ? 2000 : sizeof bytes - 1);
	if (c->t.losing || c->t.eof_sent || c->t.closing)
		return;
	for (uint32_t k = 0; k < size; k++) {
		bytes[k] = (char)(l->sent[i] + k * 7);
		l->sums[i] = l->sums[i] * 31 + (unsigned char)bytes[k];
	}
	l->sent[i] += size;
	if (pick(l, 4)) {
		transport_write(&c->t, bytes, size);
		return;
	}
	transport_put(&c->t, bytes, size / 2);
	transport_put(&c->t, bytes + size / 2, size - size / 2);
	transport_push(&c->t);
}

/* One end does something. */
static void act(struct life *l)
{
	int i = (int)pick(l, 2);
	struct conn *c = l->ends[i];
	switch (pick(l, 40)) {
	case 0:
		transport_close(&c->t);
		l->stopped[i] = true;
		/* What it was still to be told is lost, and may break the other. */
		l->broken = true;
		break;
	case 1:
		l->broken = true;
		transport_abort(&c->t);
		break;
	case 2:
	case 3:
		transport_write_eof(&c->t);
		l->stopped[i] = true;
		break;
	case 4:
	case 5:
		transport_pause_reading(&c->t);
		break;
	case 6:
	case 7:
	case 8:
		transport_resume_reading(&c->t);
		break;
	default:
		write_some(l, i);
	}
}

static void live(struct life *l, int steps)
{
	struct net_socket *e[2];
	connected(&l->n, e);
	for (int i = 0; i < 2; i++) {
		l->ends[i] = conn_new(&l->n, "cs"[i], TRANSPORT_SOCKET, e[i], NULL, NULL);
		l->ends[i]->keep_open = true;
		l->ends[i]->room = pick(l, 3) ? 0 : 1 + pick(l, 5000);
		l->sums[i] = 0;
		l->sent[i] = 0;
		l->stopped[i] = false;
	}
	l->broken = false;
	while (steps--) {
		act(l);
		for (uint32_t turns_left = pick(l, 3); turns_left--;) {
			kit_call_soon(&l->n.kit, "");
			loop_turn(l->n.kit.loop);
		}
	}
	/* Both end their side and read on; when all has come, they close. */
	for (int i = 0; i < 2; i++) {
		transport_resume_reading(&l->ends[i]->t);
		transport_write_eof(&l->ends[i]->t);
	}
	for (int i = 0; !l->broken && i < 2; i++)
		for (int k = 0; k < 200000 && l->ends[!i]->got < l->sent[i]; k++) {
			kit_call_soon(&l->n.kit, "");
			loop_turn(l->n.kit.loop);
		}
	for (int i = 0; i < 2; i++) {
		if (!l->broken) {
			ck_assert_uint_eq(l->ends[!i]->got, l->sent[i]);
			ck_assert_uint_eq(l->ends[!i]->sum, l->sums[i]);
		}
		ck_assert_uint_le(l->ends[!i]->got, l->sent[i]);
		transport_abort(&l->ends[i]->t);
	}
	for (int i = 0; i < 2; i++)
		turn_until(&l->n, &l->ends[i]->ended);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(l->ends[i]->t.socket->fd, -1);
		conn_drop(l->ends[i]);
	}
	buf_reset(&l->n.kit.log);
}

START_TEST(connections_that_live_at_random_end_once_and_lose_nothing)
{
	struct life l = {.random = (uint32_t)_i + 1};
	net_kit_init(&l.n, _i % WORLDS);
	l.n.quiet = true;
	for (int i = 0; i < 40; i++)
		live(&l, 5 + (int)pick(&l, 150));
	net_kit_fini(&l.n);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop transport random");
	TCase *t = tcase_create("lives");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, connections_that_live_at_random_end_once_and_lose_nothing,
	                    0, 4 * WORLDS);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
