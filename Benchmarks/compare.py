#!/usr/bin/env python3
"""Times two commands in turn, A B A B ..., and prints the medians and the median of the ratios A/B, pair by pair.

usage: compare.py RUNS COMMAND_A COMMAND_B     each command one string, split as a shell splits words
The pairs keep the comparison fair when the machine's speed drifts; standard output of the commands is dropped.
"""
import os
import shlex
import statistics
import sys
import time


def run(words, null):
    start = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1)])
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{shlex.join(words)} ended with status {status}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def main():
    runs, first, second = int(sys.argv[1]), shlex.split(sys.argv[2]), shlex.split(sys.argv[3])
    null = os.open(os.devnull, os.O_RDWR)
    for words in (first, second):
        run(words, null)
    pairs = [(run(first, null), run(second, null)) for _ in range(runs)]
    for name, at in (("A", 0), ("B", 1)):
        wall = statistics.median(pair[at][0] for pair in pairs) * 1000
        rss = max(pair[at][2] for pair in pairs) / 1024
        print(f"{name}  {wall:8.2f} ms wall (median)   {rss:6.1f} MiB resident (largest)")
    ratios = sorted(pair[0][0] / pair[1][0] for pair in pairs)
    print(f"A/B wall: median {statistics.median(ratios):.2f}, quarters {ratios[len(ratios) // 4]:.2f} to "
          f"{ratios[3 * len(ratios) // 4]:.2f}, {runs} pairs")


main()
