import CSystemShims
import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

vs_sys_fill_standard_descriptors()
let command: Command
do {
    command = try CommandLineParser.parse(Array(CommandLine.arguments.dropFirst()))
} catch {
    standardErrorLine(error.text)
    exit(2)
}
exit(command.run())
