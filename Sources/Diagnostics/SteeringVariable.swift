/// Variables of the environment that steer a loader, a shell or an interpreter.
public enum SteeringVariable {
    private static let names: Set<String> = [
        "PATH", "HOME", "SHELL", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "CDPATH",
        "PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PERL5OPT", "PERL5LIB",
        "PERL5DB", "PERLLIB", "RUBYOPT", "RUBYLIB", "NODE_OPTIONS", "NODE_PATH", "JAVA_TOOL_OPTIONS",
        "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "LUA_INIT", "LUA_PATH", "LUA_CPATH", "LUA_INIT_5_4",
        "PHPRC", "PHP_INI_SCAN_DIR", "R_PROFILE", "R_PROFILE_USER", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF",
        "GIT_PAGER", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_EXEC_PATH", "GIT_TEMPLATE_DIR", "GIT_PROXY_COMMAND",
        "GIT_ASKPASS", "SSH_ASKPASS", "SUDO_ASKPASS", "PAGER", "MANPAGER", "EDITOR", "VISUAL", "BROWSER", "LESSOPEN",
        "LESSCLOSE", "GCONV_PATH", "LOCPATH", "NLSPATH", "HOSTALIASES", "RES_OPTIONS", "TMPDIR", "TERMINFO",
        "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "SSLKEYLOGFILE", "CURL_HOME", "WGETRC",
        "TAR_OPTIONS", "GTK_MODULES", "GIO_EXTRA_MODULES",
    ]
    private static let prefixes = ["LD_", "DYLD_", "BASH_FUNC_", "MALLOC_", "GLIBC_"]

    /// Those of them that say which program or place is to be used, for a use that a program has anyway: the rest brings
    /// code of somebody else's into a program, or into the interpreter of one.
    private static let choosing: Set<String> = [
        "PATH", "HOME", "SHELL", "IFS", "CDPATH", "GIT_PAGER", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_TEMPLATE_DIR",
        "GIT_ASKPASS", "SSH_ASKPASS", "SUDO_ASKPASS", "PAGER", "MANPAGER", "EDITOR", "VISUAL", "BROWSER", "HOSTALIASES",
        "RES_OPTIONS", "TMPDIR",
        "TERMINFO", "SSLKEYLOGFILE", "CURL_HOME",
    ]
    private static let choosingPrefixes = ["MALLOC_", "GLIBC_"]

    /// Others that bring code, or a place where code is looked for, into programs that many use. A secret may well stand
    /// in some of them.
    private static let others: Set<String> = [
        "PYTHONUSERBASE", "DOTNET_STARTUP_HOOKS", "CORECLR_PROFILER", "CORECLR_PROFILER_PATH", "COR_PROFILER",
        "COR_PROFILER_PATH", "ZDOTDIR", "GEM_PATH", "GEM_HOME", "BUNDLE_GEMFILE", "JULIA_LOAD_PATH", "JULIA_DEPOT_PATH",
        "QT_PLUGIN_PATH", "GTK_PATH", "GST_PLUGIN_PATH", "SASL_PATH", "KRB5_CONFIG", "P11_KIT_CONFIG", "MAKEFLAGS",
        "MAKEFILES", "RUSTC_WRAPPER", "VIMINIT", "EXINIT", "GVIMINIT", "LESSEDIT", "RSYNC_RSH", "CVS_RSH",
        "HELM_PLUGINS", "ANSIBLE_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM",
        "GNUMAKEFLAGS", "PSQLRC", "GCC_EXEC_PREFIX", "COMPILER_PATH", "AWKLIBPATH", "PYTHONPLATLIBDIR", "SVN_SSH",
        "HGRCPATH",
        "RSYNC_CONNECT_PROG", "BORG_RSH", "RESTIC_PASSWORD_COMMAND", "CAML_LD_LIBRARY_PATH",
        "PYTHONPYCACHEPREFIX", "LUA_PATH_5_4", "LUA_CPATH_5_4", "TCL_LIBRARY", "TCLLIBPATH", "VIM", "VIMRUNTIME",
        "KUBECONFIG",
        "KUBECTL_EXTERNAL_DIFF", "GUILE_LOAD_PATH", "ERL_FLAGS", "ERL_AFLAGS", "ERL_ZFLAGS", "ELIXIR_ERL_OPTIONS",
        "FPATH", "EMACSLOADPATH", "MONO_PATH", "R_HOME", "R_LIBS", "NODE_REPL_EXTERNAL_MODULE",
        "DOTNET_ADDITIONAL_DEPS", "RUSTC", "CARGO_BUILD_RUSTC", "GOFLAGS", "GOTOOLDIR", "MAVEN_OPTS", "GRADLE_OPTS",
        "CONFIG_SHELL", "BAZEL_SH", "PARALLEL_SHELL", "CCACHE_PREFIX", "CCACHE_COMPILER", "RCLONE_PASSWORD_COMMAND",
        "BORG_PASSCOMMAND", "HGEDITOR", "HGMERGE", "SVN_MERGE", "FCEDIT", "CLOUDSDK_PYTHON",
        "QT_QPA_PLATFORM_PLUGIN_PATH", "GIO_MODULE_DIR", "LIBMYSQL_PLUGINS", "MAGICK_CODER_MODULE_PATH",
        "SSH_SK_PROVIDER", "PYTEST_PLUGINS", "PYTEST_ADDOPTS", "ANSIBLE_LIBRARY", "ANSIBLE_CALLBACK_PLUGINS",
        "ANSIBLE_ACTION_PLUGINS", "TF_CLI_CONFIG_FILE", "APT_CONFIG",
        "AWS_CONFIG_FILE", "fish_function_path", "GETCONF_DIR", "GOROOT", "GOENV", "BASH_LOADABLES_PATH", "AWKPATH",
        "LESSKEYIN", "LESSKEYIN_SYSTEM", "LESSKEY_CONTENT", "ODBCINI", "ODBCSYSINI", "VK_LAYER_PATH",
        "VK_ADD_LAYER_PATH", "LIBGL_DRIVERS_PATH", "AWS_SHARED_CREDENTIALS_FILE", "YARN_YARN_PATH", "YARN_PLUGINS",
        "YARN_RC_FILENAME", "CARGO_BUILD_RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "MAVEN_ARGS",
    ]
    /// What npm takes from a variable `npm_config_NAME`, in capitals, small letters or both, with dashes or underscores.
    private static let npmSettings: Set<String> = [
        "node_options", "script_shell", "shell", "userconfig", "globalconfig", "git", "editor", "viewer", "init_module",
        "node_gyp",
    ]
    private static let npmPrefix = "npm_config_"

    /// Whether the variable brings other code into a program that runs none by itself.
    public static func loadsCode(_ name: String) -> Bool {
        others.contains(name) || isOfNPM(name.lowercased())
            || contains(name) && !choosing.contains(name) && !choosingPrefixes.contains(where: name.hasPrefix)
    }

    private static func isOfNPM(_ name: String) -> Bool {
        guard name.hasPrefix(npmPrefix) else { return false }
        return npmSettings.contains(String(name.dropFirst(npmPrefix.count).map { $0 == "-" ? "_" : $0 }))
    }

    private static let commands: Set<String> = [
        "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_ASKPASS", "SSH_ASKPASS", "SUDO_ASKPASS", "EDITOR", "VISUAL",
        "SUDO_EDITOR",
        "BROWSER", "PAGER", "MANPAGER",
    ]
    /// What asks nothing and runs nothing, as these variables are set to where nobody is there.
    private static let inert: Set<String> = ["", "cat", "true", "false", ":", "/bin/cat", "/bin/true", "/bin/false"]

    /// Whether a program runs this variable's value, which is not known of a secret, as a command, and that does something.
    public static func runs(_ name: String, _ value: String?) -> Bool {
        guard commands.contains(name) || name.hasSuffix("_PAGER") || name.hasSuffix("_EDITOR") else { return false }
        return value.map { !inert.contains($0) } ?? true
    }

    /// Whether the variable is one: a secret has no business in it.
    public static func contains(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains(where: name.hasPrefix)
    }
}
