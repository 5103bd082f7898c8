// The baseline of the benchmark of spawn: COUNT times `true` with one more variable in its environment, by posix_spawn,
// both output streams read through pipes as any runner that shows or takes output does when called with "pipes".
// usage: spawn_loop COUNT [pipes]
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int run(char *const arguments[], int with_pipes) {
    int out[2] = {-1, -1}, err[2] = {-1, -1}, status = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (with_pipes) {
        if (pipe(out) != 0 || pipe(err) != 0) return 1;
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        posix_spawn_file_actions_adddup2(&actions, err[1], 2);
        for (int i = 0; i < 2; i++) {
            posix_spawn_file_actions_addclose(&actions, out[i]);
            posix_spawn_file_actions_addclose(&actions, err[i]);
        }
    }
    pid_t pid;
    if (posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ) != 0) return 1;
    posix_spawn_file_actions_destroy(&actions);
    if (with_pipes) {
        char room[4096];
        close(out[1]);
        close(err[1]);
        while (read(out[0], room, sizeof room) > 0) {}
        while (read(err[0], room, sizeof room) > 0) {}
        close(out[0]);
        close(err[0]);
    }
    return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}

int main(int count, char **words) {
    char *arguments[] = {"true", NULL};
    if (count < 2) return 2;
    for (int left = atoi(words[1]); left > 0; left--)
        if (run(arguments, count > 2 && strcmp(words[2], "pipes") == 0) != 0) return 1;
    return 0;
}
