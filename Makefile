# simmer: plain make, no configure step.
#
#   make                 build/simmer, optimised
#   make check           everything that must hold before a commit lands
#   make MODE=asan check the same under AddressSanitizer and UBSan
#   make help            all targets

MODE    ?= release
BUILD   ?= build
CC      ?= cc
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

# `make check STRESS=1` collects cycles at every chance: slow, and a build of its own.
ifdef STRESS
CPPFLAGS += -DLANG_STRESS
BUILD    := $(BUILD)/stress
endif

# The binary of the release mode is build/simmer; other modes have folders of their own.
OUT := $(BUILD)/$(MODE)
BIN := $(if $(filter release,$(MODE)),$(BUILD)/simmer,$(OUT)/simmer)

FLOORS := base trace syntax lang loop scene view screen export tui

# ---- flags ----------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
            -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla
CFLAGS_release := -O2 -g
CFLAGS_debug   := -O0 -g3
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g -fsanitize=thread
CFLAGS ?=
WERROR ?=

# `make V=1` shows the commands themselves.
Q    := $(if $(V),,@)
say   = $(if $(V),,@printf '  %-6s %s\n' '$(1)' '$(2)')

ALL_CPPFLAGS := -Isrc -I$(OUT)/gen -D_GNU_SOURCE -D_XOPEN_SOURCE_EXTENDED -DSIMMER_VERSION='"$(VERSION)"' \
                -DSIMMER_SCENES='"$(PREFIX)/share/simmer/scenes"' $(CPPFLAGS)
ALL_CFLAGS   := -std=c11 $(WARNINGS) $(WERROR) $(CFLAGS_$(MODE)) -pthread $(CFLAGS)
ALL_LDFLAGS  := $(CFLAGS_$(MODE)) -pthread $(LDFLAGS)
LIBS         := -lncursesw -ltinfo -lm
CHECK_LIBS   := $(shell pkg-config --libs check 2>/dev/null || echo -lcheck -lsubunit -lrt) -lm

# ---- what is built from what ------------------------------------------------------

SOURCES := $(sort $(wildcard src/*.c)) $(foreach f,$(FLOORS),$(sort $(wildcard src/$(f)/*.c)))
objects  = $(patsubst src/%.c,$(OUT)/%.o,$(1))
archive  = $(OUT)/lib$(1).a

# The floors a floor's tests link: itself and what it may include, lowest last for the linker.
LINK_base   := base
LINK_trace  := trace base
LINK_syntax := syntax base
LINK_lang   := lang syntax base
LINK_loop   := loop trace base
LINK_scene  := scene lang syntax loop trace base
LINK_view   := view trace base
LINK_screen := screen view trace base
LINK_export := export screen view trace base
LINK_tui    := tui screen view loop trace base

.DEFAULT_GOAL := all
.PHONY: all
all: $(BIN) ## build the program

TOP := $(sort $(wildcard src/*.c))

$(BIN): $(call objects,$(TOP)) $(foreach f,tui export screen view scene loop lang syntax trace base,$(call archive,$(f)))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(OUT)/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The page that `simmer export -o X.html` writes is made of files of its own. C includes them
# as numbers, byte by byte (a string literal may not be that long), and the hash of the
# script, by which the page's policy knows it.
PAGE := page.html page.css page.js
GEN  := $(OUT)/gen/export

# What a rule that failed has begun is not taken for made.
.DELETE_ON_ERROR:

$(GEN)/page.%.inc: src/export/page.% Makefile
	@mkdir -p $(@D)
	$(Q)od -An -v -tu1 $< | sed 's/  *\([0-9]\)/,\1/g;1s/^,//' >$@

$(GEN)/page.js.sha256.inc: src/export/page.js src/export/page.awk Makefile
	@mkdir -p $(@D)
	$(Q)sha256sum $< | awk -f src/export/page.awk >$@

$(OUT)/export/html_page.o: $(PAGE:%=$(GEN)/%.inc) $(GEN)/page.js.sha256.inc

define FLOOR_RULES
$(call archive,$(1)): $(call objects,$(sort $(wildcard src/$(1)/*.c)))
	@mkdir -p $$(@D)
	@rm -f $$@
	@$$(AR) rcs $$@ $$^

.PHONY: unit-$(1)
unit-$(1): $(patsubst tests/unit/%.c,$(OUT)/unit/%.ok,$(wildcard tests/unit/test_$(1)_*.c))

$(OUT)/unit/test_$(1)_%: tests/unit/test_$(1)_%.c $(foreach f,$(LINK_$(1)),$(call archive,$(f))) $$(wildcard tests/unit/*.h)
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(Q)$$(CC) $$(ALL_CPPFLAGS) -Itests/unit $$(ALL_CFLAGS) -Wno-pedantic -MMD -MP $$(ALL_LDFLAGS) -o $$@ $$< $(foreach f,$(LINK_$(1)),$(call archive,$(f))) $$(CHECK_LIBS) $(if $(filter tui,$(1)),$$(LIBS))
endef
$(foreach f,$(FLOORS),$(eval $(call FLOOR_RULES,$(f))))

# A unit test that passed leaves a stamp, so that only what changed runs again.
$(OUT)/unit/%.ok: $(OUT)/unit/%
	@CK_DEFAULT_TIMEOUT=120 $< > $<.out 2>&1 || { cat $<.out; exit 1; }
	@tail -n 1 $<.out | sed 's|^|  TEST   $*: |'
	@touch $@
.SECONDARY:

-include $(wildcard $(OUT)/*/*.d $(OUT)/*.d)

.PHONY: unit
unit: $(addprefix unit-,$(FLOORS)) ## unit tests of every floor

# ---- what must hold -----------------------------------------------------------------

.PHONY: floors
floors: ## every include respects src/FLOORS
	@awk -f tests/floors.awk src/FLOORS $(wildcard src/*/*.[ch] src/*/*.def)

.PHONY: headers
headers: ## every header compiles alone
	@for h in $(wildcard src/*/*.h); do \
		printf '#include "%s"\n' "$${h#src/}" | \
		$(CC) $(ALL_CPPFLAGS) -std=c11 $(WARNINGS) -Werror -fsyntax-only -x c - || exit 1; \
	done

.PHONY: man-lint
man-lint: ## the manual pages are clean, and agree with the tables
	@mandoc -T lint -W warning man/*.[0-9]
	@python3 tests/docs.py

.PHONY: check
check: all unit conform repeat round-trip fuzz-trace-few keys cli e2e readers floors headers man-lint ## everything: what must hold before a commit lands
	@echo 'make check: all of it holds'

.PHONY: conform
conform: $(BIN) ## scenes and programs: the same lines and the same steps as CPython
	@python3 tests/conform.py --simmer $(BIN)

.PHONY: repeat
repeat: $(BIN) ## scenes with workers or streams: ten runs each, one trace
	@python3 tests/repeat.py --simmer $(BIN) --count 10

.PHONY: soak
soak: $(BIN) ## the same a thousand times; takes a while
	@python3 tests/repeat.py --simmer $(BIN) --count $(or $(SOAK),1000)

.PHONY: check-python
check-python: $(BIN) ## scenes: the same lines as plain python3 on the real clock; takes a minute
	@python3 tests/conform.py --real --simmer $(BIN)

.PHONY: keys
keys: unit-screen ## keys in, cells out, no terminal

.PHONY: bless
bless: ## write anew what is made from tables and pictures: expected screens, the list of keys
	@$(MAKE) --no-print-directory $(OUT)/unit/test_screen_keys
	@BLESS=1 $(OUT)/unit/test_screen_keys >/dev/null
	@python3 tests/docs.py --bless

.PHONY: fuzz
fuzz: $(BIN) ## FUZZ=1000 random asyncio programs against CPython
	@python3 tests/fuzz.py --simmer $(BIN) --count $(or $(FUZZ),1000)

# Asks everything of traces that no loop would write: tests/fuzz/ask.c.
ASK := $(OUT)/fuzz/ask
$(ASK): tests/fuzz/ask.c $(foreach f,$(LINK_export),$(call archive,$(f)))
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP $(ALL_LDFLAGS) -o $@ $(filter %.c %.a,$^) -lm

.PHONY: fuzz-trace
fuzz-trace: $(BIN) $(ASK) ## FUZZ=1000 damaged traces, read, drawn, told, recorded; best with MODE=asan
	@python3 tests/fuzz_trace.py --simmer $(BIN) --ask $(ASK) --count $(or $(FUZZ),1000) --seed $(or $(SEED),1)

.PHONY: round-trip
round-trip: $(BIN) ## a scene and its trace are the same: read back, drawn, told, recorded
	@python3 tests/round_trip.py --simmer $(BIN)

.PHONY: fuzz-trace-few
fuzz-trace-few: $(BIN) $(ASK) ## a few damaged traces, the same ones each time
	@python3 tests/fuzz_trace.py --simmer $(BIN) --ask $(ASK) --count 150 --commands 10

.PHONY: cli
cli: $(BIN) ## the command line: bad input, exit statuses, files, signals
	@sh tests/cli/run $(BIN)

.PHONY: e2e
e2e: $(BIN) ## a real terminal (tmux)
	@sh tests/e2e/run $(BIN)

# simmer whose recordings are cells instead of escape sequences: tests/readers/cells.c.
CELLS := $(OUT)/readers/cells
$(CELLS): tests/readers/cells.c $(call objects,$(TOP)) $(foreach f,tui export screen view scene loop lang syntax trace base,$(call archive,$(f)))
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: readers
readers: $(BIN) $(CELLS) ## programs of others read what is written, and show the very cells
	@sh tests/readers/run $(BIN) $(CELLS)

.PHONY: check-readers
check-readers: $(BIN) $(CELLS) ## the same with xterm.js, asciinema-player, speedscope, Chromium; takes npm and a while
	@sh tests/readers/web/run $(BIN) $(CELLS) $(OUT)/readers/web

.PHONY: bench
bench: $(BIN) ## task switches a second beside python3, first frame, big traces
	@tests/bench/run $(BIN)

# ---- installing -------------------------------------------------------------------

DATA := $(DESTDIR)$(PREFIX)/share/simmer
MAN  := $(DESTDIR)$(PREFIX)/share/man

.PHONY: install
install: $(BIN) ## the program, its pages and the gallery under $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DATA)/scenes $(MAN)/man1 $(MAN)/man5
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/simmer
	install -m 644 scenes/index scenes/*.py $(DATA)/scenes
	install -m 644 man/*.1 $(MAN)/man1
	install -m 644 man/*.5 $(MAN)/man5

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/simmer $(MAN)/man1/simmer.1 $(MAN)/man5/simmer-*.5
	rm -rf $(DATA)

# ---- keeping the house ------------------------------------------------------------

.PHONY: format
format: ## let clang-format lay the sources out
	clang-format -i --style=file:src/.clang-format $(wildcard src/*/*.[ch] src/*.c tests/unit/*.[ch])

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BUILD)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile
