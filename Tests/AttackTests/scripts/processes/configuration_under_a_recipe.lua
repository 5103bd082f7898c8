-- idea: a recipe for fish runs code of the script's by a folder of configuration that a variable names, or by such a variable of another tool
-- needs: fish
-- out: denied	spawn: env.XDG_CONFIG_HOME is not set under a recipe
-- out: 0 of 73 set
-- out: 9 of 9 set
recipe{ name = "harmless", secrets = { "TOKEN" }, programs = { "fish", "true" } }
local folder = fs.tempDir()
fs.mkdir(folder .. "/fish")
fs.write(folder .. "/fish/config.fish", "echo ran (echo $T | rev)\n")
local ok, e = pcall(spawn, { "fish", "-c", "true", env = { XDG_CONFIG_HOME = folder, T = getSecret("TOKEN") } })
print(ok or e.kind, not ok and e.message)

local function count(names)
  local set, tried = 0, 0
  for name in names:gmatch("%S+") do
    tried = tried + 1
    local ok, e = pcall(spawn, { "true", env = { [name] = folder } })
    if ok then set = set + 1 elseif e.kind ~= "denied" then print(name, e) end
  end
  print(("%d of %d set"):format(set, tried))
end
count("GNUPGHOME DOCKER_CONFIG XDG_CONFIG_DIRS XDG_DATA_HOME XDG_DATA_DIRS JAVA_HOME JAVA_OPTS CATALINA_OPTS SBT_OPTS ANT_OPTS GRADLE_USER_HOME M2_HOME "
  .. "CARGO_HOME RUSTFLAGS RUSTUP_HOME CARGO_TARGET_X_LINKER CC CXX LD CFLAGS GIT_DIR GIT_TEMPLATE_DIR GIT_WORK_TREE AZURE_EXTENSION_DIR AZURE_CONFIG_DIR "
  .. "GH_CONFIG_DIR CLOUDSDK_CONFIG npm_config_prefix npm_config_python NPM_CONFIG_PREFIX pnpm_config_script_shell BUN_OPTIONS PERL5SHELL PACKER_PLUGIN_PATH "
  .. "TF_CLI_ARGS TF_CLI_ARGS_plan TF_DATA_DIR MYSQL_HOME ANSIBLE_FILTER_PLUGINS ANSIBLE_LOOKUP_PLUGINS ANSIBLE_COLLECTIONS_PATH ANSIBLE_ROLES_PATH "
  .. "ANSIBLE_SSH_ARGS ANSIBLE_SSH_EXECUTABLE VK_ICD_FILENAMES VK_DRIVER_FILES SYSTEM_WGETRC CURL_HOME PYTHONWARNINGS SHELL GS_LIB MAGICK_CONFIGURE_PATH "
  .. "ZIPOPT GOCACHEPROG RIPGREP_CONFIG_PATH LUA_INIT_5_3 ASAN_OPTIONS FZF_DEFAULT_OPTS "
  .. "CDPATH LESS DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS CLOUDSDK_PYTHON_ARGS PASSWORD_STORE_EXTENSIONS_DIR "
  .. ".SHELLFLAGS RM AS GOWORK CARGO_REGISTRY_CREDENTIAL_PROVIDER CPATH LIBRARY_PATH PIP_CONFIG_FILE TAR_RSH")
count("LANG TZ PGPASSWORD GITHUB_TOKEN CARGO_REGISTRIES_X_TOKEN TF_VAR_x ANSIBLE_FORCE_COLOR DOCKER_HOST XDG_CACHE_HOME")
