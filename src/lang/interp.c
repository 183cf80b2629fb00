/*
 * The interpreter: one function that runs frames.
 *
 * Python calling Python, a generator being iterated and a coroutine being awaited push a frame
 * and go on in the same loop; nothing recurses in C. A frame that suspends gives what it
 * yields to the frame that resumed it, whose own instruction says what to do with it: `for`
 * takes the item, `await` suspends in turn. So a chain of awaits is left and entered frame by
 * frame until somebody in C is reached.
 *
 * While a frame runs, its stack pointer and instruction pointer live in local variables;
 * SAVE() writes them back before anything that may look at the frame or collect cycles.
 */
#include "lang/interp.h"

#include "lang/dict.h"
#include "lang/float.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/range.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"

#define PUSH(v) (*sp++ = (v))
#define POP()   (*--sp)
#define ARG     instruction_operand(word)
#define TOP()   (sp[-1])
#define SECOND() (sp[-2])
#define SAVE()  (f->ip = ip, f->stack_top = sp)
/* Put `r` in place of the `n` top items, which are given back; null is an error. */
#define REPLACE(n, r)                                                                    \
	do {                                                                               \
		value replaced_ = (r);                                                     \
		for (int i_ = 0; i_ < (n); i_++)                                           \
			value_xunref(vm, POP());                                           \
		if (value_is_null(replaced_))                                              \
			goto error;                                                        \
		PUSH(replaced_);                                                           \
	} while (0)
#define CHECK(condition)                                                                 \
	do {                                                                               \
		if (!(condition))                                                          \
			goto error;                                                        \
	} while (0)

#if defined(__GNUC__)
#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define LIKELY(x)   (x)
#define UNLIKELY(x) (x)
#endif

/*
 * Where the compiler can jump to a computed label, every instruction jumps to the next one's by
 * itself, which processors predict much better than one jump for all; elsewhere it is a switch.
 */
#if defined(__GNUC__)
#define THREADED 1
#pragma GCC diagnostic ignored "-Wpedantic" /* labels as values */
#define TARGET(name) target_##name
#define DISPATCH()   goto *targets[instruction_op(word)];
#define NEXT()                                                                           \
	do {                                                                               \
		word = *ip++;                                                              \
		goto *targets[instruction_op(word)];                                       \
	} while (0)
#else
#define THREADED 0
#define TARGET(name) case OP_##name
#define DISPATCH()   switch (instruction_op(word))
#define NEXT()       continue
#endif

bool vm_attend(struct vm *vm)
{
	unsigned asked = atomic_exchange(&vm->interrupt, 0);
	if (vm->steps_left == 0) {
		vm->steps_left = vm->limits.step_budget;
		asked |= INTERRUPT_ASKED;
	}
	if ((asked & INTERRUPT_COLLECT) != 0)
		vm_collect(vm);
	if ((asked & INTERRUPT_MEMORY) != 0 && vm->memory_bytes > vm->limits.memory_bytes) {
		vm_collect(vm);
		if (vm->memory_bytes > vm->limits.memory_bytes) {
			vm_raise_value(vm, vm->memory_error);
			return false;
		}
	}
	if (vm->stopped) {
		vm_stop(vm);
		return false;
	}
	if ((asked & INTERRUPT_ASKED) == 0 || vm->hooks.interrupted == NULL)
		return true;
	switch (vm->hooks.interrupted(vm->hooks.context, vm)) {
	case VM_CONTINUE:
		break;
	case VM_KEYBOARD_INTERRUPT:
		vm_raise_with(vm, &exc_KeyboardInterrupt, VALUE_NULL);
		return false;
	case VM_STOP:
		vm_stop(vm);
		return false;
	}
	return true;
}

/* The handler that covers instruction `at`, or NULL. */
static const struct code_handler *find_handler(const struct code *code, uint32_t at)
{
	for (uint32_t i = 0; i < code->handler_count; i++)
		if (at >= code->handlers[i].start && at < code->handlers[i].end)
			return &code->handlers[i];
	return NULL;
}

static value unbound_local(struct vm *vm, const struct code *code, uint32_t slot, bool free)
{
	const char *name = str_text(code->slot_names[slot]);
	if (free && slot >= code->slot_count - code->free_count)
		return vm_raise(vm, &exc_NameError,
		                "cannot access free variable '%s' where it is not associated with a "
		                "value in enclosing scope",
		                name);
	return vm_raise(vm, &exc_UnboundLocalError,
	                "cannot access local variable '%s' where it is not associated with a value",
	                name);
}

/* Enter a generator's frame from `f`, with `sent` (taken) as what its yield gives. */
static struct frame *enter_generator(struct vm *vm, struct frame *f, struct generator *g,
                                     value sent)
{
	struct frame *inner = g->frame;
	inner->back = f;
	g->running = true;
	g->awaited = true;
	if (g->started)
		*inner->stack_top++ = sent;
	else
		value_unref(vm, sent);
	g->started = true;
	vm->frame = inner;
	vm->depth++;
	return inner;
}

/* Whether `g` may be resumed by pushing its frame; otherwise its resume slot decides. */
static inline bool can_enter(struct vm *vm, const struct generator *g)
{
	return g->frame != NULL && !g->running && vm->depth < vm->limits.recursion;
}

enum coro_outcome vm_run(struct vm *vm, struct frame *entry, value thrown, value *out)
{
	struct frame *f = entry;
	const instruction *ip;
	value *sp;
	value result; /* what a frame returns or yields */
	struct frame *callee; /* who is about to be entered */
	instruction word;
#if THREADED
	static const void *const targets[] = {
#define OP(name, operand, effect, jump_effect) &&target_##name,
#include "lang/opcode.def"
#undef OP
	};
#endif

#define LOAD_FRAME() (ip = f->ip, sp = f->stack_top)

	*out = VALUE_NULL;
	entry->flags |= FRAME_ENTRY;
	entry->back = vm->frame;
	vm->frame = entry;
	vm->depth++;
	LOAD_FRAME();
	if (!value_is_null(thrown))
		goto throw_into;

	for (;;) {
		word = *ip++;
		DISPATCH() {
		/* ---- stack ---- */
		TARGET(NOP):
			NEXT();
		TARGET(LINE):
			if (UNLIKELY(vm->hooks.line != NULL)) {
				SAVE();
				vm->hooks.line(vm->hooks.context, vm, f->code, ARG);
			}
			NEXT();
		TARGET(POP_TOP):
			value_xunref(vm, POP());
			NEXT();
		TARGET(PUSH_NULL):
			PUSH(VALUE_NULL);
			NEXT();
		TARGET(COPY): {
			value v = value_xref(sp[-(int32_t)ARG]);
			PUSH(v);
			NEXT();
		}
		TARGET(SWAP): {
			value v = sp[-(int32_t)ARG];
			sp[-(int32_t)ARG] = TOP();
			TOP() = v;
			NEXT();
		}

		/* ---- names ---- */
		TARGET(LOAD_CONST):
			PUSH(value_ref(f->code->consts[ARG]));
			NEXT();
		TARGET(LOAD_FAST): {
			value v = f->slots[ARG];
			if (UNLIKELY(value_is_null(v))) {
				SAVE();
				unbound_local(vm, f->code, ARG, false);
				goto error;
			}
			PUSH(value_ref(v));
			NEXT();
		}
		TARGET(STORE_FAST): {
			value v = POP(), old = f->slots[ARG];
			f->slots[ARG] = v;
			if (!value_is_null(old)) {
				SAVE();
				value_unref(vm, old);
			}
			NEXT();
		}
		TARGET(DELETE_FAST):
			SAVE();
			if (value_is_null(f->slots[ARG])) {
				unbound_local(vm, f->code, ARG, false);
				goto error;
			}
			value_forget(vm, &f->slots[ARG]);
			NEXT();
		TARGET(CLEAR_SLOT):
			SAVE();
			value_forget(vm, &f->slots[ARG]);
			NEXT();
		TARGET(MAKE_CELL): {
			value cell = cell_new(vm, VALUE_NULL);
			cell_of(cell)->contents = f->slots[ARG];
			f->slots[ARG] = cell;
			NEXT();
		}
		TARGET(LOAD_CLOSURE):
			PUSH(value_ref(f->slots[ARG]));
			NEXT();
		TARGET(LOAD_DEREF): {
			value v = cell_of(f->slots[ARG])->contents;
			if (UNLIKELY(value_is_null(v))) {
				SAVE();
				unbound_local(vm, f->code, ARG, true);
				goto error;
			}
			PUSH(value_ref(v));
			NEXT();
		}
		TARGET(STORE_DEREF): {
			value v = POP();
			SAVE();
			value_replace(vm, &cell_of(f->slots[ARG])->contents, v);
			NEXT();
		}
		TARGET(DELETE_DEREF):
			SAVE();
			if (value_is_null(cell_of(f->slots[ARG])->contents)) {
				unbound_local(vm, f->code, ARG, true);
				goto error;
			}
			value_forget(vm, &cell_of(f->slots[ARG])->contents);
			NEXT();
		TARGET(LOAD_CLASSDEREF): {
			value v = dict_get_name(f->namespace, f->code->slot_names[ARG]);
			if (value_is_null(v))
				v = cell_of(f->slots[ARG])->contents;
			if (value_is_null(v)) {
				SAVE();
				unbound_local(vm, f->code, ARG, true);
				goto error;
			}
			PUSH(value_ref(v));
			NEXT();
		}
		TARGET(LOAD_GLOBAL): {
			struct inline_cache *c = &f->caches[ip - 1 - f->code->instructions];
			struct table *globals = &dict_of(f->globals)->table;
			if (LIKELY(c->version == globals->version)) {
				if (c->kind == GLOBAL_OWN) {
					PUSH(value_ref(globals->entries[c->position].item));
					NEXT();
				}
				struct table *builtins = &dict_of(f->builtins)->table;
				if (LIKELY(c->kind == GLOBAL_BUILTIN &&
				           c->builtins_version == builtins->version)) {
					PUSH(value_ref(builtins->entries[c->position].item));
					NEXT();
				}
			}
			value v = load_global(f, c, f->code->names[ARG]);
			if (UNLIKELY(value_is_null(v))) {
				SAVE();
				raise_no_name(vm, f->code->names[ARG]);
				goto error;
			}
			PUSH(value_ref(v));
			NEXT();
		}
		TARGET(STORE_GLOBAL): {
			value v = POP();
			SAVE();
			dict_set_name(vm, f->globals, f->code->names[ARG], v);
			value_unref(vm, v);
			if (vm->hooks.global_stored != NULL)
				vm->hooks.global_stored(vm->hooks.context, vm, f->code->names[ARG]);
			NEXT();
		}
		TARGET(DELETE_GLOBAL):
		TARGET(DELETE_NAME): {
			SAVE();
			value from = instruction_op(word) == OP_DELETE_NAME ? f->namespace : f->globals;
			if (dict_delete(vm, from, f->code->names[ARG]) != 1) {
				raise_no_name(vm, f->code->names[ARG]);
				goto error;
			}
			if (vm->hooks.global_stored != NULL && instruction_op(word) == OP_DELETE_GLOBAL)
				vm->hooks.global_stored(vm->hooks.context, vm, f->code->names[ARG]);
			NEXT();
		}
		TARGET(LOAD_NAME): {
			value name = f->code->names[ARG];
			value v = dict_get_name(f->namespace, name);
			if (value_is_null(v))
				v = dict_get_name(f->globals, name);
			if (value_is_null(v))
				v = dict_get_name(f->builtins, name);
			if (value_is_null(v)) {
				SAVE();
				raise_no_name(vm, name);
				goto error;
			}
			PUSH(value_ref(v));
			NEXT();
		}
		TARGET(STORE_NAME): {
			value v = POP();
			SAVE();
			dict_set_name(vm, f->namespace, f->code->names[ARG], v);
			value_unref(vm, v);
			NEXT();
		}

		/* ---- attributes and items ---- */
		TARGET(LOAD_ATTR): {
			SAVE();
			struct inline_cache *c = &f->caches[ip - 1 - f->code->instructions];
			value v = load_attr(vm, c, TOP(), f->code->names[ARG]);
			REPLACE(1, v);
			NEXT();
		}
		TARGET(LOAD_METHOD): {
			SAVE();
			struct inline_cache *c = &f->caches[ip - 1 - f->code->instructions];
			value obj = TOP();
			bool bound = false;
			value v = load_method(vm, c, obj, f->code->names[ARG], &bound);
			CHECK(!value_is_null(v));
			TOP() = v;
			if (bound) {
				value_unref(vm, obj);
				PUSH(VALUE_NULL);
			} else {
				PUSH(obj);
			}
			NEXT();
		}
		TARGET(STORE_ATTR): {
			SAVE();
			struct inline_cache *c = &f->caches[ip - 1 - f->code->instructions];
			bool ok = store_attr(vm, c, TOP(), f->code->names[ARG], SECOND());
			value_unref(vm, POP());
			value_unref(vm, POP());
			CHECK(ok);
			NEXT();
		}
		TARGET(DELETE_ATTR): {
			SAVE();
			bool ok = object_setattr(vm, TOP(), f->code->names[ARG], VALUE_NULL);
			value_unref(vm, POP());
			CHECK(ok);
			NEXT();
		}
		TARGET(LOAD_ITEM): {
			SAVE();
			value v = load_item(vm, SECOND(), TOP());
			REPLACE(2, v);
			NEXT();
		}
		TARGET(STORE_ITEM): {
			SAVE();
			bool ok = object_setitem(vm, SECOND(), TOP(), sp[-3]);
			value_unref(vm, POP());
			value_unref(vm, POP());
			value_unref(vm, POP());
			CHECK(ok);
			NEXT();
		}
		TARGET(DELETE_ITEM): {
			SAVE();
			bool ok = object_setitem(vm, SECOND(), TOP(), VALUE_NULL);
			value_unref(vm, POP());
			value_unref(vm, POP());
			CHECK(ok);
			NEXT();
		}
		TARGET(BUILD_SLICE): {
			value step = ARG == 3 ? TOP() : VALUE_NONE;
			value v = slice_new(vm, sp[-(int32_t)ARG], sp[-(int32_t)ARG + 1], step);
			REPLACE((int)ARG, v);
			NEXT();
		}

		/* ---- operators ---- */
		TARGET(BINARY):
		TARGET(INPLACE): {
			value left = SECOND(), right = TOP(), v;
			if (LIKELY(small_binary((enum binary_op)ARG, left, right, &v))) {
				sp--;
				TOP() = v;
				NEXT();
			}
			SAVE();
			if (instruction_op(word) == OP_BINARY)
				v = quick_binary(vm, (enum binary_op)ARG, left, right);
			else
				v = object_inplace(vm, (enum binary_op)ARG, left, right);
			REPLACE(2, v);
			NEXT();
		}
		TARGET(UNARY): {
			SAVE();
			value v = object_unary(vm, (enum unary_op)ARG, TOP());
			REPLACE(1, v);
			NEXT();
		}
		TARGET(NOT): {
			SAVE();
			int yes = object_truth(vm, TOP());
			value_unref(vm, POP());
			CHECK(yes >= 0);
			PUSH(value_bool(!yes));
			NEXT();
		}
		TARGET(COMPARE): {
			if (LIKELY((SECOND().bits & TOP().bits & 1) != 0)) {
				bool yes = small_compare((enum compare_op)ARG, SECOND(), TOP());
				sp--;
				TOP() = value_bool(yes);
				NEXT();
			}
			SAVE();
			value v = object_compare(vm, SECOND(), TOP(), (enum compare_op)ARG);
			REPLACE(2, v);
			NEXT();
		}
		TARGET(IS): {
			bool same = value_is(SECOND(), TOP());
			SAVE();
			value_unref(vm, POP());
			value_unref(vm, POP());
			PUSH(value_bool(same != (ARG != 0)));
			NEXT();
		}
		TARGET(CONTAINS): {
			SAVE();
			int yes = object_contains(vm, TOP(), SECOND());
			value_unref(vm, POP());
			value_unref(vm, POP());
			CHECK(yes >= 0);
			PUSH(value_bool((yes != 0) != (ARG != 0)));
			NEXT();
		}

		/* ---- jumps ---- */
		TARGET(JUMP):
			ip = f->code->instructions + ARG;
			NEXT();
		TARGET(JUMP_BACK):
			SAVE();
			CHECK(vm_poll(vm));
			ip = f->code->instructions + ARG;
			NEXT();
		TARGET(POP_JUMP_IF_TRUE):
		TARGET(POP_JUMP_IF_FALSE): {
			value v = POP();
			int yes;
			if (value_is(v, VALUE_TRUE)) {
				yes = 1;
			} else if (value_is(v, VALUE_FALSE)) {
				yes = 0;
			} else {
				SAVE();
				yes = object_truth(vm, v);
				value_unref(vm, v);
				CHECK(yes >= 0);
			}
			if (yes == (instruction_op(word) == OP_POP_JUMP_IF_TRUE))
				ip = f->code->instructions + ARG;
			NEXT();
		}
		TARGET(POP_JUMP_IF_NONE):
		TARGET(POP_JUMP_IF_NOT_NONE): {
			value v = POP();
			bool none = value_is_none(v);
			SAVE();
			value_unref(vm, v);
			if (none == (instruction_op(word) == OP_POP_JUMP_IF_NONE))
				ip = f->code->instructions + ARG;
			NEXT();
		}
		TARGET(JUMP_IF_TRUE_OR_POP):
		TARGET(JUMP_IF_FALSE_OR_POP): {
			SAVE();
			int yes = object_truth(vm, TOP());
			CHECK(yes >= 0);
			if (yes == (instruction_op(word) == OP_JUMP_IF_TRUE_OR_POP))
				ip = f->code->instructions + ARG;
			else
				value_unref(vm, POP());
			NEXT();
		}

		/* ---- displays and strings ---- */
		TARGET(BUILD_TUPLE): {
			value v = tuple_new(vm, ARG);
			sp -= ARG;
			for (uint32_t i = 0; i < ARG; i++)
				tuple_of(v)->items[i] = sp[i];
			PUSH(v);
			NEXT();
		}
		TARGET(BUILD_LIST): {
			value v = list_new(vm, ARG);
			sp -= ARG;
			for (uint32_t i = 0; i < ARG; i++)
				list_of(v)->items[i] = sp[i];
			list_of(v)->count = ARG;
			PUSH(v);
			NEXT();
		}
		TARGET(BUILD_SET): {
			SAVE();
			value v = build_set(vm, sp - ARG, ARG);
			REPLACE((int)ARG, v);
			NEXT();
		}
		TARGET(BUILD_DICT): {
			SAVE();
			value v = build_dict(vm, sp - 2 * (size_t)ARG, ARG);
			REPLACE((int)(2 * ARG), v);
			NEXT();
		}
		TARGET(LIST_APPEND): {
			value v = POP();
			list_append(vm, sp[-(int32_t)ARG], v);
			value_unref(vm, v);
			NEXT();
		}
		TARGET(SET_ADD): {
			value v = POP();
			SAVE();
			bool ok = set_add(vm, sp[-(int32_t)ARG], v);
			value_unref(vm, v);
			CHECK(ok);
			NEXT();
		}
		TARGET(DICT_ADD): {
			value v = POP(), key = POP();
			SAVE();
			bool ok = dict_set(vm, sp[-(int32_t)ARG], key, v);
			value_unref(vm, key);
			value_unref(vm, v);
			CHECK(ok);
			NEXT();
		}
		TARGET(LIST_EXTEND): {
			value v = POP();
			SAVE();
			bool ok = star_extend(vm, sp[-(int32_t)ARG], v);
			value_unref(vm, v);
			CHECK(ok);
			NEXT();
		}
		TARGET(SET_UPDATE): {
			value v = POP();
			SAVE();
			bool ok = set_update(vm, sp[-(int32_t)ARG], v);
			value_unref(vm, v);
			CHECK(ok);
			NEXT();
		}
		TARGET(DICT_UPDATE): {
			value v = POP();
			SAVE();
			bool ok = display_update(vm, sp[-(int32_t)ARG], v);
			value_unref(vm, v);
			CHECK(ok);
			NEXT();
		}
		TARGET(DICT_MERGE): {
			value v = POP();
			SAVE();
			bool ok = merge_keywords(vm, sp[-4], TOP(), v);
			value_unref(vm, v);
			CHECK(ok);
			NEXT();
		}
		TARGET(LIST_TO_TUPLE): {
			value v = tuple_from(vm, list_of(TOP())->items, list_count(TOP()));
			REPLACE(1, v);
			NEXT();
		}
		TARGET(BUILD_STRING): {
			value v = str_concat_all(vm, sp - ARG, ARG);
			REPLACE((int)ARG, v);
			NEXT();
		}
		TARGET(FORMAT_VALUE): {
			SAVE();
			bool with_spec = (ARG & 4) != 0;
			value subject = with_spec ? SECOND() : TOP();
			value v = format_value(vm, subject, ARG & 3, with_spec ? TOP() : VALUE_NULL);
			REPLACE(with_spec ? 2 : 1, v);
			NEXT();
		}

		/* ---- unpacking and iterating ---- */
		TARGET(UNPACK_SEQUENCE): {
			value v = POP();
			SAVE();
			bool ok = unpack_sequence(vm, v, ARG, sp);
			value_unref(vm, v);
			CHECK(ok);
			sp += ARG;
			NEXT();
		}
		TARGET(UNPACK_STAR): {
			value v = POP();
			SAVE();
			uint32_t before = ARG & 0xfff, after = ARG >> 12;
			bool ok = unpack_star(vm, v, before, after, sp);
			value_unref(vm, v);
			CHECK(ok);
			sp += before + after + 1;
			NEXT();
		}
		TARGET(GET_ITER): {
			SAVE();
			value v = object_iter(vm, TOP());
			REPLACE(1, v);
			NEXT();
		}
		TARGET(FOR_ITER): {
			value iterator = TOP();
			const struct type *type = value_object(iterator)->type;
			SAVE();
			if (type == &generator_type && can_enter(vm, generator_of(iterator))) {
				f = enter_generator(vm, f, generator_of(iterator), VALUE_NONE);
				LOAD_FRAME();
				NEXT();
			}
			value v = type->next != NULL ? type->next(vm, iterator)
			                             : object_next(vm, iterator);
			if (LIKELY(!value_is_null(v))) {
				PUSH(v);
				NEXT();
			}
			CHECK(value_is_null(vm->raised) || vm_caught(vm, &exc_StopIteration));
			value_unref(vm, POP());
			ip = f->code->instructions + ARG;
			NEXT();
		}

		/* ---- functions and calls ---- */
		TARGET(MAKE_FUNCTION): {
			SAVE();
			value code = POP();
			struct function *fn = function_of(
				function_new(vm, value_as_code(code), f->globals));
			if ((ARG & 8) != 0)
				fn->closure = POP();
			if ((ARG & 4) != 0)
				fn->annotations = POP();
			if ((ARG & 2) != 0)
				fn->keyword_defaults = POP();
			if ((ARG & 1) != 0)
				fn->defaults = POP();
			value_unref(vm, code);
			PUSH(object_value(fn));
			NEXT();
		}
		TARGET(CALL): {
			value *base = sp - ARG - 2;
			if (value_is_exactly(base[0], &method_type) && value_is_null(base[1])) {
				const struct method *m =
					(const struct method *)(const void *)value_object(base[0]);
				value bound = base[0];
				base[1] = value_ref(m->self);
				base[0] = value_ref(m->function);
				value_unref(vm, bound);
			}
			value callable = base[0];
			value *first = value_is_null(base[1]) ? base + 2 : base + 1;
			size_t count = (size_t)(sp - first);
			const struct type *type = value_type(callable);
			if (type == &function_type) {
				struct function *fn = function_of(callable);
				const struct code *code = fn->code;
				SAVE();
				CHECK(vm_poll(vm));
				if (LIKELY(simple_call(code, count) &&
				           vm->depth < vm->limits.recursion)) {
					callee = frame_new_taking(vm, fn);
					for (size_t i = 0; i < count; i++)
						callee->slots[i] = first[i];
					sp = base;
					goto enter;
				}
			} else if (type == &type_type) {
				callee = enter_class(vm, callable, first, count);
				if (callee != NULL) {
					sp = base;
					SAVE();
					value_unref(vm, callable);
					goto enter;
				}
			}
			SAVE();
			const struct args a = {first, count, VALUE_NULL};
			callee = NULL;
			value v = call_any(vm, callable, &a, &callee);
			while (sp > base)
				value_xunref(vm, POP());
			if (callee != NULL)
				goto enter;
			CHECK(!value_is_null(v));
			PUSH(v);
			NEXT();
		}
		TARGET(CALL_KW): {
			SAVE();
			CHECK(vm_poll(vm));
			value *base = sp - ARG - 3;
			value names = TOP();
			value *first = value_is_null(base[1]) ? base + 2 : base + 1;
			size_t count = (size_t)(sp - 1 - first) - tuple_count(names);
			const struct args a = {first, count, names};
			callee = NULL;
			value v = call_any(vm, base[0], &a, &callee);
			while (sp > base)
				value_xunref(vm, POP());
			if (callee != NULL)
				goto enter;
			CHECK(!value_is_null(v));
			PUSH(v);
			NEXT();
		}
		TARGET(CALL_EX): {
			SAVE();
			CHECK(vm_poll(vm));
			value keywords = (ARG & 1) != 0 ? TOP() : VALUE_NULL;
			value *base = sp - 3 - (ARG & 1);
			callee = NULL;
			value v = call_spread(vm, base[0], base[1], base[2], keywords, &callee);
			while (sp > base)
				value_xunref(vm, POP());
			if (callee != NULL)
				goto enter;
			CHECK(!value_is_null(v));
			PUSH(v);
			NEXT();
		}
		TARGET(RETURN_VALUE):
			result = POP();
			goto leave;
		TARGET(LOAD_BUILD_CLASS):
			PUSH(native_new(vm, &build_class_def, VALUE_NULL));
			NEXT();
		TARGET(SETUP_ANNOTATIONS): {
			value name = vm_name(vm, NAME_annotations);
			if (value_is_null(dict_get_name(f->namespace, name))) {
				value dict = dict_new(vm);
				dict_set_name(vm, f->namespace, name, dict);
				value_unref(vm, dict);
			}
			NEXT();
		}

		/* ---- generators and awaiting ---- */
		TARGET(YIELD_VALUE):
			result = POP();
			f->generator->produced = true;
			goto suspend;
		TARGET(YIELD_FROM): {
			value receiver = SECOND(), sent = POP();
			const struct type *type = value_type(receiver);
			SAVE();
			if ((type == &coroutine_type || type == &generator_type) &&
			    can_enter(vm, generator_of(receiver)) &&
			    (generator_of(receiver)->started || value_is_none(sent))) {
				f = enter_generator(vm, f, generator_of(receiver), sent);
				LOAD_FRAME();
				NEXT();
			}
			value v;
			enum coro_outcome outcome =
				coro_resume(vm, receiver, sent, VALUE_NULL, &v);
			value_unref(vm, sent);
			if (outcome == CORO_RAISE)
				goto error;
			if (outcome == CORO_AWAIT) {
				ip--;
				f->generator->produced = false;
				result = v;
				goto suspend;
			}
			REPLACE(1, v);
			NEXT();
		}
		TARGET(GET_AWAITABLE): {
			SAVE();
			value v = get_awaitable(vm, TOP(), ARG);
			REPLACE(1, v);
			PUSH(VALUE_NONE);
			NEXT();
		}
		TARGET(GET_YIELD_FROM_ITER): {
			SAVE();
			value v = get_yield_from(vm, TOP(), f->code);
			REPLACE(1, v);
			PUSH(VALUE_NONE);
			NEXT();
		}
		TARGET(GET_AITER): {
			SAVE();
			value v = get_aiter(vm, TOP());
			REPLACE(1, v);
			NEXT();
		}
		TARGET(GET_ANEXT): {
			SAVE();
			value v = get_anext(vm, TOP());
			CHECK(!value_is_null(v));
			PUSH(v);
			PUSH(VALUE_NONE);
			NEXT();
		}
		TARGET(END_ASYNC_FOR): {
			value exception = POP();
			SAVE();
			bool end = value_is_a(exception, &exc_StopAsyncIteration);
			value_unref(vm, POP());
			if (!end) {
				vm_restore(vm, exception);
				goto unwind;
			}
			value_unref(vm, exception);
			NEXT();
		}

		/* ---- exceptions ---- */
		TARGET(RAISE): {
			SAVE();
			bool again = do_raise(vm, ARG >= 1 ? sp[-(int32_t)ARG] : VALUE_NULL,
			                      ARG == 2 ? TOP() : VALUE_NULL);
			for (uint32_t i = 0; i < ARG; i++)
				value_unref(vm, POP());
			if (again)
				goto unwind;
			goto error;
		}
		TARGET(PUSH_HANDLED): {
			value exception = TOP();
			TOP() = f->handled;
			f->handled = value_ref(exception);
			PUSH(exception);
			NEXT();
		}
		TARGET(POP_HANDLED): {
			value previous = POP();
			SAVE();
			value_replace(vm, &f->handled, previous);
			NEXT();
		}
		TARGET(SET_HANDLED): {
			value exception = POP();
			SAVE();
			value_replace(vm, &f->handled, exception);
			NEXT();
		}
		TARGET(RERAISE): {
			value exception = POP();
			SAVE();
			vm_restore(vm, exception);
			goto unwind;
		}
		TARGET(CHECK_EXC_MATCH): {
			SAVE();
			int yes = exception_matches(vm, SECOND(), TOP());
			value_unref(vm, POP());
			CHECK(yes >= 0);
			PUSH(value_bool(yes));
			NEXT();
		}
		TARGET(CHECK_EG_MATCH): {
			SAVE();
			value rest;
			value match = exception_group_match(vm, SECOND(), TOP(), &rest);
			CHECK(!value_is_null(match));
			value_unref(vm, POP());
			value_unref(vm, POP());
			PUSH(rest);
			PUSH(match);
			NEXT();
		}
		TARGET(PREP_RERAISE_STAR): {
			SAVE();
			value v = exception_prepare_star(vm, SECOND(), TOP());
			REPLACE(2, v);
			NEXT();
		}
		TARGET(BEFORE_WITH):
		TARGET(BEFORE_ASYNC_WITH): {
			SAVE();
			value exit_method;
			value entered = before_with(
				vm, TOP(), instruction_op(word) == OP_BEFORE_ASYNC_WITH, &exit_method);
			REPLACE(1, exit_method);
			CHECK(!value_is_null(entered));
			PUSH(entered);
			NEXT();
		}
		TARGET(WITH_EXIT): {
			SAVE();
			value v = vm_call(vm, TOP(), ARGS(VALUE_NONE, VALUE_NONE, VALUE_NONE));
			REPLACE(1, v);
			NEXT();
		}
		TARGET(WITH_EXCEPT_START): {
			SAVE();
			value exception = TOP();
			value traceback = value_as_exception(exception)->traceback;
			value v = vm_call(vm, sp[-3],
			                  ARGS(type_value(value_type(exception)), exception,
			                       value_is_null(traceback) ? VALUE_NONE : traceback));
			CHECK(!value_is_null(v));
			PUSH(v);
			NEXT();
		}
		TARGET(LOAD_ASSERTION_ERROR):
			PUSH(type_value(&exc_AssertionError));
			NEXT();

		/* ---- import ---- */
		TARGET(IMPORT_MODULE): {
			SAVE();
			value v = vm_import(vm, str_text(f->code->names[ARG]));
			CHECK(!value_is_null(v));
			PUSH(v);
			NEXT();
		}
		TARGET(IMPORT_FROM): {
			SAVE();
			value v = import_from(vm, TOP(), f->code->names[ARG]);
			CHECK(!value_is_null(v));
			PUSH(v);
			NEXT();
		}

		/* ---- match ---- */
		TARGET(GET_LEN): {
			SAVE();
			int64_t len = object_len(vm, TOP());
			CHECK(len >= 0);
			PUSH(int_new(vm, len));
			NEXT();
		}
		TARGET(MATCH_SEQUENCE):
		TARGET(MATCH_MAPPING): {
			uint32_t flag = instruction_op(word) == OP_MATCH_SEQUENCE ? TYPE_SEQUENCE
			                                                          : TYPE_MAPPING;
			value v = value_bool(match_kind(value_type(TOP()), flag));
			PUSH(v);
			NEXT();
		}
		TARGET(MATCH_KEYS): {
			SAVE();
			value v = match_keys(vm, SECOND(), TOP());
			CHECK(!value_is_null(v));
			PUSH(v);
			NEXT();
		}
		TARGET(MATCH_REST): {
			SAVE();
			value v = match_rest(vm, SECOND(), TOP());
			CHECK(!value_is_null(v));
			PUSH(v);
			NEXT();
		}
		TARGET(MATCH_CLASS): {
			SAVE();
			value v = match_class(vm, sp[-3], SECOND(), TOP(), ARG);
			REPLACE(3, v);
			NEXT();
		}
		}
		continue;

	enter:
		/* `f` has taken the arguments off its stack and calls `callee`. */
		f->ip = ip;
		f->stack_top = sp;
		callee->back = f;
		vm->frame = f = callee;
		vm->depth++;
		LOAD_FRAME();
		NEXT();

	leave:
		/* `f` returns `result`. */
		{
			struct frame *left = f, *back = f->back;
			bool last = (f->flags & FRAME_ENTRY) != 0;
			left->ip = ip;
			left->stack_top = sp;
			if (left->generator != NULL) {
				struct generator *g = left->generator;
				g->running = false;
				g->finished = true;
				g->frame = NULL;
				left->generator = NULL;
			} else if ((left->flags & FRAME_INIT) != 0) {
				if (UNLIKELY(!value_is_none(result))) {
					vm_raise(vm, &exc_TypeError,
					         "__init__() should return None, not '%s'",
					         value_type_name(result));
					value_unref(vm, result);
					goto leave_raising;
				}
				result = left->made;
				left->made = VALUE_NULL;
			}
			vm->frame = back;
			vm->depth--;
			left->flags &= ~(uint32_t)FRAME_ENTRY;
			if (last) {
				frame_leave(vm, left);
				*out = result;
				return CORO_RETURN;
			}
			frame_leave(vm, left);
			f = back;
			LOAD_FRAME();
			switch (instruction_op(ip[-1])) {
			case OP_FOR_ITER:
				value_unref(vm, result);
				value_unref(vm, POP());
				ip = f->code->instructions + instruction_operand(ip[-1]);
				break;
			case OP_YIELD_FROM: {
				value receiver = POP();
				PUSH(result);
				f->stack_top = sp;
				value_unref(vm, receiver);
				break;
			}
			default:
				PUSH(result);
				break;
			}
			NEXT();
		}

	suspend:
		/* `f` yields `result`; `ip` is where it goes on. */
		for (;;) {
			struct frame *left = f;
			bool last = (f->flags & FRAME_ENTRY) != 0;
			SAVE();
			f = left->back;
			left->back = NULL;
			left->generator->running = false;
			left->flags &= ~(uint32_t)FRAME_ENTRY;
			vm->frame = f;
			vm->depth--;
			if (last) {
				*out = result;
				return CORO_AWAIT;
			}
			LOAD_FRAME();
			if (instruction_op(ip[-1]) == OP_FOR_ITER) {
				PUSH(result);
				break;
			}
			/* It awaits what has just suspended, and so suspends as well. */
			ip--;
			f->generator->produced = false;
		}
		NEXT();

	throw_into:
		/* `f` is suspended; `thrown` is to be raised where it stands, or further in. */
		f->generator->running = true;
		f->generator->awaited = true;
		if (f->generator->started && instruction_op(*ip) == OP_YIELD_FROM) {
			value receiver = TOP();
			ip++;
			SAVE();
			if (value_is_a(thrown, &exc_GeneratorExit)) {
				CHECK(coro_close(vm, receiver));
			} else if (value_is_generator_kind(receiver) &&
			           can_enter(vm, generator_of(receiver)) &&
			           generator_of(receiver)->started) {
				struct frame *inner = generator_of(receiver)->frame;
				inner->back = f;
				vm->frame = f = inner;
				vm->depth++;
				LOAD_FRAME();
				goto throw_into;
			} else {
				value v;
				enum coro_outcome outcome =
					coro_resume(vm, receiver, VALUE_NONE, thrown, &v);
				CHECK(outcome != CORO_RAISE);
				if (outcome == CORO_AWAIT) {
					ip--;
					f->generator->produced = false;
					result = v;
					goto suspend;
				}
				REPLACE(1, v);
				NEXT();
			}
		}
		vm_raise_value(vm, thrown);
		if (!f->generator->started) {
			f->generator->started = true;
			exception_add_traceback(vm, f);
			goto leave_raising;
		}

	error:
		/* The exception that is set was raised by the instruction before `ip`. */
		SAVE();
		exception_add_traceback(vm, f);
	unwind: {
		const struct code_handler *h = NULL;
		if (LIKELY(!vm->stopped))
			h = find_handler(f->code, (uint32_t)(ip - f->code->instructions) - 1);
		if (h != NULL) {
			value *bottom = f->slots + f->code->slot_count + h->depth;
			while (sp > bottom) {
				value v = POP();
				f->stack_top = sp;
				value_xunref(vm, v);
			}
			PUSH(vm_take(vm));
			ip = f->code->instructions + h->target;
			NEXT();
		}
	}
	leave_raising: {
		struct frame *left = f, *back = f->back;
		bool last = (f->flags & FRAME_ENTRY) != 0;
		SAVE();
		struct generator *g = left->generator;
		if (g != NULL) {
			generator_convert_stop(vm, g);
			g->running = false;
			g->finished = true;
			g->frame = NULL;
			left->generator = NULL;
		}
		vm->frame = back;
		vm->depth--;
		left->flags &= ~(uint32_t)FRAME_ENTRY;
		frame_leave(vm, left);
		if (last)
			return CORO_RAISE;
		f = back;
		LOAD_FRAME();
		goto error;
	}
	}
}
