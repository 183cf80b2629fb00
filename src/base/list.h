/*
 * Intrusive doubly linked lists: the links live in what is linked, so joining
 * and leaving allocate nothing and cost O(1). A list head is a node as well;
 * an empty list points at itself.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct list_node {
	struct list_node *prev, *next;
};

static inline void list_init(struct list_node *head)
{
	head->prev = head->next = head;
}

static inline bool list_empty(const struct list_node *head)
{
	return head->next == head;
}

/* Put `node` before `at`: with a head as `at`, at the tail of the list. */
static inline void list_insert_before(struct list_node *at, struct list_node *node)
{
	node->prev = at->prev;
	node->next = at;
	at->prev->next = node;
	at->prev = node;
}

static inline void list_push_tail(struct list_node *head, struct list_node *node)
{
	list_insert_before(head, node);
}

/* Take `node` out of its list and make it a list of its own, so that doing it twice is harmless. */
static inline void list_remove(struct list_node *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->prev = node->next = node;
}

/* The head's first node taken out, or NULL. */
static inline struct list_node *list_pop_head(struct list_node *head)
{
	if (list_empty(head))
		return NULL;
	struct list_node *node = head->next;
	list_remove(node);
	return node;
}

#define list_entry(node, type, member) CONTAINER_OF(node, type, member)

#endif
