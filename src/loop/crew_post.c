/*
 * Posts: a box a world, into which any thread puts functions for that world's thread to
 * run. Order within a box is the order in which they came.
 */
#include "loop/crew_internal.h"

/* The world with that number; NULL when it is gone, or not there yet. Lock held. */
static struct loop_world *world_at(const struct crew *c, uint16_t number)
{
	if (number == 0)
		return c->root;
	return number <= c->by_number.count ? c->by_number.items[number - 1]->world : NULL;
}

bool box_put_locked(struct crew *c, struct post *p)
{
	struct loop_world *w = world_at(c, p->to);
	if (!w)
		return false;
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
	if (!c->real && p->to)
		crew_receives(c->by_number.items[p->to - 1]);
	return true;
}

void box_put(struct crew *c, struct post *p)
{
	/* Under the crew's lock: a worker's world does not go meanwhile. */
	pthread_mutex_lock(&c->lock);
	bool done = box_put_locked(c, p);
	pthread_mutex_unlock(&c->lock);
	if (!done)
		p->drop(p);
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

uint16_t crew_number(const struct loop_world *w)
{
	return w->worker ? w->worker->number : 0;
}

void crew_post(struct loop_world *from, uint16_t to, struct post *p)
{
	struct crew *c = from->crew;
	struct worker *w = from->worker;
	p->to = to;
	if (!c->real && !w && to)
		crew_gather(c); /* the worker is parked then, and sees it at no other time */
	if (!w || c->real || crew_number(from) == to) {
		box_put(c, p);
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
