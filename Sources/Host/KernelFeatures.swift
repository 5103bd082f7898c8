import CSystemShims

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the kernel has of the layers that a run stands on, and what a run does without.
enum KernelFeatures {
    /// The first version of Landlock whose domain lets programs rename and link across folders: below it they get none.
    private static let versionForPrograms = 2

    /// One row for what is there, and one for each layer that is missing.
    static func rows(isHardened: Bool) -> [DoctorReport.Row] {
        let landlock = Int(vs_sys_landlock_version())
        let hasSecretMemory = vs_sys_secret_pages_kind() == VS_SYS_PAGES_MEMFD_SECRET
        let hasFilter = vs_sys_seccomp_available()
        let there = [
            hasSecretMemory ? "memfd_secret" : nil, landlock > 0 ? "Landlock (version \(landlock))" : nil,
            hasFilter ? "seccomp" : nil,
        ].compactMap { $0 }
        var rows = [
            DoctorReport.Row(
                step: "kernel", state: .ok,
                text: there.isEmpty ? "none of memfd_secret, Landlock and seccomp" : there.joined(separator: ", "))
        ]
        func miss(_ text: String) { rows.append(DoctorReport.Row(step: "kernel", state: .note, text: text)) }
        if !hasSecretMemory {
            miss(
                "no memfd_secret: values lie in locked pages, not swapped and not in core dumps, but open to root's debugger"
            )
        }
        if landlock == 0 {
            miss(
                "no Landlock: seccomp alone holds the script's process, and a run's programs can read each other's environment"
            )
        } else if landlock < versionForPrograms {
            miss("Landlock is too old for programs: those of a run can read each other's environment")
        }
        if !hasFilter { miss("no seccomp filter: Landlock and resource limits alone hold the script's process") }
        let terminals = vs_sys_own_terminals_open()
        if terminals >= 0 {
            close(terminals)
        } else {
            miss(
                "no user namespaces with a devpts: programs of a run can open each other's pseudo-terminals (tty = false: pipes)"
            )
        }
        if let receiver = coreReceiver { miss("a program that crashes hands its memory to \(receiver)") }
        if !isHardened { miss("the host's memory can be read by other programs of this user") }
        return rows
    }

    /// Who gets the cores of programs in spite of their limit; see `vs_sys_limit_cores`.
    private static var coreReceiver: String? {
        let file = unsafe open("/proc/sys/kernel/core_pattern", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var first: UInt8 = 0
        var limit = rlimit()
        guard unsafe read(file, &first, 1) == 1 else { return nil }
        switch first {
        case UInt8(ascii: "@"): return "the socket of kernel.core_pattern"
        case UInt8(ascii: "|"):
            guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0, limit.rlim_cur != 1 else {
                return nil
            }
            return
                "the program of kernel.core_pattern: start vaultscript with a hard limit of cores above 0 (ulimit -H -c)"
        default: return nil
        }
    }
}
