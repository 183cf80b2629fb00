/* Hash map: see map.h. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

uint32_t hash_bytes(const void *bytes, size_t len)
{
	const unsigned char *s = bytes;
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < len; i++)
		h = (h ^ s[i]) * 16777619u;
	h ^= h >> 16;
	h *= 0x85EBCA6Bu;
	return h ^ (h >> 13);
}

void map_free(struct map *m)
{
	for (size_t i = 0; i < m->room; i++)
		free(m->slots[i].key);
	free(m->slots);
	*m = (struct map){0};
}

/* The slot that holds the key, or the empty one where it belongs. Room must be > 0. */
static struct map_slot *probe(const struct map *m, const char *key, size_t len, uint32_t hash)
{
	size_t mask = m->room - 1;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct map_slot *s = &m->slots[i];
		if (!s->key)
			return s;
		if (s->hash == hash && s->len == len && memcmp(s->key, key, len) == 0)
			return s;
	}
}

static void grow(struct map *m)
{
	struct map old = *m;
	m->room = old.room ? mem_mul(old.room, 2) : 16;
	m->slots = mem_zalloc(m->room, sizeof *m->slots);
	for (size_t i = 0; i < old.room; i++) {
		struct map_slot *s = &old.slots[i];
		if (s->key)
			*probe(m, s->key, s->len, s->hash) = *s;
	}
	free(old.slots);
}

uint32_t *map_find(const struct map *m, const char *key, size_t len)
{
	if (m->count == 0)
		return NULL;
	struct map_slot *s = probe(m, key, len, hash_bytes(key, len));
	return s->key ? &s->value : NULL;
}

void map_set(struct map *m, const char *key, size_t len, uint32_t value)
{
	if (len > UINT32_MAX)
		die("a name of %zu bytes is too long", len);
	if (m->room == 0 || m->count + 1 > m->room / 4 * 3)
		grow(m);
	uint32_t hash = hash_bytes(key, len);
	struct map_slot *s = probe(m, key, len, hash);
	if (!s->key) {
		s->key = mem_strndup(key, len);
		s->len = (uint32_t)len;
		s->hash = hash;
		m->count++;
	}
	s->value = value;
}
