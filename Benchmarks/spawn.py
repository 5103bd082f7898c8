#!/usr/bin/env python3
"""Times many children in a row, started by vaultscript and by others, in turn, and prints ratios to a C loop.

usage: spawn.py PROGRAM [ROUNDS [COUNT]]      PROGRAM: the built vaultscript; needs cc, bash, python3
Each runner starts COUNT times `true` with one secret in its environment, and looks at how it ended. The C loop is
posix_spawnp and waitpid and no more: no output is read, no session and no Landlock domain made, no descriptor closed; with
"pipes" it reads both streams to their end, as a runner that shows or takes them must. The rounds keep the comparison fair when
the machine's speed drifts; each ratio is made from two runs of one round. Beside the wall time stands that of the processor
(the runner with all of its processes). Where it may (as root), all runners get real-time priority: other work on the machine
then delays none of them, where else it would delay most whoever changes between processes most.
Then the same in a host that holds much memory (1 GiB more from a library; 236 MiB of captured output), to show that the
time to start a child does not grow with it.
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

SCRIPT = 'local t = secret.env("BENCH_TOKEN") for _ = 1, %d do spawn{ "true", env = { TOKEN = t } } end'
CAPTURE = 'local t = secret.env("BENCH_TOKEN") for _ = 1, %d do spawn{ "true", env = { TOKEN = t }, capture = true } end'
PYTHON = "import subprocess\nfor _ in range(%d): subprocess.run(['true'], check=True%s)"
BASH = 'for ((i = 0; i < %d; i++)); do /bin/true || exit; done'
# Takes 1 GiB and gives it to no child: the variable that loads it is gone before the program looks at its environment.
# Eight programs whose output the host has taken in and keeps.
HELD = """local held = {}
for i = 1, 8 do
  held[i] = spawn{ "head", "-c", "31000000", "/dev/zero", background = true, capture = true, maxOutput = 32 << 20 }
end
for i = 1, 8 do while held[i]:running() do sleep(0.02) end end
"""
BALLAST = """
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
__attribute__((constructor)) static void take(void) {
    unsetenv("LD_PRELOAD");
    char *room = mmap(NULL, 1ul << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room != MAP_FAILED) memset(room, 1, 1ul << 30);
}
"""


def without_others():
    """Real-time priority for this process and all that it starts."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        return "with real-time priority"
    except PermissionError:
        return "beside whatever else runs here"


def processor():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(words, **more):
    """Wall and processor seconds."""
    start, used = time.perf_counter(), processor()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, BENCH_TOKEN="0123456789abcdef", **more))
    return time.perf_counter() - start, processor() - used


def rounds(count, commands):
    """The seconds of each command, one list a command, all commands in turn."""
    for words, more in commands.values():
        run(words, **more)
    found = {name: [] for name in commands}
    for _ in range(count):
        for name, (words, more) in commands.items():
            found[name].append(run(words, **more))
    return found


def show(found, count, base):
    for name, runs in found.items():
        columns = []
        for kind, at in (("wall", 0), ("processor", 1)):
            ratios = sorted(run[at] / other[at] for run, other in zip(runs, found[base]))
            columns.append(f"{kind} {statistics.median(run[at] for run in runs) / count * 1e6:6.0f} us, "
                           f"{statistics.median(ratios):5.2f} ({ratios[len(ratios) // 4]:.2f} to {ratios[3 * len(ratios) // 4]:.2f})")
        print(f"{name:36} {'   '.join(columns)}")


def main():
    program = sys.argv[1]
    turns = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as folder:
        loop, ballast = folder + "/spawn_loop", folder + "/ballast.so"
        subprocess.run(["cc", "-O2", "-o", loop, here + "/spawn_loop.c"], check=True)
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", ballast, "-xc", "-"], input=BALLAST.encode(), check=True)
        how = without_others()
        print(f"== {count} children in a row, {turns} rounds, {how}: microseconds a child, ratio to C (quarters)")
        show(rounds(turns, {
            "posix_spawn in C": ([loop, str(count)], {}),
            "posix_spawn in C, two pipes read": ([loop, str(count), "pipes"], {}),
            "vaultscript": ([program, "-e", SCRIPT % count], {}),
            "vaultscript, capture": ([program, "-e", CAPTURE % count], {}),
            "bash": (["bash", "-c", BASH % count], {}),
            "python3 subprocess": (["python3", "-c", PYTHON % (count, "")], {}),
            "python3 subprocess, capture_output": (["python3", "-c", PYTHON % (count, ", capture_output=True")], {}),
        }), count, "posix_spawn in C")
        few, many = SCRIPT % 1, SCRIPT % (count + 1)
        large = {"LD_PRELOAD": ballast}
        memory = rounds(max(3, turns // 2), {
            "few": ([program, "-e", few], {}), "many": ([program, "-e", many], {}),
            "few, library": ([program, "-e", few], large), "many, library": ([program, "-e", many], large),
            "few, output": ([program, "-e", HELD + few], {}), "many, output": ([program, "-e", HELD + many], {}),
        })

        def difference(kind):
            return [(b[0] - a[0], b[1] - a[1]) for a, b in zip(memory["few" + kind], memory["many" + kind])]
        print(f"== {count} children of a host that holds much memory")
        show({"vaultscript": difference(""), "with 1 GiB of a library's": difference(", library"),
              "with 236 MiB of captured output": difference(", output")}, count, "vaultscript")


main()
