# make run        build, and serve a demo newsroom at http://localhost:8080
# make check      everything that must hold before a change is kept
# make check-all  the same with every analyzer on every file, long fuzzing and crash loops
# make sim        the ledger against a second account of it: SEEDS=n, SEED=first
# make coverage   branches of funding/ taken, per file
# make release | install | bench | fuzz | crash | golden | screenshots | docs | clean
#
# One build folder a MODE: debug, release, asan, tsan, clang, fuzz, cov.

MODE    ?= debug
OUT     := build/$(MODE)
CC      := gcc
PKGS    := libmicrohttpd sqlite3 libcmark-gfm icu-i18n icu-uc libbrotlienc zlib libqrencode jansson \
           libcrypto libsodium libcurl expat

prefix  ?= /usr/local
DESTDIR ?=

ifneq ($(filter clang fuzz,$(MODE)),)
CC      := clang
endif

WARN    := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wvla -Wformat=2 -Wundef \
           -Wcast-qual -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
           -Wimplicit-fallthrough -Wnull-dereference -Wdouble-promotion -Wswitch-enum -Werror
WARN.gcc := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Warray-bounds=2 -Wuse-after-free=3 \
            -Wtrampolines
ifeq ($(CC),gcc)
WARN    += $(WARN.gcc)
endif
HARDEN  := -D_FORTIFY_SOURCE=3 -D_GLIBC_ASSERTIONS -fstack-protector-strong -fstack-clash-protection \
           -fcf-protection=full -fno-common -fPIE -ftrivial-auto-var-init=zero

OPT.debug   := -O1 -g3
OPT.release := -O2 -g $(HARDEN)
OPT.asan    := -O1 -g3 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT.tsan    := -O1 -g3 -fsanitize=thread
OPT.clang   := -O1 -g3
OPT.cov     := -O0 -g --coverage
OPT.fuzz    := -O1 -g3 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LD.release  := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed
LD.asan     := -fsanitize=address,undefined
LD.tsan     := -fsanitize=thread
LD.cov      := --coverage
LD.fuzz     := -fsanitize=address,undefined

CPPFLAGS := -D_GNU_SOURCE -Isrc -I$(OUT) -MMD -MP
CFLAGS   := -std=gnu17 $(WARN) $(OPT.$(MODE)) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDLIBS   := $(LD.$(MODE)) -lcmark-gfm-extensions $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -lpthread

# What is compiled into the binary beside C: the theme, the migrations and the demo newsroom.
EMBED := $(sort $(shell find theme demo src/store/migrations -type f ! -name '.*' 2>/dev/null))
SRC   := $(sort $(shell find src -name '*.c'))
OBJ   := $(SRC:%.c=$(OUT)/%.o) $(OUT)/embedded.o
UNIT  := $(patsubst %.c,$(OUT)/%.o,$(sort $(wildcard tests/unit/*.c)))

LIB   := $(filter-out $(OUT)/src/main.o,$(OBJ))
FUZZ  := $(patsubst tests/fuzz/%.c,$(OUT)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
REPLAY := $(FUZZ:$(OUT)/fuzz_%=$(OUT)/replay_%)
FAULT := $(OUT)/tests/fault.o
SIM   := $(patsubst %.c,$(OUT)/%.o,$(sort $(wildcard tests/sim/*.c)))
BENCH := $(patsubst bench/%.c,$(OUT)/%,$(sort $(wildcard bench/*_bench.c)))
DEPS  := $(OBJ:.o=.d) $(UNIT:.o=.d) $(SIM:.o=.d) $(FAULT:.o=.d) $(OUT)/tests/fault_server.d $(FUZZ:$(OUT)/%=$(OUT)/tests/fuzz/%.d) $(BENCH:$(OUT)/%=$(OUT)/bench/%.d)

.PHONY: all run check check-all need unit sim coverage release install fuzzers replays fuzz crash bench benches \
        golden screenshots docs clean FORCE
all: $(OUT)/diurnal

run:
	@tools/need build
	@$(MAKE) -s -j$$(nproc) MODE=release all
	@tools/demo build/release/diurnal

check:
	@tools/need test
	@tools/check
check-all:
	@tools/need test
	@tools/check all
need: ; @tools/need test

unit: $(OUT)/unit ; $<
fuzzers: $(FUZZ)
replays: $(REPLAY)
benches: $(BENCH)
release: ; @tools/need build && $(MAKE) -s -j$$(nproc) MODE=release all && echo build/release/diurnal
fuzz: ; @tools/need test && tools/fuzz run $${SECONDS_EACH:-600}
# Branches of funding/ that its tests have taken, per file.
coverage: ; @tools/need test && $(MAKE) -s -j$$(nproc) MODE=cov all build/cov/unit build/cov/faulty build/cov/sim replays && tools/coverage
sim: ; @$(MAKE) -s -j$$(nproc) MODE=release build/release/sim && build/release/sim $(or $(SEEDS),2000) $(or $(SEED),1)
crash: ; @tools/need test && $(MAKE) -s -j$$(nproc) MODE=release all && tools/crash-tests all
bench: ; @tools/need bench && $(MAKE) -s -j$$(nproc) MODE=release all benches && bench/run
golden: $(OUT)/unit ; GOLDEN=rewrite $(OUT)/unit golden
screenshots: ; @tools/need test && $(MAKE) -s -j$$(nproc) MODE=release all && tools/screenshots
docs: $(OUT)/diurnal ; tools/make-docs $<
clean: ; rm -rf build

install:
	install -D -m 755 build/release/diurnal $(DESTDIR)$(prefix)/bin/diurnal
	install -d $(DESTDIR)$(prefix)/lib/systemd/system
	sed 's|@prefix@|$(prefix)|' packaging/diurnal.service > $(DESTDIR)$(prefix)/lib/systemd/system/diurnal.service
	chmod 644 $(DESTDIR)$(prefix)/lib/systemd/system/diurnal.service
	install -D -m 644 packaging/diurnal.ini $(DESTDIR)$(prefix)/share/doc/diurnal/diurnal.ini
	install -D -m 644 packaging/nginx.conf $(DESTDIR)$(prefix)/share/doc/diurnal/nginx.conf
	install -D -m 644 packaging/Caddyfile $(DESTDIR)$(prefix)/share/doc/diurnal/Caddyfile

$(OUT)/diurnal: $(OBJ) ; @echo "ld $@"; $(CC) -o $@ $^ $(LDLIBS)
# Each step of a statement goes through tests/fault.c first.
$(OUT)/unit: $(UNIT) $(FAULT) $(LIB) ; @echo "ld $@"; $(CC) -o $@ $^ -Wl,--wrap=sqlite3_step $(LDLIBS)
$(OUT)/faulty: $(OBJ) $(OUT)/tests/fault_server.o ; @echo "ld $@"; $(CC) -o $@ $^ -Wl,--wrap=sqlite3_step $(LDLIBS)
$(OUT)/sim: $(SIM) $(FAULT) $(LIB) ; @echo "ld $@"; $(CC) -o $@ $^ -Wl,--wrap=sqlite3_step $(LDLIBS)
$(FUZZ): $(OUT)/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(LIB) ; @echo "ld $@"; $(CC) -o $@ $^ -fsanitize=fuzzer $(LDLIBS)
$(REPLAY): $(OUT)/replay_%: $(OUT)/tests/fuzz/fuzz_%.o $(OUT)/tests/replay.o $(LIB) ; @echo "ld $@"; $(CC) -o $@ $^ $(LDLIBS)
$(BENCH): $(OUT)/%: $(OUT)/bench/%.o $(LIB) ; @echo "ld $@"; $(CC) -o $@ $^ $(LDLIBS)
$(OUT)/tests/%.o: CPPFLAGS += -Itests
$(OUT)/tests/fuzz/%.o: CFLAGS += -Wno-unused-result
$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "cc $@"; $(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The list changes when a file comes or goes, and only then is rewritten.
$(OUT)/embedded.list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(EMBED) | cmp -s - $@ || printf '%s\n' $(EMBED) > $@
$(OUT)/embedded.c: $(OUT)/embedded.list $(EMBED) tools/embed ; @tools/embed < $< > $@
$(OUT)/embedded.o: $(OUT)/embedded.c ; @$(CC) -std=gnu17 -Isrc $(OPT.$(MODE)) -c -o $@ $<
-include $(DEPS)
