import CSystemShims

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

let operationNotPermitted = EPERM

func errorNumber() -> Int32 { errno }

/// The system's words for the error of the last call.
func errorText() -> String {
    guard let words = unsafe strerror(errno) else { return "error \(errno)" }
    return unsafe String(cString: words)
}

func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
