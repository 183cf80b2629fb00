/* lang: what names mean. */
#include <string.h>

#include "syntax/ast.h"
#include "syntax/scope.h"
#include "suite.h"

static struct module_tree *tree;

static void parse(const char *text)
{
	struct diagnostics d = {0};
	int result = module_parse("scene.py", text, strlen(text), &d, &tree);
	ck_assert_msg(result == 0, "%s", d.count > 0 ? d.items[0].message : "?");
}

/* The n-th scope, in the order of their beginnings; 0 is the module. */
static const struct scope *scope_at(size_t n)
{
	const struct scope *scope = tree->scope;
	while (n-- > 0)
		scope = scope->next;
	return scope;
}

static const struct symbol *symbol_at(size_t n, const char *name)
{
	const struct symbol *symbol = scope_lookup(scope_at(n), tree_name(tree, name, strlen(name)));
	ck_assert_msg(symbol != NULL, "%s is unknown in scope %zu", name, n);
	return symbol;
}

static void expect(size_t n, const char *name, enum binding kind)
{
	ck_assert_msg(symbol_at(n, name)->kind == kind, "%s in scope %zu is of kind %d", name, n,
	              symbol_at(n, name)->kind);
}

static void done(void)
{
	module_free(tree);
	tree = NULL;
}

START_TEST(assigned_names_are_local_and_others_global)
{
	parse("import a\ndef f(p):\n    x = p\n    for y in a: pass\n    print(x)\n");
	expect(0, "f", BINDING_NAMESPACE);
	expect(1, "p", BINDING_LOCAL);
	expect(1, "x", BINDING_LOCAL);
	expect(1, "y", BINDING_LOCAL);
	expect(1, "a", BINDING_GLOBAL);
	expect(1, "print", BINDING_GLOBAL);
	done();
}
END_TEST

START_TEST(variables_of_outer_functions_become_cells)
{
	parse("def f():\n    x = 1\n    def g():\n        def h():\n            return x\n"
	      "        return h\n    return g\n");
	expect(1, "x", BINDING_CELL);
	expect(1, "g", BINDING_LOCAL);
	expect(3, "x", BINDING_FREE);
	/* g passes the cell on, though it does not use it. */
	ck_assert_uint_eq(scope_at(2)->frees.count, 1);
	ck_assert_ptr_eq(scope_at(2)->frees.items[0].cell, symbol_at(1, "x"));
	done();
}
END_TEST

START_TEST(global_and_nonlocal_say_whose_name_it_is)
{
	parse("x = 1\ndef f():\n    global x\n    x = 2\n    y = 1\n    def g():\n"
	      "        nonlocal y\n        y = 2\n");
	expect(1, "x", BINDING_GLOBAL);
	expect(1, "y", BINDING_CELL);
	expect(2, "y", BINDING_FREE);
	done();
}
END_TEST

START_TEST(class_bodies_hide_their_names_from_methods)
{
	parse("def f():\n    x = 1\n    class C:\n        x = 2\n        z = x\n"
	      "        def m(self): return x\n");
	expect(2, "x", BINDING_NAMESPACE);
	expect(3, "x", BINDING_FREE);
	ck_assert_ptr_eq(symbol_at(3, "x")->meaning, symbol_at(1, "x"));
	done();
}
END_TEST

START_TEST(super_needs_the_class_cell)
{
	parse("class C:\n    def m(self): return super().m()\nclass D:\n    def m(self): pass\n");
	ck_assert_ptr_nonnull(scope_at(1)->class_cell);
	expect(2, "__class__", BINDING_FREE);
	ck_assert_ptr_null(scope_at(3)->class_cell);
	done();
}
END_TEST

START_TEST(comprehension_variables_have_slots_of_their_own)
{
	parse("def f(x):\n    a = [x for x in x]\n    b = [y for y in a if x]\n    return a\n");
	const struct symbol *outer = symbol_at(1, "x");
	const struct symbol *inner = symbol_at(2, "x");
	expect(2, "x", BINDING_LOCAL);
	ck_assert_ptr_ne(inner->meaning, outer);
	ck_assert_uint_ne(inner->slot, outer->slot);
	/* The second one uses the function's x, in the function's slot. */
	ck_assert_ptr_eq(symbol_at(3, "x")->meaning, outer);
	ck_assert_uint_eq(symbol_at(3, "x")->slot, outer->slot);
	ck_assert_uint_eq(scope_at(1)->local_count, 5);
	done();
}
END_TEST

START_TEST(generator_expressions_are_functions)
{
	parse("def f(n):\n    return (i * n for i in range(n))\n");
	expect(1, "n", BINDING_CELL);
	expect(2, "n", BINDING_FREE);
	expect(2, "i", BINDING_LOCAL);
	ck_assert_uint_eq(symbol_at(2, ".0")->slot, 0);
	done();
}
END_TEST

START_TEST(a_walrus_binds_outside_of_comprehensions)
{
	parse("def f(a):\n    any((m := x) for x in a)\n    return [k := y for y in a], m, k\n");
	expect(1, "m", BINDING_CELL);
	expect(1, "k", BINDING_LOCAL);
	ck_assert_ptr_eq(symbol_at(3, "k")->meaning, symbol_at(1, "k"));
	done();
}
END_TEST

START_TEST(private_names_are_mangled)
{
	parse("class _Pan:\n    __lid = 1\n    def f(self, __x): return self.__lid, __x, __y__\n");
	expect(1, "_Pan__lid", BINDING_NAMESPACE);
	expect(2, "_Pan__x", BINDING_LOCAL);
	expect(2, "__y__", BINDING_GLOBAL);
	done();
}
END_TEST

START_TEST(parameters_come_first_then_locals_then_free_variables)
{
	parse("def f():\n    z = 1\n    def g(a, *args, b, **kw):\n        c = z\n");
	ck_assert_uint_eq(symbol_at(2, "a")->slot, 0);
	ck_assert_uint_eq(symbol_at(2, "b")->slot, 1);
	ck_assert_uint_eq(symbol_at(2, "args")->slot, 2);
	ck_assert_uint_eq(symbol_at(2, "kw")->slot, 3);
	ck_assert_uint_eq(symbol_at(2, "c")->slot, 4);
	ck_assert_uint_eq(symbol_at(2, "z")->slot, 5);
	ck_assert_uint_eq(scope_at(2)->frees.items[0].outer_slot, symbol_at(1, "z")->slot);
	done();
}
END_TEST

START_TEST(annotations_are_evaluated_unless_the_future_says_otherwise)
{
	parse("def f(a: b): pass\n");
	expect(0, "b", BINDING_GLOBAL);
	done();
	parse("from __future__ import annotations\ndef f(a: b): pass\n");
	ck_assert_ptr_null(scope_lookup(scope_at(0), tree_name(tree, "b", 1)));
	done();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang/scope");
	TCase *names = tcase_create("names");
	tcase_add_test(names, assigned_names_are_local_and_others_global);
	tcase_add_test(names, variables_of_outer_functions_become_cells);
	tcase_add_test(names, global_and_nonlocal_say_whose_name_it_is);
	tcase_add_test(names, class_bodies_hide_their_names_from_methods);
	tcase_add_test(names, super_needs_the_class_cell);
	tcase_add_test(names, comprehension_variables_have_slots_of_their_own);
	tcase_add_test(names, generator_expressions_are_functions);
	tcase_add_test(names, a_walrus_binds_outside_of_comprehensions);
	tcase_add_test(names, private_names_are_mangled);
	tcase_add_test(names, parameters_come_first_then_locals_then_free_variables);
	tcase_add_test(names, annotations_are_evaluated_unless_the_future_says_otherwise);
	suite_add_tcase(suite, names);
	return suite_main(suite);
}
