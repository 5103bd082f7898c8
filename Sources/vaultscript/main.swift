import CSystemShims
import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Before anything is read: what it finds may crash it, with the credentials still in its environment.
_ = vs_sys_harden()
vs_sys_fill_standard_descriptors()
let command: Command
do {
    command = try CommandLineParser.parse(Array(CommandLine.arguments.dropFirst()))
} catch {
    standardErrorLine(error.text)
    exit(2)
}
exit(command.run())
