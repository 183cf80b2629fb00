/* Handing on what is shown and pressed: see recording.h. */
#include "tui/recording.h"

/* `now_ns` by the recorder's clock. */
static int64_t tell_time(struct recording *r, int64_t now_ns)
{
	r->last_ns = now_ns - r->away_ns;
	return r->last_ns;
}

/* A recorder that failed once is left in peace. */
static int settle(struct recording *r, int error)
{
	if (error)
		r->recorder = NULL;
	return error;
}

int recording_frame(struct recording *r, int64_t now_ns, const struct tui_frame *f,
                    struct buf *why)
{
	const struct tui_recorder *to = r->recorder;
	if (!to)
		return 0;
	return settle(r, to->frame(to->world, tell_time(r, now_ns), f, why));
}

static bool is_of_the_mouse(const struct key *key)
{
	return key->code == KEYCODE_CLICK || key->code == KEYCODE_WHEEL_UP ||
	       key->code == KEYCODE_WHEEL_DOWN;
}

int recording_key(struct recording *r, int64_t now_ns, const struct key *key,
                  const char *bytes, size_t len, struct buf *why)
{
	const struct tui_recorder *to = r->recorder;
	if (!to || is_of_the_mouse(key))
		return 0;
	return settle(r, to->key(to->world, tell_time(r, now_ns), bytes, len, why));
}

int recording_end(struct recording *r, int64_t now_ns, struct buf *why)
{
	const struct tui_recorder *to = r->recorder;
	if (!to)
		return 0;
	r->recorder = NULL;
	return to->end(to->world, tell_time(r, now_ns), why);
}

void recording_leave(struct recording *r, int64_t now_ns)
{
	tell_time(r, now_ns);
}

void recording_come_back(struct recording *r, int64_t now_ns)
{
	int64_t passed = now_ns - r->away_ns - r->last_ns;
	if (passed > RECORDING_AWAY_NS)
		r->away_ns += passed - RECORDING_AWAY_NS;
}
