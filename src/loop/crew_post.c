/*
 * Posts: a box a world, into which any thread puts functions for that world's thread to
 * run. Order within a box is the order in which they came.
 */
#include "loop/crew_internal.h"

/* ---- lists of posts ---- */

void posts_add(struct post_list *list, struct post *p)
{
	p->next = NULL;
	if (list->tail)
		list->tail->next = p;
	else
		list->head = p;
	list->tail = p;
}

bool posts_remove(struct post_list *list, struct post *p)
{
	struct post *before = NULL;
	for (struct post *at = list->head; at; before = at, at = at->next) {
		if (at != p)
			continue;
		*(before ? &before->next : &list->head) = p->next;
		if (list->tail == p)
			list->tail = before;
		return true;
	}
	return false;
}

void posts_drop(struct post_list *list)
{
	struct post *p = list->head;
	*list = (struct post_list){0};
	while (p) {
		struct post *next = p->next;
		p->drop(p);
		p = next;
	}
}

/* ---- boxes ---- */

/* The world with that number; NULL when it is gone, or not there yet. Lock held. */
static struct loop_world *world_at(const struct crew *c, uint16_t number)
{
	if (number == 0)
		return c->root;
	return number <= c->by_number.count ? c->by_number.items[number - 1]->world : NULL;
}

/* Append a chain of posts. */
static void box_append(struct post_box *b, struct post *head, struct post *tail)
{
	pthread_mutex_lock(&b->lock);
	if (b->tail)
		b->tail->next = head;
	else
		b->head = head;
	b->tail = tail;
	atomic_store(&b->full, true);
	pthread_mutex_unlock(&b->lock);
}

void box_take_over(struct loop_world *w, struct post_list *list)
{
	if (!list->head)
		return;
	box_append(&w->box, list->head, list->tail);
	*list = (struct post_list){0};
}

/* Virtual: the root puts down what is for a worker until that begins its next stretch. */
static bool keep_for_worker(struct crew *c, struct post *p)
{
	struct worker *w = c->by_number.items[p->to - 1];
	if (w->quit)
		return false;
	worker_receives(w, p);
	return true;
}

bool box_put_locked(struct crew *c, struct post *p)
{
	if (!c->real && p->to)
		return p->to <= c->by_number.count && keep_for_worker(c, p);
	struct loop_world *w = world_at(c, p->to);
	if (!w)
		return false;
	p->next = NULL;
	box_append(&w->box, p, p);
	world_wake(w);
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
	struct post_list list = {.head = box_take(&w->box)};
	posts_drop(&list);
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
	p->next = NULL;
	if (c->real || !w)
		box_put(c, p);
	else if (w->number == to)
		box_append(&from->box, p, p);
	else
		posts_add(&w->out, p); /* known when the stretch is gathered */
}
