# SPDX-License-Identifier: GPL-2.0
"""The machine that QEMU is told to be: what follows from the guest's processor."""

import dataclasses
import os

import tsc


@dataclasses.dataclass(frozen=True)
class Machine:
    """What differs between processors, by Debian's names of them."""

    qemu: str           # the program
    group: str          # of selftests/packages, that brings it
    board: str
    cpu: str            # as emulated
    console: str        # as the guest's kernel calls it
    arguments: tuple    # for that kernel
    virtual: frozenset  # flags of a host's processor that runs such a guest itself


MACHINES = {
    "amd64": Machine("qemu-system-x86_64", "vm", "q35", "max", "ttyS0",
                     ("reboot=t", "no_timer_check", "tsc=reliable"), frozenset({"vmx", "svm"})),
    # Pointers are signed by an algorithm of QEMU's own, which costs much less than Arm's.
    "arm64": Machine("qemu-system-aarch64", "arm64", "virt", "max,pauth-impdef=on", "ttyAMA0",
                     (), frozenset()),
}


def read_text(path):
    """What a file holds; no more than ASCII is expected of it."""
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read()


def machine_of(kernel):
    """The machine for the kernel in a directory, see selftests/qemu/kernel."""
    path = os.path.join(kernel, "arch")
    return MACHINES[read_text(path).strip() if os.path.exists(path) else "amd64"]


def kvm_usable(machine):
    """A /dev/kvm alone proves nothing: some hosts have one that no stock kernel boots in."""
    flags = set(read_text("/proc/cpuinfo").split())
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and bool(flags & machine.virtual)


def comma(text):
    """A value within a QEMU option."""
    return text.replace(",", ",,")


def clock_arguments(machine, options):
    """
    How fast the guest's clock runs. Its kernel would measure it beside a timer that is emulated: on a busy
    host it finds it several times slower than it is, and its seconds become as much shorter.
    """
    if machine.qemu != "qemu-system-x86_64" or options.icount or kvm_usable(machine):
        return []
    frequency = tsc.kilohertz()
    return [f"tsc_early_khz={frequency}"] if frequency else []


def kernel_arguments(machine, options):
    """The guest's kernel's command line."""
    return " ".join([
        f"console={machine.console}", "loglevel=8", "panic=-1", "oops=panic",
        "mitigations=off", *machine.arguments, *clock_arguments(machine, options),
        "random.trust_cpu=on", "cryptomgr.notests=1",
        # Emulation is slow, and the host may be busy: stalls are told from slowness. That of CPUs
        # is complained of after twice as long: one was seen to clear a page for 78 seconds.
        "watchdog_thresh=60", "rcupdate.rcu_cpu_stall_timeout=120",
        "sysctl.kernel.hung_task_timeout_secs=60", "sysctl.kernel.sysrq=1",
        options.append])


def qemu_command(options, kernel, initramfs, log, wire):
    """QEMU and its arguments; the guest's wire is the file descriptor wire."""
    machine = machine_of(kernel)
    image = os.path.join(kernel, "vmlinux")
    if not os.path.exists(image):
        image = os.path.join(kernel, "vmlinuz")
    if options.icount:
        accel = ["-accel", "tcg,thread=single", "-cpu", machine.cpu, "-icount", "shift=0"]
    elif kvm_usable(machine):
        accel = ["-accel", "kvm", "-cpu", "host"]
    else:
        accel = ["-accel", "tcg,thread=multi", "-cpu", machine.cpu]
    command = [
        machine.qemu, "-machine", machine.board, *accel,
        "-smp", f"{options.cpus},sockets={options.cpus},cores=1,threads=1",
        "-m", str(options.mem), "-nodefaults", "-no-user-config", "-display", "none",
        "-no-reboot", "-kernel", image, "-initrd", initramfs,
        "-append", kernel_arguments(machine, options),
        "-chardev", f"file,id=console,path={comma(log)}", "-serial", "chardev:console",
        "-device", "virtio-serial,max_ports=2",
        "-chardev", f"socket,id=wire,fd={wire}", "-device", "virtserialport,nr=1,chardev=wire",
        # Submounts of the host come along: remap keeps their inode numbers apart.
        "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=root,mount_tag=root",
    ]
    if options.results:
        command += ["-fsdev", f"local,id=results,path={comma(options.results)},"
                              "security_model=none,multidevs=remap",
                    "-device", "virtio-9p-pci,fsdev=results,mount_tag=results"]
    return command + options.qemu_arg
