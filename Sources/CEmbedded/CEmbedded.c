#include "CEmbedded.h"

// #embed is C23's; the compiler that ships with Swift has it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char errors_lua[] = {
#embed "prelude/errors.lua"
};
static const unsigned char scheduler_lua[] = {
#embed "prelude/scheduler.lua"
};
static const unsigned char handles_lua[] = {
#embed "prelude/handles.lua"
};
static const unsigned char globals_lua[] = {
#embed "prelude/globals.lua"
};
static const unsigned char json_lua[] = {
#embed "prelude/json.lua"
};
static const unsigned char derive_lua[] = {
#embed "prelude/derive.lua"
};
static const unsigned char files_lua[] = {
#embed "prelude/files.lua"
};
static const unsigned char processes_lua[] = {
#embed "prelude/processes.lua"
};
static const unsigned char vault_lua[] = {
#embed "prelude/vault.lua"
};
static const unsigned char recipe_lua[] = {
#embed "prelude/recipe.lua"
};
static const unsigned char http_lua[] = {
#embed "prelude/http.lua"
};
static const unsigned char coroutines_lua[] = {
#embed "prelude/coroutines.lua"
};
static const unsigned char exit_lua[] = {
#embed "prelude/exit.lua"
};
static const unsigned char strands_lua[] = {
#embed "prelude/strands.lua"
};
static const unsigned char parallel_lua[] = {
#embed "prelude/parallel.lua"
};
static const unsigned char retry_lua[] = {
#embed "prelude/retry.lua"
};
static const unsigned char tasks_lua[] = {
#embed "prelude/tasks.lua"
};
static const unsigned char dialogue_lua[] = {
#embed "prelude/dialogue.lua"
};
static const unsigned char faults_lua[] = {
#embed "prelude/faults.lua"
};
static const unsigned char waiting_lua[] = {
#embed "prelude/waiting.lua"
};
static const unsigned char deferred_lua[] = {
#embed "prelude/deferred.lua"
};
static const unsigned char programs_lua[] = {
#embed "prelude/programs.lua"
};
static const unsigned char streams_lua[] = {
#embed "prelude/streams.lua"
};
static const unsigned char absent_lua[] = {
#embed "prelude/absent.lua"
};
static const unsigned char modules_lua[] = {
#embed "prelude/modules.lua"
};
static const unsigned char basics_lua[] = {
#embed "prelude/basics.lua"
};
static const unsigned char repl_lua[] = {
#embed "prelude/repl.lua"
};
static const unsigned char git_lua[] = {
#embed "../../stdlib/git.lua"
};
static const unsigned char command_run_lua[] = {
#embed "commands/run.lua"
};
static const unsigned char command_secrets_lua[] = {
#embed "commands/secrets.lua"
};
static const unsigned char command_set_lua[] = {
#embed "commands/set.lua"
};
static const unsigned char command_delete_lua[] = {
#embed "commands/delete.lua"
};
static const unsigned char command_import_lua[] = {
#embed "commands/import.lua"
};
static const unsigned char command_whoami_lua[] = {
#embed "commands/whoami.lua"
};
static const unsigned char script_api_md[] = {
#embed "../../docs/script-api.md"
};

static const unsigned char commands_md[] = {
#embed "../../docs/commands.md"
};
static const unsigned char configuration_md[] = {
#embed "../../docs/configuration.md"
};
static const unsigned char environment_md[] = {
#embed "../../docs/environment.md"
};
static const unsigned char infisical_md[] = {
#embed "../../docs/infisical.md"
};
static const unsigned char limits_md[] = {
#embed "../../docs/limits.md"
};
static const unsigned char masking_forms_md[] = {
#embed "../../docs/masking-forms.md"
};

static const unsigned char events_md[] = {
#embed "../../docs/events.md"
};
static const unsigned char events_schema_json[] = {
#embed "../../docs/events.schema.json"
};
static const unsigned char http_md[] = {
#embed "../../docs/http.md"
};
static const unsigned char recipes_md[] = {
#embed "../../docs/recipes.md"
};
static const unsigned char tasks_md[] = {
#embed "../../docs/tasks.md"
};

static const unsigned char terminal_md[] = {
#embed "../../docs/terminal.md"
};

static const unsigned char unattended_md[] = {
#embed "../../docs/unattended.md"
};

#define TEXT(name, bytes) {name, bytes, sizeof bytes}
#define END {NULL, NULL, 0}

const vs_embedded_text *vs_embedded_prelude(void) {
    // Those after globals are compiled when a script first uses them.
    static const vs_embedded_text parts[] = {
        TEXT("errors", errors_lua),         TEXT("scheduler", scheduler_lua), TEXT("globals", globals_lua),
        TEXT("absent", absent_lua),         TEXT("basics", basics_lua),       TEXT("coroutines", coroutines_lua),
        TEXT("deferred", deferred_lua),     TEXT("derive", derive_lua),       TEXT("dialogue", dialogue_lua),
        TEXT("exit", exit_lua),             TEXT("faults", faults_lua),       TEXT("files", files_lua),
        TEXT("handles", handles_lua),       TEXT("http", http_lua),           TEXT("json", json_lua),
        TEXT("modules", modules_lua),       TEXT("parallel", parallel_lua),   TEXT("processes", processes_lua),
        TEXT("programs", programs_lua),     TEXT("recipe", recipe_lua),       TEXT("repl", repl_lua),          TEXT("retry", retry_lua),
        TEXT("strands", strands_lua),       TEXT("streams", streams_lua),     TEXT("tasks", tasks_lua),
        TEXT("vault", vault_lua),           TEXT("waiting", waiting_lua),     END,
    };
    return parts;
}

const vs_embedded_text *vs_embedded_modules(void) {
    static const vs_embedded_text modules[] = {TEXT("git", git_lua), END};
    return modules;
}

const vs_embedded_text *vs_embedded_topics(void) {
    static const vs_embedded_text topics[] = {TEXT("script-api", script_api_md),
                                              TEXT("commands", commands_md),
                                              TEXT("configuration", configuration_md),
                                              TEXT("infisical", infisical_md),
                                              TEXT("environment", environment_md), TEXT("limits", limits_md),
                                              TEXT("masking-forms", masking_forms_md),
                                              TEXT("tasks", tasks_md), TEXT("terminal", terminal_md),
                                              TEXT("events", events_md), TEXT("events-schema", events_schema_json),
                                              TEXT("recipes", recipes_md), TEXT("http", http_md),
                                              TEXT("unattended", unattended_md), END};
    return topics;
}

const vs_embedded_text *vs_embedded_commands(void) {
    static const vs_embedded_text commands[] = {TEXT("run", command_run_lua),
                                                TEXT("secrets", command_secrets_lua),
                                                TEXT("set", command_set_lua),
                                                TEXT("delete", command_delete_lua),
                                                TEXT("import", command_import_lua),
                                                TEXT("whoami", command_whoami_lua),
                                                END};
    return commands;
}
