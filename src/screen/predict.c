/*
 * Predicting: where several could run next, whoever watches is asked who it will be, and a
 * score is kept. A question stands beside what is shown anyway; a digit answers it, any
 * other key does what it always does. Asked is only where something has just been added to
 * what could run: who follows in a queue that was asked about is no news.
 */
#include <stdlib.h>

#include "screen/internal.h"
#include "view/snapshot.h"

enum { LOOKED_AT = 64 };

static bool was_answered(const struct screen *s)
{
	for (size_t i = 0; i < s->answered.count; i++)
		if (s->answered.items[i] == s->state.position)
			return true;
	return false;
}

/* Whether a lane is a task's that is shown: others are nobody one would bet on. */
static bool is_candidate(const struct screen *s, uint32_t lane)
{
	if (lane == LANE_NONE || lane >= view_lane_count(s->view))
		return false;
	const struct lane *l = view_lane(s->view, lane);
	return l->task && !l->machinery && l->thread == 0;
}

/* Add a candidate, in the order of the lanes; false if there are too many. */
static bool add(struct prediction *q, uint32_t lane)
{
	size_t at = 0;
	while (at < q->count && q->lanes[at] < lane)
		at++;
	if (at < q->count && q->lanes[at] == lane)
		return true;
	if (q->count == QUESTION_MAX)
		return false;
	for (size_t i = q->count++; i > at; i--)
		q->lanes[i] = q->lanes[i - 1];
	q->lanes[at] = lane;
	return true;
}

/* Those who stand in the queue, or, when nobody does, those whose timers are armed. False
 * if nothing was added to them since event `since`, or they are too many. */
static bool candidates(const struct screen *s, const struct snapshot *snap, uint64_t since,
                       struct prediction *q)
{
	bool fresh = false, few = true;
	for (size_t i = 0; i < snap->ready_count && i < LOOKED_AT; i++)
		if (is_candidate(s, snap->ready[i].lane)) {
			fresh = fresh || snap->ready[i].event >= since;
			few = few && add(q, snap->ready[i].lane);
		}
	q->by_timer = snap->ready_count == 0;
	if (q->by_timer && !snap->busy_count && !snap->watch_count)
		for (size_t i = 0; i < snap->timer_count && i < LOOKED_AT; i++)
			if (is_candidate(s, snap->timers[i].lane)) {
				fresh = fresh || snap->timers[i].event >= since;
				few = few && add(q, snap->timers[i].lane);
			}
	return fresh && few && q->count > 1;
}

bool predict_question(const struct screen *s, struct prediction *q)
{
	const struct screen_state *st = &s->state;
	*q = (struct prediction){0};
	if (!s->view || !st->predict || st->play.on || st->follow || st->live)
		return false;
	size_t index = present_index(s);
	if (index + 1 >= view_moment_count(s->view, st->internals) || was_answered(s))
		return false;
	struct moment now = view_moment(s->view, st->internals, index);
	struct moment next = view_moment(s->view, st->internals, index + 1);
	/* Not in the middle of a step: that goes on. */
	if (next.thread || next.begun == UINT64_MAX || next.begun < now.end ||
	    now.end != st->position || !is_candidate(s, next.lane))
		return false;
	struct snapshot snap = {0};
	view_snapshot(s->view, st->position, LOOKED_AT, &snap);
	bool asked = candidates(s, &snap, now.begin, q);
	snapshot_free(&snap);
	q->answer = next.lane;
	for (size_t i = 0; asked && i < q->count; i++)
		if (q->lanes[i] == q->answer)
			return true;
	return false;
}

void predict_words(const struct screen *s, const struct prediction *q, struct buf *out)
{
	buf_puts(out, q->by_timer ? "Whose timer is due first?" : "Who runs next?");
	for (size_t i = 0; i < q->count; i++) {
		buf_printf(out, "   %zu ", i + 1);
		view_lane_name(s->view, q->lanes[i], out);
	}
	buf_puts(out, "   (→ goes on without an answer)");
}

unsigned predict_answer(struct screen *s, const struct prediction *q, size_t choice)
{
	if (choice >= q->count)
		return DO_DRAW;
	struct screen_state *st = &s->state;
	bool right = q->lanes[choice] == q->answer;
	st->predicted++;
	st->right += right;
	vec_push(&s->answered, st->position);
	struct buf words = {0};
	buf_puts(&words, right ? "Right: " : "No: ");
	view_lane_name(s->view, q->answer, &words);
	buf_puts(&words, q->by_timer ? ", whose timer was due first."
	                             : ", which stood first in the queue.");
	buf_printf(&words, "   %u of %u", st->right, st->predicted);
	go_to(s, present_index(s) + 1);
	screen_message(s, buf_text(&words));
	buf_free(&words);
	return DO_DRAW;
}

unsigned predict_switch(struct screen *s)
{
	struct screen_state *st = &s->state;
	st->predict = !st->predict;
	struct buf words = {0};
	if (st->predict)
		buf_puts(&words, "predict: where several could run, a digit says who will");
	else
		buf_printf(&words, "predicted %u of %u", st->right, st->predicted);
	screen_message(s, buf_text(&words));
	buf_free(&words);
	return DO_DRAW;
}
