#!/usr/bin/env python3
"""Runs the ExecStart of a unit file as systemd would, where no systemd runs: service.py UNIT

As root, on Linux. What the unit's [Service] section asks for is done with the kernel's own means: mounts in a namespace of
its own, another user, limits, capabilities, system call filters, credentials. A setting that it does not know is an error,
so that no page can show one that was never tried.
"""
import ctypes
import ctypes.util
import errno
import os
import platform
import re
import resource
import shlex
import signal
import struct
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
CREDENTIALS = "/run/credentials/unit"
USER = 61184  # the first of those that DynamicUser= takes

# What says when and how, and nothing of what the process may do.
PLAIN = {"Type", "ExecStart", "User", "Group", "DynamicUser", "LoadCredential", "LoadCredentialEncrypted", "SetCredential",
         "StateDirectory", "WorkingDirectory", "Environment", "TimeoutStartSec", "SyslogIdentifier"}


def check(result, what):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def read_unit(path):
    """The settings of [Service], in order; several of one name make a list."""
    section, settings, line = "", {}, ""
    for text in open(path, encoding="utf-8"):
        text = line + text.rstrip("\n")
        line = ""
        if text.endswith("\\"):
            line = text[:-1] + " "
            continue
        text = text.strip()
        if text.startswith("["):
            section = text
        elif section == "[Service]" and text and text[0] not in "#;":
            name, _, value = text.partition("=")
            settings.setdefault(name.strip(), []).append(value.strip())
    return settings


class Unit:
    def __init__(self, settings):
        self.settings = settings
        self.used = set(PLAIN)

    def last(self, name, default=""):
        self.used.add(name)
        return self.settings.get(name, [default])[-1]

    def words(self, name):
        self.used.add(name)
        return [word for value in self.settings.get(name, []) for word in shlex.split(value)]

    def is_on(self, name):
        return self.last(name) in ("yes", "true", "1", "on")

    def check_all_used(self):
        unknown = sorted(set(self.settings) - self.used)
        if unknown:
            sys.exit("service.py: these settings are not known to it: " + ", ".join(unknown))


# MARK: - Mounts

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 4096, 16384, 1 << 18


def mount(source, target, kind=None, flags=0, data=None):
    args = [value.encode() if value is not None else None for value in (source, target, kind)]
    check(libc.mount(args[0], args[1], args[2], ctypes.c_ulong(flags), data.encode() if data else None), f"mount {target}")


def set_read_only(path, is_read_only):
    """mount_setattr(2), with all below it."""
    attributes = struct.pack("QQQQ", 1 if is_read_only else 0, 0 if is_read_only else 1, 0, 0)
    check(libc.syscall(442, -100, path.encode(), 0x8000, attributes, len(attributes)), f"mount_setattr {path}")


def hide(path):
    if os.path.isdir(path):
        mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")


def set_up_mounts(unit, states):
    check(libc.unshare(0x00020000), "unshare")
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    mount("tmpfs", "/run", "tmpfs", MS_NOSUID, "mode=755")
    writable = ["/dev", "/proc", "/sys", "/run"]
    for path in states:
        os.makedirs(path, exist_ok=True)
        os.chown(path, USER, USER)
        mount(path, path, flags=MS_BIND)
        writable.append(path)
    if unit.is_on("PrivateTmp"):
        for path in ("/tmp", "/var/tmp"):
            mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
            writable.append(path)
    if unit.is_on("PrivateDevices"):
        private_devices()
    if unit.last("ProtectHome") in ("yes", "true", "tmpfs"):
        for path in ("/home", "/root", "/run/user"):
            hide(path)
    if unit.last("ProtectSystem") == "strict":
        set_read_only("/", True)
        for path in writable:
            set_read_only(path, False)
    options = []
    if unit.last("ProtectProc"):
        options.append("hidepid=" + unit.last("ProtectProc"))
    if unit.last("ProcSubset"):
        options.append("subset=" + unit.last("ProcSubset"))
    if options:
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV, ",".join(options))
    if unit.is_on("ProtectKernelTunables"):
        for path in ("/proc/sys", "/sys"):
            if os.path.isdir(path):
                mount(path, path, flags=MS_BIND | MS_REC)
                set_read_only(path, True)


def private_devices():
    names = ["null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm"]
    kept = {name: os.open("/dev/" + name, os.O_PATH) for name in names if os.path.lexists("/dev/" + name)}
    mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755")
    for name, descriptor in kept.items():
        path, source = "/dev/" + name, f"/proc/self/fd/{descriptor}"
        if os.path.isdir(source):
            os.mkdir(path)
        else:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o666))
        mount(source, path, flags=MS_BIND)
        os.close(descriptor)


# MARK: - Credentials

def acl(user, bits):
    """What setfacl would write: the owner, this user, nobody else."""
    none = 0xFFFFFFFF
    entries = [(0x01, bits, none), (0x02, bits, user), (0x04, 0, none), (0x10, bits, none), (0x20, 0, none)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def read_credentials(unit):
    """Outside, by root: what the unit's mounts hide is there still."""
    pairs = [word.partition(":")[::2] for word in unit.words("LoadCredential")]
    return [(name, open(source, "rb").read()) for name, source in pairs]


def place_credentials(wanted):
    """As systemd has them: a file system of root's own, with a right to read for the unit's user."""
    if not wanted:
        return {}
    os.makedirs(CREDENTIALS, mode=0o500)
    mount("tmpfs", CREDENTIALS, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0500")
    for name, content in wanted:
        path = f"{CREDENTIALS}/{name}"
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o400), "wb") as copy:
            copy.write(content)
        os.setxattr(path, "system.posix_acl_access", acl(USER, 4))
    os.setxattr(CREDENTIALS, "system.posix_acl_access", acl(USER, 5))
    set_read_only(CREDENTIALS, True)
    return {"CREDENTIALS_DIRECTORY": CREDENTIALS}


# MARK: - System calls

LD, JEQ, JSET, RET = 0x20, 0x15, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000


def refuse(code):
    return 0x00050000 | code


def numbers():
    folder = {"x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "/usr/include/asm-generic/unistd.h"}
    text = open(folder[platform.machine()], encoding="utf-8").read()
    return {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}


NUMBERS = numbers()


def install(code):
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    buffer = ctypes.create_string_buffer(program, len(program))

    class Filter(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

    filter_ = Filter(len(code), ctypes.addressof(buffer))
    check(libc.prctl(22, 2, ctypes.byref(filter_), 0, 0), "seccomp")


def when(name, argument, kind, value, action):
    """`action` where the call's argument is, or has bits of, `value`."""
    if name not in NUMBERS:
        return []
    return [(JEQ, 0, 4, NUMBERS[name]), (LD, 0, 0, 16 + 8 * argument), (kind, 0, 1, value), (RET, 0, 0, action),
            (LD, 0, 0, 0)]


def always(name, action):
    return [(JEQ, 0, 1, NUMBERS[name]), (RET, 0, 0, action)] if name in NUMBERS else []


def names_of(word):
    if not word.startswith("@"):
        return [word]
    text = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True).stdout
    found = []
    for line in text.splitlines()[1:]:
        line = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
        if line and not line.startswith("#"):
            found += names_of(line)
    return found


def allow_list(unit):
    words = unit.words("SystemCallFilter")
    action = KILL
    if unit.last("SystemCallErrorNumber"):
        action = refuse(getattr(errno, unit.last("SystemCallErrorNumber")))
    if not words:
        return None
    allowed = set(names_of("@default"))
    for word in words:
        if word.startswith("~"):
            allowed -= set(names_of(word[1:]))
        else:
            allowed |= set(names_of(word))
    code = [(LD, 0, 0, 0)]
    for name in sorted(allowed):
        code += always(name, ALLOW)
    return code + [(RET, 0, 0, action)]


def filters(unit):
    denied = refuse(errno.EPERM)
    code = [(LD, 0, 0, 0)]
    if unit.is_on("RestrictNamespaces"):
        for name in ("unshare", "setns"):
            code += always(name, denied)
        code += when("clone", 0, JSET, 0x7E020000, denied) + always("clone3", refuse(errno.ENOSYS))
    if unit.is_on("MemoryDenyWriteExecute"):
        for name in ("mprotect", "pkey_mprotect"):
            code += when(name, 2, JSET, 4, denied)
        code += [(JEQ, 0, 6, NUMBERS["mmap"]), (LD, 0, 0, 32), (JSET, 0, 3, 4), (JSET, 0, 2, 2), (RET, 0, 0, denied),
                 (LD, 0, 0, 0), (LD, 0, 0, 0)]
        code += when("shmat", 2, JSET, 0o100000, denied)
    if unit.is_on("LockPersonality"):
        code += [(JEQ, 0, 5, NUMBERS["personality"]), (LD, 0, 0, 16), (JEQ, 2, 0, 0), (JEQ, 1, 0, 0xFFFFFFFF),
                 (RET, 0, 0, denied), (LD, 0, 0, 0)]
    if unit.is_on("RestrictSUIDSGID"):
        for name, argument in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2)):
            code += when(name, argument, JSET, 0o6000, denied)
    families = unit.words("RestrictAddressFamilies")
    if families:
        import socket
        allowed = [getattr(socket, name) for name in families]
        code += [(JEQ, 0, len(allowed) + 3, NUMBERS["socket"]), (LD, 0, 0, 16)]
        code += [(JEQ, len(allowed) - place, 0, family) for place, family in enumerate(allowed)]
        code += [(RET, 0, 0, refuse(errno.EAFNOSUPPORT)), (LD, 0, 0, 0)]
    return code + [(RET, 0, 0, ALLOW)]


# MARK: - The process

def size(text):
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    if text == "infinity":
        return resource.RLIM_INFINITY
    return int(text[:-1]) * units[text[-1]] if text[-1] in units else int(text)


def main():
    unit = Unit(read_unit(sys.argv[1]))
    states = ["/var/lib/" + name for name in unit.words("StateDirectory")]
    command = shlex.split(unit.last("ExecStart"))
    memory, core = unit.last("LimitMEMLOCK", "8M"), unit.last("LimitCORE")
    mask, bounding = unit.last("UMask", "0022"), unit.last("CapabilityBoundingSet", "all")
    has_no_new_privileges = unit.is_on("NoNewPrivileges") or unit.is_on("DynamicUser")
    # Those that need nothing here: a unit that only reads files and asks a server never meets them.
    for name in ("ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectClock", "ProtectHostname",
                 "RestrictRealtime", "SystemCallArchitectures", "PrivateUsers", "RemoveIPC"):
        unit.last(name)
    denied, allowed = filters(unit), allow_list(unit)
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "USER": "unit",
                   "LOGNAME": "unit", "HOME": "/", "SHELL": "/usr/sbin/nologin"}
    environment.update(word.split("=", 1) for word in unit.words("Environment"))
    credentials = read_credentials(unit)
    set_up_mounts(unit, states)
    environment.update(place_credentials(credentials))
    unit.check_all_used()
    if states:
        environment["STATE_DIRECTORY"] = ":".join(states)
    os.umask(int(mask, 8))
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (size(memory), size(memory)))
    if core:
        resource.setrlimit(resource.RLIMIT_CORE, (size(core), size(core)))
    if bounding == "":
        for capability in range(41):
            libc.prctl(24, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    os.chdir(unit.last("WorkingDirectory", "/"))
    if has_no_new_privileges:
        check(libc.prctl(38, 1, 0, 0, 0), "no_new_privs")
    # An ordinary user filters only with no_new_privs; systemd installs its filters with the capability to do without.
    check(libc.prctl(38, 1, 0, 0, 0), "no_new_privs")
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    if allowed:
        # execve among them, or nothing could be started.
        install(allowed)
    install(denied)
    os.execve(command[0], command, environment)


main()
