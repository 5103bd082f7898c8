-- idea: a program reads the host with process_vm_readv and ptrace
-- out: -1 -1
-- needs: python3
local code = [[
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
class iovec(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
buf = ctypes.create_string_buffer(64)
local, remote = iovec(ctypes.addressof(buf), 64), iovec(0x400000, 64)
p = os.getppid()
a = libc.process_vm_readv(p, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
first = -1 if a < 0 and ctypes.get_errno() in (1, 3) else a
b = libc.ptrace(16, p, 0, 0)
print(first, b)
]]
spawn{ "python3", "-c", code, env = { T = getSecret("TOKEN") } }
