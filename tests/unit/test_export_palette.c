/* Colours for pages: xterm's own where they are fixed, readable ones where they are not. */
#include <check.h>
#include <math.h>

#include "export/palette.h"
#include "suite.h"

START_TEST(cube_and_greys_are_those_of_xterm)
{
	ck_assert_uint_eq(palette_rgb(16), 0x000000);
	ck_assert_uint_eq(palette_rgb(231), 0xFFFFFF);
	ck_assert_uint_eq(palette_rgb(214), 0xFFAF00);
	ck_assert_uint_eq(palette_rgb(74), 0x5FAFD7);
	ck_assert_uint_eq(palette_rgb(36), 0x00AF87);
	ck_assert_uint_eq(palette_rgb(17), 0x00005F);
	ck_assert_uint_eq(palette_rgb(232), 0x080808);
	ck_assert_uint_eq(palette_rgb(255), 0xEEEEEE);
}
END_TEST

/* Contrast of two colours as WCAG defines it, 1 to 21. */
static double luminance(uint32_t rgb)
{
	static const double weight[] = {0.0722, 0.7152, 0.2126};
	double sum = 0;
	for (int i = 0; i < 3; i++) {
		double c = (double)(rgb >> 8 * i & 0xFF) / 255;
		sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a), y = luminance(b);
	return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

START_TEST(text_stands_out_from_its_ground)
{
	for (int t = 0; t < THEME_COUNT; t++)
		ck_assert_double_ge(contrast(palette_text((enum theme)t),
					     palette_ground((enum theme)t)), 10);
}
END_TEST

START_TEST(the_eight_colours_can_be_read_on_both_grounds)
{
	for (int i = 1; i < 7; i++)
		for (int t = 0; t < THEME_COUNT; t++)
			ck_assert_msg(contrast(palette_rgb(i), palette_ground((enum theme)t)) >= 3,
				      "colour %d in theme %d", i, t);
}
END_TEST

/* What is drawn as a glyph or a line must be seen: 3 is WCAG's least for graphics. */
START_TEST(every_ink_can_be_seen_on_its_ground)
{
	for (unsigned ink = 0; ink < INK_COUNT; ink++)
		for (int t = 0; t < THEME_COUNT; t++) {
			struct look look = theme_look((enum theme)t, DEPTH_256, (style)ink);
			uint32_t fg = look.fg < 0 ? palette_text((enum theme)t) : palette_rgb(look.fg);
			uint32_t bg = look.bg < 0 ? palette_ground((enum theme)t) : palette_rgb(look.bg);
			double least = ink == INK_FRAME ? 1.3 : 3;
			ck_assert_msg(contrast(fg, bg) >= least, "ink %u, theme %d: %g", ink, t,
				      contrast(fg, bg));
		}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("export/palette");
	TCase *tc = tcase_create("colours");
	tcase_add_test(tc, cube_and_greys_are_those_of_xterm);
	tcase_add_test(tc, text_stands_out_from_its_ground);
	tcase_add_test(tc, the_eight_colours_can_be_read_on_both_grounds);
	tcase_add_test(tc, every_ink_can_be_seen_on_its_ground);
	suite_add_tcase(suite, tc);
	return suite_main(suite);
}
