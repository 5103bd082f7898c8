import Diagnostics
import Host

extension Subcommand {
    /// `vaultscript config`: what holds, and why.
    static var config: Subcommand {
        Subcommand(
            name: "config", summary: "each setting that holds here, with where it came from", synopsis: "[--json]",
            options: [CommandOption("--json", "as one line of JSON")],
            details: """
                The order is: command line, script, environment, project (vaultscript.toml, .infisical.json), the user's
                config.toml, default. Of credentials only names are shown. No server is asked.
                Files and settings: vaultscript help configuration
                """
        ) { (arguments) throws(Failure) in
            let report = try ConfigurationReport(arguments.run)
            return standardOutputLine(arguments.has("--json") ? report.json : report.text)
        }
    }
}
