#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Written out here, as the headers of the system may be older than the kernel.
typedef struct {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
} ruleset_attributes;

typedef struct __attribute__((packed)) {
    uint64_t allowed_access;
    int32_t parent_fd;
} path_attributes;

static const uint64_t ACCESS_REFER = 1u << 13;
static const uint64_t SCOPE_ABSTRACT_SOCKET = 1u << 0;
enum { CREATE_VERSION = 1, RULE_PATH_BENEATH = 1, VERSION_WITH_REFER = 2, VERSION_WITH_SCOPES = 6 };

int vs_sys_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, CREATE_VERSION);
    return version > 0 ? (int)version : 0;
}

static int scope_ruleset(void) {
    ruleset_attributes attributes = {.scoped = SCOPE_ABSTRACT_SOCKET};
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0u);
}

static int allow_beneath_root(int ruleset) {
    path_attributes rule = {.allowed_access = ACCESS_REFER, .parent_fd = open("/", O_PATH | O_CLOEXEC)};
    if (rule.parent_fd < 0) return -1;
    long status = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0u);
    close(rule.parent_fd);
    return (int)status;
}

static int refer_ruleset(void) {
    ruleset_attributes attributes = {.handled_access_fs = ACCESS_REFER};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0u);
    if (ruleset < 0 || allow_beneath_root(ruleset) == 0) return ruleset;
    close(ruleset);
    return -1;
}

int vs_sys_landlock_ruleset(void) {
    int version = vs_sys_landlock_version();
    if (version >= VERSION_WITH_SCOPES) return scope_ruleset();
    if (version >= VERSION_WITH_REFER) return refer_ruleset();
    // Version 1 refuses every rename and link across directories as soon as there is a domain: better none.
    errno = ENOTSUP;
    return -1;
}
