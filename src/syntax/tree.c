/* The tree's memory and its names: see ast.h. */
#include "syntax/ast.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/scope.h"

enum { CHUNK_BYTES = 16 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	max_align_t memory[];
};

static void *arena_alloc(struct arena *arena, size_t bytes)
{
	size_t align = sizeof(max_align_t);
	bytes = mem_add(bytes, align - 1) / align * align;
	if (bytes > arena->left) {
		size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
		struct arena_chunk *chunk = mem_alloc(mem_add(room, sizeof *chunk));
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		arena->at = (char *)chunk->memory;
		arena->left = room;
	}
	void *p = arena->at;
	arena->at += bytes;
	arena->left -= bytes;
	return p;
}

void *tree_alloc(struct module_tree *tree, size_t count, size_t size)
{
	size_t bytes = mem_mul(count, size);
	void *p = arena_alloc(&tree->arena, bytes);
	memset(p, 0, bytes);
	return p;
}

void *tree_copy(struct module_tree *tree, const void *items, size_t count, size_t size)
{
	if (count == 0)
		return NULL;
	size_t bytes = mem_mul(count, size);
	void *p = arena_alloc(&tree->arena, bytes);
	memcpy(p, items, bytes);
	return p;
}

struct name *tree_name(struct module_tree *tree, const char *text, size_t len)
{
	const uint32_t *found = map_find(&tree->name_ids, text, len);
	if (found != NULL)
		return tree->names.items[*found];
	struct name *name = tree_alloc(tree, 1, sizeof *name);
	char *copy = tree_alloc(tree, len + 1, 1);
	memcpy(copy, text, len);
	name->text = copy;
	name->len = (uint32_t)len;
	name->id = (uint32_t)tree->names.count;
	map_set(&tree->name_ids, text, len, name->id);
	vec_push(&tree->names, name);
	return name;
}

void module_free(struct module_tree *tree)
{
	if (tree == NULL)
		return;
	scope_free(tree);
	while (tree->arena.chunks != NULL) {
		struct arena_chunk *next = tree->arena.chunks->next;
		free(tree->arena.chunks);
		tree->arena.chunks = next;
	}
	vec_free(&tree->uses);
	source_fini(&tree->source);
	map_free(&tree->name_ids);
	vec_free(&tree->names);
	vec_free(&tree->captions);
	free(tree);
}

static const char *const expr_names[] = {
#define EXPR(name, called) [EXPR_##name] = called,
#define STMT(name, called)
#define PATTERN(name)
#include "syntax/ast.def"
#undef EXPR
#undef STMT
#undef PATTERN
};

static const char *const stmt_names[] = {
#define EXPR(name, called)
#define STMT(name, called) [STMT_##name] = called,
#define PATTERN(name)
#include "syntax/ast.def"
#undef EXPR
#undef STMT
#undef PATTERN
};

const char *expr_called(const struct expr *e)
{
	static const char *const constants[] = {"None", "True", "False", "ellipsis"};
	return e->kind == EXPR_CONSTANT ? constants[e->u.constant] : expr_names[e->kind];
}

const char *stmt_called(enum stmt_kind kind)
{
	return stmt_names[kind];
}

bool stmt_is_string(const struct stmt *s)
{
	return s->kind == STMT_EXPRESSION && s->u.value->kind == EXPR_STR;
}
