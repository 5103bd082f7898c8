import ScriptAnalysis

/// The texts that `vaultscript init` writes.
enum StarterFiles {
    /// A script that works as it is, and shows how to go on.
    static let script = """
        #!/usr/bin/env vaultscript
        -- hello.lua: says hello, and shows what a script is made of.
        --
        -- Run     vaultscript hello.lua [--name NAME]
        -- Check   vaultscript check hello.lua        (looks for mistakes and runs nothing)

        local params = recipe{
          name = "hello",
          description = "Says hello by way of a program",
          params = {
            name = { type = "string", default = "world", description = "who is greeted" },
          },
          secrets = {},          -- names of secrets the script may have, such as { "GH_PAT" }
          programs = { "echo" }, -- programs it may start
          hosts = {},            -- hosts that http.request may send to
        }

        local result = spawn{ "echo", "hello", params.name, capture = true }
        log.info("the program said: " .. (result.stdout:gsub("%s+$", "")))

        -- A secret is a handle: it goes to a program, and never into a text of the script. With a secret GH_PAT in the
        -- vault and { "GH_PAT" } and { "gh" } above:
        --
        --   local pat = getSecret("GH_PAT")
        --   spawn{ "gh", "api", "/user", env = { GH_TOKEN = pat } }
        --
        -- Where credentials come from: vaultscript help script-api, section 2.

        return { greeted = params.name }

        """

    /// The configuration of a project, all of it commented out.
    static let configuration = """
        # vaultscript.toml: how scripts of this folder and those below it find their secrets. It chooses among what
        # your own configuration allows, and never widens it: vaultscript help configuration
        #
        # profile = "default"      # the credentials file ~/.config/vaultscript/credentials/default.env
        # project = "my-project"   # the id or slug of the project in the vault
        # env = "dev"
        # path = "/"
        #
        # [limits]
        # memory = "256M"          # lower than yours: a project can only take away
        # processes = 20
        #
        # [variables]
        # withhold = ["STAGING_*"] # variables that programs do not inherit
        #
        # [http]
        # hosts = ["api.example.com"]  # of the hosts that you allow, those that scripts here may send secrets to

        """

    /// What tells lua-language-server which Lua this is and where the annotations are.
    static func languageServer(_ annotations: String) -> String {
        let builtin = AnnotationText.replaced.map { "    \"\($0)\": \"disable\"" }.joined(separator: ",\n")
        return """
            {
              "runtime.version": "Lua 5.4",
              "runtime.builtin": {
            \(builtin)
              },
              "workspace.library": ["\(annotations)"],
              "workspace.checkThirdParty": false
            }

            """
    }
}
