/*
 * Posts: a box a world, into which any thread puts functions for that world's thread to
 * run. Order within a box is the order in which they came.
 */
#include "loop/crew_internal.h"

void box_put(struct post *p)
{
	struct loop_world *w = p->to;
	struct post_box *b = &w->box;
	p->next = NULL;
	pthread_mutex_lock(&b->lock);
	if (b->tail)
		b->tail->next = p;
	else
		b->head = p;
	b->tail = p;
	atomic_store(&b->full, true);
	pthread_mutex_unlock(&b->lock);
	world_wake(w);
}

bool box_full(const struct loop_world *w)
{
	return atomic_load_explicit(&w->box.full, memory_order_acquire);
}

static struct post *box_take(struct post_box *b)
{
	pthread_mutex_lock(&b->lock);
	struct post *p = b->head;
	b->head = b->tail = NULL;
	atomic_store(&b->full, false);
	pthread_mutex_unlock(&b->lock);
	return p;
}

bool box_run(struct loop_world *w)
{
	if (!box_full(w))
		return false;
	struct post *p = box_take(&w->box);
	bool any = p != NULL;
	while (p) {
		struct post *next = p->next;
		p->run(p, w);
		p = next;
	}
	return any;
}

void box_drop(struct loop_world *w)
{
	struct post *p = box_take(&w->box);
	while (p) {
		struct post *next = p->next;
		p->drop(p);
		p = next;
	}
}

void crew_post(struct loop_world *from, struct loop_world *to, struct post *p)
{
	struct worker *w = from->worker;
	p->to = to;
	if (!w || w->crew->real || from == to) {
		box_put(p);
		return;
	}
	/* It becomes known when the stretch is gathered. */
	p->next = NULL;
	if (w->out_tail)
		w->out_tail->next = p;
	else
		w->out_head = p;
	w->out_tail = p;
}
