/*
 * The module time, on the clock of the scene's world: virtual or real, one for all loops.
 */
#include "scene/internal.h"

#include <math.h>
#include <time.h>

#include "lang/float.h"
#include "lang/int.h"
#include "lang/str.h"

/* Nanoseconds since 1970. */
static int64_t wall_ns(struct scene *s)
{
	if (!s->options.real_clock)
		return clock_add(VIRTUAL_EPOCH_S * 1000000000,
		                 loop_world_now_ns(&s->world));
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Processor time under the real clock; under the virtual one all time is spent busy. */
static int64_t busy_ns(struct scene *s)
{
	if (!s->options.real_clock)
		return loop_world_now_ns(&s->world);
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Seconds as a scene gives them, int or float, in nanoseconds. False with CPython's
 * error. */
static bool duration_ns(struct vm *vm, value v, int64_t *ns)
{
	double seconds;
	if (value_is_float(v)) {
		seconds = float_number(v);
	} else {
		value n = object_index(vm, v);
		if (value_is_null(n))
			return false;
		bool ok = number_to_double(vm, n, &seconds);
		value_unref(vm, n);
		if (!ok)
			return false;
	}
	if (isnan(seconds)) {
		vm_raise(vm, &exc_ValueError, "Invalid value NaN (not a number)");
		return false;
	}
	if (seconds < 0) {
		vm_raise(vm, &exc_ValueError, "sleep length must be non-negative");
		return false;
	}
	if (seconds > 9.2e9) {
		vm_raise(vm, &exc_OverflowError,
		         "timestamp too large to convert to C PyTime_t");
		return false;
	}
	*ns = clock_ns(seconds);
	return true;
}

/* The thread is busy: nobody else of this world runs. Ctrl-C and the scene's end cut it
 * short. */
static value time_sleep(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	struct scene *s = scene_of(vm);
	int64_t left;
	if (!duration_ns(vm, a->at[0], &left))
		return VALUE_NULL;
	uint32_t line = scene_line(s);
	if (s->is_replaying)
		return VALUE_NONE;
	do {
		left = loop_world_block(&s->world, left, line);
		if (loop_world_halted(&s->world)) {
			scene_halt(s, STOP_ASKED);
			return VALUE_NULL;
		}
		if (left > 0 && !scene_take_interrupts(s))
			return vm_raise_with(vm, &exc_KeyboardInterrupt, VALUE_NULL);
	} while (left > 0);
	return VALUE_NONE;
}

static value time_monotonic(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return float_new(vm, clock_seconds(loop_world_now_ns(&scene_of(vm)->world)));
}

static value time_monotonic_ns(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return int_new(vm, loop_world_now_ns(&scene_of(vm)->world));
}

static value time_time(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	struct scene *s = scene_of(vm);
	if (!s->options.real_clock)
		return float_new(vm, (double)VIRTUAL_EPOCH_S +
		                             clock_seconds(loop_world_now_ns(&s->world)));
	return float_new(vm, clock_seconds(wall_ns(s)));
}

static value time_time_ns(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return int_new(vm, wall_ns(scene_of(vm)));
}

static value time_process_time(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return float_new(vm, clock_seconds(busy_ns(scene_of(vm))));
}

static value time_process_time_ns(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return int_new(vm, busy_ns(scene_of(vm)));
}

/* strftime(format): now, in UTC under the virtual clock. */
static value time_strftime(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	struct scene *s = scene_of(vm);
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError,
		                "strftime() argument 1 must be str, not %s",
		                value_type_name(a->at[0]));
	if (str_len(a->at[0]) == 0)
		return str_new_c(vm, "");
	time_t now = (time_t)(wall_ns(s) / 1000000000);
	struct tm parts;
	if (s->options.real_clock)
		localtime_r(&now, &parts);
	else
		gmtime_r(&now, &parts);
	struct buf out = {0};
	/* A mark at the end tells an empty result from one that did not fit. */
	struct buf format = {0};
	buf_put(&format, str_text(a->at[0]), str_len(a->at[0]));
	buf_putc(&format, '.');
	size_t len = 0;
	for (size_t room = 128; len == 0 && room <= (size_t)1 << 20; room *= 4)
		len = strftime(buf_reserve(&out, room), room, format.data, &parts);
	buf_advance(&out, len > 0 ? len - 1 : 0);
	buf_free(&format);
	return str_from_buf(vm, &out);
}

static const struct method_def functions[] = {
	{"sleep", time_sleep, 1, 1, 0},
	{"time", time_time, 0, 0, 0},
	{"time_ns", time_time_ns, 0, 0, 0},
	{"monotonic", time_monotonic, 0, 0, 0},
	{"monotonic_ns", time_monotonic_ns, 0, 0, 0},
	{"perf_counter", time_monotonic, 0, 0, 0},
	{"perf_counter_ns", time_monotonic_ns, 0, 0, 0},
	{"process_time", time_process_time, 0, 0, 0},
	{"process_time_ns", time_process_time_ns, 0, 0, 0},
	{"thread_time", time_process_time, 0, 0, 0},
	{"strftime", time_strftime, 1, 1, 0},
	{0},
};

const char *const time_names[] = {
	"sleep",           "time",         "time_ns",         "monotonic",
	"monotonic_ns",    "perf_counter", "perf_counter_ns", "process_time",
	"process_time_ns", "thread_time",  "strftime",        NULL,
};

value time_module_new(struct vm *vm)
{
	return module_new(vm, "time", functions);
}
