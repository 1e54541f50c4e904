# SPDX-License-Identifier: GPL-2.0
#
# What a person types. `make help` lists it.

# The kernel that the module is for: the one that runs, or the one whose build
# directory KDIR names.
RELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(RELEASE)/build

# The kernels of the virtual machine: names for selftests/qemu/kernel.
KERNELS ?= 6.1 6.12

BUILD := $(CURDIR)/build

.PHONY: all modules tools selftests demo check check-all check-debug check-kernels check-pictures \
	check-package coverage bench fuzz fuzz-parsers lint clean help install install-tools \
	install-system install-load install-module uninstall dkms dkms-remove deb setup-%
.DELETE_ON_ERROR:

all: modules tools	## the module for this kernel, and the tools

# kbuild puts objects beside the sources. So that several kernels can have
# theirs, each gets a directory of links to the sources: $(call build-module,KDIR,DIR[,SOURCES[,IN]]),
# where IN is the command that make is an argument of. Where there is no vmlinux, there is no BTF
# of the kernel that the module's could be made of: kbuild need not be told to, and say that it cannot.
build-module = mkdir -p $(2) && find $(2) -xtype l -delete && \
	cp -rsf $(or $(3),$(CURDIR)/Kbuild) $(CURDIR)/module $(2)/ && \
	$(4) $(MAKE) -s -C $(1) M=$(2) $(KBUILD_FLAGS) \
		$$([ -e $(1)/vmlinux ] || echo CONFIG_DEBUG_INFO_BTF_MODULES=) modules

modules:		## ipcshow.ko for this kernel (or KDIR=... RELEASE=...)
	@test -e $(KDIR)/Makefile || { \
		echo "No headers of kernel $(RELEASE) in $(KDIR)." \
		     "On Debian: apt install linux-headers-$(RELEASE)" >&2; exit 1; }
	@$(call build-module,$(KDIR),$(BUILD)/$(RELEASE))
	@ln -sf build/$(RELEASE)/ipcshow.ko ipcshow.ko

# The same for a kernel of the virtual machine, which need not be installed, by the compiler of its
# release of Debian.
module-%:
	@dir=$$(selftests/qemu/kernel $*) && \
	$(call build-module,$$dir/build,$(BUILD)/$$(cat $$dir/release),,selftests/chroot -k $$dir --)

# A module that makes records on rings of ours, for the benchmark of these.
ringbench-module-%:
	@dir=$$(selftests/qemu/kernel $*) && \
	$(call build-module,$$dir/build,$(BUILD)/ringbench/$$(cat $$dir/release),\
		$(CURDIR)/selftests/ringbench/kernel/*)

tools:			## libipcshow and the programs, in build/tools
	@$(MAKE) -s -C tools O=$(BUILD)/tools

selftests: tools
	@$(MAKE) -s -C selftests O=$(BUILD)/selftests

setup-%:
	@selftests/setup $(subst -, ,$*)

demo: setup-build-kernel-vm-targets	## show real programs, in a virtual machine
	@$(MAKE) -s tools module-6.1
	@selftests/qemu/vm --kernel 6.1 -- selftests/demo

check: setup-build-kernel-vm-lint-targets-pictures	## run the tests
	@selftests/check $(KERNELS)

check-pictures: setup-build-kernel-vm-pictures	## only those of the pages that --html writes
	@$(MAKE) -s selftests module-6.1
	@selftests/pictures/check

check-debug: setup-build-kernel-vm-debug-targets	## run them in kernels that watch themselves
	@selftests/check -d

check-kernels: setup-build-kernel-vm-targets-chroot-arm64	## run them on all kernels of Debian, and on arm64
	@selftests/check -k

check-all: setup-build-kernel-vm-lint-targets-pictures-debug-chroot-arm64-coverage-package	## all of these, coverage and check-package
	@selftests/check -a

fuzz: setup-build-kernel-vm-debug	## call the device at random until interrupted, led by coverage
	@$(MAKE) -s selftests
	@$(MAKE) -s module-debug KBUILD_FLAGS="UBSAN_SANITIZE=y KCOV_INSTRUMENT=y"
	@selftests/fuzz/check

fuzz-parsers: setup-build-lint	## the library's parsers, likewise
	@selftests/fuzz/parsers/check -e

coverage: setup-build-kernel-vm-debug-targets-coverage	## say which lines of the sources the tests reach
	@selftests/coverage/check

bench: setup-build-kernel-vm-targets-bench	## measure, beside the peers
	@$(MAKE) -s selftests $(addprefix module-,$(KERNELS))
	@selftests/ringbench/bench $(KERNELS)
	@selftests/bench/bench $(KERNELS)

lint: setup-build-kernel-lint-bench	## static checks
	@selftests/lint

# Where things go. Packages set DESTDIR and PREFIX=/usr.
PREFIX ?= /usr/local
DESTDIR ?=
VERSION ?= 0.1

module_dir := $(DESTDIR)/lib/modules/$(RELEASE)/updates
rules := $(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-ipcshow.rules
loads := $(DESTDIR)$(PREFIX)/lib/modules-load.d/ipcshow.conf
dkms_dir := $(DESTDIR)/usr/src/ipcshow-$(VERSION)

install: install-tools install-system install-module	## all of it, to PREFIX (and DESTDIR)

install-tools:
	@$(MAKE) -s -C tools install O=$(BUILD)/tools PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

install-system:
	install -D -m 644 module/install/60-ipcshow.rules $(rules)

# That it is loaded when the machine starts: where there is none, that would fail each time.
install-load:
	install -D -m 644 module/install/ipcshow.conf $(loads)

# Where it was built: it may be DKMS's to build.
install-module:
	@if [ -e $(BUILD)/$(RELEASE)/ipcshow.ko ]; then \
		install -D -m 644 $(BUILD)/$(RELEASE)/ipcshow.ko $(module_dir)/ipcshow.ko && \
		$(MAKE) -s install-load && \
		{ [ "$(DESTDIR)" ] || depmod $(RELEASE); }; \
	else \
		echo "No module for $(RELEASE) was built: none is installed, nor is any to be loaded" \
		     "when the machine starts" >&2; \
	fi

uninstall:		## remove what install has installed
	@$(MAKE) -s -C tools uninstall O=$(BUILD)/tools PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
	rm -f $(rules) $(module_dir)/ipcshow.ko
	[ -e $(dkms_dir) ] || rm -f $(loads)
	@[ "$(DESTDIR)" ] || [ ! -d /lib/modules/$(RELEASE) ] || depmod $(RELEASE)

dkms:			## have DKMS build the module for each kernel, now and later
	install -d $(dkms_dir)
	cp -r Kbuild module $(dkms_dir)
	sed 's/#MODULE_VERSION#/$(VERSION)/' module/install/dkms.conf >$(dkms_dir)/dkms.conf
	@[ "$(DESTDIR)" ] || dkms install ipcshow/$(VERSION)
	@$(MAKE) -s install-load

dkms-remove:		## and no longer
	@[ "$(DESTDIR)" ] || dkms remove ipcshow/$(VERSION) --all
	rm -rf $(dkms_dir)
	@[ -e $(module_dir)/ipcshow.ko ] || rm -f $(loads)

deb: setup-build-package	## Debian packages, in build/deb
	@selftests/package/build $(BUILD)/deb

check-package: setup-build-kernel-vm-package	## build, install, upgrade and remove them
	@selftests/package/check

clean:			## remove what was built, but not the kernels that were fetched, and chroots
	@find build -mindepth 1 -maxdepth 1 ! -name kernels ! -name chroots -exec rm -rf {} + 2>/dev/null || :
	@rm -f ipcshow.ko

help:			## this list
	@sed -n 's/^\([a-z-]*\):.*\t## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24
