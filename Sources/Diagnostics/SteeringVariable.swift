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
        "PATH", "HOME", "IFS", "GIT_PAGER", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_ASKPASS", "SSH_ASKPASS",
        "SUDO_ASKPASS", "PAGER", "MANPAGER", "EDITOR", "VISUAL", "BROWSER", "HOSTALIASES", "RES_OPTIONS", "TMPDIR",
        "TERMINFO", "SSLKEYLOGFILE",
    ]
    private static let choosingPrefixes = ["MALLOC_", "GLIBC_"]

    /// Others that bring code, or a place where code is looked for, into programs that many use: libraries, plugins,
    /// compilers, commands, and folders of configuration that may name such. A secret may well stand in some of them.
    private static let others: Set<String> = [
        "PYTHONUSERBASE", "PYTHONPLATLIBDIR", "PYTHONPYCACHEPREFIX", "PYTHONWARNINGS", "PYTEST_PLUGINS",
        "PYTEST_ADDOPTS", "PIP_CONFIG_FILE", "UV_CONFIG_FILE",
        "UV_PYTHON", "GUNICORN_CMD_ARGS", "DJANGO_SETTINGS_MODULE",
        "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH", "JUPYTER_PATH",
        "DOTNET_STARTUP_HOOKS", "DOTNET_ADDITIONAL_DEPS", "DOTNET_SHARED_STORE", "MONO_PATH",
        "PERL5SHELL", "GEM_PATH", "GEM_HOME", "GEMRC", "IRBRC", "BUNDLE_GEMFILE", "BUNDLE_PATH", "BUNDLE_CONFIG",
        "BUNDLE_APP_CONFIG", "BUNDLE_USER_HOME", "BUNDLE_USER_CONFIG", "BUNDLE_USER_PLUGIN", "COMPOSER_HOME",
        "JULIA_LOAD_PATH", "JULIA_DEPOT_PATH", "R_HOME", "R_LIBS", "R_LIBS_USER", "R_LIBS_SITE", "R_ENVIRON",
        "R_ENVIRON_USER", "TCL_LIBRARY", "TCLLIBPATH", "CAML_LD_LIBRARY_PATH", "OCAMLPATH", "GHC_ENVIRONMENT",
        "GHC_PACKAGE_PATH",
        "ERL_FLAGS", "ERL_AFLAGS", "ERL_ZFLAGS", "ERL_LIBS", "ERL_ROOTDIR", "ERL_COMPILER_OPTIONS",
        "ELIXIR_ERL_OPTIONS", "MIX_HOME", "MIX_ARCHIVES", "EMACSLOADPATH",
        "NODE_REPL_EXTERNAL_MODULE", "NODE_COMPILE_CACHE", "BUN_OPTIONS", "DENO_DIR", "YARN_YARN_PATH", "YARN_PLUGINS",
        "YARN_RC_FILENAME", "COREPACK_HOME",
        "JAVA_HOME", "JRE_HOME", "JAVACMD", "CATALINA_HOME", "CATALINA_BASE", "ANT_HOME", "ANT_ARGS", "GROOVY_HOME",
        "GRADLE_HOME", "GRADLE_USER_HOME", "M2_HOME", "MAVEN_HOME", "MAVEN_ARGS",
        "RUSTC", "RUSTDOC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "RUSTFLAGS", "RUSTDOCFLAGS", "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN", "CARGO", "CARGO_HOME", "CARGO_ENCODED_RUSTFLAGS", "CARGO_ENCODED_RUSTDOCFLAGS",
        "CARGO_BUILD_RUSTC", "CARGO_BUILD_RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTDOC",
        "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_RUSTDOCFLAGS",
        "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS",
        "GOFLAGS", "GOTOOLDIR", "GOROOT", "GOENV", "GOPATH", "GOBIN", "GOMODCACHE", "GOCACHE", "GOCACHEPROG",
        "GOTOOLCHAIN", "GOAUTH", "GOWORK",
        "CC", "CXX", "CPP", "FC", "LD", "AR", "AS", "RM", "LEX", "YACC", "OBJC", "LINT", "M2C", "PC", "CO", "GET",
        "MAKE", "MAKEINFO", "TEX", "TEXI2DVI", "WEAVE", "CWEAVE", "TANGLE", "CTANGLE", ".SHELLFLAGS",
        "ARFLAGS",
        "ASFLAGS", "LFLAGS", "YFLAGS", "COFLAGS", "GFLAGS", "LDLIBS", "LOADLIBES", "TARGET_ARCH", "TARGET_MACH",
        "HOSTCC", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "PKG_CONFIG", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR",
        "PKG_CONFIG_SYSROOT_DIR", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH", "LIBRARY_PATH",
        "GCC_EXEC_PREFIX", "COMPILER_PATH", "CCACHE_PREFIX", "CCACHE_COMPILER", "CCACHE_CONFIGPATH",
        "CMAKE_TOOLCHAIN_FILE", "CMAKE_PREFIX_PATH", "CMAKE_MODULE_PATH", "CMAKE_PROGRAM_PATH",
        "CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER", "MAKEFLAGS", "MAKEFILES", "GNUMAKEFLAGS",
        "CONFIG_SHELL", "CONFIG_SITE", "BAZEL_SH",
        "GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM", "SVN_SSH", "SVN_MERGE", "HGRCPATH", "HGEDITOR", "HGMERGE", "CVS_RSH", "CVSEDITOR",
        "ZDOTDIR", "FPATH", "fish_function_path", "fish_complete_path", "BASH_LOADABLES_PATH", "GETCONF_DIR",
        "AWKPATH", "AWKLIBPATH", "PARALLEL", "PARALLEL_HOME", "PARALLEL_SHELL",
        "VIM", "VIMRUNTIME", "VIMINIT", "EXINIT", "GVIMINIT", "FCEDIT", "LESSEDIT", "LESSKEY", "LESSKEYIN",
        "LESSKEYIN_SYSTEM", "LESSKEY_CONTENT", "LESS", "MANOPT", "SCREENRC", "MAILRC", "RIPGREP_CONFIG_PATH",
        "FZF_DEFAULT_OPTS_FILE", "BAT_CONFIG_PATH", "ZIPOPT",
        "RSH", "TAR_RSH", "RMT", "SENDMAIL", "GH_BROWSER", "LLVM_SYMBOLIZER_PATH", "PERL_MM_OPT", "PERL_MB_OPT",
        "RCLONE_CONFIG",
        "RSYNC_RSH", "RSYNC_CONNECT_PROG", "BORG_RSH", "BORG_PASSCOMMAND",
        "RCLONE_SFTP_SSH", "RCLONE_METADATA_MAPPER", "LFTP_HOME", "SYSTEM_WGETRC",
        "HTTPIE_CONFIG_DIR",
        "GNUPGHOME", "SASL_PATH", "SASL_CONF_PATH", "KRB5_CONFIG", "P11_KIT_CONFIG", "SSH_SK_PROVIDER", "APT_CONFIG",
        "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "PASSWORD_STORE_EXTENSIONS_DIR",
        "PASSWORD_STORE_ENABLE_EXTENSIONS",
        "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS",
        "DOCKER_CONFIG", "DOCKER_CLI_PLUGIN_EXTRA_DIRS", "CONTAINERS_CONF", "CONTAINERS_CONF_OVERRIDE",
        "CONTAINERS_HELPER_BINARY_DIR", "KUBECONFIG", "KUBECTL_EXTERNAL_DIFF", "KUBERC", "KREW_ROOT", "HELM_PLUGINS",
        "HELM_DATA_HOME", "HELM_CONFIG_HOME",
        "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AZURE_CONFIG_DIR", "AZURE_EXTENSION_DIR", "CLOUDSDK_CONFIG",
        "CLOUDSDK_PYTHON", "CLOUDSDK_PYTHON_ARGS", "CLOUDSDK_PYTHON_SITEPACKAGES", "GH_CONFIG_DIR", "GLAB_CONFIG_DIR",
        "VAULT_CONFIG_PATH",
        "PULUMI_HOME", "VAGRANT_HOME",
        "TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG", "TF_DATA_DIR", "TF_PLUGIN_CACHE_DIR", "PACKER_PLUGIN_PATH",
        "PACKER_CONFIG", "PACKER_CONFIG_DIR",
        "PSQLRC", "PGSYSCONFDIR", "MYSQL_HOME", "LIBMYSQL_PLUGINS", "LIBMYSQL_PLUGIN_DIR", "ODBCINI", "ODBCSYSINI",
        "ANSIBLE_CONFIG", "ANSIBLE_HOME", "ANSIBLE_LIBRARY", "ANSIBLE_MODULE_UTILS", "ANSIBLE_ROLES_PATH",
        "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_COLLECTIONS_PATHS", "ANSIBLE_INVENTORY",
        "ANSIBLE_BECOME_EXE", "ANSIBLE_PYTHON_INTERPRETER",
        "GTK_PATH", "GTK_EXE_PREFIX", "GTK3_MODULES", "GTK_IM_MODULE_FILE", "GDK_PIXBUF_MODULE_FILE",
        "GI_TYPELIB_PATH", "GIO_MODULE_DIR",
        "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "QML_IMPORT_PATH", "QML2_IMPORT_PATH",
        "LIBGL_DRIVERS_PATH", "LIBVA_DRIVERS_PATH", "VDPAU_DRIVER_PATH", "GBM_BACKENDS_PATH", "OCL_ICD_VENDORS",
        "OCL_ICD_FILENAMES", "__EGL_VENDOR_LIBRARY_FILENAMES", "__EGL_VENDOR_LIBRARY_DIRS", "ALSA_CONFIG_PATH",
        "ALSA_CONFIG_DIR", "ALSA_PLUGIN_DIR", "PIPEWIRE_MODULE_DIR", "SPA_PLUGIN_DIR",
        "MAGICK_CODER_MODULE_PATH", "MAGICK_FILTER_MODULE_PATH", "MAGICK_CONFIGURE_PATH", "MAGICK_HOME", "GS_LIB",
        "GS_OPTIONS", "TEXMFCNF", "TEXMFHOME", "GROFF_BIN_PATH", "GROFF_COMMAND_PREFIX", "GVBINDIR", "GDAL_DRIVER_PATH",
        "QEMU_MODULE_DIR", "ZIP", "GSS_MECH_CONFIG", "VALGRIND_LIB", "HARNESS_PERL", "HARNESS_PERL_SWITCHES",
        "RUBYGEMS_GEMDEPS", "BUNDLER_SETUP", "PIP_PYTHON", "PYLINTRC", "LUAROCKS_CONFIG", "JULIA_PROJECT", "RUSTFMT",
        "JDK_JAVAC_OPTIONS", "GIT_LFS_PATH", "SOPS_GPG_EXEC", "BUILDAH_RUNTIME", "TF_REATTACH_PROVIDERS", "TG_TF_PATH",
        "NIX_CONFIG", "NIX_USER_CONF_FILES", "NIX_SSHOPTS", "NIX_PATH", "NIX_REMOTE", "CCC_OVERRIDE_OPTIONS",
        "CCACHE_DIR", "CCACHE_PATH", "CCACHE_COMPILERCHECK",
    ]
    private static let otherPrefixes = [
        "CARGO_ALIAS_", "CARGO_CREDENTIAL_ALIAS_", "CARGO_TARGET_", "CORECLR_PROFILER", "COR_PROFILER", "DOTNET_ROOT",
        "GIT_TEST_", "GST_PLUGIN_PATH", "GST_PLUGIN_SCANNER", "GST_PLUGIN_SYSTEM_PATH", "GUILE_LOAD_",
        "LUA_CPATH_", "LUA_INIT_", "LUA_PATH_", "TF_CLI_ARGS", "VK_",
    ]
    /// Options of a program or of the machine that runs it, what a sanitizer calls, commands, and places of code.
    private static let otherSuffixes = [
        "_OPTS", "_JAVA_OPTIONS", "SAN_OPTIONS", "SAN_SYMBOLIZER_PATH", "_COMMAND", "_CMD", "_HELPER", "_HOOK_PATH",
        "_EXEC_PATH", "_CREDENTIAL_PROVIDER", "_PLUGIN_PATHS",
    ]
    /// Ends of names that have a meaning where a name begins so.
    private static let ownSuffixes = [
        "ANSIBLE_": ["_PLUGINS", "_ARGS", "_EXECUTABLE"],
        "CGO_": ["FLAGS", "FLAGS_ALLOW", "FLAGS_DISALLOW"],
        "RCLONE_CONFIG_": ["_SSH"],
    ]

    private static func isOther(_ name: String) -> Bool {
        others.contains(name) || otherPrefixes.contains(where: name.hasPrefix)
            || otherSuffixes.contains(where: name.hasSuffix)
            || ownSuffixes.contains { name.hasPrefix($0.key) && $0.value.contains(where: name.hasSuffix) }
    }

    /// What npm and pnpm take from a variable `npm_config_NAME`, in capitals, small letters or both, with dashes or underscores.
    private static let npmSettings: Set<String> = [
        "node_options", "script_shell", "shell", "userconfig", "globalconfig", "git", "editor", "viewer", "init_module",
        "node_gyp", "onload_script", "prefix", "python",
    ]
    private static let npmPrefixes = ["npm_config_", "pnpm_config_"]

    /// Whether the variable brings other code into a program that runs none by itself.
    public static func loadsCode(_ name: String) -> Bool {
        isOther(name) || isOfNPM(name.lowercased())
            || contains(name) && !choosing.contains(name) && !choosingPrefixes.contains(where: name.hasPrefix)
    }

    private static func isOfNPM(_ name: String) -> Bool {
        guard let prefix = npmPrefixes.first(where: name.hasPrefix) else { return false }
        return npmSettings.contains(String(name.dropFirst(prefix.count).map { $0 == "-" ? "_" : $0 }))
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

    /// Whether a program runs the file that the variable names where it can be executed, and reads it otherwise.
    public static func runsFile(_ name: String) -> Bool {
        name.hasPrefix("ANSIBLE_") && name.hasSuffix("_PASSWORD_FILE")
    }

    /// Whether the variable is one: a secret has no business in it.
    public static func contains(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains(where: name.hasPrefix)
    }
}
